/**
 * The plain (Elman) recurrent cell.
 *
 *   hidden   H_t = phi(Z_t), Z_t = X_t W_xh + H_{t-1} W_hh + b_h: N x H
 *   bptt-h   dZ_t = dH_t * phi'(Z_t), and dZ_t W_hh^T goes on to step t-1
 *   bptt-w   dW_xh = sum X_t^T dZ_t, dW_hh = sum H_{t-1}^T dZ_t, db_h = sum of rows of dZ_t
 *
 * Source: Elman, Finding structure in time (1990); Werbos, Backpropagation through time (1990).
 * Differs from torch.nn.RNN, which stores weights transposed, and has two biases: ask for them.
 */
import type { Carrier, TensorAlgebra } from '../algebra/tensor-algebra.js'
import type { Activation } from './activation.js'
import type { Cell } from './cell.js'
import { gate, places } from './gate.js'
import type { Biases, GateParameters } from './gate.js'
import { characters } from './intake.js'
import type { Intake, IntakeName } from './intake.js'
import { hiddenAxis } from './parameters.js'
import type { Hidden, Previous } from './parameters.js'

/** The signatures of the RNN cell. */
export type Rnn<I extends IntakeName = 'characters', B extends Biases = 'one'> = {
  readonly parameters: GateParameters<'h', I, B>
  readonly state: { readonly H: [Hidden] }
  readonly input: { readonly Z: [Hidden] }
  readonly adjoint: { readonly Z: [Hidden] }
  readonly tape: { readonly H_prev: [Previous]; readonly H: [Hidden] }
}

/** `hidden` as a cell, with this phi: on characters with one bias, unless asked otherwise. */
export const rnn = <F extends Carrier, I extends IntakeName = 'characters', B extends Biases = 'one'>(
  algebra: TensorAlgebra<F>,
  phi: Activation<F>,
  intake: Intake<F, I> = characters(algebra) as never,
  biases: B = 'one' as B,
): Cell<F, Rnn<I, B>, I> => {
  const { add, mul } = algebra
  const { asHidden, asPrevious } = places(algebra)
  const hidden = gate(algebra, intake, 'h', biases)

  return {
    parameterAxes: (sizes) => hidden.axes(sizes) as never,
    stateAxes: (sizes, batch) => ({ H: [batch, hiddenAxis(sizes.hidden)] }),

    project: (parameters, X) => ({ Z: hidden.share(parameters, X) }),

    forward: (parameters, state, { Z: XW }) => {
      const H_prev = asPrevious(state.H)
      const Z = add(XW, hidden.recurrent(parameters, H_prev))
      const H = phi.of(Z)
      return { state: { H }, tape: { H_prev, H } }
    },

    backward: (parameters, { H }, dState, dH_output) => {
      const dH = add(dH_output, dState.H)
      const dZ = mul(dH, phi.derivative(H))
      const dH_prev = hidden.carry(parameters, dZ)
      return { dState: { H: asHidden(dH_prev) }, dInput: { Z: dZ } }
    },

    gradients: (X, { H_prev }, { Z: dZ }) => hidden.gradients(X, H_prev, dZ, dZ),

    below: (parameters, { Z: dZ }) => hidden.below(parameters, dZ),
  }
}
