/**
 * Values along time: cutting, stacking, and what need not be done step by step.
 *
 *   f(slice a, slice b) = slice f(a, b)       an elementwise operation on slices alone leaves the loop
 *   f(part t a, part t b) = part t f(a, b)    likewise where the loop is written out
 */
import type { Attribute, ElementType, Node, Slice, Split } from './node.js'
import { apply, isApply, isConstantScalar, scopesOf, wholes } from './node.js'

/** A stack that a value was cut from, the way it was cut, and the same cut of another stack. */
interface Cut {
  readonly stack: Node
  readonly way: readonly unknown[]
  readonly again: (stack: Node) => Node
}

const cutOf = (node: Node): Cut | undefined =>
  node.kind === 'slice'
    ? { stack: node.of, way: [node.token], again: (stack) => sliceOf(stack, node.token) }
    : node.kind === 'part' && node.of.kind === 'split'
      ? partCut(node.of, node.index)
      : undefined

const partCut = ({ of, parts }: Split, index: number): Cut => ({
  stack: of,
  way: [parts, index],
  again: (stack) => partOf(stack, parts, index),
})

const sameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i])

/** The cut that all of these share, if they were cut alike from stacks of one shape. */
const commonCut = (nodes: readonly Node[]): Cut | undefined => {
  const [first, ...others] = nodes.map(cutOf)
  const alike = (cut: Cut | undefined): boolean =>
    cut !== undefined &&
    first !== undefined &&
    sameList(cut.way, first.way) &&
    sameList(cut.stack.shape, first.stack.shape)
  return others.every(alike) ? first : undefined
}

/** An elementwise operation. On values cut alike, and constants, it is done once, to the stacks they are cut from. */
export const elementwise = (
  operator: string,
  inputs: readonly Node[],
  shape: readonly number[],
  attributes: Readonly<Record<string, Attribute>> = {},
  type: ElementType = 'float',
): Node => {
  const cut = commonCut(inputs.filter((node) => !isConstantScalar(node)))
  return cut === undefined
    ? apply(operator, inputs, shape, attributes, type)
    : cut.again(elementwise(operator, inputs.map(stackOf), cut.stack.shape, attributes, type))
}

const stackOf = (node: Node): Node => cutOf(node)?.stack ?? node

/** The slice of a stacked value at the current step of a scan. */
export const sliceOf = (of: Node, token: Slice['token']): Slice => ({
  kind: 'slice',
  of,
  token,
  type: of.type,
  shape: of.shape.slice(1),
  scopes: scopesOf([of, { scopes: [token] }]),
})

/** One of so many equal parts of a value along its first axis. */
const partOf = (of: Node, parts: number, index: number): Node => ({
  kind: 'part',
  of: { kind: 'split', of, parts, scopes: of.scopes },
  index,
  type: of.type,
  shape: [of.shape[0] / parts, ...of.shape.slice(1)],
  scopes: of.scopes,
})

/** All slices of a stacked value: cut along rows already merged where they are, so that each is a part as it stands. */
export const slicesOf = (node: Node, steps: number): readonly Node[] => {
  const shape = node.shape.slice(1)
  const of = shape.length === 0 ? node : reshape(node, [steps * shape[0], ...shape.slice(1)])
  return [...Array(steps).keys()].map((index) => reshape(steps === 1 ? of : partOf(of, steps, index), shape))
}

/** Values of one shape, one after the other along a new first axis. */
export const stack = (parts: readonly Node[]): Node => {
  const { shape, type } = parts[0]
  // Two axes or more are laid end to end along the first, then read as the new axis and the old.
  const flat = shape.length === 0 ? parts.map((part) => reshape(part, [1])) : parts
  const [first, ...rest] = flat[0].shape
  const laid = apply('Concat', flat, [first * parts.length, ...rest], { axis: 0 }, type)
  return reshape(laid, [parts.length, ...shape])
}

/** The same numbers in another shape. A size of 0 is meant as it stands, not as that of the operand. */
export const reshape = (a: Node, shape: readonly number[]): Node => {
  const source = isApply(a, 'Reshape') ? a.inputs[0] : a
  const attributes = shape.includes(0) ? { allowzero: 1 } : {}
  return sameList(source.shape, shape) ? source : apply('Reshape', [source, wholes(shape)], shape, attributes, a.type)
}

/** The same numbers with an axis of size 1 at the end, as the scattering operators want their indices. */
export const trailing = (a: Node): Node => reshape(a, [...a.shape, 1])
