/**
 * The zoo of wrong samplers, of a text in which character i is i, so that its minibatches show where each was read.
 */
import * as E from 'fp-ts/lib/Either.js'
import { minibatchOf, samplerNamed } from '../../data/samplers.js'
import type { SamplingName } from '../../data/samplers.js'
import { seeded } from '../../random.js'
import { distinct } from '../data/sampler.js'
import type { Point } from '../model/gradient-check.js'
import { range } from '../plain.js'
import { breaking } from './mistake.js'
import type { Mistake, Zoo } from './mistake.js'

/** A minibatch of characters: T lists of N each, and whether the state is set to zeros before it. */
export interface TextMinibatch {
  readonly X: readonly (readonly number[])[]
  readonly Y: readonly (readonly number[])[]
  readonly reset: boolean
}

/** What a sampler is asked: an epoch of a text of so many characters. */
export interface SamplingSample {
  readonly sampling: SamplingName
  readonly length: number
  readonly batch: number
  readonly steps: number
}

/** The minibatches of an epoch. */
export type SampleText = (sample: SamplingSample) => readonly TextMinibatch[]

/** The rows that begin at these places, T characters each, with labels that stand `shift` places later. */
const cut = (starts: readonly number[], steps: number, reset: boolean, shift = 1): TextMinibatch => {
  const from = (offset: number) => range(steps).map((t) => starts.map((start) => start + t + offset))
  return { X: from(0), Y: from(shift), reset }
}

/** The right minibatches; none where the text is too short. Which random ones there are is up to chance. */
const rightMinibatches: SampleText = ({ sampling, length, batch, steps }) => {
  const drawn = samplerNamed(sampling, batch, steps)(length)
  if (E.isLeft(drawn)) return []
  const [plan] = drawn.right(seeded(1))
  const inSteps = (numbers: readonly number[]) => range(steps).map((t) => numbers.slice(t * batch, (t + 1) * batch))
  return plan.minibatches.map((minibatch) => {
    const { inputs, labels } = minibatchOf(range(length), plan, minibatch)
    return { X: inSteps(inputs), Y: inSteps(labels), reset: minibatch.reset }
  })
}

const numbersOf = (minibatches: readonly TextMinibatch[], field: 'X' | 'Y'): readonly number[] =>
  minibatches.flatMap((each) => each[field].flat())

/** The number that all of them are, if they are. */
const common = (numbers: readonly number[]): readonly number[] => {
  const different = [...new Set(numbers)]
  return different.length === 1 ? different : []
}

/** How far each number is from the one before it in its row, and from its label; nothing where that varies. */
const distances = (minibatches: readonly TextMinibatch[]) => ({
  alongTime: common(minibatches.flatMap(({ X }) => X.slice(1).flatMap((row, t) => row.map((x, n) => x - X[t][n])))),
  toLabels: common(minibatches.flatMap(({ X, Y }) => X.flatMap((row, t) => row.map((x, n) => Y[t][n] - x)))),
})

const truth = (is: boolean): readonly number[] => [is ? 1 : 0]

/**
 * An epoch as the zoo of samplers names it. Consecutive sampling has its characters, labels and resets, one after the
 * other. Of random sampling, where chance says which row comes first, there are facts: how far labels are from
 * characters, whether a row begins off the multiples of T, whether a label is seen twice.
 */
export const pointOfMinibatches = (
  { sampling, steps }: Pick<SamplingSample, 'sampling' | 'steps'>,
  minibatches: readonly TextMinibatch[],
): Point => {
  const shapes = {
    steps: minibatches.map(({ X }) => X.length),
    rows: minibatches.map(({ X }) => X[0]?.length ?? 0),
    resets: minibatches.flatMap(({ reset }) => truth(reset)),
  }
  const [X, Y] = [numbersOf(minibatches, 'X'), numbersOf(minibatches, 'Y')]
  return sampling === 'consecutive'
    ? { ...shapes, X, Y }
    : {
        ...shapes,
        ...distances(minibatches),
        offTheMultiples: truth(minibatches.some((each) => (each.X[0] ?? []).some((start) => start % steps !== 0))),
        twice: truth(!distinct(Y)),
      }
}

