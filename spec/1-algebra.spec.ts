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
  elementwiseLaws,
  layoutLaws,
  logSoftmaxLaws,
  productLaws,
  recurrenceLaws,
  roundedElementwiseLaws,
  roundedProductLaws,
  scatterLaws,
  selectionLaws,
  unfoldLaws,
} from '../src/laws/algebra.js'
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
} from './algebra-samples.js'
import { real, smallInteger } from './arbitraries.js'
import { onEachInterpreter } from './interpreters.js'
import { runLaws } from './run.js'

/** Every number of single precision: NaN, the infinities, -0 and subnormals among them. */
const anySingle = fc.float()

describe('layout', () => {
  onEachInterpreter((name, algebra) => {
    runLaws(name, algebra, layoutLaws(), layouts(anySingle))
  })
})

describe('arithmetic, entry by entry', () => {
  onEachInterpreter((name, algebra) => {
    runLaws(name, algebra, elementwiseLaws(), elementwise(fc.oneof(real, anySingle)))
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
    runLaws(name, algebra, adjointLaws(), adjoints)
  })
})

describe('one-hot tensors', () => {
  onEachInterpreter((name, algebra) => {
    runLaws(name, algebra, selectionLaws(), selections)
    runLaws(name, algebra, scatterLaws(), scatterings(real))
  })
})

describe('log-softmax', () => {
  onEachInterpreter((name, algebra) => {
    describe('of logits up to 10', () => {
      runLaws(name, algebra, logSoftmaxLaws(), logits(10))
    })
    describe('of logits up to 10^4', () => {
      runLaws(name, algebra, logSoftmaxLaws(), logits(1e4))
    })
  })
})

describe('recurrence', () => {
  onEachInterpreter((name, algebra) => {
    runLaws(name, algebra, recurrenceLaws(), recurrences)
    runLaws(name, algebra, unfoldLaws(), unfolds)
  })
})
