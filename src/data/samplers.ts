/**
 * Samplers: which stretches of a text make up the minibatches of an epoch, as data.
 *
 * A plan holds positions and resets, and can be looked at before any tensor exists. In a minibatch of
 * N rows and T steps, row n reads the characters at starts[n], starts[n] + 1, ... and its labels are the
 * same positions one later.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import * as S from 'fp-ts/lib/State.js'
import { requireCharacters, requireOneOf } from '../algebra/require.js'
import { quoted } from '../failure.js'
import type { Failure } from '../failure.js'
import type { Random } from '../random.js'
import { shuffled } from '../random.js'

/** N stretches of T characters, each with the character after it. */
export interface PlannedMinibatch {
  /** Where each row begins. */
  readonly starts: readonly number[]
  /** Whether the state is zero before it, or goes on from the minibatch before. */
  readonly reset: boolean
}

/** One epoch. */
export interface Plan {
  /** N, the rows of each minibatch. */
  readonly batch: number
  /** T, the steps of each minibatch. */
  readonly steps: number
  readonly minibatches: readonly PlannedMinibatch[]
}

/** The samplers by name. */
export type SamplingName = 'random' | 'consecutive'

/** Every way of sampling by its name. */
export const samplings: readonly SamplingName[] = ['random', 'consecutive']

/** Draws the plan of one epoch for a text of some length, or says why the text is too short for one minibatch. */
export type BatchSampler = (length: number) => Either<Failure, Random<Plan>>

/**
 * Random sampling.
 *
 *   sampling-random   examples at 0, T, 2T, ..., floor((length - 1) / T) of them, shuffled; the first
 *                     floor(examples / N) * N of them are the rows of the minibatches; a reset before each
 *
 * @param batch N, the rows of a minibatch
 * @param steps T, the characters of a row
 * @returns for `train`: a function of the text's length to a draw of one epoch's plan. It fails on a text of N T
 *   characters or fewer, and on N and T that are no whole number from 1 up
 *
 * Differs from scripts that cut at a random offset, and so have other examples in each epoch.
 *
 * ```ts
 * import { orThrow, randomSampler, seeded } from 'pure-rnn'
 *
 * const [plan] = orThrow(randomSampler(2, 3)(13))(seeded(1))
 * plan.minibatches.flatMap(({ starts }) => starts).toSorted((a, b) => a - b) // => [0, 3, 6, 9]
 * ```
 */
export const randomSampler =
  (batch: number, steps: number): BatchSampler =>
  (length) => {
    const examples = Math.floor((length - 1) / steps)
    const minibatches = Math.floor(examples / batch)
    return planned('random', { batch, steps, least: batch * steps + 1, length }, () =>
      S.map((order: readonly number[]) => ({
        batch,
        steps,
        minibatches: upTo(minibatches).map((k) => ({
          starts: order.slice(k * batch, (k + 1) * batch).map((example) => example * steps),
          reset: true,
        })),
      }))(shuffled(upTo(examples))),
    )
  }

/** What becomes of the state when a new epoch begins. */
export type EpochStart = 'reset' | 'carry'

const epochStarts: readonly EpochStart[] = ['reset', 'carry']

/**
 * Consecutive sampling.
 *
 *   sampling-consecutive   the first N * floor(length / N) characters as N rows, read T at a time:
 *                          floor((floor(length / N) - 1) / T) minibatches; a reset before the first
 *
 * Each minibatch goes on where the one before it ended, so the state is carried through the epoch and reset at its
 * start; the gradient is cut between minibatches.
 *
 * @param batch N, the rows of a minibatch
 * @param steps T, the characters that each row reads in one minibatch
 * @param epochStart 'reset' unless asked; 'carry' keeps the state from one epoch to the next
 * @returns for `train`: a function of the text's length to a draw of one epoch's plan. It fails on a text of fewer than
 *   N (T + 1) characters, and on N and T that are no whole number from 1 up
 *
 * Differs from scripts that never reset the state, and begin an epoch with what the end of the text left behind: that
 * is 'carry'.
 *
 * ```ts
 * import { consecutiveSampler, orThrow, seeded } from 'pure-rnn'
 *
 * const [plan] = orThrow(consecutiveSampler(2, 3)(14))(seeded(1))
 * plan.minibatches.map(({ starts }) => starts) // => [[0, 7], [3, 10]]
 * ```
 */
