/** Generators of the samples that the laws of optimisers with a memory are tried on: Adam, momentum, schedules. */
import fc from 'fast-check'
import { axis } from '../../algebra/axis.js'
import type { AdamSettings } from '../../train/index.js'
import type { Plains } from '../model/sample.js'
import type { AdamSample } from '../train/adam.js'
import type { MomentumSample } from '../train/momentum.js'
import type { ScheduleSample } from '../train/schedule.js'
import { listOf, realWithin } from './tensors.js'

const settings: fc.Arbitrary<AdamSettings> = fc.record({
  beta1: fc.constantFrom(0, 0.5, 0.9, 0.99),
  beta2: fc.constantFrom(0.5, 0.99, 0.999),
  epsilon: fc.constantFrom(1e-8, 1e-3, 1),
  placement: fc.constantFrom('corrected', 'uncorrected'),
})

const three = [axis('entries', 3)]
const parameters: Plains = { p: { axes: three, values: [1, -2, 0.5] }, q: { axes: [], values: [3] } }

/** Gradients of one size or another, none of them 0. */
const gradientsOf = (steps: number, magnitudes: readonly number[]): fc.Arbitrary<readonly Plains[]> =>
  fc.nat({ max: magnitudes.length - 1 }).chain((which) => {
    const magnitude = magnitudes[which]
    const entry = realWithin(magnitude).filter((g) => Math.abs(g) > magnitude * 1e-4)
    return listOf(
      steps,
      fc.record({
        p: listOf(3, entry).map((values) => ({ axes: three, values })),
        q: entry.map((x) => ({ axes: [], values: [x] })),
      }),
    )
  })

const upToTwelve = fc.integer({ min: 1, max: 12 })

/** Sizes of gradients whose squares single precision holds. */
export const squareMagnitudes: readonly number[] = [1e-6, 1, 1e6]
/** The same, and one whose squares are lost in single precision, or have few digits. */
const allMagnitudes = [1e-20, ...squareMagnitudes]

/**
 * Samples of `adamLaws`: Adam's settings, and the gradients of some steps.
 *
 * @param steps how many steps, from 1 to 12 unless said
 * @param magnitudes sizes of gradients: all those of a sample are about as large
 *
 * ```ts
 * import fc from 'fast-check'
 * import { float64 } from 'pure-rnn/interpret'
 * import { adamLaws } from 'pure-rnn/laws'
 * import { adamSamples } from 'pure-rnn/laws/samples'
 * import { scaleByAdam } from 'pure-rnn/train'
 *
 * const adam = { algebra: float64, scaleByAdam: scaleByAdam(float64) }
 * const [{ holds }] = adamLaws<'float64'>()
 * fc.check(fc.property(adamSamples(), (sample) => holds(adam, sample)), { seed: 1 }).failed // => false
 * ```
 */
export const adamSamples = (
  steps: fc.Arbitrary<number> = upToTwelve,
  magnitudes: readonly number[] = allMagnitudes,
): fc.Arbitrary<AdamSample> =>
  fc
    .tuple(settings, steps)
    .chain(([its, count]) =>
      gradientsOf(count, magnitudes).map((gradients) => ({ settings: its, parameters, gradients })),
    )

/** Samples of `momentumLaws`: beta, and the gradients of one to twelve steps. */
export const momentumSamples: fc.Arbitrary<MomentumSample> = fc
  .tuple(fc.constantFrom(0.5, 0.9, 0.99, 0.25), upToTwelve)
  .chain(([beta, steps]) => gradientsOf(steps, squareMagnitudes).map((gradients) => ({ beta, parameters, gradients })))

/** Samples of `scheduleLaws`: a warm-up, two decays, and how many steps are taken. */
export const scheduleSamples: fc.Arbitrary<ScheduleSample> = fc.record({
  steps: upToTwelve,
  rate: fc.double({ min: 0, max: 2, noNaN: true }),
  factor: fc.double({ min: 0.5, max: 1, noNaN: true }),
  taken: fc.integer({ min: 1, max: 20 }),
})
