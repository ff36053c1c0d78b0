/**
 * What functions refuse: calls that do not compile, as plain JavaScript makes them. Each is a defect, or a failure
 * where the answer is a result, in one sentence that names the operation, the argument, what was expected and what
 * was got.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as IOE from 'fp-ts/lib/IOEither.js'
import { describe, expect, test } from 'vitest'
import * as ofAlgebra from '../src/algebra/index.js'
import { Defect } from '../src/algebra/index.js'
import { continuation, reportOf } from '../src/cli/report.js'
import { explain } from '../src/failure.js'
import type { Result } from '../src/failure.js'
import * as ofRoot from '../src/index.js'
import { float32 } from '../src/interpret/index.js'
import { graphAlgebra } from '../src/interpret/graph/algebra.js'
import { compile } from '../src/interpret/onnx/compile.js'
import * as ofLearn from '../src/train/index.js'
import * as ofModel from '../src/model/index.js'
import * as ofRandom from '../src/random.js'
import type { Checkpoint } from '../src/files/checkpoint.js'
import { standard } from '../src/files/settings.js'
import * as ofData from '../src/data/index.js'
import * as ofGenerate from '../src/generate/index.js'

const ofText = { ...ofData, ...ofGenerate }

/** A module as plain JavaScript sees it: whatever is there can be called, with anything. */
interface Loose {
  (...given: readonly unknown[]): Loose
  readonly [name: string]: Loose
}
const loose = (part: unknown): Loose => part as Loose

const root = loose(ofRoot)
const [algebra, learn, model, random, text] = [ofAlgebra, ofLearn, ofModel, ofRandom, ofText].map(loose)
const F = loose(float32)
const graph = loose(graphAlgebra({ unrollUpTo: 4 }))

/** A call, and the whole sentence that it is refused with. */
type Row = readonly [sentence: string, call: () => unknown]

const refusals = (rows: readonly Row[]): void => {
  test.each(rows)('%s', (sentence, call) => {
    expect(call).toThrow(new Defect(...(sentence.split(/: (.*)/s).slice(0, 2) as [string, string])))
  })
}

const right = (result: unknown): Loose => {
  const it = result as Result<Loose>
  if (E.isLeft(it)) throw new Error(explain(it.left))
  return it.right
}

const [M, N] = [ofAlgebra.axis('M', 2), ofAlgebra.axis('N', 3)]

describe('axes', () => {
  refusals([
    ['axis: the name must be a text that is not empty, got ""', () => algebra.axis('', 2)],
    ['axis: the name must be a text that is not empty, got 2', () => algebra.axis(2, 'M')],
    ['axis: the size of M must be a whole number, 0 or more, got "2"', () => algebra.axis('M', '2')],
    ['axis: the size of M must be a whole number, 0 or more, got nothing', () => algebra.axis('M')],
    ['axis: the size of hidden must be a whole number, 0 or more, got -1', () => root.hiddenAxis(-1)],
    ['product: the outer axis must be an axis, as axis(name, size) gives, got 2', () => algebra.product(2, M)],
    ['product: the inner axis must be an axis, as axis(name, size) gives, got nothing', () => algebra.product(M)],
  ])
})

