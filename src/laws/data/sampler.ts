/**
 * Laws of samplers: which stretches of a text become minibatches, and in what order.
 *
 * Legend: N the rows of a minibatch, T its steps. A text of `length` characters has the targets 1..length-1: each
 * character but the first is to be predicted.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Failure } from '../../failure.js'
import type { RandomState } from '../../random.js'
import type { Plan, BatchSampler } from '../../data/samplers.js'
import { sameNumbers } from '../law.js'
import type { Law } from '../law.js'
import { range } from '../plain.js'

/** What is tried: a sampler for every N and T. */
export type SamplerFamily = (batch: number, steps: number) => BatchSampler

/** What the samplers' laws are tried on. */
export interface SamplerSample {
  readonly batch: number
  readonly steps: number
  /** The text's characters: N (T + 1) or more, which is enough for N rows of T + 1 wherever they are cut. */
  readonly length: number
  readonly random: RandomState
}

/** What a sampler says of a text: the plan and the state after it was drawn, or why not. */
export const drawn = (
  family: SamplerFamily,
  { batch, steps, length, random }: SamplerSample,
): readonly [Plan, RandomState] | Failure => {
  const verdict = family(batch, steps)(length)
  return E.isLeft(verdict) ? verdict.left : verdict.right(random)
}

/** Whether there is a plan, of which that holds. */
export const planned =
  (holds: (plan: Plan, sample: SamplerSample) => boolean) =>
  (family: SamplerFamily, sample: SamplerSample): boolean => {
    const answer = drawn(family, sample)
    return '_tag' in answer ? false : holds(answer[0], sample)
  }

/** Where all rows of all minibatches begin. */
export const startsOf = ({ minibatches }: Plan): readonly number[] => minibatches.flatMap(({ starts }) => starts)

/** The positions that a plan's minibatches are to predict. */
const targetsOf = (plan: Plan): readonly number[] =>
  startsOf(plan).flatMap((start) => range(plan.steps).map((t) => start + t + 1))

export const distinct = (numbers: readonly number[]): boolean => new Set(numbers).size === numbers.length

const samePlan = (a: Plan, b: Plan): boolean => JSON.stringify(a) === JSON.stringify(b)

/** The least length that a sampler asks for, as it says when it is given no text at all. */
const leastLength = (sampler: BatchSampler): number => {
  const verdict = sampler(0)
  return E.isLeft(verdict) && verdict.left._tag === 'TextTooShort' ? verdict.left.least : NaN
}

const refusesWith = (tag: Failure['_tag'], sampler: BatchSampler, length: number): boolean => {
  const verdict = sampler(length)
  return E.isLeft(verdict) && verdict.left._tag === tag
}

/** Laws of every sampler. */
export const samplerLaws: readonly Law<SamplerFamily, SamplerSample>[] = [
  {
    name: 'a plan has minibatches of N rows and T steps, one at least',
    cites: ['sampling-random', 'sampling-consecutive'],
    holds: planned(
      (plan, { batch, steps }) =>
        plan.batch === batch &&
        plan.steps === steps &&
        plan.minibatches.length > 0 &&
        plan.minibatches.every(({ starts }) => starts.length === batch),
    ),
  },
  {
    name: 'nothing wraps around: every row and its last label lie in the text',
    cites: ['sampling-random', 'sampling-consecutive'],
    holds: planned((plan, { steps, length }) =>
      startsOf(plan).every((start) => Number.isInteger(start) && start >= 0 && start + steps < length),
    ),
  },
  {
    name: 'used (+) dropped = every target: none is used twice, and fewer are dropped than two minibatches hold',
    cites: ['sampling-random', 'sampling-consecutive'],
    holds: planned((plan, { batch, steps, length }) => {
      const used = targetsOf(plan)
      const dropped = range(length).filter((target) => target > 0 && !used.includes(target))
      return (
        distinct(used) &&
        used.length + dropped.length === length - 1 &&
        dropped.length < 2 * batch * (steps + 1)
      )
    }),
  },
  {
    name: 'an epoch begins with a reset',
    cites: ['sampling-random', 'sampling-consecutive'],
    holds: planned((plan) => plan.minibatches[0].reset),
  },
  {
    name: 'the same state gives the same plan, and drawing it leaves the state as it was',
    cites: ['sampling-random', 'sampling-consecutive'],
    holds: (family, sample) => {
      const before = [...sample.random]
      const [one, other] = [drawn(family, sample), drawn(family, sample)]
      return (
        !('_tag' in one) &&
        !('_tag' in other) &&
        samePlan(one[0], other[0]) &&
        sameNumbers(one[1], other[1]) &&
        sameNumbers(before, sample.random)
      )
    },
  },
  {
    name: 'the least length that is asked for is exactly right: it is enough, and one character less is not',
    cites: ['sampling-random', 'sampling-consecutive'],
    holds: (family, { batch, steps }) => {
      const sampler = family(batch, steps)
      const least = leastLength(sampler)
      return (
        Number.isInteger(least) &&
        range(batch + 1).every((more) => E.isRight(sampler(least + more))) &&
        range(Math.min(least, steps + 2)).every((less) => refusesWith('TextTooShort', sampler, least - less - 1))
      )
    },
  },
  {
    name: 'what is said of a text that is too short is N, T, its length and the least length',
    cites: ['sampling-random', 'sampling-consecutive'],
    holds: (family, { batch, steps }) => {
      const length = leastLength(family(batch, steps)) - 1
      const verdict = family(batch, steps)(length)
      return (
        E.isLeft(verdict) &&
        verdict.left._tag === 'TextTooShort' &&
        sameNumbers(
          [verdict.left.batch, verdict.left.steps, verdict.left.length, verdict.left.least],
          [batch, steps, length, length + 1],
        )
      )
    },
  },
  {
    name: 'N and T that are no whole number from 1 up are refused, however long the text',
    cites: ['sampling-random', 'sampling-consecutive'],
    holds: (family, { batch, steps, length }) =>
      [0, -1, batch + 0.5, NaN, Infinity].every(
        (no) =>
          refusesWith('InvalidSetting', family(no, steps), length) &&
          refusesWith('InvalidSetting', family(batch, no), length),
      ),
  },
]
