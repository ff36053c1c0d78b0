/**
 * The graph reading as an algebra that holds numbers: a term is compiled whole, and run, when its numbers are asked
 * for.
 */
import type { Axes } from '../../src/algebra/axis.js'
import type { Concrete, Signature, Tensors } from '../../src/algebra/tensor-algebra.js'
import { float32 } from '../../src/interpret/float32.js'
import { graphAlgebra } from '../../src/interpret/graph/algebra.js'
import { constant, input } from '../../src/interpret/graph/node.js'
import type { ElementType, Input, Node } from '../../src/interpret/graph/node.js'
import { shapeOf } from '../../src/interpret/graph/tensor.js'
import type { GraphOneHot, GraphOptions } from '../../src/interpret/graph/tensor.js'
import { modelOf } from '../../src/interpret/onnx/compile.js'
import { emitAll } from '../../src/interpret/onnx/emit.js'
import { nothing } from '../../src/interpret/onnx/emission.js'
import { encodeModel } from '../../src/interpret/onnx/encode.js'
import type { ModelProto } from '../../src/interpret/onnx/schema.js'
import type { Reading } from '../../src/laws/algebra/agreement-of-readings.js'
import { numbersIn, runAtOnce } from './at-once.js'
import type { Fed, Feeds } from './at-once.js'

export interface Settings extends GraphOptions {
  /** Whether numbers are part of the graph, where rewriting sees them, or fed in. */
  readonly numbers: 'fed in' | 'built in'
}

/** What is fed in for an input, by its node. */
const feeds = new WeakMap<Node, Fed>()
let inputs = 0

const fedIn = (fed: Fed, type: ElementType): Input => {
  inputs += 1
  const node = input(`x${String(inputs)}`, type, fed.dims)
  feeds.set(node, fed)
  return node
}

/** The inputs that terms are made of. */
const inputsOf = (nodes: readonly Node[]): readonly Input[] =>
  emitAll(nodes, nothing)[1]
    .names.flatMap((level) => [...level.keys()])
    .filter((each) => each.kind === 'input')

const plainAxes = (sizes: readonly number[]): Axes => sizes.map((size, i) => ({ name: String(i), size }))
/** A one-hot tensor with these indices, for all that matters here. */
const oneHotAxes = (sizes: readonly number[]): Axes => [...plainAxes(sizes), { name: 'any', size: 1 }]

interface Terms {
  readonly tensors?: Tensors<'graph', Signature>
  readonly oneHots?: Readonly<Record<string, GraphOneHot<Axes>>>
}

const nodesOf = ({ tensors = {}, oneHots = {} }: Terms): readonly Node[] => [
  ...Object.values(tensors).map(({ node }) => node),
  ...Object.values(oneHots).map(({ index }) => index),
]

/** The model that computes terms, which holds or is fed all that they are made of. */
export const modelFor = (terms: Terms): ModelProto => {
  const given = inputsOf(nodesOf(terms))
  const ofType = (type: ElementType, axesOf: (sizes: readonly number[]) => Axes) =>
    Object.fromEntries(given.filter((each) => each.type === type).map(({ name, shape }) => [name, axesOf(shape)]))
  const signatures = { tensors: ofType('float', plainAxes), oneHots: ofType('int64', oneHotAxes) }
  return modelOf(signatures, () => ({ tensors: {}, ...terms }), { name: 'term', description: 'a term' })
}

/** What the runtime makes of terms. */
const resultsOf = (terms: Terms): Feeds => {
  const fed = inputsOf(nodesOf(terms)).map((each) => [each.name, feeds.get(each) as Fed] as const)
  return runAtOnce(encodeModel(modelFor(terms)), Object.fromEntries(fed))
}

/** The numbers that terms stand for. */
const numbersOf = (terms: Terms): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(Object.entries(resultsOf(terms)).map(([name, result]) => [name, numbersIn(result)]))

/** The nodes that terms are made of, but for what stands in the bodies of loops. */
export const nodesAround = (terms: Terms): readonly Node[] => {
  const seen = new Set<Node>()
  const visit = (node: Node): void => {
    if (seen.has(node)) return
    seen.add(node)
    if (node.kind === 'apply') node.inputs.forEach(visit)
    if (node.kind !== 'part') return
    if (node.of.kind === 'split') visit(node.of.of)
    else node.of.initial.forEach(visit)
    if (node.of.kind === 'scan') node.of.slices.forEach(({ of }) => { visit(of) })
  }
  nodesOf(terms).forEach(visit)
  return [...seen]
}

/** What the runtime finds a node to be. */
interface Found {
  readonly type: string
  readonly shape: readonly number[]
}

export const found = (nodes: readonly Node[]): readonly Found[] => {
  const named = nodes.map((node, i) => [`n${String(i)}`, { axes: plainAxes(node.shape), node }] as const)
  const results = resultsOf({ tensors: Object.fromEntries(named) })
  return named.map(([name]) => ({ type: results[name].type, shape: results[name].dims }))
}

export const compiled = ({ numbers, ...options }: Settings): Concrete<'graph'> => ({
  ...graphAlgebra(options),
  tensor: (axes, values) => {
    const data = Float32Array.from(float32.tensor(axes, values).data)
    const dims = shapeOf(axes)
    const node = numbers === 'built in' ? constant(data, dims) : fedIn({ type: 'float32', data, dims }, 'float')
    return { axes, node }
  },
  oneHot: (axes, indices) => {
    const { index } = float32.oneHot(axes, indices)
    const dims = shapeOf(axes.slice(0, -1))
    const fed = (): Input => fedIn({ type: 'int64', data: BigInt64Array.from(index, BigInt), dims }, 'int64')
    return { axes, index: numbers === 'built in' ? constant(index, dims, 'int64') : fed() }
  },
  toArray: (result) => numbersOf({ tensors: { result: result as never } })['result'],
  indicesOf: (result) => numbersOf({ oneHots: { result: result as never } })['result'],
})

/** All results of a term compiled into one model. */
export const compiledReading = (settings: Settings): Reading => ({
  evaluate: (term, sample) => {
    const tensors = term.of(compiled(settings), sample)
    const numbers = numbersOf({ tensors })
    return Object.fromEntries(
      Object.entries(tensors).map(([field, { axes }]) => [field, { axes, values: numbers[field] }]),
    )
  },
})
