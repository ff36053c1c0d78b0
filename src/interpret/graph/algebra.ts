/**
 * The graph reading of the algebra: a tensor is its axes and a node of an expression graph.
 *
 * Nothing is computed. A function of tensors, applied to inputs, leaves behind the graph of what it would do.
 *
 * Run by ONNX Runtime it differs from float32 in this: sums are added up in single precision, in an order of the
 * runtime's own; exp and tanh are off by a few units in the last place of what they yield, sigmoid and log-softmax by
 * a few units of 1; and a zero that min, max or relu takes may have either sign. NaN and the infinities go the same
 * ways: min, max, relu and maxAbs keep NaN, heaviside makes it 0.
 *
 * ONNX asks for indices that do not repeat where it scatters without adding up. In `scatterColumns` and `scatterRows`
 * the last of repeated indices wins all the same on ONNX Runtime's CPU, as the laws try; another runtime is free to
 * choose.
 */
import type { Axes } from '../../algebra/axis.js'
import { requireNumber } from '../../algebra/require.js'
import type { TensorAlgebra } from '../../algebra/tensor-algebra.js'
import * as typing from '../typing.js'
import type { Node } from './node.js'
import { apply, constant, ELEMENT_TYPES, filled, scalar, wholes } from './node.js'
import { scanIn, unfoldIn } from './recurrence.js'
import * as rewrite from './rewrite.js'
import { addedAtPlaces, addedAtRows } from './scatter.js'
import * as slices from './slices.js'
import { requireFixed, shapeOf, typed } from './tensor.js'
import type { GraphOptions, GraphTensor } from './tensor.js'

const elementwise =
  (operation: string, operator: string) =>
  <A extends Axes>(a: GraphTensor<A>, b: GraphTensor<A>): GraphTensor<A> =>
    typed(typing.same(operation, a.axes, b.axes), slices.elementwise(operator, [a.node, b.node], a.node.shape))

const unary =
  (operator: string) =>
  <A extends Axes>({ axes, node }: GraphTensor<A>): GraphTensor<A> =>
    typed(axes, slices.elementwise(operator, [node], node.shape))

const rowwise =
  (operation: string, f: (node: Node) => Node) =>
  ({ axes, node }: GraphTensor<Axes>): GraphTensor<never> =>
    typed(typing.rowwise(operation, axes), f(node))

export const graphAlgebra = (options: GraphOptions): TensorAlgebra<'graph'> => ({
  add: (a, b) => typed(typing.same('add', a.axes, b.axes), rewrite.add(a.node, b.node)),
  sub: (a, b) => typed(typing.same('sub', a.axes, b.axes), rewrite.sub(a.node, b.node)),
  mul: elementwise('mul', 'Mul'),
  div: elementwise('div', 'Div'),
  min: elementwise('min', 'Min'),
  max: (a, b) => typed(typing.same('max', a.axes, b.axes), rewrite.maximum(a.node, b.node)),
  scale: (c, a) => typed(typing.scale(c.axes, a.axes), rewrite.scale(c.node, a.node)),
  oneMinus: ({ axes, node }) => typed(axes, slices.elementwise('Sub', [scalar(1), node], node.shape)),
  sqrt: unary('Sqrt'),
  exp: unary('Exp'),
  tanh: unary('Tanh'),
  sigmoid: unary('Sigmoid'),
  relu: unary('Relu'),
  heaviside: ({ axes, node }) => {
    const positive = slices.elementwise('Greater', [node, scalar(0)], node.shape, {}, 'bool')
    return typed(axes, slices.elementwise('Cast', [positive], node.shape, { to: ELEMENT_TYPES.float }))
  },

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
  gatherRows: (x, w) => {
    const axes = typing.gatherRows(x.axes, w.axes)
    return typed(axes, apply('Gather', [w.node, x.index], shapeOf(axes), { axis: 0 }))
  },
  scatterAdd: (x, a) => {
    const axes = typing.scatterAdd(x.axes, a.axes)
    return typed(axes, (options.onOneThread === true ? addedAtRows : addedAtPlaces)(x.index, a.node, shapeOf(axes)))
  },
  takeAlongRows: (a, x) => {
    const axes = typing.takeAlongRows(a.axes, x.axes)
    const column = apply('GatherElements', [a.node, slices.trailing(x.index)], [axes[0].size, 1], { axis: 1 })
    return typed(axes, slices.reshape(column, shapeOf(axes)))
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
    axes: typing.argmax(a.axes),
    index: apply('ArgMax', [a.node], [a.node.shape[0]], { axis: 1, keepdims: 0, select_last_index: 0 }, 'int64'),
  }),

  axesOf: ({ axes }) => axes,
  fill: (axes, c) => {
    requireFixed('fill', options, typing.made('fill', axes))
    return typed(axes, filled(shapeOf(axes), requireNumber('fill', 'the entry c', c)))
  },
  rename: (a, last) => typed(typing.rename(a.axes, last), a.node),
  merge: ({ axes, node }) => relaid('merge', options, typing.merge(axes), node),
  split: ({ axes, node }) => relaid('split', options, typing.split(axes), node),
  scan: scanIn(false, options),
  scanReverse: scanIn(true, options),
  unfold: unfoldIn(options),
})

const relaid = <A extends Axes>(operation: string, options: GraphOptions, axes: Axes, node: Node): GraphTensor<A> => {
  requireFixed(operation, options, axes)
  return typed(axes, slices.reshape(node, shapeOf(axes)))
}
