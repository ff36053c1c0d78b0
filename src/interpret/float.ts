/**
 * The numbers' reading of the algebra: a tensor is `{ axes, data }`, data a row-major array that
 * nobody writes. `float32` and `float64` are this one constructor at two precisions.
 *
 * Every operation checks that its operands' axes agree, by name and size, and throws a defect
 * naming both where they do not.
 */
import { defect } from '../algebra/defect.js'
import { entries, isProduct, product, showAxes } from '../algebra/axis.js'
import type { Axes } from '../algebra/axis.js'
import type { Concrete } from '../algebra/tensor-algebra.js'
import { leading, requireMatch, requireRank, requireRankFrom, requireSame } from './agreement.js'
import { floatScan } from './float-scan.js'
import * as kernel from './kernel.js'
import type { ReadonlyFloatArray, ReadonlyInt32Array } from './readonly-array.js'

/** A tensor of numbers with these axes. */
export interface Tensor<A, D = ReadonlyFloatArray> {
  readonly axes: Readonly<A>
  readonly data: D
}

/** One-hot rows by their indices along the last axis. */
export interface OneHotTensor<A> {
  readonly axes: Readonly<A>
  readonly index: ReadonlyInt32Array
}

declare module 'fp-ts/HKT' {
  interface URItoKind<A> {
    /** Either precision: what the constructor below is written for. */
    readonly float: Tensor<A>
  }
}
declare module '../algebra/tensor-algebra.js' {
  interface URItoOneHot<A> {
    readonly float: OneHotTensor<A>
  }
}

const rowsAndColumns = (axes: Axes): readonly [number, number] => [axes[0].size, axes[1].size]

const indexRange = (size: number): string =>
  size === 0 ? 'absent, for there is nothing to name' : `a whole number from 0 to ${String(size - 1)}`

