/**
 * Chapter 3: the model. What is said of a passage as a whole is what is said of its parts, for every activation and
 * in every interpreter.
 */
import { describe, expect, test } from 'vitest'
import { product, sameAxes } from '../src/algebra/axis.js'
import { float32, float64 } from '../src/interpret/index.js'
import { lossLaws } from '../src/laws/model/loss.js'
import { forwardLaws, saturatedLaws, tanhLaws } from '../src/laws/model/forward.js'
import { perplexityLaws } from '../src/laws/model/perplexity.js'
import { activationNames } from '../src/model/activation.js'
import { crossEntropyBackward, crossEntropyForward, meanLoss, noLoss, perplexity } from '../src/model/loss.js'
import { zeroState } from '../src/model/model.js'
import { batchAxis, hiddenAxis, timeAxis, vocabularyAxis } from '../src/model/parameters.js'
import type { Rows, Vocabulary } from '../src/model/parameters.js'
import { anySizes, lossSamples, perplexitySamples, samplesWithCuts } from '../src/laws/samples/model.js'
import { onEachInterpreter } from './runner/interpreters.js'
import { forAll, law, runLaws } from './runner/run.js'
import { lossSubjectOf, rnnWith, subjectOf } from './runner/subjects.js'
import { refuted } from './runner/teeth.js'
import { wrongForward, wrongLosses, wrongPerplexities, wrongTanh } from './mistakes/wrong-models.js'

/** Parameters so much larger than usual that tanh rounds to 1 in either precision. */
const SATURATING = 1000

describe.each(activationNames)('forward, phi = %s', (phi) => {
  const cell = rnnWith(phi)
  onEachInterpreter((name, algebra) => {
    runLaws(name, subjectOf(cell, algebra), forwardLaws, samplesWithCuts(cell, anySizes))
  })
})

describe('the laws of the forward pass can fail', () => {
  refuted('a model is refused', forwardLaws, samplesWithCuts(rnnWith('tanh'), anySizes), wrongForward)
  refuted('a tanh is refused', tanhLaws, samplesWithCuts(rnnWith('tanh'), anySizes), wrongTanh)
  const saturating = samplesWithCuts(rnnWith('tanh'), anySizes, SATURATING)
  refuted('a saturated tanh is refused', saturatedLaws, saturating, wrongTanh)
  refuted('a loss is refused', lossLaws, lossSamples, wrongLosses)
})

describe('the initial state', () => {
  onEachInterpreter((name, algebra) => {
    law(
      `${name}: is zero for every row [hidden]`,
      forAll(anySizes, (sizes) => {
        const { H } = zeroState(algebra, { ...rnnWith('tanh'), sizes }, batchAxis(sizes.batch))
        const axes = [batchAxis(sizes.batch), hiddenAxis(sizes.hidden)]
        return sameAxes(algebra.axesOf(H), axes) && algebra.toArray(H).every((entry) => Object.is(entry, 0))
      }),
    )
  })
})

describe('the hidden state', () => {
  const cell = rnnWith('tanh')
  onEachInterpreter((name, algebra) => {
    runLaws(name, subjectOf(cell, algebra), tanhLaws, samplesWithCuts(cell, anySizes))
    runLaws(name, subjectOf(cell, algebra), saturatedLaws, samplesWithCuts(cell, anySizes, SATURATING))
  })
})

describe('loss', () => {
  test('the mean loss over no rows is a defect, forward and backward', () => {
    const rows = product(timeAxis(0), batchAxis(3))
    const O = float64.tensor<[Rows, Vocabulary]>([rows, vocabularyAxis(2)], [])
    const Y = float64.oneHot<[Rows, Vocabulary]>([rows, vocabularyAxis(2)], [])
    expect(() => crossEntropyForward(float64)(O, Y)).toThrow('crossEntropy: the mean loss over no rows is undefined')
    expect(() => crossEntropyBackward(float64)(O, Y)).toThrow('crossEntropy: the mean loss over no rows is undefined')
  })

  test('is infinite where a difference of scores overflows, or the sum over the rows', () => {
    const lossOf = (...scores: readonly (readonly [number, number])[]): number => {
      const axes: [Rows, Vocabulary] = [product(timeAxis(1), batchAxis(scores.length)), vocabularyAxis(2)]
      const [O, Y] = [float32.tensor(axes, scores.flat()), float32.oneHot(axes, scores.map(() => 1))]
      return float32.toArray(crossEntropyForward(float32)(O, Y).loss)[0]
    }
    expect(lossOf([2 ** 127, 0])).toBe(2 ** 127)
    expect(lossOf([2 ** 127, -(2 ** 127)])).toBe(Infinity)
    expect(lossOf([2 ** 127, 0], [2 ** 127, 0])).toBe(Infinity)
  })

  onEachInterpreter((name, algebra) => {
    runLaws(name, lossSubjectOf(algebra), lossLaws, lossSamples)
  })
})

describe('perplexity', () => {
  runLaws('over an epoch', perplexity, perplexityLaws, perplexitySamples)
  refuted('a perplexity is refused', perplexityLaws, perplexitySamples, wrongPerplexities)

  test('overflows at the exponential of the largest double, and not before', () => {
    expect(perplexity({ total: 709, rows: 1 })).toBeLessThan(Infinity)
    expect(perplexity({ total: 710, rows: 1 })).toBe(Infinity)
  })

  test("is the mean of the minibatches' perplexities where those are equal, and below it where not", () => {
    const of = (nats: number, rows: number) => ({ total: nats * rows, rows })
    expect(perplexity(of(2, 4))).toBe((perplexity(of(2, 3)) * 3 + perplexity(of(2, 1))) / 4)
    // 1 and 9, a row each: the epoch's is 3, their mean 5.
    const [one, other] = [of(0, 1), of(Math.log(9), 1)]
    expect(perplexity({ total: one.total + other.total, rows: 2 })).toBeCloseTo(3, 12)
    expect((perplexity(one) + perplexity(other)) / 2).toBeCloseTo(5, 12)
  })

  test('the mean over no rows is not a number', () => {
    expect(meanLoss(noLoss)).toBeNaN()
    expect(perplexity(noLoss)).toBeNaN()
  })
})
