/**
 * Chapter 3, continued: the gradient checker, which says where a gradient is wrong, and the zoo of wrong gradients.
 */
import fc from 'fast-check'
import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { float64 } from '../src/interpret/index.js'
import { checkCell, checkLoss, checkModelGradients } from '../src/laws/model/check-model.js'
import { checkGradient, explainGradient } from '../src/laws/model/gradient-check.js'
import type { Point } from '../src/laws/model/gradient-check.js'
import type { PlainModel } from '../src/laws/model/plain-model.js'
import { crossEntropy } from '../src/laws/model/loss.js'
import type { Sample } from '../src/laws/model/sample.js'
import {
  cellSamples,
  smallSizes,
  lossSamples,
  severalRevealingSamples,
  revealingSamples,
  revealingScores,
  revealingSizes,
} from '../src/laws/samples/model.js'
import type { SampleSizes } from '../src/laws/samples/model.js'
import { listOf, realWithin } from '../src/laws/samples/tensors.js'
import { forAll, law } from './runner/run.js'
import { identity, tanh } from '../src/model/activation.js'
import { rnn } from '../src/model/rnn.js'
import { rnnWith, subjectOf } from './runner/subjects.js'
import { assembledModel, gradientZoo, isSeenAt } from '../src/laws/mistakes/index.js'
import { choices, wrongInPlain } from './mistakes/zoos.js'

/** Samples for each animal of the zoo. */
const ZOO = { runs: 15 }
const FEW = { runs: 40 }

/** A function with a gradient that anybody can write down: the sum of x^3 / 3 + i x over every field. */
const cubic = (point: Point): number =>
  Object.values(point).flatMap((xs) => xs.map((x, i) => x ** 3 / 3 + i * x)).reduce((a, b) => a + b, 0)
const slopes = (point: Point): Point =>
  Object.fromEntries(Object.entries(point).map(([field, xs]) => [field, xs.map((x, i) => x ** 2 + i)]))

const numbers = fc.integer({ min: 1, max: 4 }).chain((length) => listOf(length, realWithin(2)))
/** A point of two fields, and one of its entries. */
const points = fc.record({ a: numbers, b: numbers }).chain((point) =>
  fc.constantFrom('a' as const, 'b' as const).chain((field) =>
    fc.nat({ max: point[field].length - 1 }).map((index) => ({ point, field, index })),
  ),
)
type Place = typeof points extends fc.Arbitrary<infer P> ? P : never

/** The right gradient with one entry replaced. */
const withEntry = ({ point, field, index }: Place, f: (slope: number) => number): Point => {
  const claims = slopes(point)
  return { ...claims, [field]: claims[field].with(index, f(claims[field][index])) }
}

