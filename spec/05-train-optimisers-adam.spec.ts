/**
 * Chapter 5: Adam, momentum and learning-rate schedules; alone, chained, frozen and compiled.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { axis } from '../src/algebra/axis.js'
import type { Carrier, Concrete, TensorAlgebra } from '../src/algebra/tensor-algebra.js'
import { mapTensors } from '../src/algebra/tensors.js'
import { onnxEngine } from '../src/engine/onnx.js'
import { nativeRuntime } from '../src/engine/runtime.js'
import { float32, float64 } from '../src/interpret/index.js'
import { adamLaws } from '../src/laws/train/adam.js'
import type { AdamSample } from '../src/laws/train/adam.js'
import { frozenLaws } from '../src/laws/train/frozen.js'
import { closeNumbers } from '../src/laws/law.js'
import { momentumLaws } from '../src/laws/train/momentum.js'
import { chainLaws, optimiserLaws } from '../src/laws/train/optimiser.js'
import { unitRoundoff } from '../src/laws/plain.js'
import { descend, entriesOf, writeAll } from '../src/laws/train/records.js'
import { scheduleLaws } from '../src/laws/train/schedule.js'
import * as learn from '../src/train/index.js'
import type { AdamSettings, Learner, Optimiser, AnyOptimiser } from '../src/train/index.js'
import { flatten } from '../src/algebra/names.js'
import { gruKind } from '../src/model/cells.js'
import { languageModel } from '../src/model/language-model.js'
import type { LayersShape } from '../src/model/layers.js'
import { batchAxis } from '../src/model/parameters.js'
import { seeded } from '../src/random.js'
import { onEachInterpreter } from './runner/interpreters.js'
import { adamSamples, momentumSamples, scheduleSamples, squareMagnitudes } from '../src/laws/samples/adam.js'
import { descents, freezingSamples } from '../src/laws/samples/optimisers.js'
import { adamStep, noMoments } from './witnesses/reference/adam.js'
import type { Moments } from './witnesses/reference/adam.js'
import { forAll, law, runLaws } from './runner/run.js'
import { refuted } from './runner/teeth.js'

const { adam, chain, clipByGlobalNorm, exponentialDecay, frozen, inverseDecay, momentum, scaleByAdam } = learn
const { scheduled, sgd, warmUp } = learn

describe('adam', () => {
  onEachInterpreter(<F extends Carrier>(name: string, algebra: Concrete<F>) => {
    runLaws(name, { algebra, scaleByAdam: scaleByAdam(algebra) }, adamLaws<F>(), adamSamples())
  })
})

describe('the first step and the corrections of adam, in numbers', () => {
  const four = [axis('entries', 4)]
  const eta = 0.001

  test('the first step is -eta g / (|g| + epsilon): 0 at 0, 0.09 eta at 1e-9, eta at 1', () => {
    const gs = [0, 1e-9, 1, -1e-9]
    const g = { p: float64.tensor(four, gs) }
    const { updates } = adam(float64)(eta).update(g, adam(float64)(eta).init(g), g)
    const expected = gs.map((x) => (-eta * x) / (Math.abs(x) + 1e-8))
    const got = float64.toArray(updates.p)
    got.forEach((update, i) => {
      expect(Math.abs(update - expected[i])).toBeLessThanOrEqual(16 * 2 ** -53 * Math.abs(expected[i]))
    })
    expect(got.map((update) => (Math.abs(update) / eta).toFixed(2))).toEqual(['0.00', '0.09', '1.00', '0.09'])
  })

  /** The first update of g in single precision, over its rate. */
  const firstOf = (g: number, epsilon: number): number => {
    const gradients = { p: float32.tensor([axis('entries', 1)], [g]) }
    const direction = scaleByAdam(float32)({ ...learn.adamDefaults, epsilon })
    return float32.toArray(direction.update(gradients, direction.init(gradients), gradients).updates.p)[0]
  }

  test('in single precision a g^2 that overflows makes the first step 0', () => {
    expect([1.8e19, 1.9e19].map((g) => firstOf(g, 1e-8).toFixed(6))).toEqual(['1.000000', '0.000000'])
  })

  test('in single precision a g^2 that underflows makes the first step longer only where epsilon is as tiny', () => {
    expect(firstOf(1e-25, 1e-8).toPrecision(6)).toBe('1.00000e-17')
    expect(firstOf(1e-25, 1e-30).toPrecision(3)).toBe('1.00e+5')
  })

  test('in single precision it makes v infinite, which stays so: the entry does not move again', () => {
    const [first, then] = [1.9e19, 1].map((g) => ({ p: float32.tensor([axis('entries', 1)], [g]) }))
    const direction = scaleByAdam(float32)()
    const { state } = direction.update(first, direction.init(first), first)
    const later = Array.from({ length: 100 }).reduce<ReturnType<typeof direction.update>>(
      (at) => direction.update(then, at.state, then),
      { updates: first, state },
    )
    expect(writeAll(float32, later.state)['v.p'].values).toEqual([Infinity])
    expect(float32.toArray((later.updates as typeof first).p)).toEqual([0])
  })

  test('in single precision c2 ends at 0.99997, within 4 u / (1 - beta2) of 1', () => {
    const g = { p: float32.tensor(four, [1, -2, 0.5, 0]) }
    const direction = scaleByAdam(float32)()
    const end = Array.from({ length: 20_000 }).reduce<learn.OptimiserState>(
      (state) => direction.update(g, state, g).state,
      direction.init(g),
    )
    const [c2] = writeAll(float32, end).c2.values
    expect(c2.toFixed(5)).toBe('0.99997')
    expect(1 - c2).toBeLessThan((4 * 2 ** -24) / (1 - 0.999))
  })
})

