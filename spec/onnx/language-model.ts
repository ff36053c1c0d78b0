/**
 * The language model of the model's laws, with all that it answers compiled into one graph.
 */
import type { Concrete, Carrier, Signature, Tensors } from '../../src/algebra/tensor-algebra.js'
import type { Reading, Term } from '../../src/laws/algebra/agreement-of-readings.js'
import type { PlainModel } from '../../src/laws/model/plain-model.js'
import type { Sample } from '../../src/laws/model/sample.js'
import { readOneHot } from '../../src/laws/plain.js'
import { readAll } from '../../src/laws/train/records.js'
import { flatten, unflatten } from '../../src/algebra/names.js'
import type { AnyNetwork } from '../../src/model/cells.js'
import type { LayersShape } from '../../src/model/layers.js'
import { crossEntropyForward } from '../../src/model/loss.js'
import { backpropagate, forward, parameterAxes } from '../../src/model/model.js'
import type { Parameters } from '../../src/model/model.js'
import { under } from '../../src/engine/fields.js'

const opened = <F extends Carrier, L extends LayersShape>(
  algebra: Concrete<F>,
  network: AnyNetwork<L>,
  { parameters, state, X, Y, dState }: Sample,
) => {
  const sizes = { vocabulary: X.axes[1].size, hidden: parameters.W_hq.axes[0].size }
  const stateShape = network.layers(algebra).stateAxes(sizes, X.axes[0].inner)
  const parameterShape = parameterAxes(algebra, { ...network, sizes })
  return {
    parameters: unflatten<F, typeof parameterShape>(parameterShape, readAll(algebra, parameters)) as Parameters<F, L>,
    state: unflatten<F, typeof stateShape>(stateShape, readAll(algebra, state)),
    X: readOneHot(algebra, X),
    Y: readOneHot(algebra, Y),
    dState: unflatten<F, typeof stateShape>(stateShape, readAll(algebra, dState)),
  }
}

export const forwardOf = <L extends LayersShape>(network: AnyNetwork<L>): Term<Sample> => ({
  name: 'forward',
  cites: ['hidden', 'output'],
  of: <F extends Carrier>(algebra: Concrete<F>, passage: Sample): Tensors<F, Signature> => {
    const { parameters, state, X } = opened(algebra, network, passage)
    const { O, H, state: last } = forward(algebra, network)(parameters, state, X)
    return flatten<F>({ scores: O, hidden: H, state: last })
  },
})

const lossOf = <L extends LayersShape>(network: AnyNetwork<L>): Term<Sample> => ({
  name: 'loss',
  cites: ['loss'],
  of: <F extends Carrier>(algebra: Concrete<F>, passage: Sample): Tensors<F, Signature> => {
    const { parameters, state, X, Y } = opened(algebra, network, passage)
    const { O, state: last } = forward(algebra, network)(parameters, state, X)
    return flatten<F>({ loss: crossEntropyForward(algebra)(O, Y).loss, state: last })
  },
})

const backpropagateOf = <L extends LayersShape>(network: AnyNetwork<L>): Term<Sample> => ({
  name: 'backpropagate',
  cites: ['bptt-o', 'bptt-h', 'bptt-w', 'bptt-state'],
  of: <F extends Carrier>(algebra: Concrete<F>, passage: Sample): Tensors<F, Signature> => {
    const { parameters, state, X, Y, dState } = opened(algebra, network, passage)
    const run = backpropagate(algebra, network)(parameters, state, X, Y, dState)
    return flatten<F>({ loss: run.loss, gradients: run.gradients, dState: run.dState, state: run.state })
  },
})

export const plainModelIn = <L extends LayersShape>({ evaluate }: Reading, network: AnyNetwork<L>): PlainModel => {
  const [ahead, mean, back] = [forwardOf(network), lossOf(network), backpropagateOf(network)]
  return {
    forward: (passage) => {
      const answer = evaluate(ahead, passage)
      return { scores: answer['scores'], hidden: answer['hidden'], state: under('state.', answer) }
    },
    evaluate: (passage) => {
      const answer = evaluate(mean, passage)
      return { loss: answer['loss'].values[0], state: under('state.', answer) }
    },
    backpropagate: (passage) => {
      const answer = evaluate(back, passage)
      return {
        loss: answer['loss'].values[0],
        gradients: under('gradients.', answer),
        dState: under('dState.', answer),
        state: under('state.', answer),
      }
    },
  }
}
