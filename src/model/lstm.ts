/**
 * The long short-term memory cell.
 *
 *   lstm   i = sigmoid(Z_i), f = sigmoid(Z_f), g = tanh(Z_g), o = sigmoid(Z_o)
 *          C_t = f * C_{t-1} + i * g
 *          H_t = o * tanh(C_t)
 *
 * All of them are N x H, and Z_i = X W_xi + H_{t-1} W_hi + b_i, likewise the others. The state is H and C.
 *
 * Source: Hochreiter and Schmidhuber, Long short-term memory (1997), with the forget gate of Gers, Schmidhuber and
 * Cummins (2000). The same as torch.nn.LSTM, whose weights are stored transposed and in one block, gates in this order.
 * Differs from Keras, which begins with a forget bias of 1.
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

/** The signatures of the LSTM cell. */
export type Lstm<I extends InputName = 'characters'> = {
  readonly parameters: {
    readonly gates: { readonly i: Gate<I>; readonly f: Gate<I>; readonly g: Gate<I>; readonly o: Gate<I> }
  }
  readonly state: { readonly H: [Hidden]; readonly C: [Hidden] }
  readonly input: {
    readonly XW_i: [Hidden]
    readonly XW_f: [Hidden]
    readonly XW_g: [Hidden]
    readonly XW_o: [Hidden]
  }
  readonly adjoint: {
    readonly dZ_i: [Hidden]
    readonly dZ_f: [Hidden]
    readonly dZ_g: [Hidden]
    readonly dZ_o: [Hidden]
  }
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

/**
 * `lstm` as a cell.
 *
 * @param from what it reads: characters, unless `units` of a lower layer are asked for
 * @param biases 'two' adds b_hi, b_hf, b_hg and b_ho, as PyTorch has it
 */
export const lstm = <F extends Carrier, I extends InputName = 'characters'>(
  algebra: TensorAlgebra<F>,
  from?: Input<F, I>,
  biases: Biases = 'one',
): Cell<F, Lstm<I>, I> => {
  const { add, addRow, matmul, matmulNT, matmulTN, mul, sumRows } = algebra
  const { asHidden, asPrevious } = axisRenames(algebra)
  const [sigma, phi] = [sigmoid(algebra), tanh(algebra)]
  const input = inputOr(algebra, from)
  const second = secondBias(algebra, biases)

  return {
    project: ({ gates }, X) => ({
      XW_i: addRow(input.matmul(X, gates.i.W_x), gates.i.b),
      XW_f: addRow(input.matmul(X, gates.f.W_x), gates.f.b),
      XW_g: addRow(input.matmul(X, gates.g.W_x), gates.g.b),
      XW_o: addRow(input.matmul(X, gates.o.W_x), gates.o.b),
    }),

    forward: ({ gates }, { H: H_before, C: C_prev }, { XW_i, XW_f, XW_g, XW_o }) => {
      const H_prev = asPrevious(H_before)
      const i = sigma.of(add(XW_i, second.plus(matmul(H_prev, gates.i.W_h), gates.i.b_h)))
      const f = sigma.of(add(XW_f, second.plus(matmul(H_prev, gates.f.W_h), gates.f.b_h)))
      const g = phi.of(add(XW_g, second.plus(matmul(H_prev, gates.g.W_h), gates.g.b_h)))
      const o = sigma.of(add(XW_o, second.plus(matmul(H_prev, gates.o.W_h), gates.o.b_h)))
      const C = add(mul(f, C_prev), mul(i, g))
      const tanhC = phi.of(C)
      const H = mul(o, tanhC)
      return { state: { H, C }, tape: { H_prev, C_prev, i, f, g, o, tanhC, H } }
    },

    backward: ({ gates }, { C_prev, i, f, g, o, tanhC }, dState, dH_output) => {
      const dH = add(dH_output, dState.H)
      const dC = add(dState.C, mul(mul(dH, o), phi.derivative(tanhC)))
      const dZ_i = mul(mul(dC, g), sigma.derivative(i))
      const dZ_f = mul(mul(dC, C_prev), sigma.derivative(f))
      const dZ_g = mul(mul(dC, i), phi.derivative(g))
      const dZ_o = mul(mul(dH, tanhC), sigma.derivative(o))
      const dH_if = add(matmulNT(dZ_i, gates.i.W_h), matmulNT(dZ_f, gates.f.W_h))
      const dH_prev = add(add(dH_if, matmulNT(dZ_g, gates.g.W_h)), matmulNT(dZ_o, gates.o.W_h))
      return { dState: { H: asHidden(dH_prev), C: mul(dC, f) }, dInput: { dZ_i, dZ_f, dZ_g, dZ_o } }
    },

    gradients: (X, { H_prev }, { dZ_i, dZ_f, dZ_g, dZ_o }) => {
      const gate = (dZ: typeof dZ_i) => ({
        W_x: input.matmulTN(X, dZ),
        W_h: matmulTN(H_prev, dZ),
        b: sumRows(dZ),
        ...second.gradient('b_h', dZ),
      })
      return { gates: { i: gate(dZ_i), f: gate(dZ_f), g: gate(dZ_g), o: gate(dZ_o) } }
    },

    dX: ({ gates }, { dZ_i, dZ_f, dZ_g, dZ_o }) => {
      const dX_if = add(matmulNT(dZ_i, gates.i.W_x), matmulNT(dZ_f, gates.f.W_x))
      return add(add(dX_if, matmulNT(dZ_g, gates.g.W_x)), matmulNT(dZ_o, gates.o.W_x))
    },

    parameterAxes: (sizes) => {
      const gate = gateAxes(input, sizes, biases)
      return { gates: { i: gate, f: gate, g: gate, o: gate } }
    },
    stateAxes: (sizes, batch) => ({ H: [batch, hiddenAxis(sizes.hidden)], C: [batch, hiddenAxis(sizes.hidden)] }),
  }
}
