/**
 * Arithmetic along the rows of a matrix, and over all of it.
 */
import type { ReadonlyFloatArray, ReadonlyInt32Array } from '../readonly-array.js'
import { done, mutable, rounded } from './floats.js'
import type { Storage } from './floats.js'
import { views } from './views.js'

/** The row b added to each row of a, through a view of b whose rows are all the same. */
export const addRow = (
  storage: Storage,
  a: ReadonlyFloatArray,
  b: ReadonlyFloatArray,
  rows: number,
): ReadonlyFloatArray => {
  const out = new storage(a.length)
  views.add(out, views.matrix(mutable(a), rows, b.length), views.repeated(mutable(b), rows))
  return done(out)
}

export const sumRows = (
  storage: Storage,
  a: ReadonlyFloatArray,
  rows: number,
  columns: number,
): ReadonlyFloatArray => {
  const sums = new Float64Array(columns)
  for (let r = 0, i = 0; r < rows; r++) for (let c = 0; c < columns; c++, i++) sums[c] += a[i]
  return done(rounded(storage, sums))
}

export const sum = (a: ReadonlyFloatArray): number => {
  let total = 0
  for (let i = 0; i < a.length; i++) total += a[i]
  return total
}

/** The largest absolute value, NaN if any entry is. */
export const maxAbs = (a: ReadonlyFloatArray): number => {
  let largest = 0
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]))
  return largest
}

/** Whether no entry is infinite or NaN: 0 times that would be NaN. Four sums, of which none waits for another. */
export const allFinite = (a: ReadonlyFloatArray): boolean => {
  const whole = a.length - (a.length % 4)
  let [s, t, u, v] = [0, 0, 0, 0]
  for (let i = 0; i < whole; i += 4) {
    s += a[i] * 0
    t += a[i + 1] * 0
    u += a[i + 2] * 0
    v += a[i + 3] * 0
  }
  for (let i = whole; i < a.length; i++) s += a[i] * 0
  return s + t + u + v === 0
}

export const logSoftmax = (
  storage: Storage,
  a: ReadonlyFloatArray,
  rows: number,
  columns: number,
): ReadonlyFloatArray => {
  const out = new storage(a.length)
  for (let r = 0; r < rows; r++) {
    const begin = r * columns
    const end = begin + columns
    let largest = -Infinity
    for (let i = begin; i < end; i++) largest = Math.max(largest, a[i])
    let total = 0
    for (let i = begin; i < end; i++) total += Math.exp(a[i] - largest)
    const logTotal = Math.log(total)
    for (let i = begin; i < end; i++) out[i] = a[i] - largest - logTotal
  }
  return done(out)
}

/** The column of each row's largest entry, the lowest on ties. */
export const argmax = (a: ReadonlyFloatArray, rows: number, columns: number): ReadonlyInt32Array => {
  const out = new Int32Array(rows)
  for (let r = 0; r < rows; r++) {
    let best = 0
    for (let c = 1; c < columns; c++) if (a[r * columns + c] > a[r * columns + best]) best = c
    out[r] = best
  }
  return out
}
