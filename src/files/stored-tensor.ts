/**
 * A tensor as a file holds it: the type of its entries, its shape, and its bytes in row-major order.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { defect } from '../algebra/defect.js'
import type { Failure } from '../failure.js'
import type { ReadonlyFloat32Array } from '../interpret/readonly-array.js'
import { bytesOf, numbersOf } from './bytes.js'

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

/** The tensor of these numbers in single precision; numbers that do not fill the shape are a defect. */
export const encoded = (shape: readonly number[], values: ReadonlyFloat32Array): StoredTensor => {
  // Interpreters hand out arrays that cannot be written; underneath they are the platform's.
  const bytes = bytesOf(values as unknown as Float32Array)
  return byteLength('F32', shape) === bytes.length
    ? { dtype: 'F32', shape, bytes }
    : defect('encoded', `${String(values.length)} entries do not fill the shape [${shape.join(', ')}]`)
}

/**
 * The numbers of a tensor of single precision, in a fresh array.
 *
 * @param what how messages call the tensor
 * @returns the numbers, or a failure where the entries are of another type: nothing is converted
 */
export const decoded = (what: string, { dtype, bytes }: StoredTensor): Either<Failure, ReadonlyFloat32Array> =>
  dtype === 'F32'
    ? E.right(numbersOf(bytes))
    : E.left({ _tag: 'Mismatch', what, expected: 'entries of type F32', got: dtype })