/** The zoo of wrong samplers of one kind: what it answers is what `pointOfMinibatches` makes of an epoch. */
export const samplingZoo = (sampling: SamplingName): Zoo<SampleText, SamplingSample> => ({
  title: `${sampling} sampling`,
  right: rightMinibatches,
  answer: (sample) => (minibatches) => pointOfMinibatches(sample, minibatches(sample)),
  mistakes: [...mistakesOfMinibatches, ...(sampling === 'random' ? mistakesOfRandom : mistakesOfConsecutive)],
})

type Mistakes = readonly Mistake<SampleText>[]

/** Every minibatch changed. */
const each =
  (f: (minibatch: TextMinibatch, k: number, sample: SamplingSample) => TextMinibatch) =>
  (minibatches: SampleText): SampleText =>
  (sample) =>
    minibatches(sample).map((minibatch, k) => f(minibatch, k, sample))

/** T lists of N as T*N numbers, and back as T lists of N of another order. */
const readByRows = (lists: readonly (readonly number[])[]): readonly (readonly number[])[] => {
  const [steps, batch] = [lists.length, lists[0]?.length ?? 0]
  const flat = range(batch).flatMap((n) => lists.map((row) => row[n]))
  return range(steps).map((t) => flat.slice(t * batch, (t + 1) * batch))
}

const ofMinibatch = breaking<SampleText>('minibatch')

const mistakesOfMinibatches: Mistakes = [
  ofMinibatch(
    'the labels are not shifted: each character is its own label',
    'X and Y are cut from the same place.',
    each((minibatch) => ({ ...minibatch, Y: minibatch.X })),
  ),
  ofMinibatch(
    'the labels are shifted by two',
    'The labels are cut one place later from a text that was shifted already.',
    each((minibatch) => ({ ...minibatch, Y: minibatch.Y.map((row) => row.map((y) => y + 1)) })),
  ),
  ofMinibatch(
    'inputs and labels are exchanged',
    'They are returned in one order and taken in the other.',
    each(({ X, Y, reset }) => ({ X: Y, Y: X, reset })),
  ),
  ofMinibatch(
    'the rows are read in batch-major order, one after the other',
    'N x T numbers are reshaped to T x N, not transposed.',
    each(({ X, Y, reset }) => ({ X: readByRows(X), Y: readByRows(Y), reset })),
    [{ steps: 2, batch: 2 }],
  ),
  ofMinibatch(
    'the labels alone are read in batch-major order',
    'X is transposed, and Y is reshaped.',
    each(({ X, Y, reset }) => ({ X, Y: readByRows(Y), reset })),
    [{ steps: 2, batch: 2 }],
  ),
  ofMinibatch(
    'the last row is dropped',
    'A range ends at N - 1.',
    each(({ X, Y, reset }) => ({ X: X.map((row) => row.slice(0, -1)), Y: Y.map((row) => row.slice(0, -1)), reset })),
  ),
  ofMinibatch(
    'the last step is dropped',
    'A row of T characters is cut first, and its characters but the last are the inputs.',
    each(({ X, Y, reset }) => ({ X: X.slice(0, -1), Y: Y.slice(0, -1), reset })),
  ),
  ofMinibatch(
    'the last minibatch is dropped',
    'A range ends one early.',
    (minibatches) => (sample) => minibatches(sample).slice(0, -1),
  ),
]

const ofRandom = breaking<SampleText>('sampling-random')

/** How many minibatches of N examples a text has. */
const countOf = ({ length, batch, steps }: SamplingSample): number =>
  Math.floor(Math.floor((length - 1) / steps) / batch)

