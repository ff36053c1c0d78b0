/**
 * Laws of prediction: a model reads a prefix, and then writes on.
 */
import type { RandomState } from '../../random.js'
import type { Decoding } from '../../generate/decoding.js'
import type { Prediction, Reader, readPrefix, writeCharacters } from '../../generate/prediction.js'
import { numbersWithin, range } from '../plain.js'
import { sameNumbers } from '../law.js'
import type { Law } from '../law.js'

/** What is tried: a model that, with a choice and a generator's state, writes on from a prefix. */
export type Predictor = (
  choose: Decoding,
  random: RandomState,
) => (prefix: readonly number[], length: number) => readonly number[]

/** What the laws of prediction are tried on. */
export interface PredictionSample {
  /** One character or more. */
  readonly prefix: readonly number[]
  /** How many characters are written, and how many more. */
  readonly first: number
  readonly second: number
  readonly choose: Decoding
  readonly random: RandomState
}

const isPrefix = (of: readonly number[], text: readonly number[]): boolean =>
  text.length >= of.length && sameNumbers(of, text.slice(0, of.length))

/** Laws of every choice of characters. */
export const predictionLaws: readonly Law<Predictor, PredictionSample>[] = [
  {
    name: 'a prediction starts with its prefix, and has exactly as many more characters as were asked for',
    cites: ['predict'],
    holds: (predictor, { prefix, first, choose, random }) => {
      const text = predictor(choose, random)(prefix, first)
      return isPrefix(prefix, text) && text.length === prefix.length + first
    },
  },
  {
    name: 'a longer prediction starts with a shorter one: predict(p, n + m) with predict(p, n)',
    cites: ['predict'],
    holds: (predictor, { prefix, first, second, choose, random }) => {
      const predict = predictor(choose, random)
      return isPrefix(predict(prefix, first), predict(prefix, first + second))
    },
  },
  {
    name: 'the same seed gives the same text, and writing it changes neither the prefix nor the state',
    cites: ['predict'],
    holds: (predictor, { prefix, first, choose, random }) => {
      const before = [...prefix, ...random]
      const [one, other] = [predictor(choose, random)(prefix, first), predictor(choose, random)(prefix, first)]
      return sameNumbers(one, other) && sameNumbers(before, [...prefix, ...random])
    },
  },
]

/** Laws of greedy prediction: samples whose choice draws nothing. */
export const greedyPredictionLaws: readonly Law<Predictor, PredictionSample>[] = [
  {
    name: 'to predict m more from predict(p, n) gives predict(p, n + m)',
    cites: ['predict'],
    holds: (predictor, { prefix, first, second, choose, random }) => {
      const predict = predictor(choose, random)
      return sameNumbers(predict(predict(prefix, first), second), predict(prefix, first + second))
    },
  },
]

/** A reader with what it should answer: the scores after each character of a text, from one run over all of it. */
export interface ReaderInQuestion<H> {
  readonly reader: Reader<H>
  readonly scoresOf: (text: readonly number[]) => readonly (readonly number[])[]
  /** How far the two may differ by rounding. */
  readonly bound: number
  readonly readPrefix: typeof readPrefix
  readonly writeCharacters: typeof writeCharacters
}

/** What a model has in mind after a prefix, and a generator. */
const opened = <H>(question: ReaderInQuestion<H>, { prefix, random }: PredictionSample): Prediction<H> => ({
  ...question.readPrefix(question.reader, prefix),
  random,
})

const within = (bound: number, a: readonly number[], b: readonly number[]): boolean => numbersWithin(() => bound, a, b)

/** Laws of reading, and of writing as a transition from one state of mind to the next. */
export const readerLaws = <H>(): readonly Law<ReaderInQuestion<H>, PredictionSample>[] => [
  {
    name: 'to read a text character by character gives the scores of one run over all of it',
    cites: ['predict', 'hidden', 'output'],
    holds: (question, { prefix }) =>
      question.scoresOf(prefix).length === prefix.length &&
      question
        .scoresOf(prefix)
        .every((scores, i) =>
          within(question.bound, question.readPrefix(question.reader, prefix.slice(0, i + 1)).scores, scores),
        ),
  },
  {
    name: 'each character is chosen from the scores after all that stands before it',
    cites: ['predict'],
    holds: (question, sample) => {
      const { reader, readPrefix } = question
      const [written] = question.writeCharacters(reader, sample.choose, sample.first)(opened(question, sample))
      const text = [...sample.prefix, ...written]
      return range(sample.first).reduce<{ readonly holds: boolean; readonly random: RandomState }>(
        ({ holds, random }, i) => {
          const { scores } = readPrefix(reader, text.slice(0, sample.prefix.length + i))
          const [character, after] = sample.choose(scores)(random)
          return { holds: holds && written[i] === character, random: after }
        },
        { holds: written.length === sample.first, random: sample.random },
      ).holds
    },
  },
  {
    name: 'to write n + m characters is to write n, and then m from where that left off',
    cites: ['predict'],
    holds: (question, sample) => {
      const write = (length: number) => question.writeCharacters(question.reader, sample.choose, length)
      const start = opened(question, sample)
      const [all, end] = write(sample.first + sample.second)(start)
      const [before, between] = write(sample.first)(start)
      const [behind, after] = write(sample.second)(between)
      return (
        sameNumbers(all, [...before, ...behind]) &&
        sameNumbers(end.scores, after.scores) &&
        sameNumbers(end.random, after.random)
      )
    },
  },
]
