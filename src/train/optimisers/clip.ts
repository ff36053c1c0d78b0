/**
 * Clipping by the global norm.
 *
 *   clip   g <- min(theta / norm(g), 1) g, the norm over all parameters together
 *
 * The norm is never formed: with s the largest |g| and r = norm(g / s), which lies between 1 and the
 * root of the number of entries, theta / norm(g) = (theta / s) / r. So a huge finite gradient does not
 * overflow. s has a floor far below any threshold, so that a gradient of zeros divides by no zero. Where
 * theta / s is subnormal (theta = 0.01 and an entry above 10^36, say) the factor has fewer digits than others.
 *
 * Source: Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks (2013).
 * Differs from torch.nn.utils.clip_grad_norm_, which adds 1e-6 to the norm, and so shrinks gradients
 * that just meet the threshold: ask for that epsilon.
 */
import type { Kind } from 'fp-ts/HKT'
import { requireAboveZero, requireNonNegative } from '../../algebra/require.js'
import type { Carrier, TensorAlgebra, Tensors } from '../../algebra/tensor-algebra.js'
import { foldTensors, mapTensors } from '../../algebra/tensors.js'
import { stateless } from './optimiser.js'
import type { Optimiser } from './optimiser.js'

/** The least magnitude that gradients are scaled by: above the smallest normal single-precision number. */
const FLOOR = 1e-30

/** The factor min(theta / (norm(g) + epsilon), 1), a scalar. */
export const clipFactor =
  <F extends Carrier>(algebra: TensorAlgebra<F>) =>
  <S>(theta: number, gradients: Tensors<F, S>, epsilon = 0): Kind<F, []> => {
    const { add, div, fill, max, maxAbs, min, mul, scale, sqrt, sum } = algebra
    const s = foldTensors<F, Kind<F, []>>(fill([], FLOOR), (largest, g) => max(largest, maxAbs(g)))(gradients)
    const perS = div(fill([], 1), s)
    const squares = foldTensors<F, Kind<F, []>>(fill([], 0), (total, g) => {
      const scaled = scale(perS, g)
      return add(total, sum(mul(scaled, scaled)))
    })(gradients)
    const r = epsilon === 0 ? sqrt(squares) : add(sqrt(squares), scale(perS, fill([], epsilon)))
    return min(div(scale(perS, fill([], theta)), r), fill([], 1))
  }

/**
 * `clip`: scales all gradients together so that their norm is at most theta, but for rounding.
 *
 * @param theta the largest norm, above 0: anything else is a defect, Infinity clips nothing
 * @param epsilon what is added to the norm: 0, or 1e-6 as PyTorch has it; negative or not finite, it is a defect
 *
 * Infinite and NaN gradients are not made finite; the training step reports them by name.
 */
export const clipByGlobalNorm =
  <F extends Carrier>(algebra: TensorAlgebra<F>) =>
  (theta: number, epsilon = 0): Optimiser<F> => {
    requireAboveZero('clipByGlobalNorm', 'the threshold theta', theta)
    requireNonNegative('clipByGlobalNorm', 'epsilon', epsilon)
    return stateless((gradients) => {
      const factor = clipFactor(algebra)(theta, gradients, epsilon)
      return mapTensors<F>((g) => algebra.scale(factor, g))(gradients)
    })
  }
