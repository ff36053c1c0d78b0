/**
 * How well a model predicts a text: every character but the first, each from all that stand before it.
 */
import { product } from '../algebra/axis.js'
import { requireCharacters } from '../algebra/require.js'
import type { Carrier, Concrete } from '../algebra/tensor-algebra.js'
import type { LayersShape } from '../model/layers.js'
import { crossEntropyForward, noLoss } from '../model/loss.js'
import type { LossSum } from '../model/loss.js'
import { forward, zeroState } from '../model/model.js'
import type { Model, Parameters, State } from '../model/model.js'
import { batchAxis, timeAxis, vocabularyAxis } from '../model/parameters.js'

/** Steps run at once. It bounds the memory that is used and changes no result but for rounding. */
const STRETCH = 256

/**
 * The summed loss of a text read as one row from the zero state, without a reset: what `perplexity` is taken of.
 *
 * @param text the characters' numbers; a text of one character, or none, has no loss
 * @returns the sum of -log p of each character but the first, in nats, and how many these are
 */
export const evaluate =
  <F extends Carrier, L extends LayersShape>(algebra: Concrete<F>, model: Model<NoInfer<F>, L>) =>
  (parameters: Parameters<F, L>, text: readonly number[]): LossSum => {
    requireCharacters('evaluate', 'the text', text)
    const batch = batchAxis(1)
    const characters = (numbers: readonly number[]) =>
      algebra.oneHot([product(timeAxis(numbers.length), batch), vocabularyAxis(model.sizes.vocabulary)], numbers)
    const begins = Array.from({ length: Math.ceil((text.length - 1) / STRETCH) }, (_, i) => i * STRETCH)
    return begins.reduce<{ readonly state: State<F, L>; readonly losses: LossSum }>(
      ({ state, losses }, begin) => {
        const labels = text.slice(begin + 1, begin + 1 + STRETCH)
        const inputs = text.slice(begin, begin + labels.length)
        const { O, state: next } = forward(algebra, model)(parameters, state, characters(inputs))
        const { loss } = crossEntropyForward(algebra)(O, characters(labels))
        const total = losses.total + algebra.toArray(loss)[0] * labels.length
        return { state: next, losses: { total, rows: losses.rows + labels.length } }
      },
      { state: zeroState(algebra, model, batch), losses: noLoss },
    ).losses
  }

/**
 * Bits per character: the mean loss in units of log 2; NaN over no rows.
 *
 * ```ts
 * import { bitsPerCharacter } from 'pure-rnn'
 *
 * bitsPerCharacter({ total: 10 * Math.log(8), rows: 10 }).toFixed(3) // => '3.000'
 * ```
 */
export const bitsPerCharacter = ({ total, rows }: LossSum): number => total / rows / Math.LN2
