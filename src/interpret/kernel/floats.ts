/**
 * The typed arrays of the kernel: made, filled, and from then on only read.
 */
import type { ReadonlyFloatArray } from '../readonly-array.js'

/** The typed array that holds an interpreter's numbers. */
export type Storage = Float32ArrayConstructor | Float64ArrayConstructor
export type Floats = Float32Array | Float64Array

/** An argument, for a library that does not know of arrays that are only read. It is not written to. */
export const mutable = (a: ReadonlyFloatArray): Floats => a as unknown as Floats
/** A result, filled. */
export const done = (a: Floats): ReadonlyFloatArray => a

/** Sums, at the storage's precision. The constructor copies at once what `from` would iterate over. */
export const rounded = (storage: Storage, sums: Float64Array): Floats =>
  storage === Float64Array ? sums : new storage(sums)
