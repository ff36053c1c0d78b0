/**
 * The cells by name, with their layers: what a model is called in settings and files.
 */
import type { Carrier, TensorAlgebra } from '../algebra/tensor-algebra.js'
import { activation } from './activation.js'
import type { ActivationName } from './activation.js'
import type { Cell, CellShape } from './cell.js'
import type { Biases } from './gate.js'
import { gru } from './gru.js'
import { characters, units } from './intake.js'
import type { Intake, IntakeName } from './intake.js'
import { lstm } from './lstm.js'
import { rnn } from './rnn.js'
import { on } from './stack.js'

export type CellName = 'rnn' | 'gru' | 'lstm'

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

/** A cell of whatever shape: which one it is, a choice says. */
export type AnyCell<F extends Carrier, I extends IntakeName = 'characters'> = Cell<F, CellShape, I>

/** The cell of that choice. Layers above the first have fields with their number before them: `1.W_xh`. */
export const cellOf =
  ({ cell, activation: phi, layers, biases }: CellChoice) =>
  <F extends Carrier>(algebra: TensorAlgebra<F>): AnyCell<F> => {
    const one = <I extends IntakeName>(intake: Intake<F, I>): AnyCell<F, I> =>
      // A cell of one shape is used with records of that shape alone, which the choice warrants.
      ({
        rnn: () => rnn(algebra, activation(algebra, phi), intake, biases),
        gru: () => gru(algebra, intake, biases),
        lstm: () => lstm(algebra, intake, biases),
      })[cell]() as unknown as AnyCell<F, I>
    return Array.from({ length: layers - 1 }, (_, k) => String(k + 1)).reduce<AnyCell<F>>(
      (below, name) => on(algebra, below, one(units(algebra)), name),
      one(characters(algebra)),
    )
  }
