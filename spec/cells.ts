/**
 * Every kind of cell that the chapter on cells is about: gated ones, two biases, and layers on layers.
 */
import type { Carrier, TensorAlgebra } from '../src/algebra/tensor-algebra.js'
import type { AnyCell } from '../src/laws/subject.js'
import { tanh } from '../src/model/activation.js'
import type { Cell, CellShape } from '../src/model/cell.js'
import { cellOf } from '../src/model/cells.js'
import type { CellName } from '../src/model/cells.js'
import type { Biases } from '../src/model/gate.js'
import { gru } from '../src/model/gru.js'
import { units } from '../src/model/intake.js'
import { lstm } from '../src/model/lstm.js'
import { rnn } from '../src/model/rnn.js'
import { on } from '../src/model/stack.js'

/** So many layers of one cell, phi = tanh. */
export const layersOf = (cell: CellName, layers: number, biases: Biases): AnyCell<CellShape> =>
  cellOf({ cell, activation: 'tanh', layers, biases })

/** A GRU on an LSTM on a plain cell with two biases. */
const mixed: AnyCell<CellShape> = <F extends Carrier>(algebra: TensorAlgebra<F>) => {
  const first = rnn(algebra, tanh(algebra), undefined, 'two')
  const second = on(algebra, first, lstm(algebra, units(algebra)), '1')
  return on(algebra, second, gru(algebra, units(algebra), 'two'), '2') as unknown as Cell<F, CellShape>
}

export const cells: readonly (readonly [string, AnyCell<CellShape>])[] = [
  ['rnn, two biases', layersOf('rnn', 1, 'two')],
  ['gru', layersOf('gru', 1, 'one')],
  ['gru, two biases', layersOf('gru', 1, 'two')],
  ['lstm', layersOf('lstm', 1, 'one')],
  ['lstm, two biases', layersOf('lstm', 1, 'two')],
  ['rnn on rnn', layersOf('rnn', 2, 'one')],
  ['gru on gru', layersOf('gru', 2, 'two')],
  ['lstm on lstm on lstm', layersOf('lstm', 3, 'one')],
  ['gru on lstm on rnn', mixed],
]
