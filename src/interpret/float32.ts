/** The reference reading: single precision, as every framework trains. */
import type { Concrete } from '../algebra/tensor-algebra.js'
import { floatAlgebra } from './float.js'
import type { OneHotTensor, Tensor } from './float-tensor.js'
import type { ReadonlyFloat32Array } from './readonly-array.js'

/** A tensor of single precision: its axes, and its entries in row-major order. */
export type Float32Tensor<A> = Tensor<A, ReadonlyFloat32Array>

declare module 'fp-ts/HKT' {
  interface URItoKind<A> {
    readonly float32: Float32Tensor<A>
  }
}
declare module '../algebra/tensor-algebra.js' {
  interface URItoOneHot<A> {
    readonly float32: OneHotTensor<A>
  }
}

// One implementation serves both storage types; the cast says which of them the tensors have.
/** The reading in single precision: tensors are `{ axes, data }`, and sums are accumulated in double precision. */
export const float32 = floatAlgebra(Float32Array) as unknown as Concrete<'float32'>
