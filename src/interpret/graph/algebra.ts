/**
 * The graph reading of the algebra: a tensor is its axes and a node of an expression graph.
 *
 * Nothing is computed. A function of tensors, applied to inputs, leaves behind the graph of what it would do.
 */
import type { AnyAxis, Axes } from '../../algebra/axis.js'
import type {
  ScanResult,
  ScanStep,
  Signature,
  TensorAlgebra,
  Tensors,
  UnfoldResult,
  UnfoldStep,
} from '../../algebra/tensor-algebra.js'
import { fields } from '../../algebra/tensors.js'
import * as typing from '../typing.js'
import type { Node, Split, Token } from './node.js'
import { apply, constant, partsOf, scalar, scopesOf, stateFields, wholes } from './node.js'
import * as rewrite from './rewrite.js'

export interface GraphTensor<A> {
  readonly axes: Readonly<A>
  readonly node: Node
}

/** One-hot rows: the node holds the indices along the last axis. */
export interface GraphOneHot<A> {
  readonly axes: Readonly<A>
  readonly index: Node
}

declare module 'fp-ts/HKT' {
  interface URItoKind<A> {
    readonly graph: GraphTensor<A>
  }
}
declare module '../../algebra/tensor-algebra.js' {
  interface URItoOneHot<A> {
    readonly graph: GraphOneHot<A>
  }
}

/** How the graph is laid out; the meaning is the same. */
export interface GraphOptions {
  /** A scan of at most this many steps is written out step by step instead of as a loop. */
  readonly unrollUpTo: number
  /** Axes, by name, along which an unfold runs as often as this node says; their size stands for any. */
  readonly lengths?: Readonly<Record<string, Node>>
}

const shapeOf = (axes: Axes): readonly number[] => axes.map(({ size }) => size)

/** A tensor from axes that a typing rule returned. */
const typed = <A extends Axes>(axes: Axes, node: Node): GraphTensor<A> => ({ axes: axes as unknown as A, node })

const elementwise =
  (operator: string) =>
  <A extends Axes>(a: GraphTensor<A>, b: GraphTensor<A>): GraphTensor<A> =>
    typed(typing.same(operator, a.axes, b.axes), rewrite.elementwise(operator, [a.node, b.node], a.node.shape))

const unary =
  (operator: string) =>
  <A extends Axes>({ axes, node }: GraphTensor<A>): GraphTensor<A> =>
    typed(axes, rewrite.elementwise(operator, [node], node.shape))

const rowwise =
  (operation: string, f: (node: Node) => Node) =>
  ({ axes, node }: GraphTensor<Axes>): GraphTensor<never> =>
    typed(typing.rowwise(operation, axes), f(node))

/** The node with an axis of size 1 at the end, as the scattering operators want their indices. */
const trailing = (node: Node): Node => rewrite.reshape(node, [...node.shape, 1])

const zeros = (shape: readonly number[], value = 0): Node =>
  shape.length === 0
    ? scalar(value)
    : apply('Expand', [scalar(value), wholes(shape)], shape)

