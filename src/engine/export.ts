/**
 * The graphs of a model as .onnx files that need nothing of this package: any ONNX Runtime runs them.
 */
import type { Axes } from '../algebra/axis.js'
import { defect } from '../algebra/defect.js'
import type { Float32Tensor } from '../interpret/float32.js'
import type { CellShape } from '../model/cell.js'
import type { Parameters } from '../model/model.js'
import type { CharacterSet } from '../text/vocabulary.js'
import { forwardGraph, generationGraph, trainingGraph } from './graphs.js'
import type { BuiltIn, GraphRequest } from './graphs.js'

export type ExportedName = 'training' | 'forward' | 'generation'

/** What is in each file, by what it is for. */
export type Exported = Readonly<Record<ExportedName, Uint8Array>>

/** The numbers of each parameter, as graphs have them built in. */
export const builtIn = <C extends CellShape>(parameters: Parameters<'float32', C>): BuiltIn =>
  Object.fromEntries(
    Object.entries<Float32Tensor<Axes>>(parameters as never).map(([field, { data }]) => [field, data]),
  )

/**
 * The training step, whose parameters are fed in, and the forward pass and greedy generation, which have theirs built
 * in. The metadata of each file says what its inputs and outputs are, and holds the vocabulary: the characters in the
 * order of their numbers, as a JSON array. A vocabulary of another size than the model's is a defect.
 */
export const exportGraphs = <C extends CellShape>(
  request: GraphRequest<C>,
  parameters: Parameters<'float32', C>,
  { characters }: CharacterSet,
): Exported => {
  const [expected, came] = [request.sizes.vocabulary, characters.length]
  if (came !== expected) {
    defect('exportGraphs', `the model knows ${String(expected)} characters, and a vocabulary of ${String(came)} came`)
  }
  const weights = builtIn<C>(parameters)
  const described = { ...request, metadata: { vocabulary: JSON.stringify(characters), ...request.metadata } }
  return {
    training: trainingGraph(described),
    forward: forwardGraph(described, weights),
    generation: generationGraph(described, weights),
  }
}
