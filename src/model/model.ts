/**
 * The language model: a cell along time, an output layer, a loss, and their adjoints in reverse order.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axes } from '../algebra/axis.js'
import type { Along, Carrier, OneHot, Signature, TensorAlgebra, Tensors } from '../algebra/tensor-algebra.js'
import { mapTensors } from '../algebra/tensors.js'
import type { Cell, CellShape } from './cell.js'
import { crossEntropyBackward, crossEntropyForward } from './loss.js'
import { outputBackward, outputForward } from './output.js'
import { hiddenAxis, vocabularyAxis } from './parameters.js'
import type { Batch, Hidden, OutputParameters, Rows, Sizes, Vocabulary } from './parameters.js'
import { unrollBackward, unrollForward } from './unroll.js'
import type { State, Tape } from './unroll.js'

/** The signature of all parameters: the cell's and the output layer's in one record. */
export type ModelParameters<C extends CellShape> = C['parameters'] & OutputParameters

/** All parameters, by their names. */
export type Parameters<F extends Carrier, C extends CellShape> = Tensors<F, C['parameters']> &
  Tensors<F, OutputParameters>

/** The one-hot rows of T steps of N rows, time-major. */
export type Characters<F extends Carrier> = OneHot<F, [Rows, Vocabulary]>

/** The axes of every parameter at these sizes, in the order in which they are stored. */
export const parameterAxes = <F extends Carrier, C extends CellShape>(
  cell: Cell<F, C>,
  sizes: Sizes,
): Readonly<Record<string, Axes>> => ({
  ...cell.parameterAxes(sizes),
  W_hq: [hiddenAxis(sizes.hidden), vocabularyAxis(sizes.vocabulary)],
  b_q: [vocabularyAxis(sizes.vocabulary)],
})

/** The initial state of N rows: zero. */
export const zeroState = <F extends Carrier, C extends CellShape>(
  { fill }: TensorAlgebra<F>,
  cell: Cell<F, C>,
  sizes: Sizes,
  batch: Batch,
): State<F, C> =>
  Object.fromEntries(
    Object.entries<Axes>(cell.stateAxes(sizes, batch)).map(([field, axes]) => [field, fill(axes, 0)]),
  ) as Tensors<F, Along<Batch, C['state']>>

/** The adjoint of a state that nothing later depends on: zero. */
export const zeroAdjoint =
  <F extends Carrier>({ axesOf, fill }: TensorAlgebra<F>) =>
  <S extends Signature>(state: Tensors<F, S>): Tensors<F, S> =>
    mapTensors<F>((part) => fill(axesOf(part), 0))(state)

/** What one run forward gives. */
export interface Forward<F extends Carrier, C extends CellShape> {
  /** The scores of every row, before softmax. */
  readonly O: Kind<F, [Rows, Vocabulary]>
  /** The state after the last step. */
  readonly state: State<F, C>
  readonly tape: Tape<F, C>
  /** The hidden states of every row. */
  readonly H: Kind<F, [Rows, Hidden]>
}

/**
 * The scores O of every row and the state after the last step, with the tape.
 *
 * @param state the state before the first step, N x H each part
 * @param X T*N x V, time-major
 * @returns O, T*N x V; the state after the last step; and what the backward pass needs. T may be 0.
 */
export const forward =
  <F extends Carrier, C extends CellShape>(algebra: TensorAlgebra<F>, cell: Cell<F, C>) =>
  (
    parameters: Parameters<F, C>,
    state: State<F, C>,
    X: Characters<F>,
  ): Forward<F, C> => {
    const inputs = cell.project(parameters, X)
    const { state: last, tape, H } = unrollForward(algebra, cell)(parameters, state, inputs)
    const O = outputForward(algebra)(parameters, H)
    return { O, state: last, tape, H }
  }

/** What one run forward and backward gives. */
export interface Backpropagated<F extends Carrier, C extends CellShape> {
  /** The mean loss in nats. */
  readonly loss: Kind<F, []>
  /** The state after the last step. */
  readonly state: State<F, C>
  readonly gradients: Parameters<F, C>
  /** The adjoint of the state before the first step. */
  readonly dState: State<F, C>
}

/**
 * Backpropagation through time: the loss of labels Y after inputs X, and its gradients.
 *
 *   bptt-state   dH_0 = dZ_1 W_hh^T, returned, never dropped silently
 *   truncation   BPTT through T1 + T2 steps = BPTT through the last T2, and the first T1 with their dH_0 as dState
 *
 * @param state the state before the first step, N x H each part
 * @param X the characters read, T*N x V, time-major
 * @param Y the characters that come next, in the same order
 * @param dState the adjoint of the state after the last step. Zero is truncated BPTT, and the whole
 *   gradient where nothing follows; the adjoint that a later stretch of the same text returned is BPTT through both.
 * @returns the loss in nats, the state after the last step, and an adjoint for every parameter and part of the state;
 *   T*N = 0 is a defect
 *
 * Source: Werbos, Backpropagation through time: what it does and how to do it (1990).
 */
export const backpropagate =
  <F extends Carrier, C extends CellShape>(algebra: TensorAlgebra<F>, cell: Cell<F, C>) =>
  (
    parameters: Parameters<F, C>,
    state: State<F, C>,
    X: Characters<F>,
    Y: Characters<F>,
    dState: State<F, C>,
  ): Backpropagated<F, C> => {
    const { O, state: last, tape, H } = forward(algebra, cell)(parameters, state, X)
    const { loss, logP } = crossEntropyForward(algebra)(O, Y)

    const dO = crossEntropyBackward(algebra)(logP, Y)
    const { gradients: ofOutput, dH } = outputBackward(algebra)(parameters, H, dO)
    const { dState: dFirst, dInputs } = unrollBackward(algebra, cell)(parameters, tape, dState, dH)
    const ofCell = cell.gradients(X, tape, dInputs)
    return { loss, state: last, gradients: { ...ofCell, ...ofOutput }, dState: dFirst }
  }
