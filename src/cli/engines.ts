/**
 * The engines that the command can train with.
 */
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { IOEither } from 'fp-ts/lib/IOEither.js'
import { identity } from 'fp-ts/lib/function.js'
import { float32 } from '../interpret/float32.js'
import { directStep } from '../learn/engine.js'
import type { Engine } from '../learn/engine.js'
import type { Recipe } from '../learn/recipe.js'
import type { CellShape } from '../model/cell.js'
import type { AnyLearner } from '../store/setup.js'

/** An engine of the command's loop, whatever it makes of a learner. */
export type CommandEngine<L> = Engine<'TaskEither', CellShape, L>

/** A computation, after which the process sees to its signals and its bar before anything else is computed. */
const thenEvents =
  <E, A>(compute: IOEither<E, A>): TaskEither<E, A> =>
  async () => {
    const result = compute()
    await new Promise<void>((resolve) => setImmediate(resolve))
    return result
  }

/** The reference itself. */
export const float32Engine = (recipe: Recipe<CellShape>, vocabulary: number): CommandEngine<AnyLearner> => {
  const step = directStep(float32, recipe.cell(float32), recipe.optimiser(float32), vocabulary)
  return {
    name: 'float32',
    load: identity,
    step: (learner, minibatch) => thenEvents(step(learner, minibatch)),
    save: identity,
  }
}
