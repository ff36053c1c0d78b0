/** Generators of the samples that the laws of randomness, samplers, vocabularies and choices are about. */
import fc from 'fast-check'
import type { ChoiceSample } from '../../src/laws/generate/choice.js'
import type { GatherSample } from '../../src/laws/data/minibatch.js'
import type { DrawSample } from '../../src/laws/random.js'
import type { SamplerSample } from '../../src/laws/data/sampler.js'
import type { LinesSample, TextSample } from '../../src/laws/data/vocabulary.js'
import { seeded } from '../../src/random.js'
import type { RandomState } from '../../src/random.js'
import { indices, listOf, size } from './arbitraries.js'

/** Every seed that 32 bits hold, and the first few in particular. */
export const seeds: fc.Arbitrary<number> = fc.oneof(fc.nat({ max: 20 }), fc.integer())

export const randomStates: fc.Arbitrary<RandomState> = seeds.map(seeded)

const count = fc.nat({ max: 40 })

export const drawSamples: fc.Arbitrary<DrawSample> = fc.record({ seed: seeds, first: count, second: count })

/** Texts from the shortest that is sure to be long enough to some sixty characters more. */
export const samplerSamples: fc.Arbitrary<SamplerSample> = fc
  .record({ batch: size, steps: size, more: fc.nat({ max: 60 }), random: randomStates })
  .map(({ batch, steps, more, random }) => ({ batch, steps, length: batch * (steps + 1) + more, random }))

/** Texts of no more than ten examples, so that every one comes first often enough to be counted. */
export const fewExamples: fc.Arbitrary<SamplerSample> = fc
  .record({
    batch: fc.constantFrom(1, 2, 3),
    steps: size,
    examples: fc.integer({ min: 4, max: 10 }),
    random: randomStates,
  })
  .map(({ batch, steps, examples, random }) => ({ batch, steps, length: steps * examples + 1, random }))

/** A text whose characters are all different, and rows anywhere in it. */
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

export const texts: fc.Arbitrary<TextSample> = fc
  .record({
    codePoints: fc.array(codePoint, { minLength: 1, maxLength: 20 }),
    places: fc.array(fc.nat({ max: 99 }), { maxLength: 20 }),
    stranger: codePoint,
  })
  .filter(({ codePoints, stranger }) => !codePoints.includes(stranger))

const line = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 8 })
  .map((text) => text.replace(/[\r\n]/g, '-'))

export const lines: fc.Arbitrary<LinesSample> = fc.record({ lines: fc.array(line, { minLength: 1, maxLength: 8 }) })

/** Whole scores from -4 to 4, in which ties abound, for one to eight characters. */
export const choices: fc.Arbitrary<ChoiceSample> = size.chain((vocabulary) =>
  fc.record({
    scores: listOf(vocabulary, fc.integer({ min: -4, max: 4 })),
    temperature: fc.oneof(fc.constantFrom(0.5, 1, 2), fc.double({ min: 0.01, max: 100, noNaN: true })),
    topK: fc.integer({ min: 1, max: vocabulary + 1 }),
    random: randomStates,
  }),
)
