/**
 * Typed arrays that cannot be written.
 *
 * Written by hand: `Pick<Float32Array, ...>` would hand the mutable array to every callback, and
 * `Object.freeze` throws on a typed array that has elements.
 */
interface ReadonlyNumbers {
  readonly length: number
  readonly [index: number]: number
  readonly [Symbol.iterator]: () => IterableIterator<number>
}

/** A Float32Array that nobody may write. */
export interface ReadonlyFloat32Array extends ReadonlyNumbers {
  readonly [Symbol.toStringTag]: 'Float32Array'
}

/** A Float64Array that nobody may write. */
export interface ReadonlyFloat64Array extends ReadonlyNumbers {
  readonly [Symbol.toStringTag]: 'Float64Array'
}

/** An Int32Array that nobody may write. */
export interface ReadonlyInt32Array extends ReadonlyNumbers {
  readonly [Symbol.toStringTag]: 'Int32Array'
}

/** The entries of a tensor, in either precision. */
export type ReadonlyFloatArray = ReadonlyFloat32Array | ReadonlyFloat64Array
