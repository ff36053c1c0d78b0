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
import type { Node } from '../graph/node.js'
import { emitAll, nothing, valueInfo } from './emit.js'
import { encodeModel } from './schema.js'
import type { ModelProto, NodeProto } from './schema.js'

/** ONNX IR version 8 and opset 17, which ONNX Runtime reads from 1.12 on. */
export const IR_VERSION = 8
export const OPSET = 17

/** What the compiled function takes: tensors and one-hot rows, by name, with their axes. */
export interface Signatures {
  readonly tensors: Readonly<Record<string, Axes>>
  /** Fed in as the indices along the last axis, int64. */
  readonly oneHots: Readonly<Record<string, Axes>>
}

/** What the function is applied to: the same names. */
export interface Arguments {
  readonly tensors: Readonly<Record<string, GraphTensor<never>>>
  readonly oneHots: Readonly<Record<string, GraphOneHot<never>>>
}

/** What the function returns, by name; no name may be that of an input. */
export interface Results {
  readonly tensors: Readonly<Record<string, GraphTensor<Axes>>>
  readonly oneHots?: Readonly<Record<string, GraphOneHot<Axes>>>
}

export interface CompileOptions {
  readonly name: string
  readonly description: string
  /** What each input and output is, by its name: stands in the file beside its axes. */
  readonly documentation?: Readonly<Record<string, string>>
  readonly metadata?: Readonly<Record<string, string>>
  /** Tensors, by name, whose numbers are built in instead of fed in. */
  readonly weights?: Readonly<Record<string, ArrayLike<number>>>
  /** Axes, by name, along which an unfold runs as often as an int64 input of the same name says. */
  readonly lengths?: readonly string[]
  /** A scan of at most this many steps is written out instead of looped; 16 unless asked otherwise. */
  readonly unrollUpTo?: number
}

/** The number of steps up to which writing a loop out was found no slower than Scan. */
const UNROLL_UP_TO = 16

/** A value of the model's signature: its name, axes and node. */
interface Port {
  readonly name: string
  readonly axes: Axes
  readonly node: Node
}

const shapeOf = (axes: Axes): readonly number[] => axes.map(({ size }) => size)

/** The bytes of the model of a function of tensors: an .onnx file. */
export const compile = (
  signatures: Signatures,
  f: (algebra: TensorAlgebra<'graph'>, inputs: Arguments) => Results,
  options: CompileOptions,
): Uint8Array => encodeModel(modelOf(signatures, f, options))

/** That model as data. */
export const modelOf = (
  signatures: Signatures,
  f: (algebra: TensorAlgebra<'graph'>, inputs: Arguments) => Results,
  options: CompileOptions,
): ModelProto => {
  const { name, description, metadata = {}, weights = {}, lengths = [], unrollUpTo = UNROLL_UP_TO } = options
  const tensors = Object.entries(signatures.tensors).map(([field, axes]): Port => ({
    name: field,
    axes,
    node: field in weights ? constant(weights[field], shapeOf(axes)) : input(field, 'float', shapeOf(axes)),
  }))
  const oneHots = Object.entries(signatures.oneHots).map(([field, axes]): Port => ({
    name: field,
    axes,
    node: input(field, 'int64', shapeOf(axes.slice(0, -1))),
  }))
  const counts = lengths.map((field): Port => ({ name: field, axes: [], node: input(field, 'int64', []) }))
  const algebra = graphAlgebra({
    unrollUpTo,
    lengths: Object.fromEntries(counts.map(({ name: field, node }) => [field, node])),
  })
  const outputs = portsOf(f(algebra, argumentsOf(tensors, oneHots)))
  const [names, written] = emitAll(outputs.map(({ node }) => node), nothing)
  const described = describe(options)
  return {
    ir_version: IR_VERSION,
    opset_import: [{ domain: '', version: OPSET }],
    producer_name: 'pure-rnn',
    doc_string: description,
    graph: {
      name,
      doc_string: description,
      node: [...written.nodes, ...outputs.map((port, i) => handedOut(names[i], port.name))],
      initializer: written.initializers,
      input: [...tensors, ...oneHots, ...counts].filter(({ node }) => node.kind === 'input').map(described),
      output: outputs.map(described),
    },
    metadata_props: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  }
}

const argumentsOf = (tensors: readonly Port[], oneHots: readonly Port[]): Arguments => ({
  tensors: Object.fromEntries(tensors.map(({ name, axes, node }) => [name, { axes: axes as never, node }])),
  oneHots: Object.fromEntries(oneHots.map(({ name, axes, node }) => [name, { axes: axes as never, index: node }])),
})

const portsOf = ({ tensors, oneHots = {} }: Results): readonly Port[] => [
  ...Object.entries(tensors).map(([name, { axes, node }]) => ({ name, axes, node })),
  ...Object.entries(oneHots).map(([name, { axes, index }]) => ({ name, axes: axes.slice(0, -1), node: index })),
]

const handedOut = (from: string, to: string): NodeProto => ({
  name: to,
  op_type: 'Identity',
  input: [from],
  output: [to],
  attribute: [],
})

/** A port as the file lists it: its documentation and axes in words, a free length by its axis' name. */
const describe =
  ({ documentation = {}, lengths = [] }: CompileOptions) =>
  ({ name, axes, node }: Port) => {
    const free = axes.map(({ name: axisName, size }) => (lengths.includes(String(axisName)) ? String(axisName) : size))
    const shape = node.shape.map((size, i) => free[i] ?? size)
    return valueInfo(name, { type: node.type, shape }, [documentation[name] ?? [], showAxes(axes)].flat().join(' '))
  }
