/**
 * Samples of laws: tensors as plain axes and numbers, which every interpreter can read in, and how
 * what comes out is compared.
 *
 * Legend: u the unit roundoff of an algebra's numbers.
 */
import type { Kind } from 'fp-ts/HKT'
import { sameAxes } from '../algebra/axis.js'
import type { AnyAxis, Axes } from '../algebra/axis.js'
import type { Carrier, Concrete, OneHot } from '../algebra/tensor-algebra.js'
import { sameNumbers } from './law.js'

/** The axes of a tensor and its entries in row-major order, in no interpreter's terms. */
export interface Plain<A> {
  readonly axes: Readonly<A>
  readonly values: readonly number[]
}

/** The axes of a one-hot tensor and its indices along the last axis, in row-major order of the others. */
export interface PlainOneHot<A> {
  readonly axes: Readonly<A>
  readonly indices: readonly number[]
}

/** The tensor of these numbers in an interpreter. */
export const read = <F extends Carrier, A extends Axes>(algebra: Concrete<F>, { axes, values }: Plain<A>): Kind<F, A> =>
  algebra.tensor<A>(axes, values)

/** The one-hot tensor of these indices in an interpreter. */
export const readOneHot = <F extends Carrier, A extends Axes>(
  algebra: Concrete<F>,
  { axes, indices }: PlainOneHot<A>,
): OneHot<F, A> => algebra.oneHot<A>(axes, indices)

/** 0, 1, ..., n - 1 */
export const range = (n: number): readonly number[] => [...Array(n).keys()]

/** The sum of the numbers, from the first to the last. */
export const total = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0)

/** The largest of the numbers; -Infinity of none, and NaN if any is. */
export const maximum = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b), -Infinity)
/** The smallest of the numbers; Infinity of none. */
export const minimum = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.min(a, b), Infinity)

/**
 * The Euclidean norm of a list of any length. Squares are of the numbers over the largest: none overflows, and what is
 * lost is too small to count.
 */
export const norm = (numbers: readonly number[]): number => {
  const largest = numbers.reduce((a, b) => Math.max(a, Math.abs(b)), 0)
  const squares = (): number => numbers.reduce((sum, x) => sum + (x / largest) ** 2, 0)
  return largest > 0 && largest < Infinity ? largest * Math.sqrt(squares()) : largest
}

/** The entries f(r, c) of a matrix of these axes, in row-major order. */
export const tabulate = (
  rows: AnyAxis,
  columns: AnyAxis,
  f: (row: number, column: number) => number,
): readonly number[] => range(rows.size).flatMap((r) => range(columns.size).map((c) => f(r, c)))

/** The same matrix with rows and columns exchanged. */
export const exchanged = <R extends AnyAxis, C extends AnyAxis>(a: Plain<[R, C]>): Plain<[C, R]> => {
  const [rows, columns] = a.axes
  return { axes: [columns, rows], values: tabulate(columns, rows, (c, r) => at(a)(r, c)) }
}

/** The entry at row r and column c of a plain matrix. */
export const at =
  ({ axes, values }: Plain<readonly [AnyAxis, AnyAxis]>) =>
  (r: number, c: number): number =>
    values[r * axes[1].size + c]

/** <a, b>, the sum of a_i b_i over all entries of two tensors, by plain arithmetic. */
export const inner = <F extends Carrier, A extends Axes>(
  algebra: Concrete<F>,
  a: Kind<F, A>,
  b: Kind<F, A>,
): number => {
  const second = algebra.toArray<A>(b)
  return total(algebra.toArray<A>(a).map((x, i) => x * second[i]))
}

/** Whether every pair is the same number, 0 being -0. Lists of different lengths are not, and NaN is nothing. */
export const equalNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i])

/** Whether |a - b| <= bound(i) for every pair. Lists of different lengths are not close; NaN is close to nothing. */
export const numbersWithin = (bound: (i: number) => number, a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((x, i) => Math.abs(x - b[i]) <= bound(i))

/** Whether a tensor has these axes, and exactly these numbers. */
export const holdsExactly = <F extends Carrier, A extends Axes>(
  algebra: Concrete<F>,
  a: Kind<F, A>,
  { axes, values }: Plain<A>,
): boolean => sameAxes(algebra.axesOf<A>(a), axes) && equalNumbers(algebra.toArray<A>(a), values)

/** Whether a tensor has these axes, and these bits: -0 is not 0, and NaN is NaN. */
export const holdsBits = <F extends Carrier, A extends Axes>(
  algebra: Concrete<F>,
  a: Kind<F, A>,
  { axes, values }: Plain<A>,
): boolean => sameAxes(algebra.axesOf<A>(a), axes) && sameNumbers(algebra.toArray<A>(a), values)

/** Whether two tensors have the same axes and equal numbers. */
export const equalTensors = <F extends Carrier, A extends Axes>(
  algebra: Concrete<F>,
  a: Kind<F, A>,
  b: Kind<F, A>,
): boolean => holdsExactly(algebra, a, { axes: algebra.axesOf<A>(b), values: algebra.toArray<A>(b) })

/** u of doubles, in which laws do their own arithmetic. */
const DOUBLE_ROUNDOFF = 2 ** -53
const SINGLE_ROUNDOFF = 2 ** -24

/** u, half the distance from 1 to the next number: found by writing a number that only double precision can hold. */
export const unitRoundoff = <F extends Carrier>(algebra: Concrete<F>): number =>
  algebra.toArray<[]>(algebra.tensor<[]>([], [1 + 2 ** -40]))[0] === 1 ? SINGLE_ROUNDOFF : DOUBLE_ROUNDOFF

/** Whether every x is the y in its place but for so many roundings of the algebra. */
export const nearlyEqual = <F extends Carrier>(
  algebra: Concrete<F>,
  roundings: number,
  xs: readonly number[],
  ys: readonly number[],
): boolean => numbersWithin((i) => roundings * unitRoundoff(algebra) * Math.abs(ys[i]), xs, ys)

/** What underflow can cost one operation: the smallest normal number of single precision, where it is flushed to 0. */
export const UNDERFLOW = 2 ** -126

/**
 * How far a sum of n products, in whatever order, may be from the same sum computed here: each is within
 * gamma_n sum |a_i b_i| of the exact sum, gamma_n = n u / (1 - n u).
 *
 * Source: Higham, Accuracy and Stability of Numerical Algorithms (2002), section 3.1.
 */
export const sumBound = (u: number, n: number, magnitudes: number): number =>
  (gamma(n, u) + gamma(n, DOUBLE_ROUNDOFF)) * magnitudes + n * UNDERFLOW

const gamma = (n: number, u: number): number => (n * u) / (1 - n * u)
