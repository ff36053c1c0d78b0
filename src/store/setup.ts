/**
 * From settings to what they name: the cell, the optimiser, the sampler, and a run that has not begun.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { entries } from '../algebra/axis.js'
import type { Carrier, TensorAlgebra } from '../algebra/tensor-algebra.js'
import type { Failure } from '../failure.js'
import { float32 } from '../interpret/float32.js'
import { clipByGlobalNorm } from '../learn/clip.js'
import { freshLearner, initialParameters, normalWeights } from '../learn/initial.js'
import { chain } from '../learn/optimiser.js'
import type { Recipe } from '../learn/recipe.js'
import { sgd } from '../learn/sgd.js'
import type { Learner } from '../learn/step.js'
import { begin } from '../learn/training.js'
import type { Progress } from '../learn/training.js'
import { activation } from '../model/activation.js'
import type { Cell, CellShape } from '../model/cell.js'
import { parameterAxes } from '../model/model.js'
import { batchAxis } from '../model/parameters.js'
import { rnn } from '../model/rnn.js'
import { seeded } from '../random.js'
import { samplerNamed } from '../text/plan.js'
import type { Sampler } from '../text/plan.js'
import type { CellName, Settings } from './settings.js'

/** A cell of whatever shape: which one it is, settings say. */
export type AnyCell<F extends Carrier> = Cell<F, CellShape>

/** A learner whose cell is whatever its settings say, in the numbers that files hold. */
export type AnyLearner = Learner<'float32', CellShape>

const cells: {
  readonly [Name in CellName]: (settings: Settings) => <F extends Carrier>(algebra: TensorAlgebra<F>) => AnyCell<F>
} = {
  // A cell of one shape is used with records of that shape alone, which the settings beside them warrant.
  rnn:
    ({ activation: phi }) =>
    <F extends Carrier>(algebra: TensorAlgebra<F>) =>
      rnn(algebra, activation(algebra, phi)) as unknown as AnyCell<F>,
}

/** The cell of these settings, and their optimiser: clipped gradient descent. */
export const recipeOf = (settings: Settings): Recipe<CellShape> => ({
  cell: cells[settings.cell](settings),
  optimiser: (algebra) => chain(clipByGlobalNorm(algebra)(settings.clip), sgd(algebra)(settings.rate)),
})

export const samplerOf = ({ sampling, batch, steps }: Settings): Sampler => samplerNamed(sampling, batch, steps)

/** The deviation of initial weights: small enough that a network of any size begins near zero. */
const DEVIATION = 0.01

/** The most entries of one parameter. Drawing them takes some 50 bytes each for a moment. */
const MOST_ENTRIES = 2 ** 24

/** A run of these settings that has not begun, for a vocabulary of this size. */
export const beginning = (settings: Settings, vocabulary: number): Either<Failure, Progress<AnyLearner>> => {
  const sizes = { vocabulary, hidden: settings.hidden }
  const recipe = recipeOf(settings)
  const cell = recipe.cell(float32)
  if (Object.values(parameterAxes(cell, sizes)).some((axes) => entries(axes) > MOST_ENTRIES)) {
    return E.left(tooLarge(settings.hidden, vocabulary))
  }
  const [parameters, random] = initialParameters(float32, cell, sizes, normalWeights(DEVIATION))(seeded(settings.seed))
  const learner = freshLearner(float32, cell, recipe.optimiser(float32), sizes, batchAxis(settings.batch), parameters)
  return E.right(begin(learner, random))
}

const tooLarge = (hidden: number, vocabulary: number): Failure => ({
  _tag: 'InvalidSetting',
  setting: 'the number of hidden units',
  expected: `so small that no parameter has more than ${String(MOST_ENTRIES)} entries`,
  came: `${String(hidden)} with a vocabulary of ${String(vocabulary)}`,
})
