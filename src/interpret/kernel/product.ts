/**
 * The product of two matrices, each of which may be transposed.
 */
import type { ReadonlyFloatArray } from '../readonly-array.js'
import { done } from './floats.js'
import type { Storage } from './floats.js'
import { columnsOf, rowsOf } from './lines.js'
import type { Lines } from './lines.js'
import { productByLoops } from './product-loops.js'
import { loaded, productByModule } from './product-module.js'
import type { View } from './view.js'

/** The product of two strided matrices, M x K and K x N, as a fresh row-major M x N array. */
export const product = (storage: Storage, a: View, b: View): ReadonlyFloatArray => {
  const rows = rowsOf(a)
  const columns = columnsOf(b)
  const byModule = isWorthAsking(rows, columns) ? productByModule(loaded(), storage, rows, columns) : undefined
  return done(byModule ?? productByLoops(storage, rows, columns))
}

/**
 * Asking the module copies (M + N) K numbers in and M N out, so that the M N K multiplications go three to six times as
 * fast. At 4096 of them both ways were found to take about the same time. A single row, as in generation, would have a
 * matrix copied for it that is used once.
 */
const isWorthAsking = ({ lines: M, depth: K }: Lines, { lines: N }: Lines): boolean => M > 1 && M * N * K >= 4096
