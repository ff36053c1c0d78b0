/** The laws of chance, vocabularies, samplers, choices and predictions, and what they are tried on. */
export * from '../generate/choice.js'
export * from './minibatch.js'
export * from '../generate/prediction.js'
export * from '../random.js'
export { samplerLaws } from './sampler.js'
export type { SamplerFamily, SamplerSample } from './sampler.js'
export * from './sampling.js'
export * from './vocabulary.js'
