/** Generators of the samples that the laws of clipping, optimisers and initial parameters are tried on. */
import fc from 'fast-check'
import { axis, entries } from '../../algebra/axis.js'
import type { Axes } from '../../algebra/axis.js'
import type { ClipSample } from '../train/clip.js'
import type { FreezingSample } from '../train/frozen.js'
import type { InitialSample } from '../train/initial.js'
import type { Plains } from '../model/sample.js'
import { norm } from '../plain.js'
import { entriesOf } from '../train/records.js'
import type { Descent } from '../train/records.js'
import type { SgdSample } from '../train/sgd.js'
import { listOf, real, realWithin, smallInteger } from './tensors.js'
import { randomStates } from './data.js'

/** The axes of one to four parameters: scalars, vectors and matrices, each of 1 to 4 along an axis. */
const shapes: fc.Arbitrary<Readonly<Record<string, Axes>>> = fc
  .array(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }), { minLength: 1, maxLength: 4 })
  .map((all) =>
    Object.fromEntries(all.map((sizes, i) => [`p${String(i)}`, sizes.map((n, j) => axis(`axis ${String(j)}`, n))])),
  )

const filled = (shape: Readonly<Record<string, Axes>>, entry: fc.Arbitrary<number>): fc.Arbitrary<Plains> =>
  fc.record(
    Object.fromEntries(
      Object.entries(shape).map(([field, axes]) => [
        field,
        listOf(entries(axes), entry).map((values) => ({ axes, values })),
      ]),
    ),
  )

const largestSingle = (2 - 2 ** -23) * 2 ** 127

/** Gradients of every size that single precision holds: each record has a magnitude of its own. */
const magnitude: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(largestSingle, 1e30, 1, 1e-30, 2 ** -126, 2 ** -149),
  fc.integer({ min: -40, max: 38 }).map((exponent) => Math.fround(10 ** exponent)),
)

/** 1, above and below: how long a threshold is, measured by the norm. */
const ratio = fc.oneof(
  fc.constantFrom(1, 1, 1, 1e-6, 0.01, 0.5, 0.999, 1.001, 2, 1e6),
  fc.double({ min: 0.01, max: 4, noNaN: true }),
)

/** A threshold that single precision holds, for a norm; any for a norm of 0. */
const thresholdOf = (length: number, times: number): number =>
  Math.min(largestSingle, Math.max(Math.fround(length * times), 2 ** -126))

/** Samples of `clipLaws`: gradients of every size that single precision holds, and a threshold around their norm. */
export const clipSamples: fc.Arbitrary<ClipSample> = fc
  .tuple(shapes, magnitude, ratio)
  .chain(([shape, size, times]) =>
    filled(shape, fc.oneof({ weight: 5, arbitrary: realWithin(size) }, { weight: 1, arbitrary: fc.constant(-0) })).map(
      (gradients) => ({ gradients, theta: thresholdOf(norm(entriesOf(gradients)), times) }),
    ),
  )

/**
 * Samples of `optimiserLaws`: parameters, -0 among them, and the gradients of one to four steps.
 *
 * ```ts
 * import fc from 'fast-check'
 * import { descents } from 'pure-rnn/laws/samples'
 *
 * const [{ parameters, gradients }] = fc.sample(descents, { numRuns: 1, seed: 1 })
 * gradients.every((each) => Object.keys(each).join() === Object.keys(parameters).join()) // => true
 * ```
 */
export const descents: fc.Arbitrary<Descent> = fc
  .tuple(shapes, fc.integer({ min: 1, max: 4 }))
  .chain(([shape, steps]) =>
    fc.record({
      parameters: filled(shape, fc.oneof({ weight: 4, arbitrary: real }, { weight: 1, arbitrary: fc.constant(-0) })),
      gradients: listOf(steps, filled(shape, real)),
    }),
  )

/** Samples of `frozenLaws`: a descent, and the names of the parameters that stay. */
export const freezingSamples: fc.Arbitrary<FreezingSample> = descents.chain((descent) =>
  fc.subarray(Object.keys(descent.parameters)).map((names) => ({ ...descent, names })),
)

/** Samples of `sgdLaws`: a learning rate, parameters and two gradients. */
export const sgdSamples: fc.Arbitrary<SgdSample> = shapes.chain((shape) =>
  fc.record({
    eta: fc.double({ min: 0, max: 100, noNaN: true }),
    parameters: filled(shape, real),
    g: filled(shape, real),
    h: filled(shape, real),
  }),
)

/** Samples of `exactSgdLaws`: numbers of which no step rounds. */
export const exactSgdSamples: fc.Arbitrary<SgdSample> = shapes.chain((shape) =>
  fc.record({
    eta: fc.constantFrom(1, 0.5, 0.25, 0.125),
    parameters: filled(shape, smallInteger),
    g: filled(shape, smallInteger),
    h: filled(shape, smallInteger),
  }),
)

/** Samples of `initialisationLaws`: a matrix of some thousand entries, a bias, and how far entries spread. */
export const initialSamples: fc.Arbitrary<InitialSample> = fc.record({
  weights: fc.integer({ min: 30, max: 60 }).map((n) => [axis('vocabulary', n), axis('hidden', Math.floor(1800 / n))]),
  bias: fc.integer({ min: 1, max: 60 }).map((n) => [axis('hidden', n)]),
  spread: fc.constantFrom(0.01, 0.0625, 1, 3),
  random: randomStates,
})
