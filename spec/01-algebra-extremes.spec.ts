/**
 * Chapter 1, continued: numbers that are not ordinary (NaN, the infinities, -0, subnormals, +-10^30), and axes of
 * no entries. Nothing is replaced by something tamer: what overflows is infinite, what is undefined is NaN, and both
 * stay visible.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { axis } from '../src/algebra/index.js'
import type { Axes } from '../src/algebra/index.js'
import {
  adjointLaws,
  copyLaws,
  elementwiseLaws,
  layoutLaws,
  logSoftmaxLaws,
  productLaws,
  recurrenceLaws,
  scatterLaws,
  selectionLaws,
} from '../src/laws/algebra/index.js'
import { sameNumbers } from '../src/laws/law.js'
import { allFinite } from '../src/interpret/kernel/rows.js'
import { range, read, total } from '../src/laws/plain.js'
import {
  adjointSamples,
  elementwiseSamples,
  layoutSamples,
  logitsSamples,
  productSamples,
  recurrenceSamples,
  scatterSamples,
  selectionSamples,
} from '../src/laws/samples/algebra.js'
import { axesNamed, plain, realWithin, sizeOrZero, smallInteger } from '../src/laws/samples/tensors.js'
import { onEachInterpreter } from './runner/interpreters.js'
import { forAll, law, runLaws } from './runner/run.js'

/** Every number of single precision, the unusual ones often. */
const anySingle = fc.oneof(fc.float(), fc.constantFrom(NaN, Infinity, -Infinity, -0, 0, 2 ** -149, 1))
/** Numbers below the smallest normal one of single precision. */
const subnormal = fc.integer({ min: -(2 ** 23), max: 2 ** 23 }).map((k) => k * 2 ** -149)
/** Logits whose differences single precision still holds. */
const enormous = realWithin(1e30)

describe('whether all of a list is finite', () => {
  law(
    'is what each of its entries says, of any length',
    forAll(
      fc.array(fc.oneof({ weight: 20, arbitrary: fc.float() }, anySingle), { maxLength: 20 }),
      (values) => allFinite(Float32Array.from(values)) === values.every(Number.isFinite),
    ),
  )
})

