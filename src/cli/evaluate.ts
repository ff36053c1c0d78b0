/**
 * `pure-rnn evaluate`
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Failure } from '../failure.js'
import { float32 } from '../interpret/float32.js'
import type { LossSum } from '../model/loss.js'
import { evaluate } from '../train/evaluate.js'
import type { Checkpoint } from '../files/checkpoint.js'
import { modelOf } from '../files/setup.js'
import { encode } from '../data/vocabulary.js'
import { readModel, readText } from './io/input.js'
import { parsedLimit } from './parsed.js'
import type { Typed } from './parsed.js'
import { problemOf } from './problem.js'
import type { Problem } from './problem.js'
import { portionOf } from './io/reading.js'
import { evaluationAsJson, evaluationAsText } from './report.js'
import type { Terminal } from './io/terminal.js'

interface EvaluateOptions {
  readonly text?: string
  readonly json?: boolean
}

/** Measures a model on a text, as the options say; the exit code. */
export const runEvaluate = (typed: Typed, terminal: Terminal): TaskEither<Problem, number> => {
  const path = String(typed['model'])
  const { text, json }: EvaluateOptions = typed
  return pipe(
    TE.fromEither(E.mapLeft(problemOf)(parsedLimit(typed))),
    TE.bindTo('limit'),
    TE.bind('model', () => readModel('--model', path, terminal)),
    TE.let('portion', ({ limit, model }) => ({ ...model.settings, ...(limit === undefined ? {} : { limit }) })),
    TE.bind('raw', ({ portion }) => readText(text, portion)),
    TE.chainEitherK(({ model, portion, raw }) => E.mapLeft(problemOf)(evaluation(model, portionOf(portion, raw)))),
    TE.map((result) => {
      terminal.print(json === true ? evaluationAsJson(result) : evaluationAsText(result))
      return 0
    }),
  )
}

const evaluation = ({ settings, vocabulary, progress }: Checkpoint, text: string): Either<Failure, LossSum> => {
  const model = modelOf(settings, vocabulary)
  return pipe(
    encode(vocabulary)(text, 'the text'),
    E.filterOrElse(
      (numbers) => numbers.length >= 2,
      (numbers): Failure => ({
        _tag: 'InvalidSetting',
        setting: 'the text',
        expected: 'at least two characters long, because the first is read and not predicted',
        got: String(numbers.length),
      }),
    ),
    E.map((numbers) => evaluate(float32, model)(progress.learner.parameters, numbers)),
  )
}
