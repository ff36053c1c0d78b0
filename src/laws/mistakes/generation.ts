/**
 * The zoo of wrong generation: greedy, from a state of zeros.
 */
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import { greedy } from '../../generate/decoding.js'
import type { Decoding } from '../../generate/decoding.js'
import { predict, reader } from '../../generate/prediction.js'
import type { Reader } from '../../generate/prediction.js'
import { networkOf } from '../../model/cells.js'
import type { CellChoice } from '../../model/cells.js'
import { seeded } from '../../random.js'
import type { Plains } from '../model/sample.js'
import { parametersIn } from '../train/records.js'
import { breaking } from './mistake.js'
import type { Least, Zoo } from './mistake.js'

/** What is written: after a prefix, `length` characters more. */
export interface GenerationSample {
  readonly parameters: Plains
  /** The characters' numbers, one or more. */
  readonly prefix: readonly number[]
  readonly length: number
}

/** The parts of generation. */
export interface GenerationParts {
  /** The model, as it reads a character. */
  readonly read: <H>(model: Reader<H>, prefix: readonly number[]) => Reader<H>
  /** What is read of the prefix before anything is written. */
  readonly prefix: (prefix: readonly number[]) => readonly number[]
  readonly choose: Decoding
}

/** Two characters and more in the prefix. */
const FROM_TWO: readonly Least[] = [{ prefix: 2 }]

/**
 * The zoo of wrong generation of a model of this choice: what it answers is `text`, the prefix and the characters that
 * were written.
 *
 * @param algebra in which it computes, such as `float64`
 * @param choice the cell with its activation, biases and layers
 */
export const generationZoo = <F extends Carrier>(
  algebra: Concrete<F>,
  choice: CellChoice,
): Zoo<GenerationParts, GenerationSample> => {
  const ofPrediction = breaking<GenerationParts>('predict')
  return {
    title: 'generation',
    right: { read: (model) => model, prefix: (prefix) => prefix, choose: greedy },
    answer: ({ parameters, prefix, length }) => {
      const [hidden, vocabulary] = parameters.W_hq.axes.map(({ size }) => size)
      const model = { ...networkOf(choice), sizes: { vocabulary, hidden } }
      const right = reader(algebra, model, parametersIn(algebra, model, parameters))
      return ({ read, choose, prefix: readOf }) => {
        const heard = readOf(prefix)
        const written = predict(read(right, prefix), choose, seeded(0))(heard, length)
        return { text: [...prefix, ...written.slice(heard.length)] }
      }
    },
    mistakes: [
      ofPrediction(
        'the state is lost between characters',
        'Every character is read from a state of zeros.',
        (parts) => ({
          ...parts,
          read: (model, prefix) => {
            const { start, read } = parts.read(model, prefix)
            return { start, read: (_, character) => read(start, character) }
          },
        }),
      ),
      ofPrediction(
        'the prefix is read twice',
        'It is read to warm up, and read again when writing begins.',
        (parts) => ({ ...parts, prefix: (all) => [...parts.prefix(all), ...parts.prefix(all)] }),
      ),
      ofPrediction(
        'the last character of the prefix is read twice',
        'The prefix is read to its end, and the loop that writes begins by reading its last character.',
        (parts) => ({ ...parts, prefix: (all) => [...parts.prefix(all), ...parts.prefix(all).slice(-1)] }),
      ),
      ofPrediction(
        'the first character of the prefix is not read',
        'The loop over the prefix begins at 1, as the labels do.',
        (parts) => ({ ...parts, prefix: (all) => parts.prefix(all).slice(1) }),
        FROM_TWO,
      ),
      ofPrediction(
        'it writes before it has read the whole prefix: the last character is missing',
        'The loop over the prefix ends one early.',
        (parts) => ({ ...parts, prefix: (all) => parts.prefix(all).slice(0, -1) }),
        FROM_TWO,
      ),
      ofPrediction(
        'only the last character of the prefix is read',
        'The state after the prefix is not kept, and the loop that writes begins with a new one.',
        (parts) => ({ ...parts, prefix: (all) => parts.prefix(all).slice(-1) }),
        FROM_TWO,
      ),
      ofPrediction(
        'the prefix is read from its end to its beginning',
        'It is a stack, and popped.',
        (parts) => ({ ...parts, prefix: (all) => parts.prefix(all).toReversed() }),
        FROM_TWO,
      ),
      ofPrediction(
        'what is written is not read: each time it is the last character of the prefix',
        'The variable that is read is not the one that the choice is written to.',
        (parts) => ({
          ...parts,
          read: (model, prefix) => {
            const { start, read } = parts.read(model, prefix)
            const heard = parts.prefix(prefix)
            const last = heard[heard.length - 1]
            // How many characters were read says whether it still reads the prefix.
            type Counted = { readonly hidden: typeof start; readonly count: number }
            const counting = {
              start: { hidden: start, count: 0 },
              read: ({ hidden, count }: Counted, character: number) => {
                const reading = read(hidden, count < heard.length ? character : last)
                return { ...reading, hidden: { hidden: reading.hidden, count: count + 1 } }
              },
            }
            return counting as never
          },
        }),
      ),
      breaking<GenerationParts>('choice')(
        'the worst character is chosen',
        'argmin for argmax, or the scores have lost their sign.',
        (parts) => ({ ...parts, choose: (scores) => parts.choose(scores.map((score) => -score)) }),
      ),
      breaking<GenerationParts>('choice')(
        'the second best character is chosen',
        'Places are counted from 1 in one line, and from 0 in the next.',
        (parts) => ({
          ...parts,
          choose: (scores) => (random) => {
            const [best] = parts.choose(scores)(random)
            return parts.choose(scores.map((score, i) => (i === best ? -Infinity : score)))(random)
          },
        }),
      ),
    ],
  }
}
