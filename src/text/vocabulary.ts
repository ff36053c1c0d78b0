/**
 * Characters and their numbers.
 *
 *   vocabulary   the distinct code points in ascending order; a character's number is its place, 0 to V-1
 *
 * A character is a Unicode code point, so that one beyond the basic plane is one character. The
 * vocabulary lists the distinct ones in the order of their code points: the same text gives the
 * same numbers in every run. Differs from scripts that number a set in its hash order.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import type { Failure } from '../failure.js'

/** The distinct characters; a character's number is its place. */
export interface CharacterSet {
  readonly characters: readonly string[]
}

/** The code points of a text. */
export const characters = (text: string): readonly string[] => Array.from(text)

/** The text with every line break (\r\n, \r or \n) as one space. */
export const lineBreaksToSpaces = (text: string): string => text.replace(/\r\n|\r|\n/g, ' ')

/** The `vocabulary` of a text; an empty text is a failure. */
export const vocabularyOf = (text: string): Either<Failure, CharacterSet> =>
  text.length === 0
    ? E.left({ _tag: 'EmptyText', what: 'the text' })
    : E.right({
        characters: [...new Set(characters(text))].toSorted(
          (a, b) => (a.codePointAt(0) as number) - (b.codePointAt(0) as number),
        ),
      })

/**
 * The numbers of a text's characters.
 *
 * @param what how messages call the text: "the prefix"
 * @returns the numbers, or the first character that the vocabulary lacks, with its position (from 0, in characters)
 */
export const encode = (
  vocabulary: CharacterSet,
): ((text: string, what: string) => Either<Failure, readonly number[]>) => {
  const numbers = new Map(vocabulary.characters.map((character, number) => [character, number]))
  return (text, what) => {
    const all = characters(text)
    const position = all.findIndex((character) => !numbers.has(character))
    return position === -1
      ? E.right(all.map((character) => numbers.get(character) as number))
      : E.left({ _tag: 'UnknownCharacter', character: all[position], position, what })
  }
}

/** The text of these numbers: the inverse of `encode`. A number outside the vocabulary is a failure. */
export const decode =
  (vocabulary: CharacterSet) =>
  (numbers: readonly number[]): Either<Failure, string> => {
    const wrong = numbers.find((number) => vocabulary.characters[number] === undefined)
    return wrong === undefined
      ? E.right(numbers.map((number) => vocabulary.characters[number]).join(''))
      : E.left({
          _tag: 'InvalidSetting',
          setting: 'the number of a character',
          expected: `a whole number from 0 to ${String(vocabulary.characters.length - 1)}`,
          came: String(wrong),
        })
  }
