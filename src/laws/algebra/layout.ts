/**
 * Laws of layout: reading and writing, names and order of axes, two axes as one, slices and stacks. The numbers
 * stay as they are, to the last bit.
 */
import { product } from '../../algebra/axis.js'
import type { Axes, Axis, Product } from '../../algebra/axis.js'
import type { Carrier, Concrete, ScanStep } from '../../algebra/tensor-algebra.js'
import type { Law } from '../law.js'
import { exchanged, holdsBits, read } from '../plain.js'
import type { Plain } from '../plain.js'

type T = Axis<'T'>
type N = Axis<'N'>
type C = Axis<'C'>

/** A stack of matrices, and one matrix. */
export interface LayoutSample {
  readonly stack: Plain<[T, N, C]>
  readonly matrix: Plain<[N, C]>
}

/** A state of no fields, and a slice of one. */
type Nothing = Readonly<Record<never, Axes>>
type Slice = { readonly a: [N, C] }

/** Laws of any numbers of single precision, finite or not. */
export const layoutLaws = <F extends Carrier>(): readonly Law<Concrete<F>, LayoutSample>[] => [
  {
    name: 'a tensor holds the axes and the numbers it was made of',
    cites: [],
    holds: (algebra, { stack }) => holdsBits<F, [T, N, C]>(algebra, read(algebra, stack), stack),
  },
  {
    name: 'fill holds one number everywhere',
    cites: [],
    holds: (algebra, { stack, matrix }) => {
      const c = stack.values[0] ?? 0
      return holdsBits<F, [N, C]>(algebra, algebra.fill<[N, C]>(matrix.axes, c), {
        axes: matrix.axes,
        values: matrix.values.map(() => c),
      })
    },
  },
  {
    name: 'renaming an axis changes its name and no number',
    cites: ['hidden'],
    holds: (algebra, { matrix }) => {
      const { axes, values } = matrix
      const renamed: Axis<'renamed'> = { name: 'renamed', size: axes[1].size }
      const a = algebra.rename<N, C, Axis<'renamed'>>(read(algebra, matrix), renamed)
      return holdsBits<F, [N, Axis<'renamed'>]>(algebra, a, { axes: [axes[0], renamed], values })
    },
  },
  {
    name: 'merging lays two axes out as one, the outer varying slowest, and changes no number',
    cites: ['loss'],
    holds: (algebra, { stack }) => {
      const { axes, values } = stack
      const [outer, inner, rest] = axes
      const merged = algebra.merge<T, N, [C]>(read(algebra, stack))
      return holdsBits<F, [Product<T, N>, C]>(algebra, merged, { axes: [product(outer, inner), rest], values })
    },
  },
  {
    name: 'splitting is the inverse of merging',
    cites: [],
    holds: (algebra, { stack }) => {
      const merged = algebra.merge<T, N, [C]>(read(algebra, stack))
      return holdsBits<F, [T, N, C]>(algebra, algebra.split<T, N, [C]>(merged), stack)
    },
  },
  {
    name: 'transposition exchanges rows and columns',
    cites: [],
    holds: (algebra, { matrix }) => holdsBits(algebra, algebra.transpose(read(algebra, matrix)), exchanged(matrix)),
  },
  {
    name: 'stacking slices gives back what they were slices of, in either direction',
    cites: ['hidden', 'bptt-h'],
    holds: (algebra, { stack }) => {
      const keep: ScanStep<F, Nothing, Slice, Slice> = (state, slice) => ({ state, output: slice })
      return [algebra.scan<T, Nothing, Slice, Slice>, algebra.scanReverse<T, Nothing, Slice, Slice>].every((scan) => {
        const { outputs } = scan(keep, {}, { a: read(algebra, stack) })
        return holdsBits<F, [T, N, C]>(algebra, outputs.a, stack)
      })
    },
  },
]
