/**
 * Chapter 3: golden vectors. What PyTorch computes for small models of every cell, in both conventions, is what the
 * equations say, in both precisions and compiled. Parameters come in as a state dict, so that the interchange is held
 * to the same numbers.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { describe, expect, test } from 'vitest'
import type { Carrier, Concrete } from '../src/algebra/tensor-algebra.js'
import { onnxEngine } from '../src/engine/onnx.js'
import { nativeRuntime } from '../src/engine/runtime.js'
import type { RuntimeTensor } from '../src/engine/runtime.js'
import { float32, float64 } from '../src/interpret/index.js'
import { compile } from '../src/interpret/onnx/compile.js'
import { plainModel } from '../src/laws/model/plain-model.js'
import type { Plains } from '../src/laws/model/sample.js'
import { readAll } from '../src/laws/train/records.js'
import { withPrefix } from '../src/engine/fields.js'
import { conventions, optimiserOf } from '../src/train/conventions.js'
import type { Conventions } from '../src/train/conventions.js'
import { directStep, freshLearner } from '../src/train/index.js'
import type { AnyOptimiser, Learner, Minibatch } from '../src/train/index.js'
import { flatten, unflatten } from '../src/algebra/names.js'
import { networkOf } from '../src/model/cells.js'
import { languageModel } from '../src/model/language-model.js'
import type { LanguageModel } from '../src/model/language-model.js'
import type { LayersShape } from '../src/model/layers.js'
import { backpropagate, forward, parameterAxes, zeroAdjoint } from '../src/model/model.js'
import { batchAxis } from '../src/model/parameters.js'
import { seeded } from '../src/random.js'
import { consecutiveSampler, minibatchOf } from '../src/data/index.js'
import { samplings } from '../src/data/samplers.js'
import type { SamplingName } from '../src/data/samplers.js'
import {
  choiceOf,
  conventionsOf,
  distance,
  goldens,
  imported,
  manifest,
  offIn,
  parametersOf,
  passageOf,
  stateOf,
} from './witnesses/golden.js'
import type { Answers, Golden, Tolerance } from './witnesses/golden.js'
import { right } from './runner/store-samples.js'

const { double: IN_DOUBLE, single: IN_SINGLE } = manifest.tolerances

const answersOf = (golden: Golden, answers: Answers): Readonly<Record<string, readonly number[]>> => ({
  logits: answers.logits,
  loss: [answers.loss],
  ...fieldsOf('last ', stateOf(golden, answers.lastState)),
  ...fieldsOf('d', parametersOf(golden, answers.gradients)),
  ...fieldsOf('d first ', stateOf(golden, answers.stateGradient)),
})

const fieldsOf = (prefix: string, a: Plains): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(Object.entries(a).map(([field, { values }]) => [prefix + field, values]))

const ours = <F extends Carrier>(algebra: Concrete<F>, golden: Golden): Readonly<Record<string, readonly number[]>> => {
  const model = plainModel(algebra, networkOf(choiceOf(golden)))
  const passage = passageOf(golden)
  const { gradients, dState, loss } = model.backpropagate(passage)
  const { scores, state } = model.forward(passage)
  return {
    logits: scores.values,
    loss: [loss],
    ...fieldsOf('last ', state),
    ...fieldsOf('d', gradients),
    ...fieldsOf('d first ', dState),
  }
}

/** What a file holds in single precision, and what is held to it. */
const inSingle = goldens.filter(([, { single }]) => single !== undefined)

/** The minibatches of the file's 20 steps. */
const minibatchesOf = ({ training, batch, steps }: Golden, sampling: SamplingName): readonly Minibatch[] => {
  const { starts, resets } = training.samplings[sampling]
  return starts.map((each, i) => {
    const read = minibatchOf(training.text, { batch, steps, minibatches: [] }, { starts: each, reset: resets[i] })
    return { batch, steps, reset: resets[i], ...read }
  })
}

const modelOf = (golden: Golden): LanguageModel<LayersShape> => languageModel(networkOf(choiceOf(golden)), golden)

const optimiserFor = (golden: Golden): AnyOptimiser => optimiserOf(conventionsOf(golden), golden.training.theta)

/** The learner of the file's parameters, which has learnt nothing yet. */
const learnerOf = <F extends Carrier>(
  algebra: Concrete<F>,
  golden: Golden,
  optimiser: AnyOptimiser,
): Learner<F, LayersShape> => {
  const model = modelOf(golden)
  const shape = parameterAxes(algebra, model)
  const parameters = unflatten<F, typeof shape>(shape, readAll(algebra, passageOf(golden).parameters))
  return freshLearner(algebra, model, optimiser(algebra), batchAxis(golden.batch), parameters)
}

/** The losses of the file's steps. */
const lossesOf = <F extends Carrier>(
  algebra: Concrete<F>,
  golden: Golden,
  sampling: SamplingName,
  optimiser: AnyOptimiser = optimiserFor(golden),
): readonly number[] => {
  const step = directStep(algebra, modelOf(golden), optimiser(algebra))
  return minibatchesOf(golden, sampling).reduce<{
    readonly learner: Learner<F, LayersShape>
    readonly losses: readonly number[]
  }>(
    ({ learner, losses }, minibatch) => {
      const taken = step(learner, minibatch)()
      if (E.isLeft(taken)) throw new Error(JSON.stringify(taken.left))
      return { learner: taken.right.learner, losses: [...losses, taken.right.loss] }
    },
    { learner: learnerOf(algebra, golden, optimiser), losses: [] },
  ).losses
}

