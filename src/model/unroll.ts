/**
 * A cell along time: forward over T steps, and the same steps backward.
 *
 * The state comes in and goes out, and so does its adjoint: nothing is assumed about what stands
 * before the first step or after the last.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Along, Carrier, TensorAlgebra, Tensors } from '../algebra/tensor-algebra.js'
import { mergeTensors, splitTensors } from '../algebra/tensors.js'
import type { Cell, CellShape } from './cell.js'
import type { InputName } from './input.js'
import type { Batch, Hidden, Rows, Time } from './parameters.js'

/** A cell's state for N rows. */
export type CellState<F extends Carrier, C extends CellShape> = Tensors<F, Along<Batch, C['state']>>
/** The tape of T steps, as T*N rows. */
export type Tape<F extends Carrier, C extends CellShape> = Tensors<F, Along<Rows, C['tape']>>
/** The inputs of T steps, as T*N rows. */
export type Inputs<F extends Carrier, C extends CellShape> = Tensors<F, Along<Rows, C['input']>>
/** Their adjoints. */
export type InputAdjoints<F extends Carrier, C extends CellShape> = Tensors<F, Along<Rows, C['adjoint']>>

/** Runs the cell over T steps: the state after the last, the tape of all, and the tape's H. */
export const unrollForward =
  <F extends Carrier, C extends CellShape, I extends InputName>(algebra: TensorAlgebra<F>, cell: Cell<F, C, I>) =>
  (
    parameters: Tensors<F, C['parameters']>,
    state: CellState<F, C>,
    inputs: Inputs<F, C>,
  ): { readonly state: CellState<F, C>; readonly tape: Tape<F, C>; readonly H: Kind<F, [Rows, Hidden]> } => {
    const { state: last, outputs } = algebra.scan<
      Time,
      Along<Batch, C['state']>,
      Along<Batch, C['input']>,
      Along<Batch, C['tape']>
    >(
      (previous, input) => {
        const { state: next, tape } = cell.forward(parameters, previous, input)
        return { state: next, output: tape }
      },
      state,
      splitTensors(algebra)<Time, Batch, C['input']>(inputs),
    )
    const tape = mergeTensors(algebra)<Time, Batch, C['tape']>(outputs)
    // CellShape says that every tape has this field; the compiler does not see it through Along.
    const { H } = tape as unknown as { readonly H: Kind<F, [Rows, Hidden]> }
    return { state: last, tape, H }
  }

/** What the backward step sees of its time: the tape, and the output layer's share of dH_t. */
type BackwardSlice<C extends CellShape> = C['tape'] & { readonly dH: [Hidden] }

/**
 * Runs the cell's adjoint from the last step to the first.
 *
 *   bptt-h       dH_t = dO_t W_hq^T + dZ_{t+1} W_hh^T, whose first term is `dH`
 *   bptt-state   dH_0 = dZ_1 W_hh^T
 *
 * @param tape what the forward pass left, T*N rows
 * @param dState the adjoint of the state after the last step: zero where the loss does not depend on it
 * @param dH the output layer's share of the adjoint of H, T*N x H
 * @returns the adjoints of the inputs, and of the state before the first step
 */
export const unrollBackward =
  <F extends Carrier, C extends CellShape, I extends InputName>(algebra: TensorAlgebra<F>, cell: Cell<F, C, I>) =>
  (
    parameters: Tensors<F, C['parameters']>,
    tape: Tape<F, C>,
    dState: CellState<F, C>,
    dH: Kind<F, [Rows, Hidden]>,
  ): { readonly dState: CellState<F, C>; readonly dInputs: InputAdjoints<F, C> } => {
    // Merged rows and slices of time have the fields of the tape and dH; Along hides that from the compiler.
    const slices = { ...tape, dH } as unknown as Tensors<F, Along<Rows, BackwardSlice<C>>>
    const { state, outputs } = algebra.scanReverse<
      Time,
      Along<Batch, C['state']>,
      Along<Batch, BackwardSlice<C>>,
      Along<Batch, C['adjoint']>
    >(
      (dNext, slice) => {
        const { dH: dH_output, ...tapeOfStep } = slice as unknown as { readonly dH: Kind<F, [Batch, Hidden]> }
        const { dState: dPrevious, dInput } = cell.backward(
          parameters,
          tapeOfStep as Tensors<F, Along<Batch, C['tape']>>,
          dNext,
          dH_output,
        )
        return { state: dPrevious, output: dInput }
      },
      dState,
      splitTensors(algebra)<Time, Batch, BackwardSlice<C>>(slices),
    )
    return { dState: state, dInputs: mergeTensors(algebra)<Time, Batch, C['adjoint']>(outputs) }
  }