describe('tensors', () => {
  const twice = 'the axes of a tensor must have different names, got'
  refusals([
    ['tensor: the axes must be a list, got nothing', () => F.tensor()],
    ['tensor: the axes must be a list, got "MN"', () => F.tensor('MN', [1])],
    ['tensor: entry 1 of the axes must be an axis, as axis(name, size) gives, got 3', () => F.tensor([M, 3], [1])],
    [
      'tensor: entry 0 of the axes must be an axis, as axis(name, size) gives, got {"name":"M","size":-2}',
      () => F.tensor([{ name: 'M', size: -2 }], [1]),
    ],
    [
      'tensor: entry 0 of the axes must be an axis, as axis(name, size) gives, got {"name":"","size":2}',
      () => F.tensor([{ name: '', size: 2 }], [1]),
    ],
    [`tensor: ${twice} [M 2, M 2]`, () => F.tensor([M, M], [1, 2, 3, 4])],
    [`fill: ${twice} [M 2, N 3, M 5]`, () => F.fill([M, N, { name: 'M', size: 5 }], 1)],
    [`fill: ${twice} [M 2, M 2]`, () => graph.fill([M, M], 1)],
    [`oneHot: ${twice} [M 2, M 2]`, () => F.oneHot([M, M], [0, 1])],
    [`matmul: ${twice} [M 2, M 2]`, () => F.matmul(F.fill([M, N], 1), F.fill([N, M], 1))],
    [`matmul: ${twice} [M 2, M 2]`, () => graph.matmul(graph.fill([M, N], 1), graph.fill([N, M], 1))],
    [`matmulTN: ${twice} [N 3, N 3]`, () => F.matmulTN(F.fill([M, N], 1), F.fill([M, N], 1))],
    [`matmulNT: ${twice} [M 2, M 2]`, () => F.matmulNT(F.fill([M, N], 1), F.fill([M, N], 1))],
    [`gatherRows: ${twice} [M 2, M 2]`, () => F.gatherRows(F.oneHot([M, N], [0, 1]), F.fill([N, M], 1))],
    [`scatterAdd: ${twice} [N 3, N 3]`, () => F.scatterAdd(F.oneHot([M, N], [0, 1]), F.fill([M, N], 1))],
    [`rename: ${twice} [M 2, M 3]`, () => F.rename(F.fill([M, N], 1), { name: 'M', size: 3 })],
    [
      'rename: the new axis must be an axis, as axis(name, size) gives, got 3',
      () => F.rename(F.fill([M, N], 1), 3),
    ],
    [
      `merge: ${twice} [M×N 2×3, M×N 6]`,
      () => F.merge(F.fill([M, N, ofAlgebra.axis('M×N', 6)], 1)),
    ],
    [`split: ${twice} [M 2, M 2]`, () => F.split(F.fill([ofAlgebra.product(M, M)], 1))],
    [
      `scan: ${twice} [M 2, M 2]`,
      () => F.scan(() => ({ state: {}, output: { y: F.fill([M], 1) } }), {}, { x: F.fill([M], 1) }),
    ],
    [
      `scan: ${twice} [M 2, M 2]`,
      () => graph.scan(() => ({ state: {}, output: { y: graph.fill([M], 1) } }), {}, { x: graph.fill([M], 1) }),
    ],
    [
      `unfold: ${twice} [M 2, M 2, N 3]`,
      () => F.unfold(M, (state: unknown, output: unknown) => ({ state, output }), {}, F.oneHot([M, N], [0, 1])),
    ],
    [
      `unfold: ${twice} [M 2, M 2, N 3]`,
      () => {
        const first = graph.argmax(graph.fill([M, N], 1))
        return graph.unfold(M, (state: unknown, output: unknown) => ({ state, output }), {}, first)
      },
    ],
    [
      `compile: ${twice} [M 2, M 2]`,
      () => compile({ tensors: { A: [M, M] }, oneHots: {} }, () => ({ tensors: {} }), { name: '', description: '' }),
    ],
    [
      `compile: ${twice} [N 3, N 3]`,
      () => compile({ tensors: {}, oneHots: { x: [N, N] } }, () => ({ tensors: {} }), { name: '', description: '' }),
    ],
    ['tensor: the values must be a list, got nothing', () => F.tensor([M])],
    ['tensor: the values must be a list, got "12"', () => F.tensor([M], '12')],
    ['tensor: the values must be a list, got 2', () => F.tensor([M], 2)],
    ['tensor: entry 1 of the values must be a number, got "2"', () => F.tensor([M], [1, '2'])],
    ['tensor: entry 0 of the values must be a number, got nothing', () => F.tensor([M], [undefined, 1])],
    ['tensor: entry 1 of the values must be a number, got nothing', () => F.tensor([N], [1, , 3])],
    ['tensor: entry 0 of the values must be a number, got 1', () => F.tensor([M], BigInt64Array.of(1n, 2n))],
    ['tensor: [M 2] needs 2 numbers, got 3', () => F.tensor([M], [1, 2, 3])],
    ['tensor: [M 2] needs 2 numbers, got 1', () => F.tensor([M], Float32Array.of(1))],
    ['oneHot: the indices must be a list, got 1', () => F.oneHot([M, N], 1)],
    [
      'oneHot: an index of [M 2, N 3] must be a whole number from 0 to 2, got "1"',
      () => F.oneHot([M, N], [0, '1']),
    ],
    ['fill: entry 0 of the axes must be an axis, as axis(name, size) gives, got 2', () => F.fill([2], 0)],
    ['fill: the entry c must be a number, got "1"', () => F.fill([M], '1')],
    ['fill: the entry c must be a number, got nothing', () => graph.fill([M])],
    ['zipTensors: what holds the tensors must be a record, got nothing', () => learn.applyUpdates(F)()],
    ['zipTensors: what holds the tensors must be a record, got 1', () => learn.applyUpdates(F)({}, 1)],
    ['mapTensors: what holds the tensors must be a record, got nothing', () => root.zeroAdjoint()],
    ['fields: what holds the tensors must be a record, got nothing', () => algebra.fields()],
  ])

  test.each([[[NaN, -Infinity]], [Float64Array.of(NaN, Infinity)], [{ length: 2, 0: 1, 1: NaN }]])(
    'any numbers are held, in whatever list they stand: %o',
    (values) => {
      expect(float32.toArray(float32.tensor([M], values))).toEqual(Array.from(values))
    },
  )
})

