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
import { pipe } from 'fp-ts/lib/function.js'
import { requireList, requireText, requireThat } from '../algebra/require.js'
import { quoted } from '../failure.js'
import type { Failure } from '../failure.js'
import type { CharacterSet } from '../model/language-model.js'

export type { CharacterSet } from '../model/language-model.js'

/** The code points of a text. */
export const characters = (text: string): readonly string[] =>
  Array.from(requireText('characters', 'the text', text))

/** A text as it is trained on: its vocabulary, and the numbers of its characters. */
export interface Text {
  readonly vocabulary: CharacterSet
  readonly numbers: readonly number[]
}

/**
 * The text with every line break (\r\n, \r or \n) as one space.
 *
 * ```ts
 * import { lineBreaksToSpaces } from 'pure-rnn'
 *
 * lineBreaksToSpaces('to be\r\nor not') // => 'to be or not'
 * ```
 */
export const lineBreaksToSpaces = (text: string): string =>
  requireText('lineBreaksToSpaces', 'the text', text).replace(/\r\n|\r|\n/g, ' ')

/**
 * The `vocabulary` of a text: its distinct characters, by code point; an empty text is a failure.
 *
 * ```ts
 * import { orThrow, vocabularyOf } from 'pure-rnn'
 *
 * orThrow(vocabularyOf('hello')).characters // => ['e', 'h', 'l', 'o']
 * ```
 */
export const vocabularyOf = (text: string): Either<Failure, CharacterSet> =>
  requireText('vocabularyOf', 'the text', text).length === 0
    ? E.left({ _tag: 'EmptyText', what: 'the text' })
    : E.right({
        characters: [...new Set(characters(text))].toSorted(
          (a, b) => (a.codePointAt(0) as number) - (b.codePointAt(0) as number),
        ),
      })

/**
 * The numbers of a text's characters.
 *
 * @param vocabulary from `readText` or `vocabularyOf`; a result that still wraps one is a defect
 * @returns a function of the text, and of how messages call it ("the prefix"), to the numbers, 0 to V-1; a failure for
 *   the first character that the vocabulary lacks, with its position (from 0, in characters)
 *
 * ```ts
 * import { encode, orThrow, vocabularyOf } from 'pure-rnn'
 *
 * orThrow(encode(orThrow(vocabularyOf('hello')))('hole')) // => [1, 3, 2, 0]
 * ```
 */
export const encode = (
  vocabulary: CharacterSet,
): ((text: string, what?: string) => Either<Failure, readonly number[]>) => {
  requireVocabulary('encode', vocabulary)
  const numbers = new Map(vocabulary.characters.map((character, number) => [character, number]))
  return (text, what = 'the text') => {
    const all = characters(requireText('encode', what, text))
    const position = all.findIndex((character) => !numbers.has(character))
    return position === -1
      ? E.right(all.map((character) => numbers.get(character) as number))
      : E.left({ _tag: 'UnknownCharacter', character: all[position], position, what })
  }
}

/**
 * The text of these numbers: the inverse of `encode`.
 *
 * @returns a function of the numbers to the text; a failure for the first number that is not 0 to V-1
 *
 * ```ts
 * import { decode, orThrow, vocabularyOf } from 'pure-rnn'
 *
 * orThrow(decode(orThrow(vocabularyOf('hello')))([1, 3, 2, 0])) // => 'hole'
 * ```
 */
export const decode =
  (vocabulary: CharacterSet) =>
  (numbers: readonly number[]): Either<Failure, string> => {
    requireVocabulary('decode', vocabulary)
    const given: readonly unknown[] = Array.from(requireList('decode', 'the numbers', numbers))
    const size = vocabulary.characters.length
    const wrong = given.findIndex((number) => !isNumberBelow(size, number))
    return wrong === -1
      ? E.right(given.map((number) => vocabulary.characters[number as number]).join(''))
      : E.left({
          _tag: 'InvalidSetting',
          setting: 'the number of a character',
          expected: `a whole number from 0 to ${String(size - 1)}`,
          got: quoted(given[wrong]),
        })
  }

/**
 * A text to train on: its vocabulary and its characters' numbers.
 *
 * @param vocabulary the characters to read it with; its own, unless they are given
 * @returns a failure for an empty text, and for a character that the given vocabulary lacks
 *
 * ```ts
 * import { orThrow, readText } from 'pure-rnn'
 *
 * orThrow(readText('hello')).numbers // => [1, 0, 2, 2, 3]
 * ```
 */
export const readText = (text: string, vocabulary?: CharacterSet): Either<Failure, Text> =>
  pipe(
    vocabulary === undefined ? vocabularyOf(text) : E.right(vocabulary),
    E.bindTo('vocabulary'),
    E.bind('numbers', (its) => encode(its.vocabulary)(text, 'the text')),
  )

const isNumberBelow = (size: number, value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < size

/** What `vocabularyOf` gives is a result, and the vocabulary stands in it: easily taken for the vocabulary itself. */
const requireVocabulary = (operation: string, vocabulary: CharacterSet): CharacterSet =>
  requireThat(
    Array.isArray((vocabulary as Partial<CharacterSet> | undefined)?.characters),
    operation,
    'the vocabulary',
    '{ characters }, as vocabularyOf gives in its right',
    vocabulary,
  )
