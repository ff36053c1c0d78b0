/**
 * From bytes to the text that is learnt: UTF-8, line breaks, and the limit.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import type { Settings } from '../../files/settings.js'
import { characters, lineBreaksToSpaces } from '../../data/vocabulary.js'

/** How much of a text is read, and how. */
export type Portion = Pick<Settings, 'limit' | 'keepLineBreaks'>

/** The most bytes that a character takes in UTF-8. */
const LONGEST_CHARACTER = 4

/** The most bytes of a text. Each of its characters is some 40 bytes in memory until it is a number. */
const MOST_BYTES = 2 ** 25

/** Characters of a text: with a byte order mark and the rest of a line break, they are surely within the bound. */
const SURELY_WITHIN = MOST_BYTES / LONGEST_CHARACTER - 2

/** How many bytes surely hold the portion, or more than a text may have. */
export const enoughBytes = ({ limit }: Portion): number =>
  limit === 'all' || limit > SURELY_WITHIN ? MOST_BYTES + 1 : LONGEST_CHARACTER * (limit + 2)

/**
 * The text of these bytes, without a byte order mark, or what they are instead.
 *
 * @param ended whether they are all; where they are not, they may end in the middle of a character
 */
export const decodeText = (bytes: Uint8Array, ended: boolean): Either<string, string> =>
  bytes.length > MOST_BYTES
    ? E.left(`which is longer than ${String(MOST_BYTES)} bytes: take --limit ${String(SURELY_WITHIN)} or less`)
    : E.tryCatch(
        () => new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !ended }),
        () => (marked(bytes) ? 'which is UTF-16: save it as UTF-8' : 'which is not UTF-8'),
      )

/** Whether bytes begin with the byte order mark of UTF-16. */
const marked = ([first, second]: Uint8Array): boolean =>
  (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)

/** A text as it is learnt: its first characters, its line breaks as spaces unless they are kept. */
export const portionOf = ({ limit, keepLineBreaks }: Portion, raw: string): string => {
  const text = keepLineBreaks ? raw : lineBreaksToSpaces(raw)
  return limit === 'all' ? text : characters(text).slice(0, limit).join('')
}
