/** A call of every function that `src/train` exports, but of the optimisers, which `purity-optimisers.ts` calls. */
import fc from 'fast-check'
import { identity } from 'fp-ts/lib/function.js'
import * as IOE from 'fp-ts/lib/IOEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Carrier, Concrete } from '../../src/algebra/tensor-algebra.js'
import { range, readOneHot } from '../../src/laws/plain.js'
import { rowsOf, stepsOf, vocabularyOf } from '../../src/laws/model/sample.js'
import type { SampleWithCuts } from '../../src/laws/model/sample.js'
import { readAll } from '../../src/laws/train/records.js'
import { reportsOf, writing } from '../../src/laws/train/runs.js'
import type { Log, RunSample } from '../../src/laws/train/runs.js'
import { float32 } from '../../src/interpret/index.js'
import * as learn from '../../src/train/index.js'
import type { Learner, Minibatch, RunState, Report, StateStream } from '../../src/train/index.js'
import { unflatten } from '../../src/algebra/names.js'
import { batchAxis, hiddenAxis, languageModel, parameterAxes, rnnKind } from '../../src/model/index.js'
import type { OneLayer, Rnn } from '../../src/model/index.js'
import type { RandomState } from '../../src/random.js'
import { randomSampler } from '../../src/data/index.js'
import { smallSizes, samplesWithCuts } from '../../src/laws/samples/model.js'
import { call, ofCopies } from './purity.js'
import type { Calls } from './purity.js'
import { right } from '../runner/store-samples.js'
import { rnnWith } from '../runner/subjects.js'
import { randomStates } from '../../src/laws/samples/data.js'
import { runSamples } from '../../src/laws/samples/training.js'

/** A model and what it reads; and a text with the plans that are drawn for it. */
export interface LearnWorld {
  readonly passage: SampleWithCuts
  readonly reset: boolean
  readonly run: RunSample
  readonly random: RandomState
}

export const learnWorlds: fc.Arbitrary<LearnWorld> = fc.record({
  passage: samplesWithCuts(rnnWith('tanh'), smallSizes),
  reset: fc.boolean(),
  run: runSamples,
  random: randomStates,
})

/** A model with an optimiser that remembers, and a minibatch for it. */
const learningOf = <F extends Carrier>(algebra: Concrete<F>, { passage, reset }: LearnWorld) => {
  const { clipByGlobalNorm, momentum, sgd } = learn
  const optimiser = learn.chain(clipByGlobalNorm(algebra)(1), momentum(algebra)(0.5), sgd(algebra)(1))
  const sizes = { vocabulary: vocabularyOf(passage), hidden: passage.state['H'].axes[1].size }
  const model = languageModel(rnnKind(), sizes)
  const rows = { batch: rowsOf(passage), steps: stepsOf(passage) }
  const shapes = [parameterAxes(algebra, model), model.layers(algebra).stateAxes(sizes, batchAxis(rows.batch))] as const
  const parameters = unflatten<F, (typeof shapes)[0]>(shapes[0], readAll(algebra, passage.parameters))
  const learner: Learner<F, OneLayer<Rnn>> = {
    parameters,
    optimiser: ofCopies((p) => optimiser.init<(typeof shapes)[0]>(p), parameters),
    hidden: unflatten<F, (typeof shapes)[1]>(shapes[1], readAll(algebra, passage.state)),
  }
  const minibatch: Minibatch = { ...rows, inputs: passage.X.indices, labels: passage.Y.indices, reset }
  return { optimiser, model, learner, minibatch }
}

/** One call of each function that is about a model. */
const stepCalls = <F extends Carrier>(algebra: Concrete<F>, world: LearnWorld): Calls => {
  const { optimiser, model, learner, minibatch } = learningOf(algebra, world)
  const { passage, random } = world
  const { parameters } = learner
  const [X, Y] = [readOneHot(algebra, passage.X), readOneHot(algebra, passage.Y)]
  const weights = learn.normalWeights(0.1)
  const drawn = [0.1, ofCopies((of) => parameterAxes(algebra, of), model).W_xh, random] as const
  return {
    directStep: call((from, its) => learn.directStep(algebra, model, optimiser)(from, its)(), learner, minibatch),
    firstNotFinite: call(
      (before) =>
        learn.firstNotFinite(algebra, 'rnn')(before, learn.trainingStep(algebra, model, optimiser)(before, X, Y)),
      learner,
    ),
    notFiniteIn: call((its) => learn.notFiniteIn(algebra)(its), learner),
    replay: call((from, its) => learn.replay(algebra, model, optimiser)(from, its), learner, minibatch),
    trainingStep: call((...given) => learn.trainingStep(algebra, model, optimiser)(...given), learner, X, Y),
    finiteOutcome: call(learn.finiteOutcome<Learner<F, OneLayer<Rnn>>>, learner, 1, { W_xh: 2, W_hh: 1 }),
    evaluate: call((of, ...given) => learn.evaluate(algebra, of)(...given), model, parameters, passage.X.indices),
    bitsPerCharacter: call(learn.bitsPerCharacter, { total: 3, rows: 2 }),
    normalWeights: call((deviation, axes, from) => learn.normalWeights(deviation)(axes)(from), ...drawn),
    uniformEntries: call((bound, axes, from) => learn.uniformEntries(bound)(axes)(from), ...drawn),
    usualInitialisation: call(
      (its, from) => learn.usualInitialisation(its)([hiddenAxis(3)])(from),
      model.sizes,
      random,
    ),
    initialParameters: call((of, from) => learn.initialParameters(algebra, of, weights)(from), model, random),
    freshLearner: call(
      learn.freshLearner<F, OneLayer<Rnn>>,
      algebra,
      model,
      optimiser,
      batchAxis(minibatch.batch),
      parameters,
    ),
  }
}

