/**
 * Chapter 8: files that are damaged, and files that lie. The checksum finds accidents; and where it is right, or there
 * is none, nothing that a file says is believed before it is found there.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { crc32 } from 'node:zlib'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { resumedRun } from '../src/cli/preparation.js'
import { encode, vocabularyOf } from '../src/data/vocabulary.js'
import { explain } from '../src/failure.js'
import type { Failure } from '../src/failure.js'
import { lengthOf } from '../src/files/bytes.js'
import { checksumOf } from '../src/files/checksum.js'
import {
  beginning,
  fingerprint,
  importTorch,
  modelOf,
  readCheckpoint,
  readSafetensors,
  readTorch,
  standardIn,
  writeCheckpoint,
  writeSafetensors,
  writeTorch,
} from '../src/files/index.js'
import type { Checkpoint, Settings, StoredCheckpoint } from '../src/files/index.js'
import { float32 } from '../src/interpret/index.js'
import { batchAxis } from '../src/model/parameters.js'
import { reader } from '../src/generate/prediction.js'
import { bytesAskedFor } from './runner/allocation.js'
import { mutated } from './runner/mutations.js'
import type { Mutated } from './runner/mutations.js'
import { forAll, law } from './runner/run.js'
import { anyBytes, refusal, resealed, right, sameBytes } from './runner/store-samples.js'

const TEXT = 'abcab'

/** A run of these settings that has not begun. */
const begun = (settings: Partial<Settings>): Checkpoint => {
  const its = { ...standardIn('scratch'), hidden: 2, steps: 2, batch: 1, prefixes: ['a'], ...settings }
  const vocabulary = right(vocabularyOf(TEXT))
  const progress = right(beginning(its, vocabulary))
  return { settings: its, vocabulary, text: fingerprint(right(encode(vocabulary)(TEXT, 'it'))), progress }
}

const plain = begun({})
const saved = writeCheckpoint(plain)
const deep = begun({ dialect: 'torch', cell: 'lstm', layers: 2, hidden: 1 })

const read = readCheckpoint('it')
const isRefused = (bytes: Uint8Array): boolean => E.isLeft(read(bytes))
const flip = (bytes: Uint8Array, bit: number): Uint8Array => bytes.with(bit >> 3, bytes[bit >> 3] ^ (1 << (bit & 7)))

const fixtures = join(import.meta.dirname, 'fixtures', 'models-0.1')
const old = ['rnn-scratch', 'gru-2-scratch'].map((name) => readFileSync(join(fixtures, `${name}.model`)))

