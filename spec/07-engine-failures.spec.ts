/**
 * Chapter 7, continued: numbers that are not finite, and all else that can go wrong, in the engine as in float32.
 */
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { Defect } from '../src/algebra/index.js'
import { PACKED_UP_TO } from '../src/engine/transport.js'
import { onnxEngine } from '../src/engine/index.js'
import type { GraphRequest, Runtime } from '../src/engine/index.js'
import { runtimeFrom } from '../src/engine/runtime.js'
import { explain } from '../src/failure.js'
import type { Failure } from '../src/failure.js'
import { float32 } from '../src/interpret/index.js'
import { sameNumbers } from '../src/laws/law.js'
import type { Plains } from '../src/laws/model/sample.js'
import { entriesOf, readAll, sameRecord, writeAll } from '../src/laws/train/records.js'
import { adam, chain, clipByGlobalNorm, directStep, frozen, momentum, sgd } from '../src/train/index.js'
import type { Learner, Minibatch, Outcome, StepFailure } from '../src/train/index.js'
import { unflattenLike } from '../src/algebra/names.js'
import { learnerPattern } from '../src/engine/fields.js'
import { networkOf } from '../src/model/cells.js'
import type { ActivationName } from '../src/model/activation.js'
import { activationNames } from '../src/model/activation.js'
import type { LayersShape } from '../src/model/layers.js'
import type { Sizes } from '../src/model/parameters.js'
import { beginner, native, withEngine } from './onnx/engines.js'
import { setups, sized } from './onnx/examples.js'
import type { Setup } from './onnx/examples.js'

const [batch, steps] = [2, 3]
/** A learner small enough to travel as vectors, and one that travels field by field. */
const sizes = { vocabulary: 4, hidden: 3 }
const larger = { vocabulary: 4, hidden: 90 }

const setupWith = (activation: ActivationName, theta = 0.01): Setup => ({
  ...networkOf({ cell: 'rnn', activation, layers: 1, biases: 'one' }),
  optimiser: (algebra) => chain(clipByGlobalNorm(algebra)(theta), sgd(algebra)(1)),
})
const requestOf = (setup: Setup, its: Sizes = sizes): GraphRequest<LayersShape> => ({
  ...sized(setup, its),
  batch,
  steps,
})

test('one of the learners is packed, the other is not', () => {
  const [small, large] = [sizes, larger].map((its) =>
    entriesOf(plainsOf(beginner(float32, requestOf(setupWith('tanh'), its), 0))),
  )
  expect(small.length).toBeLessThanOrEqual(PACKED_UP_TO)
  expect(large.length).toBeGreaterThan(PACKED_UP_TO)
})

/** The last of the four characters does not occur. */
const minibatch: Minibatch = { batch, steps, inputs: [0, 1, 2, 0, 1, 2], labels: [1, 2, 0, 1, 2, 0], reset: false }

const plainsOf = (learner: Learner<'float32', LayersShape>): Plains => writeAll(float32, learner)
const learnerOf = (record: Plains, of: GraphRequest<LayersShape>): Learner<'float32', LayersShape> =>
  unflattenLike(learnerPattern(of.model, of.optimiser, batch), readAll(float32, record))

/** What a step came to, which must be something. */
const outcomeIn = <L>(answer: E.Either<StepFailure, Outcome<L>>): Outcome<L> => {
  if (E.isRight(answer)) return answer.right
  throw new Error(JSON.stringify(answer.left))
}

/** The record with another number in one place of one field. */
const withNumber = (record: Plains, field: string, place: number, value: number): Plains => ({
  ...record,
  [field]: { ...record[field], values: record[field].values.with(place, value) },
})

