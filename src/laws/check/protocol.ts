/**
 * The protocol: a program is asked in lines of JSON and answers each with one line.
 *
 * Version 1. The first question is hello, and its answer says what the program is; then come questions with the fields
 * of `Questions`, answered with those of `Answers`. A field of an answer that nobody asked for is ignored, so that a
 * program may say more; one of the answer to hello is refused, since it may be a setting that is misspelt.
 * `docs/check/protocol.md` is the page about it, `docs/check/protocol.schema.json` its JSON Schema.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as O from 'fp-ts/lib/Option.js'
import type { Option } from 'fp-ts/lib/Option.js'
import { visible } from '../../algebra/quoted.js'
import { samplings } from '../../data/samplers.js'
import { quoted } from '../../failure.js'
import type { Failure } from '../../failure.js'
import { activationNames } from '../../model/activation.js'
import { cellNames } from '../../model/cells.js'
import { abilities } from './subject.js'
import type { Ability, Description, Questions } from './subject.js'

/** The version of the protocol. */
export const PROTOCOL = 1

/** What a line asks for. */
export type Asked = Ability | 'hello'

/** The first question; its id is 0. */
export const helloLine = JSON.stringify({ id: 0, ask: 'hello', protocol: PROTOCOL })

/**
 * A question as a line: its id, what is asked for, and the fields of the question. A real number has a point or an
 * exponent, 1.0 and not 1, so that a language that tells whole numbers from others makes an array of reals of a list.
 */
export const questionLine = <A extends Ability>(id: number, ability: A, question: Questions[A]): string =>
  lineOf({ id, ask: ability, ...question }, '')

/** The fields whose numbers are counts, or numbers of characters. */
const WHOLE: readonly string[] = ['id', 'X', 'Y', 'prefix', 'length', 'batch', 'steps', 'seed']

