/**
 * From expression graphs to the nodes of an ONNX graph.
 *
 * Nodes are written in the order in which they are needed and named by number, so that the same function gives
 * the same file. Two nodes with the same operator, attributes and inputs are one: shared subterms
 * stay shared, and a scan's body is written once however many steps it runs.
 */
import { defect } from '../../algebra/defect.js'
import type { Attribute, Constant, Loop, Many, Node, Part, Scan, Slice, Split, Token } from '../graph/node.js'
import { ATTRIBUTE_TYPES, ELEMENT_TYPES } from './schema.js'
import type { AttributeProto, GraphProto, NodeProto, TensorProto, ValueInfoProto } from './schema.js'

/** What has been written so far. */
export interface Emission {
  /** How many names have been given. */
  readonly count: number
  /** The name of every node and many-valued operation met, by its identity. */
  readonly names: ReadonlyMap<Node | Many, readonly string[]>
  /** The names of every operation written, by its text. */
  readonly written: ReadonlyMap<string, readonly string[]>
  readonly nodes: readonly NodeProto[]
  readonly initializers: readonly TensorProto[]
}

export const nothing: Emission = { count: 0, names: new Map(), written: new Map(), nodes: [], initializers: [] }

type Emitted = readonly [name: string, emission: Emission]

/** Writes a value and all it needs, unless they are written already. */
export const emit = (node: Node, emission: Emission): Emitted => {
  const known = emission.names.get(node)
  if (known !== undefined) return [known[0], emission]
  switch (node.kind) {
    case 'input':
      return [node.name, named(node, [node.name], emission)]
    case 'constant':
      return emitConstant(node, emission)
    case 'apply': {
      const [inputs, after] = emitAll(node.inputs, emission)
      const [names, written] = write(node.operator, inputs, 1, attributesOf(node.attributes), after)
      return [names[0], named(node, names, written)]
    }
    case 'part':
      return emitPart(node, emission)
    case 'slice':
    case 'state':
      return defect('emit', 'a placeholder of a scan was met outside the body of its scan')
  }
}

export const emitAll = (nodes: readonly Node[], emission: Emission): readonly [readonly string[], Emission] =>
  nodes.reduce<readonly [readonly string[], Emission]>(
    ([names, before], node) => {
      const [name, after] = emit(node, before)
      return [[...names, name], after]
    },
    [[], emission],
  )

const named = (node: Node | Many, names: readonly string[], emission: Emission): Emission => ({
  ...emission,
  names: new Map([...emission.names, [node, names]]),
})

/** Writes an operation, or finds the same one written before. */
const write = (
  operator: string,
  inputs: readonly string[],
  outputs: number,
  attribute: readonly AttributeProto[],
  emission: Emission,
): readonly [readonly string[], Emission] => {
  const text = `${operator}(${inputs.join(',')})${JSON.stringify(attribute)}`
  const before = emission.written.get(text)
  if (before !== undefined) return [before, emission]
  const output = Array.from({ length: outputs }, (_, i) => `${operator}_${String(emission.count + i)}`)
  const node = { name: output[0], op_type: operator, input: inputs, output, attribute }
  return [
    output,
    {
      ...emission,
      count: emission.count + outputs,
      written: new Map([...emission.written, [text, output]]),
      nodes: [...emission.nodes, node],
    },
  ]
}

/** Constants of more entries are told apart by identity alone. */
const SMALL = 64

const emitConstant = (node: Constant, emission: Emission): Emitted => {
  const { type, shape, values } = node
  const text = `${type}[${shape.join(',')}]: ${Array.from(values).slice(0, SMALL).map(exactly).join(',')}`
  const before = values.length <= SMALL ? emission.written.get(text) : undefined
  if (before !== undefined) return [before[0], named(node, before, emission)]
  const name = `constant_${String(emission.count)}`
  const initializer: TensorProto = {
    name,
    dims: shape,
    data_type: ELEMENT_TYPES[type],
    ...(type === 'float' ? { float_data: values } : { int64_data: values }),
  }
  const written = named(node, [name], {
    ...emission,
    count: emission.count + 1,
    written: values.length <= SMALL ? new Map([...emission.written, [text, [name]]]) : emission.written,
    initializers: [...emission.initializers, initializer],
  })
  return [name, written]
}

