/**
 * Chapter 9: the golden vectors of single equations. Each file of docs/golden/equations is computed again, in both
 * precisions where numbers are rounded.
 */
import type { Kind } from 'fp-ts/HKT'
import { describe, expect, test } from 'vitest'
import { axis, product } from '../src/algebra/axis.js'
import type { Axes } from '../src/algebra/axis.js'
import { flatten, unflatten } from '../src/algebra/names.js'
import type { Carrier, Concrete, Signature, Tensors } from '../src/algebra/tensor-algebra.js'
import { consecutiveSampler, decode, minibatchOf, randomSampler, readText } from '../src/data/index.js'
import type { BatchSampler, EpochStart, PlannedMinibatch } from '../src/data/samplers.js'
import { predict, reader, readPrefix, sampling, writeCharacters } from '../src/generate/index.js'
import { float32, float64 } from '../src/interpret/index.js'
import { range } from '../src/laws/plain.js'
import { backpropagateInStretches, carried, truncated } from '../src/laws/model/truncation.js'
import { plainModel } from '../src/laws/model/plain-model.js'
import type { Sample } from '../src/laws/model/sample.js'
import { zeros } from '../src/laws/model/sample.js'
import { readAll, writeAll } from '../src/laws/train/records.js'
import { networkOf, rnnKind } from '../src/model/cells.js'
import type { CellName } from '../src/model/cells.js'
import { languageModel } from '../src/model/language-model.js'
import { perplexity } from '../src/model/loss.js'
import { backpropagate, parameterAxes } from '../src/model/model.js'
import { batchAxis, hiddenAxis, previousAxis, timeAxis, vocabularyAxis } from '../src/model/parameters.js'
import type { Hidden, Rows } from '../src/model/parameters.js'
import type { ActivationName } from '../src/model/activation.js'
import { seeded, uniforms } from '../src/random.js'
import * as learn from '../src/train/index.js'
import type { AdamSettings, Optimiser } from '../src/train/index.js'
import { right } from './runner/store-samples.js'
import { equationFiles, manifest, offIn } from './witnesses/golden.js'
import type { StateDict, Written } from './witnesses/golden.js'

/** Answers by name: those of the source, and those of the file. */
type Numbers = Readonly<Record<string, readonly number[]>>

const valuesOf = (tensors: StateDict, prefix = ''): Numbers =>
  Object.fromEntries(Object.entries(tensors).map(([name, { values }]) => [prefix + name, values]))

/** Tensors of any axes, as optimisers take them. */
const plainsOf = (tensors: StateDict) =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, values }]) => [
      name,
      { axes: shape.map((size, i) => axis(`axis ${String(i)}`, size)) as Axes, values },
    ]),
  )

const ofTree = <F extends Carrier>(algebra: Concrete<F>, tree: object, prefix = ''): Numbers =>
  Object.fromEntries(Object.entries(writeAll(algebra, flatten<F>(tree))).map(([name, a]) => [prefix + name, a.values]))

/** A plain cell, with what it reads. */
interface Passage {
  readonly activation: ActivationName
  readonly parameters: StateDict
  readonly H_0: Written
  readonly batch: number
  readonly steps: number
  readonly X: readonly number[]
  readonly Y: readonly number[]
}

const modelOf = ({ activation, parameters }: Pick<Passage, 'activation' | 'parameters'>) => {
  const [vocabulary, hidden] = parameters['W_xh'].shape
  return languageModel(rnnKind(activation), { vocabulary, hidden })
}

const parametersOf = <F extends Carrier>(algebra: Concrete<F>, passage: Pick<Passage, 'activation' | 'parameters'>) => {
  const shape = parameterAxes(algebra, modelOf(passage))
  const [V, H, previous] = [shape.b_q[0], shape.b_h[0], previousAxis(shape.b_h[0].size)]
  const axes = { W_xh: [V, H], W_hh: [previous, H], b_h: [H], W_hq: [H, V], b_q: [V] } as const
  const plains = Object.entries(axes).map(([name, its]) => {
    const { values } = passage.parameters[name]
    return [name, { axes: its, values }] as const
  })
  return unflatten<F, typeof shape>(shape, readAll(algebra, Object.fromEntries(plains)))
}

const rowsOf = ({ batch, steps }: Pick<Passage, 'batch' | 'steps'>) => product(timeAxis(steps), batchAxis(batch))

interface Steps {
  readonly parameters: StateDict
  readonly gradients: readonly StateDict[]
}

