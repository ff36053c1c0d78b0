/**
 * Chapter 5, continued: where a training step leaves the finite numbers.
 */
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { product } from '../src/algebra/axis.js'
import { flatten, unflatten } from '../src/algebra/names.js'
import type { Origin } from '../src/failure.js'
import { float32 } from '../src/interpret/index.js'
import { gruKind, languageModel, layersKind, lstmKind, networkOf, parameterAxes, rnnKind } from '../src/model/index.js'
import type { CellChoice, LanguageModel, LayersShape } from '../src/model/index.js'
import { batchAxis, timeAxis, vocabularyAxis } from '../src/model/parameters.js'
import { seeded } from '../src/random.js'
import * as learn from '../src/train/index.js'
import type { AnyOptimiser, Learner, Minibatch } from '../src/train/index.js'
import { range } from '../src/laws/plain.js'
import { forAll, law } from './runner/run.js'

const SIZES = { vocabulary: 3, hidden: 4 }
const minibatch: Minibatch = { batch: 2, steps: 3, inputs: [0, 1, 2, 0, 1, 2], labels: [2, 0, 1, 2, 0, 1], reset: true }
const descent: AnyOptimiser = (algebra) => learn.sgd(algebra)(1)

type Values = Readonly<Record<string, number | readonly number[]>>

/** A learner whose parameters are small, but for those that are given: one number for all entries, or each. */
const learnerWith = <L extends LayersShape>(
  model: LanguageModel<L>,
  optimiser: AnyOptimiser,
  values: Values,
): Learner<'float32', L> => {
  const [drawn] = learn.initialParameters(float32, model, learn.normalWeights(0.1))(seeded(1))
  const planted = Object.entries(flatten<'float32'>(drawn)).map(([name, { axes, data }]) => {
    const given = values[name] ?? Array.from(data)
    return [name, float32.tensor(axes, typeof given === 'number' ? Array.from(data, () => given) : given)] as const
  })
  const parameters = unflatten<'float32', ReturnType<typeof parameterAxes<'float32', L>>>(
    parameterAxes(float32, model),
    Object.fromEntries(planted),
  )
  return learn.freshLearner(float32, model, optimiser(float32), batchAxis(minibatch.batch), parameters)
}

/** Where the step left the finite numbers, if it did. */
const originOf = <L extends LayersShape>(
  model: LanguageModel<L>,
  values: Values,
  optimiser: AnyOptimiser = descent,
): Origin | undefined => {
  const learner = learnerWith(model, optimiser, values)
  const answer = learn.directStep(float32, model, optimiser(float32))(learner, minibatch)()
  return E.isLeft(answer) && answer.left._tag === 'StepNotFinite' ? answer.left.origin : undefined
}

const model = (phi: 'relu' | 'identity') => languageModel(rnnKind(phi), SIZES)
/** The entry [row, column] alone, of a matrix of so many entries. */
const only = (count: number, place: number, value: number) => range(count).map((i) => (i === place ? value : 0))

