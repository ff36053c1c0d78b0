/** The reference reading: single precision, as every framework trains. */
import type { Concrete } from '../algebra/tensor-algebra.js'
import { floatAlgebra } from './float.js'
import type { OneHotTensor, Tensor } from './float-tensor.js'
import type { ReadonlyFloat32Array } from './readonly-array.js'

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

export const float32 = floatAlgebra(Float32Array) as unknown as Concrete<'float32'>
