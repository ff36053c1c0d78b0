/**
 * Strided views: a matrix that is read row by row or column by column where it lies, and what is done with one.
 */
import type { Floats } from './floats.js'

/** A matrix, entry (i, j) of which is data[offset + i stride[0] + j stride[1]]. Nothing writes through a view. */
export interface View {
  readonly data: Floats
  readonly offset: number
  readonly shape: readonly number[]
  readonly stride: readonly number[]
}

/** The two ways in which views are worked with, ndarray's and loops, are this; they give the same bits. */
export interface Views {
  /** The rows x columns view of a row-major array. */
  readonly matrix: (data: Floats, rows: number, columns: number) => View
  /** The columns x rows view of a row-major array of rows x columns. */
  readonly transposed: (data: Floats, rows: number, columns: number) => View
  /** Writes the view's entries to out, in row-major order. */
  readonly assign: (out: Floats, a: View) => void
  /** Writes a plus b, which are of one shape, to out, in row-major order. */
  readonly add: (out: Floats, a: View, b: View) => void
  /** The view of as many rows, all of which are this one. */
  readonly repeated: (row: Floats, rows: number) => View
}
