/**
 * Laws of the products: matrix product and its transposed forms.
 *
 * On whole numbers whose products stay below 2^24 both precisions are exact, so these laws hold to the
 * last bit; one law, on reals, states a bound.
 */
import type { AnyAxis, Axis } from '../../algebra/axis.js'
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import type { Law } from '../law.js'
import {
  at,
  equalTensors,
  exchanged,
  holdsExactly,
  numbersWithin,
  range,
  read,
  sumBound,
  tabulate,
  total,
  unitRoundoff,
} from '../plain.js'
import type { Plain } from '../plain.js'

type M = Axis<'M'>
type K = Axis<'K'>
type N = Axis<'N'>
type L = Axis<'L'>

/** Matrices that can be multiplied in a chain, A B C, with another of the shape of A and of B. */
export interface ProductSample {
  readonly A: Plain<[M, K]>
  readonly A2: Plain<[M, K]>
  readonly B: Plain<[K, N]>
  readonly B2: Plain<[K, N]>
  readonly C: Plain<[N, L]>
}

/** The terms a_mk b_kn of each entry of A B: the inmost of three nested sums is over k. */
const terms = ({ A, B }: ProductSample, m: number, n: number): readonly number[] =>
  range(A.axes[1].size).map((k) => at(A)(m, k) * at(B)(k, n))

const nestedSums = (sample: ProductSample): Plain<[M, N]> => {
  const axes = [sample.A.axes[0], sample.B.axes[1]] as const
  return { axes, values: tabulate(...axes, (m, n) => total(terms(sample, m, n))) }
}

type Same = Axis<'same'>

/** Ones on the diagonal. Its columns have a name of their own: no tensor has one axis twice. */
const identityOf = <R extends AnyAxis, C extends AnyAxis>(rows: R, columns: C): Plain<[R, C]> => ({
  axes: [rows, columns],
  values: tabulate(rows, columns, (r, c) => (r === c ? 1 : 0)),
})

/** Laws that hold exactly, on samples of small whole numbers. */
export const productLaws = <F extends Carrier>(): readonly Law<Concrete<F>, ProductSample>[] => [
  {
    name: 'a matrix product is three nested sums',
    cites: [],
    holds: (algebra, sample) =>
      holdsExactly(algebra, algebra.matmul(read(algebra, sample.A), read(algebra, sample.B)), nestedSums(sample)),
  },
  {
    name: 'the identity matrix changes nothing: A I = A, I B = B',
    cites: [],
    holds: (algebra, { A, B }) => {
      const [[m, k], [, n]] = [A.axes, B.axes]
      const same: Same = { name: 'same', size: k.size }
      const [onTheRight, onTheLeft] = [read(algebra, identityOf(k, same)), read(algebra, identityOf(same, k))]
      return (
        holdsExactly(algebra, algebra.matmul(read(algebra, A), onTheRight), { ...A, axes: [m, same] as const }) &&
        holdsExactly(algebra, algebra.matmul(onTheLeft, read(algebra, B)), { ...B, axes: [same, n] as const })
      )
    },
  },
  {
    name: 'the matrix product is associative: (A B) C = A (B C)',
    cites: [],
    holds: (algebra, sample) => {
      const [A, B, C] = [read(algebra, sample.A), read(algebra, sample.B), read(algebra, sample.C)]
      return equalTensors(
        algebra,
        algebra.matmul(algebra.matmul(A, B), C),
        algebra.matmul(A, algebra.matmul(B, C)),
      )
    },
  },
  {
    name: 'the matrix product distributes over sums on the right: A (B + B2) = A B + A B2',
    cites: [],
    holds: (algebra, sample) => {
      const [A, B, B2] = [read(algebra, sample.A), read(algebra, sample.B), read(algebra, sample.B2)]
      const { add, matmul } = algebra
      return equalTensors(algebra, matmul(A, add(B, B2)), add(matmul(A, B), matmul(A, B2)))
    },
  },
  {
    name: 'the matrix product distributes over sums on the left: (A + A2) B = A B + A2 B',
    cites: [],
    holds: (algebra, sample) => {
      const [A, A2, B] = [read(algebra, sample.A), read(algebra, sample.A2), read(algebra, sample.B)]
      const { add, matmul } = algebra
      return equalTensors(algebra, matmul(add(A, A2), B), add(matmul(A, B), matmul(A2, B)))
    },
  },
  {
    name: 'the transpose of a product is the product of the transposes in reverse: (A B)^T = B^T A^T',
    cites: [],
    holds: (algebra, sample) => {
      const [A, B] = [read(algebra, sample.A), read(algebra, sample.B)]
      const { matmul, transpose } = algebra
      return equalTensors(algebra, transpose(matmul(A, B)), matmul(transpose(B), transpose(A)))
    },
  },
  {
    name: 'matmulTN is transposing its first operand, then multiplying: A^T B',
    cites: ['bptt-w'],
    holds: (algebra, sample) => {
      const A_T = read(algebra, exchanged(sample.A))
      return holdsExactly(algebra, algebra.matmulTN(A_T, read(algebra, sample.B)), nestedSums(sample))
    },
  },
  {
    name: 'matmulNT is transposing its second operand, then multiplying: A B^T',
    cites: ['bptt-h', 'bptt-state'],
    holds: (algebra, sample) => {
      const B_T = read(algebra, exchanged(sample.B))
      return holdsExactly(algebra, algebra.matmulNT(read(algebra, sample.A), B_T), nestedSums(sample))
    },
  },
]

/** The law of rounding, on samples of reals. */
export const roundedProductLaws = <F extends Carrier>(): readonly Law<Concrete<F>, ProductSample>[] => [
  {
    name: 'each entry of a product is within gamma_K sum |a_mk b_kn| of the exact sum',
    cites: [],
    holds: (algebra, sample) => {
      const { axes, values } = nestedSums(sample)
      const magnitudes = tabulate(...axes, (m, n) => total(terms(sample, m, n).map(Math.abs)))
      const bound = (i: number) => sumBound(unitRoundoff(algebra), sample.A.axes[1].size, magnitudes[i])
      const [A, B] = [read(algebra, sample.A), read(algebra, sample.B)]
      const [A_T, B_T] = [read(algebra, exchanged(sample.A)), read(algebra, exchanged(sample.B))]
      return [algebra.matmul(A, B), algebra.matmulTN(A_T, B), algebra.matmulNT(A, B_T)].every((product) =>
        numbersWithin(bound, algebra.toArray<[M, N]>(product), values),
      )
    },
  },
]
