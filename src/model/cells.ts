/**
 * The cells by name, with their layers: what a model is called in settings and files.
 */
import { requireOneOf, requireWhole } from '../algebra/require.js'
import type { Carrier, TensorAlgebra } from '../algebra/tensor-algebra.js'
import { activation } from './activation.js'
import type { ActivationName } from './activation.js'
import type { Biases } from './bias.js'
import type { Cell, CellShape } from './cell.js'
import { gru } from './gru.js'
import { characters, units } from './input.js'
import type { Input, InputName } from './input.js'
import { layer, severalLayers } from './layers.js'
import type { Layers, LayersShape } from './layers.js'
import { lstm } from './lstm.js'
import { rnn } from './rnn.js'

/** The cells that there are. */
export type CellName = 'rnn' | 'gru' | 'lstm'

/** The names of the cells. */
export const cellNames: readonly CellName[] = ['rnn', 'gru', 'lstm']

/** The gates of each cell, in the order in which frameworks store them. */
export const gatesOf: Readonly<Record<CellName, readonly string[]>> = {
  rnn: ['h'],
  gru: ['r', 'z', 'n'],
  lstm: ['i', 'f', 'g', 'o'],
}

/** Which cell, in how many layers. */
export interface CellChoice {
  readonly cell: CellName
  /** phi of a plain cell; the others have activations of their own. */
  readonly activation: ActivationName
  /** How many cells stand on one another: 1 or more. */
  readonly layers: number
  readonly biases: Biases
}

/** One cell of that choice, of whatever shape, with this input. */
const cellOf = <F extends Carrier, I extends InputName>(
  algebra: TensorAlgebra<F>,
  { cell, activation: phi, biases }: CellChoice,
  input: Input<F, I>,
): Cell<F, CellShape, I> => {
  requireOneOf('layersOf', 'cell', cell, cellNames)
  requireOneOf('layersOf', 'biases', biases, ['one', 'two'])
  const made: Readonly<Record<CellName, () => object>> = {
    rnn: () => rnn(algebra, activation(algebra, phi), input, biases),
    gru: () => gru(algebra, input, biases),
    lstm: () => lstm(algebra, input, biases),
  }
  // A cell of one shape is used with trees of that shape alone, which the choice warrants.
  return made[cell]() as Cell<F, CellShape, I>
}

/** The layers of that choice, of whatever shape. */
export const layersOf =
  (choice: CellChoice) =>
  <F extends Carrier>(algebra: TensorAlgebra<F>): Layers<F, LayersShape> => {
    requireWhole('layersOf', 'layers', choice.layers, 1)
    const first = cellOf(algebra, choice, characters(algebra))
    const upper = () => cellOf(algebra, choice, units(algebra))
    const made: object =
      choice.layers === 1
        ? layer(algebra, first)
        : severalLayers(algebra, first, Array.from({ length: choice.layers - 1 }, upper))
    return made as Layers<F, LayersShape>
  }
