/**
 * Training as one call: a model, an optimiser, a text and a sampler make a run, whose states are a lazy stream.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as IOE from 'fp-ts/lib/IOEither.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { requireFunction, requireMethods, requireRecord, requireThat, requireWhole } from '../algebra/require.js'
import { quoted } from '../failure.js'
import type { Failure, Result } from '../failure.js'
import { float32 } from '../interpret/float32.js'
import { directStep } from '../train/engine.js'
import type { EngineSpec } from '../train/engine.js'
import { freshLearner, initialParameters, usualInitialisation } from '../train/initial.js'
import type { Initialisation } from '../train/initial.js'
import type { AnyOptimiser } from '../train/optimisers/optimiser.js'
import { trainingStep as step } from '../train/step.js'
import type { Learner, Stepped } from '../train/step.js'
import { initialRunState, dataset, train as stream, withPlan } from '../train/run.js'
import type { Dataset, RunState, Report, PlannedRun } from '../train/run.js'
import { failing, states, statesAsync } from '../train/stream.js'
import type { LanguageModel } from '../model/language-model.js'
import type { Characters, LayersShape } from '../model/layers.js'
import { batchAxis } from '../model/parameters.js'
import { requireRandomState, seeded } from '../random.js'
import type { BatchSampler } from '../data/samplers.js'
import type { Text } from '../data/vocabulary.js'
import type { ModelParameters } from './model.js'
import { requireModel } from './require.js'

/** A run after a minibatch, as plain data: keep it, look at it, go on from it. */
export interface TrainingState<L extends LayersShape>
  extends Learner<'float32', L>, Omit<RunState<unknown>, 'learner'> {}

/** The states of a run, each a Right, until a Left that says why it ended. Every iteration starts over. */
export interface Run<L extends LayersShape> {
  /** One state for each minibatch, without end. */
  readonly states: Iterable<Result<TrainingState<L>>>
  /** The states at which an epoch has ended. */
  readonly epochs: Iterable<Result<TrainingState<L>>>
}

/** The same on an engine that answers later. */
export interface EngineRun<L extends LayersShape> {
  /** One state for each minibatch, without end; each is copied out of the engine. */
  readonly states: AsyncIterable<Result<TrainingState<L>>>
  /** The states at which an epoch has ended. */
  readonly epochs: AsyncIterable<Result<TrainingState<L>>>
  /** Frees what the engine holds. */
  readonly close: () => Promise<void>
}

/** What a run begins with. */
export interface TrainOptions<L extends LayersShape> {
  /** What initial parameters and plans are drawn from: a whole number, 0 unless asked. */
  readonly seed?: number
  /** How initial parameters are drawn: uniform within 1 / sqrt(H), unless asked otherwise. */
  readonly initialisation?: Initialisation
  /** Parameters to begin with, instead of drawn ones. */
  readonly parameters?: ModelParameters<L>
  /** A state to go on from, bit for bit; then nothing else is needed. */
  readonly from?: TrainingState<L>
}

/** Options with an engine. */
export interface EngineOptions<L extends LayersShape> extends TrainOptions<L> {
  readonly engine: EngineSpec
}

interface Train {
  <L extends LayersShape>(
    model: LanguageModel<L>,
    optimiser: AnyOptimiser,
    text: Text,
    sampler: BatchSampler,
    options?: TrainOptions<L>,
  ): Run<L>
  <L extends LayersShape>(
    model: LanguageModel<L>,
    optimiser: AnyOptimiser,
    text: Text,
    sampler: BatchSampler,
    options: EngineOptions<L>,
  ): Promise<EngineRun<L>>
}

/** A text that can be trained on, and where a run stands. */
interface Prepared<L extends LayersShape> {
  readonly path: Dataset
  readonly now: PlannedRun<Learner<'float32', L>>
}

const prepared = <L extends LayersShape>(
  model: LanguageModel<L>,
  optimiser: AnyOptimiser,
  text: Text,
  sampler: BatchSampler,
  options: TrainOptions<L>,
): Either<Failure, Prepared<L>> =>
  pipe(
    sameCharacters(model, text),
    E.chain(({ numbers }) => dataset(numbers, sampler)),
    E.map((path) => ({ path, now: beginning(model, optimiser, path, options) })),
  )

