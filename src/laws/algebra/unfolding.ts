/**
 * Laws of unfold: a step run again and again, its one-hot result being its next input.
 *
 * The step of these laws chooses by what it was given and by what it has chosen before. On small whole numbers
 * all of them are exact.
 */
import type { Kind } from 'fp-ts/HKT'
import { sameAxes } from '../../algebra/axis.js'
import type { Axis } from '../../algebra/axis.js'
import type { Carrier, Concrete, OneHot, Tensors, UnfoldResult, UnfoldStep } from '../../algebra/tensor-algebra.js'
import type { Law } from '../law.js'
import { equalNumbers, equalTensors, range, read, readOneHot } from '../plain.js'
import type { Plain, PlainOneHot } from '../plain.js'

type T = Axis<'T'>
type R = Axis<'R'>
type V = Axis<'V'>
/** V again, as the columns of W: no tensor has one axis twice. */
type Next = Axis<'next'>

/** What each column makes of the next, a liking for each, what comes first, and how many steps there are. */
export interface UnfoldSample {
  readonly time: T
  readonly later: T
  readonly W: Plain<[V, Next]>
  readonly B: Plain<[R, V]>
  readonly first: PlainOneHot<[R, V]>
}

type State = { readonly B: [R, V] }

/** x' = argmax (x W + B), B' = B - x': what was chosen is liked less. */
const stepOf =
  <F extends Carrier>(
    { add, argmax, axesOf, dense, rename, gatherRows, sub }: Concrete<F>,
    W: Kind<F, [V, Next]>,
  ): UnfoldStep<F, State, [R, V]> =>
  ({ B }, x) => {
    const output = argmax<R, V>(add<[R, V]>(rename<R, Next, V>(gatherRows<R, V, Next>(x, W), axesOf<[R, V]>(B)[1]), B))
    return { state: { B: sub<[R, V]>(B, dense<[R, V]>(output)) }, output }
  }

const unfolded = <F extends Carrier>(
  algebra: Concrete<F>,
  { W }: UnfoldSample,
  time: T,
  state: Tensors<F, State>,
  first: OneHot<F, [R, V]>,
): UnfoldResult<F, T, State, [R, V]> =>
  algebra.unfold<T, State, [R, V]>(time, stepOf(algebra, read(algebra, W)), state, first)

/** The same from the sample's state and first input. */
const fromStart = <F extends Carrier>(algebra: Concrete<F>, sample: UnfoldSample, time: T) =>
  unfolded(algebra, sample, time, { B: read(algebra, sample.B) }, readOneHot(algebra, sample.first))

/** What an unfold is, written out: the state, the input to come, and all indices chosen so far. */
const iterated = <F extends Carrier>(algebra: Concrete<F>, sample: UnfoldSample) =>
  range(sample.time.size).reduce<{
    readonly state: Tensors<F, State>
    readonly x: OneHot<F, [R, V]>
    readonly chosen: readonly number[]
  }>(
    ({ state, x, chosen }) => {
      const { state: next, output } = stepOf(algebra, read(algebra, sample.W))(state, x)
      return { state: next, x: output, chosen: [...chosen, ...algebra.indicesOf<[R, V]>(output)] }
    },
    { state: { B: read(algebra, sample.B) }, x: readOneHot(algebra, sample.first), chosen: [] },
  )

/** The axes of the outputs of so many steps, which their dense matrix has. */
const haveAxes = <F extends Carrier>(
  algebra: Concrete<F>,
  outputs: OneHot<F, [T, R, V]>,
  time: T,
  { first }: UnfoldSample,
): boolean => sameAxes(algebra.axesOf<[T, R, V]>(algebra.dense<[T, R, V]>(outputs)), [time, ...first.axes])

/** Laws of unfold over any number of steps, none included. */
export const unfoldLaws = <F extends Carrier>(): readonly Law<Concrete<F>, UnfoldSample>[] => [
  {
    name: 'an unfold feeds each result back as the next input, and stacks the results',
    cites: ['predict', 'hidden', 'output'],
    holds: (algebra, sample) => {
      const { state, outputs } = fromStart(algebra, sample, sample.time)
      const expected = iterated(algebra, sample)
      return (
        equalTensors<F, [R, V]>(algebra, state.B, expected.state.B) &&
        equalNumbers(algebra.indicesOf<[T, R, V]>(outputs), expected.chosen) &&
        haveAxes(algebra, outputs, sample.time, sample)
      )
    },
  },
  {
    name: 'unfolding on from the last state and result is unfolding at once',
    cites: ['predict', 'hidden', 'output'],
    holds: (algebra, sample) => {
      const { time, later, first } = sample
      const start = fromStart(algebra, sample, time)
      const chosen = algebra.indicesOf<[T, R, V]>(start.outputs)
      const last = time.size === 0 ? first.indices : chosen.slice(-first.indices.length)
      const x = readOneHot(algebra, { axes: first.axes, indices: last })
      const rest = unfolded(algebra, sample, later, start.state, x)
      const whole = fromStart(algebra, sample, { name: 'T', size: time.size + later.size })
      return (
        equalTensors<F, [R, V]>(algebra, whole.state.B, rest.state.B) &&
        equalNumbers(algebra.indicesOf<[T, R, V]>(whole.outputs), [
          ...chosen,
          ...algebra.indicesOf<[T, R, V]>(rest.outputs),
        ])
      )
    },
  },
  {
    name: 'an unfold of no steps returns the state as it was, and no results',
    cites: ['predict'],
    holds: (algebra, sample) => {
      const none: T = { name: 'T', size: 0 }
      const { state, outputs } = fromStart(algebra, sample, none)
      return (
        equalTensors<F, [R, V]>(algebra, state.B, read(algebra, sample.B)) &&
        algebra.indicesOf<[T, R, V]>(outputs).length === 0 &&
        haveAxes(algebra, outputs, none, sample)
      )
    },
  },
]