describe('momentum', () => {
  onEachInterpreter(<F extends Carrier>(name: string, algebra: Concrete<F>) => {
    runLaws(name, { algebra, momentum: momentum(algebra) }, momentumLaws<F>(), momentumSamples)
  })
})

describe('schedules', () => {
  onEachInterpreter(<F extends Carrier>(name: string, algebra: Concrete<F>) => {
    const scheduling = { algebra, scheduled: scheduled(algebra), warmUp, inverseDecay, exponentialDecay }
    runLaws(name, scheduling, scheduleLaws<F>(), scheduleSamples)
  })

  test('in single precision the count stays at 2^24, and the factor with it', () => {
    const g = { p: float32.tensor([axis('entries', 1)], [1]) }
    const optimiser = scheduled(float32)(inverseDecay(1))
    const from = (t: number) => optimiser.update(g, { t: float32.fill([], t) }, g)
    const counts = [2 ** 24 - 2, 2 ** 24 - 1, 2 ** 24].map((t) => writeAll(float32, from(t).state).t.values[0])
    expect(counts).toEqual([2 ** 24 - 1, 2 ** 24, 2 ** 24])
    expect(float32.toArray(from(2 ** 24).updates.p)[0]).toBe(2 ** -24)
  })
})

/** The updates of many steps, by the transcription: entry by entry. */
const transcribed = ({ settings: its, gradients }: AdamSample): readonly (readonly number[])[] => {
  const steps = gradients.map(entriesOf)
  const columns = steps[0].map((_, i) =>
    steps.reduce<{ readonly moments: Moments; readonly updates: readonly number[] }>(
      ({ moments, updates }, g) => {
        const { after, update } = adamStep(its, its.placement === 'corrected')(moments, g[i])
        return { moments: after, updates: [...updates, update] }
      },
      { moments: noMoments, updates: [] },
    ),
  )
  return steps.map((_, t) => columns.map(({ updates }) => updates[t]))
}

/** Steps of the long runs: beyond where 0.99^t is small, and c2 of 0.999 is not. */
const LONG = 300
const longSamples = adamSamples(fc.constant(LONG), squareMagnitudes)

