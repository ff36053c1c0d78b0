/**
 * Adam: each entry's step divided by the root of a running mean of its squares.
 *
 *   adam   m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2
 *          u = (m / c1) / (sqrt(v / c2) + epsilon)
 *
 * c1 and c2 are the same running means of a gradient that is always 1: 1 - beta1^t and 1 - beta2^t after t steps in
 * real arithmetic, and within 4 eps min(t, 1 / (1 - beta)) of that, eps the unit roundoff: 2^-53 in double and
 * 2^-24 in single precision. They share the roundings of m and v. With the defaults, c2 ends at 0.99997 in single
 * precision.
 *
 * Source: Kingma and Ba, Adam: a method for stochastic optimization (2015), algorithm 1; torch.optim.Adam.
 * Differs from TensorFlow and the paper's section 2, which add epsilon to sqrt(v) before the correction: that is
 * the placement 'uncorrected'.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axes } from '../../algebra/axis.js'
import { requireDecay, requireOneOf, requirePositive, requireRate } from '../../algebra/require.js'
import type { Carrier, TensorAlgebra, Tensors } from '../../algebra/tensor-algebra.js'
import { mapTensors, zipTensors } from '../../algebra/tensors.js'
import { chain } from './optimiser.js'
import type { Optimiser, OptimiserState } from './optimiser.js'
import { sgd } from './sgd.js'

/** What epsilon is added to: sqrt(v / c2), or sqrt(v). */
export type EpsilonPlacement = 'corrected' | 'uncorrected'

/** The decays of the two running means, from 0 to below 1, and epsilon with its place. */
export interface AdamSettings {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly placement: EpsilonPlacement
}

/** The settings of the paper, which PyTorch has too. */
export const adamDefaults: AdamSettings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, placement: 'corrected' }

/** Adam's state: the running means m of the gradients and v of their squares, and c1 and c2, those of 1. */
export interface AdamState<F extends Carrier, S> {
  readonly m: Tensors<F, S>
  readonly v: Tensors<F, S>
  readonly c1: Kind<F, []>
  readonly c2: Kind<F, []>
}

/**
 * Adam's direction, before a rate scales it: updates of about 1 where gradients are constant and far above epsilon.
 * Settings out of range are a defect.
 */
export const scaleByAdam =
  <F extends Carrier>(algebra: TensorAlgebra<F>) =>
  ({ beta1, beta2, epsilon, placement }: AdamSettings = adamDefaults): Optimiser<F> => {
    requireDecay('scaleByAdam', 'beta1', beta1)
    requireDecay('scaleByAdam', 'beta2', beta2)
    requirePositive('scaleByAdam', 'epsilon', epsilon)
    requireOneOf('scaleByAdam', 'placement', placement, ['corrected', 'uncorrected'])
    const { add, axesOf, div, fill, mul, scale, sqrt } = algebra
    const number = (c: number) => fill([], c)
    const zero = mapTensors<F>((a) => fill(axesOf(a), 0))
    /** beta a + (1 - beta) b */
    const running =
      (beta: number) =>
      <A extends Axes>(a: Kind<F, A>, b: Kind<F, A>): Kind<F, A> =>
        add(scale(number(beta), a), scale(number(1 - beta), b))

    const direction =
      (c1: Kind<F, []>, c2: Kind<F, []>) =>
      <A extends Axes>(m: Kind<F, A>, v: Kind<F, A>): Kind<F, A> => {
        const e = fill(axesOf(v), epsilon)
        const root = (a: Kind<F, A>): Kind<F, A> => sqrt<A>(a)
        const corrected = scale(div(number(1), c1), m)
        return placement === 'corrected'
          ? div<A>(corrected, add<A>(root(scale(div(number(1), c2), v)), e))
          : scale(sqrt(c2), div<A>(corrected, add<A>(root(v), e)))
      }

    return {
      init: <S>(parameters: Tensors<F, S>): AdamState<F, S> => ({
        m: zero(parameters),
        v: zero(parameters),
        c1: number(0),
        c2: number(0),
      }),
      update: <S>(gradients: Tensors<F, S>, state: OptimiserState) => {
        const before = state as AdamState<F, S>
        const m = zipTensors<F>(running(beta1))(before.m, gradients)
        const v = zipTensors<F>(running(beta2))(before.v, mapTensors<F>((g) => mul(g, g))(gradients))
        const c1 = running(beta1)(before.c1, number(1))
        const c2 = running(beta2)(before.c2, number(1))
        const next: AdamState<F, S> = { m, v, c1, c2 }
        return { updates: zipTensors<F>(direction(c1, c2))(m, v), state: next }
      },
    }
  }

/**
 * `adam`: p <- p - eta u. Where epsilon is added to sqrt(v / c2), the first step is -eta g / (|g| + epsilon) an entry,
 * but for rounding: about eta long where |g| is far above epsilon, and 0 where g is 0. A g^2 that overflows makes v
 * infinite, so that the entry never moves again: the training step reports it by name. One that underflows makes the
 * step longer, if epsilon is about as tiny as g.
 */
export const adam =
  <F extends Carrier>(algebra: TensorAlgebra<F>) =>
  (eta: number, settings: AdamSettings = adamDefaults): Optimiser<F> =>
    chain(scaleByAdam(algebra)(settings), sgd(algebra)(requireRate('adam', eta)))
