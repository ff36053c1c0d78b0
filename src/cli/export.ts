/**
 * `pure-rnn export`
 */
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { zipWith } from 'fp-ts/lib/ReadonlyArray.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { visible } from '../algebra/quoted.js'
import { exportGraphs } from '../engine/index.js'
import type { Checkpoint } from '../files/checkpoint.js'
import { writeTorch } from '../files/torch-file.js'
import { modelOf, optimiserIn } from '../files/setup.js'
import { readModel } from './io/input.js'
import { withFolder } from './io/folder.js'
import { withOutput, withOutputs } from './io/output.js'
import type { OutputWish } from './io/output.js'
import { save, saveAll } from './io/saving.js'
import { parsedFormat } from './parsed.js'
import type { ExportFormat, Typed } from './parsed.js'
import { problemOf } from './problem.js'
import type { Problem } from './problem.js'
import type { Terminal } from './io/terminal.js'

/** Writes a model for others, as the options say; the exit code. */
export const runExport = (typed: Typed, terminal: Terminal): TaskEither<Problem, number> => {
  const path = String(typed['model'])
  const wish = {
    name: String(typed['out']),
    overwrite: typed['overwrite'] === true,
    sources: [{ flag: '--model', file: path }],
  }
  return pipe(
    TE.fromEither(E.mapLeft(problemOf)(parsedFormat(typed))),
    TE.bindTo('format'),
    TE.bind('model', () => readModel('--model', path, terminal)),
    TE.bind('written', ({ format, model }) => writers[format](model, wish)),
    TE.map(({ format, model, written }) => {
      written.map(visible).forEach(terminal.print)
      notesOf(format, model).forEach(terminal.note)
      return 0
    }),
  )
}

/** What the file does not say, and whoever loads it must know. */
const notesOf = (format: ExportFormat, { settings: { cell, activation } }: Checkpoint): readonly string[] =>
  format === 'torch' && cell === 'rnn' && activation === 'relu'
    ? [
        "load it into torch.nn.RNN(..., nonlinearity='relu'): " +
          "the state dict does not say so, and PyTorch's default is tanh",
      ]
    : []

/** Each writes its files, and gives their names. */
const writers: Readonly<
  Record<ExportFormat, (model: Checkpoint, wish: Omit<OutputWish, 'over'>) => TaskEither<Problem, readonly string[]>>
> = {
  torch: (model, wish) =>
    pipe(
      TE.fromEither(E.mapLeft(problemOf)(writeTorch(model))),
      TE.chain((bytes) =>
        withOutput({ ...wish, over: 'tensors' })((place) =>
          pipe(
            save(place, bytes),
            TE.map(() => [place.name]),
          ),
        ),
      ),
    ),
  onnx: (model, wish) => {
    const graphs = Object.entries(graphsOf(model)).map(([name, bytes]) => ({
      name: join(wish.name, `${name}.onnx`),
      bytes,
    }))
    return withFolder(wish.name)(
      withOutputs(graphs.map(({ name }) => ({ ...wish, name, over: 'anything' })))((places) =>
        pipe(
          saveAll(zipWith(places, graphs, (place, { bytes }) => ({ place, bytes }))),
          TE.map(() => places.map(({ name }) => name)),
        ),
      ),
    )
  },
}

const graphsOf = ({ settings, vocabulary, progress }: Checkpoint) => {
  const { batch, steps } = settings
  const metadata = { settings: JSON.stringify(settings) }
  const request = { model: modelOf(settings, vocabulary), optimiser: optimiserIn(settings), batch, steps, metadata }
  return exportGraphs(request, progress.learner.parameters, vocabulary)
}
