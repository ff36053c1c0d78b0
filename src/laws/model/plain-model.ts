/**
 * What the model's laws are about: a language model as functions of plain numbers, of any implementation.
 *
 * `plainModel` makes one of any algebra and cell. An implementation in other terms altogether can be tried by the
 * same laws once it is written as these three functions.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axes } from '../../algebra/axis.js'
import { flatten, unflatten } from '../../algebra/names.js'
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import type { LayersShape } from '../../model/layers.js'
import { crossEntropyForward } from '../../model/loss.js'
import { backpropagate, forward, parameterAxes } from '../../model/model.js'
import type { Network, Parameters } from '../../model/model.js'
import { batchAxis } from '../../model/parameters.js'
import { rowsOf, vocabularyOf } from './sample.js'
import type { Sample, Plains } from './sample.js'
import { read, readOneHot } from '../plain.js'
import type { Plain } from '../plain.js'

/** A model as three functions of plain numbers, of any implementation. */
export interface PlainModel {
  /** The scores of the T*N rows, the hidden states of the same rows, and the state after the last step. */
  readonly forward: (passage: Sample) => {
    readonly scores: Plain<Axes>
    readonly hidden: Plain<Axes>
    readonly state: Plains
  }
  /** The mean loss of the labels, in nats, and the state after the last step. */
  readonly evaluate: (passage: Sample) => { readonly loss: number; readonly state: Plains }
  /** The gradients of loss + <dState, state after the last step>, `dState` being that of the state before the first. */
  readonly backpropagate: (passage: Sample) => Gradients
}

/** What a model's backward pass answers, as plain numbers; the loss is in nats. */
export interface Gradients {
  readonly gradients: Plains
  readonly dState: Plains
  readonly loss: number
  readonly state: Plains
}

/** The model with these layers, read in this algebra. Its sizes are those of the passage that it is given. */
export const plainModel = <F extends Carrier, L extends LayersShape>(
  algebra: Concrete<F>,
  network: Network<NoInfer<F>, L>,
): PlainModel => {
  const plain = <A extends Axes>(a: Kind<F, A>): Plain<Axes> => ({
    axes: algebra.axesOf(a),
    values: algebra.toArray(a),
  })
  const plains = (a: object): Plains =>
    Object.fromEntries(Object.entries(flatten<F>(a)).map(([name, value]) => [name, plain(value)]))
  const tensors = <S>(shape: S, a: Plains) =>
    unflatten<F, S>(
      shape,
      Object.fromEntries(Object.entries(a).map(([name, value]) => [name, read(algebra, value)])),
    )
  const scalar = (a: Kind<F, []>): number => algebra.toArray<[]>(a)[0]

  const opened = (passage: Sample) => {
    const sizes = { vocabulary: vocabularyOf(passage), hidden: passage.parameters.W_hq.axes[0].size }
    const stateShape = network.layers(algebra).stateAxes(sizes, batchAxis(rowsOf(passage)))
    const parameterShape = parameterAxes(algebra, { ...network, sizes })
    return {
      parameters: tensors(parameterShape, passage.parameters) as Parameters<F, L>,
      state: tensors(stateShape, passage.state),
      X: readOneHot(algebra, passage.X),
      Y: readOneHot(algebra, passage.Y),
      dState: tensors(stateShape, passage.dState),
    }
  }

  return {
    forward: (passage) => {
      const { parameters, state, X } = opened(passage)
      const { O, H, state: last } = forward(algebra, network)(parameters, state, X)
      return { scores: plain(O), hidden: plain(H), state: plains(last) }
    },
    evaluate: (passage) => {
      const { parameters, state, X, Y } = opened(passage)
      const { O, state: last } = forward(algebra, network)(parameters, state, X)
      return { loss: scalar(crossEntropyForward(algebra)(O, Y).loss), state: plains(last) }
    },
    backpropagate: (passage) => {
      const { parameters, state, X, Y, dState } = opened(passage)
      const result = backpropagate(algebra, network)(parameters, state, X, Y, dState)
      return {
        gradients: plains(result.gradients),
        dState: plains(result.dState),
        loss: scalar(result.loss),
        state: plains(result.state),
      }
    },
  }
}
