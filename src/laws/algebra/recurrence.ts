/**
 * Laws of scan: a step run along the leading axis, the state handed on and the outputs stacked.
 *
 * The step of these laws depends on the order of its slices: state and output depend on every slice before.
 * On small whole numbers all of them are exact.
 */
import type { Axes, Axis } from '../../algebra/axis.js'
import type { Along, Carrier, Concrete, ScanResult, ScanStep, Tensors } from '../../algebra/tensor-algebra.js'
import type { Law } from '../law.js'
import { equalNumbers, equalTensors, holdsExactly, range, read } from '../plain.js'
import type { Plain } from '../plain.js'

type T = Axis<'T'>
type N = Axis<'N'>
type C = Axis<'C'>

/** Two stretches of slices, one after the other, and a state to begin with. */
export interface RecurrenceSample {
  readonly x: Plain<[T, N]>
  readonly w: Plain<[T, N, C]>
  readonly laterX: Plain<[T, N]>
  readonly laterW: Plain<[T, N, C]>
  readonly s: Plain<[N]>
  readonly q: Plain<[]>
}

type State = { readonly s: [N]; readonly q: [] }
type Slice = { readonly x: [N]; readonly w: [N, C] }
type Output = { readonly y: [N]; readonly z: [N, C] }

/** s' = x - 2 s, q' = q + sum w, y = x * s, z = q w */
const stepOf =
  <F extends Carrier>({ add, mul, scale, sub, sum }: Concrete<F>): ScanStep<F, State, Slice, Output> =>
  ({ s, q }, { x, w }) => ({
    state: { s: sub<[N]>(x, add<[N]>(s, s)), q: add<[]>(q, sum<[N, C]>(w)) },
    output: { y: mul<[N]>(x, s), z: scale<[N, C]>(q, w) },
  })

type Slices = { readonly x: Plain<[T, N]>; readonly w: Plain<[T, N, C]> }

const readSlices = <F extends Carrier>(algebra: Concrete<F>, { x, w }: Slices): Tensors<F, Along<T, Slice>> => ({
  x: read(algebra, x),
  w: read(algebra, w),
})

const readState = <F extends Carrier>(algebra: Concrete<F>, { s, q }: RecurrenceSample): Tensors<F, State> => ({
  s: read(algebra, s),
  q: read(algebra, q),
})

const scanned = <F extends Carrier>(
  algebra: Concrete<F>,
  state: Tensors<F, State>,
  slices: Slices,
): ScanResult<F, T, State, Output> =>
  algebra.scan<T, State, Slice, Output>(stepOf(algebra), state, readSlices(algebra, slices))

/** Place t along the leading axis, cut out by plain arithmetic. */
const sliceAt = <F extends Carrier>(algebra: Concrete<F>, { x, w }: Slices, t: number): Tensors<F, Slice> => {
  const [, rows, columns] = w.axes
  const numbersAt = (values: readonly number[], length: number) => values.slice(t * length, (t + 1) * length)
  return {
    x: algebra.tensor<[N]>([rows], numbersAt(x.values, rows.size)),
    w: algebra.tensor<[N, C]>([rows, columns], numbersAt(w.values, rows.size * columns.size)),
  }
}

/** What a scan is, written out: a fold that keeps its outputs. */
const folded = <F extends Carrier>(algebra: Concrete<F>, initial: Tensors<F, State>, slices: Slices) =>
  range(slices.x.axes[0].size).reduce<{
    readonly state: Tensors<F, State>
    readonly y: readonly number[]
    readonly z: readonly number[]
  }>(
    (before, t) => {
      const { state, output } = stepOf(algebra)(before.state, sliceAt(algebra, slices, t))
      const y = [...before.y, ...algebra.toArray<[N]>(output.y)]
      const z = [...before.z, ...algebra.toArray<[N, C]>(output.z)]
      return { state, y, z }
    },
    { state: initial, y: [], z: [] },
  )

const sameState = <F extends Carrier>(algebra: Concrete<F>, a: Tensors<F, State>, b: Tensors<F, State>): boolean =>
  equalTensors<F, [N]>(algebra, a.s, b.s) && equalTensors<F, []>(algebra, a.q, b.q)