const mistakesOfRandom: Mistakes = [
  ofRandom(
    'the state is never reset',
    'The loop was written for consecutive sampling.',
    each((minibatch) => ({ ...minibatch, reset: false })),
  ),
  ofRandom(
    'the state is reset before the first minibatch alone',
    'The loop was written for consecutive sampling.',
    each((minibatch, k) => ({ ...minibatch, reset: k === 0 })),
    [{ minibatches: 2 }],
  ),
  ofRandom(
    'rows begin anywhere and overlap',
    'Each row draws a place of the text, instead of the number of an example.',
    () => (sample) =>
      range(countOf(sample)).map((k) => cut(range(sample.batch).map((n) => 1 + n + k), sample.steps, true)),
    [{ batch: 2, steps: 2 }, { minibatches: 2, steps: 2 }],
  ),
  ofRandom(
    'rows begin off the multiples of T',
    'The text is cut from a random offset on, anew in each epoch.',
    (minibatches) => (sample) =>
      minibatches(sample).map(({ X, Y, reset }) => ({
        X: X.map((row) => row.map((x) => x + 1)),
        Y: Y.map((row) => row.map((y) => y + 1)),
        reset,
      })),
    [{ steps: 2 }],
  ),
  ofRandom(
    'the same row comes twice',
    'Rows are drawn with replacement, by randint instead of a shuffle.',
    () => (sample) => range(countOf(sample)).map(() => cut(range(sample.batch).map(() => 0), sample.steps, true)),
    [{ batch: 2 }, { minibatches: 2 }],
  ),
  ofRandom(
    'a last minibatch of fewer rows',
    'drop_last=False.',
    (minibatches) => (sample) => {
      const { length, batch, steps } = sample
      const left = Math.floor((length - 1) / steps) % batch
      const used = numbersOf(minibatches(sample), 'X')
      const starts = range(Math.floor((length - 1) / steps)).map((i) => i * steps)
      const others = starts.filter((start) => !used.includes(start))
      return [...minibatches(sample), ...(left === 0 ? [] : [cut(others, steps, true)])]
    },
    [{ remainder: 1 }],
  ),
]

const ofConsecutive = breaking<SampleText>('sampling-consecutive')

/** Consecutive minibatches of rows of so many characters, each character at its place modulo the length. */
const inRows = (
  { length, batch, steps }: SamplingSample,
  row: number,
  minibatches: number,
): readonly TextMinibatch[] =>
  range(minibatches).map((k) => {
    const { X, Y, reset } = cut(range(batch).map((n) => n * row + k * steps), steps, k === 0)
    const around = (lists: typeof X) => lists.map((list) => list.map((x) => x % length))
    return { X: around(X), Y: around(Y), reset }
  })

const mistakesOfConsecutive: Mistakes = [
  ofConsecutive(
    'the state is reset before every minibatch',
    'The loop was written for random sampling.',
    each((minibatch) => ({ ...minibatch, reset: true })),
    [{ minibatches: 2 }],
  ),
  ofConsecutive(
    'the state is never reset',
    'The state is created before the loop over epochs.',
    each((minibatch) => ({ ...minibatch, reset: false })),
  ),
  ofConsecutive(
    'the text wraps around at its end',
    'Places are taken modulo the length, so that the last minibatch is full.',
    () => (sample) => {
      const row = Math.floor(sample.length / sample.batch)
      return inRows(sample, row, Math.ceil(row / sample.steps))
    },
  ),
  ofConsecutive(
    'the rows do not go on: stretches are cut one after the other',
    'Minibatch k holds the stretches kN to kN + N - 1, as random sampling does before it shuffles.',
    () => (sample) =>
      range(countOf(sample)).map((k) =>
        cut(range(sample.batch).map((n) => (k * sample.batch + n) * sample.steps), sample.steps, k === 0),
      ),
    [{ batch: 2, minibatches: 2 }],
  ),
  ofConsecutive(
    'a last minibatch of fewer steps',
    'The loop goes on to the end of the rows.',
    (minibatches) => (sample) => {
      const row = Math.floor(sample.length / sample.batch)
      const done = Math.floor((row - 1) / sample.steps) * sample.steps
      const left = row - 1 - done
      const last = cut(range(sample.batch).map((n) => n * row + done), left, false)
      return [...minibatches(sample), ...(left === 0 ? [] : [last])]
    },
    [{ remainder: 1 }],
  ),
  ofConsecutive(
    'each minibatch begins one step late: the label of the last step is not read again',
    'The row is advanced by T + 1, the characters and the label after them.',
    () => (sample) => {
      const row = Math.floor(sample.length / sample.batch)
      return range(Math.floor(row / (sample.steps + 1))).map((k) =>
        cut(range(sample.batch).map((n) => n * row + k * (sample.steps + 1)), sample.steps, k === 0),
      )
    },
    [{ minibatches: 2 }],
  ),
  ofConsecutive(
    'the rows are those of a text without its last character',
    'Inputs are the text without its last character, labels without its first, and both are cut into N rows.',
    () => (sample) => {
      const row = Math.floor((sample.length - 1) / sample.batch)
      return inRows(sample, row, Math.floor(row / sample.steps))
    },
    [{ whole: 1 }],
  ),
]
