/**
 * `pure-rnn train`
 */
import { performance } from 'node:perf_hooks'
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { visible } from '../algebra/quoted.js'
import { writeCheckpoint } from '../files/checkpoint.js'
import { standard } from '../files/settings.js'
import type { Settings } from '../files/settings.js'
import { selectEngine } from './engines.js'
import type { SelectedEngine } from './engines.js'
import { readModel, readText, sourceName, textFile } from './io/input.js'
import { withOutput } from './io/output.js'
import { save } from './io/saving.js'
import type { OutputPath } from './io/saving.js'
import { exitCodeOf, listen } from './io/interruption.js'
import { parsedEngine, parsedSettings } from './parsed.js'
import type { Typed } from './parsed.js'
import { epochsDone, freshRun, minibatchesOf, resumedRun } from './preparation.js'
import type { Run } from './preparation.js'
import { badSetting, problemOf } from './problem.js'
import type { Problem } from './problem.js'
import { describe, reportAsJson, reportAsText } from './report.js'
import type { Terminal } from './io/terminal.js'
import { trainRun } from './training.js'
import type { Ending, Store } from './training.js'

/** The options that are no settings. */
interface TrainOptions {
  readonly text?: string
  readonly out?: string
  readonly overwrite?: boolean
  readonly resume?: string
  readonly json?: boolean
}

/** Trains as the options say; the exit code. */
export const runTrain = (typed: Typed, terminal: Terminal): TaskEither<Problem, number> => {
  const errand: TrainOptions = typed
  return pipe(
    TE.fromEither(replacing(errand)),
    TE.chainEitherK(() => E.mapLeft(problemOf)(parsedEngine(typed))),
    TE.bindTo('wish'),
    TE.bind('given', () => TE.fromEither(E.mapLeft(problemOf)(parsedSettings(typed)))),
    TE.chain(({ given, wish }) =>
      placed(errand)((place) =>
        pipe(
          prepare(errand, given, terminal),
          TE.bindTo('run'),
          TE.bind('taken', ({ run }) => TE.mapLeft(problemOf)(selectEngine(run.checkpoint, wish))),
          TE.chain(({ run, taken }) => go(run, taken, place, errand, terminal)),
        ),
      ),
    ),
  )
}

/** --overwrite says something about --out alone. */
const replacing = ({ out, overwrite }: TrainOptions): Either<Problem, void> =>
  overwrite === true && out === undefined
    ? E.left(badSetting('--overwrite', 'given with --out, which names the file to replace', 'no --out'))
    : E.right(undefined)

/** Where the model is saved, if it is. The place is held before a model is read that may be saved there meanwhile. */
const placed =
  ({ text, out, overwrite, resume }: TrainOptions) =>
  <A>(use: (place: OutputPath | undefined) => TaskEither<Problem, A>): TaskEither<Problem, A> =>
    out === undefined
      ? use(undefined)
      : withOutput({
          name: out,
          overwrite: overwrite === true,
          sources: [{ flag: '--text', file: textFile(text) }],
          resumes: resume,
          over: 'tensors',
        })(use)

/** The run that was asked for: a fresh one, or a model's. */
const prepare = (
  { text, resume }: TrainOptions,
  given: Partial<Settings>,
  terminal: Terminal,
): TaskEither<Problem, Run> =>
  resume === undefined
    ? pipe(
        readText(text, { ...standard, ...given }),
        TE.chainEitherK((raw) => E.mapLeft(problemOf)(freshRun(given, raw))),
      )
    : pipe(
        readModel('--resume', resume, terminal),
        TE.bindTo('model'),
        TE.bind('raw', ({ model }) => readText(text, model.settings)),
        TE.chainEitherK(({ model, raw }) => E.mapLeft(problemOf)(resumedRun(given, model, raw))),
      )

const go = (
  run: Run,
  selected: SelectedEngine,
  place: OutputPath | undefined,
  errand: TrainOptions,
  terminal: Terminal,
): TaskEither<Problem, number> => {
  const { text, json } = errand
  const { checkpoint, notes } = run
  const about = {
    source: sourceName(text),
    minibatches: minibatchesOf(run),
    engine: selected.says,
    done: epochsDone(run),
  }
  ;[describe(checkpoint, { ...about, out: place?.name }), ...notes].forEach(terminal.note)

  if (place !== undefined) terminal.goOnUnread()
  const interruption = listen(() => {
    terminal.note('stopping after this minibatch; once more ends at once')
  })
  const asText = json === true ? reportAsJson : reportAsText
  const world = {
    now: () => performance.now(),
    out: place === undefined ? undefined : { last: storeAt(place), best: storeBeside(place, errand) },
    report: (report: Parameters<typeof asText>[0]) => {
      terminal.print(asText(report))
    },
    show: terminal.show,
    note: terminal.note,
    signal: interruption.signal,
  }
  return pipe(
    trainRun(run, selected.engine, world),
    TE.map((ending) => {
      interruption.ignore()
      terminal.clear()
      return end(ending, place, terminal)
    }),
  )
}

const storeAt = (place: OutputPath): Store => ({
  name: place.name,
  save: (model) => save(place, writeCheckpoint(model)),
})

/** The best model of a run that diverges: beside the last, where no other model stands unless it may be replaced. */
const storeBeside = ({ name }: OutputPath, { text, overwrite, resume }: TrainOptions): Store => {
  const beside = `${name}.best`
  let mine = overwrite === true
  return {
    name: beside,
    save: (model) =>
      pipe(
        withOutput({
          name: beside,
          overwrite: mine,
          sources: [{ flag: '--text', file: textFile(text) }],
          resumes: resume === undefined ? undefined : `${resume}.best`,
          over: 'tensors',
        })((place) => save(place, writeCheckpoint(model))),
        TE.map(() => {
          mine = true
        }),
      ),
  }
}

const end = (ending: Ending, place: OutputPath | undefined, { note }: Terminal): number => {
  if (ending._tag === 'Finished') return 0
  const { epoch, minibatch } = ending.checkpoint.progress
  const where = `interrupted in epoch ${String(epoch)}, after minibatch ${String(minibatch)}`
  const name = place === undefined ? undefined : visible(place.name)
  note(
    name === undefined
      ? `${where}; the model is not saved, because there is no --out`
      : `${where}; saved as ${name}: train --resume ${name} goes on from there`,
  )
  return exitCodeOf[ending.signal]
}
