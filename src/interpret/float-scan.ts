/**
 * Scan and unfold, read in numbers: loops along the leading axis.
 */
import { entries } from '../algebra/axis.js'
import type { AnyAxis, Axes } from '../algebra/axis.js'
import type {
  Along,
  ScanResult,
  ScanStep,
  Signature,
  Tensors,
  UnfoldResult,
  UnfoldStep,
} from '../algebra/tensor-algebra.js'
import { fields, mapTensors } from '../algebra/tensors.js'
import type { OneHotTensor, Tensor } from './float-tensor.js'
import * as kernel from './kernel/index.js'
import * as typing from './typing.js'

type Records = Tensors<'float', Signature>

const axesOf = (record: Records): typing.RecordAxes =>
  Object.fromEntries(fields(record).map((field) => [field, record[field].axes]))

/** Place t of a tensor's leading axis; the numbers are not copied. */
const sliceAt = ({ axes, data }: Tensor<Axes>, t: number): Tensor<Axes> => {
  const rest = axes.slice(1)
  const length = entries(rest)
  return { axes: rest, data: kernel.slice(data, t * length, (t + 1) * length) }
}

/** `scan`, or `scanReverse`, of tensors in this kind of typed array. */
export const floatScan =
  (storage: kernel.Storage, reverse: boolean) =>
  <T extends AnyAxis, S extends Signature, X extends Signature, Y extends Signature>(
    step: ScanStep<'float', S, X, Y>,
    initial: Tensors<'float', S>,
    slices: Tensors<'float', Along<T, X>>,
  ): ScanResult<'float', T, S, Y> => {
    // Slicing and stacking work on any record: the casts leave and enter the caller's signatures.
    const records = slices as unknown as Records
    const time = typing.time(axesOf(records))
    const cut = (slice: (a: Tensor<Axes>) => Tensor<Axes>) =>
      mapTensors<'float'>((a) => slice(a) as never)(records) as unknown as Tensors<'float', X>
    const checked = (previous: Tensors<'float', S>, slice: Tensors<'float', X>) => {
      const next = step(previous, slice)
      typing.sameRecord('scan', axesOf(previous as Records), axesOf(next.state as Records))
      return next
    }
    const order = [...Array(time.size).keys()]
    const { state, outputs } = kernel.mapAccum(
      (previous: Tensors<'float', S>, t) => checked(previous, cut((a) => sliceAt(a, t))),
      initial,
      reverse ? order.toReversed() : order,
    )
    // Without a step there is no output to learn the axes from, so one is made from slices of zeros.
    const zeros = ({ axes }: Tensor<Axes>): Tensor<Axes> => {
      const rest = axes.slice(1)
      return { axes: rest, data: kernel.fill(storage, entries(rest), 0) }
    }
    const inOrder = (reverse ? outputs.toReversed() : outputs) as readonly Records[]
    const pattern = inOrder[0] ?? (checked(initial, cut(zeros)).output as Records)
    return { state, outputs: stack(storage, time, pattern, inOrder) } as unknown as ScanResult<'float', T, S, Y>
  }

/** The records one after the other along a new leading axis, field by field. */
const stack = (storage: kernel.Storage, time: AnyAxis, pattern: Records, records: readonly Records[]): Records => {
  records.forEach((record) => {
    typing.sameRecord('scan', axesOf(pattern), axesOf(record))
  })
  return mapTensors<'float'>(({ axes }, [field]) => {
    const parts = records.map((record) => record[field].data)
    const stacked = typing.distinct('scan', [time, ...(axes as Axes)])
    return { axes: stacked, data: kernel.concatenate(storage, parts) } as never
  })(pattern)
}

/** `unfold`: each step's one-hot result is the next step's input. */
export const floatUnfold = <T extends AnyAxis, S extends Signature, A extends Axes>(
  time: T,
  step: UnfoldStep<'float', S, A>,
  initial: Tensors<'float', S>,
  first: OneHotTensor<A>,
): UnfoldResult<'float', T, S, A> => {
  const { state, outputs } = kernel.mapAccum(
    ({ state: previous, last }: { readonly state: Tensors<'float', S>; readonly last: OneHotTensor<A> }) => {
      const { state: next, output } = step(previous, last)
      typing.sameRecord('unfold', axesOf(previous as Records), axesOf(next as Records))
      typing.same('unfold', first.axes as Axes, output.axes as Axes)
      return { state: { state: next, last: output }, output: output.index }
    },
    { state: initial, last: first },
    [...Array(time.size).keys()],
  )
  const axes: readonly [T, ...A] = [time, ...(first.axes as A)]
  return {
    state: state.state,
    outputs: { axes: typing.distinct('unfold', axes), index: kernel.concatenateIndices(outputs) },
  }
}
