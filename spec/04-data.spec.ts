/**
 * Chapter 4: from characters to minibatches. Chance as data, vocabularies, and samplers whose plans are data.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as S from 'fp-ts/lib/State.js'
import { describe, expect, test } from 'vitest'
import { explain } from '../src/failure.js'
import type { Failure } from '../src/failure.js'
import { gatherLaws } from '../src/laws/data/minibatch.js'
import { randomLaws, statisticalLaws } from '../src/laws/random.js'
import type { Source } from '../src/laws/random.js'
import { samplerLaws } from '../src/laws/data/sampler.js'
import type { SamplerFamily } from '../src/laws/data/sampler.js'
import { consecutiveSamplerLaws, randomSamplerLaws, randomSamplerStatistics } from '../src/laws/data/sampling.js'
import { lineBreakLaws, vocabularyLaws } from '../src/laws/data/vocabulary.js'
import type { Lexicon } from '../src/laws/data/vocabulary.js'
import type { Random } from '../src/random.js'
import { isRandomState, normals, seeded, shuffled, uniforms } from '../src/random.js'
import { characters, consecutiveSampler, decode, encode, lineBreaksToSpaces, minibatchOf, randomSampler, samplerNamed, samplings, vocabularyOf } from '../src/data/index.js'
import type { Plan } from '../src/data/index.js'
import { drawSamples, samplerSamplesOfFewExamples, gatherSamples, linesSamples, samplerSamples, seeds, textSamples } from '../src/laws/samples/data.js'
import { forAll, law, runLaws } from './runner/run.js'
import { refuted } from './runner/teeth.js'

/** Samples of laws that draw thousands of numbers for each. */
const FEW = 10

const source: Source = { seeded, isRandomState, uniforms, normals, shuffled }

describe('chance', () => {
  runLaws('one by one', source, randomLaws, drawSamples)
  runLaws('many together', source, statisticalLaws, seeds.map((seed) => ({ seed })), { runs: FEW })

  test('a state is four 32-bit integers, not all of them 0, and nothing else', () => {
    const state = seeded(1)
    expect(isRandomState(state)).toBe(true)
    expect(isRandomState([0, 0, 0, 1])).toBe(true)
    expect(isRandomState([2 ** 31 - 1, -(2 ** 31), 0, 0])).toBe(true)
    const words = [0.5, 2 ** 31, -(2 ** 31) - 1, NaN, Infinity, '1', null, undefined, true, [1], {}, 1n, Symbol('1')]
    const others = [[], state.slice(1), [...state, 1], [0, 0, 0, 0], ...words.map((word) => [1, 2, 3, word])]
    expect(others.filter(isRandomState)).toEqual([])
  })

  test('a seed gives the same numbers in every version', () => {
    // The words are mixed as by MurmurHash3: its finaliser makes 0x514e28b7 of 1, and 0 of 0.
    const places = [1, 2, 3, 4].map((place) => seeded(1 - place * 0x9e3779b9)[place - 1])
    expect(places).toEqual([0x514e28b7, 0x514e28b7, 0x514e28b7, 0x514e28b7])
    expect(seeded(-0x9e3779b9)[0]).toBe(0)
    // The same arithmetic in Python's whole numbers: fmix32(1 + place * 0x9e3779b9), place = 1, 2, 3, 4.
    expect(seeded(1)).toEqual([-1767835285, 314344336, -1759602332, 2041432039])
  })

  test('normal numbers and orders follow from the uniform numbers of the same state', () => {
    const [us] = uniforms(6)(seeded(1))
    const z = (i: number) => Math.sqrt(-2 * Math.log(1 - us[2 * i])) * Math.cos(2 * Math.PI * us[2 * i + 1])
    expect(normals(3)(seeded(1))[0]).toEqual([z(0), z(1), z(2)])
    const keys = new Map(['a', 'b', 'c', 'd', 'e', 'f'].map((item, i) => [us[i], item]))
    expect(shuffled([...keys.values()])(seeded(1))[0]).toEqual(us.toSorted((a, b) => a - b).map((u) => keys.get(u)))
  })

  test('a uniform number of 0 exactly makes no infinite normal number', () => {
    const state = [0, 0, 2 ** 22, 0]
    expect(uniforms(1)(state)[0]).toEqual([0])
    expect(Math.abs(normals(1)(state)[0][0])).toBe(0)
  })

  test('only the lowest 32 bits of a seed count', () => {
    expect(seeded(2 ** 32 + 5)).toEqual(seeded(5))
    expect(seeded(-1)).toEqual(seeded(2 ** 32 - 1))
    expect(seeded(2 ** 53 - 1)).toEqual(seeded(-1))
    expect(seeded(6)).not.toEqual(seeded(5))
  })

  const drawn = (alter: (us: readonly number[]) => readonly number[]): Source => ({
    ...source,
    uniforms: (count) => (state) => {
      const [us, after] = uniforms(count)(state)
      return [alter(us), after]
    },
  })
  refuted('a wrong source is refused', [...randomLaws, ...statisticalLaws], drawSamples, [
    {
      mistake: 'uniform numbers are squared',
      refusedBy: 'spread evenly',
      instance: drawn((us) => us.map((u) => u * u)),
    },
    {
      mistake: 'every other number repeats the one before it',
      refusedBy: 'spread evenly',
      instance: drawn((us) => us.map((u, i) => (i % 2 === 1 ? us[i - 1] : u))),
    },
    { mistake: '1 can be drawn', refusedBy: 'below 1', instance: drawn((us) => us.map((u) => (u < 0.5 ? u : 1))) },
    {
      mistake: 'neighbouring seeds give states that differ in a bit or two, however many draws are passed over',
      refusedBy: 'neighbouring seeds',
      instance: { ...source, seeded: (seed) => uniforms(32)([-1, ~seed, seed | 0, 0])[1] },
    },
    {
      mistake: 'neighbouring normal numbers share a draw',
      refusedBy: 'neighbours are independent',
      instance: {
        ...source,
        normals: (count) => (state) => {
          const [zs, after] = normals(count + 1)(state)
          return [zs.slice(1).map((z, i) => (z + zs[i]) / Math.SQRT2), after]
        },
      },
    },
    {
      mistake: 'the variance is 2',
      refusedBy: 'variance 1',
      instance: {
        ...source,
        normals: (count) => (state) => {
          const [zs, after] = normals(count)(state)
          return [zs.map((z) => z * Math.SQRT2), after]
        },
      },
    },
    {
      mistake: 'a shuffle only ever turns the items round',
      refusedBy: 'every order of four',
      instance: {
        ...source,
        shuffled: (items) => (state) => {
          const [[u], after] = uniforms(1)(state)
          const by = Math.floor(u * items.length)
          return [[...items.slice(by), ...items.slice(0, by)], after]
        },
      },
    },
    {
      mistake: 'a shuffle forgets its last item',
      refusedBy: 'permutation',
      instance: { ...source, shuffled: (items) => shuffled(items.slice(1)) },
    },
  ])
})

