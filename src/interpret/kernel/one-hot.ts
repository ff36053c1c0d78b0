/**
 * Entries by their index: one-hot rows, what they select, and what is scattered by them.
 */
import type { ReadonlyFloatArray, ReadonlyInt32Array } from '../readonly-array.js'
import { done, mutable, rounded } from './floats.js'
import type { Storage } from './floats.js'

/** Rows x columns zeros, with a 1 in each row at its index. */
export const dense = (storage: Storage, index: ReadonlyInt32Array, columns: number): ReadonlyFloatArray => {
  const out = new storage(index.length * columns)
  for (let r = 0; r < index.length; r++) out[r * columns + index[r]] = 1
  return done(out)
}

/** Row r of the result is row index[r] of w. */
export const select = (
  storage: Storage,
  index: ReadonlyInt32Array,
  w: ReadonlyFloatArray,
  columns: number,
): ReadonlyFloatArray => {
  const out = new storage(index.length * columns)
  const source = mutable(w)
  for (let r = 0; r < index.length; r++) {
    out.set(source.subarray(index[r] * columns, (index[r] + 1) * columns), r * columns)
  }
  return done(out)
}

/** Row r of a added to row index[r] of `rows` zero rows. */
export const scatterAdd = (
  storage: Storage,
  index: ReadonlyInt32Array,
  a: ReadonlyFloatArray,
  rows: number,
  columns: number,
): ReadonlyFloatArray => {
  const sums = new Float64Array(rows * columns)
  for (let r = 0, i = 0; r < index.length; r++) {
    const begin = index[r] * columns
    for (let c = 0; c < columns; c++, i++) sums[begin + c] += a[i]
  }
  return done(rounded(storage, sums))
}

/** Entry index[r] of each row. */
export const pick = (
  storage: Storage,
  a: ReadonlyFloatArray,
  index: ReadonlyInt32Array,
  columns: number,
): ReadonlyFloatArray => {
  const out = new storage(index.length)
  for (let r = 0; r < index.length; r++) out[r] = a[r * columns + index[r]]
  return done(out)
}

/** A copy of base with source[i] written at place(i), in the order of i. */
export const scatter = (
  storage: Storage,
  base: ReadonlyFloatArray,
  source: ReadonlyFloatArray,
  place: (i: number) => number,
): ReadonlyFloatArray => {
  const out = new storage(mutable(base))
  for (let i = 0; i < source.length; i++) out[place(i)] = source[i]
  return done(out)
}