describe.each(activationNames)('numbers that are not finite, phi = %s', (phi) => {
  const request = requestOf(setupWith(phi), phi === 'relu' ? larger : sizes)
  const healthy = plainsOf(beginner(float32, request, 0.7))
  const cases = Object.entries(healthy).flatMap(([field, { values }]) =>
    [...new Set([0, values.length - 1])].flatMap((place) =>
      [NaN, Infinity, -Infinity].map((value) => ({ field, place, value })),
    ),
  )
  const reference = directStep(float32, request.model, request.optimiser(float32))

  test('the engine fails where float32 does, and says what float32 says', async () => {
    await withEngine(request, async (engine) => {
      const failed = await Promise.all(
        cases.map(async ({ field, place, value }) => {
          const learner = learnerOf(withNumber(healthy, field, place, value), request)
          const expected = reference(learner, minibatch)()
          const came = await engine.step(engine.load(learner), minibatch)()
          const where = `${String(value)} at ${String(place)} of ${field}`
          expect([where, E.isLeft(came) && came.left]).toEqual([where, E.isLeft(expected) && expected.left])
          return E.isLeft(came)
        }),
      )
      // tanh takes an infinite weight for a large one; a row that is not read is not missed.
      expect(failed.filter((did) => did).length).toBeGreaterThan(cases.length / 2)
    })
  })

  test('a gradient that is NaN is named', async () => {
    const came = await withEngine(request, async (engine) => {
      const learner = learnerOf(withNumber(healthy, 'parameters.W_hq', 5, NaN), request)
      return engine.step(engine.load(learner), minibatch)()
    })
    const origin = { equation: 'training-step', tensor: 'W_hq', place: { hidden: 1, vocabulary: 1 }, value: NaN }
    expect(came).toEqual(E.left({ _tag: 'StepNotFinite', what: 'the gradient of W_xh', origin }))
  })
})

describe.each([sizes, larger])('finite gradients of which a step makes numbers that are not: %o', (its) => {
  // With phi = identity and all weights zero but W_hq, the gradients of W_xh and b_h are those of b_q times W_hq.
  const requestWith = (optimiser: Setup['optimiser']) => requestOf({ ...setupWith('identity'), optimiser }, its)
  const alternating = (record: Plains, size: number): Plains =>
    withNumbers(record, 'parameters.W_hq', (i) => size * (i % 2 === 0 ? 1 : -1))
  const withNumbers = (record: Plains, field: string, value: (i: number) => number): Plains => ({
    ...record,
    [field]: { ...record[field], values: record[field].values.map((_, i) => value(i)) },
  })

  const cases: readonly (readonly [string, Setup['optimiser'], (record: Plains) => Plains, string, string])[] = [
    [
      "the squares of Adam's running mean",
      (algebra) => adam(algebra)(1e-3),
      (record) => alternating(record, 1e25),
      'optimiser.0.v.W_xh',
      'optimiser.0.v.W_xh',
    ],
    [
      "Adam's squares, in a chain and where part is held fixed",
      (algebra) => chain(clipByGlobalNorm(algebra)(1e30), frozen(algebra)(['W_xh', 'W_hh'], adam(algebra)(1e-3))),
      (record) => alternating(record, 1e25),
      'optimiser.1.0.v.b_h',
      'optimiser.1.0.v.b_h',
    ],
    [
      'the sums of momentum, and so the parameters',
      (algebra) => chain(momentum(algebra)(0.99), sgd(algebra)(1)),
      (record) => withNumbers(alternating(record, 1e38), 'optimiser.0.b_h', () => -3.4e38),
      'parameters.b_h',
      'optimiser.0.b_h',
    ],
    [
      'the parameters, at an enormous rate',
      (algebra) => sgd(algebra)(1e20),
      (record) => alternating(record, 1e25),
      'parameters.W_xh',
      'update.W_xh',
    ],
  ]
  test.each(cases)('%s', async (_, optimiser, change, what, first) => {
    const request = requestWith(optimiser)
    const learner = learnerOf(change(plainsOf(beginner(float32, request, 0))), request)
    const expected = directStep(float32, request.model, request.optimiser(float32))(learner, minibatch)()
    expect(expected).toMatchObject(
      E.left({ _tag: 'StepNotFinite', what, origin: { equation: 'training-step', tensor: first } }),
    )
    const came = await withEngine(request, (engine) => engine.step(engine.load(learner), minibatch)())
    expect(came).toEqual(expected)
  })

  test('those whose squares are finite go on', async () => {
    const request = requestWith((algebra) => adam(algebra)(1e-3))
    const learner = learnerOf(alternating(plainsOf(beginner(float32, request, 0)), 1e19), request)
    const came = await withEngine(request, (engine) => engine.step(engine.load(learner), minibatch)())
    expect(E.isRight(came)).toBe(true)
    expect(E.isRight(directStep(float32, request.model, request.optimiser(float32))(learner, minibatch)())).toBe(true)
  })
})

