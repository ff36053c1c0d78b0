/**
 * Laws of vocabularies: characters are code points, numbered in their order.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import type { Failure } from '../../failure.js'
import type { CharacterSet, decode, encode, lineBreaksToSpaces, vocabularyOf } from '../../data/vocabulary.js'
import { sameNumbers } from '../law.js'
import type { Law } from '../law.js'

/** What is tried: the four functions of the vocabulary module, or others that take their place. */
export interface Lexicon {
  readonly vocabularyOf: typeof vocabularyOf
  readonly encode: typeof encode
  readonly decode: typeof decode
  readonly lineBreaksToSpaces: typeof lineBreaksToSpaces
}

/** What the vocabulary's laws are tried on. */
export interface TextSample {
  /** The code points of a text: one or more, none of them half of a surrogate pair. */
  readonly codePoints: readonly number[]
  /** Places in the text, each taken modulo its length: what a model might write. */
  readonly places: readonly number[]
  /** A code point that the text lacks. */
  readonly stranger: number
}

const spelled = (codePoints: readonly number[]): string =>
  codePoints.map((point) => String.fromCodePoint(point)).join('')

/** The vocabulary of code points; no characters where it is refused. */
const setOf = ({ vocabularyOf }: Lexicon, codePoints: readonly number[]): CharacterSet => {
  const verdict = vocabularyOf(spelled(codePoints))
  return E.isRight(verdict) ? verdict.right : { characters: [] }
}

const sameText = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((character, i) => character === b[i])

/** Whether it succeeded, with these numbers. */
const numbersAre = (verdict: Either<Failure, readonly number[]>, numbers: readonly number[]): boolean =>
  E.isRight(verdict) && sameNumbers(verdict.right, numbers)

const textIs = (verdict: Either<Failure, string>, text: string): boolean => E.isRight(verdict) && verdict.right === text

/** Whether it is refused with a word on this number. */
const refusesNumber = (verdict: Either<Failure, string>, no: number): boolean =>
  E.isLeft(verdict) && verdict.left._tag === 'InvalidSetting' && verdict.left.got === String(no)

const numbersOf = (lexicon: Lexicon, known: readonly number[], codePoints: readonly number[]): readonly number[] => {
  const verdict = lexicon.encode(setOf(lexicon, known))(spelled(codePoints), 'the text')
  return E.isRight(verdict) ? verdict.right : [NaN]
}

