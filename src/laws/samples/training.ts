/** Generators of the samples that the laws of training are tried on: runs, and steps of a small model. */
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { defect } from '../../algebra/defect.js'
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import { explain } from '../../failure.js'
import type { Failure } from '../../failure.js'
import { consecutiveSampler, randomSampler } from '../../data/samplers.js'
import { languageModel, rnnKind } from '../../model/index.js'
import type { ActivationName, OneLayer, Rnn } from '../../model/index.js'
import { batchAxis, hiddenAxis } from '../../model/parameters.js'
import { seeded } from '../../random.js'
import { dataset, freshLearner, initialParameters, normalWeights } from '../../train/index.js'
import type { Dataset, Learner, Minibatch, Optimiser } from '../../train/index.js'
import type { SamplerFamily } from '../data/sampler.js'
import type { RunSample } from '../train/runs.js'
import type { CarrySample, StepSample } from '../train/step.js'
import { randomStates, seeds } from './data.js'
import { indices, listOf, size } from './tensors.js'

/** Samples of `trainingLaws`: runs of a few short epochs, of two or three minibatches each, sometimes one. */
export const runSamples: fc.Arbitrary<RunSample> = fc
  .record({
    sampler: fc.constantFrom<SamplerFamily>(randomSampler, consecutiveSampler, (batch, steps) =>
      consecutiveSampler(batch, steps, 'carry'),
    ),
    batch: fc.integer({ min: 1, max: 3 }),
    steps: fc.integer({ min: 1, max: 4 }),
    more: fc.nat({ max: 30 }),
    random: randomStates,
    first: fc.integer({ min: 1, max: 8 }),
    second: fc.integer({ min: 1, max: 8 }),
  })
  .map(({ sampler, batch, steps, more, ...rest }) => {
    const text = Array.from({ length: batch * (steps + 1) + more }, (_, i) => (i * i) % 17)
    const path = E.getOrElse((failure: Failure): Dataset => defect('runSamples', explain(failure)))(
      dataset(text, sampler(batch, steps)),
    )
    return { ...rest, path }
  })

/** V and H of the model that takes steps. */
export const learnerSizes = { vocabulary: 3, hidden: 4 }
/** N, the rows that it reads at once. */
export const learnerRows = 2
/** Large enough that the model's state matters. */
const DEVIATION = 0.7

/** A plain cell with this activation and this optimiser, before its first step. */
export const learnerOf = <F extends Carrier>(
  algebra: Concrete<F>,
  phi: ActivationName,
  optimiser: Optimiser<F>,
  seed: number,
) => {
  const model = languageModel(rnnKind(phi), learnerSizes)
  const [parameters] = initialParameters(algebra, model, normalWeights(DEVIATION))(seeded(seed))
  return { model, learner: freshLearner(algebra, model, optimiser, batchAxis(learnerRows), parameters) }
}

const withHidden = <F extends Carrier>(
  algebra: Concrete<F>,
  learner: Learner<F, OneLayer<Rnn>>,
  values: readonly number[],
) => ({
  ...learner,
  hidden: { H: algebra.tensor([batchAxis(learnerRows), hiddenAxis(learnerSizes.hidden)], values) },
})

const minibatches: fc.Arbitrary<Minibatch> = size.chain((steps) =>
  fc.record({
    batch: fc.constant(learnerRows),
    steps: fc.constant(steps),
    inputs: indices(steps * learnerRows, learnerSizes.vocabulary),
    labels: indices(steps * learnerRows, learnerSizes.vocabulary),
    reset: fc.boolean(),
  }),
)
const states = listOf(learnerRows * learnerSizes.hidden, fc.double({ min: -1, max: 1, noNaN: true }))

/**
 * Samples of `stepLaws`: a small plain cell before its first step, the same with another state, and a minibatch.
 *
 * ```ts
 * import fc from 'fast-check'
 * import { float64 } from 'pure-rnn/interpret'
 * import { stepSamples } from 'pure-rnn/laws/samples'
 * import { sgd } from 'pure-rnn/train'
 *
 * const [{ minibatch }] = fc.sample(stepSamples(float64, 'tanh', sgd(float64)(0.1)), { numRuns: 1, seed: 1 })
 * minibatch.inputs.length === minibatch.batch * minibatch.steps // => true
 * ```
 */
export const stepSamples = <F extends Carrier>(
  algebra: Concrete<F>,
  phi: ActivationName,
  optimiser: Optimiser<F>,
): fc.Arbitrary<StepSample<Learner<F, OneLayer<Rnn>>>> =>
  fc
    .record({ seed: seeds, one: states, other: states, minibatch: minibatches })
    .map(({ seed, one, other, minibatch }) => {
      const { learner } = learnerOf(algebra, phi, optimiser, seed)
      return { learner: withHidden(algebra, learner, one), other: withHidden(algebra, learner, other), minibatch }
    })

/** Samples of `carryLaws`: the same of two steps or more, with a cut between two of them. */
export const carrySamples = <F extends Carrier>(
  algebra: Concrete<F>,
  phi: ActivationName,
  optimiser: Optimiser<F>,
): fc.Arbitrary<CarrySample<Learner<F, OneLayer<Rnn>>>> =>
  stepSamples(algebra, phi, optimiser)
    .filter(({ minibatch }) => minibatch.steps > 1)
    .chain(({ learner, minibatch }) =>
      fc.integer({ min: 1, max: minibatch.steps - 1 }).map((cut) => ({ learner, minibatch, cut })),
    )