/** The parameters after each step. */
const visited = <F extends Carrier>(algebra: Concrete<F>, optimiser: Optimiser<F>, steps: Steps): Numbers => {
  const start: Tensors<F, Signature> = readAll(algebra, plainsOf(steps.parameters))
  const end = steps.gradients.reduce<{ readonly at: typeof start; readonly state: object; readonly all: Numbers }>(
    ({ at, state, all }, each, i) => {
      const taken = optimiser.update<Signature>(readAll(algebra, plainsOf(each)), state, at)
      const next = learn.applyUpdates(algebra)<Signature>(at, taken.updates)
      return { at: next, state: taken.state, all: { ...all, ...ofTree(algebra, next, `${String(i)} `) } }
    },
    { at: start, state: optimiser.init<Signature>(start), all: {} },
  )
  return end.all
}

const visitedIn = (parameters: readonly StateDict[]): Numbers =>
  Object.fromEntries(parameters.flatMap((each, i) => Object.entries(valuesOf(each, `${String(i)} `))))

/** What a file's case gives and expects, as its own checks know it. */
type Check = (given: never, expected: never) => void

const tolerances = [
  { algebra: float64, bound: manifest.tolerances.double.answers },
  { algebra: float32, bound: manifest.tolerances.single.answers },
] as const

/** That what both precisions compute is within their tolerances. */
const inBoth = (ours: <F extends Carrier>(algebra: Concrete<F>) => Numbers, expected: Numbers): void => {
  const [double, single] = tolerances
  expect(offIn(ours(double.algebra), expected, double.bound)).toEqual({})
  expect(offIn(ours(single.algebra), expected, single.bound)).toEqual({})
}

/** A check of an optimiser's steps. */
const ofSteps =
  <Settings>(make: (settings: Settings) => <F extends Carrier>(algebra: Concrete<F>) => Optimiser<F>) =>
  (given: Steps & Settings, expected: { readonly parameters: readonly StateDict[] }): void => {
    expect(expected.parameters).toHaveLength(4)
    inBoth((algebra) => visited(algebra, make(given)(algebra), given), visitedIn(expected.parameters))
  }

interface Choosing {
  readonly temperature: number
  readonly topK: number | null
  readonly seed: number
}

const chooseBy = ({ temperature, topK }: Choosing) => right(sampling({ temperature, topK: topK ?? undefined }))

const plansAsExpected = (
  sampler: BatchSampler,
  given: { readonly length: number; readonly seed?: number },
  expected: { readonly minibatches: readonly PlannedMinibatch[]; readonly after?: readonly number[] },
): void => {
  const [plan, after] = right(sampler(given.length))(seeded(given.seed ?? 0))
  expect(plan.minibatches).toEqual(expected.minibatches)
  if (expected.after !== undefined) expect(after).toEqual(expected.after)
}

const schedules = {
  warmUp: learn.warmUp,
  inverseDecay: learn.inverseDecay,
  exponentialDecay: learn.exponentialDecay,
}

