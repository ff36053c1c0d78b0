/**
 * A tensor as a file holds it: the type of its entries, its shape, and its bytes in row-major order.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { defect } from '../algebra/defect.js'
import type { Failure } from '../failure.js'
import type { ReadonlyFloat32Array, ReadonlyFloat64Array, ReadonlyInt32Array } from '../interpret/readonly-array.js'
import { bytesOf, numbersOf } from './bytes.js'
import type { Numbers, Storage } from './bytes.js'

/** How many bits an entry of each type takes. The types stand in the format's order, the strictest alignment last. */
const BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const

/** The types of a stored tensor's entries, as safetensors names them: 'F32', 'I64', ... */
export type Dtype = keyof typeof BITS

/** Every type of entry, the strictest alignment last. */
export const dtypes = Object.keys(BITS) as readonly Dtype[]

/** A tensor as a file has it: the type of its entries, its shape, and its bytes, little-endian. */
export interface StoredTensor {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

/** How many bytes a tensor takes; undefined where that is no whole number, or one too large to be exact. */
export const byteLength = (dtype: Dtype, shape: readonly number[]): number | undefined => {
  const exact = (n: number): number => (Number.isSafeInteger(n) ? n : NaN)
  const bits = shape.reduce<number>((product, size) => exact(product * size), BITS[dtype])
  return bits % 8 === 0 ? bits / 8 : undefined
}

/** The types whose entries can be written and read as numbers, and what holds them. */
export interface Decoded {
  readonly F32: ReadonlyFloat32Array
  readonly F64: ReadonlyFloat64Array
  readonly I32: ReadonlyInt32Array
  readonly I64: readonly bigint[]
}

interface Codec<A> {
  readonly encode: (values: A) => Uint8Array
  readonly decode: (bytes: Uint8Array) => A
}

/** Interpreters hand out arrays that cannot be written; underneath they are the platform's. */
const array = <N extends Numbers, A>(storage: Storage<N>): Codec<A> => ({
  encode: (values) => bytesOf(values as unknown as N),
  decode: (bytes) => numbersOf(storage)(bytes) as unknown as A,
})

/** 64-bit integers as pairs of 32-bit ones, the low half first. */
const bigIntegers: Codec<readonly bigint[]> = {
  encode: (values) => bytesOf(Int32Array.from(values.flatMap((n) => [lowHalf(n), lowHalf(n >> 32n)]))),
  decode: (bytes) => {
    const halves = numbersOf(Int32Array)(bytes)
    const whole = (low: number, high: number) => (BigInt(high) << 32n) + BigInt(low >>> 0)
    return Array.from({ length: halves.length / 2 }, (_, i) => whole(halves[2 * i], halves[2 * i + 1]))
  },
}

const lowHalf = (n: bigint): number => Number(BigInt.asIntN(32, n))

const codecs: { readonly [D in keyof Decoded]: Codec<Decoded[D]> } = {
  F32: array(Float32Array),
  F64: array(Float64Array),
  I32: array(Int32Array),
  I64: bigIntegers,
}

/** The tensor of these entries; entries that do not fill the shape are a defect. */
export const encoded = <D extends keyof Decoded>(
  dtype: D,
  shape: readonly number[],
  values: Decoded[D],
): StoredTensor => {
  const bytes = codecs[dtype].encode(values)
  return byteLength(dtype, shape) === bytes.length
    ? { dtype, shape, bytes }
    : defect('encoded', `${String(values.length)} entries do not fill the shape [${shape.join(', ')}]`)
}

/**
 * The entries of a tensor, in a fresh array.
 *
 * @param what how messages call the tensor
 * @returns the entries, or a failure where they are of another type: nothing is converted
 */
export const decoded =
  <D extends keyof Decoded>(dtype: D) =>
  (what: string, tensor: StoredTensor): Either<Failure, Decoded[D]> =>
    tensor.dtype === dtype
      ? E.right(codecs[dtype].decode(tensor.bytes))
      : E.left({ _tag: 'Mismatch', what, expected: `entries of type ${dtype}`, got: tensor.dtype })
