/** Files of tensors with something wrong: bits, bytes, and words of the header, alone and with what depends on them. */
import fc from 'fast-check'
import { bytesOfLength, lengthOf } from '../../src/files/bytes.js'
import { resealed } from './store-samples.js'

/** What a file was made into. */
export interface Mutated {
  /** The file that it was. */
  readonly whole: Uint8Array
  readonly bytes: Uint8Array
  /** Whether its checksum, where it has one, is that of its bytes. */
  readonly repaired: boolean
  /** Whether the memory that reading it asks for is to be counted, which takes longer than the reading. */
  readonly watched: boolean
}

const WORD = 8
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const joined = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts)

/** What is put in the place of a word: counts beyond all bounds, other kinds of values, and pieces of JSON. */
const LITERALS: readonly string[] = [
  ...['0', '1', '2', '3', '-1', '0.5', '1e15', '20000000', '4294967296', '9007199254740991', '1e999', '-0', '1e-7'],
  ...['null', 'true', '""', '"x"', '[]', '{}', '[', '}', ',', ':', '"', '', ' ', '\\', '\\"', '\\u0061', '__proto__'],
  ...['F64', 'U8', 'I64', 'rnn', 'lstm', 'gru', 'layers', 'hidden', 'torch', '\ud83d\ude00', '\u2028', '\u0000'],
]

/** Numbers, words, and whatever else there is, one by one. */
const TOKENS = /\d+|[A-Za-z_]+|[^A-Za-z_\d]/gu

type Picks = readonly [number, number, number, number]

/** The place that a pick between 0 and 1 means among so many. */
const place = (pick: number, among: number): number => Math.floor(pick * among)
const sorted = (a: number, b: number): readonly [number, number] => (a < b ? [a, b] : [b, a])

/** A text with a token of it replaced, left out, doubled or exchanged for another. */
const edited = (text: string, [a, b, c, d]: Picks): string => {
  const tokens: readonly string[] = text.match(TOKENS) ?? []
  const [i, j] = [place(a, tokens.length), place(b, tokens.length)]
  const [low, high] = sorted(i, Math.min(j, i + 9))
  const edits = [
    () => tokens.with(i, LITERALS[place(c, LITERALS.length)]),
    () => tokens.toSpliced(i, 1),
    () => tokens.toSpliced(i, 0, LITERALS[place(c, LITERALS.length)]),
    () => tokens.toSpliced(low, 0, ...tokens.slice(low, high)),
    () => tokens.with(i, tokens[j]).with(j, tokens[i]),
  ]
  return tokens.length === 0 ? text : edits[place(d, edits.length)]().join('')
}

const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.with(bit >> 3, bytes[bit >> 3] ^ (1 << (bit & 7)))

/** The file with another header, and the length that it has. */
const withHeaderOf = (bytes: Uint8Array, change: (header: string) => string): Uint8Array => {
  const end = WORD + lengthOf(bytes)
  const header = encode(change(decode(bytes.subarray(WORD, end))))
  return joined(bytesOfLength(header.length), header, bytes.subarray(end))
}

/** The text of a header with its description changed, written as a text in JSON again. */
const withDescription = (header: string, change: (description: string) => string): string =>
  header.replace(/(?<="pure-rnn":)"(?:[^"\\]|\\.)*"(?=[,}])/, (text) =>
    JSON.stringify(change(JSON.parse(text) as string)),
  )

/** The values of a description, field by field, with one of them another. */
const withOneValue = (description: string, pick: number, literal: string): string => {
  const values = [...description.matchAll(/(?<=":)(?:[^"[{,}]+|"[^"]*"|\[[^\]]*\])/g)]
  const { index, 0: value } = values[place(pick, values.length)] ?? { index: 0, 0: '' }
  return description.slice(0, index) + literal + description.slice(index + value.length)
}

const mutations: readonly ((bytes: Uint8Array, picks: Picks) => Uint8Array)[] = [
  (bytes, [a]) => flipped(bytes, place(a, 8 * bytes.length)),
  (bytes, picks) => picks.reduce((its, pick) => flipped(its, place(pick, 8 * its.length)), bytes),
  // Bits of the last numbers, which no other check but the checksum can find.
  (bytes, [a]) => flipped(bytes, 8 * bytes.length - 1 - place(a, 8 * Math.min(24, bytes.length))),
  (bytes, [a]) => bytes.slice(0, place(a, bytes.length)),
  (bytes, [a]) => bytes.slice(place(a, bytes.length)),
  (bytes, [a, b, c]) => {
    const at = place(a, bytes.length + 1)
    const put = new Uint8Array(place(b, 9)).fill(place(c, 256))
    return joined(bytes.subarray(0, at), put, bytes.subarray(at))
  },
  (bytes, [a, b]) => {
    const at = place(a, bytes.length)
    return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + place(b, 9)))
  },
  // Two stretches of one length, exchanged.
  (bytes, [a, b, c]) => {
    const length = 1 + place(c, Math.min(16, bytes.length / 2))
    const [low, high] = sorted(place(a, bytes.length - length), place(b, bytes.length - length))
    const [one, other] = [bytes.slice(low, low + length), bytes.slice(high, high + length)]
    const its = Uint8Array.from(bytes)
    its.set(one, high)
    its.set(other, low)
    return its
  },
  (bytes, [a]) => joined(bytesOfLength(place(a, 2 * bytes.length)), bytes.subarray(WORD)),
  (bytes, picks) => withHeaderOf(bytes, (header) => edited(header, picks)),
  (bytes, picks) => withHeaderOf(bytes, (header) => withDescription(header, (its) => edited(its, picks))),
  (bytes, [a, b]) =>
    withHeaderOf(bytes, (header) =>
      withDescription(header, (its) => withOneValue(its, a, LITERALS[place(b, LITERALS.length)])),
    ),
]

/** So many numbers from 0 up to 1, drawn from a seed of 32 bits: by Weyl's sequence, and MurmurHash's finaliser. */
const drawn = (seed: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => {
    const weyl = (seed + Math.imul(0x9e3779b9, i + 1)) | 0
    const once = Math.imul(weyl ^ (weyl >>> 16), 0x85ebca6b)
    const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
    return ((twice ^ (twice >>> 16)) >>> 0) / 2 ** 32
  })

/** Reading is watched once in so many times. */
const WATCHED = 1 / 32

/**
 * A mutation of one of these files, half of them with the checksum that belongs to what they became. Each is drawn
 * from one number: samples by the ten thousand are to cost less than what is done with them.
 */
export const mutated = (files: readonly Uint8Array[]): fc.Arbitrary<Mutated> =>
  fc.nat({ max: 2 ** 32 - 1 }).map((seed) => {
    const [file, mutation, repair, watch, a, b, c, d] = drawn(seed, 8)
    const whole = files[place(file, files.length)]
    const bytes = Uint8Array.from(mutations[place(mutation, mutations.length)](whole, [a, b, c, d]))
    const repaired = repair < 0.5
    return { whole, bytes: repaired ? resealed(bytes) : bytes, repaired, watched: watch < WATCHED }
  })
