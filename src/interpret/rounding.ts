/**
 * Another reading of the algebra: each number with a bound on how far rounding may have moved it. It shows whether an
 * interpreter of lower precision is off by rounding alone.
 *
 * Running error analysis: an operation computes y with |y - f(x)| <= u |f(x)|, u the unit roundoff, from arguments
 * that are off by e already. The bound on the result is therefore e carried through f, plus u times the result's size:
 *
 *   a + b            e_a + e_b
 *   a b (products)   |a| e_b + e_a (|b| + e_b), and K v (|a| + e_a)(|b| + e_b) for a sum of K terms, each addition of
 *                    which is rounded by v
 *   tanh, relu       e, since they are nowhere steeper than 1
 *   exp              e^a (e^e - 1) <= e^a e e^e
 *   log softmax      twice the largest e of the row, since its derivative in the scores has absolute sum at most 2
 *
 * so the bound grows with the length K of each sum and, through the state, with the number of steps. Operations whose
 * result is a copy of arguments (selecting, transposing, renaming) keep the bounds of what they copy.
 *
 * Source: Higham, Accuracy and Stability of Numerical Algorithms (2002), sections 3.1 and 3.3.
 */
import { entries } from '../algebra/axis.js'
import type { Axes } from '../algebra/axis.js'
import type { Concrete } from '../algebra/tensor-algebra.js'
import { float64 } from './float64.js'
import { bounded, copied, everywhere, exact, numberOf, orInfinite, scanBy, size, times, unfoldBounded } from './bounded.js'
import type { Bounded, Value } from './bounded.js'

/** How an interpreter rounds. */
export interface Precision {
  /** u: each result is within u times its size of what its operands make it. */
  readonly unit: number
  /** v: the same for each addition inside a sum, which may be done in a higher precision than results are kept in. */
  readonly accumulation: number
}

/** Half the distance from 1 to the next number. */
const SINGLE = 2 ** -24
const DOUBLE = 2 ** -53

/** Single precision, with sums accumulated in double precision and rounded once, as `float32` does. */
export const singlePrecision: Precision = { unit: SINGLE, accumulation: DOUBLE }
/** The roundings of `float64`. */
export const doublePrecision: Precision = { unit: DOUBLE, accumulation: DOUBLE }

/** What underflow may cost an operation: the smallest normal number of single precision, where it is flushed to 0. */
const UNDERFLOW = 2 ** -126
/** Roundings of the value itself, which is computed in double precision, per operation: exp and tanh err by 2 or so. */
const OWN = 4 * DOUBLE

const { add, fill, max, min, mul, oneMinus, relu, scale, heaviside, sub } = float64

/** A result whose arguments leave it uncertain by `error`, rounded by u. */
const roundedBy =
  (u: number) =>
  <A extends Axes>(value: Value<A>, error: Value<A>): Bounded<A> => {
    const known = orInfinite<A>(error)
    const largest = add<A>(size(value), known)
    return bounded(value, add<A>(add<A>(known, times(u, largest)), everywhere(UNDERFLOW, value)))
  }