describe('where a step leaves the finite numbers', () => {
  const rows: readonly (readonly [string, () => Origin | undefined, Origin])[] = [
    [
      'the hidden state, at the step at which it overflows',
      // H_0 is 1 in the first unit, H_1 1e30 there, and 1e60 is no single.
      () => originOf(model('identity'), { W_xh: 0, b_h: [1, 0, 0, 0], W_hh: only(16, 0, 1e30) }),
      { equation: 'hidden', tensor: 'H', place: { time: 2, batch: 0, hidden: 0 }, value: Infinity },
    ],
    [
      'the row of the character that does it',
      // Only character 1 has a large weight; row 1 reads it first, at time 0.
      () => originOf(model('identity'), { W_xh: only(12, 5, 3e38), b_h: [0, 3e38, 0, 0], W_hh: 0 }),
      { equation: 'hidden', tensor: 'H', place: { time: 0, batch: 1, hidden: 1 }, value: Infinity },
    ],
    [
      'a score',
      () => originOf(model('identity'), { W_xh: 0, b_h: 1, W_hh: 0, W_hq: only(12, 2, 3e38), b_q: [0, 0, 3e38] }),
      { equation: 'output', tensor: 'O', place: { time: 0, batch: 0, vocabulary: 2 }, value: Infinity },
    ],
    [
      'the loss, of scores that are all finite',
      () => originOf(model('identity'), { W_xh: 0, b_h: 1, W_hh: 0, W_hq: 0, b_q: [3e38, -3e38, -3e38] }),
      { equation: 'loss', tensor: 'logP', place: { time: 0, batch: 0, vocabulary: 1 }, value: -Infinity },
    ],
    [
      'an adjoint, at the latest step at which it overflows',
      // dO W_hq^T is about 1e37 in the first unit; W_hh makes it 1e41 a step earlier.
      () =>
        originOf(model('identity'), {
          ...{ W_xh: 0, b_h: 0, b_q: 0, W_hh: only(16, 0, 1e4) },
          W_hq: [1e38, -1e38, 1e38, ...range(9).map(() => 0)],
        }),
      { equation: 'bptt-h', tensor: 'dZ', place: { time: 1, batch: 0, hidden: 0 }, value: -Infinity },
    ],
  ]
  test.each(rows)('%s', (_, found, expected) => {
    expect(found()).toEqual(expected)
  })

  test('the upper layer, by its number, and the equation of the cell', () => {
    const upper = languageModel(layersKind(gruKind(), lstmKind()), SIZES)
    const gru = languageModel(layersKind(gruKind(), gruKind()), SIZES)
    expect(originOf(upper, { '1.b_i': NaN })).toMatchObject({ equation: 'training-step', tensor: '1.b_i' })
    // Nothing comes before the first step; at the second, H_prev W_hn of the upper layer is a sum beyond all singles.
    const sum = { '1.W_xn': 3e38, '1.W_hn': 3e38, W_xn: 3e38, b_n: 3e38, b_z: -3e38, '1.b_n': -3e38 }
    expect(originOf(gru, sum)).toMatchObject({ equation: 'gru', tensor: '1.N', place: { time: 1, batch: 0 } })
  })

  const cells: readonly CellChoice[] = [
    { cell: 'rnn', activation: 'relu', layers: 1, biases: 'one' },
    { cell: 'rnn', activation: 'identity', layers: 2, biases: 'two' },
    { cell: 'gru', activation: 'tanh', layers: 1, biases: 'one' },
    { cell: 'lstm', activation: 'tanh', layers: 2, biases: 'one' },
  ]
  law(
    'a step that fails says where it began: a tensor that holds that number; one that does not fail has no such place',
    forAll(
      fc.record({ cell: fc.constantFrom(...cells), size: fc.constantFrom(1, 1e10, 1e20, 1e30, 3e38), seed: fc.nat() }),
      ({ cell, size, seed }) => {
        const its = languageModel(networkOf(cell), SIZES)
        const [drawn] = learn.initialParameters(float32, its, learn.uniformEntries(size))(seeded(seed))
        const values = Object.fromEntries(
          Object.entries(flatten<'float32'>(drawn)).map(([name, { data }]) => [name, Array.from(data)]),
        )
        const learner = learnerWith(its, descent, values)
        const rows = product(timeAxis(minibatch.steps), batchAxis(minibatch.batch))
        const read = (numbers: readonly number[]) => float32.oneHot([rows, vocabularyAxis(SIZES.vocabulary)], numbers)
        const [X, Y] = [read(minibatch.inputs), read(minibatch.labels)]
        const stepped = learn.trainingStep(float32, its, descent(float32))(learner, X, Y)
        const all = [stepped.run.trace, stepped.run.gradients, stepped.learner, { loss: stepped.loss }]
          .flatMap((tree) => Object.values(flatten<'float32'>(tree)))
          .flatMap(({ data }) => Array.from(data))
        const found = learn.firstNotFinite(float32, its.choice?.cell)(learner, stepped)
        return all.every(Number.isFinite)
          ? found === undefined
          : found !== undefined && !Number.isFinite(found.value) && all.some((x) => Object.is(x, found.value))
      },
    ),
  )
})
