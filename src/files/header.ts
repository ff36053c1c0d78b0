/**
 * The header of a safetensors file: a JSON object that says of each tensor its type, its shape, and where
 * its bytes begin and end.
 *
 *   {"__metadata__": {"key": "text", ...}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}
 *
 * A header is read strictly: no other fields, and no name twice (JSON.parse would keep the last of them). Its
 * outline is followed before it is parsed, so that no header can nest deeply enough, or hold enough objects, to
 * exhaust the memory.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { quoted } from '../failure.js'
import type { Difference } from '../failure.js'
import { namesIn } from './outline.js'
import { dtypes } from './stored-tensor.js'
import type { Dtype } from './stored-tensor.js'

export interface TensorInfo {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  /** Where the tensor's bytes begin and end, counted from the end of the header. */
  readonly data_offsets: readonly [begin: number, end: number]
}

export interface Header {
  readonly metadata: ReadonlyMap<string, string>
  readonly tensors: ReadonlyMap<string, TensorInfo>
}

/** The name that no tensor can have. */
export const METADATA = '__metadata__'

/** The header's text. Names stand in the order of the maps. */
export const showHeader = ({ metadata, tensors }: Header): string => {
  const texts = [...metadata].map(([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`)
  const infos = [...tensors].map(([name, { dtype, shape, data_offsets }]) => {
    const info = { dtype, shape, data_offsets }
    return `${JSON.stringify(name)}:${JSON.stringify(info)}`
  })
  return `{${[...(metadata.size === 0 ? [] : [`"${METADATA}":{${texts.join(',')}}`]), ...infos].join(',')}}`
}

/** The header that these bytes are, or what is wrong with them. */
export const readHeader = (bytes: Uint8Array): Either<Difference, Header> => {
  const names = namesIn(bytes)
  const parsed = names === undefined ? undefined : parse(bytes)
  return parsed === undefined
    ? E.left({ expected: 'a header in JSON that describes tensors', got: 'something else' })
    : countNames(parsed) !== names
      ? E.left({ expected: 'a header with every name once', got: 'one with a name twice' })
      : headerOf(Object.entries(parsed))
}

/** What the outline promises: an object of objects. */
type Parsed = Readonly<Record<string, Fields>>
type Fields = Readonly<Record<string, unknown>>

const parse = (bytes: Uint8Array): Parsed | undefined =>
  E.getOrElse((): Parsed | undefined => undefined)(
    E.tryCatch(
      () => onlyObjects(JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))),
      () => 'neither UTF-8 nor JSON',
    ),
  )

const onlyObjects = (value: unknown): Parsed | undefined =>
  isObject(value) && Object.values(value).every(isObject) ? (value as Parsed) : undefined

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const countNames = (parsed: Parsed): number =>
  Object.values(parsed).reduce((count, fields) => count + Object.keys(fields).length, Object.keys(parsed).length)

const headerOf = (entries: readonly (readonly [string, Fields])[]): Either<Difference, Header> => {
  const metadata = entries.filter(([name]) => name === METADATA).flatMap(([, texts]) => Object.entries(texts))
  const strange = metadata.find(([, text]) => typeof text !== 'string')
  return strange !== undefined
    ? E.left({ expected: `a text for ${quoted(strange[0])} in ${METADATA}`, got: quoted(strange[1]) })
    : E.map((infos: readonly (readonly [string, TensorInfo])[]) => ({
        metadata: new Map(metadata as [string, string][]),
        tensors: new Map(infos),
      }))(E.traverseArray(readInfo)(entries.filter(([name]) => name !== METADATA)))
}

const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0

const readInfo = ([name, fields]: readonly [string, Fields]): Either<Difference, readonly [string, TensorInfo]> => {
  const { dtype, shape, data_offsets: offsets, ...others } = fields
  const differ = (expected: string, got: unknown) =>
    E.left({ expected: `${expected} for the tensor ${quoted(name)}`, got: quoted(got) })
  return !dtypes.includes(dtype as Dtype)
    ? differ(`a type among ${dtypes.join(', ')}`, dtype)
    : !(Array.isArray(shape) && shape.every(isCount))
      ? differ('a shape of whole numbers below 2^53', shape)
      : !(Array.isArray(offsets) && offsets.length === 2 && offsets.every(isCount))
        ? differ('two offsets below 2^53', offsets)
        : Object.keys(others).length > 0
          ? differ('no fields but dtype, shape and data_offsets', others)
          : E.right([name, { dtype: dtype as Dtype, shape, data_offsets: [offsets[0], offsets[1]] }])
}
