/**
 * The way in: the float32 reading of everything, from a text to a trained model that writes.
 *
 * Tensors are plain values `{ axes, data }`, and everything is a pure function of them. For another reading (double
 * precision, a graph, one of your own) import the parts: pure-rnn/algebra, /interpret, /model, /data,
 * /train, /generate, /files.
 */
export { axis, product } from './algebra/axis.js'
export type { AnyAxis, Axes, Axis, Product } from './algebra/axis.js'
export { Defect } from './algebra/defect.js'
export type { Along, Carrier, OneHot, Signature, Tensors } from './algebra/tensor-algebra.js'
export { explain, FailureError, orThrow } from './failure.js'
export type { Failure, Result } from './failure.js'
export { float32 } from './interpret/float32.js'
export type { Float32Tensor, Float32Tensor as Tensor } from './interpret/float32.js'
export type { OneHotTensor } from './interpret/float-tensor.js'
export type { ReadonlyFloat32Array, ReadonlyInt32Array } from './interpret/readonly-array.js'
export { seeded } from './random.js'
export type { Random, RandomState } from './random.js'

export { languageModel } from './model/language-model.js'
export type {
  AnyNetwork,
  CellKind,
  CharacterSet,
  KindOptions,
  LanguageModel,
  ModelSizes,
  OwnCell,
} from './model/language-model.js'
export type { Cell, CellShape } from './model/cell.js'
export type { CellChoice } from './model/cells.js'
export type { Characters, Layers, LayersShape, ManyLayers, OneLayer } from './model/layers.js'
export type { Rnn } from './model/rnn.js'
export type { Gru } from './model/gru.js'
export type { Lstm } from './model/lstm.js'
export type { Gate } from './model/gate.js'
export { meanLoss, noLoss, perplexity } from './model/loss.js'
export type { LossSum } from './model/loss.js'
export { batchAxis, hiddenAxis, lowerAxis, previousAxis, timeAxis, vocabularyAxis } from './model/parameters.js'
export type { Batch, Hidden, Lower, Previous, Rows, Sizes, Time, Vocabulary } from './model/parameters.js'
export * from './float32/model.js'

export { bitsPerCharacter } from './train/evaluate.js'
export { adamDefaults } from './train/optimisers/adam.js'
export type { AdamSettings } from './train/optimisers/adam.js'
export type { EngineSpec } from './train/engine.js'
export { normalWeights, uniformEntries } from './train/initial.js'
export type { Initialisation } from './train/initial.js'
export type { AnyOptimiser, Optimiser, OptimiserState } from './train/optimisers/optimiser.js'
export { exponentialDecay, inverseDecay, warmUp } from './train/optimisers/schedule.js'
export type { Schedule } from './train/optimisers/schedule.js'
export type { Learner, Stepped } from './train/step.js'
export { take } from './train/stream.js'
export * from './float32/optimisers.js'
export * from './float32/train.js'
export { onnx } from './engine/lazy.js'

export { decode, encode, lineBreaksToSpaces, readText, vocabularyOf } from './data/vocabulary.js'
export type { Text } from './data/vocabulary.js'
export { consecutiveSampler, minibatchOf, randomSampler } from './data/samplers.js'
export type { Plan, BatchSampler } from './data/samplers.js'
export { greedy, sampling } from './generate/decoding.js'
export type { Decoding, SamplingSettings } from './generate/decoding.js'
export { predict } from './generate/prediction.js'
export type { Reader } from './generate/prediction.js'
export * from './float32/generate.js'
export * from './float32/files.js'
