/**
 * `pure-rnn export`
 */
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { exportGraphs } from '../engine/index.js'
import type { Checkpoint } from '../files/checkpoint.js'
import { writeTorch } from '../files/torch-file.js'
import { modelOf, optimiserIn } from '../files/setup.js'
import { readModel } from './io/input.js'
import { folder, outputPath, outputPathIn, save } from './io/output.js'
import { parsedFormat } from './parsed.js'
import type { ExportFormat, Typed } from './parsed.js'
import { problemOf } from './problem.js'
import type { Problem } from './problem.js'
import type { Terminal } from './io/terminal.js'

/** Writes a model for others, as the options say; the exit code. */
export const runExport = (typed: Typed, terminal: Terminal): TaskEither<Problem, number> => {
  const [path, out] = [String(typed['model']), String(typed['out'])]
  return pipe(
    TE.fromEither(E.mapLeft(problemOf)(parsedFormat(typed))),
    TE.bindTo('format'),
    TE.bind('model', () => readModel('--model', path, terminal)),
    TE.chain(({ format, model }) => writers[format](model, out)),
    TE.map((written) => {
      written.forEach(terminal.print)
      return 0
    }),
  )
}

/** Each writes its files, and gives their names. */
const writers: Readonly<
  Record<ExportFormat, (model: Checkpoint, out: string) => TaskEither<Problem, readonly string[]>>
> = {
  torch: (model, out) =>
    pipe(
      outputPath(out),
      TE.chain((place) => save(place, writeTorch(model))),
      TE.map(() => [out]),
    ),
  onnx: (model, out) =>
    pipe(
      folder(out),
      TE.chain(() =>
        TE.traverseSeqArray(([name, bytes]: readonly [string, Uint8Array]) =>
          pipe(
            save(outputPathIn(out, `${name}.onnx`), bytes),
            TE.map(() => join(out, `${name}.onnx`)),
          ),
        )(Object.entries(graphsOf(model))),
      ),
    ),
}

const graphsOf = ({ settings, vocabulary, progress }: Checkpoint) => {
  const { batch, steps } = settings
  const metadata = { settings: JSON.stringify(settings) }
  const request = { model: modelOf(settings, vocabulary), optimiser: optimiserIn(settings), batch, steps, metadata }
  return exportGraphs(request, progress.learner.parameters, vocabulary)
}
