/**
 * `pure-rnn import`
 */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { visible } from '../algebra/quoted.js'
import { writeCheckpoint } from '../files/checkpoint.js'
import { importTorch, readTorch } from '../files/torch-file.js'
import type { Surroundings } from '../files/torch-file.js'
import { standardIn } from '../files/settings.js'
import { quoted } from '../failure.js'
import { fingerprint, sameText } from '../files/fingerprint.js'
import { encode, vocabularyOf } from '../data/vocabulary.js'
import { converged, readBytes, readText, sourceName, textFile } from './io/input.js'
import { withOutput } from './io/output.js'
import { save } from './io/saving.js'
import { parsedImport } from './parsed.js'
import type { ImportSettings, Typed } from './parsed.js'
import { ownActivation, ownSettings } from './preparation.js'
import { badSetting, problemOf } from './problem.js'
import type { Problem } from './problem.js'
import { portionOf } from './io/reading.js'
import type { Terminal } from './io/terminal.js'

/** Reads a state dict and saves it as a model that train goes on with; the exit code. */
export const runImport = (typed: Typed, terminal: Terminal): TaskEither<Problem, number> => {
  const [path, out] = [String(typed['stateDict']), String(typed['out'])]
  const source = typed['text'] as string | undefined
  const place = {
    name: out,
    overwrite: typed['overwrite'] === true,
    sources: [
      { flag: '--state-dict', file: path },
      { flag: '--text', file: textFile(source) },
    ],
    over: 'tensors',
  } as const
  return pipe(
    TE.fromEither(E.mapLeft(problemOf)(parsedImport(typed))),
    TE.bindTo('wish'),
    TE.bind('bytes', () => readBytes('--state-dict', path)),
    TE.bind('file', ({ bytes }) => TE.fromEither(E.mapLeft(problemOf)(readTorch(path)(bytes)))),
    TE.bind('around', ({ file: { description }, wish }) =>
      description === undefined ? learnt(wish, source) : described(path, description, wish, source),
    ),
    TE.bind('model', ({ file, around, wish }) =>
      TE.fromEither(
        pipe(
          importTorch(path)(file, around),
          E.chainFirst(({ settings }) => ownActivation(wish, settings)),
          E.chain(converged(path)),
          E.mapLeft(problemOf),
        ),
      ),
    ),
    TE.chain(({ model }) => withOutput(place)((at) => save(at, writeCheckpoint(model)))),
    TE.map(() => {
      terminal.print(visible(out))
      return 0
    }),
  )
}

/** What the file says of itself. Whatever else is given must agree with it. */
const described = (
  path: string,
  description: Surroundings,
  wish: ImportSettings,
  source: string | undefined,
): TaskEither<Problem, Surroundings> => {
  const { settings } = description
  return pipe(
    TE.fromEither(
      pipe(
        ownActivation(wish, settings),
        E.chain(() => ownSettings(wish, settings, `left out, or what ${path} says of itself`)),
        E.mapLeft(problemOf),
      ),
    ),
    TE.chain(() => (source === undefined ? TE.right('') : readText(source, settings))),
    TE.chainEitherK((raw) =>
      source === undefined || isTextOf(description, raw)
        ? E.right(description)
        : E.left(
            badSetting(
              '--text',
              `left out, or the text that the model in ${path} was trained on`,
              `${quoted(sourceName(source))}, which is another`,
            ),
          ),
    ),
  )
}

const isTextOf = ({ settings, vocabulary, text }: Surroundings, raw: string): boolean =>
  pipe(
    encode(vocabulary)(portionOf(settings, raw), 'the text'),
    E.chain((numbers) => sameText(text, numbers)),
    E.isRight,
  )

/** What the text says that the model was trained on. */
const learnt = (wish: ImportSettings, source: string | undefined): TaskEither<Problem, Surroundings> => {
  const settings = { ...standardIn('torch'), ...wish }
  return pipe(
    readText(source, settings),
    TE.chainEitherK((raw) => {
      const text = portionOf(settings, raw)
      return pipe(
        vocabularyOf(text),
        E.bindTo('vocabulary'),
        E.bind('numbers', ({ vocabulary }) => encode(vocabulary)(text, 'the text')),
        E.map(({ vocabulary, numbers }) => ({
          settings: { ...settings, prefixes: [vocabulary.characters[numbers[0]]] },
          vocabulary,
          text: fingerprint(numbers),
        })),
        E.mapLeft(problemOf),
      )
    }),
  )
}
