/**
 * Chapter 2, continued: rewriting. Each rule as a term and the expression that it becomes, and that the expression
 * means what the term means.
 */
import type { Kind } from 'fp-ts/HKT'
import { describe, expect, test } from 'vitest'
import { axis } from '../src/algebra/index.js'
import type { Axis } from '../src/algebra/index.js'
import type { Carrier, Concrete } from '../src/algebra/tensor-algebra.js'
import { float32, roundingErrors, singlePrecision } from '../src/interpret/index.js'
import { compile } from '../src/interpret/onnx/compile.js'
import { agreementLaw, readingOf } from '../src/laws/algebra/agreement-of-readings.js'
import { term } from '../src/laws/algebra/operations.js'
import type { Operands } from '../src/laws/algebra/operations.js'
import { adjointSamples } from '../src/laws/samples/algebra.js'
import { real, size } from '../src/laws/samples/tensors.js'
import { layouts } from './runner/interpreters.js'
import { compiledReading } from './onnx/compiled.js'
import { compiledErrors } from './onnx/errors.js'
import { shown } from './onnx/show.js'
import { runLaws } from './runner/run.js'

/** Samples of each rule's meaning. */
const FEW = { runs: 5 }

interface Rule {
  readonly rule: string
  readonly of: <F extends Carrier>(algebra: Concrete<F>, operands: Operands<F>) => unknown
  readonly becomes: string
  /** The same where loops are kept, if that differs. */
  readonly kept?: string
}

const [M, K, N] = [axis('M', 2), axis('K', 3), axis('N', 2)]
const signatures = {
  tensors: { c: [], A: [M, K], A2: [M, K], B: [K, N], Y: [M, N], S: [N, M, K], S2: [N, M, K], b: [K], y: [M] },
  oneHots: { x: [M, K] },
}

/** What a term becomes, applied to inputs that are called by their names. */
const compiledTo = ({ of }: Rule, unrollUpTo: number, onOneThread: boolean): string =>
  shown(
    compile(
      signatures,
      (algebra, { tensors, oneHots }) => {
        const result = of(algebra as Concrete<'graph'>, { ...tensors, ...oneHots } as never)
        return { tensors: { result: result as never } }
      },
      { name: 'rule', description: '', unrollUpTo, onOneThread },
    ),
  )[0]

type Matrix = [Axis<'M'>, Axis<'K'>]

/** A scan along S from the state A, which adds the slices up; f of each slice and the state before it is its output. */
const along =
  (f: <F extends Carrier>(algebra: Concrete<F>, x: Kind<F, Matrix>, s: Kind<F, Matrix>) => Kind<F, Matrix>) =>
  <F extends Carrier>(algebra: Concrete<F>, { A, S }: Operands<F>): unknown =>
    algebra.scan<Axis<'N'>, { s: Matrix }, { x: Matrix }, { y: Matrix }>(
      ({ s }, { x }) => ({ state: { s: algebra.add(s, x) }, output: { y: f(algebra, x, s) } }),
      { s: A },
      { x: S },
    ).outputs.y

