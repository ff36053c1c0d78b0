/**
 * protobufjs' own reading and writing of an ONNX model: it compiles the messages that the package writes by a table.
 */
import protobuf from 'protobufjs/light.js'
import { MESSAGES } from '../../src/interpret/onnx/schema.js'
import type { Field, ModelProto } from '../../src/interpret/onnx/schema.js'

const declared = ({ id, type, repeated }: Field) =>
  repeated ? { id, type, rule: 'repeated', options: { packed: true } } : { id, type }

const nested = Object.fromEntries(
  Object.entries(MESSAGES).map(([name, fields]) => [
    name,
    { fields: Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, declared(field)])) },
  ]),
)
const modelType = protobuf.Root.fromJSON({ nested }).lookupType('ModelProto')

/** The model in these bytes. */
export const decodeModel = (bytes: Uint8Array): ModelProto =>
  modelType.toObject(modelType.decode(bytes), { longs: Number, defaults: false, arrays: true }) as unknown as ModelProto

/** The bytes that protobufjs makes of a model. */
export const encodedByProtobufjs = (model: ModelProto): Uint8Array =>
  modelType.encode(modelType.create(model)).finish()
