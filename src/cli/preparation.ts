/**
 * A run before its first step: settings, vocabulary, text and the learner, from what was given or from a model.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { quoted } from '../failure.js'
import type { Failure } from '../failure.js'
import { dataset, epochEnded, withPlan } from '../train/run.js'
import type { Dataset, PlannedRun } from '../train/run.js'
import type { AnyLearner } from '../files/setup.js'
import type { Checkpoint } from '../files/checkpoint.js'
import { standard, standardIn } from '../files/settings.js'
import type { Settings } from '../files/settings.js'
import { beginning, samplerOf } from '../files/setup.js'
import { sameText, fingerprint } from '../files/fingerprint.js'
import { characters, encode, lineBreaksToSpaces, vocabularyOf } from '../data/vocabulary.js'
import type { CharacterSet } from '../data/vocabulary.js'
import type { CellName } from '../model/cells.js'
import { flagOf, trainOptions } from './options.js'
import { portionOf } from './io/reading.js'

/** A run that can go on. */
export interface Run {
  readonly checkpoint: Checkpoint
  readonly path: Dataset
  /** Where the run stands, with the plan of its epoch. */
  readonly now: PlannedRun<AnyLearner>
  /** What a user should know beforehand. */
  readonly notes: readonly string[]
}

/** A run that begins, with these settings in place of the standard ones. */
export const freshRun = (given: Partial<Settings>, raw: string): Either<Failure, Run> => {
  const settings = { ...standardIn(given.dialect ?? standard.dialect), ...given }
  const text = portionOf(settings, raw)
  return pipe(
    ownActivation(given, settings),
    E.chain(() => vocabularyOf(text)),
    E.bindTo('vocabulary'),
    E.bind('numbers', ({ vocabulary }) => encode(vocabulary)(text, 'the text')),
    E.bind('path', ({ numbers }) => dataset(numbers, samplerOf(settings))),
    E.bind('prefixes', ({ vocabulary }) => prefixesFor(given, settings, vocabulary, text)),
    E.bind('progress', ({ vocabulary }) => beginning(settings, vocabulary)),
    E.map(({ vocabulary, numbers, path, prefixes, progress }) => ({
      checkpoint: { settings: { ...settings, ...prefixes.chosen }, vocabulary, text: fingerprint(numbers), progress },
      path,
      now: withPlan(path, progress),
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
    E.chain(() => ownActivation(given, model.settings)),
    E.chain(() => encode(vocabulary)(text, 'the text')),
    E.chain((numbers) => sameText(model.text, numbers)),
    E.bindTo('numbers'),
    E.bind('path', ({ numbers }) => dataset(numbers, samplerOf(settings))),
    E.bind('now', ({ path }) => withinItsEpoch(withPlan(path, model.progress))),
    E.bind('prefixes', () => prefixesFor({ prefixes: settings.prefixes }, settings, vocabulary, text)),
    E.map(({ path, now, prefixes }) => ({
      checkpoint: { ...model, settings: { ...settings, ...prefixes.chosen } },
      path,
      now,
      notes: prefixes.notes,
    })),
  )
}

/** A failure where more minibatches are said to have been taken than the epoch has. */
const withinItsEpoch = (now: PlannedRun<AnyLearner>): Either<Failure, PlannedRun<AnyLearner>> => {
  const [taken, all] = [now.progress.minibatch, now.plan.minibatches.length]
  return taken <= all
    ? E.right(now)
    : E.left({
        _tag: 'Mismatch',
        what: 'the model',
        expected: `no more minibatches to be taken of its epoch than the text gives, ${String(all)}`,
        got: String(taken),
      })
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
        got: quoted(given[changed]),
      })
}

/** A failure where an activation was given to a cell that leaves none open. */
export const ownActivation = ({ activation }: Partial<Settings>, { cell }: Settings): Either<Failure, CellName> =>
  activation === undefined || cell === 'rnn'
    ? E.right(cell)
    : E.left({
        _tag: 'InvalidSetting',
        setting: '--activation',
        expected: `left out for the cell ${cell}, whose activations are its own`,
        got: quoted(activation),
      })

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
export const minibatchesOf = ({ now }: Run): number => now.plan.minibatches.length

/** How many epochs have been gone through. */
export const epochsDone = ({ now }: Run): number =>
  epochEnded(now) ? now.progress.epoch : now.progress.epoch - 1

/** Whether nothing is left to learn. */
export const isDone = (run: Run): boolean => epochsDone(run) >= run.checkpoint.settings.epochs
