/** Files, as bytes: the safetensors format, and the model file with settings, vocabulary and the state of a run. */
export * from './checkpoint.js'
export type { Description } from './description.js'
export * from './safetensors.js'
export * from './settings.js'
export * from './setup.js'
export { decoded, encoded } from './stored-tensor.js'
export type { Decoded, Dtype, StoredTensor } from './stored-tensor.js'
export * from './text-mark.js'