/** The reading in which every operation rounds with this precision. The numbers it is given count as exact. */
export const rounding = ({ unit, accumulation }: Precision): Concrete<'rounding'> => {
  const rounded = roundedBy(unit + OWN)
  const v = accumulation + OWN

  /** A bilinear operation, every entry of whose result is a sum of K products. */
  const product = <A extends Axes, B extends Axes, C extends Axes>(
    f: (a: Value<A>, b: Value<B>) => Value<C>,
    K: number,
    a: Bounded<A>,
    b: Bounded<B>,
  ): Bounded<C> => {
    const largestA = add<A>(size(a.value), a.error)
    const largestB = add<B>(size(b.value), b.error)
    const ofArguments = add<C>(f(size(a.value), b.error), f(a.error, largestB))
    return rounded(f(a.value, b.value), add<C>(ofArguments, times(K * v, f(largestA, largestB))))
  }
  /** A sum of up to K entries of its argument. */
  const total = <A extends Axes, B extends Axes>(f: (a: Value<A>) => Value<B>, K: number, a: Bounded<A>): Bounded<B> =>
    rounded(f(a.value), add<B>(f(a.error), times(K * v, f(add<A>(size(a.value), a.error)))))

  return {
    tensor: (axes, values) => exact(float64.tensor(axes, values)),
    oneHot: float64.oneHot,
    toArray: ({ value }) => float64.toArray(value),
    indicesOf: float64.indicesOf,

    add: (a, b) => rounded(add(a.value, b.value), add(a.error, b.error)),
    sub: (a, b) => rounded(sub(a.value, b.value), add(a.error, b.error)),
    mul: (a, b) => product(mul, 1, a, b),
    div: (a, b) => {
      const quotient = float64.div(a.value, b.value)
      // 0, and the bound therefore infinite, where b may be 0.
      const least = relu(sub(size(b.value), b.error))
      return rounded(quotient, float64.div(add(a.error, mul(size(quotient), b.error)), least))
    },
    min: (a, b) => bounded(min(a.value, b.value), max(a.error, b.error)),
    max: (a, b) => bounded(max(a.value, b.value), max(a.error, b.error)),
    scale: (c, a) => product(scale, 1, c, a),
    oneMinus: (a) => rounded(oneMinus(a.value), a.error),
    // |sqrt a - sqrt b| = |a - b| / (sqrt a + sqrt b), which is no more than sqrt |a - b|, nor than |a - b| / sqrt a
    sqrt: (a) => {
      const root = float64.sqrt(a.value)
      const ofPositive = float64.div(a.error, max(root, everywhere(UNDERFLOW, root)))
      return rounded(root, min(float64.sqrt(a.error), ofPositive))
    },
    exp: (a) => {
      const value = float64.exp(a.value)
      return rounded(value, mul(value, mul(a.error, float64.exp(a.error))))
    },
    tanh: (a) => rounded(float64.tanh(a.value), a.error),
    // Nowhere steeper than 1/4.
    sigmoid: (a) => rounded(float64.sigmoid(a.value), times(1 / 4, a.error)),
    // No error where even the largest number that it may be is negative.
    relu: ({ value, error }) => bounded(relu(value), min(error, relu(add(value, error)))),
    // 0 or 1 where the argument may lie on either side of the kink.
    heaviside: ({ value, error }) =>
      bounded(heaviside(value), mul(heaviside(error), oneMinus(heaviside(sub(size(value), error))))),

    matmul: (a, b) => product(float64.matmul, a.value.axes[1].size, a, b),
    matmulTN: (a, b) => product(float64.matmulTN, a.value.axes[0].size, a, b),
    matmulNT: (a, b) => product(float64.matmulNT, a.value.axes[1].size, a, b),
    transpose: (a) => copied(float64.transpose)(a),
    addRow: (a, b) => rounded(float64.addRow(a.value, b.value), float64.addRow(a.error, b.error)),
    sumRows: (a) => total(float64.sumRows, a.value.axes[0].size, a),
    sum: (a) => total(float64.sum, entries(a.value.axes), a),
    maxAbs: (a) => copied(float64.maxAbs)(a),
    logSoftmax: (a) => {
      const terms = a.value.axes[1].size + 4 * numberOf(float64.maxAbs(a.value))
      const error = 2 * numberOf(float64.maxAbs(a.error)) + terms * v
      return rounded(float64.logSoftmax(a.value), everywhere(error, a.value))
    },

    dense: (x) => exact(float64.dense(x)),
    gatherRows: (x, w) => bounded(float64.gatherRows(x, w.value), float64.gatherRows(x, w.error)),
    scatterAdd: (x, a) => total((b) => float64.scatterAdd(x, b), a.value.axes[0].size, a),
    takeAlongRows: (a, x) => bounded(float64.takeAlongRows(a.value, x), float64.takeAlongRows(a.error, x)),
    scatterColumns: (base, index, source) =>
      bounded(
        float64.scatterColumns(base.value, index, source.value),
        float64.scatterColumns(base.error, index, source.error),
      ),
    scatterRows: (base, index, source) =>
      bounded(
        float64.scatterRows(base.value, index, source.value),
        float64.scatterRows(base.error, index, source.error),
      ),
    argmax: (a) => float64.argmax(a.value),

    axesOf: ({ value }) => value.axes,
    fill: (axes, c) => {
      const value = fill(axes, c)
      return bounded(value, times(unit, size(value)))
    },
    rename: (a, last) => bounded(float64.rename(a.value, last), float64.rename(a.error, last)),
    merge: (a) => bounded(float64.merge(a.value), float64.merge(a.error)),
    split: (a) => bounded(float64.split(a.value), float64.split(a.error)),
    scan: scanBy(float64.scan),
    scanReverse: scanBy(float64.scanReverse),
    // Fields with their errors beside them: the types of a record cannot say that (see bounded.ts).
    unfold: unfoldBounded as never,
  }
}

/** The same reading, whose numbers read out as the bounds on their errors. */
export const roundingErrors = (precision: Precision): Concrete<'rounding'> => ({
  ...rounding(precision),
  toArray: ({ error }) => float64.toArray(error),
})
