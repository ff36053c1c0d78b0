/**
 * A model as a reader sees it: what each output is computed from, as one expression.
 */
import { decodeModel } from './decode.js'
import type { AttributeProto, GraphProto, NodeProto, TensorProto } from '../../src/interpret/onnx/schema.js'

/** The nodes of a graph and of the bodies in it. */
export const nodesIn = ({ node }: GraphProto): readonly NodeProto[] =>
  node.flatMap((each) => [each, ...each.attribute.flatMap(({ g }) => (g === undefined ? [] : nodesIn(g)))])

export const operatorsIn = (model: Uint8Array): readonly string[] =>
  nodesIn(decodeModel(model).graph).map(({ op_type }) => op_type)

const LONGEST_LIST = 4

const showConstant = ({ dims, float_data = [], int64_data = [] }: TensorProto): string => {
  const values = [...Array.from(float_data), ...Array.from(int64_data)].map((x) => String(Math.fround(x)))
  const all = values.length <= LONGEST_LIST ? values.join(' ') : `${values.slice(0, LONGEST_LIST).join(' ')} ...`
  return dims.length === 0 ? all : `[${all}]`
}

/** The attributes that change what is computed, and that no shape tells of. */
const showAttributes = (attributes: readonly AttributeProto[]): string => {
  const told = attributes
    .filter(({ name }) => ['transA', 'transB', 'reduction'].includes(name))
    .map(({ name, i, s }) => `${name}=${s === undefined ? String(i) : new TextDecoder().decode(s)}`)
  return told.length === 0 ? '' : `[${told.join(' ')}]`
}

/** The expression of a value in a graph; values of the graph around it keep their names. */
const expression =
  (graph: GraphProto) =>
  (value: string): string => {
    const constant = graph.initializer.find(({ name }) => name === value)
    if (constant !== undefined) return showConstant(constant)
    const node = graph.node.find(({ output }) => output.includes(value))
    if (node === undefined) return value
    const operands = node.input.map(expression(graph)).join(', ')
    const part = node.output.length > 1 ? `.${String(node.output.indexOf(value))}` : ''
    const bodies = node.attribute.flatMap(({ g }) => (g === undefined ? [] : [` { ${show(g)} }`]))
    return `${node.op_type}${showAttributes(node.attribute)}(${operands})${bodies.join('')}${part}`
  }

/** The results of a graph, in their order; what a body is given is called by its place among its inputs. */
const show = (graph: GraphProto): string => {
  const places = new Map(graph.input.map(({ name }, i) => [name, `$${String(i)}`]))
  const text = graph.output.map(({ name }) => expression(graph)(name)).join('; ')
  return [...places].reduce((shown, [name, place]) => shown.replaceAll(name, place), text)
}

/** What the outputs of a model are computed from. */
export const shown = (model: Uint8Array): readonly string[] => {
  const { graph } = decodeModel(model)
  return graph.output.map(({ name }) => expression(graph)(name))
}
