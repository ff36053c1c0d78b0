/**
 * The language model: layers along time, an output layer, a loss, and their adjoints in reverse order.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Carrier, TensorAlgebra, Tensors } from '../algebra/tensor-algebra.js'
import { requireMethods, requireRecord, requireTensor } from '../algebra/require.js'
import { mapTensors, requireTree, tensorsOf } from '../algebra/tensors.js'
import type { Characters, Layers, LayersShape } from './layers.js'
import { crossEntropyBackward, crossEntropyForward } from './loss.js'
import { outputBackward, outputForward } from './output.js'
import { batchAxis, hiddenAxis, vocabularyAxis } from './parameters.js'
import type { Batch, Hidden, OutputParameters, Rows, Sizes, Vocabulary } from './parameters.js'

/** Layers, for the algebra that they are read in. */
export interface Network<F extends Carrier, L extends LayersShape> {
  readonly layers: (algebra: TensorAlgebra<F>) => Layers<F, L>
}

/** Layers with their sizes. A `languageModel` is one for every algebra. */
export interface Model<F extends Carrier, L extends LayersShape> extends Network<F, L> {
  readonly sizes: Sizes
}

/** The shape of all parameters: the layers' and the output layer's in one tree. */
export type ModelShape<L extends LayersShape> = L['parameters'] & OutputParameters

/** All parameters: those of the layers, W_hq and b_q. */
export type Parameters<F extends Carrier, L extends LayersShape> = Tensors<F, L['parameters']> &
  Tensors<F, OutputParameters>

/** All parameters as a tree of one shape: the compiler does not see that two records together are one. */
export const whole = <F extends Carrier, L extends LayersShape>(parameters: Parameters<F, L>) =>
  parameters as unknown as Tensors<F, ModelShape<L>>

/** The state of N rows, between one step and the next. */
export type State<F extends Carrier, L extends LayersShape> = Tensors<F, L['state']>

/** The axes of every parameter, in the order in which they are stored. */
export const parameterAxes = <F extends Carrier, L extends LayersShape>(
  algebra: TensorAlgebra<F>,
  { layers, sizes }: Model<NoInfer<F>, L>,
): ModelShape<L> => {
  requireRecord('parameterAxes', 'the sizes of the model', sizes)
  return axesAt(layers(algebra), sizes)
}

const axesAt = <F extends Carrier, L extends LayersShape>(layers: Layers<F, L>, sizes: Sizes): ModelShape<L> => ({
  ...layers.parameterAxes(sizes),
  W_hq: [hiddenAxis(sizes.hidden), vocabularyAxis(sizes.vocabulary)],
  b_q: [vocabularyAxis(sizes.vocabulary)],
})

/** The initial state of N rows: zero. */
export const zeroState = <F extends Carrier, L extends LayersShape>(
  algebra: TensorAlgebra<F>,
  { layers, sizes }: Model<NoInfer<F>, L>,
  batch: Batch,
): State<F, L> => {
  requireRecord('zeroState', 'the sizes of the model', sizes)
  return tensorsOf<F>((axes) => algebra.fill(axes, 0))(layers(algebra).stateAxes(sizes, batch))
}

/** The adjoint of a state that nothing later depends on: zero. */
export const zeroAdjoint =
  <F extends Carrier>({ axesOf, fill }: TensorAlgebra<F>) =>
  <S>(state: Tensors<F, S>): Tensors<F, S> =>
    mapTensors<F>((part) => fill(axesOf(part), 0))(state)

/** Any sizes do to ask layers for the names of their fields. */
const SMALLEST: Sizes = { vocabulary: 1, hidden: 1 }

const requireLayers = <F extends Carrier, L extends LayersShape>(
  operation: string,
  algebra: TensorAlgebra<F>,
  network: Network<F, L>,
): Layers<F, L> =>
  requireMethods(operation, 'the model', network, ['layers'], 'a model, as languageModel(...) gives').layers(algebra)

/** What layers are run with must have their fields: `forward: parameters.W_hh must be a tensor, got nothing`. */
const requireParameters = <F extends Carrier, L extends LayersShape>(
  operation: string,
  layers: Layers<F, L>,
  given: object,
): object => requireTree(operation, 'parameters', axesAt(layers, SMALLEST), given)

const requireState = <F extends Carrier, L extends LayersShape>(
  operation: string,
  what: string,
  layers: Layers<F, L>,
  given: object,
): object => requireTree(operation, what, layers.stateAxes(SMALLEST, batchAxis(1)), given)