describe('chance', () => {
  const seed = 'seeded: the seed must be a whole number below 2^53 in size, got'
  const state = "the generator's state must be four 32-bit integers, not all 0, as seeded(1) gives, got"
  const ofSizes = 'initialParameters: the sizes of the model must be a record, got'
  refusals([
    [`${seed} "abc"`, () => root.seeded('abc')],
    [`${seed} 1.5`, () => root.seeded(1.5)],
    [`${seed} NaN`, () => root.seeded(NaN)],
    [`${seed} 9007199254740992`, () => root.seeded(2 ** 53)],
    [`${seed} nothing`, () => root.seeded()],
    [`uniforms: ${state} [0,0,0,0]`, () => random.uniforms(1)([0, 0, 0, 0])],
    [`uniforms: ${state} [1,2,3]`, () => random.uniform([1, 2, 3])],
    [`uniforms: ${state} [1,2,3,0.5]`, () => random.normals(2)([1, 2, 3, 0.5])],
    [`uniforms: ${state} [1,2,3,4294967296]`, () => random.shuffled([1, 2])([1, 2, 3, 2 ** 32])],
    [`uniforms: ${state} 1`, () => root.initialParameters(root.languageModel(root.rnn(), sizes))(1)],
    [`${ofSizes} nothing`, () => root.initialParameters(root.rnn())],
    [`uniforms: ${state} nothing`, () => sampling(1)([1, 2])()],
    ['uniforms: the count must be a whole number, 0 or more, got -1', () => random.uniforms(-1)(root.seeded(1))],
    [`initialRunState: ${state} 1`, () => learn.initialRunState({}, 1)],
  ])

  test.each([[-1], [0], [2 ** 40], [-(2 ** 53) + 1]])('%i is a seed', (whole) => {
    expect(ofRandom.seeded(whole)).toEqual(ofRandom.seeded(whole % 2 ** 32))
  })
})

const sizes = { vocabulary: 3, hidden: 2 }
const sampling = (temperature: number): Loose => right(ofText.sampling({ temperature }))

describe('optimisers', () => {
  const rate = 'the rate eta must be a finite number, 0 or more, got'
  const decay = 'must be a number from 0 to below 1, got'
  const its = ofLearn.adamDefaults
  const optimiser = 'must be an optimiser, such as sgd(0.1), got'
  refusals([
    [`sgd: ${rate} NaN`, () => root.sgd(NaN)],
    [`sgd: ${rate} Infinity`, () => root.sgd(Infinity)],
    [`sgd: ${rate} -0.5`, () => root.sgd(-0.5)],
    [`sgd: ${rate} nothing`, () => root.sgd()],
    [`sgd: ${rate} "0.1"`, () => root.sgd('0.1')],
    [`adam: ${rate} NaN`, () => learn.adam(F)(NaN)],
    [`adam: ${rate} "0.1"`, () => learn.adam(F)('0.1')],
    [`adam: ${rate} nothing`, () => learn.adam(F)()],
    [`scaleByAdam: beta1 ${decay} 1`, () => learn.scaleByAdam(F)({ ...its, beta1: 1 })],
    [`scaleByAdam: beta2 ${decay} -0.1`, () => learn.adam(F)(1, { ...its, beta2: -0.1 })],
    [`scaleByAdam: beta2 ${decay} nothing`, () => learn.adam(F)(1, { beta1: 0.5 })],
    [
      'scaleByAdam: epsilon must be a finite number above 0, got 0',
      () => learn.scaleByAdam(F)({ ...its, epsilon: 0 }),
    ],
    [
      'scaleByAdam: epsilon must be a finite number above 0, got Infinity',
      () => learn.scaleByAdam(F)({ ...its, epsilon: Infinity }),
    ],
    [
      'scaleByAdam: placement must be corrected or uncorrected, got "outside"',
      () => learn.scaleByAdam(F)({ ...its, placement: 'outside' }),
    ],
    [`momentum: beta ${decay} 7`, () => learn.momentum(F)(7)],
    [`momentum: beta ${decay} 1`, () => learn.momentum(F)(1)],
    [`momentum: beta ${decay} -0.5`, () => learn.momentum(F)(-0.5)],
    [`momentum: beta ${decay} NaN`, () => learn.momentum(F)(NaN)],
    [`momentum: beta ${decay} "0.9"`, () => learn.momentum(F)('0.9')],
    ['clipByGlobalNorm: the threshold theta must be a number above 0, got "1"', () => root.clipByGlobalNorm('1')],
    ['clipByGlobalNorm: the threshold theta must be a number above 0, got nothing', () => root.clipByGlobalNorm()],
    [
      'clipByGlobalNorm: epsilon must be a finite number, 0 or more, got "0"',
      () => root.clipByGlobalNorm(1, '0'),
    ],
    [`chain: optimiser 1 ${optimiser} a function`, () => learn.chain(sgd, learn.clipByGlobalNorm(F))],
    [`chain: optimiser 0 ${optimiser} 0.1`, () => root.chain(0.1)],
    [`frozen: the optimiser ${optimiser} nothing`, () => root.frozen(['W_xh'])],
    ['frozen: the names must be a list, got "W_xh"', () => root.frozen('W_xh', root.sgd(1))],
    ['frozen: entry 0 of the names must be a text, got 1', () => root.frozen([1], root.sgd(1))],
    ['optimiserOf: the rule must be sgd or adam, got "lion"', () => ofRule('lion')],
    [
      'initialisationOf: the rule must be normal or uniform, got "zero"',
      () => learn.initialisationOf({ initial: { rule: 'zero' } }, 2),
    ],
  ])
  const ofRule = (rule: string) => learn.optimiserOf({ optimiser: { rule }, rate: 1, clipEpsilon: 0 }, 1)(F)
})

