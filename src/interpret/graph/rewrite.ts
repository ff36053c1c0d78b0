/**
 * Constructors of nodes that rewrite as they build.
 *
 * Each rule replaces a term by one that means the same in exact arithmetic, has no more roundings, and is cheaper to
 * run. The rules speak of tensors, never of a network; those about values along time stand in `slices.ts`.
 *
 *   c (d a) = (c d) a                         one factor instead of two
 *   (c A) B = c (A B), likewise for sums      the factor acts on the smaller result
 *   A B + C, A B + row c                      one Gemm with its third operand
 *   A - dense(x)                              subtracts 1 in one place of each row
 *   max(max(a, b), c), (a + b) + c            one node of many operands, for scalars
 *
 * A factor c d may overflow, or lose digits as a subnormal number, where c (d a) would not.
 */
import type { Apply, Node } from './node.js'
import { apply, elements, filled, isApply, isConstantScalar, scalar, wholes } from './node.js'
import { elementwise, trailing } from './slices.js'

/** A factor taken out of a term: term = factor * rest. */
interface Scaled {
  readonly factor: Node
  readonly rest: Node
}

/** The factor that a matrix carries, when it is a product with a scalar. */
const scaledOf = (node: Node): Scaled | undefined =>
  isApply(node, 'Mul') && node.inputs[1].shape.length === 0
    ? { factor: node.inputs[1], rest: node.inputs[0] }
    : undefined

/** As above, when the factor is a number known now. */
const constantFactor = (node: Node): { readonly factor: number; readonly rest: Node } => {
  const scaled = scaledOf(node)
  return scaled !== undefined && isConstantScalar(scaled.factor)
    ? { factor: scaled.factor.values[0], rest: scaled.rest }
    : { factor: 1, rest: node }
}

/** c a */
export const scale = (c: Node, a: Node): Node => {
  if (isConstantScalar(c) && c.values[0] === 1) return a
  const inner = scaledOf(a)
  return a.shape.length === 0
    ? product(a, c)
    : inner !== undefined
      ? scale(product(inner.factor, c), inner.rest)
      : elementwise('Mul', [a, c], a.shape)
}

/** The product of two scalars. */
const product = (a: Node, b: Node): Node =>
  isConstantScalar(a) && isConstantScalar(b)
    ? scalar(a.values[0] * b.values[0])
    : apply('Mul', [a, b], [])

/** An associative operation of scalars as one node of many operands, those of `a` in front. */
const gathered = (operator: string, a: Node, b: Node): Apply =>
  apply(operator, [...(isApply(a, operator) ? a.inputs : [a]), b], [])

const isZero = (node: Node): boolean => isConstantScalar(node) && node.values[0] === 0

export const maximum = (a: Node, b: Node): Node =>
  a.shape.length === 0 ? gathered('Max', a, b) : elementwise('Max', [a, b], a.shape)

export const add = (a: Node, b: Node): Node =>
  a.shape.length === 0
    ? isZero(a)
      ? b
      : gathered('Sum', a, b)
    : isBareGemm(b)
      ? withAddend(b, a)
      : isBareGemm(a)
        ? withAddend(a, b)
        : elementwise('Add', [a, b], a.shape)

export const sub = (a: Node, b: Node): Node =>
  isApply(b, 'OneHot')
    ? lessOneAt(a, b.inputs[0])
    : isZero(a)
      ? apply('Neg', [b], b.shape)
      : elementwise('Sub', [a, b], a.shape)

/** 1 less at these indices of the last axis. */
const lessOneAt = (a: Node, index: Node): Node => {
  const places = trailing(index)
  const less = filled(places.shape, -1)
  return apply('ScatterElements', [a, places, less], a.shape, { axis: a.shape.length - 1, reduction: 'add' })
}

/** The matrix with the row b added to each of its rows. */
export const addRow = (a: Node, b: Node): Node =>
  isBareGemm(a) ? withAddend(a, b) : apply('Add', [a, b], a.shape)

/** alpha A B with either operand transposed; factors known now are taken into alpha. */
export const gemm = (a: Node, b: Node, transposeA: boolean, transposeB: boolean): Node => {
  const [left, right] = [constantFactor(a), constantFactor(b)]
  const [rows, columns] = [a.shape[transposeA ? 1 : 0], b.shape[transposeB ? 0 : 1]]
  const bare = apply('Gemm', [left.rest, right.rest], [rows, columns], {
    ...(transposeA ? { transA: 1 } : {}),
    ...(transposeB ? { transB: 1 } : {}),
  })
  return scale(scalar(left.factor * right.factor), bare)
}

const isBareGemm = (node: Node): node is Apply => isApply(node, 'Gemm') && node.inputs.length === 2

const withAddend = (bare: Apply, addend: Node): Apply =>
  apply('Gemm', [...bare.inputs, addend], bare.shape, bare.attributes)

export const sumRows = (a: Node): Node => {
  const { factor, rest } = constantFactor(a)
  const sums = apply('ReduceSum', [rest, wholes([0])], [a.shape[1]], { keepdims: 0 })
  return scale(scalar(factor), sums)
}

/** The sum of all entries; of squares, in one operation. */
export const sum = (a: Node): Node =>
  isApply(a, 'Mul') && a.inputs[0] === a.inputs[1]
    ? apply('ReduceSumSquare', [a.inputs[0]], [], { keepdims: 0 })
    : apply('ReduceSum', [a], [], { keepdims: 0 })

/**
 * The largest absolute value. ReduceMax forgets a NaN that does not come first, but a sum does not: the sum of
 * absolute values is never below the largest of them, so that the lesser of the two is that one, or NaN.
 */
export const maxAbs = (a: Node): Node => {
  if (elements(a.shape) === 0) return scalar(0)
  const sizes = apply('Abs', [a], a.shape)
  const [largest, total] = ['ReduceMax', 'ReduceSum'].map((reduce) => apply(reduce, [sizes], [], { keepdims: 0 }))
  return apply('Min', [largest, total], [])
}