describe('The checksum of a model file', () => {
  test('is the CRC-32 of its bytes, eight zeros in the place of its digits', () => {
    const digits = right(readSafetensors('it')(saved)).metadata.get('crc32') ?? ''
    const at = Buffer.from(saved).indexOf(digits)
    const zeroed = Buffer.from(saved)
    zeroed.write('00000000', at)
    expect(digits).toBe(crc32(zeroed).toString(16).padStart(8, '0'))
  })

  law(
    'is that of zlib, for any bytes',
    forAll(anyBytes(400), (bytes) => {
      const at = '{"__metadata__":{"crc32":"'.length + 8
      const zeroed = Buffer.from(bytes)
      zeroed.write('00000000', at)
      return checksumOf(bytes) === crc32(zeroed).toString(16).padStart(8, '0')
    }),
  )

  /** The bits of a file that can be turned without its being refused. */
  const bitsUnseen = (bytes: Uint8Array): readonly number[] =>
    Array.from({ length: 8 * bytes.length }, (_, bit) => bit).filter((bit) => !isRefused(flip(bytes, bit)))

  test('finds every single bit that is turned, wherever it stands', () => {
    expect(bitsUnseen(saved)).toEqual([])
  })

  test.runIf(process.env['SPEC_LONG'] !== undefined)('does so in larger files too', () => {
    const large = [writeCheckpoint(deep), ...old.map((bytes) => writeCheckpoint(right(read(bytes))))]
    expect(large.flatMap(bitsUnseen)).toEqual([])
  })

  law(
    'finds every burst of up to 32 bits',
    forAll(fc.nat({ max: 8 * saved.length - 32 }), fc.integer({ min: 1, max: 2 ** 32 - 1 }), (from, pattern) =>
      isRefused(
        Array.from({ length: 32 }, (_, i) => i).reduce(
          (bytes, i) => ((pattern >>> i) & 1 ? flip(bytes, from + i) : bytes),
          saved,
        ),
      ),
    ),
    { runs: 2000 },
  )

  test('is refused in capitals, elsewhere, where it is wrong and where it is gone, with the reason', () => {
    const { metadata, tensors } = right(readSafetensors('it')(saved))
    const digits = metadata.get('crc32') ?? ''
    const replaced = (from: string, to: string) =>
      Uint8Array.from(Buffer.from(Buffer.from(saved).toString('latin1').replace(from, to), 'latin1'))
    const without = [...metadata].filter(([key]) => key !== 'crc32')
    const written = (entries: readonly (readonly [string, string])[]) =>
      writeSafetensors({ metadata: new Map(entries), tensors })
    const capitals = replaced(digits, digits.toUpperCase())
    expect(digits).toMatch(/[a-f]/)
    const differs = /^it cannot be read: expected bytes whose checksum is "\w{8}", as it says, got "[\da-f]{8}": it has/
    expect(refusal(read(capitals))).toMatch(differs)
    expect(refusal(read(flip(saved, 8 * saved.length - 1)))).toMatch(differs)
    expect(refusal(read(written(without)))).toContain('expected a checksum, crc32 in its metadata, got none')
    expect(refusal(read(written([...metadata, ['a', '']])))).toContain('beginning of its header, got it elsewhere')
    expect(refusal(read(replaced('"crc32":"', '"crc32": "')))).toContain('cannot be read')
    // A file with one is held to it, whatever version it says it is.
    expect(refusal(read(written([...metadata, ['version', '1']])))).toContain('bytes whose checksum is')
    expect(right(read(written([...without, ['version', '1']]))).checked).toBe(false)
  })

  test('is none in files of version 0.1.0, which are read, say so, and have one when they are written again', () => {
    old.forEach((bytes) => {
      const before = right(read(bytes))
      const after = right(read(writeCheckpoint(before)))
      expect([before.checked, after.checked]).toEqual([false, true])
      expect(after).toStrictEqual({ ...before, checked: true })
    })
  })

  test('lets any reader of safetensors read the file: the header is padded, the data aligned', () => {
    const header = new TextDecoder().decode(saved.subarray(8, 8 + lengthOf(saved)))
    expect(lengthOf(saved) % 8).toBe(0)
    expect(Object.keys(JSON.parse(header) as object)[0]).toBe('__metadata__')
  })
})

/** A kilobyte for each of a file's bytes would be no proportion; a few trees of a small model are. */
const inProportion = ({ length }: Uint8Array): number => 2 ** 16 + 64 * length

