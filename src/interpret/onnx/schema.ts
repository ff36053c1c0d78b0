/**
 * The messages of an ONNX file that this project writes, for protobufjs.
 *
 * Names, numbers and types of the fields are those of onnx.proto (ONNX IR version 8); messages and fields
 * that are never written are left out.
 */
import protobuf from 'protobufjs/light.js'
import { ELEMENT_TYPES } from '../graph/node.js'
import type { Attribute, ElementType } from '../graph/node.js'

const field = (id: number, type: string) => ({ id, type })
const repeated = (id: number, type: string) => ({ id, type, rule: 'repeated', options: { packed: true } })

const root = protobuf.Root.fromJSON({
    nested: {
      onnx: {
        nested: {
          ModelProto: {
            fields: {
              ir_version: field(1, 'int64'),
              producer_name: field(2, 'string'),
              doc_string: field(6, 'string'),
              graph: field(7, 'GraphProto'),
              opset_import: repeated(8, 'OperatorSetIdProto'),
              metadata_props: repeated(14, 'StringStringEntryProto'),
            },
          },
          OperatorSetIdProto: { fields: { version: field(2, 'int64') } },
          StringStringEntryProto: { fields: { key: field(1, 'string'), value: field(2, 'string') } },
          GraphProto: {
            fields: {
              node: repeated(1, 'NodeProto'),
              name: field(2, 'string'),
              initializer: repeated(5, 'TensorProto'),
              doc_string: field(10, 'string'),
              input: repeated(11, 'ValueInfoProto'),
              output: repeated(12, 'ValueInfoProto'),
            },
          },
          NodeProto: {
            fields: {
              input: repeated(1, 'string'),
              output: repeated(2, 'string'),
              name: field(3, 'string'),
              op_type: field(4, 'string'),
              attribute: repeated(5, 'AttributeProto'),
            },
          },
          AttributeProto: {
            fields: {
              name: field(1, 'string'),
              i: field(3, 'int64'),
              s: field(4, 'bytes'),
              g: field(6, 'GraphProto'),
              ints: repeated(8, 'int64'),
              type: field(20, 'int32'),
            },
          },
          TensorProto: {
            fields: {
              dims: repeated(1, 'int64'),
              data_type: field(2, 'int32'),
              float_data: repeated(4, 'float'),
              int64_data: repeated(7, 'int64'),
              name: field(8, 'string'),
            },
          },
          ValueInfoProto: {
            fields: { name: field(1, 'string'), type: field(2, 'TypeProto'), doc_string: field(3, 'string') },
          },
          TypeProto: { fields: { tensor_type: field(1, 'TensorTypeProto') } },
          TensorTypeProto: { fields: { elem_type: field(1, 'int32'), shape: field(2, 'TensorShapeProto') } },
          TensorShapeProto: { fields: { dim: repeated(1, 'DimensionProto') } },
          DimensionProto: { fields: { dim_value: field(1, 'int64'), dim_param: field(2, 'string') } },
        },
      },
    },
  })

const modelType = root.lookupType('onnx.ModelProto')

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

/** The bytes of a model: the same model gives the same bytes. */
export const encodeModel = (model: ModelProto): Uint8Array => modelType.encode(modelType.create(model)).finish()

/** The model in these bytes, as protobufjs reads it, which has no types for it; for tests and tools. */
export const decodeModel = (bytes: Uint8Array): ModelProto =>
  modelType.toObject(modelType.decode(bytes), { longs: Number, defaults: false, arrays: true }) as unknown as ModelProto