export const graphAlgebra = (options: GraphOptions): TensorAlgebra<'graph'> => ({
  add: (a, b) => typed(typing.same('add', a.axes, b.axes), rewrite.add(a.node, b.node)),
  sub: (a, b) => typed(typing.same('sub', a.axes, b.axes), rewrite.sub(a.node, b.node)),
  mul: elementwise('Mul'),
  div: elementwise('Div'),
  min: elementwise('Min'),
  max: (a, b) => typed(typing.same('max', a.axes, b.axes), rewrite.maximum(a.node, b.node)),
  scale: (c, a) => typed(typing.scale(c.axes, a.axes), rewrite.scale(c.node, a.node)),
  oneMinus: ({ axes, node }) => typed(axes, rewrite.elementwise('Sub', [scalar(1), node], node.shape)),
  sqrt: unary('Sqrt'),
  exp: unary('Exp'),
  tanh: unary('Tanh'),
  sigmoid: unary('Sigmoid'),
  relu: unary('Relu'),
  step: ({ axes, node }) =>
    typed(axes, rewrite.elementwise('Sign', [rewrite.elementwise('Relu', [node], node.shape)], node.shape)),

  matmul: (a, b) => typed(typing.matmul(a.axes, b.axes), rewrite.gemm(a.node, b.node, false, false)),
  matmulTN: (a, b) => typed(typing.matmulTN(a.axes, b.axes), rewrite.gemm(a.node, b.node, true, false)),
  matmulNT: (a, b) => typed(typing.matmulNT(a.axes, b.axes), rewrite.gemm(a.node, b.node, false, true)),
  transpose: ({ axes, node }) =>
    typed(typing.transpose(axes), apply('Transpose', [node], [node.shape[1], node.shape[0]], { perm: [1, 0] })),
  addRow: (a, b) => typed(typing.addRow(a.axes, b.axes), rewrite.addRow(a.node, b.node)),
  sumRows: (a) => typed(typing.sumRows(a.axes), rewrite.sumRows(a.node)),
  sum: ({ node }) => typed([], rewrite.sum(node)),
  maxAbs: ({ node }) => typed([], rewrite.maxAbs(node)),
  logSoftmax: rowwise('logSoftmax', (node) => apply('LogSoftmax', [node], node.shape, { axis: 1 })),

  dense: ({ axes, index }) =>
    typed(
      axes,
      apply('OneHot', [index, wholes([axes[axes.length - 1].size]), constant([0, 1], [2])], shapeOf(axes), {
        axis: -1,
      }),
    ),
  select: (x, w) => {
    const axes = typing.select(x.axes, w.axes)
    return typed(axes, apply('Gather', [w.node, x.index], shapeOf(axes), { axis: 0 }))
  },
  scatterAdd: (x, a) => {
    const axes = typing.scatterAdd(x.axes, a.axes)
    const base = zeros(shapeOf(axes))
    return typed(axes, apply('ScatterND', [base, trailing(x.index), a.node], shapeOf(axes), { reduction: 'add' }))
  },
  pick: (a, x) => {
    const axes = typing.pick(a.axes, x.axes)
    const column = apply('GatherElements', [a.node, trailing(x.index)], [axes[0].size, 1], { axis: 1 })
    return typed(axes, rewrite.reshape(column, shapeOf(axes)))
  },
  scatterColumns: (base, index, source) =>
    typed(
      typing.scatterColumns(base.axes, index.axes, source.axes),
      apply('ScatterElements', [base.node, index.index, source.node], base.node.shape, { axis: 1 }),
    ),
  scatterRows: (base, index, source) =>
    typed(
      typing.scatterRows(base.axes, index.axes, source.axes),
      apply('ScatterElements', [base.node, index.index, source.node], base.node.shape, { axis: 0 }),
    ),
  argmax: (a) => ({
    axes: typing.argmax(a.axes) as never,
    index: apply('ArgMax', [a.node], [a.node.shape[0]], { axis: 1, keepdims: 0, select_last_index: 0 }, 'int64'),
  }),

  axesOf: ({ axes }) => axes,
  fill: (axes, c) => typed(axes, zeros(shapeOf(axes), c)),
  rename: (a, last) => typed(typing.rename(a.axes, last), a.node),
  merge: ({ axes, node }) => relaid(typing.merge(axes), node),
  split: ({ axes, node }) => relaid(typing.split(axes), node),
  scan: scanIn(false, options),
  scanReverse: scanIn(true, options),
  unfold: unfoldIn(options),
})

const relaid = <A extends Axes>(axes: Axes, node: Node): GraphTensor<A> =>
  typed(axes, rewrite.reshape(node, shapeOf(axes)))

type Named = Tensors<'graph', Signature>

/** A record with these tensors' fields and axes, and other nodes. */
const withNodes = (pattern: Named, nodes: readonly Node[], axesOf: (axes: Axes) => Axes = (axes) => axes): Named =>
  Object.fromEntries(fields(pattern).map((field, i) => [field, typed(axesOf(pattern[field].axes), nodes[i])]))

const nodesOf = (a: Named): readonly Node[] => fields(a).map((field) => a[field].node)

/** A scan in either direction, as a loop or written out. */
const scanIn =
  (reverse: boolean, { unrollUpTo }: GraphOptions) =>
  <T extends AnyAxis, S extends Signature, X extends Signature, Y extends Signature>(
    step: ScanStep<'graph', S, X, Y>,
    initial: Tensors<'graph', S>,
    slices: Named,
  ): ScanResult<'graph', T, S, Y> => {
    const time = typing.time(Object.fromEntries(fields(slices).map((field) => [field, slices[field].axes])))
    const run = time.size <= unrollUpTo && time.size > 0 ? unrolled : looped
    const { state, outputs } = run(step as never, initial as Named, slices, time.size, reverse)
    return { state, outputs: stackedAlong(time, outputs) } as unknown as ScanResult<'graph', T, S, Y>
  }

const stackedAlong = (time: AnyAxis, outputs: Named): Named =>
  Object.fromEntries(
    fields(outputs).map((field) => [field, typed([time, ...outputs[field].axes], outputs[field].node)]),
  )

