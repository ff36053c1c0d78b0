/**
 * The graphs of a model as .onnx files that need nothing of this package: any ONNX Runtime runs them.
 */
import { defect } from '../algebra/defect.js'
import { flatten } from '../algebra/names.js'
import type { LayersShape } from '../model/layers.js'
import type { Parameters } from '../model/model.js'
import type { CharacterSet } from '../data/vocabulary.js'
import { forwardGraph, generationGraph, trainingGraph } from './graphs.js'
import type { BuiltIn, GraphRequest } from './graphs.js'

/** The graphs that are exported, by what they are for. */
export type ExportedName = 'training' | 'forward' | 'generation'

/** What is in each file, by what it is for. */
export type Exported = Readonly<Record<ExportedName, Uint8Array>>

/** The numbers of each parameter, as graphs have them built in. */
export const builtIn = (parameters: object): BuiltIn =>
  Object.fromEntries(Object.entries(flatten<'float32'>(parameters)).map(([field, { data }]) => [field, data]))

/**
 * The training step, whose parameters are fed in, and the forward pass and greedy generation, which have theirs built
 * in. The metadata of each file says what its inputs and outputs are, and holds the vocabulary: the characters in the
 * order of their numbers, as a JSON array. A vocabulary of another size than the model's is a defect.
 */
export const exportGraphs = <L extends LayersShape>(
  request: GraphRequest<L>,
  parameters: Parameters<'float32', L>,
  { characters }: CharacterSet,
): Exported => {
  const [expected, got] = [request.model.sizes.vocabulary, characters.length]
  if (got !== expected) {
    defect('exportGraphs', `expected the ${String(expected)} characters of the model, got ${String(got)}`)
  }
  const weights = builtIn(parameters)
  const described = { ...request, metadata: { vocabulary: JSON.stringify(characters), ...request.metadata } }
  return {
    training: trainingGraph(described),
    forward: forwardGraph(described, weights),
    generation: generationGraph(described, weights),
  }
}
