/**
 * How far ONNX Runtime may be from real arithmetic: the running error analysis of its single precision.
 *
 * Sums are added up in single precision, in an order of the runtime's own, which the analysis leaves open. Rewriting
 * adds no rounding to the term as it stands: a product that takes an addend in, a factor that is taken out of a sum.
 * exp, tanh, sigmoid and log are polynomials and quotients of polynomials.
 */
import type { Axes } from '../../src/algebra/axis.js'
import type { Concrete } from '../../src/algebra/tensor-algebra.js'
import { bounded, everywhere, size, times } from '../../src/interpret/bounded.js'
import type { Bounded } from '../../src/interpret/bounded.js'
import { float64, rounding, singlePrecision } from '../../src/interpret/index.js'

const u = singlePrecision.unit

/**
 * How many units the runtime's exp and tanh may be off relative to what they yield, and sigmoid and log-softmax
 * relative to 1: on 2^20 points in each of several ranges, version 1.30 was at most 2.9, 5.4 and 2.7 off. Other
 * processors run other code, so that is not taken to the last unit.
 */
const UNITS = 8

type Unary = <A extends Axes>(a: Bounded<A>) => Bounded<A>

const ofItsSize: Unary = ({ value, error }) => bounded(value, float64.add(error, times(UNITS * u, size(value))))
const ofOne: Unary = ({ value, error }) => bounded(value, float64.add(error, everywhere(UNITS * u, value)))

const singleSums = rounding({ unit: u, accumulation: u })

/** The double reading, beside bounds on how far the compiled graph is from it. */
const compiledRounding: Concrete<'rounding'> = {
  ...singleSums,
  exp: (a) => ofItsSize(singleSums.exp(a)),
  tanh: (a) => ofItsSize(singleSums.tanh(a)),
  sigmoid: (a) => ofOne(singleSums.sigmoid(a)),
  logSoftmax: (a) => ofOne(singleSums.logSoftmax(a)),
}

/** The same, whose numbers read out as those bounds. */
export const compiledErrors: Concrete<'rounding'> = {
  ...compiledRounding,
  toArray: ({ error }) => float64.toArray(error),
}
