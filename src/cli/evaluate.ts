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
import { evaluate } from '../learn/evaluate.js'
import type { Checkpoint } from '../store/checkpoint.js'
import { recipeOf } from '../store/setup.js'
import { encode } from '../text/vocabulary.js'
import { readModel, readText } from './input.js'
import { givenLimit } from './given.js'
import type { Typed } from './given.js'
import { problemOf } from './problem.js'
import type { Problem } from './problem.js'
import { portionOf } from './reading.js'
import { evaluationAsJson, evaluationAsText } from './report.js'
import type { Evaluation } from './report.js'
import type { Terminal } from './terminal.js'

interface Errand {
  readonly text?: string
  readonly json?: boolean
}

/** Measures a model on a text, as the options say; the exit code. */
export const runEvaluate = (typed: Typed, terminal: Terminal): TaskEither<Problem, number> => {
  const path = String(typed['model'])
  const { text, json }: Errand = typed
  return pipe(
    TE.fromEither(E.mapLeft(problemOf)(givenLimit(typed))),
    TE.bindTo('limit'),
    TE.bind('model', () => readModel('--model', path)),
    TE.let('portion', ({ limit, model }) => ({ ...model.settings, ...(limit === undefined ? {} : { limit }) })),
    TE.bind('raw', ({ portion }) => readText(text, portion)),
    TE.chainEitherK(({ model, portion, raw }) => E.mapLeft(problemOf)(evaluation(model, portionOf(portion, raw)))),
    TE.map((result) => {
      terminal.print(json === true ? evaluationAsJson(result) : evaluationAsText(result))
      return 0
    }),
  )
}

const evaluation = ({ settings, vocabulary, progress }: Checkpoint, text: string): Either<Failure, Evaluation> => {
  const sizes = { vocabulary: vocabulary.characters.length, hidden: settings.hidden }
  return pipe(
    encode(vocabulary)(text, 'the text'),
    E.filterOrElse(
      (numbers) => numbers.length >= 2,
      (numbers): Failure => ({
        _tag: 'InvalidSetting',
        setting: 'the text',
        expected: 'two characters long or longer, for the first is predicted from nothing',
        came: String(numbers.length),
      }),
    ),
    E.map((numbers) => ({
      characters: numbers.length,
      losses: evaluate(float32, recipeOf(settings).cell(float32), sizes)(progress.learner.parameters, numbers),
    })),
  )
}
