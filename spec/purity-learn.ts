/** A call of every function that `src/learn` exports, but of the optimisers, which `purity-optimisers.ts` calls. */
import fc from 'fast-check'
import * as IOE from 'fp-ts/lib/IOEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Carrier, Concrete } from '../src/algebra/tensor-algebra.js'
import { range, readOneHot } from '../src/laws/plain.js'
import { rowsOf, stepsOf, vocabularyOf } from '../src/laws/passage.js'
import type { Trial } from '../src/laws/passage.js'
import { readAll } from '../src/laws/records.js'
import { reportsOf, writing } from '../src/laws/runs.js'
import type { Log, RunSample } from '../src/laws/runs.js'
import * as learn from '../src/learn/index.js'
import type { Learner, Minibatch, Progress, Report, Trajectory } from '../src/learn/index.js'
import { batchAxis, parameterAxes } from '../src/model/index.js'
import type { Parameters, Rnn, State } from '../src/model/index.js'
import type { RandomState } from '../src/random.js'
import { randomSampler } from '../src/text/index.js'
import { fewSizes, trials } from './arbitraries-model.js'
import { call, ofCopies } from './purity.js'
import type { Call, Calls } from './purity.js'
import { right } from './store-samples.js'
import { rnnWith } from './subjects.js'
import { randomStates } from './text-samples.js'
import { runs } from './training-samples.js'

/** A model and what it reads; and a text with the plans that are drawn for it. */
export interface LearnWorld {
  readonly passage: Trial
  readonly reset: boolean
  readonly run: RunSample
  readonly random: RandomState
}

export const learnWorlds: fc.Arbitrary<LearnWorld> = fc.record({
  passage: trials(rnnWith('tanh'), fewSizes),
  reset: fc.boolean(),
  run: runs,
  random: randomStates,
})

/** A model with an optimiser that remembers, and a minibatch for it. */
const learningOf = <F extends Carrier>(algebra: Concrete<F>, { passage, reset }: LearnWorld) => {
  const { clipByGlobalNorm, momentum, sgd } = learn
  const optimiser = learn.chain(clipByGlobalNorm(algebra)(1), momentum(algebra)(0.5), sgd(algebra)(1))
  const cell = rnnWith('tanh')(algebra)
  const parameters = readAll(algebra, passage.parameters) as unknown as Parameters<F, Rnn>
  const learner: Learner<F, Rnn> = {
    parameters,
    optimiser: ofCopies((p) => optimiser.init(p as never), parameters),
    hidden: readAll(algebra, passage.state) as unknown as State<F, Rnn>,
  }
  const sizes = { vocabulary: vocabularyOf(passage), hidden: passage.state['H'].axes[1].size }
  const rows = { batch: rowsOf(passage), steps: stepsOf(passage) }
  const minibatch: Minibatch = { ...rows, inputs: passage.X.indices, labels: passage.Y.indices, reset }
  return { optimiser, cell, learner, sizes, minibatch }
}

/** One call of each function that is about a model. */
const stepCalls = <F extends Carrier>(algebra: Concrete<F>, world: LearnWorld): Calls => {
  const { optimiser, cell, learner, sizes, minibatch } = learningOf(algebra, world)
  const { passage, random } = world
  const { parameters } = learner
  const [X, Y] = [readOneHot(algebra, passage.X), readOneHot(algebra, passage.Y)]
  const weights = learn.normalWeights(0.1)
  const drawn = [0.1, ofCopies((of) => parameterAxes(cell, of), sizes).W_xh, random] as const
  return {
    directStep: call(
      (from, its) => learn.directStep(algebra, cell, optimiser, sizes.vocabulary)(from, its)(),
      learner,
      minibatch,
    ),
    trainingStep: call((...given) => learn.trainingStep(algebra, cell, optimiser)(...given), learner, X, Y),
    finiteOutcome: call(learn.finiteOutcome<Learner<F, Rnn>>, learner, 1, { W_xh: 2, W_hh: 1 }),
    evaluate: call((of, ...given) => learn.evaluate(algebra, cell, of)(...given), sizes, parameters, passage.X.indices),
    bitsPerCharacter: call(learn.bitsPerCharacter, { total: 3, rows: 2 }),
    normalWeights: call((deviation, axes, from) => learn.normalWeights(deviation)(axes)(from), ...drawn),
    uniformEntries: call((bound, axes, from) => learn.uniformEntries(bound)(axes)(from), ...drawn),
    initialParameters: call((of, from) => learn.initialParameters(algebra, cell, of, weights)(from), sizes, random),
    freshLearner: call(
      learn.freshLearner<F, Rnn>,
      algebra,
      cell,
      optimiser,
      sizes,
      batchAxis(minibatch.batch),
      parameters,
    ),
    flatten: call(learn.flatten<F, Rnn>, learner),
    unflatten: call(learn.unflatten<F, Rnn>, ofCopies(learn.flatten<F, Rnn>, learner)),
  }
}

