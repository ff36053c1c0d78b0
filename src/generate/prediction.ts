/**
 * Prediction: reading a prefix one character at a time, then writing on, each chosen character read in turn.
 *
 *   predict   read the prefix from the zero state; then, n times, choose from the scores, and read what was chosen
 */
import type { State as Transition } from 'fp-ts/lib/State.js'
import * as S from 'fp-ts/lib/State.js'
import { product } from '../algebra/axis.js'
import { defect } from '../algebra/defect.js'
import { requireCharacters, requireFunction, requireMethods, requireRecord, requireWhole } from '../algebra/require.js'
import type { Carrier, Concrete } from '../algebra/tensor-algebra.js'
import type { LayersShape } from '../model/layers.js'
import { forward, zeroState } from '../model/model.js'
import type { Model, Parameters, State } from '../model/model.js'
import { batchAxis, timeAxis, vocabularyAxis } from '../model/parameters.js'
import type { RandomState } from '../random.js'
import type { Decoding } from './decoding.js'

/** The result of reading a character: the hidden state, and the scores of the next character. */
export interface Reading<H> {
  readonly hidden: H
  /** The scores of all characters, before softmax. */
  readonly scores: readonly number[]
}

/** A model that reads: H is its hidden state. */
export interface Reader<H> {
  readonly start: H
  readonly read: (hidden: H, character: number) => Reading<H>
}

/** The model as a reader: one row, one step at a time, from the zero state. */
export const reader = <F extends Carrier, L extends LayersShape>(
  algebra: Concrete<F>,
  model: Model<NoInfer<F>, L>,
  parameters: Parameters<F, L>,
): Reader<State<F, L>> => {
  requireMethods('reader', 'the model', model, ['layers'], 'a model, as languageModel(...) gives')
  requireRecord('reader', 'the parameters', parameters)
  const rows = product(timeAxis(1), batchAxis(1))
  return {
    start: zeroState(algebra, model, rows.inner),
    read: (hidden, character) => {
      const X = algebra.oneHot([rows, vocabularyAxis(model.sizes.vocabulary)], [character])
      const { O, state } = forward(algebra, model)(parameters, hidden, X)
      return { hidden: state, scores: algebra.toArray(O) }
    },
  }
}

/** Where a prediction stands: what was read, and the generator's state. */
export interface Prediction<H> extends Reading<H> {
  readonly random: RandomState
}

/** The reading of a prefix. An empty prefix is a defect: there would be no scores to choose from. */
export const readPrefix = <H>({ start, read }: Reader<H>, [first, ...others]: readonly number[]): Reading<H> =>
  first === undefined
    ? defect('readPrefix', 'the prefix must hold at least one character, got none')
    : others.reduce((reading, character) => read(reading.hidden, character), read(start, first))

/** One character more: chosen by the scores, then read. */
export const writeCharacter =
  <H>({ read }: Reader<H>, choose: Decoding): Transition<Prediction<H>, number> =>
  ({ hidden, scores, random }) => {
    const [character, after] = choose(scores)(random)
    return [character, { ...read(hidden, character), random: after }]
  }

/** `length` characters more. A length that is no whole number from 0 up is a defect. */
export const writeCharacters = <H>(
  model: Reader<H>,
  choose: Decoding,
  length: number,
): Transition<Prediction<H>, readonly number[]> => {
  requireMethods('writeCharacters', 'the model', model, ['read'], A_READER)
  requireFunction('writeCharacters', 'the choice', choose, A_CHOICE)
  requireWhole('writeCharacters', 'the length', length, 0)
  return S.traverseArray(() => writeCharacter(model, choose))(Array.from({ length }))
}

const A_READER = 'a reader, as reader(...) gives'
const A_CHOICE = 'a function, such as greedy'

/**
 * `predict`: the prefix, followed by `length` characters that the model wrote.
 *
 * @param model from `reader`
 * @param choose how each character is chosen: `greedy`, or what `sampling` gives
 * @param random the generator's state, such as `seeded(0)`
 * @returns a function of the prefix, as numbers, and of the length: a whole number, 0 or more. Any other length is a
 *   defect, and so is an empty prefix
 *
 * ```ts
 * import { greedy, initialParameters, languageModel, predict, reader, rnn, seeded } from 'pure-rnn'
 *
 * const model = languageModel(rnn(), { vocabulary: 3, hidden: 2 })
 * const [untrained] = initialParameters(model)(seeded(1))
 * predict(reader(model, untrained), greedy, seeded(0))([0, 2], 5).length // => 7
 * ```
 */
export const predict =
  <H>(model: Reader<H>, choose: Decoding, random: RandomState) =>
  (prefix: readonly number[], length: number): readonly number[] => {
    requireMethods('predict', 'the model', model, ['read'], A_READER)
    requireFunction('predict', 'the choice', choose, A_CHOICE)
    requireCharacters('predict', 'the prefix', prefix)
    requireWhole('predict', 'the length', length, 0)
    const written = writeCharacters(model, choose, length)({ ...readPrefix(model, prefix), random })[0]
    return [...prefix, ...written]
  }