const exactly = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))

const emitPart = (part: Part, emission: Emission): Emitted => {
  const { of, index } = part
  const known = emission.names.get(of)
  const [names, after] = known !== undefined ? [known, emission] : emitMany(of, emission)
  return [names[index], named(part, [names[index]], after)]
}

const emitMany = (of: Many, emission: Emission): readonly [readonly string[], Emission] => {
  const [names, after] =
    of.kind === 'split'
      ? emitSplit(of, emission)
      : of.kind === 'scan'
        ? emitScan(of, emission)
        : emitLoop(of, emission)
  return [names, named(of, names, after)]
}

const emitSplit = ({ of, parts }: Split, emission: Emission): readonly [readonly string[], Emission] => {
  const [input, after] = emit(of, emission)
  return write('Split', [input], parts, attributesOf({ axis: 0 }), after)
}

const emitScan = (scan: Scan, emission: Emission): readonly [readonly string[], Emission] => {
  const { reverse, outputs } = scan
  const { states, stacked, body, after } = emitBody(scan, emission, [])
  const direction = reverse ? 1 : 0
  const attribute = [
    { name: 'body', type: ATTRIBUTE_TYPES.graph, g: body },
    ...attributesOf({
      num_scan_inputs: stacked.length,
      scan_input_directions: stacked.map(() => direction),
      scan_output_directions: outputs.map(() => direction),
    }),
  ]
  return write('Scan', [...states, ...stacked], scan.next.length + outputs.length, attribute, after)
}

/** A loop's body is told the count and whether to go on, and answers that it does. */
const emitLoop = (loop: Loop, emission: Emission): readonly [readonly string[], Emission] => {
  const [trips, begun] = emit(loop.trips, emission)
  const { states, body, after } = emitBody(loop, begun, [
    { name: 'trip', type: 'int64', shape: [] },
    { name: 'go_on', type: 'bool', shape: [] },
  ])
  const handedOn: NodeProto = {
    name: 'goes_on',
    op_type: 'Identity',
    input: ['go_on'],
    output: ['goes_on'],
    attribute: [],
  }
  const graph = {
    ...body,
    node: [...body.node, handedOn],
    output: [valueInfo('goes_on', { type: 'bool', shape: [] }), ...body.output],
  }
  const attribute = [{ name: 'body', type: ATTRIBUTE_TYPES.graph, g: graph }]
  return write('Loop', [trips, '', ...states], loop.next.length + loop.outputs.length, attribute, after)
}

/** A body, with the names of what it begins from, and what had to be written outside it first. */
interface Body {
  readonly states: readonly string[]
  readonly stacked: readonly string[]
  readonly body: GraphProto
  readonly after: Emission
}

const emitBody = (
  { initial, state, next, outputs, token }: Scan | Loop,
  emission: Emission,
  told: readonly (Pick<Node, 'type' | 'shape'> & { readonly name: string })[],
): Body => {
  const { slices, outside } = dependencies([...next, ...outputs], token)
  const [states, afterStates] = emitAll(initial, emission)
  const [stacked, afterSlices] = emitAll(slices.map(({ of }) => of), afterStates)
  const [, before] = emitAll(outside, afterSlices)

  const placeholders = [...state, ...slices]
  const begun = placeholders.reduce<Emission>(
    (inside, node) => ({
      ...named(node, [`${node.kind}_${String(inside.count)}`], inside),
      count: inside.count + 1,
    }),
    { ...before, nodes: [], initializers: [] },
  )
  const results = [...next, ...outputs]
  const [names, written] = emitAll(results, begun)
  const [distinct, finished] = distinctResults(names, results, token, written)
  return {
    states,
    stacked,
    body: {
      name: `body_${String(before.count)}`,
      node: finished.nodes,
      initializer: finished.initializers,
      input: [
        ...told.map((value) => valueInfo(value.name, value)),
        ...placeholders.map((node) => valueInfo(nameIn(finished, node), node)),
      ],
      output: results.map((node, i) => valueInfo(distinct[i], node)),
    },
    after: { ...before, count: finished.count },
  }
}

