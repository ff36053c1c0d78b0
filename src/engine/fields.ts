/**
 * The fields of a learner as a graph has them: their names, axes, and what is said of them.
 */
import type { Axes } from '../algebra/axis.js'
import { flatten } from '../algebra/names.js'
import { tensorsOf } from '../algebra/tensors.js'
import { graphAlgebra } from '../interpret/graph/algebra.js'
import { freshLearner } from '../train/initial.js'
import type { AnyOptimiser } from '../train/optimisers/optimiser.js'
import type { Learner } from '../train/step.js'
import type { LanguageModel } from '../model/language-model.js'
import type { LayersShape } from '../model/layers.js'
import { parameterAxes } from '../model/model.js'
import type { Parameters } from '../model/model.js'
import { batchAxis } from '../model/parameters.js'

/** The prefix of a field's new value. */
export const NEXT = 'next.'
/** The prefix of the largest absolute entry of a parameter's gradient. */
export const LARGEST = 'largest.'
/** The vectors of a packed learner, of its hidden state, and of what a step reports: the loss, then each `largest.` */
export const LEARNT = 'learnt'
export const HIDDEN = 'hidden'
export const REPORT = 'report'

/** The fields with a prefix. */
export const withPrefix = <A>(prefix: string, record: Readonly<Record<string, A>>): Readonly<Record<string, A>> =>
  Object.fromEntries(Object.entries(record).map(([field, value]) => [prefix + field, value]))

/** The fields under a prefix, without it. */
export const under = <A>(prefix: string, record: Readonly<Record<string, A>>): Readonly<Record<string, A>> =>
  Object.fromEntries(
    Object.entries(record)
      .filter(([field]) => field.startsWith(prefix))
      .map(([field, value]) => [field.slice(prefix.length), value]),
  )

/** A learner for minibatches of so many rows, as a tree of graph tensors: what its fields are, whatever they hold. */
export const learnerPattern = <L extends LayersShape>(
  model: LanguageModel<L>,
  optimiser: AnyOptimiser,
  batch: number,
): Learner<'graph', L> => {
  const algebra = graphAlgebra({ unrollUpTo: 0 })
  const shape = parameterAxes(algebra, model)
  const parameters = tensorsOf<'graph'>((axes) => algebra.fill(axes, 0))(shape) as Parameters<'graph', L>
  return freshLearner(algebra, model, optimiser(algebra), batchAxis(batch), parameters)
}

/** The axes of every field of a learner, by its name. */
export const axesOfFields = (pattern: object): Readonly<Record<string, Axes>> =>
  Object.fromEntries(Object.entries(flatten<'graph'>(pattern)).map(([field, { axes }]) => [field, axes]))

/** What is said of the learner's fields before and after a step. */
export const fieldsDocumented = (axes: Readonly<Record<string, Axes>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.keys(axes).flatMap((field) => {
      const [part, ...rest] = field.split('.')
      const what = part === 'hidden' ? `the state ${rest.join('.')}` : `${rest.join('.')} of the ${part}`
      return [
        [field, `${what} before;`],
        [NEXT + field, `${what} after: feed it back as ${field};`],
      ]
    }),
  )

/** What is said of the gradients' largest entries. */
export const gradientsDocumented = (learner: Readonly<Record<string, Axes>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.keys(under('parameters.', learner)).map((field) => [
      `${LARGEST}${field}`,
      `the largest absolute entry of the gradient of ${field}: if it is not finite, neither are the new parameters;`,
    ]),
  )

/** The fields of each vector of a packed learner. The hidden state has its own, so that a reset replaces it alone. */
export const packedFields = (fields: readonly string[]) => ({
  learnt: fields.filter((field) => !field.startsWith('hidden.')),
  hidden: fields.filter((field) => field.startsWith('hidden.')),
})
