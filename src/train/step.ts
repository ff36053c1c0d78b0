/**
 * One training step as one function of tensors: forward, BPTT, and the optimiser's update.
 *
 *   training-step   g = BPTT from the learner's H_0 with dH_T = 0; u, s <- optimiser(g, s, p); p <- p + u
 *
 * It branches on nothing, so that it can be compiled whole. Whether all numbers are finite is asked of
 * what it returns: `directStep` and the engines do.
 */
import type { Kind } from 'fp-ts/HKT'
import { flatten } from '../algebra/names.js'
import { requireRecord } from '../algebra/require.js'
import type { Carrier, TensorAlgebra, Tensors } from '../algebra/tensor-algebra.js'
import type { Characters, LayersShape } from '../model/layers.js'
import { backpropagate, whole, zeroAdjoint } from '../model/model.js'
import type { Backpropagated, Model, ModelShape, Parameters, State } from '../model/model.js'
import { applyUpdates, requireOptimiser } from './optimisers/optimiser.js'
import type { Optimiser, OptimiserState } from './optimisers/optimiser.js'

/** All that learning changes: plain data. */
export interface Learner<F extends Carrier, L extends LayersShape> {
  readonly parameters: Parameters<F, L>
  readonly optimiser: OptimiserState
  /** The hidden state after the last minibatch. */
  readonly hidden: State<F, L>
}

/** What a training step gives. */
export interface Stepped<F extends Carrier, L extends LayersShape> {
  readonly learner: Learner<F, L>
  /** The mean loss of the minibatch in nats, before the update. */
  readonly loss: Kind<F, []>
  /** The largest absolute entry of each gradient, before the optimiser saw it, by the parameters' names. */
  readonly largest: Readonly<Record<string, Kind<F, []>>>
  /** All that was computed on the way: the run forward and backward, and what was added to each parameter. */
  readonly run: Backpropagated<F, L>
  readonly updates: Tensors<F, ModelShape<L>>
}

/**
 * `training-step`: the gradient is cut before the minibatch, which is truncated BPTT.
 *
 * @param X the characters read, T*N x V, time-major
 * @param Y the characters that come next, in the same order
 * @returns the next learner, with the state after the last step; the learner that was given stays as it was
 */
export const trainingStep =
  <F extends Carrier, L extends LayersShape>(
    algebra: TensorAlgebra<F>,
    model: Model<NoInfer<F>, L>,
    optimiser: Optimiser<F>,
  ) =>
  (learner: Learner<F, L>, X: Characters<F>, Y: Characters<F>): Stepped<F, L> => {
    requireOptimiser('trainingStep', 'the optimiser', optimiser)
    const { parameters, optimiser: memory, hidden } = requireRecord('trainingStep', 'the learner', learner)
    requireRecord('trainingStep', 'learner.parameters', parameters)
    requireMemory('trainingStep', memory)
    requireRecord('trainingStep', 'learner.hidden', hidden)
    const run = backpropagate(algebra, model)(parameters, hidden, X, Y, zeroAdjoint(algebra)(hidden))
    const { updates, state } = optimiser.update<ModelShape<L>>(whole(run.gradients), memory, whole(parameters))
    const moved = applyUpdates(algebra)(whole(parameters), updates)
    return {
      learner: { parameters: moved as Parameters<F, L>, optimiser: state, hidden: run.state },
      loss: run.loss,
      largest: Object.fromEntries(
        Object.entries(flatten<F>(run.gradients)).map(([name, g]) => [name, algebra.maxAbs(g)]),
      ),
      run,
      updates,
    }
  }

/** What an optimiser remembers is a record or, of a chain, a list. */
const requireMemory = (operation: string, memory: object): object =>
  Array.isArray(memory) ? memory : requireRecord(operation, 'learner.optimiser', memory)
