/**
 * Chapter 6: how a model writes. Choosing from scores, reading a prefix, writing on.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as S from 'fp-ts/lib/State.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { axis, product } from '../src/algebra/axis.js'
import type { Carrier, Concrete } from '../src/algebra/tensor-algebra.js'
import { float64 } from '../src/interpret/index.js'
import { explain } from '../src/failure.js'
import { choiceLaws, choiceStatistics } from '../src/laws/generate/choice.js'
import type { Choosing } from '../src/laws/generate/choice.js'
import { unitRoundoff } from '../src/laws/plain.js'
import { greedyPredictionLaws, predictionLaws, readerLaws } from '../src/laws/generate/prediction.js'
import type { Predictor, ReaderInQuestion } from '../src/laws/generate/prediction.js'
import { initialParameters, normalWeights } from '../src/train/index.js'
import { forward, languageModel, rnnKind, zeroState } from '../src/model/index.js'
import type { OneLayer, Rnn, State } from '../src/model/index.js'
import { batchAxis, timeAxis, vocabularyAxis } from '../src/model/parameters.js'
import { seeded, uniform } from '../src/random.js'
import { argmax, greedy, predict, reader, readPrefix, sampling, unfoldGreedily, writeCharacters } from '../src/generate/index.js'
import type { Decoding, Reader } from '../src/generate/index.js'
import { onEachInterpreter } from './runner/interpreters.js'
import { forAll, law, runLaws } from './runner/run.js'
import { refuted } from './runner/teeth.js'
import { choiceSamples, predictionSamples } from '../src/laws/samples/data.js'

/** Samples of laws that draw thousands of numbers for each. */
const FEW = 30

describe('choosing', () => {
  runLaws('sampled', sampling, choiceLaws, choiceSamples)
  runLaws('sampled, many times', sampling, choiceStatistics, choiceSamples, { runs: FEW })

  test('the largest score is found, the first of several', () => {
    expect([[3], [1, 2], [2, 1], [1, 5, 5, 0], [-Infinity, -1e30, -1e30], [0, -0], [-3, -2, -1]].map(argmax)).toEqual([
      0, 1, 0, 1, 1, 0, 2,
    ])
  })

  test('of two equal scores each has half of all draws: the first below 1/2, the second from 1/2 on', () => {
    const choose = E.getOrElse(() => greedy)(sampling({ temperature: 1 }))
    // A state of the generator whose first number is 1/2 exactly.
    const half = [0, 2 ** 25, 3 * 2 ** 20, 0]
    expect(uniform(half)[0]).toBe(0.5)
    expect(choose([0, 0])(half)[0]).toBe(1)
  })

  test('settings that are refused are told in a sentence', () => {
    const told = (settings: Parameters<Choosing>[0]) => {
      const verdict = sampling(settings)
      return E.isLeft(verdict) ? explain(verdict.left) : ''
    }
    expect(told({ temperature: -1 })).toBe('the temperature must be a finite number, 0 or more, got -1')
    expect(told({ temperature: 1, topK: 0 })).toBe('top-k must be a whole number, 1 or more, got 0')
  })

  test('scores of no character at all, and infinite ones, leave a character to choose', () => {
    const choose = E.getOrElse(() => greedy)(sampling({ temperature: 1 }))
    const numberFor = (scores: readonly number[]) => choose(scores)(seeded(1))[0]
    expect(numberFor([-Infinity, 0, -Infinity])).toBe(1)
    expect(numberFor([0, Infinity, 0])).toBe(1)
    expect(numberFor([-Infinity, -Infinity])).toBe(0)
  })

  test('of scores log 1 and log 3, the first is chosen for a quarter of all draws', () => {
    const choose = E.getOrElse(() => greedy)(sampling({ temperature: 1 }))
    // The draw decides alone: below 3/4 it is the better one, which stands first among the k best.
    const seeds = Array.from({ length: 100 }, (_, i) => seeded(i))
    const expected = seeds.map((state) => (uniform(state)[0] < 0.75 ? 1 : 0))
    expect(seeds.map((state) => choose([0, Math.log(3)])(state)[0])).toEqual(expected)
  })

  type Settings = Parameters<Choosing>[0]
  const withSettings =
    (alter: (settings: Settings) => Settings): Choosing =>
    (settings) =>
      E.isLeft(sampling(settings)) ? sampling(settings) : sampling(alter(settings))
  const withChoice =
    (alter: (choose: Decoding, settings: Settings) => Decoding): Choosing =>
    (settings) =>
      E.map((choose: Decoding) => alter(choose, settings))(sampling(settings))
  const withScores = (alter: (scores: readonly number[], settings: Settings) => readonly number[]): Choosing =>
    withChoice((choose, settings) => (scores) => choose(alter(scores, settings)))

  refuted('a wrong choice is refused', [...choiceLaws, ...choiceStatistics], choiceSamples, [
    {
      mistake: 'the last of the best is taken',
      refusedBy: 'temperature 0 is greedy',
      instance: withChoice(() => (scores) => (state) => [scores.lastIndexOf(Math.max(...scores)), state]),
    },
    {
      mistake: 'greedy draws a number that it does not need',
      refusedBy: 'temperature 0 is greedy',
      instance: withChoice((choose) => (scores) => S.chain(() => choose(scores))(uniform)),
    },
    {
      mistake: 'scores are multiplied by the temperature',
      refusedBy: 'double every score',
      instance: withScores((scores, { temperature }) => scores.map((score) => score * temperature * temperature)),
    },
    {
      mistake: 'a temperature above 1 is taken for 1',
      refusedBy: 'as often as softmax',
      instance: withSettings(({ temperature, topK }) => ({ temperature: Math.min(temperature, 1), topK })),
    },
    {
      mistake: 'k is ignored',
      refusedBy: 'top-k never',
      instance: withSettings(({ temperature }) => ({ temperature })),
    },
    {
      mistake: 'k is one too many',
      refusedBy: 'top-1 is greedy',
      instance: withSettings(({ temperature, topK }) => ({ temperature, topK: topK === undefined ? topK : topK + 1 })),
    },
    {
      mistake: 'the scores are taken for probabilities',
      refusedBy: 'whole number to every score',
      instance: withScores((scores) => scores.map((score) => Math.log(Math.max(score, 1e-9)))),
    },
    {
      mistake: 'exponentials are formed without a shift',
      refusedBy: 'overflow nothing',
      instance: withScores((scores, { temperature }) => {
        const weights = scores.map((score) => Math.exp(score / temperature))
        const sum = weights.reduce((a, b) => a + b)
        return temperature === 0 ? scores : weights.map((weight) => temperature * Math.log(weight / sum))
      }),
    },
    {
      mistake: 'one of the best is as likely as any other',
      refusedBy: 'as often as softmax',
      instance: withScores((scores, { temperature }) =>
        scores.map((score) => (temperature === 0 ? score : score * 1e-9)),
      ),
    },
    {
      mistake: 'the state is not handed on',
      refusedBy: 'as often as softmax',
      instance: withChoice((choose) => (scores) => (state) => [choose(scores)(state)[0], state]),
    },
    {
      mistake: 'a temperature below 0 is taken for 0',
      refusedBy: 'others are refused',
      instance: ({ temperature, topK }) => sampling({ temperature: Math.max(0, temperature), topK }),
    },
  ])
})

