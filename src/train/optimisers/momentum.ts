/**
 * Momentum: updates follow a decaying sum of gradients.
 *
 *   momentum   b <- beta b + g, u = b
 *
 * Source: Polyak, Some methods of speeding up the convergence of iteration methods (1964). As in torch.optim.SGD
 * (without dampening), the sum is not weighted by 1 - beta, and the rate multiplies it afterwards. Differs from Keras,
 * whose sum holds the rate of each step.
 */
import { requireDecay } from '../../algebra/require.js'
import type { Carrier, TensorAlgebra, Tensors } from '../../algebra/tensor-algebra.js'
import { mapTensors, zipTensors } from '../../algebra/tensors.js'
import type { Optimiser, OptimiserState } from './optimiser.js'

/**
 * The decaying sum of all gradients so far; to be chained before a rate. Its state is that sum. A beta outside
 * 0 <= beta < 1 is a defect.
 */
export const momentum =
  <F extends Carrier>({ add, axesOf, fill, scale }: TensorAlgebra<F>) =>
  (beta: number): Optimiser<F> => {
    requireDecay('momentum', 'beta', beta)
    return {
      init: mapTensors<F>((a) => fill(axesOf(a), 0)),
      update: <S>(gradients: Tensors<F, S>, state: OptimiserState) => {
        const sums = zipTensors<F>((b, g) => add(scale(fill([], beta), b), g))(state as Tensors<F, S>, gradients)
        return { updates: sums, state: sums }
      },
    }
  }
