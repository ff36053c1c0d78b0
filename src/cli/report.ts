/**
 * What the command prints: reports, as lines and as JSON, and lines before and after a run.
 */
import { pipe } from 'fp-ts/lib/function.js'
import * as E from 'fp-ts/lib/Either.js'
import { entries } from '../algebra/axis.js'
import { Defect } from '../algebra/defect.js'
import { leaves } from '../algebra/tensors.js'
import { visible } from '../algebra/quoted.js'
import { count, quoted } from '../failure.js'
import { float32 } from '../interpret/float32.js'
import { bitsPerCharacter } from '../train/evaluate.js'
import { meanLoss, perplexity } from '../model/loss.js'
import type { LossSum } from '../model/loss.js'
import { seeded } from '../random.js'
import type { Checkpoint } from '../files/checkpoint.js'
import { standard } from '../files/settings.js'
import type { Settings } from '../files/settings.js'
import { modelOf } from '../files/setup.js'
import { greedy } from '../generate/decoding.js'
import type { Decoding } from '../generate/decoding.js'
import { predict, reader } from '../generate/prediction.js'
import { decode, encode } from '../data/vocabulary.js'
import type { Failure } from '../failure.js'
import type { Either } from 'fp-ts/lib/Either.js'

/** A prefix, and the prefix with what the model wrote after it. */
export interface Continuation {
  readonly prefix: string
  readonly text: string
}

/** What the model of a run writes after a prefix: `length` characters, each one chosen. */
export const continuation =
  ({ settings, vocabulary, progress }: Checkpoint, choose: Decoding, seed: number) =>
  (prefix: string, length: number): Either<Failure, Continuation> => {
    const model = reader(float32, modelOf(settings, vocabulary), progress.learner.parameters)
    return pipe(
      encode(vocabulary)(prefix, `the prefix ${quoted(prefix)}`),
      E.chain((read) => E.tryCatch(() => predict(model, choose, seeded(seed))(read, length), notANumber)),
      E.chain(decode(vocabulary)),
      E.map((text) => ({ prefix, text })),
    )
  }

/** The failure of a model whose scores overflow: no character can be chosen by them. */
const notANumber = (error: unknown): Failure => {
  if (!(error instanceof Defect) || !CHOICES.includes(error.operation)) throw error
  return {
    _tag: 'Mismatch',
    what: 'the model',
    expected: 'scores that can be compared',
    got: 'NaN',
    advice: 'take a model from earlier in its training, before it diverged',
  }
}

const CHOICES = ['greedy', 'sampling']

/** Where a run stands. */
export interface TrainingReport {
  /** How many epochs are finished. */
  readonly epoch: number
  /** The losses of the last of them. */
  readonly losses: LossSum
  /** undefined where nothing was trained since the report before. */
  readonly charactersPerSecond: number | undefined
  readonly predictions: readonly Continuation[]
}

/** The report of a run: the best characters after each of its prefixes. Prefixes of a run are in its vocabulary. */
export const reportOf = (
  checkpoint: Checkpoint,
  epoch: number,
  charactersPerSecond: number | undefined,
): TrainingReport => {
  const { prefixes, length } = checkpoint.settings
  const write = continuation(checkpoint, greedy, 0)
  const predictions = prefixes.flatMap((prefix) =>
    E.match(
      () => [],
      (it: Continuation) => [it],
    )(write(prefix, length)),
  )
  return { epoch, losses: checkpoint.progress.losses, charactersPerSecond, predictions }
}

/** A number that JSON can hold; null where it is infinite, or not there. */
const finite = (n: number | undefined): number | null => (n !== undefined && Number.isFinite(n) ? n : null)

/** One line of JSON; perplexity and loss (in nats) are null where nothing was learnt or the perplexity overflows. */
export const reportAsJson = ({ epoch, losses, charactersPerSecond: speed, predictions }: TrainingReport): string =>
  JSON.stringify({
    epoch,
    perplexity: finite(perplexity(losses)),
    loss: finite(meanLoss(losses)),
    charactersPerSecond: speed === undefined ? null : Math.round(speed),
    predictions,
  })

/** The report as lines: the numbers, then a line for each prefix. */
export const reportAsText = ({ epoch, losses, charactersPerSecond, predictions }: TrainingReport): string => {
  const speed = charactersPerSecond === undefined ? [] : [`${grouped(charactersPerSecond)} characters/s`]
  const quality = losses.rows === 0 ? 'nothing learnt' : `perplexity ${significant(perplexity(losses))}`
  const lines = predictions.map(({ text }) => `  ${onOneLine(text)}`)
  return [[`epoch ${String(epoch)}`, quality, ...speed].join(', '), ...lines].join('\n')
}

