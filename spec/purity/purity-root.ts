/** A call of each function that only the package's root has: those of `src/float32`, and the lazy engine. */
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import * as root from '../../src/index.js'
import { call } from './purity.js'
import type { Calls } from './purity.js'
import { seeds } from '../../src/laws/samples/data.js'

/** What a small run is made of. */
export interface RootWorld {
  readonly seed: number
  readonly written: string
}

export const rootWorlds: fc.Arbitrary<RootWorld> = fc.record({
  seed: seeds,
  written: fc.constantFrom('abcabcabcabc', 'to be or not to be'),
})

const right = <A>(result: root.Result<A>): A => E.getOrElseW(() => ({ _tag: 'Left' }) as never)(result)

/** What an optimiser makes of parameters that are their own gradients, which tells it from another. */
const moves = (optimiser: root.AnyOptimiser): unknown => {
  const { init, update } = optimiser(root.float32)
  const a = { W_xh: root.tensor([root.hiddenAxis(2)], [1, -3]) }
  return update<{ W_xh: [root.Hidden] }>(a, init<{ W_xh: [root.Hidden] }>(a), a)
}

export const rootCalls = ({ seed, written }: RootWorld): Calls => {
  const text = right(root.readText(written))
  const model = root.languageModel(root.rnn(), { vocabulary: text.vocabulary, hidden: 3 })
  const [parameters] = root.initialParameters(model)(root.seeded(seed))
  const batch = root.batchAxis(1)
  const state = root.zeroState(model, batch)
  const rows = root.product(root.timeAxis(4), batch)
  const characters = (from: number) =>
    root.oneHot([rows, root.vocabularyAxis(model.sizes.vocabulary)], text.numbers.slice(from, from + 4))
  const [X, Y] = [characters(0), characters(1)]
  const O = root.tensor([rows, X.axes[1]], Array.from({ length: 4 * X.axes[1].size }, (_, i) => i % 3))
  const optimiser = root.chain(root.clipByGlobalNorm(1), root.momentum(0.5), root.sgd(0.1))
  const sampler = root.consecutiveSampler(1, 4)
  const learner = {
    parameters,
    optimiser: optimiser(root.float32).init<typeof parameters>(parameters as never),
    hidden: state,
  }
  return {
    tensor: call((values) => root.tensor([root.hiddenAxis(2)], values), [1, 2]),
    oneHot: call((indices) => root.oneHot([batch, root.vocabularyAxis(3)], indices), [2]),
    toArray: call(root.toArray<[root.Batch, root.Hidden]>, state.H),
    forward: call((...its) => root.forward(model)(...its), parameters, state, X),
    backpropagate: call((...its) => root.backpropagate(model)(...its), parameters, state, X, Y, state),
    crossEntropyForward: call(root.crossEntropyForward, O, Y),
    crossEntropyBackward: call(root.crossEntropyBackward, O, Y),
    zeroState: call((its) => root.zeroState(model, its), batch),
    zeroAdjoint: call((its) => root.zeroAdjoint<{ H: [root.Batch, root.Hidden] }>(its), state),
    initialParameters: call((from) => root.initialParameters(model)(from), root.seeded(seed)),
    chain: call(() => moves(optimiser)),
    clipByGlobalNorm: call((theta) => moves(root.clipByGlobalNorm(theta)), 0.5),
    sgd: call((eta) => moves(root.sgd(eta)), 0.5),
    momentum: call((beta) => moves(root.momentum(beta)), 0.5),
    adam: call((eta) => moves(root.adam(eta)), 0.5),
    scheduled: call((steps) => moves(root.scheduled(root.warmUp(steps))), 5),
    frozen: call((names) => moves(root.frozen(names, root.sgd(1))), ['W_xh']),
    trainingStep: call((...its) => root.trainingStep(model, optimiser)(...its), learner, X, Y),
    train: call((its) => root.take(2, root.train(model, optimiser, its, sampler, { seed }).states), text),
    generate: call((prefix) => root.generate(model, parameters)(prefix, 5), written.slice(0, 2)),
    evaluate: call((its) => root.evaluate(model, parameters)(its), written),
    reader: call((its) => {
      const { start, read } = root.reader(model, its)
      return [start, read(start, 0)]
    }, parameters),
    saveModel: call((its) => root.saveModel(model, its), parameters),
    loadModel: call((bytes) => {
      const loaded = right(root.loadModel(bytes))
      return [loaded.parameters, loaded.model.vocabulary]
    }, right(root.saveModel(model, parameters))),
  }
}

/** What has no call in the table, and why. */
export const rootExceptions = { onnx: 'it answers later: the chapter on the engine trains with it' }
