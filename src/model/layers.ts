/**
 * Cells along time: one layer, or layers that stand on one another.
 *
 *   layers   X_t of the upper cell = H_t of the lower one; the lower one's dH_t = dX_t of the upper one
 *
 * A layer runs through all T steps before the layer above begins, so that the input of each is one product over all
 * steps. Backward, the uppermost layer runs first.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Along, Carrier, OneHot, TensorAlgebra, Tensors } from '../algebra/tensor-algebra.js'
import { axisRenames } from './axis-renames.js'
import type { Cell, CellShape } from './cell.js'
import type { Batch, Hidden, Rows, Sizes, Vocabulary } from './parameters.js'
import { unrollBackward, unrollForward } from './unroll.js'

/** The one-hot rows of T steps of N rows, time-major. */
export type Characters<F extends Carrier> = OneHot<F, [Rows, Vocabulary]>

/** The shapes of the trees of one layer or several, with all their axes. */
export interface LayersShape {
  readonly parameters: object
  /** The state of N rows. */
  readonly state: object
  /** What the backward pass needs of T*N rows. */
  readonly tape: object
}

/** One layer or several: T steps forward beside the same steps backward. */
export interface Layers<F extends Carrier, L extends LayersShape> {
  /** Reads T steps: the state after the last, the tape of all, and the hidden states of the uppermost layer. */
  readonly forward: (
    parameters: Tensors<F, L['parameters']>,
    state: Tensors<F, L['state']>,
    X: Characters<F>,
  ) => {
    readonly state: Tensors<F, L['state']>
    readonly tape: Tensors<F, L['tape']>
    readonly H: Kind<F, [Rows, Hidden]>
  }
  /**
   * The gradients, the adjoint of the state before the first step, and the adjoints of the inputs' terms, a tree like
   * the tape's. `dH` is the output layer's share.
   */
  readonly backward: (
    parameters: Tensors<F, L['parameters']>,
    X: Characters<F>,
    tape: Tensors<F, L['tape']>,
    dState: Tensors<F, L['state']>,
    dH: Kind<F, [Rows, Hidden]>,
  ) => {
    readonly gradients: Tensors<F, L['parameters']>
    readonly dState: Tensors<F, L['state']>
    readonly dInputs: object
  }
  /** The axes of each parameter at these sizes. */
  readonly parameterAxes: (sizes: Sizes) => L['parameters']
  /** The axes of each part of the state of N rows. */
  readonly stateAxes: (sizes: Sizes, batch: Batch) => L['state']
}

/** The shapes of one layer: its fields are the cell's own. */
export type OneLayer<C extends CellShape> = {
  readonly parameters: C['parameters']
  readonly state: Along<Batch, C['state']>
  readonly tape: Along<Rows, C['tape']>
}

/** One layer: the cell along time. */
export const layer = <F extends Carrier, C extends CellShape>(
  algebra: TensorAlgebra<F>,
  cell: Cell<F, C>,
): Layers<F, OneLayer<C>> => ({
  forward: (parameters, state, X) => unrollForward(algebra, cell)(parameters, state, cell.project(parameters, X)),
  backward: (parameters, X, tape, dState, dH) => {
    const { dState: dFirst, dInputs } = unrollBackward(algebra, cell)(parameters, tape, dState, dH)
    return { gradients: cell.gradients(X, tape, dInputs), dState: dFirst, dInputs }
  },
  parameterAxes: cell.parameterAxes,
  stateAxes: cell.stateAxes,
})

/** The shapes of several layers: under `layers` stand those of each, the lowest first. */
export type ManyLayers<Cs extends readonly CellShape[]> = {
  readonly parameters: { readonly layers: { readonly [K in keyof Cs]: Cs[K]['parameters'] } }
  readonly state: { readonly layers: { readonly [K in keyof Cs]: Along<Batch, Cs[K]['state']> } }
  readonly tape: { readonly layers: { readonly [K in keyof Cs]: Along<Rows, Cs[K]['tape']> } }
}

/** Cells that read the hidden units of a lower layer. */
export type UpperCells<F extends Carrier, Us extends readonly CellShape[]> = {
  readonly [K in keyof Us]: Cell<F, Us[K], 'units'>
}

/** Layers whose shapes the compiler need not know one by one. */
type Several<F extends Carrier> = Layers<F, ManyLayers<readonly CellShape[]>>