describe('huge gradients', () => {
  // With phi = identity and all weights zero but W_hq, the gradients of W_xh and b_h have the size of W_hq.
  const request = requestOf(setupWith('identity', 1))
  const huge = (size: number): Plains => {
    const record = plainsOf(beginner(float32, request, 0))
    return {
      ...record,
      'parameters.W_hq': {
        ...record['parameters.W_hq'],
        values: record['parameters.W_hq'].values.map((_, i) => size * (i % 2 === 0 ? 1 : -1)),
      },
    }
  }

  test.each([1e6, 1e15, 1e30, 1e35])('of %d are clipped to theta', async (size) => {
    const learner = learnerOf(huge(size), request)
    const moved = await withEngine(request, async (engine) => {
      return plainsOf(engine.save(outcomeIn(await engine.step(engine.load(learner), minibatch)()).learner))
    })
    const before = plainsOf(learner)
    const fields = ['parameters.W_xh', 'parameters.W_hh', 'parameters.b_h']
    const updates = fields.flatMap((field) => moved[field].values.map((x, i) => x - before[field].values[i]))
    // W_hq itself is too large to move by 1. 10^-5 allows for the roundings of a norm of 25 entries, and some.
    expect(Math.hypot(...updates)).toBeGreaterThan(1 - 1e-5)
    expect(Math.hypot(...updates)).toBeLessThan(1 + 1e-5)
  })
})

describe('what goes in comes out', () => {
  const each = Object.entries(setups).flatMap(([name, setup]) =>
    [sizes, larger].map((its) => [name, its.hidden, requestOf(setup, its)] as const),
  )
  test.each(each)('loading and saving change no bit: %s, H = %i', async (_, __, request) => {
    const unusual = [-0, 2 ** -149, NaN, -Infinity, 1 / 3]
    const record = Object.fromEntries(
      Object.entries(plainsOf(beginner(float32, request, 1))).map(([field, { axes, values }], k) => [
        field,
        { axes, values: values.map((x, i) => (i % 3 === 0 ? Math.fround(unusual[(i + k) % unusual.length]) : x)) },
      ]),
    )
    await withEngine(request, (engine) => {
      expect(sameRecord(plainsOf(engine.save(engine.load(learnerOf(record, request)))), record)).toBe(true)
      return Promise.resolve()
    })
  })

  test('frozen parameters keep every bit, -0 and subnormals included', async () => {
    const names = ['W_xh', 'b_q']
    const setup: Setup = {
      ...setupWith('tanh'),
      optimiser: (algebra) => frozen(algebra)(names, sgd(algebra)(0.5)),
    }
    const request = requestOf(setup)
    const healthy = plainsOf(beginner(float32, request, 0.7))
    const record = withNumber(withNumber(healthy, 'parameters.W_xh', 0, -0), 'parameters.b_q', 1, 2 ** -149)
    await withEngine(request, async (engine) => {
      const outcome = outcomeIn(await engine.step(engine.load(learnerOf(record, request)), minibatch)())
      const after = plainsOf(engine.save(outcome.learner))
      const still = (of: Plains) => entriesOf(Object.fromEntries(names.map((name) => [name, of[`parameters.${name}`]])))
      expect(sameNumbers(still(after), still(record))).toBe(true)
      expect(after['parameters.W_hh'].values).not.toEqual(record['parameters.W_hh'].values)
    })
  })

  test.each([sizes, larger])('a step leaves the learner it was given as it was: %o', async (its) => {
    const request = requestOf(setupWith('tanh'), its)
    const record = plainsOf(beginner(float32, request, 0.7))
    await withEngine(request, async (engine) => {
      const learner = engine.load(learnerOf(record, request))
      const resets = [true, false, true]
      const outcomes = await Promise.all(resets.map((reset) => engine.step(learner, { ...minibatch, reset })()))
      const [first, , last] = outcomes.map(outcomeIn).map(({ learner: after }) => plainsOf(engine.save(after)))
      expect(sameRecord(plainsOf(engine.save(learner)), record)).toBe(true)
      expect(sameRecord(last, first)).toBe(true)
    })
  })

  test.each([sizes, larger])('a reset begins from the zero state, and only a reset: %o', async (its) => {
    const request = requestOf(setupWith('tanh'), its)
    const start = plainsOf(beginner(float32, request, 0.7))
    const { axes, values } = start['hidden.H']
    const elsewhere = { ...start, 'hidden.H': { axes, values: values.map(() => 0.9) } }
    await withEngine(request, async (engine) => {
      const lossOf = async (record: Plains, reset: boolean): Promise<number> =>
        outcomeIn(await engine.step(engine.load(learnerOf(record, request)), { ...minibatch, reset })()).loss
      const fromZero = await lossOf(start, false)
      expect(await lossOf(elsewhere, true)).toBe(fromZero)
      expect(await lossOf(elsewhere, false)).not.toBe(fromZero)
    })
  })
})

