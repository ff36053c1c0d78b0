/**
 * Chapter 1: the algebra. What each operation means, in every interpreter.
 *
 * Whole numbers are multiplied and added without rounding, so most of these laws are exact; the others
 * state their bound.
 */
import fc from 'fast-check'
import { describe } from 'vitest'
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
import { real, smallInteger } from '../src/laws/samples/tensors.js'
import { doublePrecision, rounding } from '../src/interpret/index.js'
import { onEachInterpreter } from './runner/interpreters.js'
import { runLaws } from './runner/run.js'

const integerWithin = (largest: number) => fc.integer({ min: -largest, max: largest })

describe('layout', () => {
  onEachInterpreter((name, algebra) => {
    runLaws(name, algebra, layoutLaws(), layoutSamples(real))
  })
})

describe('arithmetic, entry by entry', () => {
  onEachInterpreter((name, algebra) => {
    runLaws(name, algebra, elementwiseLaws(), elementwiseSamples(real))
    runLaws(name, algebra, roundedElementwiseLaws(), rowSamples(real))
  })
})

describe('products', () => {
  onEachInterpreter((name, algebra) => {
    runLaws(name, algebra, productLaws(), productSamples(smallInteger))
    runLaws(name, algebra, roundedProductLaws(), productSamples(real))
  })
})

describe('adjoints', () => {
  onEachInterpreter((name, algebra) => {
    runLaws(name, algebra, adjointLaws(), adjointSamples())
  })
})

describe('one-hot tensors', () => {
  onEachInterpreter((name, algebra) => {
    runLaws(name, algebra, selectionLaws(), selectionSamples(smallInteger))
    runLaws(name, algebra, copyLaws(), selectionSamples(real))
    runLaws(name, algebra, scatterLaws(), scatterSamples(real))
  })
  runLaws('with bounds on its errors', rounding(doublePrecision), scatterLaws(), scatterSamples(real))
})

describe('log-softmax', () => {
  onEachInterpreter((name, algebra) => {
    ;[10, 1e4].forEach((largest) => {
      describe(`of whole-number logits up to ${String(largest)}`, () => {
        runLaws(name, algebra, logSoftmaxLaws(), logitsSamples(integerWithin(largest)))
        runLaws(name, algebra, shiftLaws(), logitsSamples(integerWithin(largest)))
      })
    })
  })
})

describe('recurrence', () => {
  onEachInterpreter((name, algebra) => {
    runLaws(name, algebra, recurrenceLaws(), recurrenceSamples())
    runLaws(name, algebra, unfoldLaws(), unfoldSamples)
  })
})
