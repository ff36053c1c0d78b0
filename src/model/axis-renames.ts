/**
 * H and H_prev are the same numbers under the names of two axes: where a state is written, and where it is read. So are
 * a layer's output and the input of the layer above.
 */
import type { Kind } from 'fp-ts/HKT'
import type { AnyAxis } from '../algebra/axis.js'
import type { Carrier, TensorAlgebra } from '../algebra/tensor-algebra.js'
import { hiddenAxis, lowerAxis, previousAxis } from './parameters.js'
import type { Hidden, Lower, Previous } from './parameters.js'

/** The renames of a matrix's last axis, R x H. The numbers stay as they are. */
export const axisRenames = <F extends Carrier>({ axesOf, rename }: TensorAlgebra<F>) => ({
  /** H as the next step reads it. */
  asPrevious: <R extends AnyAxis>(H: Kind<F, [R, Hidden]>): Kind<F, [R, Previous]> =>
    rename(H, previousAxis(axesOf(H)[1].size)),
  /** H as the layer above reads it. */
  asLower: <R extends AnyAxis>(H: Kind<F, [R, Hidden]>): Kind<F, [R, Lower]> => rename(H, lowerAxis(axesOf(H)[1].size)),
  /** The adjoint of either, as the adjoint of H. */
  asHidden: <R extends AnyAxis, U extends Previous | Lower>(dH: Kind<F, [R, U]>): Kind<F, [R, Hidden]> =>
    rename<R, U, Hidden>(dH, hiddenAxis(axesOf<[R, U]>(dH)[1].size)),
})