/** The plain tensor with its leading axis back to front. */
const backward = <A extends Axes>({ axes, values }: Plain<A>): Plain<A> => {
  const steps = (axes as Axes)[0].size
  const length = values.length / Math.max(1, steps)
  return { axes, values: range(steps).toReversed().flatMap((t) => values.slice(t * length, (t + 1) * length)) }
}

const plainOutputs = <F extends Carrier>(algebra: Concrete<F>, { y, z }: Tensors<F, Along<T, Output>>) => ({
  y: { axes: algebra.axesOf<[T, N]>(y), values: algebra.toArray<[T, N]>(y) },
  z: { axes: algebra.axesOf<[T, N, C]>(z), values: algebra.toArray<[T, N, C]>(z) },
})

/** Laws of scan over any number of slices, none included. */
export const recurrenceLaws = <F extends Carrier>(): readonly Law<Concrete<F>, RecurrenceSample>[] => [
  {
    name: 'a scan is a fold that keeps its outputs, stacked along the leading axis',
    cites: ['hidden'],
    holds: (algebra, sample) => {
      const initial = readState(algebra, sample)
      const { state, outputs } = scanned(algebra, initial, sample)
      const expected = folded(algebra, initial, sample)
      return (
        sameState(algebra, state, expected.state) &&
        holdsExactly<F, [T, N]>(algebra, outputs.y, { axes: sample.x.axes, values: expected.y }) &&
        holdsExactly<F, [T, N, C]>(algebra, outputs.z, { axes: sample.w.axes, values: expected.z })
      )
    },
  },
  {
    name: 'scanReverse is the scan of the slices back to front, with its outputs back to front',
    cites: ['bptt-h'],
    holds: (algebra, sample) => {
      const initial = readState(algebra, sample)
      const reversed = scanned(algebra, initial, { x: backward(sample.x), w: backward(sample.w) })
      const { state, outputs } = algebra.scanReverse<T, State, Slice, Output>(
        stepOf(algebra),
        initial,
        readSlices(algebra, sample),
      )
      const { y, z } = plainOutputs(algebra, reversed.outputs)
      return (
        sameState(algebra, state, reversed.state) &&
        holdsExactly<F, [T, N]>(algebra, outputs.y, backward(y)) &&
        holdsExactly<F, [T, N, C]>(algebra, outputs.z, backward(z))
      )
    },
  },
  {
    name: 'a scan over two stretches is a scan over the first, then from its state over the second',
    cites: ['hidden'],
    holds: (algebra, sample) => {
      const { x, w, laterX, laterW } = sample
      const [, rows, columns] = w.axes
      const time: T = { name: 'T', size: x.axes[0].size + laterX.axes[0].size }
      const first = scanned(algebra, readState(algebra, sample), sample)
      const second = scanned(algebra, first.state, { x: laterX, w: laterW })
      const whole = scanned(algebra, readState(algebra, sample), {
        x: { axes: [time, rows], values: [...x.values, ...laterX.values] },
        w: { axes: [time, rows, columns], values: [...w.values, ...laterW.values] },
      })
      const [a, b, both] = [first, second, whole].map(({ outputs }) => plainOutputs(algebra, outputs))
      return (
        sameState(algebra, whole.state, second.state) &&
        equalNumbers(both.y.values, [...a.y.values, ...b.y.values]) &&
        equalNumbers(both.z.values, [...a.z.values, ...b.z.values])
      )
    },
  },
  {
    name: 'a scan over nothing returns the state as it was, and outputs of their axes with no entries',
    cites: ['hidden'],
    holds: (algebra, sample) => {
      const [, rows, columns] = sample.w.axes
      const none: T = { name: 'T', size: 0 }
      const slices = readSlices(algebra, {
        x: { axes: [none, rows], values: [] },
        w: { axes: [none, rows, columns], values: [] },
      })
      return [algebra.scan<T, State, Slice, Output>, algebra.scanReverse<T, State, Slice, Output>].every((scan) => {
        const { state, outputs } = scan(stepOf(algebra), readState(algebra, sample), slices)
        return (
          sameState(algebra, state, readState(algebra, sample)) &&
          holdsExactly<F, [T, N]>(algebra, outputs.y, { axes: [none, rows], values: [] }) &&
          holdsExactly<F, [T, N, C]>(algebra, outputs.z, { axes: [none, rows, columns], values: [] })
        )
      })
    },
  },
]
