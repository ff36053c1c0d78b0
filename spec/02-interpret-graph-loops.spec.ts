/**
 * Chapter 2, continued: loops. What a body may hand on, take from around it, and hold within it, and what it may not.
 */
import { describe, expect, test } from 'vitest'
import { axis } from '../src/algebra/index.js'
import type { Axis } from '../src/algebra/index.js'
import { float32 } from '../src/interpret/index.js'
import { graphAlgebra } from '../src/interpret/graph/algebra.js'
import { equalityLaw, readingOf } from '../src/laws/algebra/agreement-of-readings.js'
import { adjointSamples } from '../src/laws/samples/algebra.js'
import { sizeOrZero } from '../src/laws/samples/tensors.js'
import { layouts } from './runner/interpreters.js'
import { compiledReading } from './onnx/compiled.js'
import { loops } from './onnx/loops.js'
import { runLaws } from './runner/run.js'

/** Samples of each term; the length of its loops is one of 0 to 8. */
const FEW = { runs: 8 }

/** Loops within loops, of which some are written out and some are kept. */
const mixed = { 'onnx, short loops written out': { numbers: 'fed in', unrollUpTo: 3 } } as const

describe('loops that are awkward to lay out', () => {
  Object.entries({ ...layouts, ...mixed }).forEach(([name, settings]) => {
    const pair = { one: compiledReading(settings), other: readingOf(float32) }
    runLaws(name, pair, loops.map(equalityLaw), adjointSamples(sizeOrZero), FEW)
  })
})

/** The operations without their types, as plain JavaScript sees them. */
type Untyped = Readonly<Record<string, (...operands: readonly unknown[]) => never>>
type Step = (state: Readonly<Record<string, unknown>>, last: unknown) => unknown

describe.each([0, 16])('a step that does not fit is a defect, loops up to %i written out', (unrollUpTo) => {
  const algebra = graphAlgebra({ unrollUpTo }) as unknown as Untyped
  const [M, K, T] = [axis('M', 2), axis('K', 3), axis('T', 4)]
  const A = algebra['fill']([M, K], 1)
  const along = { x: algebra['fill']([T, M, K], 1) }
  const scan = (step: Step) => () => algebra['scan'](step, { s: A }, along)
  const unfold = (step: Step) => () => algebra['unfold'](T, step, { s: A }, algebra['argmax'](A))
  const turned = (a: unknown): unknown => algebra['transpose'](a)

  test.each([
    ['a state of other axes', scan(({ s }) => ({ state: { s: turned(s) }, output: {} })), 's must have the same axes'],
    ['a state of other fields', scan(({ s }) => ({ state: { t: s }, output: {} })), 'got {s} and {t}'],
    ['a state with a field more', scan(({ s }) => ({ state: { s, t: s }, output: {} })), 'got {s} and {s, t}'],
    ['an unfold of other axes', unfold(({ s }, last) => ({ state: { s: turned(s) }, output: last })), 's must have'],
    [
      'a result that is no input',
      unfold(({ s }) => ({ state: { s }, output: algebra['argmax'](turned(s)) })),
      'unfold: both operands need the same axes',
    ],
  ])('%s', (_, f, message) => {
    expect(f).toThrow(message)
  })

  test('a state of other axes, in a scan of no steps', () => {
    const none = { x: algebra['fill']([axis('T', 0), M, K], 1) }
    const step: Step = ({ s }) => ({ state: { s: turned(s) }, output: {} })
    expect(() => algebra['scan'](step, { s: A }, none)).toThrow('scan: s must have the same axes')
  })

  test('a scan of as many steps as are written out is written out, and of one more is kept', () => {
    const kindOf = (steps: number) => {
      const { fill, scan } = graphAlgebra({ unrollUpTo: 3 })
      const { state } = scan<Axis<'T'>, { s: [] }, { x: [] }, Record<string, never>>(
        ({ s }, { x }) => ({ state: { s: graphAlgebra({ unrollUpTo: 3 }).add(s, x) }, output: {} }),
        { s: fill([], 1) },
        { x: fill([axis('T', steps)], 1) },
      )
      return state.s.node.kind
    }
    expect([2, 3, 4].map(kindOf)).toEqual(['apply', 'apply', 'part'])
  })
})

test('outputs that change from step to step are a defect, where each step is taken', () => {
  const { fill, scan } = graphAlgebra({ unrollUpTo: 16 })
  const outputs = [{ y: fill([], 1) }, { z: fill([], 1) }]
  const step = () => ({ state: {}, output: outputs.shift() as never })
  expect(() => scan(step, {}, { x: fill([axis('T', 2)], 1) as never })).toThrow('got {y} and {z}')
})
