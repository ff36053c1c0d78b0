/**
 * Chapter 2, continued: precision. What each interpreter stores, and how far single precision is from double.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { axis } from '../src/algebra/axis.js'
import type { Carrier, Concrete } from '../src/algebra/tensor-algebra.js'
import { doublePrecision, float32, float64, rounding, roundingErrors, singlePrecision } from '../src/interpret/index.js'
import { agreementLaw, equalityLaw, readingOf } from '../src/laws/algebra/agreement-of-readings.js'
import { exactOperations, roundedOperations } from '../src/laws/algebra/operations.js'
import { adjointSamples } from '../src/laws/samples/algebra.js'
import { real, realWithin, sizeOrZero } from '../src/laws/samples/tensors.js'
import { operationCalls, worlds } from './purity/purity-calls.js'
import { forAll, law, runLaws } from './runner/run.js'

const FEW = { runs: 30 }
const operations = [...exactOperations, ...roundedOperations]

/** A choice between numbers that are nearly equal may be another where they are rounded. */
const continuous = operations.filter(({ name }) => !['argmax', 'unfold'].includes(name))

type Storage = Float32ArrayConstructor | Float64ArrayConstructor

/** Whether every tensor in a result, at whatever depth, holds its numbers in arrays of this kind. */
const isStoredIn = (storage: Storage, result: unknown): boolean =>
  typeof result !== 'object' || result === null || result instanceof Int32Array
    ? true
    : ArrayBuffer.isView(result)
      ? result instanceof storage
      : Object.values(result).every((part) => isStoredIn(storage, part))

const stored = <F extends Carrier>(algebra: Concrete<F>, storage: Storage): void => {
  Object.keys(algebra).forEach((name) => {
    law(
      name,
      forAll(worlds, (world) => {
        const operation = algebra[name as keyof Concrete<F>] as (...given: readonly unknown[]) => unknown
        return isStoredIn(storage, operation(...operationCalls(algebra, world)[name as keyof Concrete<F>]))
      }),
      FEW,
    )
  })
}

describe('float32 stores what each operation gives in single precision', () => {
  stored(float32, Float32Array)
})
describe('float64 stores what each operation gives in double precision', () => {
  stored(float64, Float64Array)
})

/** Half the distance from 1 to the next number in single precision. */
const SINGLE = 2 ** -24

const oneRow = (scores: readonly number[]) => [axis('row', 1), axis('class', scores.length)] as const

/** a - (max + log(sum(exp(a - max)))), each step of it rounded to single precision. */
const logSoftmaxBySum = (scores: readonly number[]): readonly number[] => {
  const largest = Math.max(...scores)
  const powers = scores.map((a) => Math.fround(Math.exp(Math.fround(a - largest))))
  const total = powers.reduce((sum, power) => Math.fround(sum + power))
  const logSum = Math.fround(largest + Math.fround(Math.log(total)))
  return scores.map((a) => Math.fround(a - logSum))
}

describe('the reading that bounds errors', () => {
  const precise = readingOf(rounding(doublePrecision))
  const asFloat64 = { one: precise, other: readingOf(float64) }
  runLaws('is float64', asFloat64, operations.map(equalityLaw), adjointSamples(sizeOrZero, real), FEW)
  const pair = {
    one: readingOf(float32),
    other: precise,
    errorsOfOne: readingOf(roundingErrors(singlePrecision)),
    errorsOfOther: readingOf(roundingErrors(doublePrecision)),
  }
  runLaws('says how far float32 is from it', pair, continuous.map(agreementLaw), adjointSamples(sizeOrZero, real), FEW)
  const large = adjointSamples(sizeOrZero, realWithin(50))
  runLaws('and how far from large numbers', pair, continuous.map(agreementLaw), large, FEW)

  law(
    'covers a logSoftmax that takes the logarithm of the sum away, and loses more the larger the scores are',
    forAll(fc.array(realWithin(10_000), { minLength: 1, maxLength: 8 }), (scores) => {
      const errors = roundingErrors({ unit: SINGLE, accumulation: SINGLE })
      const bounds = errors.toArray(errors.logSoftmax(errors.tensor(oneRow(scores), scores)))
      const exactly = float64.toArray(float64.logSoftmax(float64.tensor(oneRow(scores), scores)))
      return logSoftmaxBySum(scores).every((x, i) => Math.abs(x - exactly[i]) <= bounds[i])
    }),
  )

  test('is infinite where it is not known: what is divided by what may be 0, and then multiplied by 0', () => {
    const errors = roundingErrors(singlePrecision)
    const scalar = (x: number) => errors.tensor([], [x])
    const little = errors.sub(errors.div(scalar(1), scalar(3)), scalar(0.333333333))
    const quotient = errors.div(scalar(1), little)
    const bounds = [quotient, errors.mul(scalar(0), quotient), errors.div(little, little)]
    expect(bounds.flatMap((bound) => errors.toArray<[]>(bound))).toEqual([Infinity, Infinity, Infinity])
  })
})
