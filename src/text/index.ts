/** From text to numbers and back: vocabulary, samplers, prediction. */
export * from './choose.js'
export * from './plan.js'
export * from './predict.js'
export * from './unfold.js'
export * from './vocabulary.js'
