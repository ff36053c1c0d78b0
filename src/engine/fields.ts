/**
 * The fields of a learner as a graph has them: their names, axes, and what is said of them.
 */
import type { Axes } from '../algebra/axis.js'
import { graphAlgebra } from '../interpret/graph/algebra.js'
import type { GraphTensor } from '../interpret/graph/tensor.js'
import { freshLearner } from '../learn/initial.js'
import { flatten } from '../learn/recipe.js'
import type { Recipe } from '../learn/recipe.js'
import type { CellShape } from '../model/cell.js'
import { parameterAxes } from '../model/model.js'
import { batchAxis } from '../model/parameters.js'
import type { Sizes } from '../model/parameters.js'

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

/** The axes of every field of a learner. */
export const learnerAxes = <C extends CellShape>(
  { cell, optimiser }: Recipe<C>,
  sizes: Sizes,
  batch: number,
): Readonly<Record<string, Axes>> => {
  const algebra = graphAlgebra({ unrollUpTo: 0 })
  const parameters = Object.fromEntries(
    Object.entries(parameterAxes(cell(algebra), sizes)).map(([field, axes]) => [field, algebra.fill(axes, 0)]),
  )
  const learner = freshLearner(algebra, cell(algebra), optimiser(algebra), sizes, batchAxis(batch), parameters as never)
  return Object.fromEntries(
    Object.entries(flatten(learner)).map(([field, { axes }]: readonly [string, GraphTensor<Axes>]) => [field, axes]),
  )
}

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
