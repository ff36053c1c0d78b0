/** From text to numbers and back: vocabulary, samplers, minibatches. */
export * from './samplers.js'
export * from './vocabulary.js'
