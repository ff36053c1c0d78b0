/**
 * From settings to what they name: the cell, the optimiser, the sampler, and a run that has not begun.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { entries } from '../algebra/axis.js'
import { flatAxes } from '../algebra/names.js'
import { count } from '../failure.js'
import type { Failure } from '../failure.js'
import { float32 } from '../interpret/float32.js'
import { conventions, initialisationOf, optimiserOf } from '../train/conventions.js'
import { freshLearner, initialParameters } from '../train/initial.js'
import type { AnyOptimiser } from '../train/optimisers/optimiser.js'
import type { Learner } from '../train/step.js'
import { initialRunState } from '../train/run.js'
import type { RunState } from '../train/run.js'
import type { CellChoice } from '../model/cells.js'
import { networkOf } from '../model/cells.js'
import { languageModel } from '../model/language-model.js'
import type { CharacterSet, LanguageModel } from '../model/language-model.js'
import type { LayersShape } from '../model/layers.js'
import { parameterAxes } from '../model/model.js'
import { batchAxis } from '../model/parameters.js'
import { seeded } from '../random.js'
import { consecutiveSampler, randomSampler } from '../data/samplers.js'
import type { BatchSampler } from '../data/samplers.js'
import type { Settings } from './settings.js'

/** A model whose layers are known only from its settings. */
export type AnyModel = LanguageModel<LayersShape>

/** A learner whose cell is known only from its settings, in single precision, as files hold it. */
export type AnyLearner = Learner<'float32', LayersShape>

/** The cell of these settings, as a choice. */
export const choiceOf = ({ cell, activation, layers, dialect }: Settings): CellChoice => ({
  cell,
  activation,
  layers,
  biases: conventions[dialect].biases,
})

/** The model of these settings with these characters. */
export const modelOf = (settings: Settings, vocabulary: CharacterSet): AnyModel =>
  languageModel(networkOf(choiceOf(settings)), { vocabulary, hidden: settings.hidden })

/** The optimiser of these settings, behind clipping. */
export const optimiserIn = (settings: Settings): AnyOptimiser =>
  optimiserOf({ ...conventions[settings.dialect], rate: settings.rate }, settings.clip)

/** The sampler that settings ask for. */
export const samplerOf = ({ sampling, batch, steps, dialect }: Settings): BatchSampler =>
  sampling === 'random'
    ? randomSampler(batch, steps)
    : consecutiveSampler(batch, steps, conventions[dialect].epochStart)

/** The most entries of one parameter, and of a hidden state. Drawing them takes some 50 bytes each for a moment. */
const MOST_ENTRIES = 2 ** 24

/** The most parameters of a model. With what Adam remembers and the gradients they are 1 GiB in single precision. */
const MOST_PARAMETERS = 2 ** 26

/** The most units and scores of a minibatch. Backpropagation keeps a handful of numbers for each. */
const MOST_ACTIVATIONS = 2 ** 26

/** A run of these settings that has not begun, with these characters; a failure for one that is too large. */
export const beginning = (settings: Settings, vocabulary: CharacterSet): Either<Failure, RunState<AnyLearner>> => {
  const model = modelOf(settings, vocabulary)
  const initial = initialisationOf(conventions[settings.dialect], settings.hidden)
  const refused = excess(settings, model)
  if (refused !== undefined) return E.left(refused)
  const [parameters, random] = initialParameters(float32, model, initial)(seeded(settings.seed))
  const learner = freshLearner(
    float32,
    model,
    optimiserIn(settings)(float32),
    batchAxis(settings.batch),
    parameters,
  )
  return E.right(initialRunState(learner, random))
}

/** Why a run of that size is not begun. Nothing is computed for the answer. */
const excess = (settings: Settings, model: AnyModel): Failure | undefined => {
  const { vocabulary } = model.sizes
  const { batch, steps, layers, hidden } = settings
  const parameters = Object.values(flatAxes(parameterAxes(float32, model))).map(entries)
  const state = Object.values(flatAxes(model.layers(float32).stateAxes(model.sizes, batchAxis(batch)))).map(entries)
  const activations = batch * steps * (layers * hidden + vocabulary)
  return parameters.some((size) => size > MOST_ENTRIES)
    ? tooLarge(hidden, vocabulary)
    : sum(parameters) > MOST_PARAMETERS
      ? tooManyParameters(settings, vocabulary, sum(parameters))
      : sum(state) > MOST_ENTRIES
        ? tooManyRows(settings)
        : activations > MOST_ACTIVATIONS
          ? tooManyActivations(settings, vocabulary, activations)
          : undefined
}

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0)

const inUnits = ({ layers, hidden }: Settings, vocabulary: number): string =>
  `${count(layers, 'layer')} of ${count(hidden, 'hidden unit')} and ${count(vocabulary, 'character')}`

const tooManyParameters = (settings: Settings, vocabulary: number, parameters: number): Failure => ({
  _tag: 'InvalidSetting',
  setting: 'the model',
  expected: `of at most ${String(MOST_PARAMETERS)} parameters`,
  got: `${String(parameters)} (${settings.cell}, ${inUnits(settings, vocabulary)})`,
  advice: 'take fewer hidden units or layers',
})

const tooManyActivations = (settings: Settings, vocabulary: number, activations: number): Failure => ({
  _tag: 'InvalidSetting',
  setting: 'a minibatch',
  expected: `of at most ${String(MOST_ACTIVATIONS)} units and scores`,
  got:
    `${String(activations)} (${count(settings.batch, 'row')} of ${count(settings.steps, 'step')}, ` +
    `${inUnits(settings, vocabulary)})`,
  advice: 'take fewer rows, steps, hidden units or layers',
})

const tooLarge = (hidden: number, vocabulary: number): Failure => ({
  _tag: 'InvalidSetting',
  setting: 'the number of hidden units',
  expected: `so small that no parameter has more than ${String(MOST_ENTRIES)} entries`,
  got: `${String(hidden)} with a vocabulary of ${String(vocabulary)}`,
})

const tooManyRows = ({ batch, hidden, layers }: Settings): Failure => ({
  _tag: 'InvalidSetting',
  setting: 'the number of rows',
  expected: `so small that the hidden state has no more than ${String(MOST_ENTRIES)} entries`,
  got: `${String(batch)} with ${String(hidden)} hidden units in ${String(layers)} layers`,
})
