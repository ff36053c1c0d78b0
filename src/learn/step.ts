/**
 * One training step as one function of tensors: forward, BPTT, and the optimiser's update.
 *
 *   training-step   g = BPTT from the learner's H_0 with dH_T = 0; u, s <- optimiser(g, s, p); p <- p + u
 *
 * It branches on nothing, so that it can be compiled whole. Whether all numbers are finite is asked of
 * what it returns.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Carrier, Signature, TensorAlgebra, Tensors } from '../algebra/tensor-algebra.js'
import { mapTensors } from '../algebra/tensors.js'
import type { Cell, CellShape } from '../model/cell.js'
import { backpropagate, zeroAdjoint } from '../model/model.js'
import type { Characters, Parameters } from '../model/model.js'
import type { State } from '../model/unroll.js'
import { applyUpdates } from './optimiser.js'
import type { Optimiser, OptimiserState } from './optimiser.js'

/** All that learning changes: plain data. */
export interface Learner<F extends Carrier, C extends CellShape> {
  readonly parameters: Parameters<F, C>
  readonly optimiser: OptimiserState<F>
  /** The hidden state after the last minibatch. */
  readonly hidden: State<F, C>
}

/** What a training step gives. */
export interface Stepped<F extends Carrier, C extends CellShape> {
  readonly learner: Learner<F, C>
  /** The mean loss of the minibatch in nats, before the update. */
  readonly loss: Kind<F, []>
  /** The largest absolute entry of each gradient, before the optimiser saw it. */
  readonly largest: Tensors<F, Readonly<Record<string, []>>>
}

/**
 * `training-step`: the gradient is cut before the minibatch, which is truncated BPTT.
 *
 * @param X the characters read, T*N x V, time-major
 * @param Y the characters that come next, in the same order
 * @returns the next learner, with the state after the last step; the learner that was given stays as it was
 */
export const trainingStep =
  <F extends Carrier, C extends CellShape>(algebra: TensorAlgebra<F>, cell: Cell<F, C>, optimiser: Optimiser<F>) =>
  ({ parameters, optimiser: memory, hidden }: Learner<F, C>, X: Characters<F>, Y: Characters<F>): Stepped<F, C> => {
    const run = backpropagate(algebra, cell)(parameters, hidden, X, Y, zeroAdjoint(algebra)(hidden))
    const gradients = run.gradients as Tensors<F, Signature>
    const { updates, state } = optimiser.update(gradients, memory, parameters as Tensors<F, Signature>)
    const moved = applyUpdates(algebra)(parameters as Tensors<F, Signature>, updates)
    return {
      learner: { parameters: moved as Parameters<F, C>, optimiser: state, hidden: run.state },
      loss: run.loss,
      largest: mapTensors<F>((g) => algebra.maxAbs(g) as never)(gradients) as never,
    }
  }
