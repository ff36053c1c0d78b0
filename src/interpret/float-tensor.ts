/** What a tensor of numbers is, at either precision. */
import type { ReadonlyFloatArray, ReadonlyInt32Array } from './readonly-array.js'

/** A tensor of numbers with these axes. */
export interface Tensor<A, D = ReadonlyFloatArray> {
  readonly axes: Readonly<A>
  readonly data: D
}

/** One-hot rows by their indices along the last axis. */
export interface OneHotTensor<A> {
  readonly axes: Readonly<A>
  readonly index: ReadonlyInt32Array
}

declare module 'fp-ts/HKT' {
  interface URItoKind<A> {
    /** Either precision: what the constructor `floatAlgebra` is written for. */
    readonly float: Tensor<A>
  }
}
declare module '../algebra/tensor-algebra.js' {
  interface URItoOneHot<A> {
    readonly float: OneHotTensor<A>
  }
}
