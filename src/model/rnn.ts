/**
 * The plain (Elman) recurrent cell.
 *
 *   hidden   H_t = phi(Z_t), Z_t = X_t W_xh + H_{t-1} W_hh + b_h
 *   bptt-h   dZ_t = dH_t * phi'(Z_t), and dZ_t W_hh^T goes on to step t-1
 *   bptt-w   dW_xh = sum X_t^T dZ_t, dW_hh = sum H_{t-1}^T dZ_t, db_h = sum of rows of dZ_t
 *
 * Source: Elman, Finding structure in time (1990); Werbos, Backpropagation through time (1990).
 * Differs from torch.nn.RNN, which has two biases that are only ever added and stores weights transposed.
 */
import type { Kind } from 'fp-ts/HKT'
import type { AnyAxis } from '../algebra/axis.js'
import type { Carrier, TensorAlgebra } from '../algebra/tensor-algebra.js'
import type { Activation } from './activation.js'
import type { Cell } from './cell.js'
import { hiddenAxis, previousAxis, vocabularyAxis } from './parameters.js'
import type { Hidden, Previous, Vocabulary } from './parameters.js'

/** The signatures of the RNN cell. */
export type Rnn = {
  readonly parameters: {
    readonly W_xh: [Vocabulary, Hidden]
    readonly W_hh: [Previous, Hidden]
    readonly b_h: [Hidden]
  }
  readonly state: { readonly H: [Hidden] }
  readonly input: { readonly Z: [Hidden] }
  readonly tape: { readonly H_prev: [Previous]; readonly H: [Hidden] }
}

export const rnn = <F extends Carrier>(algebra: TensorAlgebra<F>, phi: Activation<F>): Cell<F, Rnn> => {
  const { add, addRow, axesOf, matmul, matmulNT, matmulTN, mul, rename, scatterAdd, select, sumRows } = algebra
  const asPrevious = <R extends AnyAxis>(H: Kind<F, [R, Hidden]>): Kind<F, [R, Previous]> =>
    rename(H, previousAxis(axesOf(H)[1].size))
  const asHidden = <R extends AnyAxis>(H_prev: Kind<F, [R, Previous]>): Kind<F, [R, Hidden]> =>
    rename(H_prev, hiddenAxis(axesOf(H_prev)[1].size))

  return {
    parameterAxes: ({ vocabulary, hidden }) => ({
      W_xh: [vocabularyAxis(vocabulary), hiddenAxis(hidden)],
      W_hh: [previousAxis(hidden), hiddenAxis(hidden)],
      b_h: [hiddenAxis(hidden)],
    }),
    stateAxes: ({ hidden }, batch) => ({ H: [batch, hiddenAxis(hidden)] }),

    project: ({ W_xh, b_h }, X) => ({ Z: addRow(select(X, W_xh), b_h) }),

    forward: ({ W_hh }, state, { Z: XW }) => {
      const H_prev = asPrevious(state.H)
      const Z = add(XW, matmul(H_prev, W_hh))
      const H = phi.of(Z)
      return { state: { H }, tape: { H_prev, H } }
    },

    backward: ({ W_hh }, { H }, dState, dH_output) => {
      const dH = add(dH_output, dState.H)
      const dZ = mul(dH, phi.derivative(H))
      const dH_prev = matmulNT(dZ, W_hh)
      return { dState: { H: asHidden(dH_prev) }, dInput: { Z: dZ } }
    },

    gradients: (X, { H_prev }, { Z: dZ }) => ({
      W_xh: scatterAdd(X, dZ),
      W_hh: matmulTN(H_prev, dZ),
      b_h: sumRows(dZ),
    }),
  }
}
