/**
 * A recurrent cell as a value: one step forward beside the same step backward.
 *
 * What the backward step needs of the forward step is its tape, a record of tensors. Training,
 * prediction and BPTT take the cell as an argument and know none of its fields but the output H.
 */
import type { Kind } from 'fp-ts/HKT'
import type { AnyAxis } from '../algebra/axis.js'
import type { Along, Carrier, Shape, Signature, Tensors } from '../algebra/tensor-algebra.js'
import type { InputAxis, InputName, InputRows } from './input.js'
import type { Batch, Hidden, Sizes } from './parameters.js'

/** The signatures of a cell's records. All but the parameters' leave out the leading axis of rows. */
export interface CellShape {
  /** The weights and biases: fields of their own, and under `gates` a record for each gate. */
  readonly parameters: Shape
  /** What is handed from step to step: H for an RNN, H and C for an LSTM. */
  readonly state: Signature
  /** What the step takes of the input, X W and bias, before the state comes in. */
  readonly input: Signature
  /** What the backward step needs; its H is the step's output. */
  readonly tape: Signature & { readonly H: [Hidden] }
  /** The adjoints of the sums Z, which the backward step leaves behind. */
  readonly adjoint: Signature
}

/** A cell that reads characters, unless said otherwise. */
export interface Cell<F extends Carrier, C extends CellShape, I extends InputName = 'characters'> {
  /** The input's term of each sum, X W and bias, for any number of rows at once: one step or all of them. */
  readonly project: <R extends AnyAxis>(
    parameters: Tensors<F, C['parameters']>,
    X: InputRows<F, R, I>,
  ) => Tensors<F, Along<R, C['input']>>

  /** One step: the next state, and the tape with the output H. */
  readonly forward: (
    parameters: Tensors<F, C['parameters']>,
    state: Tensors<F, Along<Batch, C['state']>>,
    input: Tensors<F, Along<Batch, C['input']>>,
  ) => {
    readonly state: Tensors<F, Along<Batch, C['state']>>
    readonly tape: Tensors<F, Along<Batch, C['tape']>>
  }

  /**
   * The adjoint of one step. `dState` is the adjoint of the state this step handed on; `dH` is what stands on the
   * cell (the output layer, or the layer above) adds to the adjoint of H.
   */
  readonly backward: (
    parameters: Tensors<F, C['parameters']>,
    tape: Tensors<F, Along<Batch, C['tape']>>,
    dState: Tensors<F, Along<Batch, C['state']>>,
    dH: Kind<F, [Batch, Hidden]>,
  ) => {
    readonly dState: Tensors<F, Along<Batch, C['state']>>
    readonly dInput: Tensors<F, Along<Batch, C['adjoint']>>
  }

  /** The parameters' gradients from the adjoints of the steps, summed over any number of rows at once. */
  readonly gradients: <R extends AnyAxis>(
    X: InputRows<F, R, I>,
    tape: Tensors<F, Along<R, C['tape']>>,
    dInput: Tensors<F, Along<R, C['adjoint']>>,
  ) => Tensors<F, C['parameters']>

  /** The adjoint of the input: what a layer hands down to the one it stands on. */
  readonly dX: <R extends AnyAxis>(
    parameters: Tensors<F, C['parameters']>,
    dInput: Tensors<F, Along<R, C['adjoint']>>,
  ) => Kind<F, [R, InputAxis<I>]>

  /** The axes of each parameter at these sizes. */
  readonly parameterAxes: (sizes: Sizes) => C['parameters']
  /** The axes of each part of the state of N rows. */
  readonly stateAxes: (sizes: Sizes, batch: Batch) => Along<Batch, C['state']>
}
