/**
 * How a learner travels in and out of a compiled training step: field by field, or as two vectors.
 *
 * Where a learner is small, feeding and fetching its fields takes longer than computing with them.
 */
import type { Axes } from '../algebra/axis.js'
import { entries } from '../algebra/axis.js'
import { flatten, unflattenLike } from '../algebra/names.js'
import { float32 } from '../interpret/float32.js'
import { allFinite } from '../interpret/kernel/rows.js'
import type { Learner } from '../train/step.js'
import type { LayersShape } from '../model/layers.js'
import { axesOfFields, HIDDEN, LARGEST, LEARNT, NEXT, packedFields, REPORT, under } from './fields.js'
import type { Runtime, RuntimeTensor, RuntimeTensors } from './runtime.js'

/** What a step reports of its numbers. */
export interface Reported {
  readonly loss: number
  /** The largest absolute entry of each parameter's gradient. */
  readonly largest: Readonly<Record<string, number>>
  /** The first field of the next learner that is not finite, if there is one. */
  readonly lost: string | undefined
}

export interface TensorTransport<L extends LayersShape> {
  readonly load: (learner: Learner<'float32', L>) => RuntimeTensors
  /** What is fed of a learner, its hidden state zero where it is reset. */
  readonly feed: (learner: RuntimeTensors, reset: boolean) => RuntimeTensors
  /** The next learner among a step's results. */
  readonly next: (results: RuntimeTensors) => RuntimeTensors
  readonly reported: (results: RuntimeTensors) => Reported
  readonly save: (learner: RuntimeTensors) => Learner<'float32', L>
}

/** Up to this many numbers, vectors were found faster than the fields by themselves. */
export const PACKED_UP_TO = 2 ** 13

type FieldAxes = Readonly<Record<string, Axes>>

const dims = (axes: Axes): readonly number[] => axes.map(({ size }) => size)
const numbers = (tensor: RuntimeTensor): Float32Array => tensor.data as Float32Array

/** The learner's fields, each a tensor by its name. */
export const byField = <L extends LayersShape>(
  { tensor }: Runtime,
  pattern: Learner<'graph', L>,
): TensorTransport<L> => {
  const axes = axesOfFields(pattern)
  const fields = Object.keys(axes)
  const zeros: RuntimeTensors = Object.fromEntries(
    packedFields(fields).hidden.map((field) => [
      field,
      tensor('float32', new Float32Array(entries(axes[field])), dims(axes[field])),
    ]),
  )
  return {
    load: (learner) =>
      Object.fromEntries(
        Object.entries(flatten<'float32'>(learner)).map(([field, { data, axes: own }]) => [
          field,
          tensor('float32', Float32Array.from(data), dims(own)),
        ]),
      ),
    feed: (learner, reset) => (reset ? { ...learner, ...zeros } : learner),
    next: (results) => Object.fromEntries(fields.map((field) => [field, results[NEXT + field]])),
    reported: (results) => ({
      loss: numbers(results['loss'])[0],
      largest: Object.fromEntries(
        Object.entries(under(LARGEST, results)).map(([field, value]) => [field, numbers(value)[0]]),
      ),
      lost: fields.find((field) => !allFinite(numbers(results[NEXT + field]))),
    }),
    save: (learner) => {
      const own = (field: string) => float32.tensor(axes[field], numbers(learner[field]))
      return unflattenLike<'float32', Learner<'float32', L>>(
        pattern,
        Object.fromEntries(fields.map((field) => [field, own(field)])),
      )
    },
  }
}

/** The learner's fields end to end: what is learnt in one vector, the hidden state in another. */
export const asVectors = <L extends LayersShape>(
  { tensor }: Runtime,
  pattern: Learner<'graph', L>,
): TensorTransport<L> => {
  const axes = axesOfFields(pattern)
  const { learnt, hidden } = packedFields(Object.keys(axes))
  const parameters = Object.keys(under('parameters.', axes))
  const vector = (values: Float32Array): RuntimeTensor => tensor('float32', values, [values.length])
  /** The first field in a vector that is not finite. */
  const lostIn = (fields: readonly string[], values: RuntimeTensor): string | undefined =>
    allFinite(numbers(values))
      ? undefined
      : Object.entries(cut(axes, fields, numbers(values))).find(([, { data }]) => !allFinite(data))?.[0]
  const zeros = { [HIDDEN]: vector(new Float32Array(lengthOf(axes, hidden))) }
  return {
    load: (learner) => {
      const record = flatten<'float32'>(learner)
      const laid = (fields: readonly string[]) =>
        vector(Float32Array.from(fields.flatMap((field) => Array.from(record[field].data))))
      return { [LEARNT]: laid(learnt), [HIDDEN]: laid(hidden) }
    },
    feed: (learner, reset) => (reset ? { ...learner, ...zeros } : learner),
    next: (results) => ({ [LEARNT]: results[NEXT + LEARNT], [HIDDEN]: results[NEXT + HIDDEN] }),
    reported: (results) => {
      const [loss, ...largest] = numbers(results[REPORT])
      return {
        loss,
        largest: Object.fromEntries(parameters.map((field, i) => [field, largest[i]])),
        lost: lostIn(learnt, results[NEXT + LEARNT]) ?? lostIn(hidden, results[NEXT + HIDDEN]),
      }
    },
    save: (learner) =>
      unflattenLike<'float32', Learner<'float32', L>>(pattern, {
        ...cut(axes, learnt, numbers(learner[LEARNT])),
        ...cut(axes, hidden, numbers(learner[HIDDEN])),
      }),
  }
}

const lengthOf = (axes: FieldAxes, fields: readonly string[]): number =>
  fields.reduce((total, field) => total + entries(axes[field]), 0)

/** The fields that a vector holds. */
const cut = (axes: FieldAxes, fields: readonly string[], values: Float32Array) =>
  Object.fromEntries(
    fields.map((field, i) => {
      const begin = lengthOf(axes, fields.slice(0, i))
      return [field, float32.tensor(axes[field], values.slice(begin, begin + entries(axes[field])))]
    }),
  )