/** Models that read: their weights are large, so that what they write depends on what they read. */
const models = [
  { name: 'five characters', sizes: { vocabulary: 5, hidden: 4 }, phi: 'tanh', seed: 1 },
  { name: 'two characters, relu', sizes: { vocabulary: 2, hidden: 8 }, phi: 'relu', seed: 2 },
  { name: 'one character, one unit', sizes: { vocabulary: 1, hidden: 1 }, phi: 'tanh', seed: 3 },
] as const
type Model = (typeof models)[number]
const DEVIATION = 1.5
/** How many roundings' worth the scores of two ways to read may differ: they sum the same terms, in any order. */
const ROUNDINGS = 1024

const parametersOf = <F extends Carrier>(algebra: Concrete<F>, { sizes, phi, seed }: Model) => {
  const model = languageModel(rnnKind(phi), sizes)
  const [parameters] = initialParameters(algebra, model, normalWeights(DEVIATION))(seeded(seed))
  return { model, parameters }
}

const inQuestion = <F extends Carrier>(algebra: Concrete<F>, of: Model): ReaderInQuestion<State<F, OneLayer<Rnn>>> => {
  const { model, parameters } = parametersOf(algebra, of)
  const V = model.sizes.vocabulary
  return {
    reader: reader(algebra, model, parameters),
    scoresOf: (text) => {
      const rows = product(timeAxis(text.length), batchAxis(1))
      const start = zeroState(algebra, model, rows.inner)
      const { O } = forward(algebra, model)(parameters, start, algebra.oneHot([rows, vocabularyAxis(V)], text))
      const scores = algebra.toArray(O)
      return text.map((_, t) => scores.slice(t * V, (t + 1) * V))
    },
    bound: ROUNDINGS * unitRoundoff(algebra),
    readPrefix,
    writeCharacters,
  }
}

const sampledOr = (settings: Parameters<Choosing>[0]): Decoding => E.getOrElse(() => greedy)(sampling(settings))

