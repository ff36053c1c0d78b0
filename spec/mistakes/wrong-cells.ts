/**
 * Cells that are wrong on purpose, for the laws of what gates do. (What is wrong in the gradients of the zoo is in
 * src/laws/mistakes.)
 */
import { float64 } from '../../src/interpret/float64.js'
import { tanh } from '../../src/model/activation.js'
import type { Cell } from '../../src/model/cell.js'
import { gru } from '../../src/model/gru.js'
import { units } from '../../src/model/input.js'
import { layer } from '../../src/model/layers.js'
import type { Layers, LayersShape } from '../../src/model/layers.js'
import { lstm } from '../../src/model/lstm.js'
import type { Lstm } from '../../src/model/lstm.js'
import type { Network } from '../../src/model/model.js'
import { rnn } from '../../src/model/rnn.js'
import type { Rnn } from '../../src/model/rnn.js'

type F = 'float64'

export const rightLstm = lstm(float64)
export const rightGru = gru(float64)
export const upper = rnn(float64, tanh(float64), units(float64))

/** A network of whatever cell: a test knows what it is, and the compiler need not. */
export const alone = (cell: unknown): Network<F, LayersShape> => ({
  layers: () => layer(float64, cell as Cell<F, Rnn>) as unknown as Layers<F, LayersShape>,
})

type Backward = Cell<F, Lstm>['backward']

/** The LSTM whose backward step is another function of the right one's arguments and answer. */
export const lstmBut = (f: (right: ReturnType<Backward>, ...its: Parameters<Backward>) => unknown) => ({
  ...rightLstm,
  backward: (...its: Parameters<Backward>) => f(rightLstm.backward(...its), ...its) as never,
})
