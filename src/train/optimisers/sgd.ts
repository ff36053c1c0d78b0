/**
 * Stochastic gradient descent.
 *
 *   sgd   p <- p - eta g
 *
 * Source: Robbins and Monro, A stochastic approximation method (1951).
 */
import type { Carrier, TensorAlgebra } from '../../algebra/tensor-algebra.js'
import { requireRate } from '../../algebra/require.js'
import { mapTensors } from '../../algebra/tensors.js'
import { stateless } from './optimiser.js'
import type { Optimiser } from './optimiser.js'

/**
 * Plain gradient descent with rate eta: u = -eta g, for every parameter. It remembers nothing.
 * A rate that is no finite number from 0 up is a defect.
 */
export const sgd =
  <F extends Carrier>({ fill, scale }: TensorAlgebra<F>) =>
  (eta: number): Optimiser<F> => {
    requireRate('sgd', eta)
    return stateless((gradients) => mapTensors<F>((g) => scale(fill([], -eta), g))(gradients))
  }
