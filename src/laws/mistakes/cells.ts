/**
 * The cells of a model, exchangeable one by one: what mistakes in a cell change.
 */
import type { Carrier, Shape, Signature, TensorAlgebra } from '../../algebra/tensor-algebra.js'
import type { Cell, CellShape } from '../../model/cell.js'
import { kindOf } from '../../model/cells.js'
import type { CellChoice } from '../../model/cells.js'
import type { Gru } from '../../model/gru.js'
import { oneOrSeveral } from '../../model/layers.js'
import type { Layers, LayersShape } from '../../model/layers.js'
import type { Lstm } from '../../model/lstm.js'
import type { Hidden, Previous } from '../../model/parameters.js'
import type { Rnn } from '../../model/rnn.js'
import { range } from '../plain.js'

/** The cells of the layers. */
export interface Cells<F extends Carrier> {
  readonly lowest: Cell<F, CellShape>
  readonly uppers: readonly Cell<F, CellShape, 'units'>[]
}

/** The right cells. */
export const cellsOf = <F extends Carrier>(algebra: TensorAlgebra<F>, choice: CellChoice): Cells<F> => {
  const kind = kindOf(choice)
  return {
    lowest: kind.cell(algebra),
    uppers: range(choice.layers - 1).map(() => kind.upperCell(algebra)),
  }
}

/** Cells on one another, or one alone. */
export const layersOfCells = <F extends Carrier>(
  algebra: TensorAlgebra<F>,
  { lowest, uppers }: Cells<F>,
): Layers<F, LayersShape> => oneOrSeveral(algebra, lowest, uppers)

/** What every built-in cell has. */
export type AnyCell = {
  readonly parameters: Shape
  readonly input: Signature
  readonly adjoint: Signature
  readonly state: { readonly H: [Hidden] }
  readonly tape: { readonly H_prev: [Previous]; readonly H: [Hidden] }
}

/**
 * The same change in every layer.
 *
 * A change of a kind is made in cells of that kind alone: the zoo of a choice has the mistakes of its kind and no
 * others. It is written for a cell that reads characters, and hands X and W_xh on as they come, so that it serves one
 * that reads the units of a lower layer too. Neither is known to the compiler.
 */
const inEach =
  <F extends Carrier, C extends CellShape>(change: (cell: Cell<F, C>) => Cell<F, C>) =>
  ({ lowest, uppers }: Cells<F>): Cells<F> => {
    const changed = (cell: unknown): unknown => change(cell as Cell<F, C>)
    return { lowest: changed(lowest) as Cells<F>['lowest'], uppers: uppers.map(changed) as Cells<F>['uppers'] }
  }

type Change<F extends Carrier, C extends CellShape> = (cell: Cell<F, C>) => Cell<F, C>
export const inEachCell = <F extends Carrier>(change: Change<F, AnyCell>) => inEach<F, AnyCell>(change)
export const inEachRnn = <F extends Carrier>(change: Change<F, Rnn>) => inEach<F, Rnn>(change)
export const inEachGru = <F extends Carrier>(change: Change<F, Gru>) => inEach<F, Gru>(change)
export const inEachLstm = <F extends Carrier>(change: Change<F, Lstm>) => inEach<F, Lstm>(change)

/** The change in the layers that stand on others, which read hidden units. */
export const inUppers =
  <F extends Carrier>(change: (cell: Cell<F, AnyCell, 'units'>) => Cell<F, AnyCell, 'units'>) =>
  ({ lowest, uppers }: Cells<F>): Cells<F> => {
    // As in `inEach`: of a cell of any kind the compiler does not see what every built-in one has.
    const changed = (cell: unknown): unknown => change(cell as Cell<F, AnyCell, 'units'>)
    return { lowest, uppers: uppers.map(changed) as Cells<F>['uppers'] }
  }
