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
  adjoints,
  elementwise,
  layouts,
  logits,
  products,
  recurrences,
  rows,
  scatterings,
  selections,
  unfolds,
} from './runner/algebra-samples.js'
import { real, smallInteger } from './runner/arbitraries.js'
import { doublePrecision, rounding } from '../src/interpret/index.js'
import { onEachInterpreter } from './runner/interpreters.js'
import { runLaws } from './runner/run.js'

const integerWithin = (largest: number) => fc.integer({ min: -largest, max: largest })

describe('layout', () => {
  onEachInterpreter((name, algebra) => {
    runLaws(name, algebra, layoutLaws(), layouts(real))
  })
})

describe('arithmetic, entry by entry', () => {
  onEachInterpreter((name, algebra) => {
    runLaws(name, algebra, elementwiseLaws(), elementwise(real))
    runLaws(name, algebra, roundedElementwiseLaws(), rows(real))
  })
})

describe('products', () => {
  onEachInterpreter((name, algebra) => {
    runLaws(name, algebra, productLaws(), products(smallInteger))
    runLaws(name, algebra, roundedProductLaws(), products(real))
  })
})

describe('adjoints', () => {
  onEachInterpreter((name, algebra) => {
    runLaws(name, algebra, adjointLaws(), adjoints())
  })
})

describe('one-hot tensors', () => {
  onEachInterpreter((name, algebra) => {
    runLaws(name, algebra, selectionLaws(), selections(smallInteger))
    runLaws(name, algebra, copyLaws(), selections(real))
    runLaws(name, algebra, scatterLaws(), scatterings(real))
  })
  runLaws('with bounds on its errors', rounding(doublePrecision), scatterLaws(), scatterings(real))
})

describe('log-softmax', () => {
  onEachInterpreter((name, algebra) => {
    ;[10, 1e4].forEach((largest) => {
      describe(`of whole-number logits up to ${String(largest)}`, () => {
        runLaws(name, algebra, logSoftmaxLaws(), logits(integerWithin(largest)))
        runLaws(name, algebra, shiftLaws(), logits(integerWithin(largest)))
      })
    })
  })
})

describe('recurrence', () => {
  onEachInterpreter((name, algebra) => {
    runLaws(name, algebra, recurrenceLaws(), recurrences())
    runLaws(name, algebra, unfoldLaws(), unfolds)
  })
})
