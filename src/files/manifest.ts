/**
 * The description in a model file, as JSON: vocabulary, settings, text, and how far the run is.
 */
import { sequenceS } from 'fp-ts/lib/Apply.js'
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Failure } from '../failure.js'
import type { RunState } from '../train/run.js'
import { isRandomState } from '../random.js'
import type { CharacterSet } from '../data/vocabulary.js'
import { readJson } from './json.js'
import { record, whole } from './rule.js'
import type { Rule } from './rule.js'
import { settingRules, settingsOf } from './settings.js'
import type { Settings } from './settings.js'
import type { Fingerprint } from './fingerprint.js'

/** All of a run but its tensors. */
export interface Manifest {
  readonly vocabulary: CharacterSet
  readonly settings: Settings
  /** The mark of the text that the run learns. */
  readonly text: Fingerprint
  readonly progress: Omit<RunState<unknown>, 'learner'>
}

/** The description as JSON, with its fields in a fixed order. Numbers are read back as the same bits. */
export const showManifest = ({ vocabulary, settings, text, progress }: Manifest): string => {
  const { epoch, minibatch, random, losses } = progress
  return JSON.stringify({
    vocabulary: vocabulary.characters,
    settings: Object.fromEntries(Object.keys(settingRules).map((name) => [name, settings[name as keyof Settings]])),
    text: { characters: text.characters, checksum: text.checksum },
    progress: { epoch, minibatch, random, losses: { total: losses.total, rows: losses.rows } },
  })
}

/** The description itself, progress in it, and the losses in that. */
const DEEPEST = 3

/** The description that a text holds, or the first error in it. */
export const readManifest = (text: string): Either<Failure, Manifest> =>
  pipe(
    readJson(DEEPEST)(new TextEncoder().encode(text)),
    E.mapLeft(
      (got): Failure => ({
        _tag: 'InvalidSetting',
        setting: 'the description',
        expected: 'an object in JSON, with every name once',
        got,
      }),
    ),
    E.chain(descriptionOf),
  )

interface Parts {
  readonly vocabulary: readonly string[]
  readonly settings: unknown
  readonly text: unknown
  readonly progress: unknown
}

const descriptionOf = (value: unknown): Either<Failure, Manifest> =>
  pipe(
    partsOf(value),
    E.chain(({ vocabulary: characters, settings, text, progress }) =>
      sequenceS(E.Apply)({
        vocabulary: E.right({ characters }),
        settings: settingsOf(settings),
        text: markOf(text),
        progress: progressOf(progress),
      }),
    ),
  )

/** The code point of a text that is a single one, else NaN. */
const codePoint = (text: unknown): number => {
  const first = typeof text === 'string' ? text.codePointAt(0) : undefined
  return first !== undefined && String.fromCodePoint(first) === text ? first : NaN
}

const ascending: Rule = {
  expected: 'a list of single characters in the order of their code points, at least one and each once',
  holds: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.map(codePoint).every((point, i, points) => (i === 0 ? point >= 0 : point > points[i - 1])),
}
const anything: Rule = { expected: 'present', holds: (value) => value !== undefined }
const checksum: Rule = {
  expected: 'eight hexadecimal digits',
  holds: (value) => typeof value === 'string' && /^[0-9a-f]{8}$/.test(value),
}
const total: Rule = {
  expected: 'a finite number',
  holds: (value) => typeof value === 'number' && Number.isFinite(value),
}
const random: Rule = {
  expected: 'four whole numbers of 32 bits, not all zero',
  holds: (value) => Array.isArray(value) && isRandomState(value),
}

const inside = (part: string) => (field: string) => `${part}.${field}`

const partsOf = record<Parts>(
  { vocabulary: ascending, settings: anything, text: anything, progress: anything },
  (field) => field,
)
const markOf = record<Fingerprint>({ characters: whole(1), checksum }, inside('text'))
const progressOf = record<Manifest['progress']>(
  {
    epoch: whole(1),
    minibatch: whole(0),
    random,
    losses: {
      expected: 'a total and a number of rows',
      holds: (value) => E.isRight(record({ total, rows: whole(0) }, inside('losses'))(value)),
    },
  },
  inside('progress'),
)