const beginning = <L extends LayersShape>(
  model: LanguageModel<L>,
  optimiser: AnyOptimiser,
  path: Dataset,
  { seed = 0, initialisation = usualInitialisation(model.sizes), parameters: own, from }: TrainOptions<L>,
): PlannedRun<Learner<'float32', L>> => {
  if (from !== undefined) return withPlan(path, progressOf(requireState(from)))
  const [drawn, random] = initialParameters(float32, model, initialisation)(seeded(seed))
  const parameters = own ?? drawn
  const [plan, after] = path.draw(random)
  const learner = freshLearner(float32, model, optimiser(float32), batchAxis(plan.batch), parameters)
  return { progress: initialRunState(learner, random), plan, after }
}

/** A state to go on from: one that a run has given, or what a file or a worker read back. */
const requireState = <L extends LayersShape>(from: TrainingState<L>): TrainingState<L> => {
  requireRecord('train', 'options.from', from)
  requireRecord('train', 'options.from.parameters', from.parameters)
  requireRecord('train', 'options.from.hidden', from.hidden)
  requireRecord('train', 'options.from.losses', from.losses)
  requireWhole('train', 'options.from.epoch', from.epoch, 1)
  requireWhole('train', 'options.from.minibatch', from.minibatch, 0)
  requireRandomState('train', from.random)
  return from
}

const progressOf = <L extends LayersShape>({
  parameters,
  optimiser,
  hidden,
  ...rest
}: TrainingState<L>): RunState<Learner<'float32', L>> => ({ ...rest, learner: { parameters, optimiser, hidden } })

const stateOf = <L extends LayersShape>({
  progress: { learner, ...rest },
}: Report<Learner<'float32', L>>): TrainingState<L> => ({ ...learner, ...rest })

const sameCharacters = <L extends LayersShape>(model: LanguageModel<L>, text: Text): Either<Failure, Text> => {
  const [expected, got] = [model.vocabulary?.characters, text.vocabulary.characters]
  const same = expected === undefined ? got.length === model.sizes.vocabulary : expected.join() === got.join()
  return same
    ? E.right(text)
    : E.left({
        _tag: 'Mismatch',
        what: 'the text',
        expected: `the ${String(model.sizes.vocabulary)} characters of the model`,
        got: `${String(got.length)} others, ${quoted(got.join(''))}`,
        advice: 'make the model for the vocabulary of this text, or read the text with that of the model',
      })
}

const isEnd = ({ epochEnded }: { readonly epochEnded: boolean }): boolean => epochEnded

const runHere = <L extends LayersShape>(
  model: LanguageModel<L>,
  optimiser: AnyOptimiser,
  ready: Either<Failure, Prepared<L>>,
): Run<L> => {
  const of = (keep: (report: Report<unknown>) => boolean): Iterable<Result<TrainingState<L>>> =>
    pipe(
      ready,
      E.match(
        (failure): Iterable<Result<TrainingState<L>>> => [E.left(failure)],
        ({ path, now }) => {
          const reports = stream(IOE.Bifunctor)(path, directStep(float32, model, optimiser(float32)))(now)
          return states(reports, { keep, give: stateOf<L> })
        },
      ),
    )
  return { states: of(() => true), epochs: of(isEnd) }
}

const runOn = <L extends LayersShape>(
  model: LanguageModel<L>,
  optimiser: AnyOptimiser,
  ready: Either<Failure, Prepared<L>>,
  engine: EngineSpec,
): Promise<EngineRun<L>> =>
  pipe(
    TE.fromEither(ready),
    TE.bindTo('ready'),
    TE.bind('open', ({ ready: { now } }) => {
      const { batch, steps } = now.plan
      return engine.open({ model, optimiser, batch, steps })
    }),
    TE.match(
      (failure): EngineRun<L> => ({
        states: failing(failure),
        epochs: failing(failure),
        close: T.of(undefined),
      }),
      ({ ready: { path, now }, open }) => {
        const from = { ...now, progress: { ...now.progress, learner: open.load(now.progress.learner) } }
        const reports = stream(TE.Bifunctor)(path, open.step)(from)
        const give = ({ progress, ...rest }: Report<unknown>): TrainingState<L> =>
          stateOf({ ...rest, progress: { ...progress, learner: open.save(progress.learner) } })
        return {
          states: statesAsync(reports, { keep: () => true, give }),
          epochs: statesAsync(reports, { keep: isEnd, give }),
          close: T.map(() => undefined)(open.close),
        }
      },
    ),
  )()

const AN_ENGINE = 'an engine, such as onnx()'

