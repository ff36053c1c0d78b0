/** Samples of what is stored: tensors, files of them, and files that are damaged. */
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { explain } from '../../src/failure.js'
import type { Failure } from '../../src/failure.js'
import { bytesOf, bytesOfLength } from '../../src/files/bytes.js'
import { hasPlace, sealed } from '../../src/files/checksum.js'
import { decoded, readSafetensors, writeSafetensors } from '../../src/files/index.js'
import type { Safetensors, StoredTensor } from '../../src/files/index.js'
import { byteLength, dtypes } from '../../src/files/stored-tensor.js'

export const right = <A>(result: E.Either<Failure, A>): A =>
  E.getOrElse((failure: Failure): A => {
    throw new Error(explain(failure))
  })(result)

export const refusal = (result: E.Either<Failure, unknown>): string =>
  E.match(explain, () => 'nothing was refused')(result)

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i])

export const anyBytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

/** A tensor of any type and up to three small dimensions, whose bytes may be any: NaN payloads, subnormals, -0. */
const storedTensor: fc.Arbitrary<StoredTensor> = fc
  .tuple(fc.constantFrom(...dtypes), fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }))
  .filter(([dtype, shape]) => byteLength(dtype, shape) !== undefined)
  .chain(([dtype, shape]) => anyBytes(byteLength(dtype, shape) ?? 0).map((bytes) => ({ dtype, shape, bytes })))

/** Names as they come, with those that objects treat in a way of their own more often than chance would have it. */
const name = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', '0', '10', '', 'é', '"'),
)

export const file: fc.Arbitrary<Safetensors> = fc.record({
  metadata: fc.array(fc.tuple(name, fc.string({ unit: 'binary' })), { maxLength: 3 }).map((pairs) => new Map(pairs)),
  tensors: fc
    .array(
      fc.tuple(
        name.filter((it) => it !== '__metadata__'),
        storedTensor,
      ),
      { maxLength: 4 },
    )
    .map((pairs) => new Map(pairs)),
})

export const sameFile = (a: Safetensors, b: Safetensors): boolean =>
  a.metadata.size === b.metadata.size &&
  a.tensors.size === b.tensors.size &&
  [...a.metadata].every(([key, text]) => b.metadata.get(key) === text) &&
  [...a.tensors].every(([key, { dtype, shape, bytes }]) => {
    const other = b.tensors.get(key)
    return (
      other?.dtype === dtype && JSON.stringify(other.shape) === JSON.stringify(shape) && sameBytes(other.bytes, bytes)
    )
  })

/** A file of any header, whether or not it is one. */
export const withHeader = (header: string | Uint8Array, data = 0): Uint8Array => {
  const bytes = typeof header === 'string' ? new TextEncoder().encode(header) : header
  return Uint8Array.from([...bytesOfLength(bytes.length), ...bytes, ...new Uint8Array(data)])
}

export const f32 = (...values: readonly number[]) => right(decoded('it', numbers(values)))
const numbers = (values: readonly number[]): StoredTensor => ({
  dtype: 'F32',
  shape: [values.length],
  bytes: bytesOf(Float32Array.from(values)),
})

/** A tensor of 64-bit integers, all 0. */
export const longs = (...shape: readonly number[]): StoredTensor => ({
  dtype: 'I64',
  shape,
  bytes: new Uint8Array(8 * shape.reduce((count, size) => count * size, 1)),
})

export const rewritten = (contents: Safetensors) => readSafetensors('it')(writeSafetensors(contents))

/** A model file with the checksum that its bytes have, where it has a place for one. */
export const resealed = (bytes: Uint8Array): Uint8Array => (hasPlace(bytes) ? sealed(bytes) : bytes)

/** Bytes with a few bits turned, a piece left out or something put in. */
export const damaged = (whole: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> => {
  const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  const turned = fc
    .tuple(whole, fc.array(fc.tuple(place, fc.integer({ min: 0, max: 7 })), { minLength: 1, maxLength: 3 }))
    .map(([bytes, turns]) => {
      const places = new Map(turns.map(([part, bit]) => [Math.floor(part * bytes.length), bit]))
      return bytes.map((byte, i) => (places.has(i) ? byte ^ (1 << (places.get(i) ?? 0)) : byte))
    })
  const replaced = fc
    .tuple(whole, place, fc.nat({ max: 8 }), fc.uint8Array({ maxLength: 8 }))
    .map(([bytes, part, out, put]) => {
      const at = Math.floor(part * bytes.length)
      return Uint8Array.from([...bytes.subarray(0, at), ...put, ...bytes.subarray(at + out)])
    })
  return fc.oneof(turned, replaced)
}
