/**
 * Laws of layout: reading and writing, names of axes, and two axes as one. The numbers stay as they are,
 * to the last bit.
 */
import type { Kind } from 'fp-ts/HKT'
import { product, sameAxes } from '../algebra/axis.js'
import type { Axes, Axis } from '../algebra/axis.js'
import type { Carrier, Concrete } from '../algebra/tensor-algebra.js'
import { sameNumbers } from './law.js'
import type { Law } from './law.js'
import { read } from './plain.js'
import type { Plain } from './plain.js'

type T = Axis<'T'>
type N = Axis<'N'>
type C = Axis<'C'>

/** A stack of matrices, and one matrix. */
export interface LayoutSample {
  readonly stack: Plain<[T, N, C]>
  readonly matrix: Plain<[N, C]>
}

/** Whether a tensor has these axes and these bits. */
const is = <F extends Carrier, A extends Axes>(
  algebra: Concrete<F>,
  a: Kind<F, A>,
  axes: Readonly<A>,
  values: readonly number[],
): boolean => sameAxes(algebra.axesOf<A>(a), axes) && sameNumbers(algebra.toArray<A>(a), values)

/** Laws of any numbers of single precision, finite or not. */
export const layoutLaws = <F extends Carrier>(): readonly Law<Concrete<F>, LayoutSample>[] => [
  {
    name: 'a tensor holds the axes and the numbers it was made of',
    cites: [],
    holds: (algebra, { stack }) => is<F, [T, N, C]>(algebra, read(algebra, stack), stack.axes, stack.values),
  },
  {
    name: 'fill holds one number everywhere',
    cites: [],
    holds: (algebra, { stack, matrix }) => {
      const c = stack.values[0] ?? 0
      return is<F, [N, C]>(algebra, algebra.fill<[N, C]>(matrix.axes, c), matrix.axes, matrix.values.map(() => c))
    },
  },
  {
    name: 'renaming an axis changes its name and no number',
    cites: ['hidden'],
    holds: (algebra, { matrix }) => {
      const { axes, values } = matrix
      const renamed: Axis<'renamed'> = { name: 'renamed', size: axes[1].size }
      const a = algebra.rename<N, C, Axis<'renamed'>>(read(algebra, matrix), renamed)
      return is<F, [N, Axis<'renamed'>]>(algebra, a, [axes[0], renamed], values)
    },
  },
  {
    name: 'merging lays two axes out as one, the outer varying slowest, and changes no number',
    cites: ['loss'],
    holds: (algebra, { stack }) => {
      const { axes, values } = stack
      const [outer, inner, rest] = axes
      const merged = algebra.merge<T, N, [C]>(read(algebra, stack))
      return is(algebra, merged, [product(outer, inner), rest], values)
    },
  },
  {
    name: 'splitting is the inverse of merging',
    cites: [],
    holds: (algebra, { stack }) => {
      const { axes, values } = stack
      const merged = algebra.merge<T, N, [C]>(read(algebra, stack))
      return is<F, [T, N, C]>(algebra, algebra.split<T, N, [C]>(merged), axes, values)
    },
  },
]
