/**
 * The gated recurrent unit.
 *
 *   gru   r = sigmoid(Z_r), z = sigmoid(Z_z)
 *         n = tanh(X W_xn + b + r * N), N = H_{t-1} W_hn
 *         H_t = (1 - z) * n + z * H_{t-1}
 *
 * All of them are N x H. With two biases the candidate's recurrent one stands inside: N = H_{t-1} W_hn + b_hn.
 *
 * Source: Cho et al., Learning phrase representations using RNN encoder-decoder (2014); the same as torch.nn.GRU and
 * cuDNN, which reset after the product. Differs from the paper, which resets H_{t-1} before it, (r * H_{t-1}) W_hn.
 */
import type { Carrier, TensorAlgebra, Tensors } from '../algebra/tensor-algebra.js'
import { sigmoid, tanh } from './activation.js'
import type { Cell } from './cell.js'
import { gate, places } from './gate.js'
import type { Biases, GateParameters } from './gate.js'
import { characters } from './intake.js'
import type { Intake, IntakeName } from './intake.js'
import { hiddenAxis } from './parameters.js'
import type { Hidden, Previous } from './parameters.js'

/** The sum of each gate. */
type Sums = { readonly Z_r: [Hidden]; readonly Z_z: [Hidden]; readonly Z_n: [Hidden] }

/** The signatures of the GRU cell. */
export type Gru<I extends IntakeName = 'characters', B extends Biases = 'one'> = {
  readonly parameters: GateParameters<'r', I, B> & GateParameters<'z', I, B> & GateParameters<'n', I, B>
  readonly state: { readonly H: [Hidden] }
  readonly input: Sums
  readonly adjoint: Sums
  readonly tape: {
    readonly H_prev: [Previous]
    readonly r: [Hidden]
    readonly z: [Hidden]
    readonly n: [Hidden]
    readonly N: [Hidden]
    readonly H: [Hidden]
  }
}

/** `gru` as a cell: on characters with one bias a gate, unless asked otherwise. */
export const gru = <F extends Carrier, I extends IntakeName = 'characters', B extends Biases = 'one'>(
  algebra: TensorAlgebra<F>,
  intake: Intake<F, I> = characters(algebra) as never,
  biases: B = 'one' as B,
): Cell<F, Gru<I, B>, I> => {
  const { add, mul, oneMinus, sub } = algebra
  const { asHidden, asPrevious } = places(algebra)
  const [sigma, phi] = [sigmoid(algebra), tanh(algebra)]
  const reset = gate(algebra, intake, 'r', biases)
  const update = gate(algebra, intake, 'z', biases)
  const candidate = gate(algebra, intake, 'n', biases)

  return {
    parameterAxes: (sizes) => ({ ...reset.axes(sizes), ...update.axes(sizes), ...candidate.axes(sizes) }) as never,
    stateAxes: ({ hidden }, batch) => ({ H: [batch, hiddenAxis(hidden)] }),

    project: (p, X) => ({ Z_r: reset.share(p, X), Z_z: update.share(p, X), Z_n: candidate.share(p, X) }),

    forward: (p, state, { Z_r, Z_z, Z_n }) => {
      const H_prev = asPrevious(state.H)
      const r = sigma.of(add(Z_r, reset.recurrent(p, H_prev)))
      const z = sigma.of(add(Z_z, update.recurrent(p, H_prev)))
      const N = candidate.recurrent(p, H_prev)
      const n = phi.of(add(Z_n, mul(r, N)))
      const H = add(mul(oneMinus(z), n), mul(z, state.H))
      return { state: { H }, tape: { H_prev, r, z, n, N, H } }
    },

    backward: (p, { H_prev, r, z, n, N }, dState, dH_output) => {
      const dH = add(dH_output, dState.H)
      const Z_n = mul(mul(dH, oneMinus(z)), phi.derivative(n))
      const Z_r = mul(mul(Z_n, N), sigma.derivative(r))
      const Z_z = mul(mul(dH, sub(asHidden(H_prev), n)), sigma.derivative(z))
      const dN = mul(Z_n, r)
      const carried = add(add(reset.carry(p, Z_r), update.carry(p, Z_z)), candidate.carry(p, dN))
      return { dState: { H: add(mul(dH, z), asHidden(carried)) }, dInput: { Z_r, Z_z, Z_n } }
    },

    gradients: (X, { H_prev, r }, { Z_r, Z_z, Z_n }) =>
      ({
        ...reset.gradients(X, H_prev, Z_r, Z_r),
        ...update.gradients(X, H_prev, Z_z, Z_z),
        ...candidate.gradients(X, H_prev, Z_n, mul(Z_n, r)),
      }) as Tensors<F, Gru<I, B>['parameters']>,

    below: (p, { Z_r, Z_z, Z_n }) =>
      add(add(reset.below(p, Z_r), update.below(p, Z_z)), candidate.below(p, Z_n)),
  }
}