describe('the transcription', () => {
  onEachInterpreter(<F extends Carrier>(name: string, algebra: Concrete<F>) => {
    law(
      `${name}: Adam's updates over many steps are those of the paper's algorithm`,
      forAll(longSamples, (sample) => {
        const { updates } = descend(algebra, scaleByAdam(algebra)(sample.settings), sample)
        // Means of some 2 / (1 - beta) gradients; of an update above 1, the bound is relative.
        const bound = 1e4 * unitRoundoff(algebra)
        const expected = transcribed(sample)
        return updates.every((each, t) => closeNumbers(bound, entriesOf(each), expected[t]))
      }),
      { runs: 10 },
    )
  })

  law(
    'float32 goes where float64 goes',
    forAll(longSamples, (sample) => {
      const [single, double] = [
        descend(float32, adam(float32)(1e-2, sample.settings), sample),
        descend(float64, adam(float64)(1e-2, sample.settings), sample),
      ]
      // Three hundred steps of 1e-2, each off by 1e4 roundings at most.
      return closeNumbers(1e-2 * LONG * 1e4 * 2 ** -24, entriesOf(single.parameters), entriesOf(double.parameters))
    }),
    { runs: 10 },
  )
})

const optimisers = <F extends Carrier>(algebra: Concrete<F>): Readonly<Record<string, Optimiser<F>>> => ({
  adam: adam(algebra)(0.1),
  'adam, uncorrected': adam(algebra)(0.1, { ...learn.adamDefaults, placement: 'uncorrected' }),
  momentum: chain(momentum(algebra)(0.9), sgd(algebra)(0.1)),
  'a warm-up': chain(scheduled(algebra)(warmUp(3)), sgd(algebra)(0.5)),
  'clip, adam, decay': chain(
    clipByGlobalNorm(algebra)(0.5, 1e-6),
    scaleByAdam(algebra)(),
    scheduled(algebra)(inverseDecay(0.5)),
    scheduled(algebra)(exponentialDecay(0.9)),
    sgd(algebra)(0.1),
  ),
})

describe('as every optimiser', () => {
  onEachInterpreter(<F extends Carrier>(name: string, algebra: Concrete<F>) => {
    const all = optimisers(algebra)
    Object.entries(all).forEach(([which, optimiser]) => {
      runLaws(`${which}, ${name}`, { algebra, optimiser }, optimiserLaws<F>(), descents, { runs: 15 })
      const freezing = { algebra, optimiser, chain, frozen: frozen(algebra) }
      runLaws(`${which}, held in part, ${name}`, freezing, frozenLaws<F>(), freezingSamples, { runs: 15 })
    })
    const chaining = { algebra, chain, parts: Object.values(all) }
    runLaws(`in a chain, ${name}`, chaining, chainLaws<F>(), descents, { runs: 15 })
  })
})

describe('compiled', () => {
  const sizes = { vocabulary: 7, hidden: 5 }
  const [batch, steps] = [3, 4]
  const minibatch = (k: number): learn.Minibatch => ({
    batch,
    steps,
    inputs: Array.from({ length: batch * steps }, (_, i) => (i * i + k) % 7),
    labels: Array.from({ length: batch * steps }, (_, i) => (i * 3 + k) % 7),
    reset: k === 0,
  })
  const model = languageModel(gruKind({ biases: 'two' }), sizes)
  const right = <A>(answer: E.Either<unknown, A>): A => {
    if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left))
    return answer.right
  }
  const done = async <A>(task: TaskEither<unknown, A>): Promise<A> => right(await task())
  const numbersOf = (learner: Learner<'float32', LayersShape>): readonly number[] =>
    entriesOf(writeAll(float32, flatten<'float32'>(learner)))

  test.each<readonly [string, AnyOptimiser]>(
    Object.keys(optimisers(float64)).map((which) => [
      which,
      <F extends Carrier>(algebra: TensorAlgebra<F>) => optimisers(algebra as Concrete<F>)[which],
    ]),
  )('%s: ten steps are those of float32, state and all', async (_, optimiser) => {
    const [drawn] = learn.initialParameters(float32, model, learn.uniformEntries(0.5))(seeded(1990))
    const fresh = learn.freshLearner(float32, model, optimiser(float32), batchAxis(batch), drawn)
    const direct = learn.directStep(float32, model, optimiser(float32))
    const engine = await done(onnxEngine(await done(nativeRuntime), { model, optimiser, batch, steps }, 1))
    const minibatches = Array.from({ length: 10 }, (__, k) => minibatch(k))

    const here = minibatches.reduce((at, each) => right(direct(at, each)()).learner, fresh)
    const there = await minibatches.reduce(
      async (at, each) => (await done(engine.step(await at, each))).learner,
      Promise.resolve(engine.load(fresh)),
    )
    const answer = engine.save(there)
    await done(engine.close)
    expect(Object.keys(flatten<'float32'>(answer))).toEqual(Object.keys(flatten<'float32'>(here)))
    // Ten steps of 0.1, whose direction has the noise of gradients that are sums of a dozen terms.
    expect(closeNumbers(1e-4, numbersOf(answer), numbersOf(here))).toBe(true)
    expect(closeNumbers(1e-2, numbersOf(here), numbersOf(fresh))).toBe(false)
  })
})