const named = (name: string): Golden => {
  const found = goldens.find(([it]) => it.startsWith(name))
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found[1]
}

const done = async <L, A>(task: TaskEither<L, A>): Promise<A> => {
  const answer = await task()
  if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left))
  return answer.right
}

const answersAgree = (a: ReturnType<typeof ours>, golden: Golden, answers: Answers, bounds: Tolerance): void => {
  expect(offIn(a, answersOf(golden, answers), bounds.answers)).toEqual({})
}

const lossesAgree = (losses: readonly number[], expected: readonly number[], bounds: Tolerance): void => {
  expect(expected).toHaveLength(20)
  expect(distance(losses, expected)).toBeLessThanOrEqual(bounds.losses)
}

test('there is a model of every cell, in one layer and in two, in both conventions', () => {
  const kinds = goldens.map(([name]) => name.replace(/-\d+x.*$/, ''))
  const cells = ['rnn-tanh', 'rnn-relu', 'gru', 'lstm'].flatMap((cell) => [`${cell}-1`, `${cell}-2`])
  const wanted = ['scratch', 'torch'].flatMap((conventions) => cells.map((cell) => `${conventions}-${cell}`))
  expect(new Set(kinds)).toEqual(new Set(wanted))
  expect(inSingle).toHaveLength(3)
})

describe.each(goldens)('%s', (_, golden) => {
  test('what is imported is the model that was made [hidden, output]', () => {
    const { choice, sizes } = imported(golden)
    expect(choice).toEqual(choiceOf(golden))
    expect(sizes).toEqual({ vocabulary: golden.vocabulary, hidden: golden.hidden })
  })

  test('float64: logits, loss, state and every gradient [output, loss, bptt-w, bptt-state]', () => {
    answersAgree(ours(float64, golden), golden, golden, IN_DOUBLE)
  })

  test('float32: logits, loss, state and every gradient [output, loss, bptt-w, bptt-state]', () => {
    answersAgree(ours(float32, golden), golden, golden, IN_SINGLE)
  })

  test.each(samplings)('float64: the losses of 20 steps, %s sampling [clip, sgd]', (sampling) => {
    lossesAgree(lossesOf(float64, golden, sampling), golden.training.samplings[sampling].losses, IN_DOUBLE)
  })

  test('float32: the losses of 20 steps [clip, sgd]', () => {
    const { sampling } = conventionsOf(golden)
    lossesAgree(lossesOf(float32, golden, sampling), golden.training.samplings[sampling].losses, IN_SINGLE)
  })

  test('the consecutive sampler reads what the file reads, epoch after epoch', () => {
    const { text, epochStart, samplings: read } = golden.training
    const [plan] = right(consecutiveSampler(golden.batch, golden.steps, epochStart)(text.length))(seeded(1))
    const epoch = plan.minibatches
    const steps = read.consecutive.starts.map((_, i) => epoch[i % epoch.length])
    expect(epoch).toHaveLength(6)
    expect(epochStart).toBe(conventionsOf(golden).epochStart)
    expect(steps.map(({ starts }) => starts)).toEqual(read.consecutive.starts)
    expect(steps.map(({ reset }) => reset)).toEqual(read.consecutive.resets)
  })
})

describe.each(inSingle)('%s, as PyTorch computes it in single precision', (_, golden) => {
  test('float32 gives the same answers and losses', () => {
    if (golden.single === undefined) throw new Error('there is nothing in single precision')
    const { sampling } = conventionsOf(golden)
    answersAgree(ours(float32, golden), golden, golden.single, IN_SINGLE)
    lossesAgree(lossesOf(float32, golden, sampling), golden.single.losses[sampling], IN_SINGLE)
  })
})

describe('another convention is seen in the losses', () => {
  const golden = named('torch-gru-1-5')
  const { theta, samplings: read } = golden.training
  const adam = conventions.torch.optimiser as Extract<Conventions['optimiser'], { rule: 'adam' }>
  const offBy = (changed: Golden, its: Conventions, threshold: number): number =>
    distance(
      lossesOf(float64, changed, 'consecutive', optimiserOf(its, threshold)),
      read.consecutive.losses,
    )

  test.each<readonly [string, Partial<Conventions>]>([
    ['the norm without an epsilon', { clipEpsilon: 0 }],
    ["Adam's epsilon before the correction", { optimiser: { ...adam, placement: 'uncorrected' } }],
    ["another of Adam's epsilons", { optimiser: { ...adam, epsilon: 1e-7 } }],
    ["another of Adam's decays", { optimiser: { ...adam, beta2: 0.99 } }],
    ['plain gradient descent', { optimiser: { rule: 'sgd' } }],
    ['a rate off in its sixth digit', { rate: 1e-3 * (1 + 1e-5) }],
  ])('%s', (_, changed) => {
    expect(offBy(golden, conventionsOf(golden), theta)).toBeLessThan(IN_DOUBLE.losses)
    expect(offBy(golden, { ...conventionsOf(golden), ...changed }, theta)).toBeGreaterThan(IN_DOUBLE.losses)
  })

  test('another threshold', () => {
    expect(offBy(golden, conventionsOf(golden), 2 * theta)).toBeGreaterThan(IN_DOUBLE.losses)
  })

  test('a state that is reset when an epoch begins', () => {
    const { consecutive } = read
    const resets = consecutive.starts.map((starts) => starts[0] === 0)
    const reset = { ...golden.training, samplings: { ...read, consecutive: { ...consecutive, resets } } }
    expect(offBy({ ...golden, training: reset }, conventionsOf(golden), theta)).toBeGreaterThan(IN_DOUBLE.losses)
  })
})

