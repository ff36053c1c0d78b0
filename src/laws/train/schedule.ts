/**
 * Laws of learning-rate schedules.
 */
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import type { Optimiser } from '../../train/optimisers/optimiser.js'
import type { Schedule } from '../../train/optimisers/schedule.js'
import type { Law } from '../law.js'
import type { Plains } from '../model/sample.js'
import { nearlyEqual, range } from '../plain.js'
import { descend, entriesOf } from './records.js'

/** What is tried: a schedule in an algebra, and how its steps are taken. */
export interface Scheduling<F extends Carrier> {
  readonly algebra: Concrete<F>
  readonly scheduled: (schedule: Schedule) => Optimiser<F>
  readonly warmUp: (steps: number) => Schedule
  readonly inverseDecay: (rate: number) => Schedule
  readonly exponentialDecay: (factor: number) => Schedule
}

/** What the laws of schedules are tried on. */
export interface ScheduleSample {
  /** Steps of a warm-up, 1 or more. */
  readonly steps: number
  /** 0 or more. */
  readonly rate: number
  /** Above 0, up to 1. */
  readonly factor: number
  /** How many steps are taken. */
  readonly taken: number
}

/** The factors of the first steps: what becomes of a gradient of 1. */
const factors = <F extends Carrier>(
  { algebra, scheduled }: Scheduling<F>,
  schedule: Schedule,
  taken: number,
): readonly number[] => {
  const one: Plains = { p: { axes: [], values: [1] } }
  const { updates } = descend(algebra, scheduled(schedule), { parameters: one, gradients: range(taken).map(() => one) })
  return updates.flatMap(entriesOf)
}

/** Laws of schedules. */
export const scheduleLaws = <F extends Carrier>(): readonly Law<Scheduling<F>, ScheduleSample>[] => [
  {
    name: 'a warm-up grows by 1 / steps, is 1 at its end, and stays',
    cites: ['schedule'],
    holds: (scheduling, { steps, taken }) => {
      const all = factors(scheduling, scheduling.warmUp(steps), taken)
      const expected = range(taken).map((t) => Math.min((t + 1) / steps, 1))
      return nearlyEqual(scheduling.algebra, 4, all, expected) && all.slice(steps).every((factor) => factor === 1)
    },
  },
  {
    name: 'inverse decay is 1 / (1 + rate t)',
    cites: ['schedule'],
    holds: (scheduling, { rate, taken }) =>
      nearlyEqual(
        scheduling.algebra,
        8,
        factors(scheduling, scheduling.inverseDecay(rate), taken),
        range(taken).map((t) => 1 / (1 + rate * t)),
      ),
  },
  {
    name: 'exponential decay is factor^t',
    cites: ['schedule'],
    holds: (scheduling, { factor, taken }) => {
      const all = factors(scheduling, scheduling.exponentialDecay(factor), taken)
      // An error of exp's argument, t log factor, is as large relative to its result.
      const roundings = 4 * (1 + taken * Math.abs(Math.log(factor)))
      return nearlyEqual(scheduling.algebra, roundings, all, range(taken).map((t) => factor ** t))
    },
  },
  {
    name: 'every parameter is scaled by the same factor, and the count is of steps, not of parameters',
    cites: ['schedule'],
    holds: ({ algebra, scheduled, inverseDecay }, { rate, taken }) => {
      const two: Plains = { p: { axes: [], values: [1] }, q: { axes: [], values: [1] } }
      const gradients = range(taken).map(() => two)
      const { updates, state } = descend(algebra, scheduled(inverseDecay(rate)), { parameters: two, gradients })
      return updates.every(({ p, q }) => p.values[0] === q.values[0]) && entriesOf(state)[0] === taken
    },
  },
]
