/**
 * Scan, read in numbers: a loop over the slices of the leading axis.
 */
import { defect } from '../algebra/defect.js'
import { entries, sameAxis } from '../algebra/axis.js'
import type { AnyAxis, Axes } from '../algebra/axis.js'
import type { Along, ScanResult, ScanStep, Signature, Tensors } from '../algebra/tensor-algebra.js'
import { fields, mapTensors } from '../algebra/tensors.js'
import { requireMatch, requireRankFrom, requireSameRecord } from './agreement.js'
import type { Tensor } from './float.js'
import * as kernel from './kernel.js'

type Records = Tensors<'float', Signature>

/** The leading axis that all fields share. */
const leadingAxis = (slices: Records): AnyAxis => {
  const [first, ...others] = fields(slices).map((field) => slices[field])
  if (first === undefined) return defect('scan', 'there must be at least one field to run along')
  ;[first, ...others].forEach((each) => {
    requireRankFrom('scan', 1, each)
  })
  const odd = others.find((other) => !sameAxis(first.axes[0], other.axes[0]))
  if (odd !== undefined) requireMatch('scan', first, 0, odd, 0)
  return first.axes[0]
}

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
    const records = slices as unknown as Records
    const time = leadingAxis(records)
    const cut = (slice: (a: Tensor<Axes>) => Tensor<Axes>) =>
      mapTensors<'float'>((a) => slice(a) as never)(records) as unknown as Tensors<'float', X>
    const checked = (previous: Tensors<'float', S>, slice: Tensors<'float', X>) => {
      const next = step(previous, slice)
      requireSameRecord('scan', previous as Records, next.state as Records)
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
    requireSameRecord('scan', pattern, record)
  })
  return mapTensors<'float'>(({ axes }, field) => {
    const parts = records.map((record) => record[field].data)
    return { axes: [time, ...(axes as Axes)], data: kernel.concatenate(storage, parts) } as never
  })(pattern)
}
