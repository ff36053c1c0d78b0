/**
 * The gated recurrent unit of the paper, which resets the state before it is multiplied.
 *
 *   gru   r = sigmoid(Z_r), z = sigmoid(Z_z)
 *         n = tanh(X W_xn + b + R W_hn), R = r * H_{t-1}
 *         H_t = (1 - z) * n + z * H_{t-1}
 *
 * All else is that of `gru`, which resets the product H_{t-1} W_hn, as frameworks do: the two agree where r is 1, and
 * parameters of one are not parameters of the other.
 *
 * Source: Cho et al., Learning phrase representations using RNN encoder-decoder (2014), with z for their 1 - z.
 */
import type { Carrier, TensorAlgebra } from '../algebra/tensor-algebra.js'
import { sigmoid, tanh } from './activation.js'
import { axisRenames } from './axis-renames.js'
import type { Cell } from './cell.js'
import { gru } from './gru.js'
import type { Gru } from './gru.js'
import type { Input, InputName } from './input.js'
import type { Hidden, Previous } from './parameters.js'

/** The signatures of the GRU that resets before the product: those of `gru`, with R in the tape. */
export type GruResetBefore<I extends InputName = 'characters'> = Omit<Gru<I>, 'tape' | 'adjoint'> & {
  readonly adjoint: { readonly dZ_r: [Hidden]; readonly dZ_z: [Hidden]; readonly dZ_n: [Hidden] }
  readonly tape: {
    readonly H_prev: [Previous]
    readonly R: [Previous]
    readonly r: [Hidden]
    readonly z: [Hidden]
    readonly n: [Hidden]
    readonly H: [Hidden]
  }
}

/**
 * The GRU of the paper as a cell, with one bias a gate.
 *
 * @param from what it reads: characters, unless `units` of a lower layer are asked for
 */
export const gruResetBefore = <F extends Carrier, I extends InputName = 'characters'>(
  algebra: TensorAlgebra<F>,
  from?: Input<F, I>,
): Cell<F, GruResetBefore<I>, I> => {
  const { add, matmul, matmulNT, matmulTN, mul, oneMinus, sub } = algebra
  const { asHidden, asPrevious } = axisRenames(algebra)
  const [sigma, phi] = [sigmoid(algebra), tanh(algebra)]
  const resetAfter = gru(algebra, from)

  return {
    project: resetAfter.project,
    parameterAxes: resetAfter.parameterAxes,
    stateAxes: resetAfter.stateAxes,
    dX: (parameters, dInput) => resetAfter.dX(parameters, { ...dInput, dN: dInput.dZ_n }),

    forward: ({ gates }, state, { XW_r, XW_z, XW_n }) => {
      const H_prev = asPrevious(state.H)
      const r = sigma.of(add(XW_r, matmul(H_prev, gates.r.W_h)))
      const z = sigma.of(add(XW_z, matmul(H_prev, gates.z.W_h)))
      const R = asPrevious(mul(r, state.H))
      const n = phi.of(add(XW_n, matmul(R, gates.n.W_h)))
      const H = add(mul(oneMinus(z), n), mul(z, state.H))
      return { state: { H }, tape: { H_prev, R, r, z, n, H } }
    },

    backward: ({ gates }, { H_prev, r, z, n }, dState, dH_output) => {
      const [dH, before] = [add(dH_output, dState.H), asHidden(H_prev)]
      const dZ_n = mul(mul(dH, oneMinus(z)), phi.derivative(n))
      const dR = asHidden(matmulNT(dZ_n, gates.n.W_h))
      const dZ_r = mul(mul(dR, before), sigma.derivative(r))
      const dZ_z = mul(mul(dH, sub(before, n)), sigma.derivative(z))
      const dH_prev = asHidden(add(matmulNT(dZ_r, gates.r.W_h), matmulNT(dZ_z, gates.z.W_h)))
      return {
        dState: { H: add(add(mul(dH, z), mul(dR, r)), dH_prev) },
        dInput: { dZ_r, dZ_z, dZ_n },
      }
    },

    gradients: (X, tape, dInput) => {
      const { gates } = resetAfter.gradients(X, { ...tape, N: tape.n }, { ...dInput, dN: dInput.dZ_n })
      return { gates: { ...gates, n: { ...gates.n, W_h: matmulTN(tape.R, dInput.dZ_n) } } }
    },
  }
}
