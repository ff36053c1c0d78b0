/** Interpreters: what the operations of the algebra mean. */
export { floatAlgebra } from './float.js'
export type { OneHotTensor, Tensor } from './float.js'
export { float32 } from './float32.js'
export type { Float32Tensor } from './float32.js'
export { float64 } from './float64.js'
export type { Float64Tensor } from './float64.js'
export type * from './readonly-array.js'
