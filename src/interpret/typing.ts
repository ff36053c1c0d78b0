/**
 * The axes of every operation's result, from the axes of its operands: the typing rules of the algebra.
 *
 * Stated once for all interpreters. Operands that do not agree, in number, name or size, are a defect that
 * names the operation and both operands' axes.
 */
import type { AnyAxis, Axes } from '../algebra/axis.js'
import { isProduct, product, sameAxes, sameAxis, showAxes } from '../algebra/axis.js'
import { defect } from '../algebra/defect.js'
import { requireAxes, requireAxis } from '../algebra/require.js'

/** Axes that a tensor can have: no two of one name, since nothing would say which is which. */
export const distinct = <A extends Axes>(operation: string, a: A): A =>
  a.some(({ name }, i) => a.findIndex((other) => other.name === name) !== i)
    ? defect(operation, `the axes of a tensor must have different names, got ${showAxes(a)}`)
    : a

/** Axes that a caller gave for a new tensor. */
export const made = (operation: string, axes: Axes): Axes =>
  distinct(operation, requireAxes(operation, 'the axes', axes))

/** Operands of one operation with the same axes. */
export const same = (operation: string, a: Axes, b: Axes): Axes =>
  sameAxes(a, b)
    ? a
    : defect(operation, `both operands need the same axes, got ${showAxes(a)} and ${showAxes(b)}`)

/** An operand with this many axes: 0 for a scalar, 1 for a vector, 2 for a matrix. */
const rank = (operation: string, a: Axes, count: number): Axes =>
  a.length === count
    ? a
    : defect(operation, `expected an operand of ${axesCounted(count)}, got ${showAxes(a)}`)

/** An operand with at least this many axes. */
const rankFrom = (operation: string, a: Axes, least: number): Axes =>
  a.length >= least
    ? a
    : defect(operation, `expected an operand of ${axesCounted(least)} or more, got ${showAxes(a)}`)

const axesCounted = (count: number): string => `${String(count)} ${count === 1 ? 'axis' : 'axes'}`

/** Axis i of a, which must be axis j of b. */
const shared = (operation: string, a: Axes, i: number, b: Axes, j: number): AnyAxis =>
  sameAxis(a[i], b[j])
    ? a[i]
    : defect(
        operation,
        `axis ${String(i)} of ${showAxes(a)} must be axis ${String(j)} of ${showAxes(b)}, in name and size`,
      )

const matrices = (operation: string, a: Axes, b: Axes): void => {
  rank(operation, a, 2)
  rank(operation, b, 2)
}

/** A product of matrices: axis i of a is summed against axis j of b. */
const contraction =
  (operation: string, i: 0 | 1, j: 0 | 1) =>
  (a: Axes, b: Axes): Axes => {
    matrices(operation, a, b)
    shared(operation, a, i, b, j)
    return distinct(operation, [a[1 - i], b[1 - j]])
  }

export const matmul = contraction('matmul', 1, 0)
export const matmulTN = contraction('matmulTN', 0, 0)
export const matmulNT = contraction('matmulNT', 1, 1)

export const scale = (c: Axes, a: Axes): Axes => {
  rank('scale', c, 0)
  return a
}

export const transpose = (a: Axes): Axes => {
  const [rows, columns] = rank('transpose', a, 2)
  return [columns, rows]
}

export const addRow = (a: Axes, b: Axes): Axes => {
  rank('addRow', a, 2)
  rank('addRow', b, 1)
  shared('addRow', a, 1, b, 0)
  return a
}

export const sumRows = (a: Axes): Axes => [rank('sumRows', a, 2)[1]]

export const rowwise = (operation: string, a: Axes): Axes => rank(operation, a, 2)

export const gatherRows = (x: Axes, w: Axes): Axes => {
  matrices('gatherRows', x, w)
  shared('gatherRows', x, 1, w, 0)
  return distinct('gatherRows', [x[0], w[1]])
}

export const scatterAdd = (x: Axes, a: Axes): Axes => {
  matrices('scatterAdd', x, a)
  shared('scatterAdd', x, 0, a, 0)
  return distinct('scatterAdd', [x[1], a[1]])
}

export const takeAlongRows = (a: Axes, x: Axes): Axes => [same('takeAlongRows', rank('takeAlongRows', a, 2), x)[0]]

/** A one-hot tensor numbers its last axis. */
export const oneHot = (a: Axes): Axes => rankFrom('oneHot', a, 1)

/** Rows without columns have no largest entry. */
export const argmax = <A extends Axes>(a: A): A =>
  rank('argmax', a, 2)[0].size > 0 && a[1].size === 0
    ? defect('argmax', `the rows of ${showAxes(a)} have no largest entry`)
    : a

export const scatterColumns = (base: Axes, index: Axes, source: Axes): Axes => {
  rank('scatterColumns', base, 2)
  rank('scatterColumns', index, 3)
  shared('scatterColumns', base, 0, index, 0)
  shared('scatterColumns', base, 1, index, 2)
  same('scatterColumns', source, leading(index))
  return base
}

export const scatterRows = (base: Axes, index: Axes, source: Axes): Axes => {
  rank('scatterRows', base, 2)
  rank('scatterRows', index, 3)
  shared('scatterRows', base, 1, index, 1)
  shared('scatterRows', base, 0, index, 2)
  same('scatterRows', source, leading(index))
  return base
}

export const rename = (a: Axes, last: AnyAxis): Axes =>
  rank('rename', a, 2)[1].size === requireAxis('rename', 'the new axis', last).size
    ? distinct('rename', [a[0], last])
    : defect('rename', `${showAxes(a)} cannot end in ${showAxes([last])}: the sizes differ`)

export const merge = (a: Axes): Axes => {
  const [outer, inner, ...rest] = rankFrom('merge', a, 2)
  return distinct('merge', [product(outer, inner), ...rest])
}

export const split = (a: Axes): Axes => {
  const [merged, ...rest] = rankFrom('split', a, 1)
  return isProduct(merged)
    ? distinct('split', [merged.outer, merged.inner, ...rest])
    : defect('split', `the first axis of ${showAxes(a)} is not a product of two axes`)
}

/** The axes of each field of a record. */
export type RecordAxes = Readonly<Record<string, Axes>>

/** The axis that a scan runs along: the first of every field of its slices. */
export const time = (slices: RecordAxes): AnyAxis => {
  const [first, ...others] = Object.values(slices)
  if (first === undefined) return defect('scan', 'there must be at least one field to run along')
  return [first, ...others].reduce((_, each) => {
    rankFrom('scan', each, 1)
    return shared('scan', first, 0, each, 0)
  }, first[0])
}

/** What a step hands on has the fields and axes of what it was handed, and every step gives the same. */
export const sameRecord = (operation: string, a: RecordAxes, b: RecordAxes): RecordAxes => {
  const [these, those] = [Object.keys(a), Object.keys(b)]
  const odd = these.find((field) => Object.hasOwn(b, field) && !sameAxes(a[field], b[field]))
  return these.length !== those.length || !these.every((field) => Object.hasOwn(b, field))
    ? defect(
        operation,
        `each step must give the same fields, got {${these.join(', ')}} and {${those.join(', ')}}`,
      )
    : odd !== undefined
      ? defect(
          operation,
          `${odd} must have the same axes at each step, got ${showAxes(a[odd])} and ${showAxes(b[odd])}`,
        )
      : a
}

/** All axes but the last. */
export const leading = (axes: Axes): Axes => axes.slice(0, -1)
