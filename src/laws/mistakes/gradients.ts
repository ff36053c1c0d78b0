/**
 * The zoo of wrong gradients: BPTT with one thing changed, or two.
 */
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import type { CellChoice } from '../../model/cells.js'
import type { Sample } from '../model/sample.js'
import { assembledBptt, pointOfGradients, rightGradientParts } from './gradient-parts.js'
import type { GradientParts } from './gradient-parts.js'
import { mistakesOfAnswer, mistakesOfLoss, mistakesOfOutput, mistakesOfParameters } from './gradients-of-loss.js'
import {
  mistakesOfCarry,
  mistakesOfGru,
  mistakesOfLayers,
  mistakesOfLstm,
  mistakesOfPlainCell,
} from './gradients-through-time.js'
import type { Zoo } from './mistake.js'

/** What an implementation of BPTT can be asked. */
export interface GradientOptions {
  /** Whether it takes the adjoint of the state after the last step, and answers that of the first: true unless said. */
  readonly stateAdjoint?: boolean
}

/**
 * The zoo of wrong gradients of a model of this choice: what it answers is what `pointOfGradients` makes of gradients.
 *
 * @param algebra in which it computes, such as `float64`
 * @param choice the cell with its activation, biases and layers: those mistakes that can be made in it
 */
export const gradientZoo = <F extends Carrier>(
  algebra: Concrete<F>,
  choice: CellChoice,
  { stateAdjoint = true }: GradientOptions = {},
): Zoo<GradientParts<F>, Sample> => ({
  title: 'gradients',
  right: rightGradientParts(algebra, choice),
  answer: (sample) => {
    const answer = assembledBptt(algebra, choice, sample)
    return (parts) => {
      const { gradients, dState } = answer(parts)
      return pointOfGradients(stateAdjoint ? { gradients, dState } : { gradients })
    }
  },
  mistakes: [
    ...mistakesOfLoss(algebra),
    ...mistakesOfOutput(algebra),
    ...mistakesOfCarry(algebra, stateAdjoint),
    ...(choice.cell === 'rnn'
      ? mistakesOfPlainCell(algebra, choice, stateAdjoint)
      : choice.cell === 'gru'
        ? mistakesOfGru(algebra, choice.biases, stateAdjoint)
        : mistakesOfLstm(algebra, stateAdjoint)),
    ...(choice.layers > 1 ? mistakesOfLayers(algebra, choice) : []),
    ...mistakesOfParameters(algebra, choice.biases),
    ...mistakesOfAnswer(algebra),
  ],
})
