/**
 * phi and its derivative. The derivative is written in terms of the output H = phi(Z), so that the
 * backward pass needs no more of the forward pass than H. Both act entry by entry, whatever the axes.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axes } from '../algebra/axis.js'
import { requireOneOf } from '../algebra/require.js'
import type { Carrier, TensorAlgebra } from '../algebra/tensor-algebra.js'

/** phi beside its derivative. */
export interface Activation<F extends Carrier> {
  /** phi(Z) */
  readonly of: <A extends Axes>(Z: Kind<F, A>) => Kind<F, A>
  /** phi'(Z), given H = phi(Z) */
  readonly derivative: <A extends Axes>(H: Kind<F, A>) => Kind<F, A>
}

/** tanh; tanh' = 1 - H^2 */
export const tanh = <F extends Carrier>(algebra: TensorAlgebra<F>): Activation<F> => ({
  of: algebra.tanh,
  derivative: (H) => algebra.oneMinus(algebra.mul(H, H)),
})

/** 1 / (1 + exp(-Z)); sigmoid' = H (1 - H). What gates are activated by. */
export const sigmoid = <F extends Carrier>(algebra: TensorAlgebra<F>): Activation<F> => ({
  of: algebra.sigmoid,
  derivative: (H) => algebra.mul(H, algebra.oneMinus(H)),
})

/**
 * max(Z, 0); its derivative is 1 where H > 0, else 0 (at the kink, the subgradient 0, as PyTorch has it).
 *
 * Where one unit of one row is at its kink, the gradient of the loss lies between the one-sided slopes. Where several
 * are, it need not: the sum of their choices may be none of the slopes of their sum.
 */
export const relu = <F extends Carrier>(algebra: TensorAlgebra<F>): Activation<F> => ({
  of: algebra.relu,
  derivative: algebra.heaviside,
})

/** Z itself; its derivative is 1 */
export const identity = <F extends Carrier>(algebra: TensorAlgebra<F>): Activation<F> => ({
  of: (Z) => Z,
  derivative: (H) => algebra.fill(algebra.axesOf(H), 1),
})

const activations = { tanh, relu, identity }

/** The names of the activations: tanh, relu, identity. */
export type ActivationName = keyof typeof activations

/** Every activation by its name. */
export const activationNames: readonly ActivationName[] = ['tanh', 'relu', 'identity']

/** The activation of that name, read in an algebra. */
export const activation = <F extends Carrier>(algebra: TensorAlgebra<F>, name: ActivationName): Activation<F> =>
  activations[requireOneOf('activation', 'the name', name, activationNames)](algebra)