const lexicon: Lexicon = { vocabularyOf, encode, decode, lineBreaksToSpaces }

describe('vocabulary', () => {
  runLaws('well-formed text', lexicon, vocabularyLaws, textSamples)
  runLaws('line breaks', lexicon, lineBreakLaws, linesSamples)

  test('half of a surrogate pair is a character too, and comes back as it was', () => {
    const text = 'a\ud83d b\ude00 \ud83d\ude00'
    expect(characters(text)).toEqual(['a', '\ud83d', ' ', 'b', '\ude00', ' ', '\ud83d\ude00'])
    const vocabulary = E.getOrElse(() => ({ characters: [] as readonly string[] }))(vocabularyOf(text))
    const numbers = E.getOrElse((): readonly number[] => [])(encode(vocabulary)(text, 'the text'))
    expect(decode(vocabulary)(numbers)).toEqual(E.right(text))
  })

  test('a vocabulary of 70,000 characters is numbered like any other', () => {
    const all = Array.from({ length: 70_000 }, (_, i) => String.fromCodePoint(0x10000 + i))
    expect(vocabularyOf(all.toReversed().join(''))).toEqual(E.right({ characters: all }))
    expect(encode({ characters: all })(all[69_999] + all[0], 'the text')).toEqual(E.right([69_999, 0]))
  })

  test('what is refused is told in a sentence', () => {
    const told = (verdict: E.Either<Failure, unknown>) => (E.isLeft(verdict) ? explain(verdict.left) : '')
    expect(told(vocabularyOf(''))).toBe('the text must hold at least one character, got none')
    expect(told(decode({ characters: ['a', 'b'] })([0, 2]))).toBe(
      'the number of a character must be a whole number from 0 to 1, got 2',
    )
  })

  test('a character met twice has one number', () => {
    const vocabulary = { characters: [' ', 'a', '山', '😀'] }
    expect(vocabularyOf('山a 😀a山')).toEqual(E.right(vocabulary))
    expect(encode(vocabulary)('😀山😀', 'the text')).toEqual(E.right([3, 2, 3]))
  })

  const listing = (list: (text: string) => readonly string[]): Lexicon => ({
    ...lexicon,
    vocabularyOf: (text) => (text === '' ? vocabularyOf(text) : E.right({ characters: list(text) })),
  })
  refuted('a wrong vocabulary is refused', vocabularyLaws, textSamples, [
    {
      mistake: 'a character is a UTF-16 unit',
      refusedBy: 'every code point of its text',
      instance: listing((text) => [...new Set(text.split(''))].toSorted()),
    },
    {
      mistake: 'characters are ordered by their UTF-16 units',
      refusedBy: 'in their order',
      instance: listing((text) => [...new Set(characters(text))].toSorted()),
    },
    {
      mistake: 'characters are numbered as they are first met',
      refusedBy: 'changes no number',
      instance: listing((text) => [...new Set(characters(text))]),
    },
    {
      mistake: 'an unknown character becomes number 0',
      refusedBy: 'first unknown character',
      instance: {
        ...lexicon,
        encode: (vocabulary) => (text) =>
          E.right(characters(text).map((character) => Math.max(0, vocabulary.characters.indexOf(character)))),
      },
    },
    {
      mistake: 'positions are counted in UTF-16 units',
      refusedBy: 'position counted in characters',
      instance: {
        ...lexicon,
        encode: (vocabulary) => (text, what) =>
          E.mapLeft((failure: Failure) =>
            failure._tag === 'UnknownCharacter' ? { ...failure, position: text.indexOf(failure.character) } : failure,
          )(encode(vocabulary)(text, what)),
      },
    },
    {
      mistake: 'a number from the end is taken',
      refusedBy: 'no character has',
      instance: {
        ...lexicon,
        decode: (vocabulary) => (numbers) =>
          decode(vocabulary)(numbers.map((number) => (number < 0 ? number + vocabulary.characters.length : number))),
      },
    },
  ])
  refuted('a wrong treatment of line breaks is refused', lineBreakLaws, linesSamples, [
    {
      mistake: '\\r\\n becomes two spaces',
      refusedBy: 'becomes one space',
      instance: { ...lexicon, lineBreaksToSpaces: (text) => text.replace(/\r|\n/g, ' ') },
    },
    {
      mistake: 'several breaks become one space',
      refusedBy: 'n line breaks in a row',
      instance: { ...lexicon, lineBreaksToSpaces: (text) => text.replace(/[\r\n]+/g, ' ') },
    },
    {
      mistake: 'only the first break is found',
      refusedBy: 'becomes one space',
      instance: { ...lexicon, lineBreaksToSpaces: (text) => text.replace(/\r\n|\r|\n/, ' ') },
    },
  ])
})