describe('the gradient checker', () => {
  law(
    'accepts a right gradient, and says how many entries it compared',
    forAll(points, ({ point }) => {
      const verdict = checkGradient(cubic)(point, slopes(point))
      return isRight(verdict) && verdict.right.entries === point.a.length + point.b.length
    }),
  )

  law(
    'finds the entry that is wrong, and reports both values, the step and the error',
    forAll(points, fc.constantFrom(-1, -1e-5, 1e-5, 1), (place, by) => {
      const verdict = checkGradient(cubic)(place.point, withEntry(place, (slope) => slope + by))
      if (isRight(verdict) || verdict.left._tag !== 'Disagreement') return false
      const { field, index, claimed, numerical, step, error } = verdict.left.report.worst
      const x = place.point[place.field][place.index]
      return (
        field === place.field &&
        index === place.index &&
        claimed === x ** 2 + index + by &&
        Math.abs(numerical - (x ** 2 + index)) < 1e-8 &&
        step === Math.cbrt(2 ** -52) * Math.max(1, Math.abs(x)) &&
        error === Math.abs(claimed - numerical) / Math.max(1, Math.abs(claimed), Math.abs(numerical))
      )
    }),
  )

  const EPSILON = 2 ** -52
  const STEP = Math.cbrt(EPSILON)
  /** The error of a right gradient of a function of one variable at x. */
  const errorAt = (f: (x: number) => number, slope: number, x: number): number => {
    const verdict = checkGradient(({ x: [at] }: Point) => f(at))({ x: [x] }, { x: [slope] })
    return isRight(verdict) ? verdict.right.worst.error : Infinity
  }

  test("errs by h^2 / 6 = 6.1e-12 where f''' = 1 and f is near 0", () => {
    const error = errorAt((x) => x ** 3 / 6, 0, 0)
    expect(error.toPrecision(2)).toBe('6.1e-12')
    expect(Math.abs(error / (STEP ** 2 / 6) - 1)).toBeLessThan(1e-12)
  })

  law(
    "errs by eps / h = 3.7e-11 at most where f''' = 0 and |f| is below 1",
    forAll(realWithin(0.49), realWithin(0.49), realWithin(1), (slope, offset, x) => {
      const error = errorAt((at) => slope * at + offset, slope, x)
      return error <= EPSILON / STEP && (EPSILON / STEP).toPrecision(2) === '3.7e-11'
    }),
  )

  law(
    'is not content with the right size and the wrong sign',
    forAll(points, ({ point }) => {
      // Far from 0, where the sign of a slope would not matter.
      const away = { a: point.a.map((x) => x + 3) }
      return isLeft(checkGradient(cubic)(away, { a: slopes(away).a.map((slope) => -slope) }))
    }),
  )

  law(
    'fails a gradient with NaN or an infinity in any place',
    forAll(points, fc.constantFrom(NaN, Infinity, -Infinity), (place, bad) => {
      const verdict = checkGradient(cubic)(place.point, withEntry(place, () => bad))
      return isLeft(verdict) && verdict.left._tag === 'NotFinite' && verdict.left.report.worst.index === place.index
    }),
  )

  law(
    'fails where the function itself is NaN or infinite',
    forAll(points, fc.constantFrom(NaN, Infinity, -Infinity), ({ point }, bad) => {
      const verdict = checkGradient(() => bad)(point, slopes(point))
      return isLeft(verdict) && verdict.left._tag === 'NotFinite'
    }),
  )

  law(
    'fails a gradient that is too short or too long, even by entries of zero',
    forAll(points, ({ point, field }) => {
      const claims = slopes(point)
      const [short, long] = [claims[field].slice(0, -1), [...claims[field], 0]].map((list) =>
        checkGradient(cubic)(point, { ...claims, [field]: list }),
      )
      return [short, long].every((verdict) => isLeft(verdict) && verdict.left._tag === 'OtherLength')
    }),
  )

  law(
    'fails a gradient with a field too few or too many',
    forAll(points, ({ point }) => {
      const { a, ...others } = slopes(point)
      const verdicts = [others, { a, ...others, c: [] }].map((claims) => checkGradient(cubic)(point, claims))
      return verdicts.every((verdict) => isLeft(verdict) && verdict.left._tag === 'OtherFields')
    }),
  )

  test('a check of nothing is not passed', () => {
    expect(checkGradient(() => 0)({}, {})).toEqual({ _tag: 'Left', left: { _tag: 'NothingToCheck' } })
    expect(checkGradient(() => 0)({ a: [] }, { a: [] })).toEqual({ _tag: 'Left', left: { _tag: 'NothingToCheck' } })
  })

  test('an entry is compared with the bound, itself included', () => {
    const half = (claimed: number) => checkGradient(({ x: [x] }) => x * x, 0.25)({ x: [0] }, { x: [claimed] })
    expect([isRight(half(0.25)), isRight(half(0.2500001))]).toEqual([true, false])
  })

  test('says what it found in a sentence', () => {
    const square = ({ x: [x] }: Point) => x * x
    expect(explainGradient(checkGradient(square)({ x: [2] }, { x: [4] }))).toMatch(
      /^every entry agrees, of 1; the worst is entry 0 of x, where 4 is claimed and the central difference with a step/,
    )
    expect(explainGradient(checkGradient(square)({ x: [2] }, { x: [5] }))).toMatch(
      /^no entry may be wrong by more than 1e-7; .* gives [34]\..*: a relative error of 0\.20$/,
    )
    expect(explainGradient(checkGradient(square)({ x: [2] }, { x: [NaN] }))).toMatch(
      /^every number must be finite, but see entry 0 of x, where NaN is claimed/,
    )
    expect(explainGradient(checkGradient(square)({ x: [2] }, { x: [4, 4] }))).toBe(
      'x needs one derivative for each of its entries, 1 in all, got 2',
    )
    expect(explainGradient(checkGradient(square)({ x: [2] }, { y: [4] }))).toBe(
      'the gradient must have the fields of the point, but misses {x} and has {y} besides: ' +
        'give every field one list of derivatives',
    )
    expect(explainGradient(checkGradient(square)({}, {}))).toBe(
      'the point must have at least one entry, got none: a check of nothing says nothing',
    )
  })
})