/** Three decimals below a thousand, and four digits above. */
export const significant = (n: number): string => (n < 1000 ? n.toFixed(3) : n.toPrecision(4))

/** 12,345 for 12345.4 */
export const grouped = (n: number): string => n.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',')

/** `1 row`, `12,345 rows` */
const countOf = (n: number, noun: string): string => count(n, noun, grouped)

const CONTROL_PICTURES = 0x2400
const DELETE = 0x7f

/** A text on one line of a terminal: control characters, line breaks among them, by their pictures. */
export const onOneLine = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) =>
    character < ' '
      ? String.fromCharCode(CONTROL_PICTURES + character.charCodeAt(0))
      : character.charCodeAt(0) === DELETE
        ? '\u2421'
        : '\ufffd',
  )

/** 1:02:03 for so many seconds. */
export const clock = (seconds: number): string => {
  const whole = Math.round(seconds)
  const two = (n: number) => String(n).padStart(2, '0')
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return Number.isFinite(whole) ? (h > 0 ? `${String(h)}:${two(m)}:${two(s)}` : `${String(m)}:${two(s)}`) : '?'
}

/** Which cell, in how many layers, in whose conventions. */
const cellInWords = ({ cell, layers, activation, dialect }: Settings): string =>
  [
    cell === 'rnn' ? `${cell}, ${activation}` : cell,
    ...(layers === 1 ? [] : [countOf(layers, 'layer')]),
    ...(dialect === standard.dialect ? [] : [`as ${dialect} has it`]),
  ].join(', ')

/** The lines before a run: text, model, training, output. */
export const describe = (
  { settings, vocabulary, text, progress }: Checkpoint,
  about: {
    readonly source: string
    readonly minibatches: number
    readonly engine: string
    readonly out: string | undefined
    readonly done: number
  },
): string => {
  const weights = leaves<'float32'>(progress.learner.parameters).reduce(
    (sum, { value }) => sum + entries(value.axes),
    0,
  )
  const distinct = vocabulary.characters.length
  const { hidden, batch, steps, sampling, rate, clip, seed } = settings
  const { out } = about
  const saved = out === undefined ? 'nowhere; --out FILE keeps the model' : `as ${visible(out)}, at each report`
  return [
    `text: ${countOf(text.characters, 'character')} of ${visible(about.source)}, ${grouped(distinct)} distinct`,
    `model: ${cellInWords(settings)}, ${countOf(hidden, 'hidden unit')}, ${countOf(weights, 'parameter')}`,
    `training: ${epochsOf(settings, about.done)} of ${countOf(about.minibatches, 'minibatch')}, ` +
      `${countOf(batch, 'row')} of ${countOf(steps, 'step')}, ${sampling} sampling, rate ${String(rate)}, ` +
      `clipped at ${String(clip)}, seed ${String(seed)}, engine ${about.engine}`,
    `saved: ${saved}`,
  ].join('\n')
}

const epochsOf = ({ epochs }: Settings, done: number): string => {
  const all = countOf(epochs, 'epoch')
  const standardRun = epochs === standard.epochs ? '' : ` (the standard run has ${String(standard.epochs)})`
  return done === 0
    ? `${all}${standardRun}`
    : done < epochs
      ? done + 1 === epochs
        ? `epoch ${grouped(epochs)}${standardRun}`
        : `epochs ${grouped(done + 1)} to ${grouped(epochs)}${standardRun}`
      : `nothing is left of ${all}; --epochs asks for more,`
}

/** How well a model predicts a text: one line of JSON. The first character is read and not predicted, nor counted. */
export const evaluationAsJson = (losses: LossSum): string =>
  JSON.stringify({
    characters: losses.rows,
    perplexity: finite(perplexity(losses)),
    nats: finite(meanLoss(losses)),
    bitsPerCharacter: finite(bitsPerCharacter(losses)),
  })

/** The same as a line. */
export const evaluationAsText = (losses: LossSum): string =>
  `perplexity ${significant(perplexity(losses))}, ${significant(meanLoss(losses))} nats and ` +
  `${significant(bitsPerCharacter(losses))} bits per character, over ${countOf(losses.rows, 'predicted character')}`
