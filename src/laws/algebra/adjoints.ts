/**
 * The adjoint test: an operation A that is linear in an argument and the operation A^T that BPTT uses
 * to go back through it satisfy <A x, y> = <x, A^T y> for all x and y.
 *
 * On small whole numbers both sides are exact.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axes, Axis, Product } from '../../algebra/axis.js'
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import type { EquationId, Law } from '../law.js'
import { inner, read, readOneHot } from '../plain.js'
import type { Plain, PlainOneHot } from '../plain.js'

type M = Axis<'M'>
type K = Axis<'K'>
type N = Axis<'N'>

/** Two matrices, everything they are multiplied with, and one-hot rows that select from them. */
export interface AdjointSample {
  /** A scalar. */
  readonly c: Plain<[]>
  readonly A: Plain<[M, K]>
  readonly A2: Plain<[M, K]>
  readonly W: Plain<[M, K]>
  readonly B: Plain<[K, N]>
  readonly Y: Plain<[M, N]>
  /** Stacks of matrices. */
  readonly S: Plain<[N, M, K]>
  readonly S2: Plain<[N, M, K]>
  /** A row. */
  readonly b: Plain<[K]>
  /** A column. */
  readonly y: Plain<[M]>
  /** One-hot rows that select rows of B. */
  readonly x: PlainOneHot<[M, K]>
}

/** A linear operation and its adjoint, between tensors of axes X and of axes Y. */
interface Pair<F extends Carrier, X extends Axes, Y extends Axes> {
  readonly x: Kind<F, X>
  readonly y: Kind<F, Y>
  readonly forward: (x: Kind<F, X>) => Kind<F, Y>
  readonly adjoint: (y: Kind<F, Y>) => Kind<F, X>
}

const adjointTest =
  <F extends Carrier, X extends Axes, Y extends Axes>(
    pair: (algebra: Concrete<F>, sample: AdjointSample) => Pair<F, X, Y>,
  ) =>
  (name: string, cites: readonly EquationId[] = []): Law<Concrete<F>, AdjointSample> => ({
    name,
    cites,
    holds: (algebra, sample) => {
      const { x, y, forward, adjoint } = pair(algebra, sample)
      return inner<F, Y>(algebra, forward(x), y) === inner<F, X>(algebra, x, adjoint(y))
    },
  })

const adjointsOfProducts = <F extends Carrier>(): readonly Law<Concrete<F>, AdjointSample>[] => [
  adjointTest<F, [M, K], [M, N]>((algebra, { A, B, Y }) => ({
    x: read(algebra, A),
    y: read(algebra, Y),
    forward: (X) => algebra.matmul(X, read(algebra, B)),
    adjoint: (dY) => algebra.matmulNT(dY, read(algebra, B)),
  }))('the adjoint of X -> X B is dY -> dY B^T', ['bptt-h', 'bptt-state']),
  adjointTest<F, [K, N], [M, N]>((algebra, { A, B, Y }) => ({
    x: read(algebra, B),
    y: read(algebra, Y),
    forward: (X) => algebra.matmul(read(algebra, A), X),
    adjoint: (dY) => algebra.matmulTN(read(algebra, A), dY),
  }))('the adjoint of X -> A X is dY -> A^T dY', ['bptt-w']),
  adjointTest<F, [M, K], [K, N]>((algebra, { A, B, Y }) => ({
    x: read(algebra, A),
    y: read(algebra, B),
    forward: (X) => algebra.matmulTN(X, read(algebra, Y)),
    adjoint: (dY) => algebra.matmulNT(read(algebra, Y), dY),
  }))('the adjoint of X -> X^T Y is dB -> Y dB^T'),
  adjointTest<F, [K, N], [M, K]>((algebra, { A, B, Y }) => ({
    x: read(algebra, B),
    y: read(algebra, A),
    forward: (X) => algebra.matmulNT(read(algebra, Y), X),
    adjoint: (dA) => algebra.matmulTN(dA, read(algebra, Y)),
  }))('the adjoint of X -> Y X^T is dA -> dA^T Y'),
  adjointTest<F, [M, K], [K, M]>((algebra, { A, A2 }) => ({
    x: read(algebra, A),
    y: algebra.transpose(read(algebra, A2)),
    forward: algebra.transpose,
    adjoint: algebra.transpose,
  }))('transposition is the adjoint of transposition'),
]

