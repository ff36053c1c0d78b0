/** The same text in double precision, where a central difference agrees with a gradient to eight digits or so. */
import type { Concrete } from '../algebra/tensor-algebra.js'
import { floatAlgebra } from './float.js'
import type { OneHotTensor, Tensor } from './float-tensor.js'
import type { ReadonlyFloat64Array } from './readonly-array.js'

/** A tensor of double precision: its axes, and its entries in row-major order. */
export type Float64Tensor<A> = Tensor<A, ReadonlyFloat64Array>

declare module 'fp-ts/HKT' {
  interface URItoKind<A> {
    readonly float64: Float64Tensor<A>
  }
}
declare module '../algebra/tensor-algebra.js' {
  interface URItoOneHot<A> {
    readonly float64: OneHotTensor<A>
  }
}

// One implementation serves both storage types; the cast says which of them the tensors have.
/** The reading in double precision, for gradient checks. */
export const float64 = floatAlgebra(Float64Array) as unknown as Concrete<'float64'>
