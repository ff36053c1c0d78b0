/**
 * Chapter 9, continued: anybody's implementation is held to the laws. Nothing right is refused, whatever its
 * conventions are; what is wrong is, and named.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Defect } from '../src/algebra/defect.js'
import type { Concrete } from '../src/algebra/tensor-algebra.js'
import { float32 } from '../src/interpret/float32.js'
import { float64 } from '../src/interpret/float64.js'
import { asked, writing } from '../src/laws/check/asking.js'
import { expectedOf } from '../src/laws/check/check.js'
import { checksFor } from '../src/laws/check/checks.js'
import type { Given } from '../src/laws/check/checks.js'
import { diagnosed } from '../src/laws/check/diagnosis.js'
import { firstDifference } from '../src/laws/check/evidence.js'
import { allHold, assertLaws, checkModel, failing, LawsBroken, SubjectFault } from '../src/laws/check/index.js'
import type { Description, Implementation } from '../src/laws/check/index.js'
import { orFault } from '../src/laws/check/fault.js'
import { subjectIn } from '../src/laws/check/plain-subject.js'
import type { PlainSubject } from '../src/laws/check/plain-subject.js'
import { defaults } from '../src/laws/check/protocol.js'
import { abilities } from '../src/laws/check/subject.js'
import { assembledModel, gradientZoo } from '../src/laws/mistakes/index.js'
import { root } from './house/parts.js'
import { install } from './runner/command.js'
import type { Installed } from './runner/command.js'
import { answers, hello } from './runner/plain-rnn.js'
import { seed } from './runner/run.js'

const mine = { ...answers, name: 'mine', cell: 'rnn', stateAdjoint: true } as const satisfies Implementation

const described = (its: Partial<Description>): Description => ({
  ...{ ...defaults, name: 'ours', cell: 'rnn', stateAdjoint: true, can: abilities },
  ...its,
})

/** An implementation in plain tensors, spoken to as one that has these conventions is. */
const spoken = (description: Description, by: PlainSubject): Given => {
  const expected = expectedOf(description)
  const answered = writing(description).answers(by)
  return {
    description,
    ...expected,
    asked: asked(description, expected.right, (ability, _, its) => answered[ability](its)),
  }
}

/** The laws that fail on a few samples. */
const refusedBy = (given: Given, numRuns = 2): readonly string[] =>
  checksFor(given.description)
    .filter(
      (check) =>
        !fc.sample(check.samples(given.description), { seed, numRuns }).every((its) => check.holds(given, its)),
    )
    .map(({ law }) => law)

describe('nothing right is refused', () => {
  const layouts = { layout: 'batch-first', weights: 'output-by-input' } as const
  const one: readonly (readonly [string, Partial<Description>, Concrete<'float64'> | Concrete<'float32'>])[] = [
    ['rnn', {}, float64],
    ['rnn with relu, batch-first, transposed', { activation: 'relu', ...layouts }, float64],
    ['rnn with identity and two biases', { activation: 'identity', biases: 'two' }, float64],
    ['rnn that hands no adjoint on', { stateAdjoint: false }, float64],
    ['rnn in single precision', { precision: 'single' }, float32],
    ['gru as PyTorch has it', { cell: 'gru', biases: 'two', dialect: 'torch', ...layouts }, float64],
    ['gru that resets before the product', { cell: 'gru', reset: 'before' }, float64],
    ['two of those', { cell: 'gru', reset: 'before', layers: 2 }, float64],
    ['lstm in single precision', { cell: 'lstm', precision: 'single', dialect: 'torch' }, float32],
    ['lstm on lstm', { cell: 'lstm', layers: 2, biases: 'two', ...layouts }, float64],
  ]

  test.each(one)('%s', (_, its, algebra) => {
    const description = described(its)
    const by = algebra === float32 ? subjectIn(float32, description) : subjectIn(float64, description)
    expect(refusedBy(spoken(description, by))).toEqual([])
  })

  test('by laws of different sentences', () => {
    const sentences = one.map(([, its]) => checksFor(described(its)).map(({ law }) => law))
    expect(sentences.map((each) => new Set(each).size)).toEqual(sentences.map(({ length }) => length))
  })

  test('and an implementation with loops over lists is held to every law', () => {
    const report = checkModel(mine, { samples: 8 })
    expect(failing(report)).toEqual([])
    expect([report.skipped, report.diagnoses, report.verdicts.length]).toEqual([
      [],
      {},
      checksFor(described(hello as object)).length,
    ])
  })
})

