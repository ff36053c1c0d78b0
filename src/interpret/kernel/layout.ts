/**
 * Numbers where they lie: filled in, copied, viewed, cut, and put one after the other.
 */
import type { ReadonlyFloatArray, ReadonlyInt32Array } from '../readonly-array.js'
import { done, mutable } from './floats.js'
import type { Storage } from './floats.js'
import type { View } from './view.js'
import { views } from './views.js'

/** The rows x columns view of a row-major array. */
export const matrix = (a: ReadonlyFloatArray, rows: number, columns: number): View =>
  views.matrix(mutable(a), rows, columns)

/** The columns x rows view of a row-major array of rows x columns. */
export const transposed = (a: ReadonlyFloatArray, rows: number, columns: number): View =>
  views.transposed(mutable(a), rows, columns)

/** A fresh row-major copy of a view. */
export const materialise = (storage: Storage, a: View): ReadonlyFloatArray => {
  const out = new storage(a.shape[0] * a.shape[1])
  views.assign(out, a)
  return done(out)
}

/** Every entry c. */
export const fill = (storage: Storage, length: number, c: number): ReadonlyFloatArray =>
  done(new storage(length).fill(c))

/** A copy of the numbers, rounded to the storage's precision. */
export const copy = (storage: Storage, values: ArrayLike<number>): ReadonlyFloatArray => done(storage.from(values))

/** The numbers as a plain array, by a loop: `Array.from` iterates over a typed array, which takes ten times as long. */
export const numbers = (a: ReadonlyFloatArray): readonly number[] => {
  const out = new Array<number>(a.length)
  for (let i = 0; i < out.length; i++) out[i] = a[i]
  return out
}

export const copyIndices = (values: ArrayLike<number>): ReadonlyInt32Array =>
  Int32Array.from(values)

/** The numbers from begin up to end, without copying: safe because nobody writes. */
export const slice = (a: ReadonlyFloatArray, begin: number, end: number): ReadonlyFloatArray =>
  done(mutable(a).subarray(begin, end))

/** Arrays of one length, one after the other. */
export const concatenate = (storage: Storage, parts: readonly ReadonlyFloatArray[]): ReadonlyFloatArray => {
  const out = new storage(parts.length === 0 ? 0 : parts.length * parts[0].length)
  parts.forEach((part, i) => {
    out.set(mutable(part), i * part.length)
  })
  return done(out)
}

export const concatenateIndices = (parts: readonly ReadonlyInt32Array[]): ReadonlyInt32Array =>
  copyIndices(parts.flatMap((part) => Array.from(part)))

/** Bytes, one part after the other. */
export const concatenateBytes = (parts: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let place = 0
  for (const part of parts) {
    out.set(part, place)
    place += part.length
  }
  return out
}