/** The first states that a stream gives. */
const firstOf = <A>(count: number, stream: Iterable<A>): readonly A[] => {
  const all = stream[Symbol.iterator]()
  return range(count).map(() => all.next().value as A)
}

/** The states at the beginning of a trajectory. */
const statesOf = <S>(count: number, from: StateStream<'IOEither', S>) => firstOf(count, learn.states(from))

/** A run that writes down what it is given, somewhere in an epoch. */
const runOf = ({ run: { path, random, first, second } }: LearnWorld) => {
  const from: RunState<Log> = { ...ofCopies(learn.initialRunState<Log>, [], random), minibatch: first }
  return { path, from, count: second }
}

/** One call of each function that is about a run. */
const runCalls = (world: LearnWorld): Calls => {
  const { path, from, count } = runOf(world)
  const minibatch = learn.trainMinibatch(IOE.Bifunctor)(path, writing)
  const run = learn.stateStream(IOE.Bifunctor)((at: RunState<Log>) => minibatch(at))
  return {
    dataset: call(
      (text, random) => right(learn.dataset(text, randomSampler(1, 1))).draw(random),
      [...world.passage.X.indices, ...world.passage.Y.indices],
      world.random,
    ),
    initialRunState: call(learn.initialRunState<Log>, [], world.random),
    epochEnded: call(learn.epochEnded<Log>, learn.withPlan(path, from)),
    nextMinibatch: call(learn.nextMinibatch<Log>, path, from),
    trainMinibatch: call((its, at) => right(learn.trainMinibatch(IOE.Bifunctor)(its, writing)(at)()), path, from),
    train: call((its, at) => reportsOf(count, learn.train(IOE.Bifunctor)(its, writing)(at)), path, from),
    stateStream: call((at) => statesOf(count, run(at)), from),
    mapStream: call(
      (of) => statesOf(count, learn.mapStream(IOE.Bifunctor)(({ losses }: RunState<Log>) => losses)(of)),
      ofCopies(run, from),
    ),
    states: call((of) => firstOf(count, learn.states(of)), ofCopies(run, from)),
    take: call((of) => learn.take(count, learn.states(of)), ofCopies(run, from)),
    withPlan: call(learn.withPlan<Log>, path, from),
    watching: call(learn.watching<RunState<Log>>, from, { epoch: 1, losses: { total: 3, rows: 2 } }),
    epochOver: call(
      (watch, now) => learn.epochOver(3)(watch, { epoch: 2, losses: { total: 9, rows: 2 } }, now),
      ofCopies(learn.watching<RunState<Log>>, from, { epoch: 1, losses: { total: 3, rows: 2 } }),
      from,
    ),
  }
}

export const learnCalls = <F extends Carrier>(algebra: Concrete<F>, world: LearnWorld): Calls => ({
  ...stepCalls(algebra, world),
  ...runCalls(world),
})

/** The first states that a stream gives which answers later. */
const firstLater = async <A>(count: number, stream: AsyncIterable<A>): Promise<readonly A[]> => {
  const all = stream[Symbol.asyncIterator]()
  const taken: A[] = []
  for (let k = 0; k < count; k++) taken.push((await all.next()).value as A)
  return taken
}

/** One call of each function that answers later, or gives what does. */
export const laterCalls = (world: LearnWorld): Calls => {
  const { path, from, count } = runOf(world)
  const later = learn.train(TE.Bifunctor)<Log>(path, (log, minibatch) => TE.fromIOEither(writing(log, minibatch)))
  const { optimiser, model, learner, minibatch } = learningOf(float32, world)
  const again = learn.replay(float32, model, optimiser)
  const fails: learn.Step<'TaskEither', typeof learner> = () => TE.left({ _tag: 'StepNotFinite', what: 'the loss' })
  return {
    statesAsync: call(
      (of: StateStream<'TaskEither', Report<Log>>) => firstLater(count, learn.statesAsync(of)),
      later(from),
    ),
    failing: call((failure) => firstLater(2, learn.failing(failure)), { _tag: 'EmptyText', what: 'the text' } as const),
    replayed: call((its, next) => learn.replayed(again, identity, fails)(its, next)(), learner, minibatch),
  }
}

const ANSWERS_LATER = '`laterCalls` has a call of it'

/** What has no call in the table, and why. */
export const learnExceptions: Readonly<Record<string, string>> = {
  statesAsync: ANSWERS_LATER,
  failing: ANSWERS_LATER,
  replayed: ANSWERS_LATER,
}
