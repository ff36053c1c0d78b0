/**
 * A recurrent cell as a value: one step forward beside the same step backward.
 *
 * What the backward step needs of the forward step is its tape, a record of tensors. Training,
 * prediction and BPTT take the cell as an argument and know none of its fields but the output H.
 */
import type { Kind } from 'fp-ts/HKT'
import type { AnyAxis, Axes } from '../algebra/axis.js'
import type { Along, Carrier, Signature, Tensors } from '../algebra/tensor-algebra.js'
import type { IntakeAxis, IntakeName, IntakeRows } from './intake.js'
import type { Batch, Hidden, Sizes } from './parameters.js'

/** The signatures of a cell's records. All but the parameters' leave out the leading axis of rows. */
export interface CellShape {
  readonly parameters: Signature
  /** What is handed from step to step: H for an RNN, H and C for an LSTM. */
  readonly state: Signature
  /** What the step takes of the input, before the state comes in. */
  readonly input: Signature
  /** What the backward step needs; its H is the step's output. */
  readonly tape: Signature & { readonly H: [Hidden] }
  /** The adjoints of the input that the backward step leaves behind: of every layer's, where there are several. */
  readonly adjoint: Signature
}

/** A cell that takes in characters, unless said otherwise. */
export interface Cell<F extends Carrier, C extends CellShape, I extends IntakeName = 'characters'> {
  /** The axes of each parameter at these sizes. */
  readonly parameterAxes: (sizes: Sizes) => Readonly<Record<keyof C['parameters'] & string, Axes>>
  /** The axes of each part of the state of N rows. */
  readonly stateAxes: (sizes: Sizes, batch: Batch) => Readonly<Record<keyof C['state'] & string, Axes>>

  /** The input's share of the step, X W and bias, for any number of rows at once: one step or all of them. */
  readonly project: <R extends AnyAxis>(
    parameters: Tensors<F, C['parameters']>,
    X: IntakeRows<F, R, I>,
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
   * The adjoint of one step. `dState` is the adjoint of the state this step handed on; `dH` is what the
   * output layer adds to the adjoint of H.
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
    X: IntakeRows<F, R, I>,
    tape: Tensors<F, Along<R, C['tape']>>,
    dInput: Tensors<F, Along<R, C['adjoint']>>,
  ) => Tensors<F, C['parameters']>

  /** The adjoint of the input: what a layer hands down to the one it stands on. */
  readonly below: <R extends AnyAxis>(
    parameters: Tensors<F, C['parameters']>,
    dInput: Tensors<F, Along<R, C['adjoint']>>,
  ) => Kind<F, [R, IntakeAxis<I>]>
}