/** The first states that a stream gives. */
const firstOf = <A>(count: number, stream: Iterable<A>): readonly A[] => {
  const all = stream[Symbol.iterator]()
  return range(count).map(() => all.next().value as A)
}

/** The states at the beginning of a trajectory. */
const statesOf = <S>(count: number, from: Trajectory<'IOEither', S>) => firstOf(count, learn.states(from))

/** A run that writes down what it is given, somewhere in an epoch. */
const runOf = ({ run: { path, random, first, second } }: LearnWorld) => {
  const from: Progress<Log> = { ...ofCopies(learn.begin<Log>, [], random), minibatch: first }
  return { path, from, count: second }
}

/** One call of each function that is about a run. */
const runCalls = (world: LearnWorld): Calls => {
  const { path, from, count } = runOf(world)
  const minibatch = learn.trainMinibatch(IOE.Bifunctor)(path, writing)
  const run = learn.trajectory(IOE.Bifunctor)((at: Progress<Log>) => minibatch(at))
  return {
    course: call(
      (text, random) => right(learn.course(text, randomSampler(1, 1))).draw(random),
      [...world.passage.X.indices, ...world.passage.Y.indices],
      world.random,
    ),
    begin: call(learn.begin<Log>, [], world.random),
    epochEnded: call(learn.epochEnded<Log>, path, from),
    nextMinibatch: call(learn.nextMinibatch<Log>, path, from),
    trainMinibatch: call((its, at) => right(learn.trainMinibatch(IOE.Bifunctor)(its, writing)(at)()), path, from),
    train: call((its, at) => reportsOf(count, learn.train(IOE.Bifunctor)(its, writing)(at)), path, from),
    trajectory: call((at) => statesOf(count, run(at)), from),
    mapTrajectory: call(
      (of) => statesOf(count, learn.mapTrajectory(IOE.Bifunctor)(({ losses }: Progress<Log>) => losses)(of)),
      ofCopies(run, from),
    ),
    states: call((of) => firstOf(count, learn.states(of)), ofCopies(run, from)),
  }
}

export const learnCalls = <F extends Carrier>(algebra: Concrete<F>, world: LearnWorld): Calls => ({
  ...stepCalls(algebra, world),
  ...runCalls(world),
})

/** What has no call in the table, and why. */
export const learnExceptions = { statesAsync: 'its states come later: `statesLater` is a call of it' }

/** The states of a run that answers later. */
export const statesLater = (world: LearnWorld): Call => {
  const { path, from, count } = runOf(world)
  const later = learn.train(TE.Bifunctor)<Log>(path, (log, minibatch) => TE.fromIOEither(writing(log, minibatch)))
  const firstLater = async (of: Trajectory<'TaskEither', Report<Log>>) => {
    const all = learn.statesAsync(of)[Symbol.asyncIterator]()
    const taken: unknown[] = []
    for (let k = 0; k < count; k++) taken.push((await all.next()).value)
    return taken
  }
  return call(firstLater, later(from))
}