/** What one run forward gives. */
export interface Forward<F extends Carrier, L extends LayersShape> {
  /** The scores of every row, before softmax. */
  readonly O: Kind<F, [Rows, Vocabulary]>
  /** The state after the last step. */
  readonly state: State<F, L>
  readonly tape: Tensors<F, L['tape']>
  /** The hidden states of every row. */
  readonly H: Kind<F, [Rows, Hidden]>
}

/**
 * The scores O of every row and the state after the last step, with the tape.
 *
 * @param state the state before the first step, N x H each part
 * @param X T*N x V, time-major
 * @returns O, T*N x V; the state after the last step; and what the backward pass needs. T may be 0. A parameter or a
 *   part of the state that is missing is a defect that names it
 */
export const forward =
  <F extends Carrier, L extends LayersShape>(algebra: TensorAlgebra<F>, network: Network<NoInfer<F>, L>) =>
  (
    parameters: Parameters<F, L>,
    state: State<F, L>,
    X: Characters<F>,
  ): Forward<F, L> => {
    const layers = requireLayers('forward', algebra, network)
    requireParameters('forward', layers, parameters)
    requireState('forward', 'state', layers, state)
    requireTensor('forward', 'X', X)
    return forwardPass(algebra, layers)(parameters, state, X)
  }

/** The same, of arguments that have been looked at. */
const forwardPass =
  <F extends Carrier, L extends LayersShape>(algebra: TensorAlgebra<F>, layers: Layers<F, L>) =>
  (parameters: Parameters<F, L>, state: State<F, L>, X: Characters<F>): Forward<F, L> => {
    const { state: last, tape, H } = layers.forward(parameters, state, X)
    const O = outputForward(algebra)(parameters, H)
    return { O, state: last, tape, H }
  }

/** All that a run forward and backward computes on its way, by the names of the equations. */
export interface Trace<F extends Carrier, L extends LayersShape> {
  /** What each step of each layer leaves, T*N rows. */
  readonly tape: Tensors<F, L['tape']>
  /** The scores, and their log softmax, T*N x V. */
  readonly O: Kind<F, [Rows, Vocabulary]>
  readonly logP: Kind<F, [Rows, Vocabulary]>
  /** The adjoints of the scores, and the output layer's share of those of the uppermost H. */
  readonly dO: Kind<F, [Rows, Vocabulary]>
  readonly dH: Kind<F, [Rows, Hidden]>
  /** The adjoints of the sums Z of each layer, T*N rows, a tree like the tape: `dZ`, or `dZ_r`, `dZ_z`, ... */
  readonly dInputs: object
}

/** What one run forward and backward gives. */
export interface Backpropagated<F extends Carrier, L extends LayersShape> {
  /** The mean loss in nats. */
  readonly loss: Kind<F, []>
  /** The state after the last step. */
  readonly state: State<F, L>
  readonly gradients: Parameters<F, L>
  /** The adjoint of the state before the first step. */
  readonly dState: State<F, L>
  readonly trace: Trace<F, L>
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
 * @returns the loss in nats, the state after the last step, an adjoint for every parameter and part of the state, and
 *   the trace of all tensors between; T*N = 0 is a defect, and so is an argument that misses a field
 *
 * Source: Werbos, Backpropagation through time: what it does and how to do it (1990).
 */
export const backpropagate =
  <F extends Carrier, L extends LayersShape>(algebra: TensorAlgebra<F>, network: Network<NoInfer<F>, L>) =>
  (
    parameters: Parameters<F, L>,
    state: State<F, L>,
    X: Characters<F>,
    Y: Characters<F>,
    dState: State<F, L>,
  ): Backpropagated<F, L> => {
    const layers = requireLayers('backpropagate', algebra, network)
    requireParameters('backpropagate', layers, parameters)
    requireState('backpropagate', 'state', layers, state)
    requireTensor('backpropagate', 'X', X)
    requireTensor('backpropagate', 'Y', Y)
    requireState('backpropagate', 'dState', layers, dState)

    const { O, state: last, tape, H } = forwardPass(algebra, layers)(parameters, state, X)
    const { loss, logP } = crossEntropyForward(algebra)(O, Y)

    const dO = crossEntropyBackward(algebra)(logP, Y)
    const { gradients: ofOutput, dH } = outputBackward(algebra)(parameters, H, dO)
    const { gradients: ofLayers, dState: dFirst, dInputs } = layers.backward(parameters, X, tape, dState, dH)
    const gradients = { ...ofLayers, ...ofOutput }
    return { loss, state: last, gradients, dState: dFirst, trace: { tape, O, logP, dO, dH, dInputs } }
  }