const greedily = fc.constant(greedy)
const anyhow = fc.constantFrom(greedy, sampledOr({ temperature: 1 }), sampledOr({ temperature: 0.7, topK: 2 }))

describe('prediction', () => {
  onEachInterpreter(<F extends Carrier>(name: string, algebra: Concrete<F>) => {
    models.forEach((model) => {
      const question = inQuestion(algebra, model)
      const V = model.sizes.vocabulary
      const predictor: Predictor = (choose, random) => predict(question.reader, choose, random)
      runLaws(`${model.name}, ${name}`, predictor, predictionLaws, predictionSamples(V, anyhow), { runs: FEW })
      runLaws(`${model.name}, ${name}`, predictor, greedyPredictionLaws, predictionSamples(V, greedily), { runs: FEW })
      runLaws(`${model.name}, ${name}`, question, readerLaws(), predictionSamples(V, anyhow), { runs: FEW })

      law(
        `the greedy prediction is the unfolding of the algebra: ${model.name}, ${name}`,
        forAll(predictionSamples(V, greedily), ({ prefix, first, random }) => {
          const { model: its, parameters } = parametersOf(algebra, model)
          const rows = product(timeAxis(1), batchAxis(1))
          const { hidden } = readPrefix(question.reader, [0, ...prefix.slice(0, -1)])
          const last = prefix[prefix.length - 1]
          const { characters } = unfoldGreedily(algebra, its)(
            parameters,
            hidden,
            algebra.oneHot([rows, vocabularyAxis(V)], [last]),
            axis('written', first),
          )
          const written = predict(question.reader, greedy, random)([0, ...prefix], first).slice(1 + prefix.length)
          return fc.stringify(algebra.indicesOf(characters)) === fc.stringify(written)
        }),
        { runs: FEW },
      )
    })
  })

  test('a model that counts writes on where the prefix ends', () => {
    const counting: Reader<number> = {
      start: 0,
      read: (hidden, character) => ({
        hidden: hidden + 1,
        scores: Array.from({ length: 10 }, (_, i) => (i === (character + 1) % 10 ? 1 : 0)),
      }),
    }
    expect(predict(counting, greedy, seeded(1))([3, 1, 4], 8)).toEqual([3, 1, 4, 5, 6, 7, 8, 9, 0, 1, 2])
    expect(predict(counting, greedy, seeded(1))([7], 0)).toEqual([7])
    expect(readPrefix(counting, [3, 1, 4]).hidden).toBe(3)
    expect(writeCharacters(counting, greedy, 2)({ hidden: 0, scores: [0, 1], random: seeded(1) })[1].hidden).toBe(2)
  })

  test('a prefix of no character is a defect', () => {
    onEachInterpreter((_, algebra) => {
      const question = inQuestion(algebra, models[0])
      expect(() => readPrefix(question.reader, [])).toThrow('readPrefix: the prefix must hold at least one character')
      expect(() => predict(question.reader, greedy, seeded(1))([], 3)).toThrow('readPrefix')
    })
  })

  test('ten thousand characters are written without running out of stack', () => {
    const turning: Reader<null> = {
      start: null,
      read: (_, character) => ({ hidden: null, scores: character === 0 ? [0, 1] : [1, 0] }),
    }
    const text = predict(turning, greedy, seeded(1))([0], 10_000)
    expect(text.length).toBe(10_001)
    expect(text.slice(-3)).toEqual([0, 1, 0])
  })

  const { reader: model } = inQuestion(float64, models[0])
  const right: Predictor = (choose, random) => predict(model, choose, random)
  const lawsOfGreedy = [...predictionLaws, ...greedyPredictionLaws]
  refuted('a wrong predictor is refused', lawsOfGreedy, predictionSamples(5, greedily), [
    {
      mistake: 'the prefix is left out',
      refusedBy: 'starts with its prefix',
      instance: (choose, random) => (prefix, length) => right(choose, random)(prefix, length).slice(prefix.length),
    },
    {
      mistake: 'one character too many',
      refusedBy: 'exactly as many',
      instance: (choose, random) => (prefix, length) => right(choose, random)(prefix, length + 1),
    },
    {
      mistake: 'the last character of the prefix is read twice',
      refusedBy: 'predict m more',
      instance: (choose, random) => (prefix, length) => [
        ...prefix,
        ...right(choose, random)([...prefix, ...prefix.slice(-1)], length).slice(prefix.length + 1),
      ],
    },
    {
      mistake: 'a character is written backwards',
      refusedBy: 'starts with a shorter one',
      instance: (choose, random) => (prefix, length) => [
        ...prefix,
        ...right(choose, random)(prefix, length).slice(prefix.length).toReversed(),
      ],
    },
  ])
})