describe('schedules', () => {
  const steps = 'warmUp: the number of steps must be a whole number, 1 or more, got'
  refusals([
    [`${steps} 0`, () => learn.warmUp(0)],
    [`${steps} 2.5`, () => learn.warmUp(2.5)],
    [`${steps} "10"`, () => learn.warmUp('10')],
    ['inverseDecay: the rate must be a finite number, 0 or more, got -1', () => learn.inverseDecay(-1)],
    ['inverseDecay: the rate must be a finite number, 0 or more, got NaN', () => learn.inverseDecay(NaN)],
    ['exponentialDecay: the factor must be a finite number above 0, got 0', () => learn.exponentialDecay(0)],
    ['exponentialDecay: the factor must be a finite number above 0, got NaN', () => learn.exponentialDecay(NaN)],
    ['scheduled: the schedule must be a function, such as warmUp(100), got 100', () => learn.scheduled(F)(100)],
    [
      'scheduled: state.t must be a tensor, got nothing',
      () => learn.scheduled(F)(learn.warmUp(1)).update({}, {}, {}),
    ],
  ])
})

describe('initial parameters', () => {
  refusals([
    ['normalWeights: the deviation must be a finite number, 0 or more, got -1', () => root.normalWeights(-1)],
    ['normalWeights: the deviation must be a finite number, 0 or more, got NaN', () => root.normalWeights(NaN)],
    ['normalWeights: the deviation must be a finite number, 0 or more, got nothing', () => root.normalWeights()],
    ['uniformEntries: the bound must be a finite number, 0 or more, got -1', () => learn.uniformEntries(-1)],
    ['uniformEntries: the bound must be a finite number, 0 or more, got nothing', () => learn.uniformEntries()],
  ])
})

describe('the model value', () => {
  const of = (...given: readonly unknown[]) => root.languageModel(...given)
  refusals([
    ['languageModel: the cell must be a kind of cell, such as lstm(), got "lstm"', () => of('lstm', sizes)],
    [
      'languageModel: the vocabulary, { characters } or their number, must be a whole number, 1 or more, got 0',
      () => of(ofRoot.rnn(), { vocabulary: 0, hidden: 2 }),
    ],
    [
      'languageModel: the vocabulary, { characters } or their number, must be a whole number, 1 or more, got "abc"',
      () => of(ofRoot.rnn(), { vocabulary: 'abc', hidden: 2 }),
    ],
    [
      'languageModel: the number of hidden units must be a whole number, 1 or more, got 2.5',
      () => of(ofRoot.rnn(), { vocabulary: 3, hidden: 2.5 }),
    ],
    ['take: the number of states must be a whole number, 0 or more, got -1', () => root.take(-1, [])],
    ['onnx: the number of threads must be a whole number, 1 or more, got 0', () => root.onnx({ threads: 0 })],
    ['chain: expected the state that its own init made, a list of 1, got something else', () =>
      learn.chain(sgd).update({}, {}, {})],
  ])
})

describe('cells', () => {
  const choice = { cell: 'rnn', activation: 'tanh', layers: 1, biases: 'one' }
  refusals([
    ['activation: the name must be tanh, relu or identity, got "swish"', () => model.activation(F, 'swish')],
    ['activation: the name must be tanh, relu or identity, got "toString"', () => root.rnn('toString')],
    ['rnn: phi must be an activation, such as tanh(algebra), got "tanh"', () => model.rnn(F, 'tanh')],
    ['layersOf: cell must be rnn, gru or lstm, got "elman"', () => model.layersOf({ ...choice, cell: 'elman' })(F)],
    ['layersOf: layers must be a whole number, 1 or more, got 0', () => model.layersOf({ ...choice, layers: 0 })(F)],
    [
      'layersOf: layers must be a whole number, 1 or more, got 1.5',
      () => model.layersOf({ ...choice, layers: 1.5 })(F),
    ],
    ['layersOf: biases must be one or two, got 2', () => model.layersOf({ ...choice, biases: 2 })(F)],
  ])
})

