/**
 * The built-in cells: as kinds for every algebra, by their names in settings and files, and in layers.
 */
import { requireMethods, requireOneOf, requireWhole } from '../algebra/require.js'
import type { Carrier, TensorAlgebra } from '../algebra/tensor-algebra.js'
import { activation, activationNames } from './activation.js'
import type { ActivationName } from './activation.js'
import type { Biases } from './bias.js'
import type { Cell, CellShape } from './cell.js'
import { gru } from './gru.js'
import type { Gru } from './gru.js'
import { units } from './input.js'
import { layer, layers, oneOrSeveral } from './layers.js'
import type { Layers, LayersShape, ManyLayers, OneLayer, UpperCells } from './layers.js'
import { lstm } from './lstm.js'
import type { Lstm } from './lstm.js'
import { rnn } from './rnn.js'
import type { Rnn } from './rnn.js'

/** The built-in cells. */
export type CellName = 'rnn' | 'gru' | 'lstm'

/** The names of the cells. */
export const cellNames: readonly CellName[] = ['rnn', 'gru', 'lstm']

/** The gates of each cell, in the order in which frameworks store them. */
export const gatesOf: Readonly<Record<CellName, readonly string[]>> = {
  rnn: ['h'],
  gru: ['r', 'z', 'n'],
  lstm: ['i', 'f', 'g', 'o'],
}

/** Which cell, in how many layers. */
export interface CellChoice {
  readonly cell: CellName
  /** phi of a plain cell; the others have activations of their own. */
  readonly activation: ActivationName
  /** How many cells are stacked: 1 or more. */
  readonly layers: number
  readonly biases: Biases
}

/** Layers, for every algebra. */
export interface AnyNetwork<L extends LayersShape> {
  readonly layers: <F extends Carrier>(algebra: TensorAlgebra<F>) => Layers<F, L>
  /** Which built-in cell it is made of, as files say it; absent for a cell of your own. */
  readonly choice?: CellChoice
}

/** A kind of cell for every algebra: one layer of it, and what a layer above another takes. */
export interface CellKind<C extends CellShape, U extends CellShape> extends AnyNetwork<OneLayer<C>> {
  readonly cell: <F extends Carrier>(algebra: TensorAlgebra<F>) => Cell<F, C>
  readonly upperCell: <F extends Carrier>(algebra: TensorAlgebra<F>) => Cell<F, U, 'units'>
  readonly choice: CellChoice
}

/** The kind of a cell that is written for characters and for units. */
const kind = <C extends CellShape, U extends CellShape>(
  choice: CellChoice,
  cell: CellKind<C, U>['cell'],
  upperCell: CellKind<C, U>['upperCell'],
): CellKind<C, U> => ({ choice, cell, upperCell, layers: (algebra) => layer(algebra, cell(algebra)) })

/** Settings of a kind of cell. */
export interface KindOptions {
  /** 'two' adds the second biases that PyTorch has; 'one' unless asked. */
  readonly biases?: Biases
}

/**
 * The plain cell, H_t = phi(X_t W_xh + H_{t-1} W_hh + b_h).
 *
 * @param phi tanh unless asked otherwise; an unknown name is a defect
 */
export const rnnKind = (
  phi: ActivationName = 'tanh',
  { biases = 'one' }: KindOptions = {},
): CellKind<Rnn, Rnn<'units'>> =>
  kind(
    { cell: 'rnn', activation: requireOneOf('activation', 'the name', phi, activationNames), layers: 1, biases },
    (algebra) => rnn(algebra, activation(algebra, phi), undefined, biases),
    (algebra) => rnn(algebra, activation(algebra, phi), units(algebra), biases),
  )

/** The gated recurrent unit. */
export const gruKind = ({ biases = 'one' }: KindOptions = {}): CellKind<Gru, Gru<'units'>> =>
  kind(
    { cell: 'gru', activation: 'tanh', layers: 1, biases },
    (algebra) => gru(algebra, undefined, biases),
    (algebra) => gru(algebra, units(algebra), biases),
  )

/** The long short-term memory. */
export const lstmKind = ({ biases = 'one' }: KindOptions = {}): CellKind<Lstm, Lstm<'units'>> =>
  kind(
    { cell: 'lstm', activation: 'tanh', layers: 1, biases },
    (algebra) => lstm(algebra, undefined, biases),
    (algebra) => lstm(algebra, units(algebra), biases),
  )

/** The kinds of upper layers of these shapes. */
type UpperKinds<Us extends readonly CellShape[]> = {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what the kind is as a lowest layer does not matter
  readonly [K in keyof Us]: Pick<CellKind<any, Us[K]>, 'upperCell' | 'choice'>
}

const requireKind = <K>(place: number, kindOfCell: K): K =>
  requireMethods('layers', `layer ${String(place)}`, kindOfCell, ['cell', 'upperCell'], A_KIND)

const A_KIND = 'a kind of cell, such as lstm()'

/** `layers`: stacked cells of these kinds, the lowest first. They may be of different kinds. */
export const layersKind = <C extends CellShape, Us extends readonly CellShape[]>(
  first: Pick<CellKind<C, CellShape>, 'cell' | 'choice'>,
  ...uppers: UpperKinds<Us>
): AnyNetwork<ManyLayers<[C, ...Us]>> => {
  const choices = [first, ...uppers].map((each, i) => requireKind(i, each).choice)
  const alike = choices.every((choice) => JSON.stringify(choice) === JSON.stringify(first.choice))
  return {
    layers: <F extends Carrier>(algebra: TensorAlgebra<F>) => {
      // The mapped list has the shapes of the list; the compiler cannot infer that for any list.
      const above = uppers.map(({ upperCell }) => upperCell(algebra)) as unknown as UpperCells<F, Us>
      return layers<F, C, Us>(algebra, first.cell(algebra), ...above)
    },
    ...(alike ? { choice: { ...first.choice, layers: choices.length } } : {}),
  }
}

/** The kind of cell of a choice, of whatever shape. */
export const kindOf = ({ cell, activation: phi, biases }: CellChoice): CellKind<CellShape, CellShape> => {
  const kinds: Readonly<Record<CellName, () => object>> = {
    rnn: () => rnnKind(phi, { biases }),
    gru: () => gruKind({ biases }),
    lstm: () => lstmKind({ biases }),
  }
  requireOneOf('layersOf', 'cell', cell, cellNames)
  requireOneOf('layersOf', 'biases', biases, ['one', 'two'])
  // A cell of one shape is used with trees of that shape alone, which the choice warrants.
  return kinds[cell]() as CellKind<CellShape, CellShape>
}

/** The layers of that choice, of whatever shape. */
export const layersOf = (choice: CellChoice): AnyNetwork<LayersShape>['layers'] => {
  requireWhole('layersOf', 'layers', choice.layers, 1)
  const { cell, upperCell } = kindOf(choice)
  return <F extends Carrier>(algebra: TensorAlgebra<F>): Layers<F, LayersShape> => {
    const uppers = Array.from({ length: choice.layers - 1 }, () => upperCell(algebra))
    return oneOrSeveral(algebra, cell(algebra), uppers)
  }
}

/** The network of a choice: cells by their names. */
export const networkOf = (choice: CellChoice): AnyNetwork<LayersShape> => ({ layers: layersOf(choice), choice })