const factors: readonly Rule[] = [
  {
    rule: 'two factors known now are one',
    of: ({ fill, scale }, { A }) => scale(fill([], 2), scale(fill([], 3), A)),
    becomes: 'Mul(A, 6)',
  },
  {
    rule: 'two factors are one, and act once',
    of: ({ fill, scale }, { A, c }) => scale(c, scale(fill([], 3), A)),
    becomes: 'Mul(A, Mul(3, c))',
  },
  {
    rule: 'a factor 1 is none',
    of: ({ fill, scale }, { A }) => scale(fill([], 1), A),
    becomes: 'Identity(A)',
  },
  {
    rule: 'factors that cancel are none',
    of: ({ fill, scale }, { A, c }) => scale(c, scale(fill([], 0.5), scale(fill([], 2), A))),
    becomes: 'Mul(A, c)',
  },
  {
    rule: 'a factor 0 is one',
    of: ({ fill, scale }, { A, c }) => scale(fill([], 0), scale(c, A)),
    becomes: 'Mul(A, Mul(c, 0))',
  },
  {
    rule: 'a product of scalars is no factor of a tensor',
    of: ({ scale }, { c }) => scale(c, scale(c, c)),
    becomes: 'Mul(Mul(c, c), c)',
  },
  {
    rule: 'factors known now are taken out of both operands of a product',
    of: ({ fill, matmul, scale }, { A, B }) => matmul(scale(fill([], 2), A), scale(fill([], 3), B)),
    becomes: 'Mul(Gemm(A, B), 6)',
  },
  {
    rule: 'out of A^T B',
    of: ({ fill, matmulTN, scale }, { A, Y }) => matmulTN(scale(fill([], 2), A), Y),
    becomes: 'Mul(Gemm[transA=1](A, Y), 2)',
  },
  {
    rule: 'out of A B^T',
    of: ({ fill, matmulNT, scale }, { Y, B }) => matmulNT(Y, scale(fill([], 2), B)),
    becomes: 'Mul(Gemm[transB=1](Y, B), 2)',
  },
  {
    rule: 'a factor that is not known stays where it is',
    of: ({ matmul, scale }, { A, B, c }) => matmul(scale(c, A), B),
    becomes: 'Gemm(Mul(A, c), B)',
  },
  {
    rule: 'a factor known now is taken out of sums of rows',
    of: ({ fill, scale, sumRows }, { A }) => sumRows(scale(fill([], 2), A)),
    becomes: 'Mul(ReduceSum(A, [0]), 2)',
  },
]

const sums: readonly Rule[] = [
  {
    rule: 'a product takes a row in',
    of: ({ addRow, matmulNT }, { Y, B, b }) => addRow(matmulNT(Y, B), b),
    becomes: 'Gemm[transB=1](Y, B, b)',
  },
  {
    rule: 'a product takes an addend in, from the right',
    of: ({ add, matmul }, { A, B, Y }) => add(matmul(A, B), Y),
    becomes: 'Gemm(A, B, Y)',
  },
  {
    rule: 'and from the left',
    of: ({ add, matmul }, { A, B, Y }) => add(Y, matmul(A, B)),
    becomes: 'Gemm(A, B, Y)',
  },
  {
    rule: 'a product takes in only one',
    of: ({ add, matmul }, { A, B, Y }) => add(add(matmul(A, B), Y), Y),
    becomes: 'Add(Gemm(A, B, Y), Y)',
  },
  {
    rule: 'a product with a factor takes none in',
    of: ({ add, fill, matmul, scale }, { A, B, Y }) => add(scale(fill([], 2), matmul(A, B)), Y),
    becomes: 'Add(Mul(Gemm(A, B), 2), Y)',
  },
  {
    rule: 'a sum of squares is one operation',
    of: ({ mul, sum }, { A }) => sum(mul(A, A)),
    becomes: 'ReduceSumSquare(A)',
  },
  {
    rule: 'a sum of products of different tensors is not',
    of: ({ mul, sum }, { A, A2 }) => sum(mul(A, A2)),
    becomes: 'ReduceSum(Mul(A, A2))',
  },
  {
    rule: 'a chain of sums of scalars is one sum',
    of: ({ add, sum }, { A, A2, c }) => add(add(sum(A), sum(A2)), c),
    becomes: 'Sum(ReduceSum(A), ReduceSum(A2), c)',
  },
  {
    rule: 'that begins without 0',
    of: ({ add, fill }, { c }) => add(add(fill([], 0), c), c),
    becomes: 'Sum(c, c)',
  },
  {
    rule: 'a chain of maxima of scalars is one maximum',
    of: ({ fill, max, sum }, { A, c }) => max(max(c, sum(A)), fill([], 7)),
    becomes: 'Max(c, ReduceSum(A), 7)',
  },
  {
    rule: 'sums and maxima of matrices have two operands',
    of: ({ add, max }, { A, A2 }) => max(max(add(add(A, A2), A), A2), A),
    becomes: 'Max(Max(Add(Add(A, A2), A), A2), A)',
  },
  {
    rule: '0 - c is -c',
    of: ({ fill, sub }, { c }) => sub(fill([], 0), c),
    becomes: 'Neg(c)',
  },
  {
    rule: 'the largest absolute value is the lesser of a maximum, which may forget a NaN, and a sum, which does not',
    of: ({ maxAbs }, { A }) => maxAbs(A),
    becomes: 'Min(ReduceMax(Abs(A)), ReduceSum(Abs(A)))',
  },
]

