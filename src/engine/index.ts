/** Compiled engines: the training step as one graph, ONNX Runtime to run it, and graphs as files. */
export { builtIn, exportGraphs } from './export.js'
export type { Exported, ExportedName } from './export.js'
export { forwardGraph, generationGraph, LARGEST, NEXT, trainingGraph } from './graphs.js'
export type { BuiltIn, GraphRequest } from './graphs.js'
export { onnxEngine } from './onnx.js'
export type { OnnxEngine, OnnxLearner } from './onnx.js'
export { nativeRuntime, runtimeOf } from './runtime.js'
export type { Runtime, RuntimePackage, RuntimeSession, RuntimeTensor, RuntimeTensors } from './runtime.js'