const its = ofRoot.languageModel(ofRoot.rnn(), sizes)
const parameters = ofRoot.initialParameters(its)(ofRoot.seeded(1))[0]
const sgd = ofLearn.sgd(float32)(1)
const rows = ofAlgebra.product(ofModel.timeAxis(2), ofModel.batchAxis(1))
const X = ofRoot.oneHot([rows, ofModel.vocabularyAxis(3)], [0, 1])
const state = ofRoot.zeroState(its, rows.inner)
const learner = ofLearn.freshLearner(float32, its, sgd, rows.inner, parameters)

describe('the model', () => {
  const without = (name: string) => Object.fromEntries(Object.entries(parameters).filter(([field]) => field !== name))
  const forward = (...given: readonly unknown[]) => root.forward(its)(...given)
  const backpropagate = (...given: readonly unknown[]) => root.backpropagate(its)(...given)
  const minibatch = { batch: 1, steps: 2, inputs: [0, 1], labels: [1, 2], reset: true }
  const step = (from: unknown) => () => learn.directStep(F, its, sgd)(from, minibatch)()
  const noW_hh = 'backpropagate: parameters.W_hh must be a tensor, got nothing'
  const pure = (optimiser: unknown, from: unknown) => () => learn.trainingStep(F, its, optimiser)(from, X, X)
  refusals([
    ['forward: parameters must be a record, got nothing', () => forward()],
    ['forward: parameters.W_hh must be a tensor, got nothing', () => forward(without('W_hh'), state, X)],
    ['forward: parameters.W_hh must be a tensor, got [1]', () => forward({ ...parameters, W_hh: [1] }, state, X)],
    ['forward: parameters.b_q must be a tensor, got nothing', () => forward(without('b_q'), state, X)],
    ['forward: state must be a record, got nothing', () => forward(parameters)],
    ['forward: state.H must be a tensor, got nothing', () => forward(parameters, {}, X)],
    ['forward: X must be a tensor, got [0,1]', () => forward(parameters, state, [0, 1])],
    [
      'forward: the model must be a model, as languageModel(...) gives, got a function',
      () => root.forward(root.rnn)(parameters),
    ],
    [noW_hh, () => backpropagate(without('W_hh'), state, X, X, state)],
    ['backpropagate: state must be a record, got null', () => backpropagate(parameters, null, X, X, state)],
    ['backpropagate: X must be a tensor, got nothing', () => backpropagate(parameters, state)],
    ['backpropagate: Y must be a tensor, got nothing', () => backpropagate(parameters, state, X)],
    ['backpropagate: dState must be a record, got nothing', () => backpropagate(parameters, state, X, X)],
    ['backpropagate: dState.H must be a tensor, got nothing', () => backpropagate(parameters, state, X, X, {})],
    ['trainingStep: the learner must be a record, got nothing', step(undefined)],
    ['trainingStep: learner.hidden must be a record, got nothing', step({ ...learner, hidden: undefined })],
    ['trainingStep: learner.hidden must be a record, got nothing', pure(sgd, { parameters, optimiser: {} })],
    ['trainingStep: learner.parameters must be a record, got nothing', step({ ...learner, parameters: undefined })],
    ['trainingStep: learner.optimiser must be a record, got nothing', step({ ...learner, optimiser: undefined })],
    ['trainingStep: the optimiser must be an optimiser, such as sgd(0.1), got a function', pure(ofLearn.sgd, learner)],
    [noW_hh, step({ ...learner, parameters: without('W_hh') })],
    ['evaluate: the text must be a list, got "abc"', () => learn.evaluate(F, its)(parameters, 'abc')],
    [
      'evaluate: entry 1 of the text must be a whole number, 0 or more, got "b"',
      () => learn.evaluate(F, its)(parameters, [0, 'b']),
    ],
  ])
})

