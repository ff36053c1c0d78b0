/**
 * Chapter 2, products of larger matrices: the float readings multiply eight columns at a time, and where both
 * matrices are large, tile by tile. The laws are those of small matrices. Samples that fail are not made smaller,
 * for a smaller one would be multiplied in another way.
 */
import fc from 'fast-check'
import { describe } from 'vitest'
import { productLaws, roundedProductLaws } from '../src/laws/algebra/index.js'
import { productSamples } from '../src/laws/samples/algebra.js'
import { real, smallInteger } from '../src/laws/samples/tensors.js'
import { onEachInterpreter } from './runner/interpreters.js'
import { runLaws } from './runner/run.js'

/** Samples of thousands of numbers each: as many as meet every remainder of the sizes by 3, 4 and 8. */
const RUNS = 12

/**
 * Eight columns once or twice, with some left over; and tiles of 3 x 4, which are used where
 * M N > 16 (M + N): from 33 on for both. A product of four 40 x 40 matrices of numbers up to 4 stays
 * below 4^4 40^3 < 2^24, up to which float32 is exact.
 */
const sizes = {
  'of 9 to 18 rows and columns': fc.integer({ min: 9, max: 18 }),
  'of 33 to 40 rows and columns': fc.integer({ min: 33, max: 40 }),
}

Object.entries(sizes).forEach(([title, size]) => {
  describe(`products ${title}`, () => {
    onEachInterpreter((name, algebra) => {
      runLaws(name, algebra, productLaws(), fc.noShrink(productSamples(smallInteger, size)), { runs: RUNS })
      runLaws(name, algebra, roundedProductLaws(), fc.noShrink(productSamples(real, size)), { runs: RUNS })
    })
  })
})
