/**
 * A run before its first step: settings, vocabulary, text and the learner, from what was given or from a model.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { quoted } from '../failure.js'
import type { Failure } from '../failure.js'
import { course, epochEnded } from '../learn/training.js'
import type { Course } from '../learn/training.js'
import type { Checkpoint } from '../store/checkpoint.js'
import { standard, standardIn } from '../store/settings.js'
import type { Settings } from '../store/settings.js'
import { beginning, samplerOf } from '../store/setup.js'
import { sameText, textMark } from '../store/text-mark.js'
import { characters, encode, lineBreaksToSpaces, vocabularyOf } from '../text/vocabulary.js'
import type { CharacterSet } from '../text/vocabulary.js'
import { flagOf, trainOptions } from './options.js'
import { portionOf } from './reading.js'

/** A run that can go on. */
export interface Run {
  readonly checkpoint: Checkpoint
  readonly path: Course
  /** What a user should know beforehand. */
  readonly notes: readonly string[]
}

/** A run that begins, with these settings in place of the standard ones. */
export const freshRun = (given: Partial<Settings>, raw: string): Either<Failure, Run> => {
  const settings = { ...standardIn(given.dialect ?? standard.dialect), ...given }
  const text = portionOf(settings, raw)
  return pipe(
    vocabularyOf(text),
    E.bindTo('vocabulary'),
    E.bind('numbers', ({ vocabulary }) => encode(vocabulary)(text, 'the text')),
    E.bind('path', ({ numbers }) => course(numbers, samplerOf(settings))),
    E.bind('prefixes', ({ vocabulary }) => prefixesFor(given, settings, vocabulary, text)),
    E.bind('progress', ({ vocabulary }) => beginning(settings, vocabulary.characters.length)),
    E.map(({ vocabulary, numbers, path, prefixes, progress }) => ({
      checkpoint: { settings: { ...settings, ...prefixes.chosen }, vocabulary, text: textMark(numbers), progress },
      path,
      notes: prefixes.notes,
    })),
  )
}

/** What --resume lets be given anew: how long, and what is reported. */
const ANEW: readonly (keyof Settings)[] = ['epochs', 'reportEvery', 'prefixes', 'length']

/** A run that goes on where its model stands. */
export const resumedRun = (given: Partial<Settings>, model: Checkpoint, raw: string): Either<Failure, Run> => {
  const { vocabulary } = model
  const settings = { ...model.settings, ...given }
  const text = portionOf(settings, raw)
  return pipe(
    ownSettings(given, model.settings),
    E.chain(() => encode(vocabulary)(text, 'the text')),
    E.chain((numbers) => sameText(model.text, numbers)),
    E.bindTo('numbers'),
    E.bind('path', ({ numbers }) => course(numbers, samplerOf(settings))),
    E.bind('prefixes', () => prefixesFor({ prefixes: settings.prefixes }, settings, vocabulary, text)),
    E.map(({ path, prefixes }) => ({
      checkpoint: { ...model, settings: { ...settings, ...prefixes.chosen } },
      path,
      notes: prefixes.notes,
    })),
  )
}

/** A failure where something was given that only the model can say. */
const ownSettings = (given: Partial<Settings>, own: Settings): Either<Failure, Settings> => {
  const names = Object.keys(given) as readonly (keyof Settings)[]
  const changed = names.find((name) => !ANEW.includes(name) && given[name] !== own[name])
  const option = trainOptions.find(({ setting }) => setting === changed)
  return changed === undefined || option === undefined
    ? E.right(own)
    : E.left({
        _tag: 'InvalidSetting',
        setting: flagOf(option),
        expected: `left out with --resume, or what the model has learnt with, ${quoted(own[changed])}`,
        came: quoted(given[changed]),
      })
}

interface Prefixes {
  readonly chosen: Pick<Settings, 'prefixes'>
  readonly notes: readonly string[]
}

/** How many of a text's own characters reports go on from, where the standard prefixes are not in it. */
const OWN_PREFIX = 3

/** The prefixes of a run: those that were given, the standard ones that the text knows, or its own first characters. */
const prefixesFor = (
  given: Partial<Settings>,
  { keepLineBreaks }: Settings,
  vocabulary: CharacterSet,
  text: string,
): Either<Failure, Prefixes> => {
  const read = encode(vocabulary)
  const known = standard.prefixes.filter((prefix) => E.isRight(read(prefix, '')))
  const own = characters(text).slice(0, OWN_PREFIX).join('')
  const unknown = standard.prefixes.join(' or ')
  const note = `the text does not know ${unknown}: reports go on from its first characters, ${quoted(own)}`
  return given.prefixes !== undefined
    ? pipe(
        given.prefixes.map((prefix) => (keepLineBreaks ? prefix : lineBreaksToSpaces(prefix))),
        E.traverseArray((prefix) =>
          pipe(
            read(prefix, `the prefix ${quoted(prefix)}`),
            E.map(() => prefix),
          ),
        ),
        E.map((prefixes) => ({ chosen: { prefixes }, notes: [] })),
      )
    : E.right(
        known.length > 0 ? { chosen: { prefixes: known }, notes: [] } : { chosen: { prefixes: [own] }, notes: [note] },
      )
}

/** How many minibatches an epoch of the run has. */
export const minibatchesOf = ({ path, checkpoint }: Run): number =>
  path.draw(checkpoint.progress.random)[0].minibatches.length

/** How many epochs have been gone through. */
export const epochsDone = ({ path, checkpoint: { progress } }: Run): number =>
  epochEnded(path, progress) ? progress.epoch : progress.epoch - 1

/** Whether nothing is left to learn. */
export const isDone = (run: Run): boolean => epochsDone(run) >= run.checkpoint.settings.epochs
