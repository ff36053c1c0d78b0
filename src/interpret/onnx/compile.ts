/**
 * From a function of tensors to an ONNX model: the same text, staged.
 *
 * The function is written against the algebra and knows nothing of graphs; this module knows nothing of what
 * the function computes. The model is deterministic byte for byte.
 */
import type { Axes } from '../../algebra/axis.js'
import { showAxes } from '../../algebra/axis.js'
import type { TensorAlgebra } from '../../algebra/tensor-algebra.js'
import { graphAlgebra } from '../graph/algebra.js'
import type { GraphOneHot, GraphTensor } from '../graph/algebra.js'
import { constant, input } from '../graph/node.js'
import { emitAll, nothing, valueInfo } from './emit.js'
import { encodeModel } from './schema.js'
import type { ModelProto } from './schema.js'

/** ONNX IR version 8 and opset 17, which ONNX Runtime reads from 1.12 on. */
export const IR_VERSION = 8
export const OPSET = 17

/** What the compiled function takes: tensors and one-hot rows, by name, with their axes. */
export interface Signatures {
  readonly tensors: Readonly<Record<string, Axes>>
  readonly oneHots: Readonly<Record<string, Axes>>
}

/** Numbers that are built into the model instead of being fed in; their axes stand among the tensors'. */
export type Weights = Readonly<Record<string, ArrayLike<number>>>

export interface CompileOptions {
  readonly name: string
  readonly description: string
  /** What each input and output is, by its name. */
  readonly documentation?: Readonly<Record<string, string>>
  readonly metadata?: Readonly<Record<string, string>>
  readonly weights?: Weights
  /** A scan of at most this many steps is written out instead of looped; 16 unless asked otherwise. */
  readonly unrollUpTo?: number
}

export type Arguments = {
  readonly tensors: Readonly<Record<string, GraphTensor<never>>>
  readonly oneHots: Readonly<Record<string, GraphOneHot<never>>>
}

/** What the function returns, by name. */
export interface Results {
  readonly tensors: Readonly<Record<string, GraphTensor<Axes>>>
  readonly oneHots?: Readonly<Record<string, GraphOneHot<Axes>>>
}

/** The number of steps up to which writing a loop out was faster than Scan. */
const UNROLL_UP_TO = 16

/** The model of a function of tensors, as data. */
export const modelOf = (
  { tensors, oneHots }: Signatures,
  f: (algebra: TensorAlgebra<'graph'>, inputs: Arguments) => Results,
  options: CompileOptions,
): ModelProto => {
  const { name, description, documentation = {}, metadata = {}, weights = {}, unrollUpTo = UNROLL_UP_TO } = options
  const shape = (axes: Axes) => axes.map(({ size }) => size)
  const fed = Object.entries(tensors).map(([field, axes]): readonly [string, GraphTensor<never>] => [
    field,
    {
      axes: axes as never,
      node: field in weights ? constant(weights[field], shape(axes)) : input(field, 'float', shape(axes)),
    },
  ])
  const indices = Object.entries(oneHots).map(([field, axes]): readonly [string, GraphOneHot<never>] => [
    field,
    { axes: axes as never, index: input(field, 'int64', shape(axes.slice(0, -1))) },
  ])
  const results = f(graphAlgebra({ unrollUpTo }), {
    tensors: Object.fromEntries(fed),
    oneHots: Object.fromEntries(indices),
  })
  const outputs = [
    ...Object.entries(results.tensors).map(([field, { axes, node }]) => ({ field, axes, node })),
    ...Object.entries(results.oneHots ?? {}).map(([field, { axes, index }]) => ({ field, axes, node: index })),
  ]
  const [names, written] = emitAll(outputs.map(({ node }) => node), nothing)
  const described = (field: string, axes: Axes) =>
    [documentation[field], showAxes(axes)].filter((part) => part !== undefined).join(' ')
  const inputNodes = [
    ...fed.filter(([field]) => !(field in weights)).map(([field, { axes, node }]) => ({ field, axes: axes as Axes, node })),
    ...indices.map(([field, { axes, index }]) => ({ field, axes: axes as Axes, node: index })),
  ]
  return {
    ir_version: IR_VERSION,
    opset_import: [{ domain: '', version: OPSET }],
    producer_name: 'pure-rnn',
    doc_string: description,
    graph: {
      name,
      node: [
        ...written.nodes,
        ...outputs.map(({ field }, i) => ({
          name: field,
          op_type: 'Identity',
          input: [names[i]],
          output: [field],
          attribute: [],
        })),
      ],
      initializer: written.initializers,
      input: inputNodes.map(({ field, axes, node }) => valueInfo(field, node, described(field, axes))),
      output: outputs.map(({ field, axes, node }) => valueInfo(field, node, described(field, axes))),
    },
    metadata_props: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  }
}

/** The bytes of that model: an .onnx file. */
export const compile = (
  signatures: Signatures,
  f: (algebra: TensorAlgebra<'graph'>, inputs: Arguments) => Results,
  options: CompileOptions,
): Uint8Array => encodeModel(modelOf(signatures, f, options))
