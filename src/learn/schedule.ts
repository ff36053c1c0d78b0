/**
 * Learning-rate schedules: an optimiser that scales updates by a factor that depends on how many steps were taken.
 *
 *   schedule   u = f(t) g, after t steps
 *
 * The count t is part of the optimiser's state, 0 at the first step, so that a run taken up again goes on where it was.
 * Differs from schedulers of frameworks, which count for themselves and must be told to step.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Carrier, TensorAlgebra } from '../algebra/tensor-algebra.js'
import { mapTensors } from '../algebra/tensors.js'
import type { Optimiser } from './optimiser.js'

/** The factor at step t, as a term of the algebra, so that it is compiled with the step. */
export type Schedule = <F extends Carrier>(algebra: TensorAlgebra<F>) => (t: Kind<F, []>) => Kind<F, []>

/** (t + 1) / steps, up to 1: from a small rate to the whole one. */
export const warmUp =
  (steps: number): Schedule =>
  ({ add, fill, min, scale }) =>
  (t) =>
    min(scale(fill([], 1 / steps), add(t, fill([], 1))), fill([], 1))

/** 1 / (1 + rate t) */
export const inverseDecay =
  (rate: number): Schedule =>
  ({ add, div, fill, scale }) =>
  (t) =>
    div(fill([], 1), add(fill([], 1), scale(fill([], rate), t)))

/** factor^t, for a factor above 0 */
export const exponentialDecay =
  (factor: number): Schedule =>
  ({ exp, fill, scale }) =>
  (t) =>
    exp(scale(fill([], Math.log(factor)), t))

/** Updates scaled by the schedule's factor. Its state is the count, as a number of the algebra. */
export const scheduled =
  <F extends Carrier>(algebra: TensorAlgebra<F>) =>
  (schedule: Schedule): Optimiser<F> => {
    const { add, fill, scale } = algebra
    return {
      init: () => ({ t: fill([], 0) as never }),
      update: (gradients, state) => {
        const t = state['t'] as unknown as Kind<F, []>
        const factor = schedule(algebra)(t)
        return {
          updates: mapTensors<F>((g) => scale(factor, g))(gradients),
          state: { t: add(t, fill([], 1)) as never },
        }
      },
    }
  }