describe('A count', () => {
  type Json = Readonly<Record<string, unknown>>
  const contents = right(readSafetensors('it')(saved))
  const description = JSON.parse(contents.metadata.get('pure-rnn') ?? '') as Readonly<Record<string, Json>>
  /** The file with another value in its description, and the checksum that belongs to it. */
  const saying = (part: string, field: string, value: unknown): Uint8Array => {
    const its = { ...description, [part]: { ...description[part], [field]: value } }
    return resealed(
      writeSafetensors({ ...contents, metadata: new Map([...contents.metadata, ['pure-rnn', JSON.stringify(its)]]) }),
    )
  }
  const withShape = (name: string, shape: readonly number[]): Uint8Array =>
    resealed(
      writeSafetensors({
        ...contents,
        tensors: new Map([...contents.tensors, [name, { dtype: 'F32' as const, shape, bytes: new Uint8Array(0) }]]),
      }),
    )

  const counts: readonly (readonly [string, string])[] = [
    ...['hidden', 'layers', 'batch', 'steps', 'epochs', 'reportEvery', 'length', 'limit', 'seed'].map(
      (field) => ['settings', field] as const,
    ),
    ['text', 'characters'],
    ['progress', 'epoch'],
    ['progress', 'minibatch'],
  ]
  const sizes = [20_000_000, 1e15, 2 ** 53 - 1]
  /** A run that is gone on with, as far as its first step. */
  const resumed = (model: Checkpoint) => resumedRun({}, model, TEXT)

  test.each(counts.flatMap(([part, field]) => sizes.map((size) => [part, field, size] as const)))(
    'of %s, %s, of %d is refused, or asks for no memory: when it is read, and when the run is gone on with',
    (part, field, size) => {
      const bytes = saying(part, field, size)
      const asked = bytesAskedFor(() => E.map(resumed)(read(bytes)))
      expect(asked).toBeLessThan(inProportion(bytes))
      const result = read(bytes)
      if (E.isRight(result)) expect(result.right.checked).toBe(true)
      else expect(explain(result.left)).toMatch(/^it (cannot be read|does not fit): expected [^\n]{1,300}$/)
    },
  )

  test.each([
    ['settings', 'batch', 1e15, 'expected batch to be a whole number from 1 to 4294967295, got 1000000000000000'],
    ['settings', 'batch', 2e7, 'expected the tensor hidden.H of shape [20000000,2], got one of shape [1,2]'],
    ['settings', 'hidden', 2e7, 'expected the tensor W_xh of shape [3,20000000], got one of shape [3,2]'],
    ['settings', 'layers', 65, 'expected layers to be a whole number from 1 to 64, got 65'],
    ['settings', 'layers', 64, 'expected the tensor 1.W_xh of shape [2,2], got none'],
    ['settings', 'length', 1e15, 'expected length to be a whole number from 0 to 1048576, got 1000000000000000'],
  ])('of %s, %s, %d is refused with the reason', (part, field, size, reason) => {
    expect(refusal(read(saying(part, field, size)))).toContain(reason)
  })

  test('of steps or minibatches that the text does not have ends a run that would go on with it', () => {
    const goOn = (field: readonly [string, string, number]) => refusal(resumed(right(read(saying(...field)))))
    expect(goOn(['settings', 'steps', 4e9])).toContain('needs a text of at least 4000000001 characters, got 5')
    expect(goOn(['progress', 'minibatch', 3])).toBe(
      'the model does not fit: expected at most 2 minibatches of its epoch taken, as many as the text gives, got 3',
    )
    expect(E.isRight(resumed(right(read(saying('progress', 'minibatch', 2)))))).toBe(true)
    expect(E.isRight(resumed(right(read(saying('settings', 'limit', 4e9)))))).toBe(true)
  })

  test('of a shape that takes no bytes is refused', () => {
    expect(refusal(read(withShape('hidden.H', [0, 2 ** 52])))).toContain('got one of shape [0,4503599627370496]')
    expect(refusal(read(withShape('W_xh', [0, 2 ** 47])))).toContain('got one of shape [0,140737488355328]')
  })

  test('of rows, in the description of a state dict, is refused before a state is made of it', () => {
    const bytes = right(writeTorch({ ...plain, settings: { ...plain.settings, batch: 2e7 } }))
    const importing = () => {
      const file = right(readTorch('it')(bytes))
      return importTorch('it')(file, file.description ?? plain)
    }
    expect(refusal(importing())).toBe(
      'the number of rows must be so small that the hidden state has no more than 16777216 entries, ' +
        'got 20000000 with 2 hidden units in 1 layers',
    )
    expect(bytesAskedFor(importing)).toBeLessThan(inProportion(bytes))
  })

  test('of a description that is one long text or list asks for no more than a few times its length', () => {
    const long = 'x'.repeat(1_000_000)
    const texts = [
      JSON.stringify({ ...description, vocabulary: [long] }),
      JSON.stringify({ ...description, vocabulary: Array<string>(300_000).fill('x') }),
      `{"vocabulary":${'['.repeat(1_000_000)}`,
      `{"vocabulary":${'{"a":'.repeat(200_000)}`,
      `{${'"a":{},'.repeat(200_000)}"b":{}}`,
    ]
    texts.forEach((text) => {
      const bytes = resealed(
        writeSafetensors({ ...contents, metadata: new Map([...contents.metadata, ['pure-rnn', text]]) }),
      )
      expect(refusal(read(bytes))).toMatch(/^it cannot be read: expected [^\n]{1,300}$/)
      expect(bytesAskedFor(() => read(bytes))).toBeLessThan(inProportion(bytes) / 4)
    })
  })

  test('that is taken at its word is seen', () => {
    expect(bytesAskedFor(() => new Float32Array(2e7))).toBeGreaterThan(4e7)
    expect(bytesAskedFor(() => Array<number>(1e6))).toBeGreaterThanOrEqual(8e6)
    expect(bytesAskedFor(() => Array.from({ length: 1e6 }))).toBeGreaterThanOrEqual(8e6)
    expect(bytesAskedFor(() => Float32Array.from({ length: 1e6 }))).toBeGreaterThanOrEqual(4e6)
    expect(bytesAskedFor(() => float32.fill([batchAxis(1e6)], 0))).toBeGreaterThanOrEqual(4e6)
    expect(bytesAskedFor(() => float32.fill([batchAxis(10)], 0))).toBeLessThan(1e3)
  })
})

