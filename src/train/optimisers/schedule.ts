/**
 * Learning-rate schedules: an optimiser that scales updates by a factor that depends on how many steps were taken.
 *
 *   schedule   u = f(t) g, after t steps
 *
 * The count t is part of the optimiser's state, 0 at the first step, so that a resumed run continues the schedule.
 * It is a number of the algebra: in single precision it stays at 2^24 = 16,777,216, and the factor with it.
 * Frameworks' schedulers keep a count of their own, and must be stepped by the caller.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Carrier, TensorAlgebra } from '../../algebra/tensor-algebra.js'
import { requireFunction, requireNonNegative, requirePositive, requireTensor, requireWhole } from '../../algebra/require.js'
import { mapTensors } from '../../algebra/tensors.js'
import type { Optimiser } from './optimiser.js'

/** The factor at step t, as a term of the algebra, so that it is compiled with the step. */
export type Schedule = <F extends Carrier>(algebra: TensorAlgebra<F>) => (t: Kind<F, []>) => Kind<F, []>

/**
 * The factor (t + 1) / steps, up to 1: from a small rate to the whole one.
 *
 * @param steps a whole number, 1 or more; anything else is a defect
 * @returns a schedule, for `scheduled`: a function of t, the number of steps taken so far
 *
 * ```ts
 * import { float32, tensor, toArray, warmUp } from 'pure-rnn'
 *
 * toArray(warmUp(4)(float32)(tensor([], [0])))[0].toFixed(2) // => '0.25'
 * ```
 */
export const warmUp = (steps: number): Schedule => {
  requireWhole('warmUp', 'the number of steps', steps, 1)
  return ({ add, fill, min, scale }) =>
    (t) =>
      min(scale(fill([], 1 / steps), add(t, fill([], 1))), fill([], 1))
}

/**
 * The factor 1 / (1 + rate t).
 *
 * @param rate a finite number, 0 or more; anything else is a defect
 * @returns a schedule, for `scheduled`: a function of t, the number of steps taken so far
 *
 * ```ts
 * import { float32, tensor, toArray, inverseDecay } from 'pure-rnn'
 *
 * toArray(inverseDecay(1)(float32)(tensor([], [3])))[0].toFixed(2) // => '0.25'
 * ```
 */
export const inverseDecay = (rate: number): Schedule => {
  requireNonNegative('inverseDecay', 'the rate', rate)
  return ({ add, div, fill, scale }) =>
    (t) =>
      div(fill([], 1), add(fill([], 1), scale(fill([], rate), t)))
}

/**
 * The factor factor^t.
 *
 * @param factor a finite number above 0; anything else is a defect
 * @returns a schedule, for `scheduled`: a function of t, the number of steps taken so far
 *
 * ```ts
 * import { float32, tensor, toArray, exponentialDecay } from 'pure-rnn'
 *
 * toArray(exponentialDecay(0.5)(float32)(tensor([], [2])))[0].toFixed(2) // => '0.25'
 * ```
 */
export const exponentialDecay = (factor: number): Schedule => {
  requirePositive('exponentialDecay', 'the factor', factor)
  return ({ exp, fill, scale }) =>
    (t) =>
      exp(scale(fill([], Math.log(factor)), t))
}

/** What a scheduled optimiser remembers: the number of steps taken, as a number of the algebra. */
export interface ScheduleState<F extends Carrier> {
  readonly t: Kind<F, []>
}

/** Updates scaled by the schedule's factor. Its state is the count, as a number of the algebra. */
export const scheduled =
  <F extends Carrier>(algebra: TensorAlgebra<F>) =>
  (schedule: Schedule): Optimiser<F> => {
    requireFunction('scheduled', 'the schedule', schedule, 'a function, such as warmUp(100)')
    const { add, fill, scale } = algebra
    return {
      init: (): ScheduleState<F> => ({ t: fill([], 0) }),
      update: (gradients, state) => {
        const t = requireTensor('scheduled', 'state.t', (state as ScheduleState<F>).t)
        const factor = schedule(algebra)(t)
        const next: ScheduleState<F> = { t: add(t, fill([], 1)) }
        return { updates: mapTensors<F>((g) => scale(factor, g))(gradients), state: next }
      },
    }
  }
