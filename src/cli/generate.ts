/**
 * `pure-rnn generate`
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Failure } from '../failure.js'
import type { Checkpoint } from '../files/checkpoint.js'
import { sampling } from '../generate/decoding.js'
import { lineBreaksToSpaces } from '../data/vocabulary.js'
import { readModel } from './io/input.js'
import { parsedGenerate } from './parsed.js'
import type { Typed, GenerateSettings } from './parsed.js'
import { problemOf } from './problem.js'
import type { Problem } from './problem.js'
import { continuation } from './report.js'
import type { Continuation } from './report.js'
import type { Terminal } from './io/terminal.js'

/** Writes on as the options say; the exit code. */
export const runGenerate = (typed: Typed, terminal: Terminal): TaskEither<Problem, number> => {
  const path = String(typed['model'])
  return pipe(
    TE.fromEither(E.mapLeft(problemOf)(parsedGenerate(typed))),
    TE.bindTo('wish'),
    TE.bind('model', () => readModel('--model', path, terminal)),
    TE.chainEitherK(({ wish, model }) => E.mapLeft(problemOf)(continuations(model, wish))),
    TE.map((all) => {
      all.forEach((one) => {
        terminal.print(typed['json'] === true ? JSON.stringify(one) : one.text)
      })
      return 0
    }),
  )
}

const continuations = (
  model: Checkpoint,
  { prefixes, length, temperature, topK, seed }: GenerateSettings,
): Either<Failure, readonly Continuation[]> => {
  const { settings } = model
  const read = settings.keepLineBreaks ? (prefix: string) => prefix : lineBreaksToSpaces
  return pipe(
    sampling({ temperature, topK }),
    E.chain((choose) =>
      pipe(
        (prefixes ?? settings.prefixes).map(read),
        E.traverseArray((prefix) => continuation(model, choose, seed)(prefix, length ?? settings.length)),
      ),
    ),
  )
}
