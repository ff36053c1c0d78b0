/**
 * How the next character is chosen from the scores of all: greedily, or by chance.
 *
 *   choice   c = argmax of the scores, for the temperature tau = 0; c ~ softmax(scores / tau) over the k best, above
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import * as S from 'fp-ts/lib/State.js'
import { requireThat } from '../algebra/require.js'
import { quoted } from '../failure.js'
import type { Failure } from '../failure.js'
import type { Random } from '../random.js'
import { uniform } from '../random.js'

/** From the scores (before softmax) of all characters to the number of one. */
export type Decoding = (scores: readonly number[]) => Random<number>

const isScore = (score: unknown): boolean => typeof score === 'number' && !Number.isNaN(score)

/** Scores that can be compared: an empty list and NaN have no best entry. */
const requireScores = (operation: string, scores: readonly number[]): readonly number[] =>
  requireThat(
    Array.isArray(scores) && scores.length > 0 && scores.every(isScore),
    operation,
    'the scores',
    'numbers, one or more and none of them NaN',
    scores,
  )

/** The place of the largest score, the lowest on ties. */
export const argmax = (scores: readonly number[]): number =>
  scores.reduce((best, score, i) => (score > scores[best] ? i : best), 0)

/**
 * `choice` at temperature 0: the best character, the lowest number on ties. Draws nothing.
 *
 * @param scores the score of each of the V characters, before softmax; none, or NaN among them, is a defect
 * @returns a function of the generator's state to the character's number and the same state
 *
 * ```ts
 * import { greedy, seeded } from 'pure-rnn'
 *
 * greedy([0.5, 2, 2])(seeded(1))[0] // => 1
 * ```
 */
export const greedy: Decoding = (scores) => S.of(argmax(requireScores('greedy', scores)))

/** How a character is drawn. */
export interface SamplingSettings {
  /** Scores are divided by it: 1 samples as the model predicts, less favours the best, 0 is greedy. */
  readonly temperature: number
  /** Only the k best characters can be chosen, the lower number on ties; all of them without it. */
  readonly topK?: number | undefined
}

/**
 * `choice` by chance: draws from softmax(scores / temperature) over the k best.
 *
 * @returns the choice, or a failure where the temperature is no finite number from 0 up or k no whole number from 1 up
 *
 * Differs from libraries that keep every character as good as the k-th: of equal scores there, the lower number stays.
 *
 * ```ts
 * import { orThrow, sampling, seeded } from 'pure-rnn'
 *
 * const choose = orThrow(sampling({ temperature: 0.8, topK: 2 }))
 * const [character, next] = choose([-9, 1, 0.5])(seeded(1)) // next is for the next draw
 * character === 1 || character === 2 // => true
 * ```
 */
export const sampling = ({ temperature, topK }: SamplingSettings): Either<Failure, Decoding> =>
  !(typeof temperature === 'number' && temperature >= 0 && temperature < Infinity)
    ? E.left({
        _tag: 'InvalidSetting',
        setting: 'the temperature',
        expected: 'a finite number, 0 or more',
        got: quoted(temperature),
      })
    : topK !== undefined && !(Number.isSafeInteger(topK) && topK >= 1)
      ? E.left({ _tag: 'InvalidSetting', setting: 'top-k', expected: 'a whole number, 1 or more', got: quoted(topK) })
      : E.right(temperature === 0 ? greedy : drawn(temperature, topK))

const drawn =
  (temperature: number, topK: number | undefined): Decoding =>
  (scores) => {
    const best = requireScores('sampling', scores)
      .map((score, number) => ({ score, number }))
      // The sort keeps the order of ties: the lower number comes first.
      .toSorted((a, b) => b.score - a.score)
      .slice(0, topK)
    const weights = best.map(({ score }) => Math.exp((score - best[0].score) / temperature))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    return S.map((u: number) => best[placeOf(weights, u * total)].number)(uniform)
  }

/** The first place at which the running sum of the weights exceeds the point. */
const placeOf = (weights: readonly number[], point: number): number => {
  const found = weights.reduce<{ readonly sum: number; readonly place?: number }>(
    ({ sum, place }, weight, i) =>
      place !== undefined ? { sum, place } : sum + weight > point ? { sum, place: i } : { sum: sum + weight },
    { sum: 0 },
  )
  return found.place ?? 0
}
