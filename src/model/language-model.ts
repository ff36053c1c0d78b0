/**
 * The language model as one value: its layers for every algebra, its sizes and its characters.
 *
 * Training, generation, evaluation, files, engines and laws take it.
 */
import type { Carrier, TensorAlgebra } from '../algebra/tensor-algebra.js'
import { requireMethods, requireOneOf, requireWhole } from '../algebra/require.js'
import { activation, activationNames } from './activation.js'
import type { ActivationName } from './activation.js'
import type { Biases } from './bias.js'
import type { Cell, CellShape } from './cell.js'
import type { CellChoice } from './cells.js'
import { layersOf } from './cells.js'
import { gru } from './gru.js'
import type { Gru } from './gru.js'
import { units } from './input.js'
import { layer, layers } from './layers.js'
import type { Layers, LayersShape, ManyLayers, OneLayer, UpperCells } from './layers.js'
import { lstm } from './lstm.js'
import type { Lstm } from './lstm.js'
import type { Sizes } from './parameters.js'
import { rnn } from './rnn.js'
import type { Rnn } from './rnn.js'

/** The distinct characters; a character's number is its place. */
export interface CharacterSet {
  readonly characters: readonly string[]
}

/** Layers, for every algebra. */
export interface AnyNetwork<L extends LayersShape> {
  readonly layers: <F extends Carrier>(algebra: TensorAlgebra<F>) => Layers<F, L>
  /** Which of the cells that files know it is made of; absent for a cell of one's own. */
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
 * @param phi tanh unless asked otherwise; a name that there is not is a defect
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

/** `layers`: cells of these kinds on one another, the lowest first. They may be of different kinds. */
export const layersKind = <C extends CellShape, Us extends readonly CellShape[]>(
  first: Pick<CellKind<C, CellShape>, 'cell' | 'choice'>,
  ...uppers: UpperKinds<Us>
): AnyNetwork<ManyLayers<[C, ...Us]>> => {
  const choices = [first, ...uppers].map(({ choice }) => choice)
  const alike = choices.every((choice) => JSON.stringify(choice) === JSON.stringify(first.choice))
  return {
    layers: <F extends Carrier>(algebra: TensorAlgebra<F>) => {
      // A list that is mapped keeps its shapes, which the compiler sees of one list type and not of all.
      const above = uppers.map(({ upperCell }) => upperCell(algebra)) as unknown as UpperCells<F, Us>
      return layers<F, C, Us>(algebra, first.cell(algebra), ...above)
    },
    ...(alike ? { choice: { ...first.choice, layers: choices.length } } : {}),
  }
}

/** The network of a choice: cells by their names. */
export const networkOf = (choice: CellChoice): AnyNetwork<LayersShape> => ({ layers: layersOf(choice), choice })

/** The language model. */
export interface LanguageModel<L extends LayersShape> extends AnyNetwork<L> {
  readonly sizes: Sizes
  /** Its characters, in the order of their numbers; absent where only their number was given. */
  readonly vocabulary?: CharacterSet
}

/** What a model is made for: its characters, or how many there are, and H, the hidden units of each layer. */
export interface ModelSizes {
  readonly vocabulary: CharacterSet | number
  readonly hidden: number
}

const requireCell = (cell: unknown): unknown =>
  typeof cell === 'function'
    ? cell
    : requireMethods('languageModel', 'the cell', cell, ['layers'], 'a kind of cell, such as lstm()')

/** A cell of one's own, for every algebra. */
export type OwnCell<C extends CellShape> = <F extends Carrier>(algebra: TensorAlgebra<F>) => Cell<F, C>

interface MakeModel {
  <C extends CellShape>(cell: OwnCell<C>, sizes: ModelSizes): LanguageModel<OneLayer<C>>
  <L extends LayersShape>(network: AnyNetwork<L>, sizes: ModelSizes): LanguageModel<L>
}

const isVocabulary = (vocabulary: unknown): vocabulary is CharacterSet =>
  typeof vocabulary === 'object' && vocabulary !== null && Array.isArray((vocabulary as CharacterSet).characters)

const charactersIn = (vocabulary: CharacterSet | number): number =>
  isVocabulary(vocabulary) ? vocabulary.characters.length : requireWhole('languageModel', VOCABULARY, vocabulary, 1)

const VOCABULARY = 'the vocabulary, { characters } or their number,'

/**
 * A language model.
 *
 * @param cell a kind of cell, layers of kinds, or a cell of one's own as a function of the algebra
 * @param sizes the vocabulary, or how many characters it has, and the hidden units of each layer; anything but whole
 *   numbers from 1 up is a defect
 */
export const languageModel: MakeModel = <C extends CellShape, L extends LayersShape>(
  cell: OwnCell<C> | AnyNetwork<L>,
  { vocabulary, hidden }: ModelSizes,
) => {
  requireCell(cell)
  const sizes = {
    vocabulary: requireWhole('languageModel', 'the number of characters', charactersIn(vocabulary), 1),
    hidden: requireWhole('languageModel', 'the number of hidden units', hidden, 1),
  }
  const network =
    typeof cell === 'function'
      ? { layers: <F extends Carrier>(algebra: TensorAlgebra<F>) => layer(algebra, cell(algebra)) }
      : { layers: cell.layers, ...(cell.choice === undefined ? {} : { choice: cell.choice }) }
  return { ...network, sizes, ...(typeof vocabulary === 'number' ? {} : { vocabulary }) } as LanguageModel<L> &
    LanguageModel<OneLayer<C>>
}