describe('training', () => {
  const called = 'dataset: the sampler must be a sampler with its rows and steps, such as randomSampler(2, 35), got'
  const path = right(ofLearn.dataset([0, 1, 2, 0, 1], ofRoot.consecutiveSampler(1, 2)))
  const start = ofLearn.initialRunState(learner, ofRoot.seeded(1))
  const step = ofLearn.directStep(float32, its, sgd)
  const train = (...given: readonly unknown[]) => loose(ofLearn.train(IOE.Bifunctor))(...given)
  const stream = 'the stream must be a stream of states, as train(dataset, step)(state) gives, got'
  const itself = 'the dataset must be a dataset, as dataset(text, sampler) gives in its right, got'
  const plan = { batch: 1, steps: 2, minibatches: [] }
  const minibatchOf = (from: unknown, begins: number) => () => text.minibatchOf(from, plan, { starts: [begins] })
  refusals([
    ['dataset: the text must be a list, got "to be"', () => learn.dataset('to be', ofRoot.randomSampler(1, 1))],
    [
      'dataset: entry 1 of the text must be a whole number, 0 or more, got "o"',
      () => learn.dataset([0, 'o'], ofRoot.randomSampler(1, 1)),
    ],
    [
      'dataset: entry 1 of the text must be a whole number, 0 or more, got 0.5',
      () => learn.dataset([0, 0.5], ofRoot.randomSampler(1, 1)),
    ],
    [
      'dataset: entry 0 of the text must be a whole number, 0 or more, got -1',
      () => learn.dataset([-1], ofRoot.randomSampler(1, 1)),
    ],
    [`${called} a function`, () => learn.dataset([0, 1], ofRoot.randomSampler)],
    [`${called} a function`, () => learn.dataset([0, 1], ofRoot.consecutiveSampler)],
    [`${called} nothing`, () => learn.dataset([0, 1])],
    [`train: ${itself} {"_tag":"Right","right":{}}`, () => train({ _tag: 'Right', right: {} }, step)(start)],
    [
      'train: the step must be a function, such as directStep(algebra, model, optimiser), got nothing',
      () => train(path)(start),
    ],
    ['train: the run state must be a record, got nothing', () => train(path, step)()],
    [`states: ${stream} a function`, () => learn.states(train(path, step))],
    [`states: ${stream} [1]`, () => learn.states([1])],
    [`states: ${stream} nothing`, () => learn.states()],
    [`statesAsync: ${stream} null`, () => learn.statesAsync(null)],
    [
      'minibatchOf: entry 1 of the labels must be a whole number, 0 or more, got nothing',
      minibatchOf([0, 1], 0),
    ],
    ['minibatchOf: entry 0 of the inputs must be a whole number, 0 or more, got nothing', minibatchOf([0, 1], -1)],
    ['minibatchOf: entry 0 of the inputs must be a whole number, 0 or more, got "t"', minibatchOf('to be', 0)],
    [
      'samplerNamed: the name must be random or consecutive, got "both"',
      () => text.samplerNamed('both', 1, 1),
    ],
  ])

  test('a stream is not asked for its next state before it is needed', () => {
    const lazy = {
      state: 0,
      get next(): never {
        throw new Error('asked for')
      },
    }
    expect(() => learn.states(lazy)).not.toThrow()
    expect(train(path, step)(start)['next']).toBeTypeOf('function')
    expect(ofLearn.train(IOE.Bifunctor)).toBeTypeOf('function')
  })
})

describe("what the package's root is called with", () => {
  const read = ofRoot.orThrow(ofRoot.readText('abc'.repeat(9)))
  const own = ofRoot.languageModel(ofRoot.rnn(), { vocabulary: read.vocabulary, hidden: 2 })
  const other = ofRoot.languageModel(ofRoot.rnn(), { vocabulary: 3, hidden: 5 })
  const [parametersOfOther] = ofRoot.initialParameters(other)(ofRoot.seeded(1))
  const sampler = ofRoot.consecutiveSampler(1, 3)
  const train = (...options: readonly unknown[]) => root.train(own, ofRoot.sgd(1), read, sampler, ...options)
  const [state] = ofRoot.orThrow(ofRoot.take(1, ofRoot.train(own, ofRoot.sgd(1), read, sampler).states))
  const first = (run: Loose) => [...(run['states'] as unknown as Iterable<unknown>)]
  const aModel = 'must be a model, as languageModel(...) gives, got'
  const aText = 'the text must be a text, as readText(...) gives in its right, got'
  const anEngine = 'the engine must be an engine, such as onnx(), got'
  const anOptimiser = 'the optimiser must be an optimiser, such as sgd(0.1), got'
  const aKind = 'must be a kind of cell, such as lstm(), got'
  const someStates = 'the stream must be a stream of states, such as run.epochs, got'
  const aRecord = 'must be a record, got'
  refusals([
    [`languageModel: the sizes, { vocabulary, hidden }, ${aRecord} nothing`, () => root.languageModel(ofRoot.rnn())],
    [`layers: layer 0 ${aKind} nothing`, () => root.layers()],
    [`layers: layer 0 ${aKind} a function`, () => root.layers(ofRoot.lstm)],
    [`layers: layer 1 ${aKind} 2`, () => root.layers(ofRoot.lstm(), 2)],
    [`train: the model ${aModel} nothing`, () => root.train()],
    [
      'train: the model must be a model, as languageModel(...) gives, ' +
        'got {"choice":{"cell":"gru","activation":"tanh","layers":1,"bias…',
      () => root.train(ofRoot.gru(), ofRoot.sgd(1), read, sampler),
    ],
    [`train: ${anOptimiser} "adam"`, () => root.train(own, 'adam', read, sampler)],
    [`train: ${aText} "abc"`, () => root.train(own, ofRoot.sgd(1), 'abc', sampler)],
    [`train: ${aText} {"_tag":"Right"}`, () => root.train(own, ofRoot.sgd(1), { _tag: 'Right' }, sampler)],
    [`train: the options ${aRecord} 7`, () => train(7)],
    [`train: ${anEngine} "onnx"`, () => train({ engine: 'onnx' })],
    [`train: ${anEngine} a function`, () => train({ engine: ofRoot.onnx })],
    [`train: options.from ${aRecord} 3`, () => train({ from: 3 })],
    [`train: options.from.parameters ${aRecord} nothing`, () => train({ from: {} })],
    [`train: options.from.losses ${aRecord} nothing`, () => train({ from: { ...state, losses: undefined } })],
    [
      'train: options.from.epoch must be a whole number, 1 or more, got 0',
      () => train({ from: { ...state, epoch: 0 } }),
    ],
    [
      'train: options.from.minibatch must be a whole number, 0 or more, got 0.5',
      () => train({ from: { ...state, minibatch: 0.5 } }),
    ],
    [
      "train: the generator's state must be four 32-bit integers, not all 0, as seeded(1) gives, got nothing",
      () => train({ from: { ...state, random: undefined } }),
    ],
    [`trainingStep: the learner ${aRecord} nothing`, () => root.trainingStep(own, ofRoot.sgd(1))()],
    ['backpropagate: parameters.W_xh must be a tensor, got nothing', () => first(train({ parameters: {} }))],
    [`take: ${someStates} 5`, () => root.take(2, 5)],
    [`take: ${someStates} nothing`, () => root.take(2)],
    [`generate: the model ${aModel} "own"`, () => root.generate('own', {})('a', 3)],
    [`evaluate: the model ${aModel} nothing`, () => root.evaluate()('abc')],
    [`saveModel: the model ${aModel} nothing`, () => root.saveModel()],
    [`saveModel: parameters ${aRecord} nothing`, () => root.saveModel(own)],
    ['saveModel: parameters.W_xh must be a tensor, got nothing', () => root.saveModel(own, {})],
    [
      'saveModel: parameters.W_xh must be of the axes [vocabulary 3, hidden 2], ' +
        'got [{"name":"vocabulary","size":3},{"name":"hidden","size":5}]',
      () => root.saveModel(own, parametersOfOther),
    ],
    ['readSafetensors: the model file must be bytes, a Uint8Array, got "my.model"', () => root.loadModel('my.model')],
  ])

  test('an engine that is undefined is none', () => {
    expect(right(ofRoot.take(1, train({ engine: undefined })['states'] as never))).toEqual([state])
  })
})

