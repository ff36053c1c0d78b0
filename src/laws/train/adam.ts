/**
 * Laws of Adam.
 *
 *   adam   m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2
 *          u = (m / c1) / (sqrt(v / c2) + epsilon), c_k = 1 - beta_k^t
 *
 * In the first step m / c1 = g and v / c2 = g^2: epsilon on sqrt(v) is worth epsilon / sqrt(c2) on sqrt(v / c2).
 *
 * Legend: u in a bound is the unit roundoff of the algebra's numbers.
 */
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import type { AdamSettings } from '../../train/optimisers/adam.js'
import type { Optimiser } from '../../train/optimisers/optimiser.js'
import type { Law } from '../law.js'
import { scaled } from '../model/sample.js'
import type { Plains } from '../model/sample.js'
import { nearlyEqual, numbersWithin, unitRoundoff } from '../plain.js'
import { descend, entriesOf, sameRecord } from './records.js'
import type { Descent } from './records.js'

/** What is tried: Adam's direction, of any settings, in an algebra. */
export interface Adam<F extends Carrier> {
  readonly algebra: Concrete<F>
  readonly scaleByAdam: (settings: AdamSettings) => Optimiser<F>
}

/** What the laws of Adam are tried on. */
export interface AdamSample extends Descent {
  readonly settings: AdamSettings
}

const run = <F extends Carrier>({ algebra, scaleByAdam }: Adam<F>, { settings, ...descent }: AdamSample) =>
  descend(algebra, scaleByAdam(settings), descent)

/** The updates of the first step alone. */
const firstUpdates = <F extends Carrier>(adam: Adam<F>, sample: AdamSample): readonly number[] =>
  entriesOf(run(adam, { ...sample, gradients: sample.gradients.slice(0, 1) }).updates[0])

/** Roundings from a gradient to its update in one step: squares, means, corrections, the root and two quotients. */
const ROUNDINGS = 16

/** A gradient whose squares are neither lost nor infinite in single precision. */
const MIDDLING = { least: 1e-12, most: 1e12 }
const isMiddling = (g: number): boolean => Math.abs(g) > MIDDLING.least && Math.abs(g) < MIDDLING.most

/** A gradient that is no subnormal number, and an epsilon beside which it does not matter that its square is lost. */
const TINY = { least: 1e-30, epsilon: 1e-8 }
const isTiny = (g: number, epsilon: number): boolean =>
  Math.abs(g) > TINY.least && Math.abs(g) <= MIDDLING.least && epsilon >= TINY.epsilon

/** Laws of Adam, for one gradient of any size and for several. */
export const adamLaws = <F extends Carrier>(): readonly Law<Adam<F>, AdamSample>[] => [
  {
    name: 'the first step is g / (|g| + epsilon) an entry: about 1 where g is large, 0 where g is 0',
    cites: ['adam'],
    holds: (adam, sample) => {
      const { settings, gradients } = sample
      // Without its placement's share of the correction, which the next law is about.
      const updates = firstUpdates(adam, { ...sample, settings: { ...settings, placement: 'corrected' } })
      const gs = entriesOf(gradients[0])
      const expected = gs.map((g) => g / (Math.abs(g) + settings.epsilon))
      const isKnown = (g: number): boolean => g === 0 || isMiddling(g) || isTiny(g, settings.epsilon)
      const bound = (i: number) =>
        isKnown(gs[i]) ? ROUNDINGS * unitRoundoff(adam.algebra) * Math.abs(expected[i]) : Infinity
      const still = firstUpdates(adam, { ...sample, gradients: [scaled(0, gradients[0])] })
      return numbersWithin(bound, updates, expected) && still.every((update) => update === 0)
    },
  },
  {
    name: 'a power of two times all gradients, and epsilon, makes no difference to any step, to the bit',
    cites: ['adam'],
    holds: (adam, sample) => {
      const { settings, gradients } = sample
      const larger = {
        ...sample,
        settings: { ...settings, epsilon: 4 * settings.epsilon },
        gradients: gradients.map((g) => scaled(4, g)),
      }
      const [one, other] = [run(adam, sample), run(adam, larger)]
      return !gradients.every((g) => entriesOf(g).every(isMiddling)) || sameSteps(one.updates, other.updates)
    },
  },
  {
    name: 'the corrections c1 and c2 are within 4 u min(t, 1 / (1 - beta)) of 1 - beta^t after t steps',
    cites: ['adam'],
    holds: (adam, sample) => {
      const { c1, c2 } = run(adam, sample).state
      const { beta1, beta2 } = sample.settings
      const t = sample.gradients.length
      // A step adds 3 u at most, of numbers up to 1, and keeps the share beta of what the steps before it added.
      const bound = (beta: number) => 4 * unitRoundoff(adam.algebra) * Math.min(t, 1 / (1 - beta))
      const within = (beta: number, c: readonly number[]) => numbersWithin(() => bound(beta), c, [1 - beta ** t])
      return within(beta1, c1.values) && within(beta2, c2.values)
    },
  },
  {
    name: "epsilon is added to sqrt(v / c2) where it is 'corrected', and to sqrt(v) where it is 'uncorrected'",
    cites: ['adam'],
    holds: (adam, sample) => {
      const { settings, gradients } = sample
      const gs = entriesOf(gradients[0])
      const first = (placement: AdamSettings['placement']) =>
        firstUpdates(adam, { ...sample, settings: { ...settings, placement } })
      const expected = (e: number) => gs.map((g) => g / (Math.abs(g) + e))
      const bound = (i: number) => (isMiddling(gs[i]) ? ROUNDINGS * unitRoundoff(adam.algebra) : 1)
      return (
        numbersWithin(bound, first('corrected'), expected(settings.epsilon)) &&
        numbersWithin(bound, first('uncorrected'), expected(settings.epsilon / Math.sqrt(1 - settings.beta2)))
      )
    },
  },
  {
    name: 'gradients that are always the same have updates that are always the same',
    cites: ['adam'],
    holds: (adam, sample) => {
      const constant = { ...sample, gradients: sample.gradients.map(() => sample.gradients[0]) }
      const corrected = { ...constant, settings: { ...sample.settings, placement: 'corrected' as const } }
      const [first, ...later] = run(adam, corrected).updates.map(entriesOf)
      const gs = entriesOf(sample.gradients[0])
      const roundings = 4 * ROUNDINGS * sample.gradients.length
      return !gs.every(isMiddling) || later.every((updates) => nearlyEqual(adam.algebra, roundings, updates, first))
    },
  },
]

const sameSteps = (a: readonly Plains[], b: readonly Plains[]): boolean =>
  a.length === b.length && a.every((each, k) => sameRecord(each, b[k]))
