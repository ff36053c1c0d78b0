/**
 * Laws of choosing the next character from the scores of all: greedily, or by chance.
 *
 * Legend: tau the temperature, k how many of the best characters can be chosen.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import * as S from 'fp-ts/lib/State.js'
import type { Failure } from '../../failure.js'
import type { RandomState } from '../../random.js'
import type { Decoding, SamplingSettings } from '../../generate/decoding.js'
import { countsOf, frequenciesFit } from '../chance.js'
import { sameNumbers } from '../law.js'
import type { Law } from '../law.js'
import { maximum, range, total } from '../plain.js'

/** What is tried: the function that makes a choice of its settings. */
export type Choosing = (settings: SamplingSettings) => Either<Failure, Decoding>

/** What the laws of a choice are tried on. */
export interface ChoiceSample {
  /** Whole numbers, so that ties occur and shifts are exact. */
  readonly scores: readonly number[]
  /** Above 0. */
  readonly temperature: number
  /** From 1 up. */
  readonly topK: number
  readonly random: RandomState
}

/** The numbers of the k best scores, the lower number on ties. */
const bestOf = (scores: readonly number[], k: number): readonly number[] =>
  range(scores.length)
    .toSorted((a, b) => scores[b] - scores[a] || a - b)
    .slice(0, k)

/** The lowest place of the largest score. */
const firstBest = (scores: readonly number[]): number => scores.indexOf(maximum(scores))

/** softmax(scores / tau) over the k best, 0 for the others. */
const probabilities = ({ scores, temperature, topK }: ChoiceSample): readonly number[] => {
  const best = bestOf(scores, topK)
  const largest = maximum(scores)
  const weights = scores.map((score, i) => (best.includes(i) ? Math.exp((score - largest) / temperature) : 0))
  return weights.map((weight) => weight / total(weights))
}

/** Draws of one choice. They depend on each other only if the generator fails. */
const DRAWS = 200

/** What is chosen time after time, and the state after that; nothing if the settings are refused. */
const chosen = (
  choosing: Choosing,
  settings: SamplingSettings,
  { scores, random }: Pick<ChoiceSample, 'scores' | 'random'>,
  times: number = DRAWS,
): readonly [readonly number[], RandomState] => {
  const choice = choosing(settings)
  return E.isLeft(choice) ? [[], random] : S.traverseArray(() => choice.right(scores))(range(times))(random)
}

const all = (holds: (number: number) => boolean, numbers: readonly number[], times: number = DRAWS): boolean =>
  numbers.length === times && numbers.every(holds)

const refused = (verdict: Either<Failure, Decoding>): boolean =>
  E.isLeft(verdict) && verdict.left._tag === 'InvalidSetting'

/** Laws of every choice. */
export const choiceLaws: readonly Law<Choosing, ChoiceSample>[] = [
  {
    name: 'temperature 0 is greedy: the largest score, the lowest number on ties, and no draw',
    cites: ['choice'],
    holds: (choosing, sample) => {
      const settings = [{ temperature: 0 }, { temperature: 0, topK: sample.topK }]
      return settings.every((each) => {
        const [numbers, after] = chosen(choosing, each, sample)
        return all((number) => number === firstBest(sample.scores), numbers) && sameNumbers(after, sample.random)
      })
    },
  },
  {
    name: 'top-1 is greedy at every temperature',
    cites: ['choice'],
    holds: (choosing, sample) =>
      all(
        (number) => number === firstBest(sample.scores),
        chosen(choosing, { temperature: sample.temperature, topK: 1 }, sample)[0],
      ),
  },
  {
    name: 'top-k never leaves the k best, the lower number on ties',
    cites: ['choice'],
    holds: (choosing, sample) => {
      const { temperature, topK, scores } = sample
      const best = bestOf(scores, topK)
      return all((number) => best.includes(number), chosen(choosing, { temperature, topK }, sample)[0])
    },
  },
  {
    name: 'without k, or with k as large as the vocabulary, every character can be chosen',
    cites: ['choice'],
    holds: (choosing, sample) => {
      const { temperature, scores } = sample
      const [numbers] = chosen(choosing, { temperature }, sample)
      const [, ...others] = [undefined, scores.length, scores.length + 1].map(
        (topK) => chosen(choosing, { temperature, topK }, sample)[0],
      )
      return (
        all((number) => number in scores, numbers) && others.every((other) => sameNumbers(other, numbers))
      )
    },
  },
  {
    name: 'the same state gives the same choices, and choosing leaves scores and state as they were',
    cites: ['choice'],
    holds: (choosing, sample) => {
      const { temperature, topK, scores, random } = sample
      const before = [...scores, ...random]
      const [one, other] = [1, 2].map(() => chosen(choosing, { temperature, topK }, sample))
      return (
        sameNumbers(one[0], other[0]) && sameNumbers(one[1], other[1]) && sameNumbers(before, [...scores, ...random])
      )
    },
  },
  {
    name: 'to add a whole number to every score changes no choice',
    cites: ['choice'],
    holds: (choosing, sample) => {
      const settings = { temperature: sample.temperature, topK: sample.topK }
      const shifted = { ...sample, scores: sample.scores.map((score) => score + 1000) }
      return sameNumbers(chosen(choosing, settings, sample)[0], chosen(choosing, settings, shifted)[0])
    },
  },
  {
    name: 'to double every score and the temperature changes no choice',
    cites: ['choice'],
    holds: (choosing, sample) => {
      const { temperature, topK } = sample
      const doubled = { ...sample, scores: sample.scores.map((score) => 2 * score) }
      return sameNumbers(
        chosen(choosing, { temperature, topK }, sample)[0],
        chosen(choosing, { temperature: 2 * temperature, topK }, doubled)[0],
      )
    },
  },
  {
    name: 'scores up to the largest single-precision numbers overflow nothing',
    cites: ['choice'],
    holds: (choosing, sample) => {
      const { temperature, topK, scores } = sample
      // Scores 10^36 apart: whatever the temperature, all but the best have the probability 0.
      const largest = maximum(scores)
      const huge = { ...sample, scores: scores.map((score) => score * 1e36) }
      const best = scores.flatMap((score, i) => (score === largest ? [i] : []))
      return all((number) => best.includes(number), chosen(choosing, { temperature, topK }, huge)[0])
    },
  },
  {
    name: 'a temperature must be a number from 0 up, and k a whole number from 1 up: others are refused',
    cites: ['choice'],
    holds: (choosing, { temperature, topK }) =>
      [-temperature, Infinity, NaN].every((no) => refused(choosing({ temperature: no }))) &&
      [0, -topK, topK + 0.5, NaN, Infinity].every((no) => refused(choosing({ temperature, topK: no }))),
  },
]

/** Draws of which the frequencies are counted: enough to see a probability of 0.5 that is off by 0.05. */
const MANY = 10_000

/** Laws of what many draws look like, with a false alarm in a thousand million samples or so. */
export const choiceStatistics: readonly Law<Choosing, ChoiceSample>[] = [
  {
    name: 'characters are chosen as often as softmax(scores / tau) over the k best says',
    cites: ['choice'],
    holds: (choosing, sample) => {
      const { temperature, topK, scores } = sample
      const [numbers] = chosen(choosing, { temperature, topK }, sample, MANY)
      return numbers.length === MANY && frequenciesFit(countsOf(scores.length, numbers), probabilities(sample))
    },
  },
]
