/**
 * Chapter 5: how parameters move. Clipping, gradient descent, and optimisers that compose.
 */
import { describe, expect, test } from 'vitest'
import { axis } from '../src/algebra/axis.js'
import type { Carrier, Concrete } from '../src/algebra/tensor-algebra.js'
import { mapTensors, zipTensors } from '../src/algebra/tensors.js'
import { float32, float64 } from '../src/interpret/index.js'
import { clipLaws } from '../src/laws/train/clip.js'
import type { Clipping } from '../src/laws/train/clip.js'
import { frozenLaws } from '../src/laws/train/frozen.js'
import type { Freezing } from '../src/laws/train/frozen.js'
import { chainLaws, optimiserLaws } from '../src/laws/train/optimiser.js'
import { norm } from '../src/laws/plain.js'
import { readAll } from '../src/laws/train/records.js'
import { exactSgdLaws, sgdLaws } from '../src/laws/train/sgd.js'
import type { GradientDescent } from '../src/laws/train/sgd.js'
import {
  chain,
  clipByGlobalNorm,
  clipFactor,
  frozen,
  momentum,
  optimiserOf,
  sgd,
  stateless,
  torch,
} from '../src/train/index.js'
import type { Optimiser } from '../src/train/index.js'
import { onEachInterpreter } from './runner/interpreters.js'
import { clipSamples, descents, exactSgdSamples, freezingSamples, sgdSamples } from '../src/laws/samples/optimisers.js'
import { runLaws } from './runner/run.js'
import { refuted } from './runner/teeth.js'

describe('clip', () => {
  onEachInterpreter(<F extends Carrier>(name: string, algebra: Concrete<F>) => {
    const clipping = { algebra, clip: clipByGlobalNorm(algebra), epsilon: 0 }
    runLaws(name, clipping, clipLaws<F>(), clipSamples, { runs: 300 })
    const asTorch = { algebra, clip: (theta: number) => clipByGlobalNorm(algebra)(theta, 1e-6), epsilon: 1e-6 }
    runLaws(`${name}, with an epsilon`, asTorch, clipLaws<F>(), clipSamples)

    test(`gradients of 3 and 4 have the norm 5: ${name}`, () => {
      const gradients = readAll(algebra, { a: { axes: [], values: [3] }, b: { axes: [], values: [-4] } })
      const factor = (theta: number, epsilon?: number) =>
        algebra.toArray<[]>(clipFactor(algebra)(theta, gradients, epsilon))[0]
      expect([factor(1), factor(1, 5), factor(5), factor(20)].map((c) => c.toFixed(6))).toEqual([
        ...['0.200000', '0.100000', '1.000000', '1.000000'],
      ])
    })

    test(`a threshold that is refused is told in a sentence: ${name}`, () => {
      expect(() => clipByGlobalNorm(algebra)(-1)).toThrow(
        'clipByGlobalNorm: the threshold theta must be a number above 0, got -1',
      )
    })
    test.each([-1e-6, Infinity, NaN])(`an epsilon of %s is refused: ${name}`, (epsilon) => {
      expect(() => clipByGlobalNorm(algebra)(1, epsilon)).toThrow(
        `clipByGlobalNorm: epsilon must be a finite number, 0 or more, got ${String(epsilon)}`,
      )
    })
  })
})

describe('sgd', () => {
  onEachInterpreter(<F extends Carrier>(name: string, algebra: Concrete<F>) => {
    runLaws(name, { algebra, sgd: sgd(algebra) }, sgdLaws<F>(), sgdSamples)
    runLaws(name, { algebra, sgd: sgd(algebra) }, exactSgdLaws<F>(), exactSgdSamples)
  })
})

/** g + p / 8: an optimiser that looks at the parameters, so that it can be seen which ones it is shown. */
const decay = <F extends Carrier>(algebra: Concrete<F>): Optimiser<F> => ({
  init: () => ({}),
  update: (gradients, state, parameters) => {
    const { add, fill, scale } = algebra
    return {
      updates: zipTensors<F>((g, p) => add(g, scale(fill([], 1 / 8), p)))(gradients, parameters),
      state,
    }
  },
})

const optimisers = <F extends Carrier>(algebra: Concrete<F>): Readonly<Record<string, Optimiser<F>>> => ({
  sgd: sgd(algebra)(0.5),
  decay: decay(algebra),
  clip: clipByGlobalNorm(algebra)(0.5),
  momentum: momentum(algebra)(0.5),
  'the optimiser of PyTorch': optimiserOf(torch, 0.5)(algebra),
  'a chain in a chain': chain(
    momentum(algebra)(0.5),
    chain(clipByGlobalNorm(algebra)(1), momentum(algebra)(0.25)),
    sgd(algebra)(0.125),
  ),
})

