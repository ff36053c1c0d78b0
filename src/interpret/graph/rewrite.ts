/**
 * Constructors of nodes that rewrite as they build.
 *
 * Each rule replaces a term by one that means the same in exact arithmetic and is cheaper to run. The
 * rules speak of tensors, never of a network:
 *
 *   c (d a) = (c d) a                         one factor instead of two
 *   (c A) B = c (A B), likewise for sums      the factor acts on the smaller result
 *   A B + C, A B + row c                      one Gemm with its third operand
 *   A - dense(x)                              subtracts 1 in one place of each row
 *   f(slice a, slice b) = slice f(a, b)       an elementwise operation on slices alone leaves the loop
 *   max(max(a, b), c), (a + b) + c            one node of many operands, for scalars
 */
import type { Apply, Node, Slice } from './node.js'
import { apply, constant, elements, isApply, isConstantScalar, scalar, scopesOf, wholes } from './node.js'

/** A factor taken out of a term: term = factor * rest. */
interface Scaled {
  readonly factor: Node
  readonly rest: Node
}

/** The factor that a term carries, when it is a product with a scalar. */
const scaledOf = (node: Node): Scaled | undefined =>
  isApply(node, 'Mul') && node.inputs[1].shape.length === 0 && node.shape.length > 0
    ? { factor: node.inputs[1], rest: node.inputs[0] }
    : undefined

/** As above, when the factor is a number known now. */
const constantFactor = (node: Node): { readonly factor: number; readonly rest: Node } => {
  const scaled = scaledOf(node)
  return scaled !== undefined && isConstantScalar(scaled.factor)
    ? { factor: scaled.factor.values[0], rest: scaled.rest }
    : { factor: 1, rest: node }
}

/** An elementwise operation; on slices of one scan alone, and constants, it acts on the stacks outside the loop. */
export const elementwise = (operator: string, inputs: readonly Node[], shape: readonly number[]): Node => {
  const slices = inputs.filter((node): node is Slice => node.kind === 'slice')
  const [first] = slices
  const liftable =
    first !== undefined &&
    slices.every(({ token }) => token === first.token) &&
    inputs.every((node) => node.kind === 'slice' || isConstantScalar(node)) &&
    slices.every((slice) => slice.shape.length === shape.length)
  return liftable
    ? sliceOf(
        elementwise(
          operator,
          inputs.map((node) => (node.kind === 'slice' ? node.of : node)),
          first.of.shape,
        ),
        first.token,
      )
    : apply(operator, inputs, shape)
}

/** The slice of a stacked value at the current step of a scan. */
export const sliceOf = (of: Node, token: Slice['token']): Slice => ({
  kind: 'slice',
  of,
  token,
  type: of.type,
  shape: of.shape.slice(1),
  scopes: scopesOf([of, { scopes: [token] }]),
})

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
    : isConstantScalar(b) && b.values[0] === 1
      ? a
      : apply('Mul', [a, b], [])

/** The terms of a sum or maximum of scalars, flattened. */
const operands = (operator: string, node: Node): readonly Node[] =>
  isApply(node, operator) ? node.inputs : [node]

/** An associative operation of scalars as one node of many operands. */
const gathered = (operator: string, a: Node, b: Node): Apply =>
  apply(operator, [...operands(operator, a), ...operands(operator, b)], [])

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
    ? apply(
        'ScatterElements',
        [a, columnOf(b.inputs[0]), constant(Array.from({ length: a.shape[0] }, () => -1), [a.shape[0], 1])],
        a.shape,
        { axis: 1, reduction: 'add' },
      )
    : isZero(a)
      ? apply('Neg', [b], b.shape)
      : elementwise('Sub', [a, b], a.shape)

/** A vector of R numbers as R rows of one. */
export const columnOf = (a: Node): Node => reshape(a, [a.shape[0], 1])

/** The matrix with the row b added to each of its rows. */
export const addRow = (a: Node, b: Node): Node =>
  isBareGemm(a) ? withAddend(a, b) : apply('Add', [a, b], a.shape)

/** alpha A B + C with either operand transposed; factors known now are taken into alpha. */
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

const withAddend = (product: Apply, addend: Node): Apply =>
  apply('Gemm', [...product.inputs, addend], product.shape, product.attributes)

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

/** The largest absolute value. */
export const maxAbs = (a: Node): Node => apply('ReduceMax', [apply('Abs', [a], a.shape)], [], { keepdims: 0 })

/** The same numbers in another shape. */
export const reshape = (a: Node, shape: readonly number[]): Node => {
  const source = isApply(a, 'Reshape') ? a.inputs[0] : a
  return source.shape.length === shape.length && source.shape.every((size, i) => size === shape[i])
    ? source
    : apply('Reshape', [source, wholes(shape)], shape, {}, a.type)
}

/** Values of one shape, one after the other along a new first axis. */
export const stack = (parts: readonly Node[]): Node => {
  const { shape } = parts[0]
  // Two axes or more are laid end to end along the first, then read as the new axis and the old.
  const flat = shape.length === 0 ? parts.map((part) => reshape(part, [1])) : parts
  const [first, ...rest] = flat[0].shape
  const laid = apply('Concat', flat, [first * parts.length, ...rest], { axis: 0 }, parts[0].type)
  return reshape(laid, [parts.length, ...shape])
}

export const isEmpty = (a: Node): boolean => elements(a.shape) === 0
