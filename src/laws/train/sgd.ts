/**
 * Laws of stochastic gradient descent.
 *
 *   sgd   p <- p - eta g
 *
 * Legend: u the unit roundoff of the algebra's numbers.
 */
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import type { Optimiser } from '../../train/optimisers/optimiser.js'
import type { Law } from '../law.js'
import { added, mapPlains, scaled } from '../model/sample.js'
import type { Plains } from '../model/sample.js'
import { equalNumbers, numbersWithin, UNDERFLOW, unitRoundoff } from '../plain.js'
import { descend, entriesOf, firstUpdates, sameShape } from './records.js'

/** What is tried: gradient descent of any rate, in an algebra. */
export interface GradientDescent<F extends Carrier> {
  readonly algebra: Concrete<F>
  readonly sgd: (eta: number) => Optimiser<F>
}

/** What the laws of gradient descent are tried on. */
export interface SgdSample {
  readonly eta: number
  readonly parameters: Plains
  /** Two gradients, of the parameters' fields and axes. */
  readonly g: Plains
  readonly h: Plains
}

/** The parameters after one step. */
const stepped = <F extends Carrier>({ algebra, sgd }: GradientDescent<F>, eta: number, p: Plains, g: Plains): Plains =>
  descend(algebra, sgd(eta), { parameters: p, gradients: [g] }).parameters

const updates = <F extends Carrier>({ algebra, sgd }: GradientDescent<F>, eta: number, p: Plains, g: Plains): Plains =>
  firstUpdates(algebra, sgd(eta), g, p)

const equalRecords = (a: Plains, b: Plains): boolean => sameShape(a, b) && equalNumbers(entriesOf(a), entriesOf(b))

/** Laws of any real numbers. */
export const sgdLaws = <F extends Carrier>(): readonly Law<GradientDescent<F>, SgdSample>[] => [
  {
    name: 'each parameter becomes p - eta g, within the rounding of the rate, the product and the difference',
    cites: ['sgd'],
    holds: (descent, { eta, parameters, g }) => {
      const [ps, gs] = [entriesOf(parameters), entriesOf(g)]
      const u = unitRoundoff(descent.algebra)
      const bound = (i: number) => 4 * u * (Math.abs(eta * gs[i]) + Math.abs(ps[i])) + UNDERFLOW
      const moved = stepped(descent, eta, parameters, g)
      return sameShape(moved, parameters) && numbersWithin(bound, ps.map((p, i) => p - eta * gs[i]), entriesOf(moved))
    },
  },
  {
    name: 'a rate of 0 moves nothing',
    cites: ['sgd'],
    holds: (descent, { parameters, g }) => equalRecords(stepped(descent, 0, parameters, g), parameters),
  },
]

/** Steps in which two biases are compared with one. */
const STEPS = 3

/**
 * Laws that hold exactly, on samples of small whole numbers and rates that are powers of two from 1/8 to 1: three steps
 * need no more than 16 binary places.
 */
export const exactSgdLaws = <F extends Carrier>(): readonly Law<GradientDescent<F>, SgdSample>[] => [
  {
    name: 'the update is linear in the gradient: that of 2 g - 3 h is 2 that of g less 3 that of h',
    cites: ['sgd'],
    holds: (descent, { eta, parameters, g, h }) => {
      const of = (gradient: Plains) => updates(descent, eta, parameters, gradient)
      return equalRecords(of(added(scaled(2, g), scaled(-3, h))), added(scaled(2, of(g)), scaled(-3, of(h))))
    },
  },
  {
    name: 'the update is linear in the rate: eta and then 2 eta is 3 eta at once',
    cites: ['sgd'],
    holds: (descent, { eta, parameters, g }) =>
      equalRecords(
        stepped(descent, 2 * eta, stepped(descent, eta, parameters, g), g),
        stepped(descent, 3 * eta, parameters, g),
      ),
  },
  {
    name: 'unclipped, two biases that are only ever added learn as one does with the rate doubled',
    cites: ['sgd', 'hidden'],
    holds: (descent, { eta, parameters, g, h }) => {
      // The loss |b - g|^2 / 2 of the sum b of both; they begin at p and at h. Clipping by the global norm would count
      // the gradient of each, and so that of one twice.
      const slope = (b: Plains): Plains => added(b, scaled(-1, g))
      const pairs = Array.from({ length: STEPS }).reduce<{ readonly one: Plains; readonly other: Plains }>(
        ({ one, other }) => {
          const gradient = slope(added(one, other))
          return { one: stepped(descent, eta, one, gradient), other: stepped(descent, eta, other, gradient) }
        },
        { one: parameters, other: h },
      )
      const single = Array.from({ length: STEPS }).reduce<Plains>(
        (b) => stepped(descent, 2 * eta, b, slope(b)),
        added(parameters, h),
      )
      return equalRecords(added(pairs.one, pairs.other), single)
    },
  },
  {
    name: 'a step back with the gradient turned round leads to where the step began',
    cites: ['sgd'],
    holds: (descent, { eta, parameters, g }) => {
      const turned = mapPlains(({ axes, values }) => ({ axes, values: values.map((x) => -x) }), g)
      return equalRecords(stepped(descent, eta, stepped(descent, eta, parameters, g), turned), parameters)
    },
  },
]
