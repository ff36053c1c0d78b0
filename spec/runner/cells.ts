/**
 * Every kind of cell that the chapter on cells is about: gated ones, two biases, and layers on layers.
 */
import { gruKind, layersKind, lstmKind, networkOf, rnnKind } from '../../src/model/cells.js'
import type { AnyNetwork, CellName } from '../../src/model/cells.js'
import type { LayersShape } from '../../src/model/layers.js'
import { gruResetBefore } from '../../src/model/gru-reset-before.js'
import { layer } from '../../src/model/layers.js'
import type { Biases } from '../../src/model/bias.js'

/** So many layers of one cell, phi = tanh. */
export const layersOf = (cell: CellName, layers: number, biases: Biases): AnyNetwork<LayersShape> =>
  networkOf({ cell, activation: 'tanh', layers, biases })

/** A network of layers whose shapes no test asks for. */
export const erased = <L extends LayersShape>(network: AnyNetwork<L>): AnyNetwork<LayersShape> =>
  network as unknown as AnyNetwork<LayersShape>

/** A GRU on an LSTM on a plain cell with two biases. */
const mixed = layersKind(rnnKind('tanh', { biases: 'two' }), lstmKind(), gruKind({ biases: 'two' }))

export const cells: readonly (readonly [string, AnyNetwork<LayersShape>])[] = [
  ['rnn, two biases', layersOf('rnn', 1, 'two')],
  ['gru', layersOf('gru', 1, 'one')],
  ['gru that resets before the product', erased({ layers: (algebra) => layer(algebra, gruResetBefore(algebra)) })],
  ['gru, two biases', layersOf('gru', 1, 'two')],
  ['lstm', layersOf('lstm', 1, 'one')],
  ['lstm, two biases', layersOf('lstm', 1, 'two')],
  ['rnn on rnn', layersOf('rnn', 2, 'one')],
  ['gru on gru', layersOf('gru', 2, 'two')],
  ['lstm on lstm on lstm', layersOf('lstm', 3, 'one')],
  ['gru on lstm on rnn', erased(mixed)],
]
