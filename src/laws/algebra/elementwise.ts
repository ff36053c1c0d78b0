/**
 * Laws of arithmetic, entry by entry: each operation against its definition on plain numbers.
 *
 * Sums, differences, products, quotients and roots are rounded once, so they agree to the last bit,
 * -0, infinities and NaN included. A sum of many is within gamma_n of the exact one.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axes, Axis } from '../../algebra/axis.js'
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import { sameNumbers } from '../law.js'
import type { Law } from '../law.js'
import { at, maximum, numbersWithin, range, read, sumBound, tabulate, total } from '../plain.js'
import { UNDERFLOW, unitRoundoff } from '../plain.js'
import type { Plain } from '../plain.js'

type R = Axis<'R'>
type C = Axis<'C'>

/** Two tensors of the same axes, of any number of axes, and a scalar. */
export interface ElementwiseSample {
  readonly a: Plain<Axes>
  readonly b: Plain<Axes>
  readonly c: Plain<[]>
}

/** The numbers as the algebra holds them. */
const rounded = <F extends Carrier>(algebra: Concrete<F>, values: readonly number[]): readonly number[] =>
  algebra.toArray<Axes>(algebra.tensor<Axes>([{ name: 'entries', size: values.length }], values))

type BinaryName = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max'
type UnaryName = 'oneMinus' | 'sqrt' | 'relu' | 'heaviside'

const binaryDefinitions: Readonly<Record<BinaryName, (x: number, y: number) => number>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  min: (x, y) => Math.min(x, y),
  max: (x, y) => Math.max(x, y),
}

const unaryDefinitions: Readonly<Record<UnaryName, (x: number) => number>> = {
  oneMinus: (x) => 1 - x,
  sqrt: (x) => Math.sqrt(x),
  relu: (x) => (x > 0 || Number.isNaN(x) ? x : 0),
  heaviside: (x) => (x > 0 ? 1 : 0),
}

const binaryLaw = <F extends Carrier>(name: BinaryName): Law<Concrete<F>, ElementwiseSample> => ({
  name: `${name} is ${name} of each pair of entries, rounded once`,
  cites: [],
  holds: (algebra, { a, b }) =>
    sameNumbers(
      algebra.toArray<Axes>(algebra[name]<Axes>(read(algebra, a), read(algebra, b))),
      rounded(algebra, a.values.map((x, i) => binaryDefinitions[name](x, b.values[i]))),
    ),
})

const unaryLaw = <F extends Carrier>(name: UnaryName): Law<Concrete<F>, ElementwiseSample> => ({
  name: `${name} is ${name} of each entry, rounded once`,
  cites: [],
  holds: (algebra, { a }) =>
    sameNumbers(
      algebra.toArray<Axes>(algebra[name]<Axes>(read(algebra, a))),
      rounded(algebra, a.values.map(unaryDefinitions[name])),
    ),
})

const scaleLaw = <F extends Carrier>(): Law<Concrete<F>, ElementwiseSample> => ({
  name: 'scale multiplies each entry by one number, rounded once',
  cites: ['clip', 'sgd'],
  holds: (algebra, { a, c }) =>
    sameNumbers(
      algebra.toArray<Axes>(algebra.scale<Axes>(read(algebra, c), read(algebra, a))),
      rounded(algebra, a.values.map((x) => c.values[0] * x)),
    ),
})

const maxAbsLaw = <F extends Carrier>(): Law<Concrete<F>, ElementwiseSample> => ({
  name: 'maxAbs is the largest absolute value, 0 for no entries, NaN if an entry is',
  cites: ['clip'],
  holds: (algebra, { a }) =>
    sameNumbers(algebra.toArray<[]>(algebra.maxAbs<Axes>(read(algebra, a))), [maximum([0, ...a.values.map(Math.abs)])]),
})

/** Laws that hold to the last bit for all numbers of single precision, finite or not. */
export const elementwiseLaws = <F extends Carrier>(): readonly Law<Concrete<F>, ElementwiseSample>[] => [
  ...(Object.keys(binaryDefinitions) as readonly BinaryName[]).map((name) => binaryLaw<F>(name)),
  ...(Object.keys(unaryDefinitions) as readonly UnaryName[]).map((name) => unaryLaw<F>(name)),
  scaleLaw(),
  maxAbsLaw(),
]

/** A matrix and a row. */
export interface RowSample {
  readonly A: Plain<[R, C]>
  readonly b: Plain<[C]>
}

/**
 * How many units in the last place exp and tanh may be off. A polynomial in single precision reaches about
 * four; a mistake in the formula costs thousands.
 */
const ULPS = 8

/** Whether f is within ULPS of its definition for each entry. */
const nearDefinition = <F extends Carrier>(
  algebra: Concrete<F>,
  f: (a: Kind<F, [R, C]>) => Kind<F, [R, C]>,
  definition: (x: number) => number,
  A: Plain<[R, C]>,
): boolean => {
  const expected = A.values.map(definition)
  return numbersWithin(
    (i) => 2 * ULPS * unitRoundoff(algebra) * Math.abs(expected[i]) + UNDERFLOW,
    algebra.toArray<[R, C]>(f(read(algebra, A))),
    expected,
  )
}

/** Laws with a bound, on samples of moderate reals. */
export const roundedElementwiseLaws = <F extends Carrier>(): readonly Law<Concrete<F>, RowSample>[] => [
  {
    name: 'exp is the exponential of each entry, to 8 units in the last place',
    cites: ['bptt-o'],
    holds: (algebra, { A }) => nearDefinition(algebra, algebra.exp, Math.exp, A),
  },
  {
    name: 'tanh is (e^2x - 1) / (e^2x + 1) of each entry, to 8 units in the last place',
    cites: ['hidden'],
    holds: (algebra, { A }) =>
      nearDefinition(algebra, algebra.tanh, (x) => Math.expm1(2 * x) / (Math.expm1(2 * x) + 2), A),
  },
  {
    name: 'sigmoid is e^x / (1 + e^x) of each entry, to 8 units in the last place',
    cites: ['hidden'],
    holds: (algebra, { A }) =>
      nearDefinition(algebra, algebra.sigmoid, (x) => Math.exp(x) / (1 + Math.exp(x)), A),
  },
  {
    name: 'addRow adds one row to every row, rounded once',
    cites: ['hidden', 'output'],
    holds: (algebra, { A, b }) =>
      sameNumbers(
        algebra.toArray<[R, C]>(algebra.addRow(read(algebra, A), read(algebra, b))),
        rounded(algebra, tabulate(...A.axes, (r, c) => at(A)(r, c) + b.values[c])),
      ),
  },
  {
    name: 'sumRows is the sum of each column, within gamma_R sum |a_rc| of the exact one',
    cites: ['bptt-w'],
    holds: (algebra, { A }) => {
      const [rows, columns] = A.axes
      const column = (c: number): readonly number[] => range(rows.size).map((r) => at(A)(r, c))
      return numbersWithin(
        (c) => sumBound(unitRoundoff(algebra), rows.size, total(column(c).map(Math.abs))),
        algebra.toArray<[C]>(algebra.sumRows(read(algebra, A))),
        range(columns.size).map((c) => total(column(c))),
      )
    },
  },
  {
    name: 'sum is the sum of all entries, within gamma_n sum |a_i| of the exact one',
    cites: ['loss', 'clip'],
    holds: (algebra, { A }) =>
      numbersWithin(
        () => sumBound(unitRoundoff(algebra), A.values.length, total(A.values.map(Math.abs))),
        algebra.toArray<[]>(algebra.sum<[R, C]>(read(algebra, A))),
        [total(A.values)],
      ),
  },
]
