/**
 * Chapter 8. What is stored, first part: numbers as bytes, and tensors as safetensors files.
 */
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { explain } from '../src/failure.js'
import { bytesOf, bytesOfLength, lengthOf, numbersOf, reversed } from '../src/files/bytes.js'
import { decoded, encoded, readSafetensors, writeSafetensors } from '../src/files/index.js'
import type { Safetensors, StoredTensor } from '../src/files/index.js'
import { forAll, law } from './runner/run.js'
import {
  anyBytes,
  damaged,
  f32,
  file,
  longs,
  refusal,
  rewritten,
  right,
  sameBytes,
  sameFile,
  withHeader,
} from './runner/store-samples.js'

describe('Numbers as bytes', () => {
  law(
    'are read back as the same bits, from any place in memory',
    forAll(
      fc.integer({ min: 0, max: 7 }),
      fc.integer({ min: 0, max: 9 }).chain((n) => anyBytes(4 * n)),
      (offset, bytes) => {
        const moved = Uint8Array.from([...new Uint8Array(offset), ...bytes]).subarray(offset)
        return sameBytes(bytesOf(numbersOf(moved)), bytes)
      },
    ),
  )

  law(
    'stand lowest byte first, and reversed on a machine that has them the other way',
    forAll(fc.float(), (single) => {
      const view = new DataView(new ArrayBuffer(4))
      view.setFloat32(0, single, true)
      const low = new Uint8Array(view.buffer.slice(0))
      view.setFloat32(0, single, false)
      const high = new Uint8Array(view.buffer)
      return sameBytes(bytesOf(Float32Array.of(single)), low) && sameBytes(reversed(low, 4), high)
    }),
  )

  law(
    'that tell a length are that length',
    forAll(fc.maxSafeNat(), (length) => lengthOf(bytesOfLength(length)) === length),
  )

  test('of another type are not converted', () => {
    expect(refusal(decoded('the tensor W', longs(1)))).toBe(
      'the tensor W does not fit: expected entries of type F32, got I64',
    )
  })

  test('that do not fill a shape are a defect', () => {
    expect(() => encoded([2], f32(1))).toThrow('encoded: 1 entries do not fill the shape [2]')
  })
})

