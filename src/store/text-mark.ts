/**
 * What a model remembers of the text it learns: enough to tell whether a run goes on with the same one.
 */
import type { Failure } from '../failure.js'
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'

export interface TextMark {
  readonly characters: number
  /** Eight hexadecimal digits. Two texts by chance have the same one time in four thousand million. */
  readonly checksum: string
}

const OFFSET = 0x811c9dc5
const PRIME = 0x01000193

/**
 * The mark of a text, given the numbers of its characters.
 * Source: the FNV-1a hash (Fowler, Noll and Vo, 1991) at 32 bits, of whole numbers instead of bytes.
 */
export const textMark = (text: readonly number[]): TextMark => {
  const hash = text.reduce((before, character) => Math.imul(before ^ character, PRIME), OFFSET)
  return { characters: text.length, checksum: (hash >>> 0).toString(16).padStart(8, '0') }
}

const show = ({ characters, checksum }: TextMark): string =>
  `${String(characters)} characters with checksum ${checksum}`

/** A failure unless the text is the one of this mark. */
export const sameText = (mark: TextMark, text: readonly number[]): Either<Failure, readonly number[]> => {
  const came = textMark(text)
  return came.characters === mark.characters && came.checksum === mark.checksum
    ? E.right(text)
    : E.left({
        _tag: 'Mismatch',
        what: 'the text',
        expected: `the one that the model has learnt from, ${show(mark)}`,
        came: show(came),
        advice: 'give that text',
      })
}