onEachInterpreter((name, algebra) => {
  const matrix = (...rows: readonly (readonly number[])[]) =>
    algebra.tensor([axis('R', rows.length), axis('C', rows[0].length)], rows.flat())
  const numbers = (a: unknown): readonly number[] => algebra.toArray<Axes>(a as never)

  describe(`any number of single precision, in ${name}`, () => {
    runLaws('layout', algebra, layoutLaws(), layoutSamples(anySingle))
    runLaws('arithmetic', algebra, elementwiseLaws(), elementwiseSamples(anySingle))
    runLaws('selection', algebra, copyLaws(), selectionSamples(anySingle))
    runLaws('scattering', algebra, scatterLaws(), scatterSamples(anySingle))

    law(
      'a product is NaN or infinite just where a row and a column make it so',
      forAll(productSamples(anySingle), ({ A, B }) => {
        const [[, K], [, N]] = [A.axes, B.axes]
        const product = algebra.toArray(algebra.matmul(read(algebra, A), read(algebra, B)))
        return product.every((entry, i) => {
          const [m, n] = [Math.floor(i / N.size), i % N.size]
          const terms = range(K.size).map((k) => A.values[m * K.size + k] * B.values[k * N.size + n])
          const sum = total(terms)
          return Number.isFinite(sum) ? !Number.isNaN(entry) : Object.is(entry, sum)
        })
      }),
    )

    law(
      'a sum of rows is NaN or infinite just where a column makes it so',
      forAll(productSamples(anySingle), ({ A }) => {
        const [R, C] = A.axes
        const column = (c: number): readonly number[] => range(R.size).map((r) => A.values[r * C.size + c])
        const sums = algebra.toArray(algebra.sumRows(read(algebra, A)))
        const holds = (sum: number, c: number): boolean =>
          Number.isFinite(sum) ? !Number.isNaN(sums[c]) : Object.is(sums[c], sum)
        return range(C.size).every((c) => holds(total(column(c)), c))
      }),
    )

    law(
      'argmax of a row with a NaN still is one of its columns',
      forAll(selectionSamples(anySingle), ({ O }) => {
        const chosen = algebra.indicesOf(algebra.argmax(read(algebra, O)))
        const [rows, columns] = O.axes
        return chosen.length === rows.size && chosen.every((c) => Number.isInteger(c) && c >= 0 && c < columns.size)
      }),
    )

    test('argmax takes the first of equals: -0 and 0, infinities, nothing but -infinity', () => {
      const rows = matrix([-0, 0, -1], [1, Infinity, Infinity], [-Infinity, -Infinity, -Infinity], [-Infinity, -3, -2])
      expect(algebra.indicesOf(algebra.argmax(rows))).toEqual([0, 1, 0, 2])
    })

    test('relu keeps NaN, for Math.max(NaN, 0) is NaN, and gives 0 for -0; step is 0 for both', () => {
      const a = matrix([NaN, -0, 0, 2 ** -149, Infinity, -Infinity])
      expect(numbers(algebra.relu(a))).toEqual([NaN, 0, 0, 2 ** -149, Infinity, 0])
      expect(numbers(algebra.heaviside(a))).toEqual([0, 0, 0, 1, 1, 0])
    })

    test('exp, tanh, sigmoid and sqrt at the ends of the line', () => {
      const a = matrix([NaN, -0, 1e30, -1e30, Infinity, -Infinity])
      expect(numbers(algebra.exp(a))).toEqual([NaN, 1, Infinity, 0, Infinity, 0])
      expect(numbers(algebra.tanh(a))).toEqual([NaN, -0, 1, -1, 1, -1])
      expect(numbers(algebra.sigmoid(a))).toEqual([NaN, 0.5, 1, 0, 1, 0])
      expect(numbers(algebra.sqrt(a)).map((x) => (Number.isFinite(x) ? 'finite' : x))).toEqual(
        [NaN, 'finite', 'finite', NaN, Infinity, NaN],
      )
    })

    test('a number is rounded to what the interpreter holds, to even on ties, to infinity beyond', () => {
      const held = numbers(matrix([0.1, 1 + 2 ** -24, 1 + 3 * 2 ** -24, 1e39, 2 ** -150, -(2 ** -150)]))
      const single = [Math.fround(0.1), 1, 1 + 2 ** -22, Infinity, 0, -0]
      const double = [0.1, 1 + 2 ** -24, 1 + 3 * 2 ** -24, 1e39, 2 ** -150, -(2 ** -150)]
      expect(held).toEqual(held[0] === 0.1 ? double : single)
    })
  })

  describe(`logits of unusual size, in ${name}`, () => {
    runLaws('up to 10^30', algebra, logSoftmaxLaws(), logitsSamples(enormous))
    runLaws('subnormal', algebra, logSoftmaxLaws(), logitsSamples(subnormal))

    test('a row of +-10^30 gives all to its largest, and nothing a floor', () => {
      const [first, last] = numbers(algebra.logSoftmax(matrix([1e30, -1e30])))
      expect(first).toBe(0)
      expect(last).toBeLessThan(-1.9e30)
      expect(last).toBeGreaterThan(-Infinity)
    })

    test('a logit of -infinity has probability 0, and leaves the others theirs', () => {
      const [a, b, c] = numbers(algebra.logSoftmax(matrix([0, -Infinity, 0])))
      expect([a, c].map((x) => x.toFixed(6))).toEqual(['-0.693147', '-0.693147'])
      expect(b).toBe(-Infinity)
    })

    test('a row with a NaN, with +infinity, or with nothing but -infinity is NaN, and no other row is', () => {
      const rows = matrix([0, NaN], [Infinity, 0], [-Infinity, -Infinity], [0, 0])
      const logP = numbers(algebra.logSoftmax(rows))
      expect(logP.map((x) => Number.isNaN(x))).toEqual([true, true, true, true, true, true, false, false])
    })
  })

  describe(`axes of no entries, in ${name}`, () => {
    runLaws('products', algebra, productLaws(), productSamples(smallInteger, sizeOrZero))
    runLaws('adjoints', algebra, adjointLaws(), adjointSamples(sizeOrZero))
    runLaws('selection', algebra, selectionLaws(), selectionSamples(smallInteger, sizeOrZero))
    runLaws('recurrence', algebra, recurrenceLaws(), recurrenceSamples(sizeOrZero))

    law(
      'log-softmax of no rows, or of rows of no columns, has no numbers and its axes',
      forAll(axesNamed(['R', 'C'], sizeOrZero).chain(([R, C]) => plain([R, C], smallInteger)), (a) => {
        const logP = algebra.logSoftmax(read(algebra, a))
        return algebra.axesOf(logP).every((each, i) => each === a.axes[i]) && numbers(logP).length === a.values.length
      }),
    )

    test('no rows have no largest entries, with columns or without', () => {
      const largest = (columns: number) => algebra.argmax(algebra.fill([axis('R', 0), axis('C', columns)], 1))
      expect([0, 2].map((columns) => algebra.indicesOf(largest(columns)))).toEqual([[], []])
    })

    test('sums of nothing are 0', () => {
      const none = algebra.fill([axis('R', 0), axis('C', 2)], 1)
      expect(numbers(algebra.sum(none))).toEqual([0])
      expect(numbers(algebra.maxAbs(none))).toEqual([0])
      expect(numbers(algebra.sumRows(none))).toEqual([0, 0])
      const [M, K, N] = [axis('M', 1), axis('K', 0), axis('N', 1)]
      expect(numbers(algebra.matmul(algebra.fill([M, K], 1), algebra.fill([K, N], 1)))).toEqual([0])
    })
  })

  describe(`subnormal numbers, in ${name}`, () => {
    law(
      'multiplying by 1 keeps them to the last bit',
      forAll(
        axesNamed(['M', 'K']).chain(([M, K]) => plain([M, K], subnormal)),
        (a) => {
          const K = a.axes[1]
          const same = axis('same', K.size)
          const I = algebra.tensor([K, same], range(K.size ** 2).map((i) => (i % (K.size + 1) === 0 ? 1 : 0)))
          const product = algebra.toArray(algebra.matmul(read(algebra, a), I))
          // 0 + -0 is 0: a sum of products has no -0
          return sameNumbers(product, a.values.map((x) => x + 0))
        },
      ),
    )
  })
})