describe('A safetensors file', () => {
  /** The bytes that the reference implementation's own tests expect (huggingface/safetensors, src/tensor.rs). */
  const reference: readonly (readonly [string, Safetensors, string, readonly number[]])[] = [
    [
      'six numbers',
      { metadata: new Map(), tensors: new Map([['attn.0', encoded([1, 2, 3], f32(0, 1, 2, 3, 4, 5))]]) },
      '{"attn.0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}}',
      [0, 0, 0, 0, 0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64, 0, 0, 160, 64],
    ],
    [
      'a header that is padded',
      { metadata: new Map(), tensors: new Map([['attn0', encoded([1, 1, 2, 3], f32(0, 1, 2, 3, 4, 5))]]) },
      '{"attn0":{"dtype":"F32","shape":[1,1,2,3],"data_offsets":[0,24]}}       ',
      [0, 0, 0, 0, 0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64, 0, 0, 160, 64],
    ],
    ['nothing', { metadata: new Map(), tensors: new Map() }, '{}      ', []],
    [
      'metadata alone',
      { metadata: new Map([['framework', 'pt']]), tensors: new Map() },
      '{"__metadata__":{"framework":"pt"}}     ',
      [],
    ],
  ]

  test.each(reference)('of %s has the bytes of the reference implementation', (_, contents, header, data) => {
    const bytes = [header.length, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(header), ...data]
    expect([...writeSafetensors(contents)]).toEqual(bytes)
  })

  law(
    'is read back as what was written, bit for bit',
    forAll(file, (contents) => sameFile(right(readSafetensors('it')(writeSafetensors(contents))), contents)),
  )

  law(
    'is written back as the same bytes',
    forAll(file, (contents) => {
      const bytes = writeSafetensors(contents)
      return sameBytes(writeSafetensors(right(readSafetensors('it')(bytes))), bytes)
    }),
  )

  law(
    'does not depend on the order in which its parts are given',
    forAll(file, ({ metadata, tensors }) =>
      sameBytes(
        writeSafetensors({ metadata, tensors }),
        writeSafetensors({
          metadata: new Map([...metadata].reverse()),
          tensors: new Map([...tensors].reverse()),
        }),
      ),
    ),
  )

  test('holds the strictest alignment first, then goes by the names, code point by code point', () => {
    const tensors = ['\u{1F600}', '\uFFFD', 'b', 'a', 'ab'].map((it) => [it, encoded([], f32(0))] as const)
    const long = ['z', longs()] as const
    const { tensors: written } = right(
      readSafetensors('it')(writeSafetensors({ metadata: new Map(), tensors: new Map([...tensors, long]) })),
    )
    expect([...written.keys()]).toEqual(['z', 'a', 'ab', 'b', '\uFFFD', '\u{1F600}'])
  })

  test('cannot hold a tensor called __metadata__, nor one that its bytes do not fill', () => {
    const tensor = encoded([], f32(0))
    const of = (it: string, each: StoredTensor) => () =>
      writeSafetensors({ metadata: new Map(), tensors: new Map([[it, each]]) })
    expect(of('__metadata__', tensor)).toThrow('no tensor can be called __metadata__')
    expect(of('W', { ...tensor, shape: [2] })).toThrow('4 bytes do not fill W, F32[2]')
  })

  const tensor = (fields: string) => `{"W":{"dtype":"F32","shape":[2],"data_offsets":[0,8]${fields}}}`
  const entry = (dtype: string, shape: string, offsets: string) =>
    `{"W":{"dtype":${dtype},"shape":${shape},"data_offsets":${offsets}}}`
  const two = (first: string, second: string) =>
    `{"a":{"dtype":"U8","shape":[2],"data_offsets":${first}},"b":{"dtype":"U8","shape":[2],"data_offsets":${second}}}`
  const notAHeader = 'expected a header in JSON that describes tensors, got something else'

  test.each<readonly [string, Uint8Array, string]>([
    ['no bytes', new Uint8Array(0), 'which has at least 8 bytes, got 0'],
    ['seven bytes', new Uint8Array(7), 'which has at least 8 bytes, got 7'],
    ['a header that ends too early', bytesOfLength(2), 'expected a header of 2 bytes, got no more than 0'],
    [
      'a header of gigabytes',
      bytesOfLength(2 ** 53 - 1),
      'whose header has at most 100000000 bytes, got 9007199254740991',
    ],
    ['a header of 2^64 - 1 bytes', new Uint8Array(8).fill(255), 'at most 100000000 bytes, got 18446744073709552000'],
    ['an empty header', withHeader(''), notAHeader],
    ['another start', withHeader(' {}'), notAHeader],
    ['a byte order mark', withHeader('\uFEFF{}'), notAHeader],
    ['bytes that are not UTF-8', withHeader(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), notAHeader],
    ['no JSON', withHeader('{"W"}'), notAHeader],
    ['a list', withHeader('[]'), notAHeader],
    ['a number', withHeader('1'), notAHeader],
    ['two objects', withHeader('{}{}'), notAHeader],
    ['an object that does not end', withHeader('{'), notAHeader],
    ['a string that does not end', withHeader('{"'), notAHeader],
    ['a tensor that is no object', withHeader('{"W":1}'), notAHeader],
    ['a tensor that is null', withHeader('{"W":null}'), notAHeader],
    ['an object too deep', withHeader('{"W":{"dtype":{}}}'), notAHeader],
    ['a list too deep', withHeader('{"W":{"shape":[[]]}}'), notAHeader],
    ['a list for a tensor', withHeader('{"W":[]}'), notAHeader],
    [
      'a name twice',
      withHeader('{"W":{},"W":{}}'),
      'expected a header with every name once, got one with a name twice',
    ],
    ['a name twice, once escaped', withHeader('{"W":{},"\\u0057":{}}'), 'with a name twice'],
    ['__proto__ twice', withHeader('{"__proto__":{},"__proto__":{}}'), 'with a name twice'],
    ['a field twice', withHeader(tensor(',"dtype":"F32"'), 8), 'with a name twice'],
    ['a key of the metadata twice', withHeader('{"__metadata__":{"a":"1","a":"1"}}'), 'with a name twice'],
    ['the metadata twice', withHeader('{"__metadata__":{},"__metadata__":{}}'), 'with a name twice'],
    ['a number in the metadata', withHeader('{"__metadata__":{"a":1}}'), 'a text for "a" in __metadata__, got 1'],
    ['a list in the metadata', withHeader('{"__metadata__":{"a":[]}}'), 'a text for "a" in __metadata__, got []'],
    ['a field too many', withHeader(tensor(',"__proto__":"x"'), 8), 'no fields but dtype, shape and data_offsets'],
    [
      'a field too few',
      withHeader('{"W":{"dtype":"F32"}}'),
      'a shape of whole numbers below 2^53 for the tensor "W", got nothing',
    ],
    ['a type that does not exist', withHeader(entry('"F31"', '[2]', '[0,8]'), 8), 'for the tensor "W", got "F31"'],
    ['a type that is a property of objects', withHeader(entry('"toString"', '[2]', '[0,8]'), 8), 'got "toString"'],
    ['a type that is a number', withHeader(entry('32', '[2]', '[0,8]'), 8), 'for the tensor "W", got 32'],
    ['a negative size', withHeader(entry('"F32"', '[-2]', '[0,8]'), 8), 'a shape of whole numbers below 2^53'],
    ['half a size', withHeader(entry('"F32"', '[2.5]', '[0,8]'), 8), 'a shape of whole numbers below 2^53'],
    [
      'a size of 2^53',
      withHeader(entry('"F32"', '[9007199254740992]', '[0,8]'), 8),
      'a shape of whole numbers below 2^53',
    ],
    ['a shape that is a text', withHeader(entry('"F32"', '"2"', '[0,8]'), 8), 'a shape of whole numbers below 2^53'],
    ['three offsets', withHeader(entry('"F32"', '[2]', '[0,8,8]'), 8), 'expected two offsets below 2^53'],
    [
      'sizes whose product overflows',
      withHeader(entry('"F32"', '[4294967296,4294967296]', '[0,8]'), 8),
      'in a whole number of bytes',
    ],
    ['half a byte', withHeader(entry('"F4"', '[1]', '[0,0]')), 'in a whole number of bytes below 2^50, got none'],
    [
      'too few bytes for the shape',
      withHeader(entry('"F32"', '[3]', '[0,8]'), 8),
      'at the bytes from 0 to 12, got 0 to 8',
    ],
    [
      'offsets that run backwards',
      withHeader(entry('"F32"', '[2]', '[8,0]'), 8),
      'at the bytes from 0 to 8, got 8 to 0',
    ],
    [
      'a gap before the first',
      withHeader(entry('"F32"', '[2]', '[8,16]'), 16),
      'at the bytes from 0 to 8, got 8 to 16',
    ],
    ['a gap', withHeader(two('[0,2]', '[3,5]'), 5), 'at the bytes from 2 to 4, got 3 to 5'],
    ['an overlap', withHeader(two('[0,2]', '[1,3]'), 3), 'at the bytes from 2 to 4, got 1 to 3'],
    ['the same bytes twice', withHeader(two('[0,2]', '[0,2]'), 2), 'at the bytes from 2 to 4, got 0 to 2'],
    ['data cut short', withHeader(tensor(''), 7), 'expected 8 bytes of data, got 7'],
    ['data after the last', withHeader(tensor(''), 9), 'expected 8 bytes of data, got 9'],
  ])('is refused with %s', (_, bytes, reason) => {
    const message = refusal(readSafetensors('model.safetensors')(bytes))
    expect(message).toContain(reason)
    expect(message).toMatch(/^model\.safetensors cannot be read: expected [^\n]{1,400}, got [^\n]+$/)
  })

  test('may list its tensors in any order, and pad its header as it likes', () => {
    const { tensors } = right(readSafetensors('it')(withHeader(`${two('[2,4]', '[0,2]')}   \n`, 4)))
    expect([...tensors.keys()]).toEqual(['a', 'b'])
  })

  test('may be part of a larger buffer, and is not copied', () => {
    const bytes = withHeader(tensor(''), 8)
    const buffer = Buffer.concat([Buffer.from('abc'), bytes])
    const { tensors } = right(readSafetensors('it')(buffer.subarray(3)))
    expect(tensors.get('W')?.bytes.buffer).toBe(buffer.buffer)
  })

  /** Each of these would take a careless reader seconds, gigabytes or the whole stack. */
  const MANY = 300_000
  test.each([
    ['lists in lists', '{"a":{"shape":' + '['.repeat(MANY)],
    ['objects in objects', '{"a":'.repeat(MANY)],
    ['objects by the million', `{${'"a":{},'.repeat(4 * MANY)}"b":{}}`],
    ['backslashes', `{"${'\\"'.repeat(MANY)}\\`],
    ['quotation marks', '"'.repeat(MANY)],
    ['a size by the thousand', entry('"U8"', `[${'1,'.repeat(MANY)}1]`, '[0,0]')],
  ])('is refused with %s, quickly and in one line', (_, header) => {
    expect(refusal(readSafetensors('it')(withHeader(header)))).toMatch(
      /^it cannot be read: expected [^\n]{1,400}, got [^\n]+$/,
    )
  })

  law(
    'that is cut short is refused',
    forAll(file, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (contents, part) => {
      const bytes = writeSafetensors(contents)
      return E.isLeft(readSafetensors('it')(bytes.subarray(0, Math.floor(part * bytes.length))))
    }),
  )

  law(
    'that is damaged is refused, or is another file: reading it never throws',
    forAll(damaged(file.map(writeSafetensors)), (bytes) => {
      const result = readSafetensors('it')(bytes)
      return E.isLeft(result)
        ? !explain(result.left).includes('\n')
        : sameFile(result.right, right(rewritten(result.right)))
    }),
    { runs: 1000 },
  )

  law(
    'of any bytes whatever is refused, or is a file',
    forAll(
      fc.oneof(
        fc.uint8Array({ maxLength: 64 }),
        fc.json().map((header) => withHeader(header)),
      ),
      (bytes) => {
        const result = readSafetensors('it')(bytes)
        return E.isLeft(result) || sameFile(result.right, right(rewritten(result.right)))
      },
    ),
  )
})
