/**
 * The gated recurrent unit.
 *
 *   gru   r = sigmoid(Z_r), z = sigmoid(Z_z)
 *         n = tanh(X W_xn + b + r * N), N = H_{t-1} W_hn
 *         H_t = (1 - z) * n + z * H_{t-1}
 *
 * All of them are N x H, and Z_r = X W_xr + H_{t-1} W_hr + b_r, likewise Z_z. With two biases the candidate's second
 * one stands inside: N = H_{t-1} W_hn + b_hn.
 *
 * Source: Cho et al., Learning phrase representations using RNN encoder-decoder (2014); the same as torch.nn.GRU and
 * cuDNN, which reset after the product. Differs from the paper, which resets H_{t-1} before it, (r * H_{t-1}) W_hn.
 */
import type { Carrier, TensorAlgebra } from '../algebra/tensor-algebra.js'
import { sigmoid, tanh } from './activation.js'
import { axisRenames } from './axis-renames.js'
import { secondBias } from './bias.js'
import type { Biases } from './bias.js'
import type { Cell } from './cell.js'
import { gateAxes } from './gate.js'
import type { Gate } from './gate.js'
import { inputOr } from './input.js'
import type { Input, InputName } from './input.js'
import { hiddenAxis } from './parameters.js'
import type { Hidden, Previous } from './parameters.js'

/** The signatures of the GRU cell. */
export type Gru<I extends InputName = 'characters'> = {
  readonly parameters: {
    readonly gates: { readonly r: Gate<I>; readonly z: Gate<I>; readonly n: Gate<I> }
  }
  readonly state: { readonly H: [Hidden] }
  readonly input: { readonly XW_r: [Hidden]; readonly XW_z: [Hidden]; readonly XW_n: [Hidden] }
  readonly adjoint: { readonly dZ_r: [Hidden]; readonly dZ_z: [Hidden]; readonly dZ_n: [Hidden]; readonly dN: [Hidden] }
  readonly tape: {
    readonly H_prev: [Previous]
    readonly r: [Hidden]
    readonly z: [Hidden]
    readonly n: [Hidden]
    readonly N: [Hidden]
    readonly H: [Hidden]
  }
}

/**
 * `gru` as a cell.
 *
 * @param from what it reads: characters, unless `units` of a lower layer are asked for
 * @param biases 'two' adds b_hr, b_hz and b_hn, as PyTorch has it
 */
export const gru = <F extends Carrier, I extends InputName = 'characters'>(
  algebra: TensorAlgebra<F>,
  from?: Input<F, I>,
  biases: Biases = 'one',
): Cell<F, Gru<I>, I> => {
  const { add, addRow, matmul, matmulNT, matmulTN, mul, oneMinus, sub, sumRows } = algebra
  const { asHidden, asPrevious } = axisRenames(algebra)
  const [sigma, phi] = [sigmoid(algebra), tanh(algebra)]
  const input = inputOr(algebra, from)
  const second = secondBias(algebra, biases)

  return {
    project: ({ gates }, X) => ({
      XW_r: addRow(input.matmul(X, gates.r.W_x), gates.r.b),
      XW_z: addRow(input.matmul(X, gates.z.W_x), gates.z.b),
      XW_n: addRow(input.matmul(X, gates.n.W_x), gates.n.b),
    }),

    forward: ({ gates }, state, { XW_r, XW_z, XW_n }) => {
      const H_prev = asPrevious(state.H)
      const r = sigma.of(add(XW_r, second.plus(matmul(H_prev, gates.r.W_h), gates.r.b_h)))
      const z = sigma.of(add(XW_z, second.plus(matmul(H_prev, gates.z.W_h), gates.z.b_h)))
      const N = second.plus(matmul(H_prev, gates.n.W_h), gates.n.b_h)
      const n = phi.of(add(XW_n, mul(r, N)))
      const H = add(mul(oneMinus(z), n), mul(z, state.H))
      return { state: { H }, tape: { H_prev, r, z, n, N, H } }
    },

    backward: ({ gates }, { H_prev, r, z, n, N }, dState, dH_output) => {
      const dH = add(dH_output, dState.H)
      const dZ_n = mul(mul(dH, oneMinus(z)), phi.derivative(n))
      const dZ_r = mul(mul(dZ_n, N), sigma.derivative(r))
      const dZ_z = mul(mul(dH, sub(asHidden(H_prev), n)), sigma.derivative(z))
      const dN = mul(dZ_n, r)
      const dH_prev = add(
        add(matmulNT(dZ_r, gates.r.W_h), matmulNT(dZ_z, gates.z.W_h)),
        matmulNT(dN, gates.n.W_h),
      )
      return { dState: { H: add(mul(dH, z), asHidden(dH_prev)) }, dInput: { dZ_r, dZ_z, dZ_n, dN } }
    },

    gradients: (X, { H_prev }, { dZ_r, dZ_z, dZ_n, dN }) => {
      const gate = (dZ: typeof dZ_r, dHW: typeof dZ_r) => ({
        W_x: input.matmulTN(X, dZ),
        W_h: matmulTN(H_prev, dHW),
        b: sumRows(dZ),
        ...second.gradient('b_h', dHW),
      })
      return { gates: { r: gate(dZ_r, dZ_r), z: gate(dZ_z, dZ_z), n: gate(dZ_n, dN) } }
    },

    dX: ({ gates }, { dZ_r, dZ_z, dZ_n }) =>
      add(add(matmulNT(dZ_r, gates.r.W_x), matmulNT(dZ_z, gates.z.W_x)), matmulNT(dZ_n, gates.n.W_x)),

    parameterAxes: (sizes) => {
      const gate = gateAxes(input, sizes, biases)
      return { gates: { r: gate, z: gate, n: gate } }
    },
    stateAxes: (sizes, batch) => ({ H: [batch, hiddenAxis(sizes.hidden)] }),
  }
}