describe('what is wrong is refused', () => {
  const description = described({})
  const right = subjectIn(float64, description)
  const choice = { cell: 'rnn', activation: 'tanh', biases: 'one', layers: 1 } as const
  const { mistakes, right: parts } = gradientZoo(float64, choice)

  const [difference] = checksFor({ ...description, can: ['backpropagate'] })
  const isRefused = (given: Given): boolean =>
    fc.sample(difference.samples(description), { seed, numRuns: 8 }).some((its) => !difference.holds(given, its))

  test.each(mistakes)('and named: $mistake', ({ mistake, change }) => {
    const given = spoken(description, { ...right, model: assembledModel(float64, choice, change(parts)) })
    const outcome = orFault(() => {
      expect(isRefused(given)).toBe(true)
      const named = diagnosed(given, 'backpropagate', seed).map((each) => each.mistakes.map((its) => its.mistake))
      expect(named).toContainEqual([mistake])
    })
    // Gradients that are missing, transposed or no numbers are no answer at all.
    expect(E.isRight(outcome)).toBe(
      !['stand in another order', 'one parameter has no gradient', 'not a number'].some((words) =>
        mistake.includes(words),
      ),
    )
  })

  const wrongs: readonly (readonly [string, Partial<PlainSubject>, string])[] = [
    [
      'the state is lost',
      { model: { ...right.model, forward: (its) => ({ ...right.model.forward(its), state: its.state }) } },
      'reading xs',
    ],
    [
      'the loss is a sum',
      {
        model: {
          ...right.model,
          evaluate: (its) => ({ ...right.model.evaluate(its), loss: 2 * right.model.evaluate(its).loss }),
        },
      },
      'log V',
    ],
    ['gradients are always scaled', { clip: (its) => right.clip({ ...its, theta: its.theta / 2 }) }, 'keeps every bit'],
    [
      'the rate is halved',
      { optimise: (its, descent) => right.optimise({ ...its, rate: its.rate / 2 }, descent) },
      'after each step',
    ],
    [
      'the labels are the inputs',
      { sample: (its) => right.sample(its).map((each) => ({ ...each, labels: each.inputs })) },
      'every label',
    ],
    [
      'the prefix is left out',
      { generate: (its) => right.generate(its).slice(its.prefix.length) },
      'starts with its prefix',
    ],
    [
      'the first loss is left out',
      { train: (its) => ({ ...right.train(its), losses: right.train(its).losses.map(() => 0) }) },
      'the losses of a few steps',
    ],
  ]
  test.each(wrongs)('%s', (_, wrong, law) => {
    expect(refusedBy(spoken(description, { ...right, ...wrong }), 6).join('\n')).toContain(law)
  })

  test('with the smallest sample, the first entry that differs, and what leads there again', () => {
    const wrong: Implementation = {
      ...mine,
      forward: (question) => {
        const { O, ...others } = answers.forward(question)
        return {
          ...others,
          O: (O as readonly (readonly number[][])[]).map((rows) =>
            rows.map((row) => row.map((x, i) => (i === 1 ? x + 1 : x))),
          ),
        }
      },
    }
    const report = checkModel(wrong, { only: 'scores and state are' })
    const [{ law, outcome }] = failing(report)
    expect(outcome.sizes).toEqual({ V: 2, H: 1, N: 1, T: 1 })
    expect(outcome.evidence?.difference).toMatchObject({
      tensor: 'O',
      place: [0, 0, 1],
      expected: 0,
      got: 1,
      differing: 1,
      entries: 2,
    })
    const [again] = failing(checkModel(wrong, { only: law, seed: outcome.seed, path: outcome.path }))
    expect([again.outcome.evidence, again.outcome.shrinks]).toEqual([outcome.evidence, 0])
  })
})

test('what is not offered is not asked for', () => {
  const { backpropagate } = answers
  const alone = { name: 'mine', cell: 'rnn', stateAdjoint: true, backpropagate } as const
  expect(failing(checkModel(alone, { samples: 4 }))).toEqual([])
  const { forward } = answers
  const lost = {
    ...mine,
    forward: (its: Parameters<typeof forward>[0]) => ({ ...forward(its), state: { H_T: its.state['H_0'] } }),
  }
  expect(Object.keys(checkModel(lost, { samples: 4, only: 'reading xs' }).diagnoses)).toEqual(['forward'])
})

describe('a difference', () => {
  const expected = {
    O: [
      [1, 2],
      [3, 4],
    ],
    state: { H_T: [[5]] },
  }

  test('is that of the first entry, whatever the answer holds besides', () => {
    expect(firstDifference(expected, expected, {})).toBeUndefined()
    expect(
      firstDifference(
        expected,
        {
          O: [
            [1, 2],
            [3, 5],
          ],
          more: [1],
        },
        {},
      ),
    ).toMatchObject({ tensor: 'O', place: [1, 1], got: 5 })
    expect(firstDifference(expected, { ...expected, state: { H_T: [[6]] } }, {})).toMatchObject({
      tensor: 'H_T',
      place: [0, 0],
    })
  })

  test('is none within the tolerance of that entry', () => {
    const [got, tolerance] = [
      {
        O: [
          [1.5, 2],
          [3, 4],
        ],
      },
      {
        O: [
          [0.5, 0],
          [0, 0],
        ],
      },
    ]
    expect(firstDifference(expected, got, tolerance)).toBeUndefined()
    expect(
      firstDifference(
        expected,
        {
          O: [
            [1, 2.5],
            [3, 4],
          ],
        },
        tolerance,
      ),
    ).toMatchObject({ place: [0, 1], tolerance: 0 })
  })
})

