/**
 * From a function of tensors to an ONNX model: the same text, staged.
 *
 * The function is written against the algebra and knows nothing of graphs; this module knows nothing of what
 * the function computes. The model is deterministic byte for byte.
 */
import { entries, showAxes } from '../../algebra/axis.js'
import type { Axes } from '../../algebra/axis.js'
import { defect } from '../../algebra/defect.js'
import type { TensorAlgebra } from '../../algebra/tensor-algebra.js'
import { graphAlgebra } from '../graph/algebra.js'
import { constant, input } from '../graph/node.js'
import { shapeOf } from '../graph/tensor.js'
import type { GraphOneHot, GraphTensor } from '../graph/tensor.js'
import { emitAll } from './emit.js'
import { nothing } from './emission.js'
import { packed, unpacked } from './packing.js'
import type { Packs } from './packing.js'
import { describe, description, handedOut, requireDistinct } from './ports.js'
import type { Port } from './ports.js'
import { encodeModel } from './encode.js'
import type { ModelProto } from './schema.js'
import * as typing from '../typing.js'

/** ONNX IR version 8 and opset 17, which ONNX Runtime reads from 1.12 on. */
const IR_VERSION = 8
const OPSET = 17

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
  /** Tensors, by name, whose numbers are built in under that name instead of fed in. */
  readonly weights?: Readonly<Record<string, ArrayLike<number>>>
  /** Axes, by name, along which an unfold runs as often as an int64 input of the same name says. */
  readonly lengths?: readonly string[]
  /**
   * A scan of at most this many steps is written out instead of looped; 64 unless asked otherwise. Terms are followed
   * to their ends by recursion, which overflows the stack where they are some thousands of operations deep.
   */
  readonly unrollUpTo?: number
  /** Whether the model will only ever run on one thread, on which adding up rows is faster; no unless asked. */
  readonly onOneThread?: boolean
  /** Tensors that go in, or come out, as one vector. */
  readonly packs?: Packs
}

/** The number of steps up to which writing a loop out was found faster than Scan, by 4 in 100 at 35 steps. */
const UNROLL_UP_TO = 64

type Compiled = (algebra: TensorAlgebra<'graph'>, inputs: Arguments) => Results

/** The bytes of the model of a function of tensors: an .onnx file. */
export const compile = (signatures: Signatures, f: Compiled, options: CompileOptions): Uint8Array =>
  encodeModel(modelOf(signatures, f, options))

/** That model as data. */
export const modelOf = (signatures: Signatures, f: Compiled, options: CompileOptions): ModelProto => {
  const { documentation = {}, lengths = [], metadata = {}, packs = {}, weights = {} } = options
  Object.entries(weights).forEach((weight) => {
    requireWeight(signatures, weight)
  })
  const { fed, ports: tensors } = unpacked(Object.entries(signatures.tensors).map(tensorPort(weights)), packs)
  const oneHots = Object.entries(signatures.oneHots).map(oneHotPort)
  const counts = lengths.map((name): Port => ({ name, axes: [], node: input(name, 'int64', []) }))
  const ports = [...fed, ...oneHots, ...counts]
  const inputs = ports.filter(({ node }) => node.kind === 'input')
  const outputs = packed(portsOf(f(algebraOf(options, counts), argumentsOf(tensors, oneHots))), packs)
  requireDistinct([...ports, ...outputs])

  const [values, written] = emitAll(outputs.map(({ node }) => node), nothing)
  const described = describe(documentation, lengths)
  const spoken = (what: string) => (port: Port) =>
    ({ key: `${what} ${port.name}`, value: description(port, documentation) })
  return {
    ir_version: IR_VERSION,
    opset_import: [{ version: OPSET }],
    producer_name: 'pure-rnn',
    doc_string: options.description,
    graph: {
      name: options.name,
      doc_string: options.description,
      node: handedOut(written.nodes, values, outputs.map(({ name }) => name)),
      initializer: written.initializers,
      input: inputs.map(described),
      output: outputs.map(described),
    },
    metadata_props: [
      ...Object.entries(metadata).map(([key, value]) => ({ key, value })),
      ...inputs.map(spoken('input')),
      ...outputs.map(spoken('output')),
    ],
  }
}

const algebraOf = ({ unrollUpTo = UNROLL_UP_TO, onOneThread = false }: CompileOptions, counts: readonly Port[]) =>
  graphAlgebra({
    unrollUpTo,
    onOneThread,
    lengths: Object.fromEntries(counts.map(({ name, node }) => [name, node])),
  })

/** A weight that is built in must be a tensor of the signature, with as many numbers as its axes say. */
const requireWeight = (
  { tensors }: Signatures,
  [field, { length }]: readonly [string, ArrayLike<number>],
): void => {
  if (!Object.hasOwn(tensors, field)) {
    defect('compile', `there is no tensor ${field} to build in, only ${Object.keys(tensors).join(', ')}`)
  } else if (entries(tensors[field]) !== length) {
    const [axes, count] = [showAxes(tensors[field]), String(entries(tensors[field]))]
    defect('compile', `${field} of ${axes} needs ${count} numbers, got ${String(length)}`)
  }
}

const tensorPort =
  (weights: NonNullable<CompileOptions['weights']>) =>
  ([name, axes]: readonly [string, Axes]): Port => ({
    name,
    axes: typing.made('compile', axes),
    node: Object.hasOwn(weights, name)
      ? { ...constant(weights[name], shapeOf(axes)), name }
      : input(name, 'float', shapeOf(axes)),
  })

const oneHotPort = ([name, axes]: readonly [string, Axes]): Port => ({
  name,
  axes: typing.made('compile', axes),
  node: input(name, 'int64', shapeOf(axes.slice(0, -1))),
})

/** Axes whose names the types do not know: the caller that asks for a tensor by its name says what its axes are. */
const nameless = (axes: Axes): never => axes as never

const argumentsOf = (tensors: readonly Port[], oneHots: readonly Port[]): Arguments => ({
  tensors: Object.fromEntries(tensors.map(({ name, axes, node }) => [name, { axes: nameless(axes), node }])),
  oneHots: Object.fromEntries(oneHots.map(({ name, axes, node }) => [name, { axes: nameless(axes), index: node }])),
})

const portsOf = ({ tensors, oneHots = {} }: Results): readonly Port[] => [
  ...Object.entries(tensors).map(([name, { axes, node }]) => ({ name, axes, node })),
  ...Object.entries(oneHots).map(([name, { axes, index }]) => ({ name, axes, node: index })),
]

