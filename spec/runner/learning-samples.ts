/** Generators of the samples that the laws of optimisers are about. */
import fc from 'fast-check'
import { axis, entries } from '../../src/algebra/axis.js'
import type { Axes } from '../../src/algebra/axis.js'
import type { ClipSample } from '../../src/laws/train/clip.js'
import type { FreezingSample } from '../../src/laws/train/frozen.js'
import type { InitialSample } from '../../src/laws/train/initial.js'
import type { Plains } from '../../src/laws/model/sample.js'
import { norm } from '../../src/laws/plain.js'
import { entriesOf } from '../../src/laws/train/records.js'
import type { Descent } from '../../src/laws/train/records.js'
import type { SgdSample } from '../../src/laws/train/sgd.js'
import { listOf, real, realWithin, smallInteger } from './arbitraries.js'
import { randomStates } from './text-samples.js'

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

export const clips: fc.Arbitrary<ClipSample> = fc
  .tuple(shapes, magnitude, ratio)
  .chain(([shape, size, times]) =>
    filled(shape, fc.oneof({ weight: 5, arbitrary: realWithin(size) }, { weight: 1, arbitrary: fc.constant(-0) })).map(
      (gradients) => ({ gradients, theta: thresholdOf(norm(entriesOf(gradients)), times) }),
    ),
  )

/** Parameters, -0 among them, and the gradients of one to four steps. */
export const descents: fc.Arbitrary<Descent> = fc
  .tuple(shapes, fc.integer({ min: 1, max: 4 }))
  .chain(([shape, steps]) =>
    fc.record({
      parameters: filled(shape, fc.oneof({ weight: 4, arbitrary: real }, { weight: 1, arbitrary: fc.constant(-0) })),
      gradients: listOf(steps, filled(shape, real)),
    }),
  )

export const freezings: fc.Arbitrary<FreezingSample> = descents.chain((descent) =>
  fc.subarray(Object.keys(descent.parameters)).map((names) => ({ ...descent, names })),
)

export const sgdSteps: fc.Arbitrary<SgdSample> = shapes.chain((shape) =>
  fc.record({
    eta: fc.double({ min: 0, max: 100, noNaN: true }),
    parameters: filled(shape, real),
    g: filled(shape, real),
    h: filled(shape, real),
  }),
)

export const exactSgdSteps: fc.Arbitrary<SgdSample> = shapes.chain((shape) =>
  fc.record({
    eta: fc.constantFrom(1, 0.5, 0.25, 0.125),
    parameters: filled(shape, smallInteger),
    g: filled(shape, smallInteger),
    h: filled(shape, smallInteger),
  }),
)

/** A matrix of some thousand entries, and a vector. */
export const initials: fc.Arbitrary<InitialSample> = fc.record({
  weights: fc.integer({ min: 30, max: 60 }).map((n) => [axis('vocabulary', n), axis('hidden', Math.floor(1800 / n))]),
  bias: fc.integer({ min: 1, max: 60 }).map((n) => [axis('hidden', n)]),
  spread: fc.constantFrom(0.01, 0.0625, 1, 3),
  random: randomStates,
})
