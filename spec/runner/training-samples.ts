/** Courses, small models and minibatches: what the chapter of training is tried on. */
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import type { Carrier, Concrete } from '../../src/algebra/tensor-algebra.js'
import { explain } from '../../src/failure.js'
import { entriesOf, writeAll } from '../../src/laws/train/records.js'
import type { CarrySample, StepSample } from '../../src/laws/train/step.js'
import type { RunSample } from '../../src/laws/train/runs.js'
import type { SamplerFamily } from '../../src/laws/data/sampler.js'
import * as learn from '../../src/train/index.js'
import type { Dataset, Learner, Minibatch, Optimiser } from '../../src/train/index.js'
import { flatten } from '../../src/algebra/names.js'
import { languageModel, rnnKind } from '../../src/model/index.js'
import type { ActivationName, OneLayer, Rnn } from '../../src/model/index.js'
import { batchAxis, hiddenAxis } from '../../src/model/parameters.js'
import { seeded } from '../../src/random.js'
import { consecutiveSampler, randomSampler, samplerNamed } from '../../src/data/index.js'
import type { BatchSampler, SamplingName } from '../../src/data/index.js'
import { indices, listOf, size } from './arbitraries.js'
import { randomStates, seeds } from './text-samples.js'

/** The course of a text, which must be long enough. */
const courseFor = (sampler: BatchSampler, text: readonly number[]): Dataset => {
  const verdict = learn.dataset(text, sampler)
  if (E.isLeft(verdict)) throw new Error(explain(verdict.left))
  return verdict.right
}
export const courseOf = (sampling: SamplingName, text: readonly number[], batch: number, steps: number): Dataset =>
  courseFor(samplerNamed(sampling, batch, steps), text)

/** Runs of a few short epochs: two or three minibatches each, sometimes one. */
export const runs: fc.Arbitrary<RunSample> = fc
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
  .map(({ sampler, batch, steps, more, ...rest }) => ({
    ...rest,
    path: courseFor(sampler(batch, steps), Array.from({ length: batch * (steps + 1) + more }, (_, i) => (i * i) % 17)),
  }))

/** A model that takes steps: small, with weights large enough that its state matters. */
export const SIZES = { vocabulary: 3, hidden: 4 }
const DEVIATION = 0.7
export const BATCH = 2

export const learnerOf = <F extends Carrier>(
  algebra: Concrete<F>,
  phi: ActivationName,
  optimiser: Optimiser<F>,
  seed: number,
) => {
  const model = languageModel(rnnKind(phi), SIZES)
  const [parameters] = learn.initialParameters(algebra, model, learn.normalWeights(DEVIATION))(seeded(seed))
  return { model, learner: learn.freshLearner(algebra, model, optimiser, batchAxis(BATCH), parameters) }
}

const withHidden = <F extends Carrier>(
  algebra: Concrete<F>,
  learner: Learner<F, OneLayer<Rnn>>,
  values: readonly number[],
) => ({
  ...learner,
  hidden: { H: algebra.tensor([batchAxis(BATCH), hiddenAxis(SIZES.hidden)], values) },
})

export const numbersOf =
  <F extends Carrier>(algebra: Concrete<F>) =>
  (learner: Learner<F, OneLayer<Rnn>>): readonly number[] =>
    entriesOf(writeAll(algebra, flatten<F>(learner)))

const minibatches = (reset: fc.Arbitrary<boolean>): fc.Arbitrary<Minibatch> =>
  size.chain((steps) =>
    fc.record({
      batch: fc.constant(BATCH),
      steps: fc.constant(steps),
      inputs: indices(steps * BATCH, SIZES.vocabulary),
      labels: indices(steps * BATCH, SIZES.vocabulary),
      reset,
    }),
  )
const states = listOf(BATCH * SIZES.hidden, fc.double({ min: -1, max: 1, noNaN: true }))

export const stepSamples = <F extends Carrier>(
  algebra: Concrete<F>,
  phi: ActivationName,
  optimiser: Optimiser<F>,
): fc.Arbitrary<StepSample<Learner<F, OneLayer<Rnn>>>> =>
  fc
    .record({ seed: seeds, one: states, other: states, minibatch: minibatches(fc.boolean()) })
    .map(({ seed, one, other, minibatch }) => {
      const { learner } = learnerOf(algebra, phi, optimiser, seed)
      return { learner: withHidden(algebra, learner, one), other: withHidden(algebra, learner, other), minibatch }
    })

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

/** How many roundings' worth the two readings of a passage may differ: a sum of a few hundred terms. */
export const ROUNDINGS = 512
