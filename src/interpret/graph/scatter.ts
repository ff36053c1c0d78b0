/**
 * Rows added to the rows that indices name, X^T A for one-hot X, in two ways that add in the same order.
 */
import type { Node } from './node.js'
import { apply, elements, filled, wholeNumber, wholes } from './node.js'
import { reshape, trailing } from './slices.js'

/** Row by row: fast, and right on one thread. */
export const addedAtRows = (index: Node, a: Node, shape: readonly number[]): Node =>
  apply('ScatterND', [filled(shape, 0), trailing(index), a], shape, { reduction: 'add' })

/** Entry by entry, the matrices laid out as vectors: entry c of row r goes to place index(r) C + c. */
export const addedAtPlaces = (index: Node, a: Node, shape: readonly number[]): Node => {
  const columns = a.shape[1]
  const begins = apply('Mul', [trailing(index), wholeNumber(columns)], [...index.shape, 1], {}, 'int64')
  const places = apply('Add', [begins, wholes([...Array(columns).keys()])], a.shape, {}, 'int64')
  const inLine = (node: Node): Node => reshape(node, [elements(node.shape)])
  const base = filled([elements(shape)], 0)
  const line = apply('ScatterElements', [base, inLine(places), inLine(a)], base.shape, { axis: 0, reduction: 'add' })
  return reshape(line, shape)
}