describe('every optimiser', () => {
  onEachInterpreter(<F extends Carrier>(name: string, algebra: Concrete<F>) => {
    Object.entries(optimisers(algebra)).forEach(([which, optimiser]) => {
      runLaws(`${which}, ${name}`, { algebra, optimiser }, optimiserLaws<F>(), descents, { runs: 50 })
    })
  })
})

describe('a name that no parameter has', () => {
  test('is told in a sentence', () => {
    const parameters = readAll(float64, {
      W_xh: { axes: [], values: [1] },
      b_h: { axes: [], values: [1] },
    })
    expect(() => frozen(float64)(['b_h', 'W_hx'], sgd(float64)(1)).init(parameters)).toThrow(
      'frozen: there is no parameter W_hx to hold fixed, only W_xh, b_h',
    )
  })
})

describe('chain', () => {
  onEachInterpreter(<F extends Carrier>(name: string, algebra: Concrete<F>) => {
    const few = [clipByGlobalNorm(algebra)(0.5), momentum(algebra)(0.5), sgd(algebra)(0.25)]
    runLaws(`${name}, three parts`, { algebra, chain, parts: few }, chainLaws<F>(), descents, { runs: 50 })
    // Twelve parts: with more than ten, the number of one is the beginning of another's.
    const many = Array.from({ length: 12 }, (_, i) => momentum(algebra)(i / 16))
    runLaws(`${name}, twelve parts`, { algebra, chain, parts: many }, chainLaws<F>(), descents, { runs: 20 })
  })
})

describe('the norm of what is clipped, in single precision', () => {
  test('may be above theta, by a rounding: gradients of 1 and 3 are clipped to more than 1', () => {
    const gradients = readAll(float32, { a: { axes: [], values: [1] }, b: { axes: [], values: [3] } })
    const clipped = clipByGlobalNorm(float32)(1).update(gradients, {}, gradients).updates
    const excess = norm(Object.values(clipped).flatMap((g) => float32.toArray(g))) - 1
    expect(excess).toBeGreaterThan(0)
    expect(excess).toBeLessThan(2 * 2 ** -24)
  })
})

describe('frozen', () => {
  onEachInterpreter(<F extends Carrier>(name: string, algebra: Concrete<F>) => {
    Object.entries(optimisers(algebra)).forEach(([which, optimiser]) => {
      const freezing = { algebra, optimiser, chain, frozen: frozen(algebra) }
      runLaws(`${which}, ${name}`, freezing, frozenLaws<F>(), freezingSamples, { runs: 50 })
    })
  })
})

describe('a matrix of the standard size', () => {
  // V = 1027, H = 256: more entries than a function takes arguments.
  const values = Array.from({ length: 1027 * 256 }, (_, i) => Math.fround(Math.sin(i)))
  const gradients = { W_xh: { axes: [axis('vocabulary', 1027), axis('hidden', 256)], values } }
  const clipping = { algebra: float64, clip: clipByGlobalNorm(float64), epsilon: 0 }

  test('obeys every law of clipping', () => {
    const broken = clipLaws<'float64'>().filter(({ holds }) => !holds(clipping, { theta: 0.01, gradients }))
    expect(broken.map(({ name }) => name)).toEqual([])
  })

  test('the norm of its entries neither overflows, nor is lost', () => {
    expect(Math.abs(norm(values) / Math.sqrt(values.reduce((sum, x) => sum + x * x, 0)) - 1)).toBeLessThan(1e-12)
    const lengths = [2 ** 900, 2 ** -900].map((size) => norm(values.map((x) => size * x)) / size)
    expect(lengths).toEqual([norm(values), norm(values)])
  })

  test('the norm is that of Math.hypot', () => {
    expect([[], [0, -0], [3, -4], [-7]].map(norm)).toEqual([0, 0, 5, 7])
    expect([[1, -Infinity], [2 ** -1074]].map(norm)).toEqual([Infinity, 2 ** -1074])
    expect(norm([1, NaN, 2])).toBeNaN()
  })
})