describe('the gradient checker for parts of a model', () => {
  const cell = rnn(float64, tanh(float64))
  law(
    'accepts the cell',
    forAll(cellSamples(rnnWith('tanh'), smallSizes), (sample) => isRight(checkCell(float64, cell)(sample))),
    FEW,
  )
  law(
    'rejects a cell that drops the adjoint of the state it is handed, even at its last step',
    forAll(cellSamples(rnnWith('identity'), smallSizes), (sample) => {
      const right = rnn(float64, identity(float64))
      const deaf: typeof right = {
        ...right,
        backward: (parameters, tape, dState, dH) =>
          right.backward(parameters, tape, { H: float64.sub(dState.H, dState.H) }, dH),
      }
      const heard = { ...sample, dState: { H: { ...sample.dState.H, values: sample.dState.H.values.map(() => 1) } } }
      return isLeft(checkCell(float64, deaf)(heard))
    }),
    FEW,
  )

  const loss = crossEntropy(float64)
  law('accepts the loss', forAll(lossSamples, (sample) => isRight(checkLoss(float64, loss)(sample))), FEW)
  law(
    'rejects a loss whose adjoint is summed where the loss is a mean',
    forAll(revealingScores, (sample) => {
      const rows = float64.fill<[]>([], sample.O.axes[0].size)
      const summed: typeof loss = { ...loss, backward: (tape, Y) => float64.scale(rows, loss.backward(tape, Y)) }
      return isLeft(checkLoss(float64, summed)(sample))
    }),
    FEW,
  )
})

describe('the zoo of wrong gradients', () => {
  const accepted = (model: PlainModel, passage: Sample) => isRight(checkModelGradients(model)(passage))
  const right = assembledModel(float64, choices[0], gradientZoo(float64, choices[0]).right)
  const passages = (wanted: (sizes: SampleSizes) => boolean) =>
    revealingSamples(rnnWith('tanh'), revealingSizes.filter(wanted))
  const several = (wanted: (sizes: SampleSizes) => boolean) =>
    severalRevealingSamples(rnnWith('tanh'), revealingSizes.filter(wanted))
  /** The same with something that follows: slopes in the state after the last step. */
  const followed = (passage: Sample): Sample => ({ ...passage, dState: passage.state })

  law(
    'its parts, put together unchanged, are BPTT to the last bit',
    forAll(passages(() => true), (passage) => {
      const [parts, whole] = [right, subjectOf(rnnWith('tanh'), float64).model].map((model) =>
        [passage, followed(passage)].map(model.backpropagate),
      )
      return JSON.stringify(parts) === JSON.stringify(whole)
    }),
  )
  law(
    'the right gradient is accepted where the wrong ones are not',
    forAll(passages(() => true), (passage) => accepted(right, passage) && accepted(right, followed(passage))),
    FEW,
  )

  test('holds at least fifteen', () => {
    expect(wrongInPlain.length).toBeGreaterThanOrEqual(15)
    expect(new Set(wrongInPlain.map(({ mistake }) => mistake)).size).toBe(wrongInPlain.length)
  })

  wrongInPlain.forEach((wrong) => {
    const { mistake, model, seenFrom } = wrong
    const following = seenFrom.every((least) => 'following' in least)
    const seen = (sizes: SampleSizes) => isSeenAt({ ...sizes, following: following ? 1 : 0 })(wrong)
    law(
      `rejected: ${mistake}`,
      forAll(several(seen), (some) => some.some((each) => !accepted(model, following ? followed(each) : each))),
      ZOO,
    )
    if (!seenFrom.some((least) => Object.keys(least).length === 0)) {
      law(
        `not seen below those sizes: ${mistake}`,
        forAll(passages((sizes) => following || !seen(sizes)), (passage) => accepted(model, passage)),
        ZOO,
      )
    }
  })
})