describe('prediction', () => {
  const reader = ofRoot.reader(its, parameters)
  const from = { ...ofText.readPrefix(reader, [0]), random: ofRoot.seeded(1) }
  const write = (length: unknown) => () => text.writeCharacters(reader, root.greedy, length)(from)
  const predict = (...given: readonly unknown[]) => root.predict(reader, root.greedy, ofRoot.seeded(1))(...given)
  const length = 'the length must be a whole number, 0 or more, got'
  const scores = 'the scores must be numbers, one or more and none of them NaN, got'
  refusals([
    [`writeCharacters: ${length} -3`, write(-3)],
    [`writeCharacters: ${length} 2.7`, write(2.7)],
    [`writeCharacters: ${length} NaN`, write(NaN)],
    [`writeCharacters: ${length} nothing`, write(undefined)],
    [
      'writeCharacters: the model must be a reader, as reader(...) gives, got a function',
      () => text.writeCharacters(root.reader, root.greedy, 1),
    ],
    [
      'writeCharacters: the choice must be a function, such as greedy, got "greedy"',
      () => text.writeCharacters(reader, 'greedy', 1),
    ],
    [`predict: ${length} -3`, () => predict([0], -3)],
    [`predict: ${length} 2.7`, () => predict([0], 2.7)],
    [`predict: ${length} NaN`, () => predict([0], NaN)],
    [`predict: ${length} nothing`, () => predict([0])],
    ['predict: the prefix must be a list, got "to"', () => predict('to', 3)],
    [
      'predict: entry 0 of the prefix must be a whole number, 0 or more, got "t"',
      () => predict(['t'], 3),
    ],
    ['readPrefix: the prefix must hold at least one character, got none', () => predict([], 3)],
    [
      'predict: the model must be a reader, as reader(...) gives, got {}',
      () => root.predict({}, root.greedy, ofRoot.seeded(1))([0], 3),
    ],
    [
      'predict: the choice must be a function, such as greedy, got {"_tag":"Right"}',
      () => root.predict(reader, sampledResult, ofRoot.seeded(1))([0], 3),
    ],
    ['reader: the model must be a model, as languageModel(...) gives, got nothing', () => root.reader()],
    ['reader: the parameters must be a record, got nothing', () => root.reader(its)],
    [`greedy: ${scores} []`, () => root.greedy([])],
    [`greedy: ${scores} [1,null]`, () => root.greedy([1, NaN])],
    [`greedy: ${scores} ["1"]`, () => root.greedy(['1'])],
    [`greedy: ${scores} nothing`, () => root.greedy()],
    [`sampling: ${scores} []`, () => sampling(1)([])],
    [`sampling: ${scores} [null]`, () => sampling(1)([NaN])],
    [`greedy: ${scores} []`, () => sampling(0)([])],
  ])
  const sampledResult = { ...ofText.sampling({ temperature: 1 }), right: undefined }

  test('a model that has diverged writes nothing, and the command says why', () => {
    const diverged = { ...parameters, b_q: float32.fill([ofModel.vocabularyAxis(3)], NaN) }
    const checkpoint = {
      settings: { ...standard, hidden: 2, prefixes: ['a'] },
      vocabulary: { characters: ['a', 'b', 'c'] },
      progress: { ...ofLearn.initialRunState({ ...learner, parameters: diverged }, ofRoot.seeded(1)) },
    } as unknown as Checkpoint
    expect(E.mapLeft(explain)(continuation(checkpoint, ofRoot.greedy, 0)('a', 2))).toEqual(
      E.left(
        'the model does not fit: expected scores that can be compared, got NaN: ' +
          'take a model from earlier in its training, before it diverged',
      ),
    )
    expect(reportOf(checkpoint, 1, undefined).predictions).toEqual([])
    const broken = (): never => {
      throw new Error('of something else')
    }
    expect(() => continuation(checkpoint, broken, 0)('a', 2)).toThrow('of something else')
  })

  test('scores may be infinite', () => {
    expect(ofRoot.greedy([-Infinity, 0])(ofRoot.seeded(1))[0]).toBe(1)
    expect(sampling(1)([-Infinity, 0])(ofRoot.seeded(1))[0]).toBe(1)
  })
})

