/**
 * The safetensors format: named tensors in one file, which any reader of the format opens.
 *
 *   8 bytes        the header's length, the lowest byte first
 *   the header     JSON, padded with spaces to a multiple of 8 bytes
 *   the data       the tensors' bytes, one after the other, without gaps
 *
 * Source: https://github.com/huggingface/safetensors, version 0.8. The same tensors always make the same bytes:
 * the strictest alignment first and then by name, as the reference implementation has it, and metadata by key,
 * which that leaves to chance. Reading copies nothing: tensors are views of the file's bytes.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as RA from 'fp-ts/lib/ReadonlyArray.js'
import { defect } from '../algebra/defect.js'
import { requireMethods } from '../algebra/require.js'
import { quoted } from '../failure.js'
import type { Difference, Failure } from '../failure.js'
import { concatenateBytes } from '../interpret/kernel/index.js'
import { WORD, bytesOfLength, lengthOf } from './bytes.js'
import { METADATA, readHeader, showHeader } from './header.js'
import type { Header, TensorInfo } from './header.js'
import { byteLength, dtypes } from './stored-tensor.js'
import type { StoredTensor } from './stored-tensor.js'

/** A safetensors file's contents: metadata, and tensors by their names. */
export interface Safetensors {
  readonly metadata: ReadonlyMap<string, string>
  readonly tensors: ReadonlyMap<string, StoredTensor>
}

/** The format's own bound, which keeps a damaged length from asking for gigabytes. */
const LONGEST_HEADER = 100_000_000

type Named<A> = readonly [name: string, value: A]

const byCodePoint = (a: string, b: string): number => {
  const [as, bs] = [Array.from(a), Array.from(b)]
  const place = as.findIndex((character, i) => character !== bs[i])
  return place === -1 ? as.length - bs.length : (as[place].codePointAt(0) ?? 0) - (bs[place]?.codePointAt(0) ?? -1)
}

const byAlignmentAndName = ([nameA, a]: Named<StoredTensor>, [nameB, b]: Named<StoredTensor>): number =>
  dtypes.indexOf(b.dtype) - dtypes.indexOf(a.dtype) || byCodePoint(nameA, nameB)

/** The file of these tensors. A tensor that its bytes do not fill, or that is called __metadata__, is a defect. */
export const writeSafetensors = ({ metadata, tensors }: Safetensors): Uint8Array => {
  const sorted = [...tensors].toSorted(byAlignmentAndName).map(requireWritable)
  const begins = RA.scanLeft(0, (begin: number, [, { bytes }]: Named<StoredTensor>) => begin + bytes.length)(sorted)
  const infos = sorted.map(([name, { dtype, shape }], i): Named<TensorInfo> => [
    name,
    { dtype, shape, data_offsets: [begins[i], begins[i + 1]] },
  ])
  const texts = [...metadata].toSorted(([a], [b]) => byCodePoint(a, b))
  const header = new TextEncoder().encode(showHeader({ metadata: new Map(texts), tensors: new Map(infos) }))
  // Padded to a multiple of the length's own bytes, so that the data is aligned.
  const padding = new TextEncoder().encode(' '.repeat((WORD - (header.length % WORD)) % WORD))
  const length = bytesOfLength(header.length + padding.length)
  return concatenateBytes([length, header, padding, ...sorted.map(([, { bytes }]) => bytes)])
}

const requireWritable = (named: Named<StoredTensor>): Named<StoredTensor> => {
  const [name, { dtype, shape, bytes }] = named
  return name === METADATA
    ? defect('writeSafetensors', `no tensor can be called ${METADATA}`)
    : byteLength(dtype, shape) === bytes.length
      ? named
      : defect('writeSafetensors', `${String(bytes.length)} bytes do not fill ${name}, ${dtype}[${shape.join(', ')}]`)
}

/**
 * The tensors and the metadata of a file.
 *
 * @param what how messages call the file
 * @returns a failure for a file that is damaged, cut short, or not in this format. Nothing is allocated by what the
 *   file claims, only by what it holds. What is no bytes is a defect
 */
export const readSafetensors =
  (what: string) =>
  (bytes: Uint8Array): Either<Failure, Safetensors> => {
    requireMethods('readSafetensors', what, bytes, ['subarray'], 'bytes, a Uint8Array')
    return pipe(
      headerLength(bytes),
      E.chain((length) => {
        const data = bytes.subarray(WORD + length)
        return E.chain(tensorsOf(data))(readHeader(bytes.subarray(WORD, WORD + length)))
      }),
      E.mapLeft((difference): Failure => ({ _tag: 'DamagedFile', what, ...difference })),
    )
  }

const differ = (expected: string, got: string): Either<Difference, never> => E.left({ expected, got })

const headerLength = (bytes: Uint8Array): Either<Difference, number> => {
  const rest = bytes.length - WORD
  const length = lengthOf(bytes)
  return rest < 0
    ? differ(`a safetensors file, which has at least ${String(WORD)} bytes`, String(bytes.length))
    : length > LONGEST_HEADER
      ? differ(`a safetensors file, whose header has at most ${String(LONGEST_HEADER)} bytes`, String(length))
      : length > rest
        ? differ(`a header of ${String(length)} bytes`, `no more than ${String(rest)}`)
        : E.right(length)
}

/** The tensors as views of the data, if they cover it without a gap and without overlapping. */
const tensorsOf =
  (data: Uint8Array) =>
  ({ metadata, tensors }: Header): Either<Difference, Safetensors> => {
    const placed = [...tensors].toSorted(([, a], [, b]) => byPlace(a, b))
    const ends = [0, ...placed.map(([, { data_offsets }]) => data_offsets[1])]
    const wrong = placed.find(([, info], i) => info.data_offsets[0] !== ends[i] || !isFilled(info))
    const end = ends[ends.length - 1]
    return wrong !== undefined
      ? misplaced(wrong, ends[placed.indexOf(wrong)])
      : end !== data.length
        ? differ(`${String(end)} bytes of data`, String(data.length))
        : E.right({ metadata, tensors: new Map([...tensors].map(([name, info]) => [name, viewOf(data, info)])) })
  }

const byPlace = ({ data_offsets: a }: TensorInfo, { data_offsets: b }: TensorInfo): number => a[0] - b[0] || a[1] - b[1]

const isFilled = ({ dtype, shape, data_offsets: [begin, end] }: TensorInfo): boolean =>
  byteLength(dtype, shape) === end - begin

const misplaced = (
  [
    name,
    {
      dtype,
      shape,
      data_offsets: [begin, end],
    },
  ]: Named<TensorInfo>,
  from: number,
) => {
  const bytes = byteLength(dtype, shape)
  const tensor = `the tensor ${quoted(name)} of type ${dtype} and shape ${quoted(shape)}`
  return bytes === undefined
    ? differ(`${tensor} in a whole number of bytes below 2^50`, 'none')
    : differ(
        `${tensor} at the bytes from ${String(from)} to ${String(from + bytes)}`,
        `${String(begin)} to ${String(end)}`,
      )
}

const viewOf = (data: Uint8Array, { dtype, shape, data_offsets: [begin, end] }: TensorInfo): StoredTensor => ({
  dtype,
  shape,
  bytes: data.subarray(begin, end),
})
