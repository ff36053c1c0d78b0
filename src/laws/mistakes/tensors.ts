/**
 * Tensors made wrong: what mistakes do with the numbers and axes of an algebra that can be read out.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axes } from '../../algebra/axis.js'
import type { Carrier, Concrete, OneHot } from '../../algebra/tensor-algebra.js'
import { mapTensors } from '../../algebra/tensors.js'
import type { Rows, Vocabulary } from '../../model/parameters.js'
import { range } from '../plain.js'

/** Ways to make tensors wrong in an algebra. */
export const wrongTensors = <F extends Carrier>(algebra: Concrete<F>) => {
  const { axesOf, fill, indicesOf, oneHot, scale, tensor, toArray } = algebra
  const zero = <A extends Axes>(a: Kind<F, A>): Kind<F, A> => fill<A>(axesOf<A>(a), 0)
  /** c a, where c is a number. */
  const times = <A extends Axes>(c: number, a: Kind<F, A>): Kind<F, A> => scale<A>(fill<[]>([], c), a)
  /** The tensor with numbers that f makes of its own. */
  const remade = <A extends Axes>(a: Kind<F, A>, f: (values: readonly number[]) => readonly number[]): Kind<F, A> =>
    tensor<A>(axesOf<A>(a), f(toArray<A>(a)))
  /** Whether it is a matrix that the state of the step before is multiplied with. */
  const isRecurrent = (a: Kind<F, Axes>): boolean => axesOf<Axes>(a)[0]?.name === 'previous'
  /** The transpose of a square matrix under the axes of the matrix itself: what an unnamed axis lets happen. */
  const flipped = <A extends Axes>(a: Kind<F, A>): Kind<F, A> => {
    const n = axesOf<A>(a)[0].size
    return remade(a, (values) => values.map((_, i) => values[(i % n) * n + Math.floor(i / n)]))
  }
  return {
    /** A tensor of any axes, which the compiler does not see of one of some axes. */
    erased: <A extends Axes>(a: Kind<F, A>): Kind<F, Axes> => a as unknown as Kind<F, Axes>,
    zero,
    times,
    remade,
    flipped,
    isRecurrent,
    zeros: mapTensors<F>(zero),
    /** Of what has T*N rows, the rows of one step, zero in all others. */
    onlyStep: <A extends Axes>(t: number, a: Kind<F, A>): Kind<F, A> => {
      const T = (axesOf<A>(a)[0] as Rows).outer.size
      return remade<A>(a, (values) => values.map((x, i) => (Math.floor((i * T) / values.length) === t ? x : 0)))
    },
    /** Each row of `a` written, not added, to the row that X names: the last one stays. */
    scatterLast: (X: OneHot<F, [Rows, Vocabulary]>, a: Kind<F, Axes>, target: Kind<F, Axes>): Kind<F, Axes> => {
      const [indices, values] = [indicesOf<[Rows, Vocabulary]>(X), toArray<Axes>(a)]
      const [rows, columns] = axesOf<Axes>(target)
      const rowOf = (v: number): readonly number[] => {
        const row = indices.lastIndexOf(v)
        return range(columns.size).map((c) => (row < 0 ? 0 : values[row * columns.size + c]))
      }
      return tensor<Axes>([rows, columns], range(rows.size).flatMap(rowOf))
    },
    /** The numbers of T*N rows, with the rows of each n together instead of those of each t. */
    batchMajor: <A extends readonly [Rows, ...Axes]>(a: Kind<F, A>): Kind<F, A> => {
      const [{ inner, outer, size }] = axesOf<A>(a)
      return remade<A>(a, (values) => {
        const width = values.length / size
        return byRows(outer.size, inner.size).flatMap((row) => values.slice(row * width, (row + 1) * width))
      })
    },
    /** One-hot rows, with those of each n together. */
    batchMajorCharacters: (X: OneHot<F, [Rows, Vocabulary]>, axes: readonly [Rows, Vocabulary]) => {
      const indices = indicesOf<[Rows, Vocabulary]>(X)
      const [{ inner, outer }] = axes
      return oneHot<[Rows, Vocabulary]>(axes, byRows(outer.size, inner.size).map((row) => indices[row]))
    },
  }
}

/** The places of T*N time-major rows, in batch-major order. */
export const byRows = (steps: number, batch: number): readonly number[] =>
  range(batch).flatMap((n) => range(steps).map((t) => t * batch + n))