export const consecutiveSampler =
  (batch: number, steps: number, epochStart: EpochStart = 'reset'): BatchSampler =>
  (length) => {
    const row = Math.floor(length / batch)
    const minibatches = Math.floor((row - 1) / steps)
    return !epochStarts.includes(epochStart)
      ? refused('the start of an epoch', 'reset or carry', epochStart)
      : planned('consecutive', { batch, steps, least: batch * (steps + 1), length }, () =>
          S.of({
            batch,
            steps,
            minibatches: upTo(minibatches).map((k) => ({
              starts: upTo(batch).map((n) => n * row + k * steps),
              reset: k === 0 && epochStart === 'reset',
            })),
          }),
        )
  }

const samplers = { random: randomSampler, consecutive: consecutiveSampler }

/** The sampler of that name. */
export const samplerNamed = (sampling: SamplingName, batch: number, steps: number): BatchSampler =>
  samplers[requireOneOf('samplerNamed', 'the name', sampling, samplings)](batch, steps)

/**
 * The inputs and labels of a minibatch, T*N numbers each, time-major: all rows of step 1, then of step 2, ...
 *
 *   minibatch   X[t, n] = text[starts[n] + t], Y[t, n] = text[starts[n] + t + 1], t = 0..T-1
 *
 * @param text the characters' numbers, as `readText` gives them; anything else is a defect
 * @param plan what a sampler drew for a text of this length; one that goes past the end of the text is a defect
 * @param minibatch one of `plan.minibatches`
 *
 * ```ts
 * import { consecutiveSampler, minibatchOf, orThrow, seeded } from 'pure-rnn'
 *
 * const text = [0, 1, 2, 3, 4, 5, 6, 7]
 * const [plan] = orThrow(consecutiveSampler(2, 3)(text.length))(seeded(1))
 * minibatchOf(text, plan, plan.minibatches[0]).inputs // => [0, 4, 1, 5, 2, 6]
 * minibatchOf(text, plan, plan.minibatches[0]).labels // => [1, 5, 2, 6, 3, 7]
 * ```
 */
export const minibatchOf = (
  text: ArrayLike<number>,
  { batch, steps }: Plan,
  { starts }: PlannedMinibatch,
): { readonly inputs: readonly number[]; readonly labels: readonly number[] } => {
  const at = (offset: number) =>
    Array.from({ length: steps * batch }, (_, i) => text[starts[i % batch] + Math.floor(i / batch) + offset])
  return {
    inputs: requireCharacters('minibatchOf', 'the inputs', at(0)),
    labels: requireCharacters('minibatchOf', 'the labels', at(1)),
  }
}

interface Request {
  readonly batch: number
  readonly steps: number
  readonly least: number
  readonly length: number
}

const planned = (sampling: SamplingName, request: Request, draw: () => Random<Plan>): Either<Failure, Random<Plan>> => {
  const { batch, steps, least, length } = request
  return !isCount(batch)
    ? refused('the number of rows', 'a whole number, 1 or more', batch)
    : !isCount(steps)
      ? refused('the number of steps', 'a whole number, 1 or more', steps)
      : !(Number.isSafeInteger(length) && length >= 0)
        ? refused('the length of the text', 'a whole number, 0 or more', length)
        : length < least
          ? E.left({ _tag: 'TextTooShort', sampling, ...request })
          : E.right(draw())
}

const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 1

const refused = (setting: string, expected: string, got: unknown): Either<Failure, never> =>
  E.left({ _tag: 'InvalidSetting', setting, expected, got: quoted(got) })

const upTo = (n: number): readonly number[] => [...Array(n).keys()]