describe('A file that is mutated', () => {
  type Read<A> = (bytes: Uint8Array) => E.Either<Failure, A>

  /** What a reader makes of a mutated file; where it is watched, it may not ask for more memory than there is file. */
  const reading = <A>({ bytes, watched }: Mutated, reader: Read<A>): E.Either<Failure, A> => {
    if (!watched) return reader(bytes)
    const results: E.Either<Failure, A>[] = []
    const asked = bytesAskedFor(() => results.push(reader(bytes)))
    if (asked >= inProportion(bytes)) throw new Error(`${String(asked)} bytes of memory for ${String(bytes.length)}`)
    return results[0]
  }

  /** A refusal is one line that a terminal shows as it is; anything else is what the claim is about. */
  const isRefusedOr =
    <A>(claim: (read: A) => boolean) =>
    (result: E.Either<Failure, A>): boolean => {
      if (E.isRight(result)) return claim(result.right)
      const message = explain(result.left)
      return message.length < 700 && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(message)
    }

  /** A right file's model: one that is written, read and written as the same bytes, and that can be read characters. */
  const isLikeAnother = (model: Checkpoint): boolean => {
    const written = writeCheckpoint(model)
    const again = right(read(written))
    const { start } = reader(float32, modelOf(model.settings, model.vocabulary), model.progress.learner.parameters)
    return again.checked && typeof start === 'object' && sameBytes(writeCheckpoint(again), written)
  }

  const models: readonly (readonly [string, Uint8Array, number])[] = [
    ['of one layer', saved, 11_500],
    ['of an LSTM of two layers, with the state of an optimiser', writeCheckpoint(deep), 500],
  ]
  models.forEach(([what, file, runs]) => {
    law(
      `${what} is refused in one line, or is what it was, or has a right checksum and is a model like another`,
      forAll(mutated([file]), (mutation) => {
        const { whole, bytes, repaired } = mutation
        return isRefusedOr((model: Checkpoint) => (repaired || sameBytes(bytes, whole)) && isLikeAnother(model))(
          reading(mutation, read),
        )
      }),
      { runs },
    )
  })

  law(
    'of version 0.1.0 is refused in one line, or is a model like another',
    forAll(mutated(old.slice(0, 1)), (mutation) =>
      isRefusedOr((model: StoredCheckpoint) => !model.checked && isLikeAnother(model))(reading(mutation, read)),
    ),
    { runs: 4000 },
  )

  /** As the command does, for a file with a description and for one without. */
  const imported = (bytes: Uint8Array) =>
    pipe(
      readTorch('it')(bytes),
      E.chain((file) => importTorch('it')(file, file.description ?? plain)),
    )

  law(
    'and a state dict is refused in one line, or gives a model like another',
    forAll(mutated([...Array<Checkpoint>(7).fill(plain), deep].map((it) => right(writeTorch(it)))), (mutation) =>
      isRefusedOr(isLikeAnother)(reading(mutation, imported)),
    ),
    { runs: 4000 },
  )

  test('comes through often enough, where its checksum is repaired, for the checks behind it to be tried', () => {
    const samples = fc.sample(mutated([saved]), { numRuns: 1000, seed: 1 }).filter(({ repaired }) => repaired)
    const reached = samples.filter(({ bytes }) => !isRefused(bytes)).length
    const inside = samples.filter(({ bytes }) => / read: expected [\w.]+ to be /.test(refusal(read(bytes)))).length
    expect(Math.min(reached, inside)).toBeGreaterThan(25)
  })
})