const planOf = (family: SamplerFamily, batch: number, steps: number, length: number): Plan | undefined => {
  const verdict = family(batch, steps)(length)
  return E.isRight(verdict) ? verdict.right(seeded(1))[0] : undefined
}

const messageOf = (family: SamplerFamily, batch: number, steps: number, length: number): string | undefined => {
  const verdict = family(batch, steps)(length)
  return E.isLeft(verdict) ? explain(verdict.left) : undefined
}

describe('samplers', () => {
  runLaws('random', randomSampler, samplerLaws, samplerSamples)
  runLaws('random', randomSampler, randomSamplerLaws, samplerSamples)
  runLaws('random', randomSampler, randomSamplerStatistics, samplerSamplesOfFewExamples, { runs: FEW })
  runLaws('consecutive', consecutiveSampler, samplerLaws, samplerSamples)
  runLaws('consecutive', consecutiveSampler, consecutiveSamplerLaws, samplerSamples)
  runLaws('minibatches', minibatchOf, gatherLaws, gatherSamples)

  test('the worked example: 0..29 with N = 2, T = 6, consecutively', () => {
    const text = Array.from({ length: 30 }, (_, i) => i)
    const plan = planOf(consecutiveSampler, 2, 6, text.length) as Plan
    const row = (numbers: readonly number[], n: number) => numbers.filter((_, i) => i % 2 === n)
    const read = plan.minibatches.map((minibatch) => minibatchOf(text, plan, minibatch))
    expect(read.map(({ inputs }) => [row(inputs, 0), row(inputs, 1)])).toEqual([
      [[0, 1, 2, 3, 4, 5], [15, 16, 17, 18, 19, 20]],
      [[6, 7, 8, 9, 10, 11], [21, 22, 23, 24, 25, 26]],
    ])
    expect(read.map(({ labels }) => [row(labels, 0), row(labels, 1)])).toEqual([
      [[1, 2, 3, 4, 5, 6], [16, 17, 18, 19, 20, 21]],
      [[7, 8, 9, 10, 11, 12], [22, 23, 24, 25, 26, 27]],
    ])
    expect(read[0].inputs).toEqual([0, 15, 1, 16, 2, 17, 3, 18, 4, 19, 5, 20])
  })

  test('the same text at random: four examples, two minibatches', () => {
    const { minibatches } = planOf(randomSampler, 2, 6, 30) as Plan
    expect(minibatches.flatMap(({ starts }) => starts).toSorted((a, b) => a - b)).toEqual([0, 6, 12, 18])
    expect(minibatches.map(({ reset }) => reset)).toEqual([true, true])
  })

  law(
    'a sampler that carries the state into the next epoch plans the same rows, and no reset [sampling-consecutive]',
    forAll(samplerSamples, ({ batch, steps, length }) => {
      const carrying: SamplerFamily = (n, t) => consecutiveSampler(n, t, 'carry')
      const [carried, reset] = [carrying, consecutiveSampler].map((family) => planOf(family, batch, steps, length))
      return (
        carried !== undefined &&
        carried.minibatches.every((minibatch) => !minibatch.reset) &&
        JSON.stringify(carried.minibatches.map(({ starts }) => starts)) ===
          JSON.stringify(reset?.minibatches.map(({ starts }) => starts))
      )
    }),
  )

  test('a sampler is found by its name', () => {
    expect(samplings.map((name) => planOf((n, t) => samplerNamed(name, n, t), 2, 3, 20))).toEqual([
      planOf(randomSampler, 2, 3, 20),
      planOf(consecutiveSampler, 2, 3, 20),
    ])
  })

  test('a text that is too short is told how long it must be', () => {
    expect(messageOf(randomSampler, 32, 35, 1120)).toBe(
      'random sampling of 32 rows of 35 steps needs a text of at least 1121 characters, got 1120: ' +
        'give more text, or fewer rows or steps',
    )
    expect(messageOf(randomSampler, 32, 35, 1121)).toBeUndefined()
    expect(messageOf(consecutiveSampler, 32, 35, 1151)).toBe(
      'consecutive sampling of 32 rows of 35 steps needs a text of at least 1152 characters, got 1151: ' +
        'give more text, or fewer rows or steps',
    )
    expect(messageOf(consecutiveSampler, 32, 35, 1152)).toBeUndefined()
    expect(messageOf(consecutiveSampler, 1, 1, 1)).toBe(
      'consecutive sampling of 1 row of 1 step needs a text of at least 2 characters, got 1: ' +
        'give more text, or fewer rows or steps',
    )
    expect(messageOf(randomSampler, 1, 1, 0)).toContain('at least 2 characters, got 0')
  })

  test('N and T that are no counts are told what they must be', () => {
    expect(messageOf(randomSampler, 0, 35, 99)).toBe('the number of rows must be a whole number, 1 or more, got 0')
    expect(messageOf(consecutiveSampler, 2, 1.5, 99)).toBe(
      'the number of steps must be a whole number, 1 or more, got 1.5',
    )
  })

  const redrawn =
    (family: SamplerFamily, alter: (draw: Random<Plan>, length: number) => Random<Plan>): SamplerFamily =>
    (batch, steps) =>
    (length) =>
      E.map((draw: Random<Plan>) => alter(draw, length))(family(batch, steps)(length))
  /** A sampler with its plans altered. */
  const altered = (family: SamplerFamily, alter: (plan: Plan, length: number) => Plan): SamplerFamily =>
    redrawn(family, (draw, length) => S.map((plan: Plan) => alter(plan, length))(draw))
  const startsMoved = (by: (start: number, plan: Plan, length: number) => number) => (plan: Plan, length: number) => ({
    ...plan,
    minibatches: plan.minibatches.map((minibatch) => ({
      ...minibatch,
      starts: minibatch.starts.map((start) => by(start, plan, length)),
    })),
  })

  refuted('a wrong sampler is refused', samplerLaws, samplerSamples, [
    {
      mistake: 'rows that run out of text wrap around to its beginning',
      refusedBy: 'nothing wraps',
      instance: altered(consecutiveSampler, startsMoved((start, plan, length) => (start + length - 1) % length)),
    },
    {
      mistake: 'a label is read past the end',
      refusedBy: 'nothing wraps',
      instance: (batch, steps) => (length) => randomSampler(batch, steps)(length + 1),
    },
    {
      mistake: 'the same rows in every minibatch',
      refusedBy: 'none is used twice',
      instance: altered(consecutiveSampler, (plan) => ({
        ...plan,
        minibatches: plan.minibatches.map(() => plan.minibatches[0]),
      })),
    },
    {
      mistake: 'only the first minibatch is kept',
      refusedBy: 'fewer are dropped',
      instance: altered(randomSampler, (plan) => ({ ...plan, minibatches: plan.minibatches.slice(0, 1) })),
    },
    {
      mistake: 'the state is never reset',
      refusedBy: 'begins with a reset',
      instance: altered(consecutiveSampler, (plan) => ({
        ...plan,
        minibatches: plan.minibatches.map(({ starts }) => ({ starts, reset: false })),
      })),
    },
    {
      mistake: 'one character too many is asked for',
      refusedBy: 'exactly right',
      instance: (batch, steps) => (length) => consecutiveSampler(batch, steps)(length - 1),
    },
    {
      mistake: 'a text that is too short gives an epoch without minibatches',
      refusedBy: 'exactly right',
      instance: (batch, steps) => (length) =>
        E.right((state) => {
          const verdict = consecutiveSampler(batch, steps)(length)
          return E.isRight(verdict) ? verdict.right(state) : [{ batch, steps, minibatches: [] }, state]
        }),
    },
    {
      mistake: 'N is taken for T',
      refusedBy: 'N rows and T steps',
      instance: (batch, steps) => (length) => randomSampler(steps, batch)(length),
    },
  ])
  const lawsOfRandom = [...randomSamplerLaws, ...randomSamplerStatistics]
  refuted('a sampler that is not random is refused', lawsOfRandom, samplerSamplesOfFewExamples, [
    {
      mistake: 'the examples come in order',
      refusedBy: 'first equally often',
      instance: altered(randomSampler, (plan) => ({
        ...plan,
        minibatches: plan.minibatches.toSorted((a, b) => a.starts[0] - b.starts[0]),
      })),
    },
    { mistake: 'it is the other one', refusedBy: 'begins with a reset', instance: consecutiveSampler },
    {
      mistake: 'the state of the generator is not handed on',
      refusedBy: 'another state',
      instance: redrawn(randomSampler, (draw) => (state) => [draw(state)[0], state]),
    },
  ])
  refuted('a sampler that is not consecutive is refused', consecutiveSamplerLaws, samplerSamples, [
    { mistake: 'it is the other one', refusedBy: 'goes on where', instance: randomSampler },
    {
      mistake: 'neighbouring characters stand in one column, not in one row',
      refusedBy: 'laid out one row after the other',
      instance: altered(consecutiveSampler, (plan) => ({
        ...plan,
        minibatches: plan.minibatches.map((minibatch, k) => ({
          ...minibatch,
          starts: minibatch.starts.map((_, n) => n + k * plan.steps),
        })),
      })),
    },
    {
      mistake: 'every minibatch resets the state',
      refusedBy: 'carried from then on',
      instance: altered(consecutiveSampler, (plan) => ({
        ...plan,
        minibatches: plan.minibatches.map(({ starts }) => ({ starts, reset: true })),
      })),
    },
  ])
  refuted('a wrong way to read a minibatch is refused', gatherLaws, gatherSamples, [
    {
      mistake: 'the labels are the inputs',
      refusedBy: 'Y is X one later',
      instance: (...args) => ({ ...minibatchOf(...args), labels: minibatchOf(...args).inputs }),
    },
    {
      mistake: 'it is laid out row after row',
      refusedBy: 'time-major',
      instance: (text, { batch, steps }, { starts }) => {
        const rows = (offset: number) =>
          starts.flatMap((start) => Array.from({ length: steps }, (_, t) => text[start + t + offset]))
        return starts.length === batch ? { inputs: rows(0), labels: rows(1) } : { inputs: [], labels: [] }
      },
    },
  ])
})
