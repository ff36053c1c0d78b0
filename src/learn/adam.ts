/**
 * Adam: each entry's step divided by the root of a running mean of its squares.
 *
 *   adam   m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2
 *          u = (m / c1) / (sqrt(v / c2) + epsilon)
 *
 * c1 and c2 are what the same running means make of a gradient that is always 1: 1 - beta1^t and 1 - beta2^t after t
 * steps. So the correction is exact from the first step on, in any precision.
 *
 * Source: Kingma and Ba, Adam: a method for stochastic optimization (2015), algorithm 1; torch.optim.Adam.
 * Differs from TensorFlow and the paper's section 2, which add epsilon to sqrt(v) before the correction: that is
 * the placement 'uncorrected'.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axes } from '../algebra/axis.js'
import type { Carrier, Signature, TensorAlgebra, Tensors } from '../algebra/tensor-algebra.js'
import { mapTensors, zipTensors } from '../algebra/tensors.js'
import { chain, prefixed, withPrefix } from './optimiser.js'
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

/** Adam's direction: updates of about 1 an entry, still to be scaled by a rate. Fields m.*, v.*, c1, c2. */
export const scaleByAdam =
  <F extends Carrier>(algebra: TensorAlgebra<F>) =>
  ({ beta1, beta2, epsilon, placement }: AdamSettings = adamDefaults): Optimiser<F> => {
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
      init: (parameters) => ({
        ...stateOf('m.', zero(parameters)),
        ...stateOf('v.', zero(parameters)),
        c1: number(0) as never,
        c2: number(0) as never,
      }),
      update: <S extends Signature>(gradients: Tensors<F, S>, state: OptimiserState<F>) => {
        const before = (prefix: string) => withPrefix(prefix, state) as Tensors<F, S>
        const m = zipTensors<F>(running(beta1))(before('m.'), gradients)
        const v = zipTensors<F>(running(beta2))(before('v.'), mapTensors<F>((g) => mul(g, g))(gradients))
        const c1 = running(beta1)(state['c1'] as unknown as Kind<F, []>, number(1))
        const c2 = running(beta2)(state['c2'] as unknown as Kind<F, []>, number(1))
        return {
          updates: zipTensors<F>(direction(c1, c2))(m, v),
          state: { ...stateOf('m.', m), ...stateOf('v.', v), c1: c1 as never, c2: c2 as never },
        }
      },
    }
  }

const stateOf = <F extends Carrier, S extends Signature>(prefix: string, a: Tensors<F, S>): OptimiserState<F> =>
  prefixed(prefix, a as Tensors<F, Signature>)

/** `adam`: p <- p - eta u. The first step has the size eta in every entry, but for epsilon. */
export const adam =
  <F extends Carrier>(algebra: TensorAlgebra<F>) =>
  (eta: number, settings: AdamSettings = adamDefaults): Optimiser<F> =>
    chain(scaleByAdam(algebra)(settings), sgd(algebra)(eta))
