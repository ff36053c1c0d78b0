/**
 * Training steps to compare: as the graph that the engine runs, and as the equations in an interpreter.
 */
import type fc from 'fast-check'
import type { Carrier, Concrete, Signature, Tensors } from '../../src/algebra/tensor-algebra.js'
import { LARGEST, learnerAxes, NEXT } from '../../src/engine/fields.js'
import { trainingGraph } from '../../src/engine/graphs.js'
import { float32 } from '../../src/interpret/float32.js'
import type { Term } from '../../src/laws/agreement-of-readings.js'
import type { Plains, Trial } from '../../src/laws/passage.js'
import { readOneHot } from '../../src/laws/plain.js'
import { readAll, writeAll } from '../../src/laws/records.js'
import { flatten, freshLearner, trainingStep, unflatten } from '../../src/learn/index.js'
import type { Recipe } from '../../src/learn/index.js'
import type { CellShape } from '../../src/model/cell.js'
import { trials } from '../arbitraries-model.js'
import type { PassageSizes } from '../arbitraries-model.js'
import { numbersIn, runsAtOnce } from './at-once.js'
import type { Fed, Feeds } from './at-once.js'

/** A learner's fields under their flat names, and what it is to learn. */
export interface StepSample extends Pick<Trial, 'X' | 'Y'> {
  readonly learner: Plains
}

const prefixed = (prefix: string, a: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(a).map(([field, value]) => [prefix + field, value]))

/** One training step: the learner after it, the loss, and the largest entry of each gradient. */
export const stepOf = (recipe: Recipe<CellShape>): Term<StepSample> => ({
  name: 'a training step',
  cites: ['hidden', 'output', 'loss', 'bptt-o', 'bptt-h', 'bptt-w', 'clip', 'sgd'],
  of: <F extends Carrier>(algebra: Concrete<F>, { learner, X, Y }: StepSample): Tensors<F, Signature> => {
    const step = trainingStep(algebra, recipe.cell(algebra), recipe.optimiser(algebra))
    const stepped = step(unflatten(readAll(algebra, learner)), readOneHot(algebra, X), readOneHot(algebra, Y))
    return {
      ...prefixed(NEXT, flatten(stepped.learner)),
      loss: stepped.loss,
      ...prefixed(LARGEST, stepped.largest),
    } as never
  },
})

/** Samples of a recipe: what passages hold, with the optimiser as it begins. */
export const stepSamples = (
  { cell, optimiser }: Recipe<CellShape>,
  sizes: fc.Arbitrary<PassageSizes>,
): fc.Arbitrary<StepSample> =>
  trials(cell, sizes).map(({ parameters, state, X, Y }) => {
    const its = { vocabulary: X.axes[1].size, hidden: state[Object.keys(state)[0]].axes[1].size }
    const fresh = freshLearner(
      float32,
      cell(float32),
      optimiser(float32),
      its,
      X.axes[0].inner,
      readAll(float32, parameters) as never,
    )
    const learner = { ...fresh, hidden: readAll(float32, state) as never }
    return { learner: writeAll(float32, flatten(learner)), X, Y }
  })

/** Records of numbers as they are fed in. */
export const fedFrom = (record: Plains): Feeds =>
  Object.fromEntries(
    Object.entries(record).map(([field, { axes, values }]): readonly [string, Fed] => [
      field,
      { type: 'float32', data: Float32Array.from(values), dims: axes.map(({ size }) => size) },
    ]),
  )

/** What the training graph answers, on so many threads, in the order of the term's results. */
export const runStep = (recipe: Recipe<CellShape>, { learner, X, Y }: StepSample, threads = 1): Plains => {
  const [rows, { size: vocabulary }] = X.axes
  const state = Object.keys(learner).find((field) => field.startsWith('hidden.')) ?? ''
  const sizes = { vocabulary, hidden: learner[state].axes[1].size }
  const model = trainingGraph({
    recipe,
    sizes,
    batch: rows.inner.size,
    steps: rows.outer.size,
    onOneThread: threads === 1,
  })
  const indices = (of: readonly number[]): Fed => ({
    type: 'int64',
    data: BigInt64Array.from(of, BigInt),
    dims: [of.length],
  })
  const fed = { ...fedFrom(learner), inputs: indices(X.indices), labels: indices(Y.indices) }
  const [results] = runsAtOnce(model, fed, 1, threads)
  const axes = learnerAxes(recipe, sizes, rows.inner.size)
  return Object.fromEntries(
    Object.entries(results).map(([name, result]) => [
      name,
      { axes: name.startsWith(NEXT) ? axes[name.slice(NEXT.length)] : [], values: numbersIn(result) },
    ]),
  )
}
