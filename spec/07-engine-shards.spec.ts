/**
 * Chapter 7: the gradient of a minibatch is the weighted mean of the gradients of its shards.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { combined, gradientOf, shardsOf } from '../src/engine/shard.js'
import type { GradientResult, GradientTask } from '../src/engine/shard.js'
import { flatAxes, unflatten } from '../src/algebra/names.js'
import { leaves } from '../src/algebra/tensors.js'
import { float32 } from '../src/interpret/float32.js'
import { initialParameters, normalWeights } from '../src/train/initial.js'
import { batchAxis, cellNames, languageModel, networkOf } from '../src/model/index.js'
import type { CellChoice } from '../src/model/index.js'
import { seeded, uniforms } from '../src/random.js'
import { forAll, law } from './runner/run.js'

/**
 * Each result is rounded a few times more than it would be unsharded, and a sum over rows is cut into at most eight:
 * some 16 roundings of 2^-24 of entries below 1, and as much again in hand.
 */
const BOUND = 2e-6

const choices: fc.Arbitrary<CellChoice> = fc.record({
  cell: fc.constantFrom(...cellNames),
  activation: fc.constant('tanh'),
  layers: fc.integer({ min: 1, max: 2 }),
  biases: fc.constantFrom('one', 'two'),
})

const tasks: fc.Arbitrary<GradientTask> = fc
  .record({
    choice: choices,
    vocabulary: fc.integer({ min: 1, max: 6 }),
    hidden: fc.integer({ min: 1, max: 5 }),
    batch: fc.integer({ min: 1, max: 8 }),
    steps: fc.integer({ min: 1, max: 4 }),
    seed: fc.integer(),
    reset: fc.boolean(),
  })
  .map(({ choice, vocabulary, hidden, batch, steps, seed, reset }) => {
    const sizes = { vocabulary, hidden }
    const model = languageModel(networkOf(choice), sizes)
    const [parameters, random] = initialParameters(float32, model, normalWeights(0.5))(seeded(seed))
    const shape = model.layers(float32).stateAxes(sizes, batchAxis(batch))
    const state = Object.entries(flatAxes(shape)).map(([part, of], k) => {
      const values = uniforms(batch * hidden)(seeded(seed + k + 1))[0].map((u) => 2 * u - 1)
      return [part, float32.tensor(of, values)] as const
    })
    const numbers = uniforms(2 * batch * steps)(random)[0].map((u) => Math.floor(u * vocabulary))
    return {
      choice,
      sizes,
      parameters,
      hidden: unflatten<'float32', typeof shape>(shape, Object.fromEntries(state)),
      minibatch: {
        batch,
        steps,
        reset,
        inputs: numbers.slice(0, batch * steps),
        labels: numbers.slice(batch * steps),
      },
    }
  })

const numbersOf = ({ batch, loss, gradients, hidden, dHidden }: GradientResult): readonly number[] => [
  batch,
  loss,
  ...[gradients, hidden, dHidden].flatMap((tree) =>
    leaves<'float32'>(tree).flatMap(({ value }) => Array.from(value.data)),
  ),
]

const close = (a: GradientResult, b: GradientResult): boolean => {
  const [as, bs] = [numbersOf(a), numbersOf(b)]
  return as.length === bs.length && as.every((x, i) => Math.abs(x - bs[i]) <= BOUND * Math.max(1, Math.abs(x)))
}

describe('shards of a minibatch', () => {
  law(
    'the gradient over all rows is the mean of those over the shards, weighted by their rows [bptt-w]',
    forAll(tasks, fc.integer({ min: 1, max: 9 }), (task, count) =>
      close(gradientOf(task), combined(shardsOf(task, count).map(gradientOf))),
    ),
  )
  law(
    'one shard is the task itself, bit for bit',
    forAll(tasks, (task) => {
      const [as, bs] = [gradientOf(task), combined(shardsOf(task, 1).map(gradientOf))].map(numbersOf)
      return as.length === bs.length && as.every((x, i) => x === bs[i])
    }),
  )
  law(
    'shards are as many as asked for, or one for each row, and differ by at most one row',
    forAll(tasks, fc.integer({ min: 1, max: 9 }), (task, count) => {
      const rows = shardsOf(task, count).map(({ minibatch }) => minibatch.batch)
      const total = rows.reduce((sum, own) => sum + own, 0)
      return (
        rows.length === Math.min(count, task.minibatch.batch) &&
        total === task.minibatch.batch &&
        Math.max(...rows) - Math.min(...rows) <= 1
      )
    }),
  )

  test('the means unweighted would be refused', () => {
    const [task] = fc.sample(
      tasks.filter(({ minibatch, sizes }) => minibatch.batch === 3 && sizes.vocabulary > 1),
      { numRuns: 1, seed: 1 },
    )
    const parts = shardsOf(task, 2).map(gradientOf)
    const unweighted = combined(parts.map((part) => ({ ...part, batch: 1 })))
    expect(close(gradientOf(task), { ...unweighted, batch: 3 })).toBe(false)
  })
})
