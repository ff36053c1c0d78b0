/** Interpreters: what the operations of the algebra mean. */
export { floatAlgebra } from './float.js'
export type { OneHotTensor, Tensor } from './float-tensor.js'
export { float32 } from './float32.js'
export type { Float32Tensor } from './float32.js'
export { float64 } from './float64.js'
export type { Float64Tensor } from './float64.js'
export type { Bounded } from './bounded.js'
export { doublePrecision, rounding, roundingErrors, singlePrecision } from './rounding.js'
export type { Precision } from './rounding.js'
export type * from './readonly-array.js'
/** The axes of each operation's result: what an interpreter of one's own has to check. */
export * as typing from './typing.js'
