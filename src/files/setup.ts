/**
 * From settings to what they name: the cell, the optimiser, the sampler, and a run that has not begun.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { entries } from '../algebra/axis.js'
import { flatAxes } from '../algebra/names.js'
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

/** A model whose layers are whatever its settings say. */
export type AnyModel = LanguageModel<LayersShape>

/** A learner whose cell is whatever its settings say, in the numbers that files hold. */
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

/** A run of these settings that has not begun, with these characters; a failure for one that is too large. */
export const beginning = (settings: Settings, vocabulary: CharacterSet): Either<Failure, RunState<AnyLearner>> => {
  const model = modelOf(settings, vocabulary)
  const initial = initialisationOf(conventions[settings.dialect], settings.hidden)
  if (Object.values(flatAxes(parameterAxes(float32, model))).some((axes) => entries(axes) > MOST_ENTRIES)) {
    return E.left(tooLarge(settings.hidden, model.sizes.vocabulary))
  }
  const state = flatAxes(model.layers(float32).stateAxes(model.sizes, batchAxis(settings.batch)))
  if (Object.values(state).reduce((sum, axes) => sum + entries(axes), 0) > MOST_ENTRIES) {
    return E.left(tooManyRows(settings))
  }
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