const isText = (text: unknown): boolean =>
  typeof text === 'object' && text !== null && 'vocabulary' in text && 'numbers' in text

/**
 * A run: the states of training, minibatch by minibatch, computed as they are asked for.
 *
 * @param model from `languageModel`, for the vocabulary of the text
 * @param optimiser `sgd`, `adam`, ..., chained behind clipping
 * @param text from `readText`
 * @param sampler `consecutiveSampler(batch, steps)` or `randomSampler(batch, steps)`
 * @param options a seed, initial parameters, or a state to go on from; and `engine: onnx()` for the compiled engine,
 *   with which the run is a promise and its streams are asynchronous
 * @returns streams of states. A failure (a text that is too short, a gradient that is not finite) is their last
 *   entry, a Left.
 *
 * The gradient is cut before each minibatch: truncated BPTT. Two iterations of a stream compute everything twice.
 *
 * ```ts
 * import { adam, consecutiveSampler, languageModel, lstm, orThrow, perplexity, readText, take, train } from 'pure-rnn'
 *
 * const text = orThrow(readText('hello hello hello hello '))
 * const model = languageModel(lstm(), { vocabulary: text.vocabulary, hidden: 8 })
 * const run = train(model, adam(0.1), text, consecutiveSampler(2, 5), { seed: 1 })
 * const epochs = orThrow(take(20, run.epochs))
 * perplexity(epochs[0].losses) > perplexity(epochs[19].losses) // => true
 * ```
 */
export const train: Train = (<L extends LayersShape>(
  model: LanguageModel<L>,
  optimiser: AnyOptimiser,
  text: Text,
  sampler: BatchSampler,
  options: TrainOptions<L> | EngineOptions<L> = {},
): Run<L> | Promise<EngineRun<L>> => {
  requireModel('train', model)
  requireFunction('train', 'the optimiser', optimiser, 'an optimiser, such as sgd(0.1)')
  requireThat(isText(text), 'train', 'the text', 'a text, as readText(...) gives in its right', text)
  const { engine } = requireRecord('train', 'the options', options) as Partial<EngineOptions<L>>
  const ready = prepared(model, optimiser, text, sampler, options)
  return engine === undefined
    ? runHere(model, optimiser, ready)
    : runOn(model, optimiser, ready, requireMethods('train', 'the engine', engine, ['open'], AN_ENGINE))
}) as Train

/**
 * One training step: forward, backpropagation through time from dH_T = 0, and the optimiser's update.
 *
 * @returns a function of the learner (parameters, the optimiser's state, the hidden state of N rows) and of the
 *   characters X and the labels Y (T*N x V each, time-major) to the next learner, the loss before the update in nats,
 *   the largest absolute entry of each gradient, all gradients and all updates
 *
 * ```ts
 * import { batchAxis, consecutiveSampler, float32, initialParameters, languageModel, minibatchOf } from 'pure-rnn'
 * import { oneHot, orThrow, product, readText, rnn, seeded, sgd, timeAxis } from 'pure-rnn'
 * import { trainingStep, vocabularyAxis } from 'pure-rnn'
 * import { freshLearner } from 'pure-rnn/train'
 *
 * const { vocabulary, numbers } = orThrow(readText('hello hello '))
 * const model = languageModel(rnn(), { vocabulary, hidden: 4 })
 * const [parameters, random] = initialParameters(model)(seeded(1))
 * const [plan] = orThrow(consecutiveSampler(2, 3)(numbers.length))(random)
 * const { inputs, labels } = minibatchOf(numbers, plan, plan.minibatches[0])
 *
 * const [N, T, V] = [batchAxis(plan.batch), timeAxis(plan.steps), vocabularyAxis(model.sizes.vocabulary)]
 * const optimiser = sgd(0.1)
 * const learner = freshLearner(float32, model, optimiser(float32), N, parameters)
 * const [X, Y] = [inputs, labels].map((numbers) => oneHot([product(T, N), V], numbers))
 * const { loss } = trainingStep(model, optimiser)(learner, X, Y)
 * loss.data[0] > 1 // => true
 * ```
 */
export const trainingStep = <L extends LayersShape>(
  model: LanguageModel<L>,
  optimiser: AnyOptimiser,
): ((
  learner: Learner<'float32', L>,
  X: Characters<'float32'>,
  Y: Characters<'float32'>,
) => Stepped<'float32', L>) => step(float32, model, optimiser(float32))
