/**
 * The messages of an ONNX file that this project writes.
 *
 * Names, numbers and types of the fields are those of onnx.proto (ONNX IR version 8); messages and fields
 * that are never written are left out.
 */
import { ELEMENT_TYPES } from '../graph/node.js'
import type { Attribute, ElementType } from '../graph/node.js'

/** A field of a message: its number, its type, which is a scalar or a message, and whether it is a list of those. */
export interface Field {
  readonly id: number
  readonly type: string
  readonly repeated: boolean
}
const one = (id: number, type: string): Field => ({ id, type, repeated: false })
const many = (id: number, type: string): Field => ({ id, type, repeated: true })

/** Each message's fields in the order of their numbers, in which they are written. */
export const MESSAGES: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  ModelProto: {
    ir_version: one(1, 'int64'),
    producer_name: one(2, 'string'),
    doc_string: one(6, 'string'),
    graph: one(7, 'GraphProto'),
    opset_import: many(8, 'OperatorSetIdProto'),
    metadata_props: many(14, 'StringStringEntryProto'),
  },
  OperatorSetIdProto: { version: one(2, 'int64') },
  StringStringEntryProto: { key: one(1, 'string'), value: one(2, 'string') },
  GraphProto: {
    node: many(1, 'NodeProto'),
    name: one(2, 'string'),
    initializer: many(5, 'TensorProto'),
    doc_string: one(10, 'string'),
    input: many(11, 'ValueInfoProto'),
    output: many(12, 'ValueInfoProto'),
  },
  NodeProto: {
    input: many(1, 'string'),
    output: many(2, 'string'),
    name: one(3, 'string'),
    op_type: one(4, 'string'),
    attribute: many(5, 'AttributeProto'),
  },
  AttributeProto: {
    name: one(1, 'string'),
    i: one(3, 'int64'),
    s: one(4, 'bytes'),
    g: one(6, 'GraphProto'),
    ints: many(8, 'int64'),
    type: one(20, 'int32'),
  },
  TensorProto: {
    dims: many(1, 'int64'),
    data_type: one(2, 'int32'),
    float_data: many(4, 'float'),
    int64_data: many(7, 'int64'),
    name: one(8, 'string'),
  },
  ValueInfoProto: { name: one(1, 'string'), type: one(2, 'TypeProto'), doc_string: one(3, 'string') },
  TypeProto: { tensor_type: one(1, 'TensorTypeProto') },
  TensorTypeProto: { elem_type: one(1, 'int32'), shape: one(2, 'TensorShapeProto') },
  TensorShapeProto: { dim: many(1, 'DimensionProto') },
  DimensionProto: { dim_value: one(1, 'int64'), dim_param: one(2, 'string') },
}

export interface AttributeProto {
  readonly name: string
  readonly type: number
  readonly i?: number
  readonly s?: Uint8Array
  readonly g?: GraphProto
  readonly ints?: readonly number[]
}

/** The values of AttributeProto.type. */
const ATTRIBUTE_TYPES = { int: 2, string: 3, graph: 5, ints: 7 } as const

export interface NodeProto {
  readonly name: string
  readonly op_type: string
  readonly input: readonly string[]
  readonly output: readonly string[]
  readonly attribute: readonly AttributeProto[]
}

export interface TensorProto {
  readonly name: string
  readonly dims: readonly number[]
  readonly data_type: number
  readonly float_data?: ArrayLike<number>
  readonly int64_data?: ArrayLike<number>
}

export interface ValueInfoProto {
  readonly name: string
  readonly doc_string: string | undefined
  readonly type: {
    readonly tensor_type: {
      readonly elem_type: number
      readonly shape: { readonly dim: readonly ({ readonly dim_value: number } | { readonly dim_param: string })[] }
    }
  }
}

export interface GraphProto {
  readonly name: string
  readonly doc_string?: string
  readonly node: readonly NodeProto[]
  readonly initializer: readonly TensorProto[]
  readonly input: readonly ValueInfoProto[]
  readonly output: readonly ValueInfoProto[]
}

export interface ModelProto {
  readonly ir_version: number
  /** The version of the operators of ONNX itself, which no domain stands before. */
  readonly opset_import: readonly { readonly version: number }[]
  readonly producer_name: string
  readonly doc_string?: string
  readonly graph: GraphProto
  readonly metadata_props: readonly { readonly key: string; readonly value: string }[]
}

export const attributesOf = (attributes: Readonly<Record<string, Attribute>>): readonly AttributeProto[] =>
  Object.entries(attributes).map(([name, value]) =>
    typeof value === 'string'
      ? { name, type: ATTRIBUTE_TYPES.string, s: new TextEncoder().encode(value) }
      : typeof value === 'number'
        ? { name, type: ATTRIBUTE_TYPES.int, i: value }
        : { name, type: ATTRIBUTE_TYPES.ints, ints: value },
  )

/** The body of a loop, as an attribute. */
export const bodyOf = (g: GraphProto): AttributeProto => ({ name: 'body', type: ATTRIBUTE_TYPES.graph, g })

/** A value's name, type and shape; a size that is a name is known only when the graph is run. */
export const valueInfo = (
  name: string,
  { type, shape }: { readonly type: ElementType; readonly shape: readonly (number | string)[] },
  description?: string,
): ValueInfoProto => ({
  name,
  type: {
    tensor_type: {
      elem_type: ELEMENT_TYPES[type],
      shape: { dim: shape.map((size) => (typeof size === 'string' ? { dim_param: size } : { dim_value: size })) },
    },
  },
  doc_string: description,
})