const adjointsOfSelection = <F extends Carrier>(): readonly Law<Concrete<F>, AdjointSample>[] => [
  adjointTest<F, [K, N], [M, N]>((algebra, { B, Y, x }) => ({
    x: read(algebra, B),
    y: read(algebra, Y),
    forward: (W) => algebra.gatherRows(readOneHot(algebra, x), W),
    adjoint: (dY) => algebra.scatterAdd(readOneHot(algebra, x), dY),
  }))('the adjoint of selecting rows is adding them up where they came from', ['one-hot', 'bptt-w']),
  adjointTest<F, [M, K], [M]>((algebra, { A, A2, x, y }) => ({
    x: read(algebra, A),
    y: read(algebra, y),
    forward: (X) => algebra.takeAlongRows(X, readOneHot(algebra, x)),
    adjoint: (dy) => {
      const one: Axis<'one'> = { name: 'one', size: 1 }
      const [rows, columns] = x.axes
      return algebra.scatterColumns(
        algebra.fill<[M, K]>(A2.axes, 0),
        algebra.oneHot<[M, Axis<'one'>, K]>([rows, one, columns], x.indices),
        algebra.tensor<[M, Axis<'one'>]>([rows, one], algebra.toArray<[M]>(dy)),
      )
    },
  }))('the adjoint of picking one entry of each row is writing it into zeros', ['loss', 'bptt-o']),
]

const adjointsOfRows = <F extends Carrier>(): readonly Law<Concrete<F>, AdjointSample>[] => [
  adjointTest<F, [K], [M, K]>((algebra, { A, b }) => ({
    x: read(algebra, b),
    y: read(algebra, A),
    forward: (row) => algebra.addRow(algebra.fill<[M, K]>(A.axes, 0), row),
    adjoint: algebra.sumRows,
  }))('the adjoint of adding a row to every row is the sum of the rows', ['bptt-w']),
  adjointTest<F, [M, K], []>((algebra, { A, c }) => ({
    x: read(algebra, A),
    y: read(algebra, c),
    forward: algebra.sum,
    adjoint: (dy) => algebra.scale(dy, algebra.fill<[M, K]>(A.axes, 1)),
  }))('the adjoint of the sum of all entries is filling'),
  adjointTest<F, [M, K], [M, K]>((algebra, { A, A2, c }) => ({
    x: read(algebra, A),
    y: read(algebra, A2),
    forward: (X) => algebra.scale(read(algebra, c), X),
    adjoint: (dY) => algebra.scale(read(algebra, c), dY),
  }))('scaling is its own adjoint', ['clip', 'sgd']),
  adjointTest<F, [], [M, K]>((algebra, { A, A2, c }) => ({
    x: read(algebra, c),
    y: read(algebra, A2),
    forward: (factor) => algebra.scale(factor, read(algebra, A)),
    adjoint: (dY) => algebra.sum(algebra.mul(read(algebra, A), dY)),
  }))('the adjoint of c -> c A is dY -> <A, dY>'),
  adjointTest<F, [M, K], [M, K]>((algebra, { A, A2, W }) => ({
    x: read(algebra, A),
    y: read(algebra, A2),
    forward: (X) => algebra.mul(read(algebra, W), X),
    adjoint: (dY) => algebra.mul(read(algebra, W), dY),
  }))('multiplying entry by entry is its own adjoint', ['bptt-h']),
]

const adjointsOfLayout = <F extends Carrier>(): readonly Law<Concrete<F>, AdjointSample>[] => [
  adjointTest<F, [M, K], [M, Axis<'renamed'>]>((algebra, { A, A2 }) => {
    const renamed: Axis<'renamed'> = { name: 'renamed', size: A.axes[1].size }
    return {
      x: read(algebra, A),
      y: algebra.tensor<[M, Axis<'renamed'>]>([A.axes[0], renamed], A2.values),
      forward: (X) => algebra.rename(X, renamed),
      adjoint: (dY) => algebra.rename(dY, A.axes[1]),
    }
  })('the adjoint of renaming an axis is giving it back its name', ['bptt-state']),
  adjointTest<F, [N, M, K], [Product<N, M>, K]>((algebra, { S, S2 }) => ({
    x: read(algebra, S),
    y: algebra.merge<N, M, [K]>(read(algebra, S2)),
    forward: (X) => algebra.merge<N, M, [K]>(X),
    adjoint: (dY) => algebra.split<N, M, [K]>(dY),
  }))('the adjoint of merging two axes is splitting them'),
]

/** Adjoint tests of every linear operation, on samples of small whole numbers. */
export const adjointLaws = <F extends Carrier>(): readonly Law<Concrete<F>, AdjointSample>[] => [
  ...adjointsOfProducts<F>(),
  ...adjointsOfSelection<F>(),
  ...adjointsOfRows<F>(),
  ...adjointsOfLayout<F>(),
]