const selections: readonly Rule[] = [
  {
    rule: 'A less a one-hot matrix is 1 less in one place of each row',
    of: ({ dense, sub }, { A, x }) => sub(A, dense(x)),
    becomes: 'ScatterElements[reduction=add](A, Reshape(x, [2 1]), Expand(-1, [2 1]))',
  },
  {
    rule: 'but a one-hot matrix less A is not',
    of: ({ dense, sub }, { A, x }) => sub(dense(x), A),
    becomes: 'Sub(OneHot(x, [3], [0 1]), A)',
  },
  {
    rule: 'rows are added up entry by entry on several threads, and row by row on one',
    of: ({ scatterAdd }, { x, Y }) => scatterAdd(x, Y),
    becomes:
      'Reshape(ScatterElements[reduction=add](Expand(0, [6]), ' +
      'Reshape(Add(Mul(Reshape(x, [2 1]), 2), [0 1]), [4]), Reshape(Y, [4])), [3 2])',
    kept: 'ScatterND[reduction=add](Expand(0, [3 2]), Reshape(x, [2 1]), Y)',
  },
]

const ofTime: readonly Rule[] = [
  {
    rule: 'laying out and splitting again is nothing',
    of: ({ merge, split }, { S }) =>
      split<Axis<'N'>, Axis<'M'>, [Axis<'K'>]>(merge<Axis<'N'>, Axis<'M'>, [Axis<'K'>]>(S as never)),
    becomes: 'Identity(S)',
  },
  {
    rule: 'what is done to slices alone is done once, to the stack',
    of: along(({ oneMinus, mul }, x) => oneMinus(mul(x, x))),
    becomes:
      'Reshape(Concat(Split(Sub(1, Mul(Reshape(S, [4 3]), Reshape(S, [4 3])))).0, ' +
      'Split(Sub(1, Mul(Reshape(S, [4 3]), Reshape(S, [4 3])))).1), [2 2 3])',
    kept: 'Scan(A, S, Sub(1, Mul(S, S))) { Add($0, $1); Identity($2) }.1',
  },
  {
    rule: 'what is done to slices and the state is done at each step',
    of: along(({ mul }, x, s) => mul(x, s)),
    becomes:
      'Reshape(Concat(Mul(Split(Reshape(S, [4 3])).0, A), Mul(Split(Reshape(S, [4 3])).1, ' +
      'Add(A, Split(Reshape(S, [4 3])).0))), [2 2 3])',
    kept: 'Scan(A, S) { Add($0, $1); Mul($1, $0) }.1',
  },
  {
    rule: 'the same value twice is handed out twice',
    of: along(({ add }, x, s) => add(s, x)),
    becomes:
      'Reshape(Concat(Add(A, Split(Reshape(S, [4 3])).0), ' +
      'Add(Add(A, Split(Reshape(S, [4 3])).0), Split(Reshape(S, [4 3])).1)), [2 2 3])',
    kept: 'Scan(A, S) { Add($0, $1); Identity(Add($0, $1)) }.1',
  },
]

const rules: readonly Rule[] = [...factors, ...sums, ...selections, ...ofTime]

describe('what each rule makes of a term', () => {
  test.each(rules)('$rule: $becomes', (rule) => {
    expect(compiledTo(rule, 16, false)).toBe(rule.becomes)
  })
  test.each(rules)('$rule, loops kept, on one thread', (rule) => {
    expect(compiledTo(rule, 0, true)).toBe(rule.kept ?? rule.becomes)
  })
})

describe('and that it means the same', () => {
  const terms = rules.map(({ rule, of }) => term(rule, (algebra, operands) => of(algebra, operands)))
  Object.entries(layouts).forEach(([name, settings]) => {
    const pair = {
      one: compiledReading(settings),
      other: readingOf(float32),
      errorsOfOne: readingOf(compiledErrors),
      errorsOfOther: readingOf(roundingErrors(singlePrecision)),
    }
    runLaws(name, pair, terms.map(agreementLaw), adjointSamples(size, real), FEW)
  })
})
