/**
 * What was given for each option: read from texts into settings, by the settings' own rules.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { quoted } from '../failure.js'
import type { Failure } from '../failure.js'
import { either, obeying, oneOf, real, whole } from '../files/rule.js'
import type { Rule } from '../files/rule.js'
import { LARGEST_COUNT, settingRules } from '../files/settings.js'
import { nonlinearities } from '../files/torch.js'
import type { Settings } from '../files/settings.js'
import { engineNames, sensible } from './engines.js'
import type { EngineChoice } from './engines.js'
import { checkOptions, flagOf, nameOf, starterNames, trainOptions } from './options.js'

/** Options as they were typed, by their names without dashes; absent where they were not. */
export type Typed = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

/** A count is written in digits alone. Rules refuse what is below zero. */
const WHOLE = /^-?\d+$/
const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** The options whose numbers may have a fraction. */
const FRACTIONS: readonly string[] = ['--rate', '--clip', '--temperature', '--timeout']

/** What a text stands for: a number if it is written as one, and a number holds what is written. */
const valueOf = (flag: string, typed: Typed[string]): unknown => {
  if (typeof typed !== 'string' || !(FRACTIONS.includes(flag) ? NUMBER : WHOLE).test(typed)) return typed
  const number = Number(typed)
  const underflows = number === 0 && /[1-9]/.test(typed.replace(/e.*/i, ''))
  const overflows = FRACTIONS.includes(flag) ? !Number.isFinite(number) : !Number.isSafeInteger(number)
  return overflows || underflows || Object.is(number, -0) ? typed : number
}

/** An option's value, if it was given and obeys the rule. */
const given =
  (typed: Typed) =>
  (flag: string, rule: Rule): Either<Failure, unknown> => {
    const value = typed[nameOf(flag)]
    return value === undefined ? E.right(undefined) : obeying(rule)(flag, valueOf(flag, value))
  }

/** 0 and `all` both lift the limit. */
const limitRule = either(whole(0, LARGEST_COUNT), oneOf(['all']))
const limitOf = (value: unknown): Settings['limit'] | undefined =>
  value === undefined ? undefined : value === 0 || value === 'all' ? 'all' : (value as number)

export const parsedLimit = (typed: Typed): Either<Failure, Settings['limit'] | undefined> =>
  pipe(given(typed)('--limit', limitRule), E.map(limitOf))

/** Each of the texts that --prefix gives. */
const parsedPrefixes = (typed: Typed): Either<Failure, readonly string[] | undefined> => {
  const prefixes = typed['prefix'] as readonly string[] | undefined
  const empty = prefixes?.find((prefix) => !settingRules.prefixes.holds([prefix]))
  return empty === undefined
    ? E.right(prefixes)
    : E.left({ _tag: 'InvalidSetting', setting: '--prefix', expected: 'a text of one character or more', got: '""' })
}

/** The settings that were given to `train`. */
export const parsedSettings = (typed: Typed): Either<Failure, Partial<Settings>> =>
  pipe(
    trainOptions.flatMap((option) =>
      option.setting === undefined ? [] : [{ flag: flagOf(option), name: option.setting }],
    ),
    E.traverseArray(({ flag, name }) =>
      pipe(
        name === 'limit'
          ? parsedLimit(typed)
          : name === 'prefixes'
            ? parsedPrefixes(typed)
            : given(typed)(flag, settingRules[name]),
        E.map((value) => [name, value] as const),
      ),
    ),
    E.map((pairs) => Object.fromEntries(pairs.filter(([, value]) => value !== undefined))),
  )

/** Of more threads than that, each waits for the others. */
const MOST_THREADS = 256

/** The engine that was asked for. */
export const parsedEngine = (typed: Typed): Either<Failure, EngineChoice> => {
  const read = given(typed)
  return pipe(
    E.Do,
    E.bind('engine', () => read('--engine', oneOf(engineNames))),
    E.bind('threads', () => read('--threads', whole(1, MOST_THREADS))),
    E.chain(({ engine, threads }) => sensible({ engine: engine ?? 'auto', threads } as EngineChoice)),
  )
}

/** How `generate` chooses and how much. */
export interface GenerateSettings {
  readonly prefixes: readonly string[] | undefined
  readonly length: number | undefined
  readonly temperature: number
  readonly topK: number | undefined
  readonly seed: number
}

/** The most characters that are written at once: they are kept until all are there, in some 100 bytes each. */
const LONGEST_TEXT = 2 ** 24

const temperatureRule = real('a number, 0 or more', (temperature) => temperature >= 0)

/** The options of `generate`. At temperature 0 nothing is sampled: --top-k and --seed need a temperature above it. */
export const parsedGenerate = (typed: Typed): Either<Failure, GenerateSettings> => {
  const read = given(typed)
  const drawing = ['--top-k', '--seed'].find((flag) => typed[nameOf(flag)] !== undefined)
  return pipe(
    E.Do,
    E.bind('prefixes', () => parsedPrefixes(typed)),
    E.bind('length', () => read('--length', whole(0, LONGEST_TEXT))),
    E.bind('temperature', () => read('--temperature', temperatureRule)),
    E.bind('topK', () => read('--top-k', whole(1, LARGEST_COUNT))),
    E.bind('seed', () => read('--seed', settingRules.seed)),
    E.map((wish) => ({ ...wish, temperature: wish.temperature ?? 0, seed: wish.seed ?? 0 }) as GenerateSettings),
    E.filterOrElse(
      ({ temperature }) => temperature > 0 || drawing === undefined,
      (): Failure => ({
        _tag: 'InvalidSetting',
        setting: '--temperature',
        expected: `above 0 where ${String(drawing)} is given, because at 0 only the best character is taken`,
        got: typed['temperature'] === undefined ? 'no temperature' : '0',
      }),
    ),
  )
}

