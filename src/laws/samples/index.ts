/** Generators of the samples that laws are tried on, for fast-check, which has to be installed beside this package. */
export * from './adam.js'
export * from './algebra.js'
export * from './data.js'
export * from './model.js'
export * from './optimisers.js'
export * from './tensors.js'
export { carrySamples, runSamples, stepSamples } from './training.js'