const checks: Readonly<Record<string, Check>> = {
  'one-hot': (
    { indices, size, W, A }: Readonly<{ indices: readonly number[]; size: number; W: Written; A: Written }>,
    expected: Readonly<Record<'X' | 'XW' | 'XtA', Written>>,
  ) => {
    const [R, V, C] = [axis('R', indices.length), axis('V', size), axis('C', W.shape[1])]
    inBoth(({ dense, gatherRows, oneHot, scatterAdd, tensor, toArray }) => {
      const x = oneHot([R, V], indices)
      return {
        X: toArray(dense(x)),
        XW: toArray(gatherRows(x, tensor([V, C], W.values))),
        XtA: toArray(scatterAdd(x, tensor([R, C], A.values))),
      }
    }, valuesOf(expected))
  },

  adjoints: (
    given: Passage & { readonly dH_T: Written },
    expected: Readonly<Record<'H' | 'O' | 'dO' | 'dH' | 'dZ' | 'dH_0', Written>> &
      Readonly<{ loss: number; perplexity: number; gradients: StateDict }>,
  ) => {
    const { gradients, loss, perplexity: ofLoss, ...tensors } = expected
    const answers = { ...valuesOf(tensors), ...valuesOf(gradients, 'd'), loss: [loss] }
    inBoth(<F extends Carrier>(algebra: Concrete<F>) => {
      const { matmulNT, oneHot, tensor, toArray } = algebra
      const rows = rowsOf(given)
      const [V, H] = given.parameters['W_xh'].shape
      const parameters = parametersOf(algebra, given)
      const stateOf = ({ values }: Written) => ({ H: tensor([rows.inner, hiddenAxis(H)], values) })
      const characters = (numbers: readonly number[]) => oneHot([rows, vocabularyAxis(V)], numbers)
      const [X, Y] = [characters(given.X), characters(given.Y)]
      const model = modelOf(given)
      const run = backpropagate(algebra, model)(parameters, stateOf(given.H_0), X, Y, stateOf(given.dH_T))
      // The second term of dH_t is that of the step after it, and after the last step what was given.
      const { tape, O, dO, dH } = run.trace
      const { dZ } = run.trace.dInputs as { readonly dZ: Kind<F, [Rows, Hidden]> }
      const back = toArray(matmulNT(dZ, parameters.W_hh)).slice(given.batch * H)
      const later = [...back, ...given.dH_T.values]
      return {
        H: toArray(tape.H),
        O: toArray(O),
        dO: toArray(dO),
        dH: toArray(dH).map((x, i) => x + later[i]),
        dZ: toArray(dZ),
        dH_0: toArray(run.dState.H),
        loss: toArray(run.loss),
        ...ofTree(algebra, run.gradients, 'd'),
      }
    }, answers)
    const { answers: bound } = manifest.tolerances.double
    const total = loss * given.X.length
    const own = perplexity({ total, rows: given.X.length })
    expect(offIn({ perplexity: [own] }, { perplexity: [ofLoss] }, bound)).toEqual({})
  },

  truncation: (
    given: Passage & { readonly cut: number },
    expected: Readonly<{ loss: number; whole: StateDict; truncated: StateDict }>,
  ) => {
    const V = vocabularyAxis(given.parameters['W_xh'].shape[0])
    const state = { H: { axes: [batchAxis(given.batch), hiddenAxis(given.H_0.shape[1])], values: given.H_0.values } }
    const passage: Sample = {
      parameters: writeAll(float64, parametersOf(float64, given)),
      state,
      X: { axes: [rowsOf(given), V], indices: given.X },
      Y: { axes: [rowsOf(given), V], indices: given.Y },
      dState: zeros(state),
    }
    inBoth((algebra) => {
      const inStretches = (carry: typeof carried) =>
        backpropagateInStretches(plainModel(algebra, rnnKind(given.activation)), carry)(passage, given.cut)
      const numbers = (prefix: string, { gradients }: ReturnType<typeof inStretches>): Numbers =>
        Object.fromEntries(Object.entries(gradients).map(([name, { values }]) => [prefix + name, values]))
      const whole = inStretches(carried)
      return { loss: [whole.loss], ...numbers('whole ', whole), ...numbers('cut ', inStretches(truncated)) }
    }, { loss: [expected.loss], ...valuesOf(expected.whole, 'whole '), ...valuesOf(expected.truncated, 'cut ') })
  },

  perplexity: (given: Readonly<{ total: number; rows: number }>, expected: { readonly perplexity: number }) => {
    const { answers } = manifest.tolerances.double
    expect(offIn({ it: [perplexity(given)] }, { it: [expected.perplexity] }, answers)).toEqual({})
  },

  clip: (
    { gradients, theta, epsilon }: Readonly<{ gradients: StateDict; theta: number; epsilon: number }>,
    expected: { readonly gradients: StateDict },
  ) => {
    inBoth(<F extends Carrier>(algebra: Concrete<F>) => {
      const g: Tensors<F, Signature> = readAll(algebra, plainsOf(gradients))
      const { init, update } = learn.clipByGlobalNorm(algebra)(theta, epsilon)
      return ofTree(algebra, update<Signature>(g, init<Signature>(g), g).updates)
    }, valuesOf(expected.gradients))
  },

  sgd: ofSteps<{ readonly eta: number }>(({ eta }) => (algebra) => learn.sgd(algebra)(eta)),
  momentum: ofSteps<Readonly<{ eta: number; beta: number }>>(
    ({ eta, beta }) =>
      (algebra) =>
        learn.chain(learn.momentum(algebra)(beta), learn.sgd(algebra)(eta)),
  ),
  adam: ofSteps<AdamSettings & { readonly eta: number }>(
    ({ eta, beta1, beta2, epsilon, placement }) =>
      (algebra) =>
        learn.adam(algebra)(eta, { beta1, beta2, epsilon, placement }),
  ),
  schedule: ofSteps<Readonly<{ eta: number; schedule: keyof typeof schedules; value: number }>>(
    ({ eta, schedule, value }) =>
      (algebra) =>
        learn.chain(learn.scheduled(algebra)(schedules[schedule](value)), learn.sgd(algebra)(eta)),
  ),
  frozen: ofSteps<Readonly<{ names: readonly string[]; eta: number; theta: number; epsilon: number }>>(
    ({ names, eta, theta, epsilon }) =>
      (algebra) => {
        const clipped = learn.chain(learn.clipByGlobalNorm(algebra)(theta, epsilon), learn.adam(algebra)(eta))
        return learn.frozen(algebra)(names, clipped)
      },
  ),

  generator: (
    given: { readonly seed: number },
    expected: Readonly<Record<'state' | 'uniforms' | 'after', readonly number[]>>,
  ) => {
    const state = seeded(given.seed)
    const [drawn, after] = uniforms(expected.uniforms.length)(state)
    expect({ state, uniforms: drawn, after }).toEqual(expected)
  },

  initial: (
    given: Readonly<{ cell: CellName; rule: 'normal' | 'uniform' }> &
      Readonly<Record<'vocabulary' | 'hidden' | 'value' | 'seed', number>>,
    expected: Readonly<{ parameters: StateDict; after: readonly number[] }>,
  ) => {
    const model = languageModel(networkOf({ cell: given.cell, activation: 'tanh', layers: 1, biases: 'one' }), given)
    const initialisation = { normal: learn.normalWeights, uniform: learn.uniformEntries }[given.rule](given.value)
    inBoth((algebra) => {
      const [parameters, after] = learn.initialParameters(algebra, model, initialisation)(seeded(given.seed))
      expect(after).toEqual(expected.after)
      const own = writeAll(algebra, parameters)
      const shapes = Object.entries(own).map(([name, { axes }]) => [name, axes.map(({ size }) => size)])
      expect(shapes).toEqual(Object.entries(expected.parameters).map(([name, { shape }]) => [name, shape]))
      return ofTree(algebra, parameters)
    }, valuesOf(expected.parameters))
  },

  vocabulary: (
    { text }: { readonly text: string },
    expected: Readonly<{ characters: readonly string[]; numbers: readonly number[] }>,
  ) => {
    const { vocabulary, numbers } = right(readText(text))
    expect({ ...vocabulary, numbers }).toEqual(expected)
    expect(right(decode(vocabulary)(expected.numbers))).toBe(text)
  },

  minibatch: (
    { text, starts, steps }: Readonly<{ text: readonly number[]; starts: readonly number[]; steps: number }>,
    expected: Readonly<Record<'X' | 'Y', readonly number[]>>,
  ) => {
    const plan = { batch: starts.length, steps, minibatches: [] }
    const { inputs, labels } = minibatchOf(text, plan, { starts, reset: true })
    expect({ X: inputs, Y: labels }).toEqual(expected)
  },

  'sampling-random': (given: Readonly<Record<'length' | 'batch' | 'steps' | 'seed', number>>, expected: never) => {
    plansAsExpected(randomSampler(given.batch, given.steps), given, expected)
  },
  'sampling-consecutive': (
    given: Readonly<Record<'length' | 'batch' | 'steps', number>> & { readonly epochStart: EpochStart },
    expected: never,
  ) => {
    plansAsExpected(consecutiveSampler(given.batch, given.steps, given.epochStart), given, expected)
  },

  choice: (
    given: Choosing & { readonly scores: readonly number[] },
    expected: Readonly<{ character: number; after: readonly number[] }>,
  ) => {
    const [character, after] = chooseBy(given)(given.scores)(seeded(given.seed))
    expect({ character, after }).toEqual(expected)
  },

  predict: (
    given: Choosing &
      Readonly<{ activation: ActivationName; parameters: StateDict; prefix: readonly number[]; length: number }>,
    expected: Readonly<{ characters: readonly number[]; after: readonly number[] }>,
  ) => {
    const [choose, random] = [chooseBy(given), seeded(given.seed)]
    const its = reader(float64, modelOf(given), parametersOf(float64, given))
    expect(predict(its, choose, random)(given.prefix, given.length)).toEqual(expected.characters)
    const start = { ...readPrefix(its, given.prefix), random }
    const [, { random: after }] = writeCharacters(its, choose, given.length)(start)
    expect(after).toEqual(expected.after)
    const single = reader(float32, modelOf(given), parametersOf(float32, given))
    expect(predict(single, choose, random)(given.prefix, given.length)).toEqual(expected.characters)
  },
}

test('each file of equations has a check, and each check a file', () => {
  expect(Object.keys(checks).toSorted()).toEqual(equationFiles.map(([name]) => name).toSorted())
})

describe.each(equationFiles)('%s', (name, { cases, equations }) => {
  const named = range(cases.length).map((i) => [cases[i].name, cases[i]] as const)
  test.each(named)(`%s [${equations.join(', ')}]`, (_, { given, expected }) => {
    checks[name](given as never, expected as never)
  })
})
