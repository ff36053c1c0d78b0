/**
 * From settings to what they name: the cell, the optimiser, the sampler, and a run that has not begun.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { entries } from '../algebra/axis.js'
import type { Failure } from '../failure.js'
import { float32 } from '../interpret/float32.js'
import { dialects, initialisationOf, optimiserOf } from '../learn/dialect.js'
import { freshLearner, initialParameters } from '../learn/initial.js'
import type { Recipe } from '../learn/recipe.js'
import type { Learner } from '../learn/step.js'
import { begin } from '../learn/training.js'
import type { Progress } from '../learn/training.js'
import type { CellShape } from '../model/cell.js'
import { cellOf } from '../model/cells.js'
import type { CellChoice } from '../model/cells.js'
import { parameterAxes } from '../model/model.js'
import { batchAxis } from '../model/parameters.js'
import { seeded } from '../random.js'
import { consecutiveSampler, randomSampler } from '../text/plan.js'
import type { Sampler } from '../text/plan.js'
import type { Settings } from './settings.js'

/** A learner whose cell is whatever its settings say, in the numbers that files hold. */
export type AnyLearner = Learner<'float32', CellShape>

/** The cell of these settings, as a choice. */
export const choiceOf = ({ cell, activation, layers, dialect }: Settings): CellChoice => ({
  cell,
  activation,
  layers,
  biases: dialects[dialect].biases,
})

/** The cell of these settings, and their optimiser behind clipping. */
export const recipeOf = (settings: Settings): Recipe<CellShape> => ({
  cell: cellOf(choiceOf(settings)),
  optimiser: optimiserOf({ ...dialects[settings.dialect], rate: settings.rate }, settings.clip),
})

export const samplerOf = ({ sampling, batch, steps, dialect }: Settings): Sampler =>
  sampling === 'random'
    ? randomSampler(batch, steps)
    : consecutiveSampler(batch, steps, dialects[dialect].epochStart)

/** The most entries of one parameter. Drawing them takes some 50 bytes each for a moment. */
const MOST_ENTRIES = 2 ** 24

/** A run of these settings that has not begun, for a vocabulary of this size. */
export const beginning = (settings: Settings, vocabulary: number): Either<Failure, Progress<AnyLearner>> => {
  const sizes = { vocabulary, hidden: settings.hidden }
  const recipe = recipeOf(settings)
  const cell = recipe.cell(float32)
  const initial = initialisationOf(dialects[settings.dialect], settings.hidden)
  if (Object.values(parameterAxes(cell, sizes)).some((axes) => entries(axes) > MOST_ENTRIES)) {
    return E.left(tooLarge(settings.hidden, vocabulary))
  }
  const [parameters, random] = initialParameters(float32, cell, sizes, initial)(seeded(settings.seed))
  const learner = freshLearner(float32, cell, recipe.optimiser(float32), sizes, batchAxis(settings.batch), parameters)
  return E.right(begin(learner, random))
}

const tooLarge = (hidden: number, vocabulary: number): Failure => ({
  _tag: 'InvalidSetting',
  setting: 'the number of hidden units',
  expected: `so small that no parameter has more than ${String(MOST_ENTRIES)} entries`,
  came: `${String(hidden)} with a vocabulary of ${String(vocabulary)}`,
})
