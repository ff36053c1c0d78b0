/**
 * Checks of what functions are called with. A call that does not compile is refused here too, since plain JavaScript
 * gets this far: `sgd: the rate eta must be a finite number, 0 or more, got NaN`.
 *
 * Each check throws a defect that names the operation and the argument, or gives back what it has checked.
 */
import { defect } from './defect.js'
import { quoted } from './quoted.js'

/** A check: which operation was called, what messages call its argument, and the argument. */
type Check = <A>(operation: string, what: string, value: A) => A

const shown = (value: unknown): string => (typeof value === 'function' ? 'a function' : quoted(value))

/** The sentence that all of them say, where the condition is not met. */
export const requireThat = <A>(holds: boolean, operation: string, what: string, expected: string, got: A): A =>
  holds ? got : defect(operation, `${what} must be ${expected}, got ${shown(got)}`)

const check =
  (expected: string, holds: (value: unknown) => boolean): Check =>
  (operation, what, value) =>
    requireThat(holds(value), operation, what, expected, value)

const isNumber = (value: unknown): value is number => typeof value === 'number'
const isFinite = (value: unknown): value is number => isNumber(value) && Number.isFinite(value)
const isWhole = (value: unknown, least: number): boolean => Number.isSafeInteger(value) && (value as number) >= least
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isList = (value: unknown): value is ArrayLike<unknown> =>
  typeof value === 'object' && value !== null && isWhole((value as ArrayLike<unknown>).length, 0)

/** Any number, NaN and the infinities among them. */
export const requireNumber = check('a number', isNumber)
export const requireNonNegative = check('a finite number, 0 or more', (value) => isFinite(value) && value >= 0)
export const requirePositive = check('a finite number above 0', (value) => isFinite(value) && value > 0)
/** A number above 0, which may be Infinity. */
export const requireAboveZero = check('a number above 0', (value) => isNumber(value) && value > 0)
/** A number that a running sum is multiplied with at each step. */
export const requireDecay = check('a number from 0 to below 1', (value) => isNumber(value) && value >= 0 && value < 1)
export const requireInteger = check('a whole number below 2^53 in size', (value) => Number.isSafeInteger(value))
/** The rate of an optimiser, which is eta in all of them. */
export const requireRate = (operation: string, eta: number): number =>
  requireNonNegative(operation, 'the rate eta', eta)

/** A whole number, `least` or more. */
export const requireWhole = <A>(operation: string, what: string, value: A, least: number): A =>
  check(`a whole number, ${String(least)} or more`, (given) => isWhole(given, least))(operation, what, value)

export const requireText = check('a text', (value) => typeof value === 'string')
export const requireName = check('a text that is not empty', (value) => typeof value === 'string' && value !== '')

/** One of these names. */
export const requireOneOf = <A>(operation: string, what: string, value: A, names: readonly string[]): A => {
  const expected = `${names.slice(0, -1).join(', ')} or ${String(names.at(-1))}`
  return check(expected, (given) => names.includes(given as string))(operation, what, value)
}

/** A function; `expected` says which, such as `a choice, such as greedy`. */
export const requireFunction = <A>(operation: string, what: string, value: A, expected: string): A =>
  check(expected, (given) => typeof given === 'function')(operation, what, value)

/** A value with functions of these names; `expected` says which value, such as `an optimiser, such as sgd(0.1)`. */
export const requireMethods = <A>(
  operation: string,
  what: string,
  value: A,
  names: readonly string[],
  expected: string,
): A =>
  check(expected, (given) => isRecord(given) && names.every((name) => typeof given[name] === 'function'))(
    operation,
    what,
    value,
  )

/** A value that is a record, whatever its fields. */
export const requireRecord = check('a record', isRecord)
/** A tensor or one-hot rows of any interpreter: both are records. */
export const requireTensor = check('a tensor', isRecord)

/** A list, or anything with a length and entries. Its entries are looked at one by one, so that holes are found. */
export const requireList = check('a list', isList)

/** A list of which every entry is as expected; a message names the first that is not. */
const checkEach =
  (expected: string, holds: (entry: unknown) => boolean): Check =>
  (operation, what, value) => {
    const entries = Array.from(requireList(operation, what, value) as ArrayLike<unknown>)
    const wrong = entries.findIndex((entry) => !holds(entry))
    requireThat(wrong < 0, operation, `entry ${String(wrong)} of ${what}`, expected, entries[wrong])
    return value
  }

export const requireNumbers = checkEach('a number', isNumber)
/** The numbers of characters. */
export const requireCharacters = checkEach('a whole number, 0 or more', (value) => isWhole(value, 0))
export const requireTexts = checkEach('a text', (value) => typeof value === 'string')

const isAxis = (value: unknown): boolean =>
  isRecord(value) && typeof value['name'] === 'string' && value['name'] !== '' && isWhole(value['size'], 0)

const AN_AXIS = 'an axis, as axis(name, size) gives'
export const requireAxis = check(AN_AXIS, isAxis)
/** Whether they differ in name, each interpreter asks of the axes of a tensor. */
export const requireAxes = checkEach(AN_AXIS, isAxis)
