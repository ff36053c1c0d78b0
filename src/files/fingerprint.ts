/**
 * What a model file keeps of the text: enough to check that a run goes on with the same one.
 */
import type { Failure } from '../failure.js'
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'

/** What tells a text from another: its length in characters, and a checksum of their numbers. */
export interface Fingerprint {
  readonly characters: number
  /** Eight hexadecimal digits. Two texts share one by chance once in 2^32. */
  readonly checksum: string
}

const OFFSET = 0x811c9dc5
const PRIME = 0x01000193

/**
 * The mark of a text, given the numbers of its characters.
 * Source: the FNV-1a hash (Fowler, Noll and Vo, 1991) at 32 bits, of whole numbers instead of bytes.
 */
export const fingerprint = (text: readonly number[]): Fingerprint => {
  const hash = text.reduce((before, character) => Math.imul(before ^ character, PRIME), OFFSET)
  return { characters: text.length, checksum: (hash >>> 0).toString(16).padStart(8, '0') }
}

const show = ({ characters, checksum }: Fingerprint): string =>
  `${String(characters)} characters with checksum ${checksum}`

/** A failure unless the text is the one of this mark. */
export const sameText = (mark: Fingerprint, text: readonly number[]): Either<Failure, readonly number[]> => {
  const got = fingerprint(text)
  return got.characters === mark.characters && got.checksum === mark.checksum
    ? E.right(text)
    : E.left({
        _tag: 'Mismatch',
        what: 'the text',
        expected: `the one that the model has learnt from, ${show(mark)}`,
        got: show(got),
        advice: 'give that text',
      })
}
