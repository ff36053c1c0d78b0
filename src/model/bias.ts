/**
 * The second bias of a sum, which PyTorch and cuDNN have beside the first: H_prev W + b_h next to X W + b_i.
 *
 * A cell with one bias has no such field; then nothing is added, and there is no gradient of it.
 */
import type { Kind } from 'fp-ts/HKT'
import type { AnyAxis } from '../algebra/axis.js'
import type { Carrier, TensorAlgebra } from '../algebra/tensor-algebra.js'
import type { Hidden } from './parameters.js'

/** Whether a gate has one bias, or one for each of its two products. */
export type Biases = 'one' | 'two'

/** The bias of the recurrent product, where there is one. */
export const secondBias = <F extends Carrier>({ addRow, sumRows }: TensorAlgebra<F>, biases: Biases) => ({
  /** H_prev W + b_h, or H_prev W where there is no b_h. */
  plus: <R extends AnyAxis>(HW: Kind<F, [R, Hidden]>, b_h: Kind<F, [Hidden]> | undefined): Kind<F, [R, Hidden]> =>
    b_h === undefined ? HW : addRow(HW, b_h),
  /** The sum of the rows of dZ under this name, where there is a second bias: its gradient. */
  gradient: <Name extends string, R extends AnyAxis>(
    name: Name,
    dZ: Kind<F, [R, Hidden]>,
  ): { readonly [N in Name]?: Kind<F, [Hidden]> } =>
    biases === 'two' ? ({ [name]: sumRows(dZ) } as { readonly [N in Name]?: Kind<F, [Hidden]> }) : {},
})
