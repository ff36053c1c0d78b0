/**
 * The inputs and outputs of a model: what they are called, and how the file describes them.
 */
import { showAxes } from '../../algebra/axis.js'
import type { Axes } from '../../algebra/axis.js'
import { defect } from '../../algebra/defect.js'
import { quoted } from '../../algebra/quoted.js'
import type { Node } from '../graph/node.js'
import { OWN } from './emission.js'
import type { Names } from './emission.js'
import { bodyOf, valueInfo } from './schema.js'
import type { AttributeProto, NodeProto, ValueInfoProto } from './schema.js'

/** A value of the model's signature: its name, axes and node. */
export interface Port {
  readonly name: string
  readonly axes: Axes
  readonly node: Node
}

/** Inputs and outputs must have names of their own, which the compiler does not give to anything else. */
export const requireDistinct = (ports: readonly Port[]): void => {
  const names = ports.map(({ name }) => name)
  const wrong = names.find((name, i) => name === '' || name.startsWith(OWN) || names.indexOf(name) !== i)
  if (wrong !== undefined) {
    const rule = `every input and output needs a name of its own that does not begin with ${OWN}`
    defect('compile', `${rule}, got ${quoted(wrong)}`)
  }
}

/** What a port holds: its documentation, and its axes; one-hot rows have an axis more than their indices. */
export const description = ({ name, axes, node }: Port, documentation: Readonly<Record<string, string>>): string => {
  const meaning = Object.hasOwn(documentation, name) ? `${documentation[name]} ` : ''
  const kind = axes.length > node.shape.length ? 'indices along the last axis of ' : ''
  return `${meaning}${kind}${showAxes(axes)}`
}

/** A port as the file lists it, a free length by its axis' name. */
export const describe =
  (documentation: Readonly<Record<string, string>>, lengths: Names) =>
  (port: Port): ValueInfoProto => {
    const { name, axes, node } = port
    const shape = node.shape.map((size, i) => {
      const axisName = String(axes[i].name)
      return lengths.includes(axisName) ? axisName : size
    })
    return valueInfo(name, { type: node.type, shape }, description(port, documentation))
  }

/**
 * The nodes, handing out these values under the outputs' names. A value takes an output's name where it is made here
 * and has not taken another; an input, a constant, or a value that is handed out twice is copied.
 */
export const handedOut = (nodes: readonly NodeProto[], values: Names, outputs: Names): readonly NodeProto[] => {
  const made = new Set(nodes.flatMap(({ output }) => output))
  const takes = (value: string, i: number): boolean => made.has(value) && values.indexOf(value) === i
  const names = new Map(values.flatMap((value, i) => (takes(value, i) ? [[value, outputs[i]] as const] : [])))
  const copies = values.flatMap((value, i): readonly NodeProto[] =>
    takes(value, i)
      ? []
      : [{ name: outputs[i], op_type: 'Identity', input: [value], output: [outputs[i]], attribute: [] }],
  )
  return [...nodes, ...copies].map(renamed(names))
}

/** A node whose operands and results are called by other names, in its body too. */
const renamed =
  (names: ReadonlyMap<string, string>) =>
  (node: NodeProto): NodeProto => ({
    ...node,
    input: node.input.map((name) => names.get(name) ?? name),
    output: node.output.map((name) => names.get(name) ?? name),
    attribute: node.attribute.map(
      (attribute): AttributeProto =>
        attribute.g === undefined
          ? attribute
          : bodyOf({ ...attribute.g, node: attribute.g.node.map(renamed(names)) }),
    ),
  })
