/** The zoo of `src/laws/mistakes`, as chapters of the specification look at it. */
import { float64 } from '../../src/interpret/float64.js'
import {
  assembledModel,
  clippingZoo,
  forwardZoo,
  generationZoo,
  gradientZoo,
  lossZoo,
  optimiserZoo,
  samplingZoo,
  trainingZoo,
} from '../../src/laws/mistakes/index.js'
import type { GradientParts, Mistake, Told } from '../../src/laws/mistakes/index.js'
import type { PlainModel } from '../../src/laws/model/plain-model.js'
import type { CellChoice } from '../../src/model/cells.js'

/** A wrong gradient, and the model that gives it. */
export interface WrongGradient extends Mistake<GradientParts<'float64'>> {
  readonly choice: CellChoice
  readonly model: PlainModel
}

const wrongGradients = (choice: CellChoice): readonly WrongGradient[] => {
  const { mistakes, right } = gradientZoo(float64, choice)
  return mistakes.map((one) => ({ ...one, choice, model: assembledModel(float64, choice, one.change(right)) }))
}

export const choiceOf = (cell: CellChoice['cell'], more: Partial<CellChoice> = {}): CellChoice => ({
  cell,
  activation: 'tanh',
  biases: 'one',
  layers: 1,
  ...more,
})

/** Every kind of cell that has mistakes of its own. */
export const choices: readonly CellChoice[] = [
  choiceOf('rnn'),
  choiceOf('rnn', { activation: 'relu' }),
  choiceOf('rnn', { biases: 'two' }),
  choiceOf('rnn', { layers: 2 }),
  choiceOf('gru'),
  choiceOf('gru', { biases: 'two' }),
  choiceOf('lstm'),
]

/** The first of each sentence. */
const distinct = <M extends Told>(mistakes: readonly M[]): readonly M[] =>
  mistakes.filter(({ mistake }, i) => mistakes.findIndex((each) => each.mistake === mistake) === i)

/** Wrong gradients of the plain cell, the output layer and the loss. */
export const wrongInPlain = wrongGradients(choices[0])

/** Those that only other cells can have. */
export const wrongInOthers = distinct(choices.flatMap(wrongGradients)).filter(
  ({ mistake }) => !wrongInPlain.some((each) => each.mistake === mistake),
)

/** All of the zoo under its titles, as the ledger lists it. */
export const zoos: readonly (readonly [title: string, mistakes: readonly Told[]])[] = [
  ['Gradients: the plain cell, the output layer and the loss', wrongInPlain],
  ['Gradients: other activations, gated cells, two biases and layers', wrongInOthers],
  ['The forward pass', distinct(choices.flatMap((choice) => forwardZoo(float64, choice).mistakes))],
  ['The loss', lossZoo(float64, choices[0]).mistakes],
  ['Clipping', clippingZoo(float64).mistakes],
  ['Optimisers', optimiserZoo(float64).mistakes],
  ['Training, besides', trainingZoo(float64, choices[0]).mistakes.slice(0, 3)],
  ['Samplers', distinct([...samplingZoo('random').mistakes, ...samplingZoo('consecutive').mistakes])],
  ['Generation', generationZoo(float64, choices[0]).mistakes],
]
