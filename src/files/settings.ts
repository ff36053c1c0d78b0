/**
 * The settings of a run, as plain data: all that it takes, beside its text, to begin it again and get the same.
 */
import type { Either } from 'fp-ts/lib/Either.js'
import type { Failure } from '../failure.js'
import { conventionsNames, conventions } from '../train/conventions.js'
import type { ConventionsName } from '../train/conventions.js'
import { activationNames } from '../model/activation.js'
import type { ActivationName } from '../model/activation.js'
import { cellNames } from '../model/cells.js'
import type { CellName } from '../model/cells.js'
import { samplings } from '../data/samplers.js'
import type { SamplingName } from '../data/samplers.js'
import { either, listOf, oneOf, real, record, whole, yesOrNo } from './rule.js'
import type { Rules } from './rule.js'

/** A run's settings, as the command takes them and a model file keeps them. */
export interface Settings {
  /** The conventions for all that has no setting of its own: biases, initial parameters, optimiser. */
  readonly dialect: ConventionsName
  readonly cell: CellName
  /** How many cells are stacked. */
  readonly layers: number
  /** phi of a plain cell; the others have activations of their own. */
  readonly activation: ActivationName
  /** H, the hidden units. */
  readonly hidden: number
  /** T, the steps of a minibatch. */
  readonly steps: number
  /** N, the rows of a minibatch. */
  readonly batch: number
  readonly sampling: SamplingName
  /** eta, the learning rate. */
  readonly rate: number
  /** theta, which the gradients' norm is clipped to. */
  readonly clip: number
  /** What the initial parameters and the plans of random sampling are drawn from. */
  readonly seed: number
  /** How many characters of the text are read. */
  readonly limit: number | 'all'
  /** Whether line breaks stay what they are; otherwise each is one space. */
  readonly keepLineBreaks: boolean
  readonly epochs: number
  /** How many epochs pass between reports. */
  readonly reportEvery: number
  /** The texts that the model continues in each report. */
  readonly prefixes: readonly string[]
  /** How many characters it writes after each. */
  readonly length: number
}

/** The standard run. */
export const standard: Settings = {
  dialect: 'scratch',
  cell: 'rnn',
  layers: 1,
  activation: 'tanh',
  hidden: 256,
  steps: 35,
  batch: 32,
  sampling: 'random',
  rate: 100,
  clip: 0.01,
  seed: 0,
  limit: 10_000,
  keepLineBreaks: false,
  epochs: 250,
  reportEvery: 50,
  prefixes: ['没有人', '有人'],
  length: 50,
}

/** The standard run in these conventions: with their rate and sampling. */
export const standardIn = (dialect: ConventionsName): Settings => {
  const { rate, sampling } = conventions[dialect]
  return { ...standard, dialect, rate, sampling }
}

/** A network of more layers does not learn, and takes long to build. */
export const MOST_LAYERS = 64

/** More than a report needs, and few enough that a damaged file cannot ask for an endless report. */
const LONGEST_REPORT = 2 ** 20

/** The generator reads no more of a seed than 32 bits. */
const LARGEST_SEED = 2 ** 32 - 1

/** No count is larger. */
export const LARGEST_COUNT = 2 ** 32 - 1

/** What each setting may be. */
export const settingRules: Rules<Settings> = {
  dialect: oneOf(conventionsNames),
  cell: oneOf(cellNames),
  layers: whole(1, MOST_LAYERS),
  activation: oneOf(activationNames),
  hidden: whole(1, LARGEST_COUNT),
  steps: whole(1, LARGEST_COUNT),
  batch: whole(1, LARGEST_COUNT),
  sampling: oneOf(samplings),
  rate: real('a number, 0 or more', (rate) => rate >= 0),
  clip: real('a number above 0', (clip) => clip > 0),
  seed: whole(0, LARGEST_SEED),
  limit: either(whole(1, LARGEST_COUNT), oneOf(['all'])),
  keepLineBreaks: yesOrNo,
  epochs: whole(0, LARGEST_COUNT),
  reportEvery: whole(1, LARGEST_COUNT),
  prefixes: listOf('texts that are not empty', (prefix) => typeof prefix === 'string' && prefix !== ''),
  length: whole(0, LONGEST_REPORT),
}

/** The value as settings, if nothing is missing, unknown or out of range. */
export const settingsOf: (value: unknown) => Either<Failure, Settings> = record(settingRules, (field) => field)
