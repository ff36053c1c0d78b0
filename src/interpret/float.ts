/**
 * The numbers' reading of the algebra: a tensor is `{ axes, data }`, data a row-major array that
 * nobody writes. `float32` and `float64` are this one constructor at two precisions.
 *
 * Every operation checks that its operands' axes agree, by name and size, and throws a defect
 * naming both where they do not.
 */
import { defect } from '../algebra/defect.js'
import { requireList, requireNumber, requireNumbers } from '../algebra/require.js'
import { quoted } from '../algebra/quoted.js'
import { entries, showAxes } from '../algebra/axis.js'
import type { Axes } from '../algebra/axis.js'
import type { Concrete } from '../algebra/tensor-algebra.js'
import { floatScan, floatUnfold } from './float-scan.js'
import type { OneHotTensor, Tensor } from './float-tensor.js'
import * as kernel from './kernel/index.js'
import type { ReadonlyFloatArray } from './readonly-array.js'
import * as typing from './typing.js'

const rowsAndColumns = (axes: Axes): readonly [number, number] => [axes[0].size, axes[1].size]

const indexRange = (size: number): string =>
  size === 0 ? 'absent, for there is nothing to name' : `a whole number from 0 to ${String(size - 1)}`

/** Numbers; those of a typed array need no look. */
const requireNumberList = (operation: string, what: string, values: ArrayLike<number>): ArrayLike<number> =>
  values instanceof Float32Array || values instanceof Float64Array ? values : requireNumbers(operation, what, values)

