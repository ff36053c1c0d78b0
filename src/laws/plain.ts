/**
 * Samples of laws: tensors as plain axes and numbers, which every interpreter can read in.
 */
import type { Kind, URIS } from 'fp-ts/HKT'
import type { Axes } from '../algebra/axis.js'
import type { Concrete, OneHot } from '../algebra/tensor-algebra.js'

/** The axes of a tensor and its entries in row-major order, in no interpreter's terms. */
export interface Plain<A> {
  readonly axes: Readonly<A>
  readonly values: readonly number[]
}

/** The axes of a one-hot tensor and its indices along the last axis, in row-major order of the others. */
export interface PlainOneHot<A> {
  readonly axes: Readonly<A>
  readonly indices: readonly number[]
}

/** The tensor of these numbers in an interpreter. */
export const read = <F extends URIS, A extends Axes>(algebra: Concrete<F>, { axes, values }: Plain<A>): Kind<F, A> =>
  algebra.tensor<A>(axes, values)

/** The one-hot tensor of these indices in an interpreter. */
export const readOneHot = <F extends URIS, A extends Axes>(
  algebra: Concrete<F>,
  { axes, indices }: PlainOneHot<A>,
): OneHot<F, A> => algebra.oneHot<A>(axes, indices)
