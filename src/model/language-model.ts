/**
 * The language model as one value: its layers for every algebra, its sizes and its characters.
 *
 * Training, generation, evaluation, files, engines and laws take it.
 */
import type { Carrier, TensorAlgebra } from '../algebra/tensor-algebra.js'
import { requireMethods, requireRecord, requireWhole } from '../algebra/require.js'
import type { Cell, CellShape } from './cell.js'
import type { AnyNetwork } from './cells.js'
import { layer } from './layers.js'
import type { LayersShape, OneLayer } from './layers.js'
import type { Sizes } from './parameters.js'

/** The distinct characters; a character's number is its place. */
export interface CharacterSet {
  readonly characters: readonly string[]
}

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
 * A language model, which predicts each character from those before it: cells, their sizes and the characters.
 *
 * @param cell a kind of cell, such as `lstm()`; `layers(...)` of kinds; or a cell of your own, as a function of the
 *   algebra
 * @param sizes `vocabulary`, the characters or V, how many there are; and `hidden`, H, the hidden units of each layer.
 *   Anything but whole numbers from 1 up is a defect
 * @returns plain data and functions, without parameters: `initialParameters(model)` draws those
 *
 * ```ts
 * import { languageModel, lstm, orThrow, readText } from 'pure-rnn'
 *
 * const { vocabulary } = orThrow(readText('hello'))
 * languageModel(lstm(), { vocabulary, hidden: 24 }).sizes // => { vocabulary: 4, hidden: 24 }
 * ```
 */
export const languageModel: MakeModel = <C extends CellShape, L extends LayersShape>(
  cell: OwnCell<C> | AnyNetwork<L>,
  its: ModelSizes,
) => {
  requireCell(cell)
  const { vocabulary, hidden } = requireRecord('languageModel', 'the sizes, { vocabulary, hidden },', its)
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