/** The algebra of tensors whose numbers live in this kind of typed array. */
export const floatAlgebra = (storage: kernel.Storage): Concrete<'float'> => {
  const make = <A>(axes: Readonly<A>, data: ReadonlyFloatArray): Tensor<A> => ({ axes, data })
  /** A tensor with the axes that a typing rule gave. */
  const typed = <A extends Axes>(axes: Axes, data: ReadonlyFloatArray): Tensor<A> => ({ axes: axes as A, data })
  const scalar = (value: number): Tensor<[]> => make<[]>([], kernel.fill(storage, 1, value))

  const elementwise =
    (operation: kernel.Binary) =>
    <A extends Axes>(a: Tensor<A>, b: Tensor<A>): Tensor<A> => {
      typing.same(operation, a.axes, b.axes)
      return make<A>(a.axes, kernel.binary(storage, operation, a.data, b.data))
    }
  const mapped =
    (operation: kernel.Unary) =>
    <A extends Axes>(a: Tensor<A>): Tensor<A> =>
      make<A>(a.axes, kernel.unary(storage, operation, a.data))

  const view = ({ axes, data }: Tensor<Axes>) => kernel.matrix(data, ...rowsAndColumns(axes))
  const transposed = ({ axes, data }: Tensor<Axes>) => kernel.transposed(data, ...rowsAndColumns(axes))

  const tensor = <A extends Axes>(axes: Readonly<A>, values: ArrayLike<number>): Tensor<A> => {
    typing.made('tensor', axes)
    requireNumberList('tensor', 'the values', values)
    return values.length === entries(axes)
      ? make<A>(axes, kernel.copy(storage, values))
      : defect('tensor', `${showAxes(axes)} needs ${String(entries(axes))} numbers, got ${String(values.length)}`)
  }

  const oneHot = <A extends Axes>(axes: Readonly<A>, indices: ArrayLike<number>): OneHotTensor<A> => {
    typing.oneHot(typing.made('oneHot', axes))
    requireList('oneHot', 'the indices', indices)
    const { size } = axes[axes.length - 1]
    const count = entries(typing.leading(axes))
    const given = Array.from(indices)
    const wrong = given.findIndex((index) => !(Number.isInteger(index) && index >= 0 && index < size))
    return given.length !== count
      ? defect('oneHot', `${showAxes(axes)} needs ${String(count)} indices, got ${String(given.length)}`)
      : wrong >= 0
        ? defect(
            'oneHot',
            `an index of ${showAxes(axes)} must be ${indexRange(size)}, got ${quoted(given[wrong])}`,
          )
        : { axes, index: kernel.copyIndices(given) }
  }

  const fillWith = <A extends Axes>(axes: Readonly<A>, c: number): Tensor<A> => {
    typing.made('fill', axes)
    return make<A>(axes, kernel.fill(storage, entries(axes), requireNumber('fill', 'the entry c', c)))
  }

  return {
    tensor,
    oneHot,
    toArray: ({ data }) => kernel.numbers(data),
    indicesOf: ({ index }) => Array.from(index),

    add: elementwise('add'),
    sub: elementwise('sub'),
    mul: elementwise('mul'),
    div: elementwise('div'),
    min: elementwise('min'),
    max: elementwise('max'),
    scale: (c, a) => typed(typing.scale(c.axes, a.axes), kernel.scale(storage, c.data[0], a.data)),
    oneMinus: mapped('oneMinus'),
    sqrt: mapped('sqrt'),
    exp: mapped('exp'),
    tanh: mapped('tanh'),
    sigmoid: mapped('sigmoid'),
    relu: mapped('relu'),
    heaviside: mapped('heaviside'),

    matmul: (a, b) => typed(typing.matmul(a.axes, b.axes), kernel.product(storage, view(a), view(b))),
    matmulTN: (a, b) => typed(typing.matmulTN(a.axes, b.axes), kernel.product(storage, transposed(a), view(b))),
    matmulNT: (a, b) => typed(typing.matmulNT(a.axes, b.axes), kernel.product(storage, view(a), transposed(b))),
    transpose: (a) => typed(typing.transpose(a.axes), kernel.materialise(storage, transposed(a))),
    addRow: (a, b) => typed(typing.addRow(a.axes, b.axes), kernel.addRow(storage, a.data, b.data, a.axes[0].size)),
    sumRows: (a) => typed(typing.sumRows(a.axes), kernel.sumRows(storage, a.data, ...rowsAndColumns(a.axes))),
    sum: ({ data }) => scalar(kernel.sum(data)),
    maxAbs: ({ data }) => scalar(kernel.maxAbs(data)),
    logSoftmax: (a) =>
      typed(typing.rowwise('logSoftmax', a.axes), kernel.logSoftmax(storage, a.data, ...rowsAndColumns(a.axes))),

    dense: ({ axes, index }) => make(axes, kernel.dense(storage, index, axes[axes.length - 1].size)),
    gatherRows: (x, w) =>
      typed(typing.gatherRows(x.axes, w.axes), kernel.select(storage, x.index, w.data, w.axes[1].size)),
    scatterAdd: (x, a) =>
      typed(
        typing.scatterAdd(x.axes, a.axes),
        kernel.scatterAdd(storage, x.index, a.data, x.axes[1].size, a.axes[1].size),
      ),
    takeAlongRows: (a, x) =>
      typed(typing.takeAlongRows(a.axes, x.axes), kernel.pick(storage, a.data, x.index, a.axes[1].size)),
    scatterColumns: (base, index, source) => {
      const axes = typing.scatterColumns(base.axes, index.axes, source.axes)
      const [columns, each] = [base.axes[1].size, source.axes[1].size]
      const place = (i: number) => Math.floor(i / each) * columns + index.index[i]
      return typed(axes, kernel.scatter(storage, base.data, source.data, place))
    },
    scatterRows: (base, index, source) => {
      const axes = typing.scatterRows(base.axes, index.axes, source.axes)
      const columns = base.axes[1].size
      const place = (i: number) => index.index[i] * columns + (i % columns)
      return typed(axes, kernel.scatter(storage, base.data, source.data, place))
    },
    argmax: (a) => ({
      axes: typing.argmax(a.axes),
      index: kernel.argmax(a.data, ...rowsAndColumns(a.axes)),
    }),

    axesOf: ({ axes }) => axes,
    fill: fillWith,
    rename: (a, last) => typed(typing.rename(a.axes, last), a.data),
    merge: ({ axes, data }) => typed(typing.merge(axes), data),
    split: ({ axes, data }) => typed(typing.split(axes), data),
    scan: floatScan(storage, false),
    scanReverse: floatScan(storage, true),
    unfold: floatUnfold,
  }
}