describe('teeth', () => {
  const algebra = float64
  const wrong = (its: (right: AdamSettings) => Optimiser<'float64'>) => ({ algebra, scaleByAdam: its })
  const scaledBy = (c: number) =>
    learn.stateless<'float64'>((gs) => mapTensors<'float64'>((g) => algebra.scale(algebra.fill([], c), g))(gs))

  refuted('a wrong Adam is refused', adamLaws<'float64'>(), adamSamples(), [
    {
      mistake: 'its first step is half as long',
      instance: wrong((its) => chain(scaleByAdam(algebra)(its), scaledBy(0.5))),
      refusedBy: 'the first step is g',
    },
    {
      mistake: 'it adds a fixed epsilon',
      instance: wrong((its) => scaleByAdam(algebra)({ ...its, epsilon: 1e-3 })),
      refusedBy: 'a power of two times all gradients',
    },
    {
      mistake: 'the betas are exchanged',
      instance: wrong((its) => scaleByAdam(algebra)({ ...its, beta1: its.beta2, beta2: its.beta1 })),
      refusedBy: 'the corrections c1 and c2',
    },
    {
      mistake: 'both placements are the one',
      instance: wrong((its) => scaleByAdam(algebra)({ ...its, placement: 'corrected' })),
      refusedBy: 'epsilon is added to',
    },
    {
      mistake: 'its steps decay',
      instance: wrong((its) => chain(scaleByAdam(algebra)(its), scheduled(algebra)(inverseDecay(0.1)))),
      refusedBy: 'always the same',
    },
  ])

  refuted('a wrong momentum is refused', momentumLaws<'float64'>(), momentumSamples, [
    {
      mistake: 'the sum is a mean',
      instance: { algebra, momentum: (beta: number) => chain(momentum(algebra)(beta), scaledBy(1 - beta)) },
      refusedBy: 'the sum of beta^(t - k)',
    },
    {
      mistake: 'beta is never 0',
      instance: { algebra, momentum: () => momentum(algebra)(0.1) },
      refusedBy: 'beta = 0',
    },
  ])

  const right = { algebra, scheduled: scheduled(algebra), warmUp, inverseDecay, exponentialDecay }
  refuted('wrong schedules are refused', scheduleLaws<'float64'>(), scheduleSamples, [
    { mistake: 'it begins at 0', instance: { ...right, warmUp: fromZero }, refusedBy: 'a warm-up grows' },
    { mistake: 'it is of 2 t', instance: { ...right, inverseDecay: (r) => inverseDecay(2 * r) }, refusedBy: 'inverse' },
    {
      mistake: 'it is e^(-factor t)',
      instance: { ...right, exponentialDecay: (c) => exponentialDecay(Math.exp(-c)) },
      refusedBy: 'exponential decay',
    },
    {
      mistake: 'the count is not kept',
      instance: { ...right, scheduled: (its) => ({ ...scheduled(algebra)(its), update: stillAtStart(its) }) },
      refusedBy: 'the count is of steps',
    },
  ])
})

/** A warm-up that is t / steps. */
const fromZero =
  (steps: number): learn.Schedule =>
  ({ fill, min, scale }) =>
  (t) =>
    min(scale(fill([], 1 / steps), t), fill([], 1))

/** A schedule whose state is never handed on. */
const stillAtStart =
  (schedule: learn.Schedule): Optimiser<'float64'>['update'] =>
  (gradients, state, at) => ({ ...scheduled(float64)(schedule).update(gradients, state, at), state })
