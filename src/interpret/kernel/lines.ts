/**
 * What a product multiplies with each other: the rows of one matrix, and the columns of another.
 */
import type { Floats } from './floats.js'
import type { View } from './view.js'

/** The rows of a strided matrix, or its columns. */
export interface Lines {
  readonly data: Floats
  readonly offset: number
  readonly lines: number
  readonly lineStride: number
  readonly depth: number
  readonly depthStride: number
}

export const rowsOf = ({ data, offset, shape: [lines, depth], stride: [lineStride, depthStride] }: View): Lines =>
  ({ data, offset, lines, lineStride, depth, depthStride })
export const columnsOf = ({ data, offset, shape: [depth, lines], stride: [depthStride, lineStride] }: View): Lines =>
  ({ data, offset, lines, lineStride, depth, depthStride })
