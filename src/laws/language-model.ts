/**
 * What the model's laws are about: a language model as functions of plain numbers, whoever computes them.
 *
 * `languageModel` makes one of any algebra and cell. An implementation in other terms altogether can be tried by the
 * same laws once it is written as these three functions.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axes } from '../algebra/axis.js'
import type { Carrier, Concrete, Signature, Tensors } from '../algebra/tensor-algebra.js'
import type { Cell, CellShape } from '../model/cell.js'
import { crossEntropyForward } from '../model/loss.js'
import { backpropagate, forward } from '../model/model.js'
import type { Parameters } from '../model/model.js'
import type { State } from '../model/unroll.js'
import type { Passage, Plains } from './passage.js'
import { read, readOneHot } from './plain.js'
import type { Plain } from './plain.js'

export interface LanguageModel {
  /** The scores of the T*N rows, the hidden states of the same rows, and the state after the last step. */
  readonly forward: (passage: Passage) => {
    readonly scores: Plain<Axes>
    readonly hidden: Plain<Axes>
    readonly state: Plains
  }
  /** The mean loss of the labels, in nats, and the state after the last step. */
  readonly evaluate: (passage: Passage) => { readonly loss: number; readonly state: Plains }
  /** The gradients of loss + <dState, state after the last step>, `dState` being that of the state before the first. */
  readonly backpropagate: (passage: Passage) => Gradients
}

export interface Gradients {
  readonly gradients: Plains
  readonly dState: Plains
  readonly loss: number
  readonly state: Plains
}

/** The model with this cell, read in this algebra. */
export const languageModel = <F extends Carrier, C extends CellShape>(
  algebra: Concrete<F>,
  cell: Cell<F, C>,
): LanguageModel => {
  const plain = <A extends Axes>(a: Kind<F, A>): Plain<Axes> => ({
    axes: algebra.axesOf(a),
    values: algebra.toArray(a),
  })
  const plains = (a: unknown): Plains =>
    Object.fromEntries(Object.entries(a as Tensors<F, Signature>).map(([field, value]) => [field, plain(value)]))
  const tensors = (a: Plains): unknown =>
    Object.fromEntries(Object.entries(a).map(([field, value]) => [field, read(algebra, value)]))
  const scalar = (a: Kind<F, []>): number => algebra.toArray<[]>(a)[0]

  const opened = (passage: Passage) => ({
    parameters: tensors(passage.parameters) as Parameters<F, C>,
    state: tensors(passage.state) as State<F, C>,
    X: readOneHot(algebra, passage.X),
    Y: readOneHot(algebra, passage.Y),
    dState: tensors(passage.dState) as State<F, C>,
  })

  return {
    forward: (passage) => {
      const { parameters, state, X } = opened(passage)
      const { O, H, state: last } = forward(algebra, cell)(parameters, state, X)
      return { scores: plain(O), hidden: plain(H), state: plains(last) }
    },
    evaluate: (passage) => {
      const { parameters, state, X, Y } = opened(passage)
      const { O, state: last } = forward(algebra, cell)(parameters, state, X)
      return { loss: scalar(crossEntropyForward(algebra)(O, Y).loss), state: plains(last) }
    },
    backpropagate: (passage) => {
      const { parameters, state, X, Y, dState } = opened(passage)
      const result = backpropagate(algebra, cell)(parameters, state, X, Y, dState)
      return {
        gradients: plains(result.gradients),
        dState: plains(result.dState),
        loss: scalar(result.loss),
        state: plains(result.state),
      }
    },
  }
}
