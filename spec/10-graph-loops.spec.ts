/**
 * Chapter 10, continued: loops. What a body may hand on, take from around it, and hold within it.
 */
import { describe } from 'vitest'
import { float32 } from '../src/interpret/index.js'
import { equalityLaw, readingOf } from '../src/laws/agreement-of-readings.js'
import { adjoints } from './algebra-samples.js'
import { sizeOrNone } from './arbitraries.js'
import { layouts } from './interpreters.js'
import { compiledReading } from './onnx/compiled.js'
import { loops } from './onnx/loops.js'
import { runLaws } from './run.js'

/** Samples of each term; the length of its loops is one of 0 to 8. */
const FEW = { runs: 8 }

describe('loops that are awkward to lay out', () => {
  Object.entries(layouts).forEach(([name, settings]) => {
    const pair = { one: compiledReading(settings), other: readingOf(float32) }
    runLaws(name, pair, loops.map(equalityLaw), adjoints(sizeOrNone), FEW)
  })
})
