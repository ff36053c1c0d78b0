/**
 * Numbers with bounds on their errors: a tensor of doubles beside a tensor of how far each may be off.
 */
import type { Kind } from 'fp-ts/HKT'
import type { AnyAxis, Axes } from '../algebra/axis.js'
import type { ScanStep, Signature, TensorAlgebra, Tensors, UnfoldStep } from '../algebra/tensor-algebra.js'
import { mapTensors } from '../algebra/tensors.js'
import type { OneHotTensor } from './float-tensor.js'
import { float64 } from './float64.js'
import type { Float64Tensor } from './float64.js'

/** A number computed in double precision, and how far from it the number in question may be. */
export interface Bounded<A> {
  readonly axes: Readonly<A>
  readonly value: Float64Tensor<A>
  readonly error: Float64Tensor<A>
}

declare module 'fp-ts/HKT' {
  interface URItoKind<A> {
    readonly rounding: Bounded<A>
  }
}
declare module '../algebra/tensor-algebra.js' {
  interface URItoOneHot<A> {
    readonly rounding: OneHotTensor<A>
  }
}

/** A tensor of doubles. */
export type Value<A> = Kind<'float64', A>

const { fill, max, scale } = float64
/** c a */
export const times = <A extends Axes>(c: number, a: Value<A>): Value<A> => scale<A>(fill<[]>([], c), a)
/** |a| */
export const size = <A extends Axes>(a: Value<A>): Value<A> => max<A>(a, times<A>(-1, a))
/** c in every place of a tensor like that one. */
export const everywhere = <A extends Axes>(c: number, like: Value<A>): Value<A> => fill<A>(like.axes, c)
export const numberOf = (a: Value<[]>): number => float64.toArray<[]>(a)[0]

/** A value beside a bound on its error. */
export const bounded = <A>(value: Float64Tensor<A>, error: Float64Tensor<A>): Bounded<A> => ({
  axes: value.axes,
  value,
  error,
})

/** The bounds, with Infinity for NaN: 0 times infinity bounds nothing. */
export const orInfinite = <A extends Axes>({ axes, data }: Value<A>): Value<A> =>
  float64.tensor<A>(axes, Float64Array.from(data, (bound) => (Number.isNaN(bound) ? Infinity : bound)))

export const exact = <A extends Axes>(value: Value<A>): Bounded<A> => bounded(value, everywhere(0, value))

/** A copying operation, done to values and errors alike. */
export const copied =
  <A extends Axes, B extends Axes>(f: (a: Value<A>) => Value<B>) =>
  (a: Bounded<A>): Bounded<B> => bounded(f(a.value), f(a.error))

/** Records of values and of errors beside each other, as one record of the double reading, and back. */
const ERROR = ' (error)'
const beside = (a: Tensors<'rounding', Signature>): Tensors<'float64', Signature> => ({
  ...mapTensors<'rounding', 'float64'>(({ value }) => value)(a),
  ...Object.fromEntries(Object.entries(a).map(([field, { error }]) => [field + ERROR, error])),
})
const together = (a: Tensors<'float64', Signature>): Tensors<'rounding', Signature> =>
  Object.fromEntries(
    Object.keys(a)
      .filter((field) => !field.endsWith(ERROR))
      .map((field) => [field, bounded(a[field], a[field + ERROR])]),
  )

/**
 * A scan of the double reading, over values and errors at once. It sees of the records that they hold tensors: which
 * fields the caller's have does not matter, and a cast says so.
 */
export const scanBy = (scan: typeof float64.scan): TensorAlgebra<'rounding'>['scan'] => {
  const scanned = <T extends AnyAxis>(
    next: ScanStep<'rounding', Signature, Signature, Signature>,
    initial: Tensors<'rounding', Signature>,
    slices: Tensors<'rounding', Signature>,
  ) => {
    const { state, outputs } = scan<T, Signature, Signature, Signature>(
      (before, slice) => {
        const result = next(together(before), together(slice))
        return { state: beside(result.state), output: beside(result.output) }
      },
      beside(initial),
      beside(slices) as never,
    )
    return { state: together(state), outputs: together(outputs as never) }
  }
  return scanned as never
}

/** The unfold of the double reading, over values and errors at once. */
export const unfoldBounded = (
  time: AnyAxis,
  next: UnfoldStep<'rounding', Signature, Axes>,
  initial: Tensors<'rounding', Signature>,
  first: OneHotTensor<Axes>,
) => {
  const { state, outputs } = float64.unfold<AnyAxis, Signature, Axes>(
    time,
    (before, input) => {
      const result = next(together(before), input)
      return { state: beside(result.state), output: result.output }
    },
    beside(initial),
    first,
  )
  return { state: together(state), outputs }
}