describe('what goes wrong is said in one line', () => {
  const request = requestOf(setupWith('tanh'))
  const failureOf = <A>(answer: E.Either<Failure, A>): string => (E.isLeft(answer) ? explain(answer.left) : 'nothing')

  test('a model that the runtime refuses', async () => {
    const runtime = await native()
    const refusing: Runtime = { ...runtime, createSession: () => runtime.createSession(Uint8Array.of(1, 2, 3), 1) }
    const message = failureOf(await onnxEngine(refusing, request, 1)())
    expect(message).toMatch(/^the onnx engine failed: .*protobuf/i)
    expect(message).not.toContain('\n')
  })

  test('a learner of other sizes', async () => {
    const other = beginner(float32, { ...request, ...sized(setupWith('tanh'), { vocabulary: 4, hidden: 2 }) }, 0.1)
    await withEngine(request, async (engine) => {
      const answer = await engine.step(engine.load(other), minibatch)()
      expect(answer).toMatchObject({ _tag: 'Left', left: { _tag: 'EngineFailed', engine: 'onnx' } })
      expect(E.isLeft(answer) && 'reason' in answer.left && answer.left.reason).toMatch(/^[^\n]*invalid dimensions/i)
    })
  })

  test('a runtime that throws something odd, over several lines', async () => {
    const runtime = await native()
    const odd: Runtime = {
      ...runtime,
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as a package may
      createSession: () => Promise.reject('one\n  two'),
    }
    expect(failureOf(await onnxEngine(odd, request, 1)())).toBe('the onnx engine failed: one two')
  })

  test('a package that is not installed', async () => {
    const answer = await runtimeFrom('onnxruntime-nowhere', true)()
    expect(E.isLeft(answer) && answer.left._tag).toBe('EngineMissing')
    const message = failureOf(answer)
    expect(message).toMatch(/^the onnx engine needs the package onnxruntime-nowhere, which cannot be loaded \(.+\): /)
    expect(message).toContain('install it with npm install onnxruntime-nowhere')
    expect(message).not.toContain('\n')
  })
})

describe('what only a programmer can get wrong is a defect', () => {
  const request = requestOf(setupWith('tanh'))

  test.each<[string, Partial<Minibatch>, string]>([
    ['an index below 0, which the runtime would count from the end', { inputs: [0, 1, 2, 0, 1, -1] }, 'got -1'],
    ['an index beyond the vocabulary', { labels: [0, 1, 2, 0, 1, 4] }, 'from 0 to 3, got 4'],
    ['too few inputs', { inputs: [0, 1, 2, 0, 1] }, 'needs 6 indices, got 5'],
  ])('%s', async (_, change, message) => {
    await withEngine(request, (engine) => {
      const learner = engine.load(beginner(float32, request, 0.1))
      expect(() => engine.step(learner, { ...minibatch, ...change })).toThrow(message)
      return Promise.resolve()
    })
  })

  test('a setup that makes no sense', async () => {
    const setup: Setup = {
      ...setupWith('tanh'),
      optimiser: (algebra) => frozen(algebra)(['W_nowhere'], sgd(algebra)(1)),
    }
    const runtime = await native()
    await expect(async () => onnxEngine(runtime, requestOf(setup), 1)()).rejects.toThrow(Defect)
  })
})
