/**
 * Laws of the two samplers that the model is trained with: random and consecutive.
 *
 * Legend: N the rows of a minibatch, T its steps.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as S from 'fp-ts/lib/State.js'
import type { PlannedMinibatch } from '../../data/samplers.js'
import { evenlySpread } from '../chance.js'
import { sameNumbers } from '../law.js'
import type { Law } from '../law.js'
import { range } from '../plain.js'
import { distinct, drawn, planned, startsOf } from './sampler.js'
import type { SamplerFamily, SamplerSample } from './sampler.js'

/** Laws of random sampling. */
export const randomSamplerLaws: readonly Law<SamplerFamily, SamplerSample>[] = [
  {
    name: 'an epoch has floor(floor((length - 1) / T) / N) minibatches',
    cites: ['sampling-random'],
    holds: planned(
      (plan, { batch, steps, length }) =>
        plan.minibatches.length === Math.floor(Math.floor((length - 1) / steps) / batch),
    ),
  },
  {
    name: 'every minibatch begins with a reset',
    cites: ['sampling-random', 'hidden'],
    holds: planned((plan) => plan.minibatches.every(({ reset }) => reset)),
  },
  {
    name: 'the rows are examples cut at multiples of T, none of them twice',
    cites: ['sampling-random'],
    holds: planned(
      (plan, { steps }) => startsOf(plan).every((start) => start % steps === 0) && distinct(startsOf(plan)),
    ),
  },
  {
    name: 'each plan is drawn from the state that the one before it left: another state',
    cites: ['sampling-random'],
    holds: (family, sample) => {
      const answer = drawn(family, sample)
      return !('_tag' in answer) && !sameNumbers(answer[1], sample.random)
    },
  },
]

/** Epochs that the law below draws. */
const EPOCHS = 1000

/** Laws of what many epochs of random sampling look like, with a false alarm in a thousand million runs or so. */
export const randomSamplerStatistics: readonly Law<SamplerFamily, SamplerSample>[] = [
  {
    name: 'in the long run every example comes first equally often',
    cites: ['sampling-random'],
    holds: (family, sample) => {
      const { batch, steps, length } = sample
      const verdict = family(batch, steps)(length)
      const examples = Math.floor((length - 1) / steps)
      if (E.isLeft(verdict)) return false
      const [plans] = S.traverseArray(() => verdict.right)(range(EPOCHS))(sample.random)
      return evenlySpread(examples, plans.map((plan) => startsOf(plan)[0] / steps))
    },
  },
]

const follows = (steps: number, before: PlannedMinibatch, after: PlannedMinibatch): boolean =>
  sameNumbers(
    before.starts.map((start) => start + steps),
    after.starts,
  )

/** Laws of consecutive sampling. */
export const consecutiveSamplerLaws: readonly Law<SamplerFamily, SamplerSample>[] = [
  {
    name: 'an epoch has floor((floor(length / N) - 1) / T) minibatches',
    cites: ['sampling-consecutive'],
    holds: planned(
      (plan, { batch, steps, length }) =>
        plan.minibatches.length === Math.floor((Math.floor(length / batch) - 1) / steps),
    ),
  },
  {
    name: 'every row goes on where the same row of the minibatch before it ended',
    cites: ['sampling-consecutive', 'hidden', 'bptt-state'],
    holds: planned(({ minibatches, steps }) =>
      minibatches.slice(1).every((minibatch, k) => follows(steps, minibatches[k], minibatch)),
    ),
  },
  {
    name: 'the state is reset at the start of the epoch, and carried from then on',
    cites: ['sampling-consecutive', 'hidden'],
    holds: planned((plan) => plan.minibatches.every(({ reset }, k) => reset === (k === 0))),
  },
  {
    name: 'the rows are the first N floor(length / N) characters, laid out one row after the other',
    cites: ['sampling-consecutive'],
    holds: planned(({ minibatches: [{ starts }] }, { batch, length }) =>
      sameNumbers(starts, range(batch).map((n) => n * Math.floor(length / batch))),
    ),
  },
  {
    name: 'nothing is left to chance: no number is drawn',
    cites: ['sampling-consecutive'],
    holds: (family, sample) => {
      const answer = drawn(family, sample)
      return !('_tag' in answer) && sameNumbers(answer[1], sample.random)
    },
  },
]