describe('in a test suite', () => {
  test('a line of vitest', () => {
    expect(allHold(assertLaws(mine, { samples: 2 }))).toBe(true)
  })

  test('throws the report where a law fails', () => {
    const wrong = { ...mine, loss: () => ({ loss: 0 }) }
    const run = () => assertLaws(wrong, { samples: 4 })
    expect(run).toThrow(LawsBroken)
    expect(run).toThrow(/with an output layer of zeros the loss is log V/)
  })

  test.each<readonly [string, Implementation, new (...its: never) => Error, RegExp]>([
    [
      'a function that throws',
      { ...mine, loss: () => defectOf() },
      SubjectFault,
      /expected loss to answer, got Error: no idea/,
    ],
    [
      'an answer of another shape',
      { ...mine, loss: () => ({ loss: [1] as never }) },
      SubjectFault,
      /loss to be a finite number, got \[1\]/,
    ],
    [
      'an answer without numbers',
      { ...mine, loss: () => ({ loss: NaN }) },
      SubjectFault,
      /loss to be a finite number, got NaN/,
    ],
    [
      'nothing',
      { ...mine, loss: () => undefined as never },
      SubjectFault,
      /the answer to "loss" to be an object, got nothing/,
    ],
    [
      'another answer',
      { ...mine, clip: () => ({ grads: 1 }) as never },
      SubjectFault,
      /to have "gradients", got only "grads"/,
    ],
    ['a cell that does not exist', { ...mine, cell: 'tanh' as never }, Defect, /checkModel.*"cell".*got "tanh"/],
    [
      'a GRU of two biases that resets before',
      { ...mine, cell: 'gru', reset: 'before', biases: 'two' },
      Defect,
      /"biases".*"one" where "reset" is "before"/,
    ],
    ['a setting that does not exist', { ...mine, batchFirst: true } as never, Defect, /"batchFirst"/],
  ])('%s is no law that fails', (_, wrong, error, message) => {
    expect(() => checkModel(wrong, { samples: 2 })).toThrow(error)
    expect(() => checkModel(wrong, { samples: 2 })).toThrow(message)
  })

  let installed: Installed
  beforeAll(() => {
    installed = install()
  })
  afterAll(() => {
    installed.remove()
  })
  const suite = (own: string, framework = '') => `${framework}import { assertLaws } from './dist/laws/check/index.js'
test('mine', () => { assertLaws({ name: 'mine', cell: 'rnn', ${own} }, { samples: 2 }) })`
  /** Whether a run of the suite passes. */
  const passes = (text: string, ...run: readonly string[]): boolean => {
    writeFileSync(join(installed.folder, 'mine.test.mjs'), text)
    return spawnSync(process.execPath, run, { cwd: installed.folder }).status === 0
  }

  const jest = join(root, 'spec/conformance/node_modules/jest/bin/jest.js')
  const orSkipped = existsSync(jest) ? '' : ' (skipped: npm ci --prefix spec/conformance installs it)'
  test.skipIf(!existsSync(jest))(`three lines of jest${orSkipped}`, () => {
    const run = ['--experimental-vm-modules', jest, '--rootDir', installed.folder, '--testMatch', '**/*.test.mjs']
    expect(passes(suite('clip: ({ gradients }) => ({ gradients })'), ...run)).toBe(false)
    expect(passes(suite(ALL_OF_IT), ...run)).toBe(true)
  })

  test('three lines of node:test', () => {
    const run = ['--test', join(installed.folder, 'mine.test.mjs')]
    const framework = "import { test } from 'node:test'\n"
    expect(passes(suite('clip: ({ gradients }) => ({ gradients })', framework), ...run)).toBe(false)
    expect(passes(suite(ALL_OF_IT, framework), ...run)).toBe(true)
  })
})

const defectOf = (): never => {
  throw new Error('no idea')
}

/** What samples consecutively, and does it right. */
const ALL_OF_IT = `samplings: ['consecutive'], sample: ({ length, batch, steps }) => {
  const row = Math.floor(length / batch)
  const list = (length, of) => Array.from({ length }, (_, i) => of(i))
  const from = (k, more) => list(steps, (t) => list(batch, (n) => n * row + k * steps + t + more))
  const minibatch = (k) => ({ X: from(k, 0), Y: from(k, 1), reset: k === 0 })
  return { minibatches: list(Math.floor((row - 1) / steps), minibatch) }
}`