describe('two biases that are only ever added', () => {
  /** How far their sum moves, where the gradient is 3 in each of so many biases, clipped to 1. */
  const moved = (eta: number, biases: number): number => {
    const gradients = readAll(
      float64,
      Object.fromEntries(Array.from({ length: biases }, (_, k) => [`b_${String(k)}`, { axes: [], values: [3] }])),
    )
    const clipped = chain(clipByGlobalNorm(float64)(1), sgd(float64)(eta))
    const { updates } = clipped.update(gradients, clipped.init(gradients), gradients)
    return Object.values(updates).reduce((sum, update) => sum + float64.toArray(update)[0], 0)
  }

  test('clipped, move sqrt(2) times as far as one, not twice: the norm counts the gradients of both', () => {
    expect(moved(0.5, 1)).toBeCloseTo(-0.5, 12)
    expect(moved(1, 1)).toBeCloseTo(-1, 12)
    expect(moved(0.5, 2)).toBeCloseTo(-0.5 * Math.SQRT2, 12)
  })
})

describe('teeth', () => {
  const algebra = float64
  const { add, axesOf, div, fill, maxAbs, min, mul, scale, sqrt, sum } = algebra
  const clipping = (clip: Clipping<'float64'>['clip']) => ({ algebra, clip, epsilon: 0 })
  const descent = (rule: GradientDescent<'float64'>['sgd']) => ({ algebra, sgd: rule })

  refuted('a wrong clip is refused', clipLaws<'float64'>(), clipSamples, [
    {
      mistake: 'each parameter is clipped by its own norm',
      refusedBy: 'all parameters together',
      instance: clipping((theta) =>
        theta > 0
          ? stateless((gs) => mapTensors<'float64'>((g) => scale(clipFactor(algebra)(theta, { g }), g))(gs))
          : clipByGlobalNorm(algebra)(theta),
      ),
    },
    {
      mistake: 'each entry is clipped by itself',
      refusedBy: 'its direction is kept',
      instance: clipping((theta) =>
        stateless((gs) => mapTensors<'float64'>((g) => min(g, fill(axesOf(g), theta)))(gs)),
      ),
    },
    {
      mistake: 'the threshold is not looked at',
      refusedBy: 'is refused',
      instance: clipping((theta) =>
        stateless((gs) => mapTensors<'float64'>((g) => scale(clipFactor(algebra)(theta, gs), g))(gs)),
      ),
    },
    {
      mistake: 'a short gradient is lengthened to theta',
      refusedBy: 'keeps every bit',
      instance: clipping((theta) =>
        stateless((gs) =>
          mapTensors<'float64'>((g) => scale(div(fill([], theta), clipNorm(gs)), g))(gs),
        ),
      ),
    },
    {
      mistake: 'the norm is formed with 1e-6 added to it',
      refusedBy: 'exactly theta',
      instance: clipping((theta) =>
        stateless((gs) => {
          const factor = min(div(fill([], theta), add(clipNorm(gs), fill([], 1e-6))), fill([], 1))
          return mapTensors<'float64'>((g) => scale(factor, g))(gs)
        }),
      ),
    },
    {
      mistake: 'the largest entry is taken for the norm',
      refusedBy: 'at most theta',
      instance: clipping((theta) =>
        stateless((gs) => {
          const largest = Object.values(gs).map((g) => maxAbs(g as never))
          const factor = largest.map((s) => min(div(fill([], theta), s), fill([], 1))).reduce((a, b) => min(a, b))
          return mapTensors<'float64'>((g) => scale(factor, g))(gs)
        }),
      ),
    },
  ])
  const clipNorm = (gradients: object) =>
    sqrt(Object.values(gradients).map((g) => sum(mul(g as never, g as never))).reduce((a, b) => add(a, b)))

  const parts = [momentum(algebra)(0.5), clipByGlobalNorm(algebra)(0.5), momentum(algebra)(0.25)]
  const chaining = (wrong: typeof chain<'float64'>) => ({ algebra, chain: wrong, parts })
  refuted('a wrong chain is refused', chainLaws<'float64'>(), descents, [
    {
      mistake: 'the parts share one state',
      refusedBy: "no part's state is another's",
      instance: chaining((...optimisers) => ({
        init: (parameters) => optimisers.reduce((state, { init }) => ({ ...state, ...init(parameters) }), {}),
        update: (gradients, state, parameters) =>
          optimisers.reduce(
            (before, { update }) => update(before.updates, before.state, parameters),
            { updates: gradients, state },
          ),
      })),
    },
    {
      mistake: 'the last part comes first',
      refusedBy: 'one after the other',
      instance: chaining((...optimisers) => chain(...optimisers.toReversed())),
    },
    {
      mistake: 'only the last part is heard',
      refusedBy: 'one after the other',
      instance: chaining((...optimisers) => chain(...optimisers.slice(-1))),
    },
  ])

  const descentOf = chain(clipByGlobalNorm(algebra)(0.5), momentum(algebra)(0.5))
  const freezing = (wrong: Freezing<'float64'>['frozen']) => ({ algebra, chain, optimiser: descentOf, frozen: wrong })
  const known = (names: readonly string[], fields: object) => names.filter((name) => name in fields)
  const masking =
    (held: number): Freezing<'float64'>['frozen'] =>
    (names, { init, update }) => ({
      init,
      update: (gradients, state, parameters) => {
        const { updates, state: next } = update(gradients, state, parameters)
        const masked = mapTensors<'float64'>((u, [field]) => (names.includes(field) ? fill(axesOf(u), held) : u))(
          updates,
        )
        return { updates: masked, state: next }
      },
    })
  refuted('a wrong way to freeze is refused', frozenLaws<'float64'>(), freezingSamples, [
    {
      mistake: 'what is frozen is clipped with the others',
      refusedBy: 'move as if alone',
      instance: freezing(masking(-0)),
    },
    { mistake: '-0 becomes 0', refusedBy: 'keep every bit', instance: freezing(masking(0)) },
    {
      mistake: 'a name that nothing has is ignored',
      refusedBy: 'a name that no parameter has',
      instance: freezing((names, optimiser) => ({
        init: (parameters) => frozen(algebra)(known(names, parameters), optimiser).init(parameters),
        update: (gradients, state, parameters) =>
          frozen(algebra)(known(names, gradients), optimiser).update(gradients, state, parameters),
      })),
    },
    {
      mistake: 'the gradient is zero, but what is remembered still moves',
      refusedBy: 'keep every bit',
      instance: freezing((names, { init, update }) => ({
        init: (parameters) => mapTensors<'float64'>((m) => fill(axesOf(m), 1))(init(parameters)),
        update: (gradients, state, parameters) =>
          update(
            mapTensors<'float64'>((g, [field]) => (names.includes(field) ? fill(axesOf(g), 0) : g))(gradients),
            state,
            parameters,
          ),
      })),
    },
  ])

  const optimising = (optimiser: Optimiser<'float64'>) => ({ algebra, optimiser })
  refuted('a wrong optimiser is refused', optimiserLaws<'float64'>(), descents, [
    {
      mistake: 'it changes the shape of its state as it goes',
      refusedBy: 'state keeps its fields',
      instance: optimising({ init: () => ({}), update: (g) => ({ updates: g, state: g }) }),
    },
    {
      mistake: 'parameters are told by the beginning of their names',
      refusedBy: 'any name',
      instance: optimising(
        stateless((gs) => mapTensors<'float64'>((g, [field]) => (field.startsWith('p0') ? g : add(g, g)))(gs)),
      ),
    },
    {
      mistake: 'only the first parameter is updated',
      refusedBy: 'fields and axes of the parameters',
      instance: optimising(stateless((gs) => Object.fromEntries(Object.entries(gs).slice(0, 1)) as typeof gs)),
    },
  ])

  const scaledBy = (factor: (eta: number) => number) => (eta: number) =>
    stateless<'float64'>((gs) => mapTensors<'float64'>((g) => scale(fill([], factor(eta)), g))(gs))

  refuted('a wrong descent is refused', [...sgdLaws<'float64'>(), ...exactSgdLaws<'float64'>()], exactSgdSamples, [
    { mistake: 'it climbs', refusedBy: 'p - eta g', instance: descent(scaledBy((eta) => eta)) },
    { mistake: 'the rate is halved', refusedBy: 'p - eta g', instance: descent(scaledBy((eta) => -eta / 2)) },
    {
      mistake: 'the rate is squared',
      refusedBy: 'linear in the rate',
      instance: descent(scaledBy((eta) => -eta * eta)),
    },
    {
      mistake: 'only the sign of the gradient counts',
      refusedBy: 'linear in the gradient',
      instance: descent((eta) =>
        stateless((gs) =>
          mapTensors<'float64'>((g) => scale(fill([], -eta), div(g, add(sqrt(mul(g, g)), fill(axesOf(g), 1e-9)))))(gs),
        ),
      ),
    },
  ])
})