/**
 * `layers`: cells on one another, all of H hidden units. The first reads characters, each other one the hidden units of
 * the one before it.
 *
 * Differs from torch.nn.RNN(num_layers=...) in that the cells may be of different kinds.
 */
export const layers = <F extends Carrier, C extends CellShape, Us extends readonly CellShape[]>(
  algebra: TensorAlgebra<F>,
  first: Cell<F, C>,
  ...uppers: UpperCells<F, Us>
): Layers<F, ManyLayers<[C, ...Us]>> => {
  // Which shape stands at which place the tuple says, and a loop over it cannot.
  const above = uppers as readonly Cell<F, CellShape, 'units'>[]
  return severalLayers(algebra, first as unknown as Cell<F, CellShape>, above) as unknown as Layers<
    F,
    ManyLayers<[C, ...Us]>
  >
}

/** One cell alone, or cells on one another: of layers whose shapes follow from how many there are. */
export const oneOrSeveral = <F extends Carrier>(
  algebra: TensorAlgebra<F>,
  first: Cell<F, CellShape>,
  uppers: readonly Cell<F, CellShape, 'units'>[],
): Layers<F, LayersShape> => {
  const made: object = uppers.length === 0 ? layer(algebra, first) : severalLayers(algebra, first, uppers)
  return made as Layers<F, LayersShape>
}

/** `layers`, of cells whose shapes are not known one by one. */
const severalLayers = <F extends Carrier>(
  algebra: TensorAlgebra<F>,
  first: Cell<F, CellShape>,
  uppers: readonly Cell<F, CellShape, 'units'>[],
): Several<F> => {
  const { asHidden, asLower } = axisRenames(algebra)
  const lowest = layer(algebra, first)
  return {
    forward: (parameters, state, X) => {
      const runs = uppers.reduce<readonly LayerRun<F>[]>(
        (before, cell, k) => {
          const own = parameters.layers[k + 1]
          const XW = cell.project(own, asLower<Rows>(before[k].H))
          return [...before, unrollForward(algebra, cell)(own, state.layers[k + 1], XW)]
        },
        [lowest.forward(parameters.layers[0], state.layers[0], X)],
      )
      return {
        state: { layers: runs.map((run) => run.state) },
        tape: { layers: runs.map((run) => run.tape) },
        H: runs[uppers.length].H,
      }
    },

    backward: (parameters, X, { layers: tapes }, dState, dH) => {
      const done = uppers.reduceRight<Descent<F>>(
        ({ gradients, dStates, dInputs, dH: dH_own }, cell, k) => {
          const [own, tape] = [parameters.layers[k + 1], tapes[k + 1]]
          const back = unrollBackward(algebra, cell)(own, tape, dState.layers[k + 1], dH_own)
          return {
            gradients: [cell.gradients(asLower(tapes[k].H), tape, back.dInputs), ...gradients],
            dStates: [back.dState, ...dStates],
            dInputs: [back.dInputs, ...dInputs],
            dH: asHidden(cell.dX(own, back.dInputs)),
          }
        },
        { gradients: [], dStates: [], dInputs: [], dH },
      )
      const last = lowest.backward(parameters.layers[0], X, tapes[0], dState.layers[0], done.dH)
      return {
        gradients: { layers: [last.gradients, ...done.gradients] },
        dState: { layers: [last.dState, ...done.dStates] },
        dInputs: { layers: [last.dInputs, ...done.dInputs] },
      }
    },

    parameterAxes: (sizes) => ({ layers: [first, ...uppers].map((cell) => cell.parameterAxes(sizes)) }),
    stateAxes: (sizes, batch) => ({ layers: [first, ...uppers].map((cell) => cell.stateAxes(sizes, batch)) }),
  }
}

/** What one layer's run forward leaves. */
type LayerRun<F extends Carrier> = ReturnType<Layers<F, OneLayer<CellShape>>['forward']>

/** The layers gone through so far, from the uppermost down, and the adjoint of H of the next one. */
interface Descent<F extends Carrier> {
  readonly gradients: readonly Tensors<F, CellShape['parameters']>[]
  readonly dStates: readonly Tensors<F, Along<Batch, CellShape['state']>>[]
  readonly dInputs: readonly object[]
  readonly dH: Kind<F, [Rows, Hidden]>
}
