/**
 * Laws of one-hot tensors: the dense matrix that the indices denote, and the products with it.
 *
 *   one-hot   X_t = a 1 in each row at the column of its index
 *
 * On small whole numbers all of them are exact.
 */
import type { Axis } from '../../algebra/axis.js'
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import type { Law } from '../law.js'
import { at, equalTensors, holdsBits, holdsExactly, range, read, readOneHot, tabulate, total } from '../plain.js'
import type { Plain, PlainOneHot } from '../plain.js'

type R = Axis<'R'>
type V = Axis<'V'>
type C = Axis<'C'>
type K = Axis<'K'>

/** One-hot rows, what they select from, and what is added up or picked from. */
export interface SelectionSample {
  readonly x: PlainOneHot<[R, V]>
  readonly W: Plain<[V, C]>
  readonly A: Plain<[R, C]>
  /** A matrix of scores, with ties. */
  readonly O: Plain<[R, V]>
}

/** The dense matrix, by definition: 1 where the column is the row's index. */
const denseOf = ({ axes, indices }: PlainOneHot<[R, V]>): Plain<[R, V]> => ({
  axes,
  values: tabulate(...axes, (r, v) => (indices[r] === v ? 1 : 0)),
})

/** Laws of one-hot rows: `gatherRows`, `scatterAdd`, `takeAlongRows` and `dense`. */
export const selectionLaws = <F extends Carrier>(): readonly Law<Concrete<F>, SelectionSample>[] => [
  {
    name: 'a one-hot matrix has a 1 in each row at the column of its index, and zeros elsewhere',
    cites: ['one-hot'],
    holds: (algebra, { x }) => holdsExactly(algebra, algebra.dense<[R, V]>(readOneHot(algebra, x)), denseOf(x)),
  },
  {
    name: 'a one-hot matrix is zeros into which ones are scattered at the columns of its indices',
    cites: ['one-hot'],
    holds: (algebra, { x }) => {
      const one: K = { name: 'K', size: 1 }
      const [rows, columns] = x.axes
      const scattered = algebra.scatterColumns(
        algebra.fill<[R, V]>([rows, columns], 0),
        algebra.oneHot<[R, K, V]>([rows, one, columns], x.indices),
        algebra.fill<[R, K]>([rows, one], 1),
      )
      return holdsExactly(algebra, scattered, denseOf(x))
    },
  },
  {
    name: 'selecting rows is multiplying by the dense one-hot matrix: X W',
    cites: ['one-hot', 'hidden'],
    holds: (algebra, sample) => {
      const [x, W] = [readOneHot(algebra, sample.x), read(algebra, sample.W)]
      return equalTensors(algebra, algebra.gatherRows(x, W), algebra.matmul(algebra.dense<[R, V]>(x), W))
    },
  },
  {
    name: 'adding rows up where indices say is multiplying by the transposed one-hot matrix: X^T A',
    cites: ['one-hot', 'bptt-w'],
    holds: (algebra, sample) => {
      const [x, A] = [readOneHot(algebra, sample.x), read(algebra, sample.A)]
      return equalTensors(algebra, algebra.scatterAdd(x, A), algebra.matmulTN(algebra.dense<[R, V]>(x), A))
    },
  },
  {
    name: 'picking an entry of each row is the product of the row with its one-hot row',
    cites: ['one-hot', 'loss'],
    holds: (algebra, { O, x }) =>
      holdsExactly(algebra, algebra.takeAlongRows(read(algebra, O), readOneHot(algebra, x)), {
        axes: [x.axes[0]],
        values: range(x.axes[0].size).map((r) =>
          total(range(x.axes[1].size).map((v) => at(O)(r, v) * at(denseOf(x))(r, v))),
        ),
      }),
  },
  {
    name: 'the indices of a one-hot tensor are those it was made of',
    cites: ['one-hot'],
    holds: (algebra, { x }) => {
      const indices = algebra.indicesOf<[R, V]>(readOneHot(algebra, x))
      return indices.length === x.indices.length && indices.every((index, i) => index === x.indices[i])
    },
  },
  {
    name: 'the largest entry of a one-hot row stands at its index',
    cites: ['one-hot'],
    holds: (algebra, { x }) => {
      const largest = algebra.argmax<R, V>(algebra.dense<[R, V]>(readOneHot(algebra, x)))
      return holdsExactly(algebra, algebra.dense<[R, V]>(largest), denseOf(x))
    },
  },
  {
    name: 'argmax finds the largest entry of each row, the lowest index on ties',
    cites: [],
    holds: (algebra, { O }) => {
      const chosen = algebra.indicesOf<[R, V]>(algebra.argmax<R, V>(read(algebra, O)))
      return (
        chosen.length === O.axes[0].size &&
        chosen.every((best, r) =>
          range(O.axes[1].size).every((v) => (v < best ? at(O)(r, v) < at(O)(r, best) : at(O)(r, v) <= at(O)(r, best))),
        )
      )
    },
  },
]

/** The same of any numbers of single precision, finite or not: what is selected is copied, not multiplied by 1. */
export const copyLaws = <F extends Carrier>(): readonly Law<Concrete<F>, SelectionSample>[] => [
  {
    name: 'selecting a row copies it to the last bit',
    cites: ['one-hot'],
    holds: (algebra, { x, W }) =>
      holdsBits(algebra, algebra.gatherRows(readOneHot(algebra, x), read(algebra, W)), {
        axes: [x.axes[0], W.axes[1]],
        values: tabulate(x.axes[0], W.axes[1], (r, c) => at(W)(x.indices[r], c)),
      }),
  },
  {
    name: 'picking an entry of each row copies it to the last bit',
    cites: ['loss'],
    holds: (algebra, { x, O }) =>
      holdsBits(algebra, algebra.takeAlongRows(read(algebra, O), readOneHot(algebra, x)), {
        axes: [x.axes[0]],
        values: x.indices.map((v, r) => at(O)(r, v)),
      }),
  },
]
