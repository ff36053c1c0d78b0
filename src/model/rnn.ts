/**
 * The plain (Elman) recurrent cell.
 *
 *   hidden   H_t = phi(Z_t), Z_t = X_t W_xh + H_{t-1} W_hh + b_h: N x H
 *   bptt-h   dZ_t = dH_t * phi'(Z_t), and dZ_t W_hh^T goes on to step t-1
 *   bptt-w   dW_xh = sum X_t^T dZ_t, dW_hh = sum H_{t-1}^T dZ_t, db_h = sum of rows of dZ_t
 *
 * Source: Elman, Finding structure in time (1990); Werbos, Backpropagation through time (1990).
 * Differs from torch.nn.RNN, which stores weights transposed, and has a second bias b_hh: ask for it.
 */
import { requireMethods } from '../algebra/require.js'
import type { Carrier, TensorAlgebra } from '../algebra/tensor-algebra.js'
import type { Activation } from './activation.js'
import { secondBias } from './bias.js'
import type { Biases } from './bias.js'
import { axisRenames } from './axis-renames.js'
import type { Cell } from './cell.js'
import { inputOr } from './input.js'
import type { Input, InputAxis, InputName } from './input.js'
import { hiddenAxis, previousAxis } from './parameters.js'
import type { Hidden, Previous } from './parameters.js'

/** The signatures of the plain cell. */
export type Rnn<I extends InputName = 'characters'> = {
  readonly parameters: {
    readonly W_xh: [InputAxis<I>, Hidden]
    readonly W_hh: [Previous, Hidden]
    readonly b_h: [Hidden]
    /** PyTorch's second bias. */
    readonly b_hh?: [Hidden]
  }
  readonly state: { readonly H: [Hidden] }
  readonly input: { readonly XW: [Hidden] }
  readonly adjoint: { readonly dZ: [Hidden] }
  readonly tape: { readonly H_prev: [Previous]; readonly H: [Hidden] }
}

/**
 * `hidden` as a cell.
 *
 * @param phi the activation
 * @param from what it reads: characters, unless `units` of a lower layer are asked for
 * @param biases 'two' adds b_hh, as PyTorch has it
 */
export const rnn = <F extends Carrier, I extends InputName = 'characters'>(
  algebra: TensorAlgebra<F>,
  phi: Activation<F>,
  from?: Input<F, I>,
  biases: Biases = 'one',
): Cell<F, Rnn<I>, I> => {
  requireMethods('rnn', 'phi', phi, ['of', 'derivative'], 'an activation, such as tanh(algebra)')
  const { add, addRow, matmul, matmulNT, matmulTN, mul, sumRows } = algebra
  const { asHidden, asPrevious } = axisRenames(algebra)
  const input = inputOr(algebra, from)
  const second = secondBias(algebra, biases)

  return {
    project: ({ W_xh, b_h }, X) => ({ XW: addRow(input.matmul(X, W_xh), b_h) }),

    forward: ({ W_hh, b_hh }, state, { XW }) => {
      const H_prev = asPrevious(state.H)
      const Z = add(XW, second.plus(matmul(H_prev, W_hh), b_hh))
      const H = phi.of(Z)
      return { state: { H }, tape: { H_prev, H } }
    },

    backward: ({ W_hh }, { H }, dState, dH_output) => {
      const dH = add(dH_output, dState.H)
      const dZ = mul(dH, phi.derivative(H))
      const dH_prev = matmulNT(dZ, W_hh)
      return { dState: { H: asHidden(dH_prev) }, dInput: { dZ } }
    },

    gradients: (X, { H_prev }, { dZ }) => ({
      W_xh: input.matmulTN(X, dZ),
      W_hh: matmulTN(H_prev, dZ),
      b_h: sumRows(dZ),
      ...second.gradient('b_hh', dZ),
    }),

    dX: ({ W_xh }, { dZ }) => matmulNT(dZ, W_xh),

    parameterAxes: (sizes) => {
      const hidden = hiddenAxis(sizes.hidden)
      return {
        W_xh: [input.axis(sizes), hidden],
        W_hh: [previousAxis(sizes.hidden), hidden],
        b_h: [hidden],
        ...(biases === 'two' ? { b_hh: [hidden] } : {}),
      }
    },
    stateAxes: (sizes, batch) => ({ H: [batch, hiddenAxis(sizes.hidden)] }),
  }
}
