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
  /** Notes for the user before the run. */
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

/** Settings that may be changed with --resume: how long to train, and what to report. */
const CHANGEABLE: readonly (keyof Settings)[] = ['epochs', 'reportEvery', 'prefixes', 'length']

/** A run that goes on where its model stands. */
export const resumedRun = (given: Partial<Settings>, model: Checkpoint, raw: string): Either<Failure, Run> => {
  const { vocabulary } = model
  const settings = { ...model.settings, ...given }
  const text = portionOf(settings, raw)
  return pipe(
    ownSettings(given, model.settings, 'left out with --resume, or what the model was trained with', CHANGEABLE),
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

/** A failure where the model claims more minibatches of its epoch than the epoch has. */
const withinItsEpoch = (now: PlannedRun<AnyLearner>): Either<Failure, PlannedRun<AnyLearner>> => {
  const [taken, all] = [now.progress.minibatch, now.plan.minibatches.length]
  return taken <= all
    ? E.right(now)
    : E.left({
        _tag: 'Mismatch',
        what: 'the model',
        expected: `at most ${String(all)} minibatches of its epoch taken, as many as the text gives`,
        got: String(taken),
      })
}

/** A failure where an option would change a setting that a model has already. */
export const ownSettings = (
  given: Partial<Settings>,
  own: Settings,
  expected: string,
  changeable: readonly (keyof Settings)[] = [],
): Either<Failure, Settings> => {
  const names = Object.keys(given) as readonly (keyof Settings)[]
  const changed = names.find((name) => !changeable.includes(name) && given[name] !== own[name])
  const option = trainOptions.find(({ setting }) => setting === changed)
  return changed === undefined || option === undefined
    ? E.right(own)
    : E.left({
        _tag: 'InvalidSetting',
        setting: flagOf(option),
        expected: `${expected}, ${quoted(own[changed])}`,
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
        expected: `left out for the cell ${cell}, which has its own activations`,
        got: quoted(activation),
      })

interface Prefixes {
  readonly chosen: Pick<Settings, 'prefixes'>
  readonly notes: readonly string[]
}

/** The length of the prefix that is taken from the text where the standard prefixes do not occur in it. */
const OWN_PREFIX = 3

/** The prefixes of a run: those that were given, standard ones that the text contains, or its first characters. */
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
  const note = `the text does not contain ${unknown}: reports continue its first characters, ${quoted(own)}`
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

/** How many epochs are finished. */
export const epochsDone = ({ now }: Run): number =>
  epochEnded(now) ? now.progress.epoch : now.progress.epoch - 1

/** Whether nothing is left to learn. */
export const isDone = (run: Run): boolean => epochsDone(run) >= run.checkpoint.settings.epochs