/** The algebra of tensors whose numbers live in this kind of typed array. */
export const floatAlgebra = (storage: kernel.Storage): Concrete<'float'> => {
  const make = <A>(axes: Readonly<A>, data: ReadonlyFloatArray): Tensor<A> => ({ axes, data })
  const scalar = (value: number): Tensor<[]> => make<[]>([], kernel.fill(storage, 1, value))

  const elementwise =
    (operation: kernel.Binary) =>
    <A extends Axes>(a: Tensor<A>, b: Tensor<A>): Tensor<A> => {
      requireSame(operation, a, b)
      return make<A>(a.axes, kernel.binary(storage, operation, a.data, b.data))
    }
  const mapped =
    (f: (x: number) => number) =>
    <A extends Axes>(a: Tensor<A>): Tensor<A> =>
      make<A>(a.axes, kernel.map(storage, f, a.data))

  const view = ({ axes, data }: Tensor<Axes>) => kernel.matrix(data, ...rowsAndColumns(axes))
  const transposed = (a: Tensor<Axes>) => view(a).transpose(1, 0)

  const tensor = <A extends Axes>(axes: Readonly<A>, values: ArrayLike<number>): Tensor<A> =>
    values.length === entries(axes)
      ? make<A>(axes, kernel.copy(storage, values))
      : defect('tensor', `${showAxes(axes)} holds ${String(entries(axes))} numbers, and ${String(values.length)} came`)

  const oneHot = <A extends Axes>(axes: Readonly<A>, indices: ArrayLike<number>): OneHotTensor<A> => {
    requireRankFrom('oneHot', 1, { axes })
    const { size } = axes[axes.length - 1]
    const count = entries(leading(axes))
    const given = Array.from(indices)
    const wrong = given.findIndex((index) => !(Number.isInteger(index) && index >= 0 && index < size))
    return given.length !== count
      ? defect('oneHot', `${showAxes(axes)} needs ${String(count)} indices, and ${String(given.length)} came`)
      : wrong >= 0
        ? defect('oneHot', `an index of ${showAxes(axes)} must be ${indexRange(size)}, and ${String(given[wrong])} came`)
        : { axes, index: kernel.copyIndices(given) }
  }

  const fillWith = <A extends Axes>(axes: Readonly<A>, c: number): Tensor<A> =>
    make<A>(axes, kernel.fill(storage, entries(axes), c))

  return {
    tensor,
    oneHot,
    toArray: ({ data }) => Array.from(data),
    indicesOf: ({ index }) => Array.from(index),

    add: elementwise('add'),
    sub: elementwise('sub'),
    mul: elementwise('mul'),
    div: elementwise('div'),
    min: elementwise('min'),
    max: elementwise('max'),
    scale: (c, a) => {
      requireRank('scale', 0, c)
      return make(a.axes, kernel.scale(storage, c.data[0], a.data))
    },
    oneMinus: mapped((x) => 1 - x),
    sqrt: mapped(Math.sqrt),
    exp: mapped(Math.exp),
    tanh: mapped(Math.tanh),
    relu: mapped((x) => Math.max(x, 0)),
    step: mapped((x) => (x > 0 ? 1 : 0)),

    matmul: (a, b) => {
      requireRank('matmul', 2, a, b)
      requireMatch('matmul', a, 1, b, 0)
      return make([a.axes[0], b.axes[1]], kernel.product(storage, view(a), view(b)))
    },
    matmulTN: (a, b) => {
      requireRank('matmulTN', 2, a, b)
      requireMatch('matmulTN', a, 0, b, 0)
      return make([a.axes[1], b.axes[1]], kernel.product(storage, transposed(a), view(b)))
    },
    matmulNT: (a, b) => {
      requireRank('matmulNT', 2, a, b)
      requireMatch('matmulNT', a, 1, b, 1)
      return make([a.axes[0], b.axes[0]], kernel.product(storage, view(a), transposed(b)))
    },
    transpose: (a) => {
      requireRank('transpose', 2, a)
      return make([a.axes[1], a.axes[0]], kernel.materialise(storage, transposed(a)))
    },
    addRow: (a, b) => {
      requireRank('addRow', 2, a)
      requireRank('addRow', 1, b)
      requireMatch('addRow', a, 1, b, 0)
      return make(a.axes, kernel.addRow(storage, a.data, b.data, a.axes[0].size))
    },
    sumRows: (a) => {
      requireRank('sumRows', 2, a)
      return make([a.axes[1]], kernel.sumRows(storage, a.data, ...rowsAndColumns(a.axes)))
    },
    sum: ({ data }) => scalar(kernel.sum(data)),
    maxAbs: ({ data }) => scalar(kernel.maxAbs(data)),
    logSoftmax: (a) => {
      requireRank('logSoftmax', 2, a)
      return make(a.axes, kernel.logSoftmax(storage, a.data, ...rowsAndColumns(a.axes)))
    },

    dense: ({ axes, index }) => make(axes, kernel.dense(storage, index, axes[axes.length - 1].size)),
    select: (x, w) => {
      requireRank('select', 2, x, w)
      requireMatch('select', x, 1, w, 0)
      return make([x.axes[0], w.axes[1]], kernel.select(storage, x.index, w.data, w.axes[1].size))
    },
    scatterAdd: (x, a) => {
      requireRank('scatterAdd', 2, x, a)
      requireMatch('scatterAdd', x, 0, a, 0)
      const [, vocabulary] = x.axes
      const [, columns] = a.axes
      return make(
        [vocabulary, columns],
        kernel.scatterAdd(storage, x.index, a.data, vocabulary.size, columns.size),
      )
    },
    pick: (a, x) => {
      requireRank('pick', 2, a)
      requireSame('pick', a, x)
      return make([a.axes[0]], kernel.pick(storage, a.data, x.index, a.axes[1].size))
    },
    scatterColumns: (base, index, source) => {
      requireRank('scatterColumns', 2, base)
      requireRank('scatterColumns', 3, index)
      requireMatch('scatterColumns', base, 0, index, 0)
      requireMatch('scatterColumns', base, 1, index, 2)
      requireSame('scatterColumns', source, { axes: leading(index.axes) })
      const [columns, each] = [base.axes[1].size, source.axes[1].size]
      const place = (i: number) => Math.floor(i / each) * columns + index.index[i]
      return make(base.axes, kernel.scatter(storage, base.data, source.data, place))
    },
    scatterRows: (base, index, source) => {
      requireRank('scatterRows', 2, base)
      requireRank('scatterRows', 3, index)
      requireMatch('scatterRows', base, 1, index, 1)
      requireMatch('scatterRows', base, 0, index, 2)
      requireSame('scatterRows', source, { axes: leading(index.axes) })
      const columns = base.axes[1].size
      const place = (i: number) => index.index[i] * columns + (i % columns)
      return make(base.axes, kernel.scatter(storage, base.data, source.data, place))
    },
    argmax: (a) => {
      requireRank('argmax', 2, a)
      const [rows, columns] = rowsAndColumns(a.axes)
      if (rows > 0 && columns === 0) defect('argmax', `the rows of ${showAxes(a.axes)} have no largest entry`)
      return { axes: a.axes, index: kernel.argmax(a.data, rows, columns) }
    },

    axesOf: ({ axes }) => axes,
    fill: fillWith,
    rename: (a, last) => {
      requireRank('rename', 2, a)
      if (a.axes[1].size !== last.size) {
        defect('rename', `${showAxes(a.axes)} cannot end in ${showAxes([last])}: the sizes differ`)
      }
      return make([a.axes[0], last], a.data)
    },
    merge: ({ axes, data }) => {
      requireRankFrom('merge', 2, { axes })
      const [outer, inner, ...rest] = axes as Axes
      return make([product(outer, inner), ...rest] as never, data)
    },
    split: ({ axes, data }) => {
      requireRankFrom('split', 1, { axes })
      const [merged, ...rest] = axes as Axes
      return isProduct(merged)
        ? make([merged.outer, merged.inner, ...rest] as never, data)
        : defect('split', `the first axis of ${showAxes(axes)} is not a product of two axes`)
    },
    scan: floatScan(storage, false),
    scanReverse: floatScan(storage, true),
  }
}
