/**
 * The long short-term memory cell.
 *
 *   lstm   i = sigmoid(Z_i), f = sigmoid(Z_f), g = tanh(Z_g), o = sigmoid(Z_o)
 *          C_t = f * C_{t-1} + i * g
 *          H_t = o * tanh(C_t)
 *
 * All of them are N x H; the state is H and C.
 *
 * Source: Hochreiter and Schmidhuber, Long short-term memory (1997), with the forget gate of Gers, Schmidhuber and
 * Cummins (2000). The same as torch.nn.LSTM, whose weights are stored transposed and in one block, gates in this order.
 * Differs from Keras, which begins with a forget bias of 1.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axes } from '../algebra/axis.js'
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
type Sums = { readonly Z_i: [Hidden]; readonly Z_f: [Hidden]; readonly Z_g: [Hidden]; readonly Z_o: [Hidden] }

/** The signatures of the LSTM cell. */
export type Lstm<I extends IntakeName = 'characters', B extends Biases = 'one'> = {
  readonly parameters: GateParameters<'i', I, B> &
    GateParameters<'f', I, B> &
    GateParameters<'g', I, B> &
    GateParameters<'o', I, B>
  readonly state: { readonly H: [Hidden]; readonly C: [Hidden] }
  readonly input: Sums
  readonly adjoint: Sums
  readonly tape: {
    readonly H_prev: [Previous]
    readonly C_prev: [Hidden]
    readonly i: [Hidden]
    readonly f: [Hidden]
    readonly g: [Hidden]
    readonly o: [Hidden]
    readonly tanhC: [Hidden]
    readonly H: [Hidden]
  }
}

/** `lstm` as a cell: on characters with one bias a gate, unless asked otherwise. */
export const lstm = <F extends Carrier, I extends IntakeName = 'characters', B extends Biases = 'one'>(
  algebra: TensorAlgebra<F>,
  intake: Intake<F, I> = characters(algebra) as never,
  biases: B = 'one' as B,
): Cell<F, Lstm<I, B>, I> => {
  const { add, mul } = algebra
  const { asHidden, asPrevious } = places(algebra)
  const [sigma, phi] = [sigmoid(algebra), tanh(algebra)]
  const input = gate(algebra, intake, 'i', biases)
  const forget = gate(algebra, intake, 'f', biases)
  const candidate = gate(algebra, intake, 'g', biases)
  const output = gate(algebra, intake, 'o', biases)
  const sum = <A extends Axes>(first: Kind<F, A>, ...others: readonly Kind<F, A>[]): Kind<F, A> =>
    others.reduce((total, a) => add(total, a), first)

  return {
    parameterAxes: (sizes) =>
      ({ ...input.axes(sizes), ...forget.axes(sizes), ...candidate.axes(sizes), ...output.axes(sizes) }) as never,
    stateAxes: ({ hidden }, batch) => ({ H: [batch, hiddenAxis(hidden)], C: [batch, hiddenAxis(hidden)] }),

    project: (p, X) => ({
      Z_i: input.share(p, X),
      Z_f: forget.share(p, X),
      Z_g: candidate.share(p, X),
      Z_o: output.share(p, X),
    }),

    forward: (p, { H: H_before, C: C_prev }, { Z_i, Z_f, Z_g, Z_o }) => {
      const H_prev = asPrevious(H_before)
      const i = sigma.of(add(Z_i, input.recurrent(p, H_prev)))
      const f = sigma.of(add(Z_f, forget.recurrent(p, H_prev)))
      const g = phi.of(add(Z_g, candidate.recurrent(p, H_prev)))
      const o = sigma.of(add(Z_o, output.recurrent(p, H_prev)))
      const C = add(mul(f, C_prev), mul(i, g))
      const tanhC = phi.of(C)
      const H = mul(o, tanhC)
      return { state: { H, C }, tape: { H_prev, C_prev, i, f, g, o, tanhC, H } }
    },

    backward: (p, { C_prev, i, f, g, o, tanhC }, dState, dH_output) => {
      const dH = add(dH_output, dState.H)
      const dC = add(dState.C, mul(mul(dH, o), phi.derivative(tanhC)))
      const Z_i = mul(mul(dC, g), sigma.derivative(i))
      const Z_f = mul(mul(dC, C_prev), sigma.derivative(f))
      const Z_g = mul(mul(dC, i), phi.derivative(g))
      const Z_o = mul(mul(dH, tanhC), sigma.derivative(o))
      const dH_prev = sum(input.carry(p, Z_i), forget.carry(p, Z_f), candidate.carry(p, Z_g), output.carry(p, Z_o))
      return { dState: { H: asHidden(dH_prev), C: mul(dC, f) }, dInput: { Z_i, Z_f, Z_g, Z_o } }
    },

    gradients: (X, { H_prev }, { Z_i, Z_f, Z_g, Z_o }) =>
      ({
        ...input.gradients(X, H_prev, Z_i, Z_i),
        ...forget.gradients(X, H_prev, Z_f, Z_f),
        ...candidate.gradients(X, H_prev, Z_g, Z_g),
        ...output.gradients(X, H_prev, Z_o, Z_o),
      }) as Tensors<F, Lstm<I, B>['parameters']>,

    below: (p, { Z_i, Z_f, Z_g, Z_o }) =>
      sum(input.below(p, Z_i), forget.below(p, Z_f), candidate.below(p, Z_g), output.below(p, Z_o)),
  }
}
