/**
 * Chapter 7: the engine. The training step as one graph is the training step: the learner after it, the loss and the
 * gradients' sizes are those of the equations, as far as roundings allow and no further.
 */
import fc from 'fast-check'
import { describe } from 'vitest'
import { NEXT } from '../src/engine/index.js'
import { float32, roundingErrors, singlePrecision } from '../src/interpret/index.js'
import { readingOf } from '../src/laws/algebra/agreement-of-readings.js'
import { accurateAll } from '../src/laws/agreement.js'
import { equalNumbers } from '../src/laws/plain.js'
import type { Plains } from '../src/laws/model/sample.js'
import { anySizes } from '../src/laws/samples/model.js'
import type { SampleSizes } from '../src/laws/samples/model.js'
import { compiledErrors } from './onnx/errors.js'
import { setups } from './onnx/examples.js'
import type { Setup } from './onnx/examples.js'
import { runStep, stepOf, stepSamples } from './onnx/steps.js'
import type { StepSample } from './onnx/steps.js'
import { forAll, law } from './runner/run.js'

/** Samples of each setup. */
const FEW = { runs: 12 }

/** With one character there is no gradient, whose norm 0 no analysis can divide by: that case is tried by itself. */
const small = anySizes.map((sizes) => ({ ...sizes, vocabulary: Math.max(2, sizes.vocabulary) }))
const ofOneCharacter = anySizes.map((sizes) => ({ ...sizes, vocabulary: 1 }))

/** Steps at which loops are kept. */
const long: fc.Arbitrary<SampleSizes> = fc.record({
  vocabulary: fc.integer({ min: 2, max: 6 }),
  hidden: fc.integer({ min: 1, max: 5 }),
  batch: fc.integer({ min: 1, max: 3 }),
  steps: fc.integer({ min: 65, max: 80 }),
})

/** Sizes at which products are cut into blocks. */
const larger: fc.Arbitrary<SampleSizes> = fc.record({
  vocabulary: fc.integer({ min: 30, max: 70 }),
  hidden: fc.integer({ min: 17, max: 40 }),
  batch: fc.integer({ min: 1, max: 9 }),
  steps: fc.integer({ min: 15, max: 24 }),
})

const sum = (a: Plains, b: Plains): Plains =>
  Object.fromEntries(
    Object.entries(a).map(([field, { axes, values }]) => [
      field,
      { axes, values: values.map((x, i) => x + b[field].values[i]) },
    ]),
  )

/** Whether the graph's step is float32's, within the sum of what each of them may err, on each number of threads. */
const agrees = (setup: Setup, sample: StepSample, ...threads: readonly number[]): boolean => {
  const term = stepOf(setup)
  const errors = [compiledErrors, roundingErrors(singlePrecision)].map((each) => readingOf(each).evaluate(term, sample))
  const allowed = sum(errors[0], errors[1])
  const expected = readingOf(float32).evaluate(term, sample)
  return threads.every((n) => accurateAll(allowed, runStep(setup, sample, n), expected))
}

describe.each(Object.entries(setups))('a training step: %s', (_, setup) => {
  law('is that of float32, at small sizes', forAll(stepSamples(setup, small), (it) => agrees(setup, it, 1)), FEW)
  law(
    'is, at larger sizes, on one thread and on two',
    forAll(stepSamples(setup, larger), (it) => agrees(setup, it, 1, 2)),
    { runs: 2 },
  )
  law('is, over many steps', forAll(stepSamples(setup, long), (it) => agrees(setup, it, 1)), { runs: 3 })

  law(
    'moves nothing where one character is all there is',
    forAll(stepSamples(setup, ofOneCharacter), (it) => {
      const { loss, ...after } = runStep(setup, it)
      const fields = Object.keys(it.learner).filter((field) => field.startsWith('parameters.'))
      return (
        loss.values[0] === 0 &&
        fields.every((field) => equalNumbers(after[NEXT + field].values, it.learner[field].values))
      )
    }),
    FEW,
  )
})
