/**
 * The header of a safetensors file: a JSON object that says of each tensor its type, its shape, and where
 * its bytes begin and end.
 *
 *   {"__metadata__": {"key": "text", ...}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}
 *
 * A header is read strictly: no other fields, and no name twice.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { quoted } from '../failure.js'
import type { Difference } from '../failure.js'
import { isObject, readJson } from './json.js'
import type { Flaw, JsonObject } from './json.js'
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

/** An object of objects: each tensor's, and the metadata's. */
const DEEPEST = 2

const flaws: Readonly<Record<Flaw, Difference>> = {
  'something else': { expected: 'a header in JSON that describes tensors', got: 'something else' },
  'one with a name twice': { expected: 'a header with every name once', got: 'one with a name twice' },
}

/** The header that these bytes are, or what is wrong with them. */
export const readHeader = (bytes: Uint8Array): Either<Difference, Header> =>
  pipe(
    readJson(DEEPEST)(bytes),
    E.filterOrElse(hasObjectsAlone, (): Flaw => 'something else'),
    E.mapLeft((flaw) => flaws[flaw]),
    E.chain((parsed) => headerOf(Object.entries(parsed))),
  )

const hasObjectsAlone = (parsed: JsonObject): parsed is Readonly<Record<string, JsonObject>> =>
  Object.values(parsed).every(isObject)

const headerOf = (entries: readonly (readonly [string, JsonObject])[]): Either<Difference, Header> => {
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

const readInfo = ([name, fields]: readonly [string, JsonObject]): Either<Difference, readonly [string, TensorInfo]> => {
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
