/**
 * The axes of every operation's result, from the axes of its operands: the typing rules of the algebra.
 *
 * Stated once for all interpreters. Operands that do not agree, in number, name or size, are a defect that
 * names the operation and both operands' axes.
 */
import type { AnyAxis, Axes, Product } from '../algebra/axis.js'
import { product, sameAxes, sameAxis, showAxes } from '../algebra/axis.js'
import { defect } from '../algebra/defect.js'

/** Operands of one operation with the same axes. */
export const same = (operation: string, a: Axes, b: Axes): Axes =>
  sameAxes(a, b)
    ? a
    : defect(operation, `both operands need the same axes, and have ${showAxes(a)} and ${showAxes(b)}`)

const rank = (operation: string, a: Axes, axes: number): Axes =>
  a.length === axes
    ? a
    : defect(operation, `an operand of ${String(axes)} axes was expected, and ${showAxes(a)} came`)

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
    return [a[1 - i], b[1 - j]]
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

export const select = (x: Axes, w: Axes): Axes => {
  matrices('select', x, w)
  shared('select', x, 1, w, 0)
  return [x[0], w[1]]
}

export const scatterAdd = (x: Axes, a: Axes): Axes => {
  matrices('scatterAdd', x, a)
  shared('scatterAdd', x, 0, a, 0)
  return [x[1], a[1]]
}

export const pick = (a: Axes, x: Axes): Axes => [same('pick', rank('pick', a, 2), x)[0]]

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
  rank('rename', a, 2)[1].size === last.size
    ? [a[0], last]
    : defect('rename', `${showAxes(a)} cannot end in ${showAxes([last])}: the sizes differ`)

export const merge = (a: Axes): Axes => {
  const [outer, inner, ...rest] = a
  return inner === undefined
    ? defect('merge', `two leading axes were expected, and ${showAxes(a)} came`)
    : [product(outer, inner), ...rest]
}

export const split = (a: Axes): Axes => {
  const [merged, ...rest] = a
  return merged !== undefined && isProduct(merged)
    ? [merged.outer, merged.inner, ...rest]
    : defect('split', `the first axis of ${showAxes(a)} is not a product of two axes`)
}

/** The axis that a scan runs along: the first of every field of its slices. */
export const time = (slices: Readonly<Record<string, Axes>>): AnyAxis => {
  const [first, ...others] = Object.values(slices)
  if (first === undefined) return defect('scan', 'there must be at least one field to run along')
  others.forEach((other) => shared('scan', first, 0, other, 0))
  return first[0]
}

/** All axes but the last. */
export const leading = (axes: Axes): Axes => axes.slice(0, -1)

const isProduct = (a: AnyAxis): a is Product<AnyAxis, AnyAxis> => 'outer' in a && 'inner' in a