const nameIn = (emission: Emission, node: Node): string => (emission.names.get(node) as readonly string[])[0]

/**
 * The results of a body under names of their own: a result that is a placeholder, stands outside the body, or
 * is another result too is handed through an Identity. (ONNX Runtime mistakes one value that is listed twice.)
 */
const distinctResults = (
  results: readonly string[],
  nodes: readonly Node[],
  token: Token,
  emission: Emission,
): readonly [readonly string[], Emission] =>
  results.reduce<readonly [readonly string[], Emission]>(
    ([names, before], name, i) => {
      const own = nodes[i].kind === 'apply' && nodes[i].scopes.includes(token) && !names.includes(name)
      if (own) return [[...names, name], before]
      const copy = `Identity_${String(before.count)}`
      const node = { name: copy, op_type: 'Identity', input: [name], output: [copy], attribute: [] }
      return [[...names, copy], { ...before, count: before.count + 1, nodes: [...before.nodes, node] }]
    },
    [[], emission],
  )

/** What a body takes from outside: the slices of its own scan, and values that do not depend on it. */
interface Dependencies {
  readonly slices: readonly Slice[]
  readonly outside: readonly Node[]
  readonly seen: ReadonlySet<Node>
}

const dependencies = (roots: readonly Node[], token: Token): Dependencies =>
  roots.reduce<Dependencies>((found, root) => dependenciesOf(root, token, found), {
    slices: [],
    outside: [],
    seen: new Set(),
  })

const dependenciesOf = (node: Node, token: Token, found: Dependencies): Dependencies => {
  if (found.seen.has(node)) return found
  const seen = { ...found, seen: new Set([...found.seen, node]) }
  return !node.scopes.includes(token)
    ? { ...seen, outside: [...seen.outside, node] }
    : node.kind === 'slice' && node.token === token
      ? { ...seen, slices: [...seen.slices, node] }
      : operandsOf(node).reduce<Dependencies>((before, operand) => dependenciesOf(operand, token, before), seen)
}

/** The values that a value is computed from. */
const operandsOf = (node: Node): readonly Node[] => {
  switch (node.kind) {
    case 'apply':
      return node.inputs
    case 'slice':
      return [node.of]
    case 'part':
      return node.of.kind === 'split'
        ? [node.of.of]
        : [...(node.of.kind === 'loop' ? [node.of.trips] : []), ...node.of.initial, ...node.of.next, ...node.of.outputs]
    default:
      return []
  }
}

const attributesOf = (attributes: Readonly<Record<string, Attribute>>): readonly AttributeProto[] =>
  Object.entries(attributes).map(([name, value]) =>
    typeof value === 'string'
      ? { name, type: ATTRIBUTE_TYPES.string, s: new TextEncoder().encode(value) }
      : typeof value === 'number'
        ? { name, type: ATTRIBUTE_TYPES.int, i: value }
        : { name, type: ATTRIBUTE_TYPES.ints, ints: value },
  )

/** A value's name, type and shape; a size that is a name is known only when the graph is run. */
export const valueInfo = (
  name: string,
  { type, shape }: { readonly type: Node['type']; readonly shape: readonly (number | string)[] },
  description?: string,
): ValueInfoProto => ({
  name,
  type: {
    tensor_type: {
      elem_type: ELEMENT_TYPES[type],
      shape: { dim: shape.map((size) => (typeof size === 'string' ? { dim_param: size } : { dim_value: size })) },
    },
  },
  ...(description === undefined ? {} : { doc_string: description }),
})
