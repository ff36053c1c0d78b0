/**
 * Training steps to compare: as the graph that the engine runs, and as the equations in an interpreter.
 */
import type fc from 'fast-check'
import type { Carrier, Concrete, Signature, Tensors } from '../../src/algebra/tensor-algebra.js'
import { LARGEST, NEXT, axesOfFields, learnerPattern, withPrefix } from '../../src/engine/fields.js'
import { trainingGraph } from '../../src/engine/graphs.js'
import { float32 } from '../../src/interpret/float32.js'
import type { Term } from '../../src/laws/algebra/agreement-of-readings.js'
import type { Plains, SampleWithCuts } from '../../src/laws/model/sample.js'
import { readOneHot } from '../../src/laws/plain.js'
import { readAll, writeAll } from '../../src/laws/train/records.js'
import { flatten, unflattenLike } from '../../src/algebra/names.js'
import { freshLearner, trainingStep } from '../../src/train/index.js'
import { samplesWithCuts } from '../../src/laws/samples/model.js'
import type { SampleSizes } from '../../src/laws/samples/model.js'
import type { Learner } from '../../src/train/index.js'
import type { LayersShape } from '../../src/model/layers.js'
import type { Sizes } from '../../src/model/parameters.js'
import { sized } from './examples.js'
import type { Setup } from './examples.js'
import { numbersIn, runsAtOnce } from './at-once.js'
import type { Fed, Feeds } from './at-once.js'

/** A learner's fields under their flat names, and what it is to learn. */
export interface StepSample extends Pick<SampleWithCuts, 'X' | 'Y'> {
  readonly learner: Plains
}

/** One training step: the learner after it, the loss, and the largest entry of each gradient. */
export const stepOf = (setup: Setup): Term<StepSample> => ({
  name: 'a training step',
  cites: ['hidden', 'output', 'loss', 'bptt-o', 'bptt-h', 'bptt-w', 'clip', 'sgd'],
  of: <F extends Carrier>(algebra: Concrete<F>, { learner, X, Y }: StepSample): Tensors<F, Signature> => {
    const { model, optimiser } = sized(setup, sizesOf({ learner, X }))
    const pattern = learnerPattern(model, optimiser, X.axes[0].inner.size)
    const step = trainingStep(algebra, model, optimiser(algebra))
    const before = unflattenLike<F, Learner<F, LayersShape>>(pattern, readAll(algebra, learner))
    const stepped = step(before, readOneHot(algebra, X), readOneHot(algebra, Y))
    return {
      ...withPrefix(NEXT, flatten<F>(stepped.learner)),
      ...flatten<F>({ loss: stepped.loss, ...withPrefix(LARGEST, stepped.largest) }),
    }
  },
})

/** V and H of a sample. */
const sizesOf = ({ learner, X }: Pick<StepSample, 'learner' | 'X'>): Sizes => ({
  vocabulary: X.axes[1].size,
  hidden: learner['parameters.W_hq'].axes[0].size,
})

/** Samples of a setup: what passages hold, with the optimiser as it begins. */
export const stepSamples = (setup: Setup, sizes: fc.Arbitrary<SampleSizes>): fc.Arbitrary<StepSample> =>
  samplesWithCuts(setup, sizes).map(({ parameters, state, X, Y }) => {
    const its = { vocabulary: X.axes[1].size, hidden: parameters.W_hq.axes[0].size }
    const { model, optimiser } = sized(setup, its)
    const zero = learnerPattern(model, optimiser, X.axes[0].inner.size)
    const own = unflattenLike<'float32', Learner<'float32', LayersShape>['parameters']>(
      zero.parameters,
      readAll(float32, parameters),
    )
    const { optimiser: remembered } = freshLearner(float32, model, optimiser(float32), X.axes[0].inner, own)
    const learner = {
      ...withPrefix('parameters.', parameters),
      ...withPrefix('optimiser.', writeAll(float32, remembered)),
      ...withPrefix('hidden.', state),
    }
    return { learner, X, Y }
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
export const runStep = (setup: Setup, { learner, X, Y }: StepSample, threads = 1): Plains => {
  const [rows] = X.axes
  const its = sized(setup, sizesOf({ learner, X }))
  const model = trainingGraph({
    ...its,
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
  const axes = axesOfFields(learnerPattern(its.model, its.optimiser, rows.inner.size))
  return Object.fromEntries(
    Object.entries(results).map(([name, result]) => [
      name,
      { axes: name.startsWith(NEXT) ? axes[name.slice(NEXT.length)] : [], values: numbersIn(result) },
    ]),
  )
}
