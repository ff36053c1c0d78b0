/**
 * What a gate of a GRU or an LSTM is made of: the weights and the bias of the sum that it is an activation of.
 *
 *   Z = X W_x + H_prev W_h + b
 *
 * In files and graphs the fields of the gate g are called W_xg, W_hg and b_g; with two biases, b_ig and b_hg.
 */
import type { Carrier } from '../algebra/tensor-algebra.js'
import type { Biases } from './bias.js'
import type { Input, InputAxis, InputName } from './input.js'
import { hiddenAxis, previousAxis } from './parameters.js'
import type { Hidden, Previous, Sizes } from './parameters.js'

/** The signature of a gate. */
export type Gate<I extends InputName = 'characters'> = {
  readonly W_x: [InputAxis<I>, Hidden]
  readonly W_h: [Previous, Hidden]
  readonly b: [Hidden]
  /** PyTorch's second bias, of the recurrent product. */
  readonly b_h?: [Hidden]
}

/** The axes of a gate at these sizes, with one bias unless two are asked for. */
export const gateAxes = <F extends Carrier, I extends InputName>(
  input: Input<F, I>,
  sizes: Sizes,
  biases: Biases = 'one',
): Gate<I> => {
  const hidden = hiddenAxis(sizes.hidden)
  return {
    W_x: [input.axis(sizes), hidden],
    W_h: [previousAxis(sizes.hidden), hidden],
    b: [hidden],
    ...(biases === 'two' ? { b_h: [hidden] } : {}),
  }
}
