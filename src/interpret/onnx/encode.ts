/**
 * The bytes of an ONNX file, by protobufjs' Writer: its compiler of messages generates code from strings, which a
 * Content-Security-Policy may forbid. What it writes for a message is written here too, byte for byte.
 */
import protobuf from 'protobufjs/minimal.js'
import { MESSAGES } from './schema.js'
import type { Field, ModelProto } from './schema.js'

/** The bytes of a model: the same model gives the same bytes. */
export const encodeModel = (model: ModelProto): Uint8Array =>
  // protobufjs' types ask for arrays that may be written, and it only reads them.
  writeMessage(protobuf.Writer.create() as unknown as Writer, 'ModelProto', model as unknown as Message).finish()

/** A message as its fields, by name. */
type Message = Readonly<Record<string, unknown>>

/** What is used of protobufjs' Writer, which gives itself back each time. */
interface Writer {
  readonly uint32: (value: number) => Writer
  readonly int32: (value: number) => Writer
  readonly int64: (value: number) => Writer
  readonly int64s: (values: ArrayLike<number>) => Writer
  readonly floats: (values: ArrayLike<number>) => Writer
  readonly string: (value: string) => Writer
  readonly bytes: (value: Uint8Array) => Writer
  readonly fork: () => Writer
  readonly ldelim: () => Writer
  readonly finish: () => Uint8Array
}

/** The fields one after the other; nothing is written of those that are absent, 0 or empty. */
const writeMessage = (writer: Writer, name: string, message: Message): Writer =>
  Object.entries(MESSAGES[name]).reduce((w, [key, field]) => {
    const value = message[key]
    return value === undefined || value === 0 || (value as ArrayLike<unknown>).length === 0
      ? w
      : field.repeated
        ? writeList(w, field, value as ArrayLike<unknown>)
        : writeOne(w, field, value)
  }, writer)

/** What stands behind a tag in the low bits of a field's number: a whole number, or a length and so many bytes. */
const [VARINT, LENGTH_DELIMITED] = [0, 2]
const tag = (writer: Writer, { id }: Field, wireType: number): Writer => writer.uint32((id << 3) | wireType)

const writeOne = (writer: Writer, field: Field, value: unknown): Writer => {
  switch (field.type) {
    case 'int32':
      return tag(writer, field, VARINT).int32(value as number)
    case 'int64':
      return tag(writer, field, VARINT).int64(value as number)
    case 'string':
      return tag(writer, field, LENGTH_DELIMITED).string(value as string)
    case 'bytes':
      return tag(writer, field, LENGTH_DELIMITED).bytes(value as Uint8Array)
    default:
      return writeMessage(tag(writer, field, LENGTH_DELIMITED).fork(), field.type, value as Message).ldelim()
  }
}

/** Numbers stand packed behind one tag; all else has a tag each. */
const writeList = (writer: Writer, field: Field, values: ArrayLike<unknown>): Writer => {
  switch (field.type) {
    case 'float':
      return tag(writer, field, LENGTH_DELIMITED).floats(values as ArrayLike<number>)
    case 'int64':
      return tag(writer, field, LENGTH_DELIMITED).int64s(values as ArrayLike<number>)
    default:
      return Array.from(values).reduce<Writer>((w, value) => writeOne(w, field, value), writer)
  }
}
