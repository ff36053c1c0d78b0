/**
 * Chapter 2: the graph. The algebra staged: a term leaves a graph behind, the graph becomes an ONNX model, and ONNX
 * Runtime's numbers obey the laws that the interpreters' numbers obey.
 *
 * A model is compiled and opened for each answer, so that each law is given fewer samples here than in its own chapter.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { axis } from '../src/algebra/index.js'
import { doublePrecision, float32, rounding, roundingErrors, singlePrecision } from '../src/interpret/index.js'
import {
  adjointLaws,
  copyLaws,
  elementwiseLaws,
  layoutLaws,
  logSoftmaxLaws,
  productLaws,
  recurrenceLaws,
  roundedElementwiseLaws,
  roundedProductLaws,
  scatterLaws,
  selectionLaws,
  shiftLaws,
  unfoldLaws,
} from '../src/laws/algebra/index.js'
import { agreementLaw, equalityLaw, readingOf } from '../src/laws/algebra/agreement-of-readings.js'
import { gradientLaws } from '../src/laws/model/gradient.js'
import { forwardLaws } from '../src/laws/model/forward.js'
import { exactOperations, roundedOperations } from '../src/laws/algebra/operations.js'
import type { ModelUnderTest } from '../src/laws/model/model-under-test.js'
import { activationNames } from '../src/model/activation.js'
import {
  adjointSamples,
  elementwiseSamples,
  layoutSamples,
  logitsSamples,
  productSamples,
  recurrenceSamples,
  rowSamples,
  scatterSamples,
  selectionSamples,
  unfoldSamples,
} from '../src/laws/samples/algebra.js'
import { real, sizeOrZero, smallInteger } from '../src/laws/samples/tensors.js'
import { anySizes, samplesWithCuts } from '../src/laws/samples/model.js'
import { layouts, onEachLayout } from './runner/interpreters.js'
import { compiled, compiledReading } from './onnx/compiled.js'
import { compiledErrors } from './onnx/errors.js'
import { plainModelIn } from './onnx/language-model.js'
import { runLaws } from './runner/run.js'
import { rnnWith } from './runner/subjects.js'

/** Samples of each law: each costs one to five models of a millisecond or two. */
const FEW = { runs: 5 }
/** Samples of a law of the model, whose graphs are larger; there are more than a hundred such tests. */
const FEWER = { runs: 3 }

/** ONNX Runtime's min, max and relu take either of -0 and 0, so that a law to the last bit is given no -0. */
const unsignedZero = (number: fc.Arbitrary<number>) => number.map((x) => (x === 0 ? 0 : x))
/** NaN and the infinities, among ordinary numbers. */
const anySingle = unsignedZero(fc.oneof(real, fc.float(), fc.constantFrom(NaN, Infinity, -Infinity, 2 ** -149)))
const someInteger = fc.integer({ min: -10, max: 10 })

describe('the laws of the algebra', () => {
  onEachLayout((name, algebra) => {
    runLaws(`layout: ${name}`, algebra, layoutLaws(), layoutSamples(anySingle), FEW)
    runLaws(`arithmetic: ${name}`, algebra, elementwiseLaws(), elementwiseSamples(anySingle), FEW)
    runLaws(`rounded arithmetic: ${name}`, algebra, roundedElementwiseLaws(), rowSamples(real), FEW)
    runLaws(`products: ${name}`, algebra, productLaws(), productSamples(smallInteger, sizeOrZero), FEW)
    runLaws(`rounded products: ${name}`, algebra, roundedProductLaws(), productSamples(real), FEW)
    runLaws(`adjoints: ${name}`, algebra, adjointLaws(), adjointSamples(sizeOrZero), FEW)
    runLaws(`selection: ${name}`, algebra, selectionLaws(), selectionSamples(smallInteger, sizeOrZero), FEW)
    runLaws(`copies: ${name}`, algebra, copyLaws(), selectionSamples(anySingle), FEW)
    runLaws(`scattering: ${name}`, algebra, scatterLaws(), scatterSamples(anySingle), FEW)
    runLaws(`log-softmax: ${name}`, algebra, logSoftmaxLaws(), logitsSamples(someInteger), FEW)
    runLaws(`shifts: ${name}`, algebra, shiftLaws(), logitsSamples(someInteger), FEW)
    runLaws(`recurrence: ${name}`, algebra, recurrenceLaws(), recurrenceSamples(sizeOrZero), FEW)
    runLaws(`unfold: ${name}`, algebra, unfoldLaws(), unfoldSamples, FEW)
  })
})

describe('every operation agrees with float32', () => {
  const pair = (settings: (typeof layouts)[string]) => ({
    one: compiledReading(settings),
    other: readingOf(float32),
    errorsOfOne: readingOf(compiledErrors),
    errorsOfOther: readingOf(roundingErrors(singlePrecision)),
  })
  const operations = [...exactOperations, ...roundedOperations]
  Object.entries(layouts).forEach(([name, settings]) => {
    runLaws(name, pair(settings), exactOperations.map(equalityLaw), adjointSamples(sizeOrZero), FEW)
    runLaws(name, pair(settings), operations.map(agreementLaw), adjointSamples(sizeOrZero, real), FEW)
  })

  test('no operation is left out but those that scattering has laws of its own for, and axesOf', () => {
    const named = new Set(operations.map(({ name }) => name))
    const left = Object.keys(compiled(layouts['onnx, loops kept'])).filter((name) => !named.has(name))
    const written = ['tensor', 'oneHot', 'toArray', 'indicesOf']
    expect(left.toSorted()).toEqual([...written, 'axesOf', 'scatterColumns', 'scatterRows'].toSorted())
  })
})

describe.each(activationNames)('the laws of the model and its gradient, phi = %s', (phi) => {
  const cell = rnnWith(phi)
  const kept = layouts['onnx, loops kept']
  const tried = phi === 'tanh' ? layouts : { 'onnx, loops kept': kept }
  Object.entries(tried).forEach(([name, settings]) => {
    const subject: ModelUnderTest = {
      model: plainModelIn(compiledReading(settings), cell),
      precise: plainModelIn(readingOf(rounding(doublePrecision)), cell),
      errors: plainModelIn(readingOf(compiledErrors), cell),
    }
    runLaws(name, subject, [...forwardLaws, ...gradientLaws], samplesWithCuts(cell, anySizes), FEWER)
  })
})

describe('the sign of zero', () => {
  test('min, max and relu of -0 and 0 are a zero of either sign, and step is 0', () => {
    const algebra = compiled(layouts['onnx, loops kept'])
    const [a, b] = [[-0, 0, -0], [0, -0, -0]].map((values) => algebra.tensor([axis('C', 3)], values))
    const results = [algebra.min(a, b), algebra.max(a, b), algebra.relu(a), algebra.heaviside(a)]
    expect(results.flatMap((each) => algebra.toArray(each)).map(Math.abs)).toEqual(Array(12).fill(0))
  })
})