/** The last state, and stacked nodes under the axes of one step's outputs. */
interface Run {
  readonly state: Named
  readonly outputs: Named
}
type Step = ScanStep<'graph', Signature, Signature, Signature>

const looped = (step: Step, initial: Named, slices: Named, steps: number, reverse: boolean): Run => {
  const token: Token = { loop: 'scan' }
  const state = stateFields(nodesOf(initial), token)
  const current = nodesOf(slices).map((node) => rewrite.sliceOf(node, token))
  const { state: next, output } = step(withNodes(initial, state), withNodes(slices, current, withoutFirst))
  const body = { initial: nodesOf(initial), next: nodesOf(inOrder(initial, next)), outputs: nodesOf(output) }
  const scopes = scopesOf([...body.initial, ...body.next, ...body.outputs]).filter((scope) => scope !== token)
  const parts = partsOf({ kind: 'scan', token, reverse, state, scopes, ...body }, [steps])
  return { state: withNodes(initial, parts.state), outputs: withNodes(output, parts.outputs) }
}

/** How often an unfold along this axis runs: a number known now, or one fed in. */
const tripsAlong = (time: AnyAxis, { lengths }: GraphOptions): Node =>
  lengths?.[time.name as string] ?? constant([time.size], [], 'int64')

const unfoldIn =
  (options: GraphOptions) =>
  <T extends AnyAxis, S extends Signature, A extends Axes>(
    time: T,
    step: UnfoldStep<'graph', S, A>,
    initial: Tensors<'graph', S>,
    first: GraphOneHot<A>,
  ): UnfoldResult<'graph', T, S, A> => {
    const token: Token = { loop: 'unfold' }
    const begin = [...nodesOf(initial as Named), first.index]
    const state = stateFields(begin, token)
    const { state: next, output } = step(withNodes(initial as Named, state.slice(0, -1)) as unknown as typeof initial, {
      ...first,
      index: state[state.length - 1],
    })
    const body = { initial: begin, next: [...nodesOf(inOrder(initial as Named, next as Named)), output.index] }
    const scopes = scopesOf([...body.initial, ...body.next]).filter((scope) => scope !== token)
    const trips = tripsAlong(time, options)
    const loop = { kind: 'loop' as const, token, trips, state, scopes, ...body, outputs: [output.index] }
    const parts = partsOf(loop, [time.size])
    return {
      state: withNodes(initial as Named, parts.state.slice(0, -1)) as unknown as typeof initial,
      outputs: { axes: [time, ...(first.axes as unknown as Axes)] as never, index: parts.outputs[0] },
    }
  }

const withoutFirst = (axes: Axes): Axes => axes.slice(1)

const unrolled = (step: Step, initial: Named, slices: Named, steps: number, reverse: boolean): Run => {
  const cut = nodesOf(slices).map((node) => slicesOf(node, steps))
  const order = [...Array(steps).keys()]
  const { state, outputs } = (reverse ? order.toReversed() : order).reduce<{
    readonly state: Named
    readonly outputs: readonly Named[]
  }>(
    ({ state: previous, outputs: before }, t) => {
      const current = withNodes(slices, cut.map((parts) => parts[t]), withoutFirst)
      const { state: next, output } = step(previous, current)
      return { state: inOrder(initial, next), outputs: [...before, output] }
    },
    { state: initial, outputs: [] },
  )
  const forward = reverse ? outputs.toReversed() : outputs
  const stacked = nodesOf(forward[0]).map((_, i) => rewrite.stack(forward.map((output) => nodesOf(output)[i])))
  return { state, outputs: withNodes(forward[0], stacked) }
}

/** All slices of a stacked value: cut along rows already merged where they are, so that each is a part as it stands. */
const slicesOf = (node: Node, steps: number): readonly Node[] => {
  const shape = node.shape.slice(1)
  const of = shape.length === 0 ? node : rewrite.reshape(node, [steps * shape[0], ...shape.slice(1)])
  const split: Split = { kind: 'split', of, parts: steps, scopes: of.scopes }
  const partShape = [of.shape[0] / steps, ...of.shape.slice(1)]
  return [...Array(steps).keys()].map((index) =>
    steps === 1
      ? rewrite.reshape(of, shape)
      : rewrite.reshape(
          { kind: 'part', of: split, index, type: node.type, shape: partShape, scopes: of.scopes },
          shape,
        ),
  )
}

/** The next state with its fields in the order of the initial one. */
const inOrder = (initial: Named, next: Named): Named =>
  Object.fromEntries(fields(initial).map((field) => [field, next[field]]))
