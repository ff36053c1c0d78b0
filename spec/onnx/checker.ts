/**
 * What the ONNX checker checks of a model, as far as this project's operators go: that every name is given once,
 * before it is used, and that every operator has operands of the number and types it takes.
 */
import { ELEMENT_TYPES } from '../../src/interpret/graph/node.js'
import type { ElementType } from '../../src/interpret/graph/node.js'
import type { AttributeProto, GraphProto, ModelProto, NodeProto, ValueInfoProto } from '../../src/interpret/onnx/schema.js'

type Types = readonly (ElementType | undefined)[]
/** The types of an operator's results, or nothing if it does not take operands of these types. */
type Rule = (operands: Types, node: NodeProto) => Types | undefined

const named = (number: number | undefined): ElementType | undefined =>
  (Object.keys(ELEMENT_TYPES) as readonly ElementType[]).find((type) => ELEMENT_TYPES[type] === number)
const attribute = (node: NodeProto, name: string): AttributeProto | undefined =>
  node.attribute.find((each) => each.name === name)

/** All operands of one type, which is the result's; `indices` says which operands are whole numbers instead. */
const alike =
  (least: number, most: number, indices: readonly number[] = [], allowed: Types = ['float']): Rule =>
  (operands) => {
    const values = operands.filter((_, i) => !indices.includes(i))
    const fits =
      operands.length >= least &&
      operands.length <= most &&
      values.every((type) => type === values[0] && allowed.includes(type)) &&
      indices.every((i) => i >= operands.length || operands[i] === 'int64')
    return fits ? [values[0]] : undefined
  }
const numbers: Types = ['float', 'int64']

const rules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(['Add', 'Sub', 'Mul', 'Div'].map((operator) => [operator, alike(2, 2, [], numbers)])),
  ...Object.fromEntries(['Min', 'Max', 'Sum'].map((operator) => [operator, alike(1, Infinity)])),
  ...Object.fromEntries(['Neg', 'Abs', 'Sqrt', 'Exp', 'Tanh', 'Sigmoid', 'Relu'].map((each) => [each, alike(1, 1)])),
  ...Object.fromEntries(['Transpose', 'LogSoftmax'].map((operator) => [operator, alike(1, 1)])),
  ...Object.fromEntries(['ReduceMax', 'ReduceSumSquare'].map((operator) => [operator, alike(1, 1)])),
  ReduceSum: alike(1, 2, [1]),
  Gemm: alike(2, 3),
  Gather: alike(2, 2, [1]),
  GatherElements: alike(2, 2, [1]),
  ScatterND: alike(3, 3, [1]),
  ScatterElements: alike(3, 3, [1]),
  Identity: (operands) => (operands.length === 1 ? operands : undefined),
  Reshape: alike(2, 2, [1], numbers),
  Expand: alike(2, 2, [1], numbers),
  Concat: alike(1, Infinity, [], numbers),
  Split: (operands, { output }) => (operands.length === 1 ? output.map(() => operands[0]) : undefined),
  OneHot: ([index, depth, values]) =>
    index === 'int64' && depth === 'int64' && values === 'float' ? ['float'] : undefined,
  ArgMax: ([a]) => (a === 'float' ? ['int64'] : undefined),
  Greater: ([a, b]) => (a === 'float' && b === 'float' ? ['bool'] : undefined),
  Cast: (operands, node) => (operands.length === 1 ? [named(attribute(node, 'to')?.i)] : undefined),
  // A body takes the operands (a loop's also the count and whether to go on) and gives the results.
  Scan: (operands, node) => bodyTypes(node, operands, []),
  Loop: ([trips, , ...states], node) =>
    trips === 'int64' ? bodyTypes(node, ['int64', 'bool', ...states], ['bool']) : undefined,
}

const typeOf = ({ type }: ValueInfoProto): ElementType | undefined => named(type.tensor_type.elem_type)

const bodyTypes = (node: NodeProto, given: Types, first: Types): Types | undefined => {
  const body = attribute(node, 'body')?.g
  const inputs = body?.input.map(typeOf)
  const outputs = body?.output.map(typeOf)
  return inputs?.join() === given.join() && outputs?.slice(0, first.length).join() === first.join()
    ? outputs?.slice(first.length)
    : undefined
}

/** The type of every name that is known at some place. */
type Known = ReadonlyMap<string, ElementType | undefined>

interface Check {
  readonly known: Known
  readonly complaints: readonly string[]
}

type Typed = readonly [name: string, type: ElementType | undefined]

const given = (names: readonly Typed[], { known, complaints }: Check): Check => ({
  known: new Map([...known, ...names]),
  complaints: [...complaints, ...names.filter(([name]) => known.has(name)).map(([name]) => `${name} is given twice`)],
})

const checkNode = (node: NodeProto, before: Check): Check => {
  const { op_type: operator, name, input, output } = node
  const unknown = input.filter((operand) => operand !== '' && !before.known.has(operand))
  const bodies = node.attribute.flatMap(({ g }) => (g === undefined ? [] : checkGraph(g, before.known)))
  const results = rules[operator]?.(input.map((operand) => before.known.get(operand)), node)
  const complaints = [
    ...before.complaints,
    ...bodies,
    ...unknown.map((operand) => `${name} uses ${operand} before it is given`),
    ...(operator in rules ? [] : [`${operator} is not known here`]),
    ...(results?.length === output.length && results.every((type) => type !== undefined)
      ? []
      : [`${name} does not take its operands, or gives something else`]),
  ]
  return given(output.map((result, i) => [result, results?.[i]] as const), { ...before, complaints })
}

const checkGraph = ({ input, initializer, node, output }: GraphProto, around: Known = new Map()): readonly string[] => {
  const begun = given(
    [
      ...input.map((port) => [port.name, typeOf(port)] as const),
      ...initializer.map(({ name, data_type }) => [name, named(data_type)] as const),
    ],
    { known: around, complaints: [] },
  )
  const { known, complaints } = node.reduce<Check>((before, each) => checkNode(each, before), begun)
  const made = new Set(node.flatMap((each) => each.output))
  return [
    ...complaints,
    ...output.filter(({ name }) => !made.has(name)).map(({ name }) => `${name} is not made in its graph`),
    ...output.filter((port) => known.get(port.name) !== typeOf(port)).map(({ name }) => `${name} has another type`),
  ]
}

/** All that is wrong with a model. */
export const complaintsAbout = ({ graph, ir_version, opset_import }: ModelProto): readonly string[] => [
  ...checkGraph(graph),
  ...(ir_version === 8 && opset_import.some(({ version }) => version === 17) ? [] : ['the versions are others']),
]