/** Logits, loss, last state and every gradient as one graph. */
const answersGraph = (golden: Golden): Uint8Array => {
  const { parameters, state, X } = passageOf(golden)
  const axesIn = (prefix: string, a: Plains) =>
    Object.fromEntries(Object.entries(a).map(([field, { axes }]) => [prefix + field, axes]))
  return compile(
    {
      tensors: { ...axesIn('parameter ', parameters), ...axesIn('state ', state) },
      oneHots: { X: X.axes, Y: X.axes },
    },
    (algebra, { tensors, oneHots }) => {
      const part = (prefix: string) =>
        Object.fromEntries(
          Object.entries(tensors)
            .filter(([name]) => name.startsWith(prefix))
            .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
        )
      const model = modelOf(golden)
      const [shape, stateShape] = [
        parameterAxes(algebra, model),
        model.layers(algebra).stateAxes(golden, batchAxis(golden.batch)),
      ]
      const p = unflatten<'graph', typeof shape>(shape, part('parameter '))
      const before = unflatten<'graph', typeof stateShape>(stateShape, part('state '))
      const { X: inputs, Y: labels } = oneHots
      const run = backpropagate(algebra, model)(p, before, inputs, labels, zeroAdjoint(algebra)(before))
      return {
        tensors: {
          logits: forward(algebra, model)(p, before, inputs).O,
          loss: run.loss,
          ...prefixed('last ', run.state),
          ...prefixed('d', run.gradients),
          ...prefixed('d first ', run.dState),
        },
      }
    },
    { name: 'answers', description: 'Logits, loss, last state and every gradient.' },
  )
}

const prefixed = (prefix: string, a: object) => withPrefix(prefix, flatten<'graph'>(a))

/** Every cell once, of sizes at which something of a graph is left. */
const compiled = ['scratch-rnn-tanh-1-9', 'scratch-rnn-relu-2-9', 'torch-gru-2-8', 'torch-lstm-1-7']

describe.each(compiled.map((name) => [name, named(name)] as const))('%s, compiled', (_, golden) => {
  test('logits, loss, state and every gradient [output, loss, bptt-w, bptt-state]', async () => {
    const runtime = await done(nativeRuntime)
    const session = await runtime.createSession(answersGraph(golden), 1)
    const { parameters, state, X, Y } = passageOf(golden)
    const fed = (prefix: string, a: Plains) =>
      Object.entries(a).map(([field, { axes, values }]) => {
        const dims = axes.map(({ size }) => size)
        return [prefix + field, runtime.tensor('float32', Float32Array.from(values), dims)] as const
      })
    const indices = ({ indices: all }: typeof X) =>
      runtime.tensor('int64', BigInt64Array.from(all, BigInt), [all.length])
    const results = await session.run({
      ...Object.fromEntries([...fed('parameter ', parameters), ...fed('state ', state)]),
      X: indices(X),
      Y: indices(Y),
    })
    await session.release()
    const numbers = ({ data }: RuntimeTensor) => Array.from(data as Float32Array)
    const answers = Object.entries(results).map(([name, tensor]) => [name, numbers(tensor)] as const)
    answersAgree(Object.fromEntries(answers), golden, golden, IN_SINGLE)
  })

  test('the losses of 20 steps [clip, sgd]', async () => {
    const runtime = await done(nativeRuntime)
    const { sampling } = conventionsOf(golden)
    const { batch, steps } = golden
    const request = { model: modelOf(golden), optimiser: optimiserFor(golden), batch, steps }
    const engine = await done(onnxEngine(runtime, request, 1))
    const loaded = engine.load(learnerOf(float32, golden, optimiserFor(golden)))
    const { losses } = await minibatchesOf(golden, sampling).reduce(
      async (before, minibatch) => {
        const { learner, losses: sofar } = await before
        const taken = await done(engine.step(learner, minibatch))
        return { learner: taken.learner, losses: [...sofar, taken.loss] }
      },
      Promise.resolve<{ readonly learner: typeof loaded; readonly losses: readonly number[] }>({
        learner: loaded,
        losses: [],
      }),
    )
    await done(engine.close)
    lossesAgree(losses, golden.training.samplings[sampling].losses, IN_SINGLE)
  })
})
