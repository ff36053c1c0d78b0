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

/** How many bytes surely hold the portion: its characters, a byte order mark and the rest of a line break. */
export const enoughBytes = ({ limit }: Portion): number =>
  limit === 'all' ? Infinity : LONGEST_CHARACTER * (limit + 2)

/**
 * The text of these bytes, without a byte order mark, or what they are instead.
 *
 * @param ended whether they are all; where they are not, they may end in the middle of a character
 */
export const decodeText = (bytes: Uint8Array, ended: boolean): Either<string, string> =>
  E.tryCatch(
    () => new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !ended }),
    (error) =>
      (error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
        ? 'which is not UTF-8'
        : 'which is too long for one text',
  )

/** A text as it is learnt: its first characters, its line breaks as spaces unless they are kept. */
export const portionOf = ({ limit, keepLineBreaks }: Portion, raw: string): string => {
  const text = keepLineBreaks ? raw : lineBreaksToSpaces(raw)
  return limit === 'all' ? text : characters(text).slice(0, limit).join('')
}
