/** Generators of the samples that the laws of randomness, samplers, vocabularies and choices are tried on. */
import fc from 'fast-check'
import type { Decoding } from '../../generate/decoding.js'
import type { ChoiceSample } from '../generate/choice.js'
import type { PredictionSample } from '../generate/prediction.js'
import type { EvaluationSample } from '../train/evaluation.js'
import type { GatherSample } from '../data/minibatch.js'
import type { DrawSample } from '../random.js'
import type { SamplerSample } from '../data/sampler.js'
import type { LinesSample, TextSample } from '../data/vocabulary.js'
import { seeded } from '../../random.js'
import type { RandomState } from '../../random.js'
import { indices, listOf, size } from './tensors.js'

/** Seeds: all that 32 bits hold, and the first few in particular. */
export const seeds: fc.Arbitrary<number> = fc.oneof(fc.nat({ max: 20 }), fc.integer())

/** States of the random generator, from any seed. */
export const randomStates: fc.Arbitrary<RandomState> = seeds.map(seeded)

const count = fc.nat({ max: 40 })

/** Samples of `randomLaws`: a seed, and how many draws are made before and after a state is kept. */
export const drawSamples: fc.Arbitrary<DrawSample> = fc.record({ seed: seeds, first: count, second: count })

/**
 * Samples of `samplerLaws` and `consecutiveSamplerLaws`: lengths from the shortest that is sure to be long enough to
 * some sixty characters more.
 *
 * ```ts
 * import fc from 'fast-check'
 * import { consecutiveSampler } from 'pure-rnn'
 * import { samplerLaws } from 'pure-rnn/laws'
 * import { samplerSamples } from 'pure-rnn/laws/samples'
 *
 * const [{ holds }] = samplerLaws
 * const claim = fc.property(samplerSamples, (sample) => holds(consecutiveSampler, sample))
 * fc.check(claim, { seed: 1 }).failed // => false
 * ```
 */
export const samplerSamples: fc.Arbitrary<SamplerSample> = fc
  .record({ batch: size, steps: size, more: fc.nat({ max: 60 }), random: randomStates })
  .map(({ batch, steps, more, random }) => ({ batch, steps, length: batch * (steps + 1) + more, random }))

/** Samples of `randomSamplerStatistics`: at most ten examples, so that each comes first often enough to be counted. */
export const samplerSamplesOfFewExamples: fc.Arbitrary<SamplerSample> = fc
  .record({
    batch: fc.constantFrom(1, 2, 3),
    steps: size,
    examples: fc.integer({ min: 4, max: 10 }),
    random: randomStates,
  })
  .map(({ batch, steps, examples, random }) => ({ batch, steps, length: steps * examples + 1, random }))

/** Samples of `gatherLaws`: a text whose characters are all different, and rows anywhere in it. */
export const gatherSamples: fc.Arbitrary<GatherSample> = fc
  .record({ steps: size, batch: size, more: fc.nat({ max: 9 }) })
  .chain(({ steps, batch, more }) =>
    fc.record({
      steps: fc.constant(steps),
      starts: indices(batch, more + 1),
      text: fc.constant(Array.from({ length: steps + 1 + more }, (_, i) => 100 + i)),
    }),
  )

/** Letters, digits, Chinese, combining marks, control characters, astral characters: anything but half of a pair. */
const codePoint: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 0x20, max: 0x7e }),
  fc.integer({ min: 0x4e00, max: 0x4e20 }),
  fc.constantFrom(0, 0x0a, 0x0d, 0x301, 0xe000, 0xfeff, 0xffff, 0x10000, 0x1f600, 0x1f601, 0x10ffff),
  fc.integer({ min: 0, max: 0xd7ff }),
  fc.integer({ min: 0xe000, max: 0x10ffff }),
)

/** Samples of `vocabularyLaws`: a text by its code points, places in it, and a character that it does not have. */
export const textSamples: fc.Arbitrary<TextSample> = fc
  .record({
    codePoints: fc.array(codePoint, { minLength: 1, maxLength: 20 }),
    places: fc.array(fc.nat({ max: 99 }), { maxLength: 20 }),
    stranger: codePoint,
  })
  .filter(({ codePoints, stranger }) => !codePoints.includes(stranger))

const line = fc
  .array(codePoint, { minLength: 1, maxLength: 8 })
  .map((codePoints) => codePoints.map((each) => String.fromCodePoint(each)).join('').replace(/[\r\n]/g, '-'))

/** Samples `lineBreakLaws`: lines without a line break in them. */
export const linesSamples: fc.Arbitrary<LinesSample> = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 8 }),
})

/** Samples of `choiceLaws`: whole scores from -4 to 4, in which ties abound, for one to eight characters. */
export const choiceSamples: fc.Arbitrary<ChoiceSample> = size.chain((vocabulary) =>
  fc.record({
    scores: listOf(vocabulary, fc.integer({ min: -4, max: 4 })),
    temperature: fc.oneof(fc.constantFrom(0.5, 1, 2), fc.double({ min: 0.01, max: 100, noNaN: true })),
    topK: fc.integer({ min: 1, max: vocabulary + 1 }),
    random: randomStates,
  }),
)

/** Samples of `evaluationLaws`: texts of these lengths. */
export const evaluationSamples = (vocabulary: number, length: fc.Arbitrary<number>): fc.Arbitrary<EvaluationSample> =>
  length.chain((n) => indices(n, vocabulary)).map((text) => ({ text }))

/**
 * Samples of `predictionLaws` and `readerLaws`, and with `fc.constant(greedy)` of `greedyPredictionLaws`: a prefix, how
 * many characters are written after it, and how they are chosen.
 *
 * ```ts
 * import fc from 'fast-check'
 * import { greedy } from 'pure-rnn'
 * import { predictionSamples } from 'pure-rnn/laws/samples'
 *
 * const [{ prefix }] = fc.sample(predictionSamples(5, fc.constant(greedy)), { numRuns: 1, seed: 1 })
 * prefix.every((character) => character < 5) // => true
 * ```
 */
export const predictionSamples = (
  vocabulary: number,
  choose: fc.Arbitrary<Decoding>,
): fc.Arbitrary<PredictionSample> =>
  fc.record({
    prefix: fc.integer({ min: 1, max: 6 }).chain((length) => indices(length, vocabulary)),
    first: fc.nat({ max: 12 }),
    second: fc.nat({ max: 12 }),
    choose,
    random: randomStates,
  })
