/**
 * The output layer, applied once to all T*N rows of hidden states.
 *
 *   output   O = H W_hq + b_q
 *   bptt-w   dW_hq = H^T dO, db_q = sum of rows of dO
 *   bptt-h   dH = dO W_hq^T, the output's share of the adjoint of H
 */
import type { Kind } from 'fp-ts/HKT'
import type { AnyAxis } from '../algebra/axis.js'
import type { Carrier, TensorAlgebra, Tensors } from '../algebra/tensor-algebra.js'
import type { Hidden, OutputParameters, Vocabulary } from './parameters.js'

/** `output`: the scores of R rows, R x V, of their hidden states, R x H. */
export const outputForward =
  <F extends Carrier>({ addRow, matmul }: TensorAlgebra<F>) =>
  <R extends AnyAxis>(
    { W_hq, b_q }: Tensors<F, OutputParameters>,
    H: Kind<F, [R, Hidden]>,
  ): Kind<F, [R, Vocabulary]> =>
    addRow(matmul(H, W_hq), b_q)

/** The output layer's share of `bptt-w`, and of `bptt-h`: its gradients, and dO W_hq^T, R x H. */
export const outputBackward =
  <F extends Carrier>({ matmulNT, matmulTN, sumRows }: TensorAlgebra<F>) =>
  <R extends AnyAxis>(
    { W_hq }: Tensors<F, OutputParameters>,
    H: Kind<F, [R, Hidden]>,
    dO: Kind<F, [R, Vocabulary]>,
  ): { readonly gradients: Tensors<F, OutputParameters>; readonly dH: Kind<F, [R, Hidden]> } => ({
    gradients: { W_hq: matmulTN(H, dO), b_q: sumRows(dO) },
    dH: matmulNT(dO, W_hq),
  })