/** Laws of well-formed text. */
export const vocabularyLaws: readonly Law<Lexicon, TextSample>[] = [
  {
    name: 'a vocabulary lists every code point of its text, nothing else, and none twice, in their order',
    cites: ['vocabulary', 'one-hot'],
    holds: (lexicon, { codePoints }) => {
      const inOrder = [...new Set(codePoints)].toSorted((a, b) => a - b)
      return sameText(setOf(lexicon, codePoints).characters, inOrder.map((codePoint) => spelled([codePoint])))
    },
  },
  {
    name: 'the order in which characters stand in the text, and how often, changes no number',
    cites: ['vocabulary'],
    holds: (lexicon, { codePoints }) => {
      const { characters } = setOf(lexicon, codePoints)
      return (
        sameText(characters, setOf(lexicon, codePoints.toReversed()).characters) &&
        sameText(characters, setOf(lexicon, [...codePoints, ...codePoints]).characters)
      )
    },
  },
  {
    name: 'a character, astral ones too, is one number: its place in the vocabulary',
    cites: ['vocabulary', 'one-hot'],
    holds: (lexicon, { codePoints }) => {
      const vocabulary = setOf(lexicon, codePoints)
      const numbers = numbersOf(lexicon, codePoints, codePoints)
      return (
        numbers.length === codePoints.length &&
        numbers.every((number, i) => vocabulary.characters[number] === spelled([codePoints[i]]))
      )
    },
  },
  {
    name: 'to encode and then to decode changes nothing',
    cites: ['vocabulary'],
    holds: (lexicon, { codePoints }) =>
      textIs(
        lexicon.decode(setOf(lexicon, codePoints))(numbersOf(lexicon, codePoints, codePoints)),
        spelled(codePoints),
      ),
  },
  {
    name: 'to decode and then to encode changes nothing, whatever numbers a model writes',
    cites: ['vocabulary'],
    holds: (lexicon, { codePoints, places }) => {
      const vocabulary = setOf(lexicon, codePoints)
      const numbers = places.map((place) => place % vocabulary.characters.length)
      const written = lexicon.decode(vocabulary)(numbers)
      return E.isRight(written) && numbersAre(lexicon.encode(vocabulary)(written.right, 'the text'), numbers)
    },
  },
  {
    name: 'the code of two texts one after the other is their codes one after the other',
    cites: ['vocabulary'],
    holds: (lexicon, { codePoints, places }) => {
      const other = places.map((place) => codePoints[place % codePoints.length])
      const code = (some: readonly number[]) => numbersOf(lexicon, codePoints, some)
      return sameNumbers(code([...codePoints, ...other]), [...code(codePoints), ...code(other)])
    },
  },
  {
    name: 'the first unknown character is named, with its position counted in characters and what the text is',
    cites: ['vocabulary'],
    holds: (lexicon, { codePoints, stranger }) =>
      [...codePoints, stranger].every((_, position) => {
        const text = spelled([...codePoints.slice(0, position), stranger, ...codePoints.slice(position), stranger])
        const verdict = lexicon.encode(setOf(lexicon, codePoints))(text, 'the prefix')
        return (
          E.isLeft(verdict) &&
          verdict.left._tag === 'UnknownCharacter' &&
          verdict.left.character === spelled([stranger]) &&
          verdict.left.position === position &&
          verdict.left.what === 'the prefix'
        )
      }),
  },
  {
    name: 'a number that no character has is refused, wherever it stands',
    cites: ['vocabulary'],
    holds: (lexicon, { codePoints }) => {
      const vocabulary = setOf(lexicon, codePoints)
      const size = vocabulary.characters.length
      return (
        E.isRight(lexicon.decode(vocabulary)([size - 1, 0])) &&
        [size, -1, 0.5, NaN, Infinity].every((no) => refusesNumber(lexicon.decode(vocabulary)([0, no, 0]), no))
      )
    },
  },
  {
    name: 'an empty text has no vocabulary, and every vocabulary can spell it',
    cites: ['vocabulary'],
    holds: (lexicon, { codePoints }) => {
      const vocabulary = setOf(lexicon, codePoints)
      const none = lexicon.vocabularyOf('')
      return (
        E.isLeft(none) &&
        none.left._tag === 'EmptyText' &&
        numbersAre(lexicon.encode(vocabulary)('', 'the text'), []) &&
        textIs(lexicon.decode(vocabulary)([]), '')
      )
    },
  },
]

/** Lines of one character or more, without line breaks. */
export interface LinesSample {
  readonly lines: readonly string[]
}

const lineBreaks = ['\n', '\r', '\r\n']

/** Laws of line breaks. */
export const lineBreakLaws: readonly Law<Lexicon, LinesSample>[] = [
  {
    name: 'every line break becomes one space, \\r\\n too, and nothing else changes',
    cites: [],
    holds: ({ lineBreaksToSpaces }, { lines }) =>
      lineBreaks.every((lineBreak) => lineBreaksToSpaces(lines.join(lineBreak)) === lines.join(' ')),
  },
  {
    name: 'line breaks of different kinds may stand in one text',
    cites: [],
    holds: ({ lineBreaksToSpaces }, { lines }) =>
      lineBreaksToSpaces(lines.map((line, i) => line + lineBreaks[i % lineBreaks.length]).join('')) ===
      lines.map((line) => `${line} `).join(''),
  },
  {
    name: 'empty lines are lines: n line breaks in a row become n spaces',
    cites: [],
    holds: ({ lineBreaksToSpaces }, { lines }) =>
      lineBreaks.every(
        (lineBreak) => lineBreaksToSpaces(lineBreak.repeat(lines.length)) === ' '.repeat(lines.length),
      ),
  },
  {
    name: 'a second time changes nothing',
    cites: [],
    holds: ({ lineBreaksToSpaces }, { lines }) => {
      const once = lineBreaksToSpaces(lines.join('\r\n'))
      return lineBreaksToSpaces(once) === once
    },
  },
]