describe('text', () => {
  const vocabulary = right(ofText.vocabularyOf('abc'))
  const its = 'the vocabulary must be { characters }, as vocabularyOf gives in its right, got'
  refusals([
    ['vocabularyOf: the text must be a text, got 1', () => root.vocabularyOf(1)],
    ['vocabularyOf: the text must be a text, got nothing', () => root.vocabularyOf()],
    ['characters: the text must be a text, got ["a"]', () => text.characters(['a'])],
    ['lineBreaksToSpaces: the text must be a text, got null', () => root.lineBreaksToSpaces(null)],
    [`encode: ${its} "abc"`, () => root.encode('abc')],
    [`encode: ${its} {"_tag":"Right","right":{"characters":["a"]}}`, () => root.encode(root.vocabularyOf('a'))],
    ['encode: the prefix must be a text, got ["a"]', () => root.encode(vocabulary)(['a'], 'the prefix')],
    ['encode: the text must be a text, got nothing', () => root.encode(vocabulary)()],
    [`decode: ${its} nothing`, () => root.decode()([0])],
    ['decode: the numbers must be a list, got "abc"', () => root.decode(vocabulary)('abc')],
    ['decode: the numbers must be a list, got nothing', () => root.decode(vocabulary)()],
  ])

  test('numbers in any list are decoded', () => {
    expect(root.decode(vocabulary)(Int32Array.of(2, 0))).toEqual(E.right('ca'))
  })
})

describe('what is refused as a failure', () => {
  const settings = (given: unknown) => () => root.sampling(given)
  const drawn = (sampler: Loose, length: unknown = 9) => () => sampler(length)
  const decoding = (number: unknown) => () => root.decode({ characters: ['a', 'b'] })([0, number])
  const number = 'the number of a character must be a whole number from 0 to 1, got'
  const temperature = 'the temperature must be a finite number, 0 or more, got'
  test.each([
    [`${temperature} nothing`, settings({})],
    [`${temperature} "1"`, settings({ temperature: '1' })],
    [`${temperature} null`, settings({ temperature: null })],
    ['top-k must be a whole number, 1 or more, got "2"', settings({ temperature: 1, topK: '2' })],
    ['the number of rows must be a whole number, 1 or more, got nothing', drawn(root.randomSampler())],
    ['the number of rows must be a whole number, 1 or more, got "2"', drawn(root.consecutiveSampler('2', 5))],
    ['the number of steps must be a whole number, 1 or more, got nothing', drawn(root.randomSampler(2))],
    ['the number of steps must be a whole number, 1 or more, got 0', drawn(root.consecutiveSampler(2, 0))],
    ['the length of the text must be a whole number, 0 or more, got "abc"', drawn(root.randomSampler(2, 5), 'abc')],
    ['the length of the text must be a whole number, 0 or more, got -1', drawn(root.consecutiveSampler(2, 5), -1)],
    ['the start of an epoch must be reset or carry, got "keep"', drawn(root.consecutiveSampler(1, 1, 'keep'))],
    [`${number} 2`, decoding(2)],
    [`${number} nothing`, decoding(undefined)],
    [`${number} "1"`, decoding('1')],
    [`${number} 0.5`, decoding(0.5)],
    [`${number} -1`, decoding(-1)],
    [`${number} "length"`, decoding('length')],
  ])('%s', (sentence, call) => {
    const result = call() as unknown as Result<unknown>
    expect(E.isLeft(result) && explain(result.left)).toBe(sentence)
  })
})
