/**
 * What has been written of an ONNX graph so far, and how an operation or a constant is added to it.
 *
 * Two operations with the same operator, attributes and inputs are one, and so are equal constants. Names are the
 * operator and a number; the slash in front keeps them apart from those of inputs and outputs.
 */
import type { Constant, Many, Node } from '../graph/node.js'
import { ELEMENT_TYPES } from '../graph/node.js'
import { extended, lookup } from './levels.js'
import type { Levels } from './levels.js'
import type { AttributeProto, NodeProto, TensorProto } from './schema.js'

export interface Emission {
  /** How many names have been given. */
  readonly count: number
  /** The name of every node and many-valued operation met, by its identity. */
  readonly names: Levels<Node | Many, Names>
  /** The names of every operation and constant written, by its text. */
  readonly written: Levels<string, Names>
  readonly nodes: readonly NodeProto[]
  readonly initializers: readonly TensorProto[]
}

export const nothing: Emission = { count: 0, names: [], written: [], nodes: [], initializers: [] }

/** The names of an operation's results, or of values. */
export type Names = readonly string[]

/** What names the compiler gives begin with. */
export const OWN = '/'

/** So many names that nothing has yet. */
export const fresh = (what: string, how: number, emission: Emission): readonly [Names, Emission] => [
  Array.from({ length: how }, (_, i) => `${OWN}${what}_${String(emission.count + i)}`),
  { ...emission, count: emission.count + how },
]

/** Remembers what a node is called. */
export const named = (node: Node | Many, names: Names, emission: Emission): Emission => ({
  ...emission,
  names: extended(emission.names, node, names),
})

const remembered = (text: string, names: Names, emission: Emission): Emission => ({
  ...emission,
  written: extended(emission.written, text, names),
})

/** Adds an operation, whether or not it stands there already. */
export const appended = (operator: string, input: Names, output: Names, emission: Emission): Emission =>
  withNode({ name: output[0], op_type: operator, input, output, attribute: [] }, emission)

const withNode = (node: NodeProto, emission: Emission): Emission => ({
  ...emission,
  nodes: [...emission.nodes, node],
})

/** Writes an operation, or finds the same one written before. */
export const write = (
  operator: string,
  input: Names,
  outputs: number,
  attribute: readonly AttributeProto[],
  emission: Emission,
): readonly [Names, Emission] => {
  const text = `${operator}(${input.join(',')})${JSON.stringify(attribute)}`
  const before = lookup(emission.written, text)
  if (before !== undefined) return [before, emission]
  const [output, after] = fresh(operator, outputs, emission)
  const node = { name: output[0], op_type: operator, input, output, attribute }
  return [output, remembered(text, output, withNode(node, after))]
}

/** Constants of more entries are compared by identity alone. */
const SMALL = 64

/** Writes a constant, or finds an equal one written before; one with a name of its own stands by itself. */
export const writeConstant = (node: Constant, emission: Emission): readonly [Names, Emission] => {
  if (node.name !== undefined) return [[node.name], withInitializer(node, node.name, emission)]
  const { type, shape, values } = node
  const text = `${type}[${shape.join(',')}]: ${Array.from(values).slice(0, SMALL).map(exactly).join(',')}`
  const before = values.length <= SMALL ? lookup(emission.written, text) : undefined
  if (before !== undefined) return [before, emission]
  const [names, after] = fresh('constant', 1, emission)
  const written = withInitializer(node, names[0], after)
  return [names, values.length <= SMALL ? remembered(text, names, written) : written]
}

const withInitializer = ({ type, shape, values }: Constant, name: string, emission: Emission): Emission => {
  const initializer: TensorProto = {
    name,
    dims: shape,
    data_type: ELEMENT_TYPES[type],
    ...(type === 'float' ? { float_data: values } : { int64_data: values }),
  }
  return { ...emission, initializers: [...emission.initializers, initializer] }
}

const exactly = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))
