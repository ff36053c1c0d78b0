/**
 * Values as messages quote them.
 */
import { pipe } from 'fp-ts/lib/function.js'
import * as O from 'fp-ts/lib/Option.js'

/** The most characters of a value that a message quotes. */
const LONGEST_QUOTATION = 60
/** What cutting between the two units of an astral character leaves of it. */
const HALF_A_CHARACTER = /[\ud800-\udbff]$/

/**
 * A value as messages quote it: as JSON on one line, cut where it is long; `nothing` for undefined, and for what JSON
 * has no words for those of JavaScript (NaN, a function, 10n as 10).
 */
export const quoted = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : typeof value === 'number' ? String(value) : inJson(value)
  const beginning = text.slice(0, LONGEST_QUOTATION).replace(HALF_A_CHARACTER, '')
  return text.length <= LONGEST_QUOTATION ? text : `${beginning}…`
}

const inJson = (value: unknown): string =>
  pipe(
    O.tryCatch(() => JSON.stringify(value) as string | undefined),
    O.chain(O.fromNullable),
    O.getOrElse(() => String(value).replaceAll(/\s+/g, ' ')),
  )