const exportFormats = ['onnx', 'torch'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** The format that was asked for. */
export const parsedFormat = (typed: Typed): Either<Failure, ExportFormat> =>
  E.map((format) => format as ExportFormat)(given(typed)('--format', oneOf(exportFormats)))

/** What an imported model's file does not say of its text and its cell. */
export type ImportSettings = Partial<Pick<Settings, 'limit' | 'keepLineBreaks' | 'activation'>>

export const parsedImport = (typed: Typed): Either<Failure, ImportSettings> =>
  pipe(
    E.Do,
    E.bind('limit', () => parsedLimit(typed)),
    E.bind('keepLineBreaks', () => given(typed)('--keep-line-breaks', settingRules.keepLineBreaks)),
    E.bind('activation', () => given(typed)('--activation', oneOf(nonlinearities))),
    E.map((wish) => Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined))),
  )

export type StarterName = (typeof starterNames)[number]

/** A check of a program. */
export interface CheckSettings {
  /** The program with its arguments; empty where nothing is checked. */
  readonly program: readonly string[]
  readonly only: string | undefined
  readonly seed: number | undefined
  readonly path: string | undefined
  readonly samples: number | undefined
  readonly timeout: number
  readonly list: boolean
  /** The language of the program that is to be printed, or saved as `out`. */
  readonly starter: StarterName | undefined
  readonly out: string | undefined
  readonly format: 'text' | 'json' | 'tap'
  readonly junit: string | undefined
}

const [MOST_SAMPLES, MOST_SECONDS, USUAL_SECONDS] = [100_000, 86_400, 10]

const secondsRule = real(
  `a number of seconds above 0, at most ${String(MOST_SECONDS)}`,
  (seconds) => seconds > 0 && seconds <= MOST_SECONDS,
)
const onlyRule: Rule = { expected: 'part of the sentence of a law', holds: (value) => value !== '' }
const pathRule: Rule = {
  expected: 'numbers with colons between them, as a report says it',
  holds: (value) => /^\d+(:\d+)*$/.test(String(value)),
}

/** The options of `check`, and the program after `--`. */
export const parsedCheck = (typed: Typed): Either<Failure, CheckSettings> => {
  const read = given(typed)
  const program = (typed['program'] ?? []) as readonly string[]
  return pipe(
    E.Do,
    E.bind('only', () => read('--only', onlyRule)),
    E.bind('seed', () => read('--seed', settingRules.seed)),
    E.bind('path', () =>
      typed['path'] === undefined ? E.right(undefined) : obeying(pathRule)('--path', typed['path']),
    ),
    E.bind('samples', () => read('--samples', whole(1, MOST_SAMPLES))),
    E.bind('timeout', () => read('--timeout', secondsRule)),
    E.bind('starter', () => read('--starter', oneOf(starterNames))),
    E.map(
      (wish) =>
        ({
          ...wish,
          program,
          timeout: wish.timeout ?? USUAL_SECONDS,
          list: typed['list'] === true,
          format: typed['json'] === true ? 'json' : typed['tap'] === true ? 'tap' : 'text',
          junit: typed['junit'],
          out: typed['out'],
        }) as CheckSettings,
    ),
    E.filterOrElse(
      ({ path, only }) => path === undefined || only !== undefined,
      (): Failure => ({
        _tag: 'InvalidSetting',
        setting: '--only',
        expected: 'the sentence of the law that --path is for',
        got: 'nothing',
      }),
    ),
    E.filterOrElse(
      () => typed['json'] !== true || typed['tap'] !== true,
      (): Failure => ({ _tag: 'InvalidSetting', setting: '--tap', expected: 'left out with --json', got: 'both' }),
    ),
    E.filterOrElse(
      ({ starter, out }) => out === undefined || starter !== undefined,
      ({ out }): Failure => ({
        _tag: 'InvalidSetting',
        setting: '--out',
        expected: 'given with --starter, the program to save',
        got: quoted(out),
      }),
    ),
    E.chain((wish) =>
      wish.starter !== undefined
        ? alone(typed, wish, '--starter', ['--out'])
        : wish.list
          ? alone(typed, wish, '--list', ['--only'])
          : started(wish),
    ),
  )
}

/** An option that runs nothing, with those that bear on it. */
const alone = (
  typed: Typed,
  wish: CheckSettings,
  option: '--list' | '--starter',
  bearing: readonly string[],
): Either<Failure, CheckSettings> => {
  const beside = checkOptions.map(flagOf).filter((flag) => flag !== option && !bearing.includes(flag))
  const idle = beside.find((flag) => typed[nameOf(flag)] !== undefined)
  return idle === undefined && wish.program.length === 0
    ? E.right(wish)
    : E.left({
        _tag: 'InvalidSetting',
        setting: idle ?? 'what comes after --',
        expected: `left out with ${option}, which runs nothing`,
        got: quoted(idle === undefined ? wish.program[0] : typed[nameOf(idle)]),
      })
}

const started = (wish: CheckSettings): Either<Failure, CheckSettings> =>
  wish.program.length > 0
    ? E.right(wish)
    : E.left({
        _tag: 'InvalidSetting',
        setting: 'what comes after --',
        expected: 'the program to check, as in pure-rnn check -- python3 my_rnn.py',
        got: 'nothing',
      })
