/**
 * Laws of clipping by the global norm.
 *
 *   clip   g <- min(theta / norm(g), 1) g, the norm over all parameters together
 *
 * Legend: u the unit roundoff of the algebra's numbers, n the number of entries, c = min(theta / norm(g), 1), or with
 * an epsilon, as PyTorch has it, min(theta / (norm(g) + epsilon), 1).
 */
import { axis } from '../../algebra/axis.js'
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import type { Optimiser } from '../../train/optimisers/optimiser.js'
import type { Law } from '../law.js'
import type { Plains } from '../model/sample.js'
import { norm, numbersWithin, unitRoundoff } from '../plain.js'
import { entriesOf, firstUpdates, refuses, sameRecord, sameShape } from './records.js'

/** What is tried: an algebra, and what clips in it. */
export interface Clipping<F extends Carrier> {
  readonly algebra: Concrete<F>
  readonly clip: (theta: number) => Optimiser<F>
  /** What it adds to the norm: 0, unless it is PyTorch's. */
  readonly epsilon: number
}

/** What the laws of clipping are tried on. */
export interface ClipSample {
  /** Above 0. */
  readonly theta: number
  readonly gradients: Plains
}

/** What becomes of the gradients. */
const clipped = <F extends Carrier>({ algebra, clip }: Clipping<F>, { theta, gradients }: ClipSample): Plains =>
  firstUpdates(algebra, clip(theta), gradients)

/** The norm of all entries together, in double precision; it does not overflow. */
const normOf = (gradients: Plains): number => norm(entriesOf(gradients))

const factor = (epsilon: number, { theta, gradients }: ClipSample): number => {
  const length = normOf(gradients) + epsilon
  return length <= theta ? 1 : theta / length
}

/** Roundings on the way from the entries to c, besides those of the sum of squares. */
const ROUNDINGS = 16
/** The distance between subnormal numbers. */
const subnormal = (u: number): number => (u > 2 ** -53 ? 2 ** -149 : 2 ** -1074)

/** A bound on the relative error of c: a sum of n squares, a few roundings more, and c itself may be subnormal. */
const factorBound = <F extends Carrier>({ algebra, epsilon }: Clipping<F>, sample: ClipSample): number => {
  const u = unitRoundoff(algebra)
  return (entriesOf(sample.gradients).length + ROUNDINGS) * u + subnormal(u) / factor(epsilon, sample)
}

/** Whether every entry is c times what it was, within the bound and the distance of subnormal numbers. */
const isScaled = <F extends Carrier>(clipping: Clipping<F>, sample: ClipSample, answer: Plains): boolean => {
  const c = factor(clipping.epsilon, sample)
  const expected = entriesOf(sample.gradients).map((g) => c * g)
  const least = subnormal(unitRoundoff(clipping.algebra))
  const bound = factorBound(clipping, sample)
  return (
    sameShape(answer, sample.gradients) &&
    numbersWithin((i) => bound * Math.abs(expected[i]) + least, expected, entriesOf(answer))
  )
}

/** The same entries as one parameter. */
const together = (gradients: Plains): Plains => {
  const values = entriesOf(gradients)
  return { together: { axes: [axis('together', values.length)], values } }
}

/** Laws of gradients of any finite size. */
export const clipLaws = <F extends Carrier>(): readonly Law<Clipping<F>, ClipSample>[] => [
  {
    name: 'every gradient becomes min(theta / norm, 1) times what it was: its direction is kept',
    cites: ['clip'],
    holds: (clipping, sample) => isScaled(clipping, sample, clipped(clipping, sample)),
  },
  {
    name: 'the norm of what comes out is at most theta, but for rounding',
    cites: ['clip'],
    holds: (clipping, sample) => {
      const answer = clipped(clipping, sample)
      const least = entriesOf(answer).length * subnormal(unitRoundoff(clipping.algebra))
      return normOf(answer) <= sample.theta * (1 + factorBound(clipping, sample)) + least
    },
  },
  {
    name: 'a gradient whose norm is below theta keeps every bit',
    cites: ['clip'],
    holds: (clipping, { gradients, theta }) => {
      const length = normOf(gradients) + clipping.epsilon
      const sample = { gradients, theta: theta > length ? theta : length > 0 ? 2 * length : 1 }
      // Within a rounding of theta, a norm may count as more.
      const farEnough = length * (1 + factorBound(clipping, sample)) <= sample.theta
      return farEnough ? sameRecord(clipped(clipping, sample), gradients) : isScaled(clipping, sample, gradients)
    },
  },
  {
    name: 'a norm of exactly theta is not shortened, but for rounding',
    cites: ['clip'],
    holds: (clipping, { gradients, theta }) => {
      const sample = { gradients, theta: normOf(gradients) + clipping.epsilon || theta }
      return isScaled(clipping, sample, clipped(clipping, sample))
    },
  },
  {
    name: 'to clip what is clipped changes nothing, but for rounding and epsilon',
    cites: ['clip'],
    holds: (clipping, sample) => {
      const once = clipped(clipping, sample)
      const entries = entriesOf(once)
      const twice = entriesOf(clipped(clipping, { ...sample, gradients: once }))
      const bound = factorBound(clipping, { ...sample, gradients: once })
      const least = subnormal(unitRoundoff(clipping.algebra))
      // The first pass may have left a norm that is too long by its own bound: the second takes that away.
      const excess = Math.max(0, (normOf(once) + clipping.epsilon) / sample.theta - 1)
      return numbersWithin((i) => (bound + excess) * Math.abs(entries[i]) + least, entries, twice)
    },
  },
  {
    name: 'a gradient of zeros stays as it is',
    cites: ['clip'],
    holds: (clipping, { gradients, theta }) => {
      const zeros = Object.fromEntries(
        Object.entries(gradients).map(([field, { axes, values }]) => [
          field,
          { axes, values: values.map(() => 0) },
        ]),
      )
      return sameRecord(clipped(clipping, { gradients: zeros, theta }), zeros)
    },
  },
  {
    name: 'the norm is that of all parameters together: how the entries are shared out among them makes no difference',
    cites: ['clip'],
    holds: (clipping, sample) => {
      const joined = { ...sample, gradients: together(sample.gradients) }
      const answer = entriesOf(clipped(clipping, sample))
      const { values } = clipped(clipping, joined)['together']
      const bound = 2 * factorBound(clipping, sample)
      const least = subnormal(unitRoundoff(clipping.algebra))
      return numbersWithin((i) => bound * Math.abs(values[i]) + 2 * least, values, answer)
    },
  },
  {
    name: 'a threshold that is 0, negative or not a number is refused',
    cites: ['clip'],
    holds: ({ clip }, { theta }) =>
      [0, -0, -theta, -Infinity, NaN].every((no) => refuses(() => clip(no))) && !refuses(() => clip(theta)),
  },
  {
    name: 'an infinite threshold clips nothing',
    cites: ['clip'],
    holds: (clipping, { gradients }) => sameRecord(clipped(clipping, { gradients, theta: Infinity }), gradients),
  },
]
