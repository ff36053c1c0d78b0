/**
 * Reading and writing texts with a trained model.
 */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { quoted } from '../failure.js'
import type { Failure, Result } from '../failure.js'
import { float32 } from '../interpret/float32.js'
import { evaluate as evaluateIn } from '../train/evaluate.js'
import type { CharacterSet, LanguageModel } from '../model/language-model.js'
import type { LayersShape } from '../model/layers.js'
import type { LossSum } from '../model/loss.js'
import { seeded } from '../random.js'
import { sampling } from '../generate/decoding.js'
import { predict, reader as readerIn } from '../generate/prediction.js'
import type { Reader } from '../generate/prediction.js'
import { decode, encode } from '../data/vocabulary.js'
import type { ModelParameters, State } from './model.js'
import { requireModel } from './require.js'

/** How characters are chosen. */
export interface GenerateOptions {
  /** Scores are divided by it: 1 samples as the model predicts, less favours the best, 0 is greedy; 0 unless set. */
  readonly temperature?: number
  /** Only the k best characters can be chosen; all of them unless asked. */
  readonly topK?: number
  /** The seed of the draws: a whole number, 0 unless set. */
  readonly seed?: number
}

const charactersOf = <L extends LayersShape>(operation: string, model: LanguageModel<L>): Result<CharacterSet> =>
  E.fromNullable<Failure>({
    _tag: 'InvalidSetting',
    setting: 'the vocabulary of the model',
    expected: 'a list of characters',
    got: 'their number alone',
    advice: 'make the model with languageModel(cell, { vocabulary: text.vocabulary, hidden })',
  })(requireModel(operation, model).vocabulary)

/**
 * What a model writes after a prefix.
 *
 * @param options temperature, top-k and seed; the best character each time unless asked otherwise
 * @returns a function of the prefix and the number of characters to write to the prefix and what was written; a failure
 *   for a character that the model does not know, an empty prefix, and options out of range; a defect for a length that
 *   is no whole number from 0 up
 *
 * ```ts
 * import { adam, consecutiveSampler, generate, languageModel, orThrow, readText, rnn, take, train } from 'pure-rnn'
 *
 * const text = orThrow(readText('ab'.repeat(20)))
 * const model = languageModel(rnn(), { vocabulary: text.vocabulary, hidden: 4 })
 * const run = train(model, adam(0.1), text, consecutiveSampler(1, 10))
 * const [last] = orThrow(take(20, run.epochs)).slice(-1)
 * orThrow(generate(model, last.parameters)('a', 3)) // => 'abab'
 * ```
 */
export const generate =
  <L extends LayersShape>(
    model: LanguageModel<L>,
    parameters: ModelParameters<L>,
    { temperature = 0, topK, seed = 0 }: GenerateOptions = {},
  ) =>
  (prefix: string, length: number): Result<string> =>
    pipe(
      charactersOf('generate', model),
      E.bindTo('vocabulary'),
      E.bind('choose', () => sampling({ temperature, topK })),
      E.bind('read', ({ vocabulary }) => encode(vocabulary)(prefix, `the prefix ${quoted(prefix)}`)),
      E.filterOrElse(
        ({ read }) => read.length > 0,
        (): Failure => ({ _tag: 'EmptyText', what: 'the prefix' }),
      ),
      E.chain(({ vocabulary, choose, read }) =>
        decode(vocabulary)(predict(reader(model, parameters), choose, seeded(seed))(read, length)),
      ),
    )

/**
 * How well a model predicts a text: the summed loss of every character but the first, each from all before it.
 *
 * @returns a function of the text to the sum of -log p in nats and how many characters were predicted, of which
 *   `perplexity` and `bitsPerCharacter` are taken; a failure for a character that the model does not know
 *
 * ```ts
 * import { bitsPerCharacter, evaluate, initialParameters, languageModel } from 'pure-rnn'
 * import { orThrow, readText, rnn, seeded } from 'pure-rnn'
 *
 * const text = orThrow(readText('abab'))
 * const model = languageModel(rnn(), { vocabulary: text.vocabulary, hidden: 4 })
 * const [untrained] = initialParameters(model)(seeded(1))
 * bitsPerCharacter(orThrow(evaluate(model, untrained)('abba'))).toFixed(1) // => '1.0'
 * ```
 */
export const evaluate =
  <L extends LayersShape>(model: LanguageModel<L>, parameters: ModelParameters<L>) =>
  (text: string): Result<LossSum> =>
    pipe(
      charactersOf('evaluate', model),
      E.chain((vocabulary) => encode(vocabulary)(text, 'the text')),
      E.map((numbers) => evaluateIn(float32, model)(parameters, numbers)),
    )

/**
 * The model as something that reads one character at a time, for `predict`, or for a loop of your own.
 *
 * @returns the zero state as `start`, and `read`: a function of a state and a character's number to the next state, as
 *   `hidden`, and the V scores of what comes next, before softmax
 *
 * ```ts
 * import { initialParameters, languageModel, lstm, reader, seeded } from 'pure-rnn'
 *
 * const model = languageModel(lstm(), { vocabulary: 3, hidden: 2 })
 * const { start, read } = reader(model, initialParameters(model)(seeded(1))[0])
 * const { hidden, scores } = read(start, 0)
 * read(hidden, 2).scores.length // => 3
 * ```
 */
export const reader = <L extends LayersShape>(
  model: LanguageModel<L>,
  parameters: ModelParameters<L>,
): Reader<State<L>> => readerIn(float32, model, parameters)