const lineOf = (value: unknown, field: string): string =>
  typeof value === 'number' && !WHOLE.includes(field)
    ? real(Object.is(value, -0) ? '-0' : JSON.stringify(value))
    : Array.isArray(value)
      ? `[${value.map((each) => lineOf(each, field)).join(',')}]`
      : isObject(value)
        ? `{${Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}:${lineOf(each, name)}`).join(',')}}`
        : JSON.stringify(value)

const real = (digits: string): string => (/^-?\d+$/.test(digits) ? `${digits}.0` : digits)

/** How messages call a question. */
export const questionName = (id: number, asked: Asked): string =>
  asked === 'hello' ? 'the first question (hello)' : `question ${String(id)} (${asked})`

type Fields = Readonly<Record<string, unknown>>

/**
 * The fields of an answer besides its id, or what is wrong with the line, in one sentence.
 *
 * @param line without its line break
 */
export const readAnswer =
  (id: number, asked: Asked) =>
  (line: string): Either<string, Fields> =>
    pipe(
      parsed(line),
      E.fromOption(() => noJson(line)),
      E.chain((value) => ownFields(id, value)),
      E.mapLeft((what) => `${questionName(id, asked)}: ${what}`),
    )

const parsed = (line: string): Option<unknown> => O.tryCatch((): unknown => JSON.parse(line))

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const ownFields = (id: number, value: unknown): Either<string, Fields> => {
  if (!isObject(value)) return E.left(`expected an object, {"id": ${String(id)}, ...}, got ${quoted(value)}`)
  const { id: answered, error, ...fields } = value
  return error !== undefined && error !== null
    ? E.left(`the program says it cannot answer: ${quoted(error)}`)
    : answered === id
      ? E.right(fields)
      : E.left(`expected "id": ${String(id)}, got ${wrongId(id, answered)}`)
}

const wrongId = (id: number, answered: unknown): string =>
  answered === undefined
    ? 'no id: answer with the id of the question'
    : Number.isSafeInteger(answered) && (answered as number) >= 0 && (answered as number) < id
      ? `${quoted(answered)}, which was answered before: print one line for each question`
      : `${quoted(answered)}: answer questions in the order in which they come, each with its own id`

/** What stands in a line outside of its strings, each word of letters by itself. */
const WORD = /"(?:[^"\\]|\\.)*"|-?[A-Za-z]+/g
/** Words of Python's, and of JavaScript's, that JSON does not have. */
const NOT_FINITE: readonly string[] = ['NaN', 'nan', 'Infinity', '-Infinity', 'inf', '-inf']
const PYTHON: readonly string[] = ['None', 'True', 'False']
/** What stands before a word that JSON does not have, where it is made a text; and how JSON writes that. */
const [MARK, WRITTEN_MARK] = ['\u0000', '\\u0000']

/** Why a line cannot be read as JSON, and what to do. */
const noJson = (line: string): string => {
  const found = wordIn(line)
  const words: readonly string[] = line.match(WORD) ?? []
  const expected = `expected an answer in JSON, got ${shortened(line)}`
  return found !== undefined
    ? `expected finite numbers, got ${found.word} as ${found.place}: look for what overflows, log(0) or 0 / 0`
    : line.trim() === ''
      ? 'expected an answer in JSON, got an empty line: print one line for each question'
      : /\b(array|tensor|float\d+)\(/.test(line)
        ? `${expected}: turn arrays into lists, with tolist() in NumPy`
        : /^\s*\{\s*'/.test(line) || PYTHON.some((word) => words.includes(word))
          ? `${expected}, which is Python's own notation: write it with json.dumps(answer)`
          : /^\s*[{[]/.test(line)
            ? `${expected}, which is not whole: write each answer on one line, without indentation`
            : `${expected}: standard output is for answers alone, so print everything else to standard error`
}

/** The most characters of a line that a message shows. */
const LONGEST = 60

/** A line as messages show it; it is no JSON, and is not written as JSON. */
const shortened = (line: string): string => {
  const text = visible(line)
  return text.length <= LONGEST ? `"${text}"` : `"${text.slice(0, LONGEST)}…"`
}

interface Found {
  readonly word: string
  readonly place: string
}

/** The first number that is none, where the line is JSON but for such words. */
const wordIn = (line: string): Found | undefined =>
  pipe(
    parsed(line.replace(WORD, (word) => (NOT_FINITE.includes(word) ? `"${WRITTEN_MARK}${word}"` : word))),
    O.chain((value) => O.tryCatch(() => markedIn(value, ''))),
    O.toUndefined,
  )

const markedIn = (value: unknown, place: string): Found | undefined => {
  if (typeof value === 'string')
    return value.startsWith(MARK)
      ? { word: value.slice(MARK.length), place: place === '' ? 'the whole answer' : place }
      : undefined
  const inner: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((each: unknown, i) => [`${place}[${String(i)}]`, each])
    : isObject(value)
      ? Object.entries(value).map(([name, each]) => [place === '' ? name : `${place}.${name}`, each])
      : []
  return inner.reduce<Found | undefined>((found, [at, each]) => found ?? markedIn(each, at), undefined)
}

/** What a description may leave out. */
export const defaults: Omit<Description, 'name' | 'cell' | 'can'> = {
  activation: 'tanh',
  biases: 'one',
  layers: 1,
  precision: 'double',
  layout: 'time-major',
  weights: 'input-by-output',
  reset: 'after',
  dialect: 'scratch',
  stateAdjoint: false,
  optimisers: ['sgd', 'momentum', 'adam'],
  samplings,
}

/** What a field must be, in words; and the first part of it that is something else, with its place. */
interface Rule {
  readonly expected: string
  readonly wrong: (value: unknown) => { readonly at: string; readonly got: unknown } | undefined
}

const rule = (expected: string, holds: (value: unknown) => boolean): Rule => ({
  expected,
  wrong: (value) => (holds(value) ? undefined : { at: '', got: value }),
})

const listed = (names: readonly string[]): string => `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`

const oneOf = (names: readonly string[]): Rule =>
  rule(listed(names), (value) => names.includes(value as string))

/** A list of some of the names. */
const someOf = (names: readonly string[]): Rule => ({
  expected: `a list of one or more of ${names.join(', ')}`,
  wrong: (value) => {
    if (!Array.isArray(value) || value.length === 0) return { at: '', got: value }
    const index = value.findIndex((each) => !names.includes(each as string))
    return index < 0 ? undefined : { at: `[${String(index)}]`, got: value[index] }
  },
})

const [LONGEST_NAME, MOST_LAYERS] = [100, 64]

const rules: Readonly<Record<keyof Description, Rule>> = {
  name: rule(
    `a text of 1 to ${String(LONGEST_NAME)} characters`,
    (value) => typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME,
  ),
  cell: oneOf(cellNames),
  activation: oneOf(activationNames),
  biases: oneOf(['one', 'two']),
  layers: rule(
    `a whole number from 1 to ${String(MOST_LAYERS)}`,
    (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST_LAYERS,
  ),
  precision: oneOf(['double', 'single']),
  layout: oneOf(['time-major', 'batch-first']),
  weights: oneOf(['input-by-output', 'output-by-input']),
  reset: oneOf(['after', 'before']),
  dialect: oneOf(['scratch', 'torch']),
  stateAdjoint: rule('true or false', (value) => typeof value === 'boolean'),
  optimisers: someOf(['sgd', 'momentum', 'adam']),
  samplings: someOf(samplings),
  can: someOf(abilities),
}

const misdescribed = (field: string, expected: string, got: unknown, advice?: string): Either<Failure, never> =>
  E.left({
    _tag: 'InvalidSetting',
    setting: `${quoted(field)} in the answer to hello`,
    expected,
    got: quoted(got),
    ...(advice === undefined ? {} : { advice }),
  })

/** What a program says of itself, from the fields of its answer to hello; `protocol` may be one of them. */
export const readDescription = (answer: unknown): Either<Failure, Description> => {
  if (!isObject(answer))
    return E.left({ _tag: 'Mismatch', what: 'the answer to hello', expected: 'an object', got: quoted(answer) })
  const { protocol = PROTOCOL, ...given } = answer
  if (protocol !== PROTOCOL) return misdescribed('protocol', `${String(PROTOCOL)}, the only version there is`, protocol)
  const stranger = Object.keys(given).find((field) => !Object.hasOwn(rules, field))
  if (stranger !== undefined)
    return misdescribed(stranger, 'left out', given[stranger], `what may be there is ${Object.keys(rules).join(', ')}`)
  const described: Fields = { ...defaults, ...given }
  const wrong = Object.entries(rules)
    .map(([field, { expected, wrong: wrongIn }]) => ({ field, expected, found: wrongIn(described[field]) }))
    .find(({ found }) => found !== undefined)
  if (wrong?.found !== undefined)
    return misdescribed(`${wrong.field}${wrong.found.at}`, wrong.expected, wrong.found.got)
  if (described['reset'] === 'before' && described['biases'] === 'two')
    return misdescribed('biases', '"one" where "reset" is "before"', described['biases'])
  return described['cell'] !== 'rnn' && described['activation'] !== 'tanh'
    ? misdescribed('activation', `left out for cell ${quoted(described['cell'])}`, described['activation'])
    : // Every field has passed its rule.
      E.right(described as Fields & Description)
}

