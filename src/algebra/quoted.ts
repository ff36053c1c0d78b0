/**
 * Values as messages quote them.
 */
import * as E from 'fp-ts/lib/Either.js'
import { constUndefined, pipe } from 'fp-ts/lib/function.js'

/** The most characters of a value that a message quotes. */
const LONGEST_QUOTATION = 60
/** What cutting between the two units of an astral character leaves of it. */
const HALF_A_CHARACTER = /[\ud800-\udbff]$/

/**
 * Characters that a terminal interprets instead of showing: control and format characters, including those that reverse
 * the direction of writing, and separators of lines and paragraphs.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

const HEXADECIMAL = 16
const DIGITS = 4

/** A text on one line that shows what is in it: characters that are not seen as \u and four digits for each unit. */
export const visible = (text: string): string =>
  text.replaceAll(UNSEEN, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(HEXADECIMAL).padStart(DIGITS, '0')}`)
      .join(''),
  )

/**
 * A value as messages quote it: as JSON on one line, shortened where it is long, with invisible characters as escapes;
 * `nothing` for undefined, and JavaScript's own text for what JSON cannot hold (NaN, a function, 10n as 10).
 */
export const quoted = (value: unknown): string => {
  const text = visible(value === undefined ? 'nothing' : typeof value === 'number' ? String(value) : inJson(value))
  const beginning = text.slice(0, LONGEST_QUOTATION).replace(HALF_A_CHARACTER, '')
  return text.length <= LONGEST_QUOTATION ? text : `${beginning}…`
}

const inJson = (value: unknown): string =>
  pipe(
    E.tryCatch(() => JSON.stringify(value) as string | undefined, constUndefined),
    E.chain(E.fromNullable(undefined)),
    E.getOrElse(() => String(value).replaceAll(/\s+/g, ' ')),
  )
