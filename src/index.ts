/**
 * The float32 reading of everything: the equations as functions of plain tensors `{ axes, data }`.
 *
 * The same names without an algebra's argument. For another reading (double precision, a graph, one of your own)
 * import the parts: pure-rnn/algebra, /model, /text, /learn, /interpret.
 */
import * as IOE from 'fp-ts/lib/IOEither.js'
import { float32 } from './interpret/float32.js'
import * as learn from './learn/index.js'
import * as model from './model/index.js'
import * as text from './text/index.js'

export { axis, product } from './algebra/axis.js'
export type { Axes, Axis, Product } from './algebra/axis.js'
export { explain } from './failure.js'
export type { Failure, Result } from './failure.js'
export type { Float32Tensor as Tensor } from './interpret/float32.js'
export type { OneHotTensor } from './interpret/float-tensor.js'
export type { ReadonlyFloat32Array } from './interpret/readonly-array.js'
export { seeded } from './random.js'
export type { Random, RandomState } from './random.js'

export {
  batchAxis,
  hiddenAxis,
  meanLoss,
  noLoss,
  perplexity,
  previousAxis,
  timeAxis,
  vocabularyAxis,
} from './model/index.js'
export type {
  Batch,
  Cell,
  CellShape,
  Hidden,
  LossSum,
  Previous,
  Rnn,
  Rows,
  Sizes,
  Time,
  Vocabulary,
} from './model/index.js'
export { begin, bitsPerCharacter, course, normalWeights, states } from './learn/index.js'
export type { Course, Initialisation, Minibatch, Progress, Report, Trajectory } from './learn/index.js'
export {
  consecutiveSampler,
  decode,
  encode,
  greedy,
  lineBreaksToSpaces,
  minibatchOf,
  predict,
  randomSampler,
  sampled,
  vocabularyOf,
  writeCharacters,
} from './text/index.js'
export type { CharacterSet, Choice, Plan, Reader, Sampler } from './text/index.js'

/** The algebra all of this is read in. */
export { float32 }
export const { tensor, oneHot, toArray } = float32

/** All parameters, by their names. */
export type Parameters<C extends model.CellShape = model.Rnn> = model.Parameters<'float32', C>
export type State<C extends model.CellShape = model.Rnn> = model.State<'float32', C>
export type Learner<C extends model.CellShape = model.Rnn> = learn.Learner<'float32', C>
export type Optimiser = learn.Optimiser<'float32'>

/** The plain recurrent cell, with tanh unless asked otherwise. */
export const rnn = (phi: model.ActivationName = 'tanh'): model.Cell<'float32', model.Rnn> =>
  model.rnn(float32, model.activation(float32, phi))

type Float32Cell<C extends model.CellShape> = model.Cell<'float32', C>

export const forward = <C extends model.CellShape>(cell: Float32Cell<C>) => model.forward(float32, cell)
export const backpropagate = <C extends model.CellShape>(cell: Float32Cell<C>) => model.backpropagate(float32, cell)
export const crossEntropyForward = model.crossEntropyForward(float32)
export const crossEntropyBackward = model.crossEntropyBackward(float32)
export const zeroState = <C extends model.CellShape>(cell: Float32Cell<C>, sizes: model.Sizes, batch: model.Batch) =>
  model.zeroState(float32, cell, sizes, batch)
export const zeroAdjoint = model.zeroAdjoint(float32)
export const initialParameters = <C extends model.CellShape>(
  cell: Float32Cell<C>,
  sizes: model.Sizes,
  initialisation: learn.Initialisation = learn.normalWeights(0.01),
) => learn.initialParameters(float32, cell, sizes, initialisation)

export const chain = (...optimisers: readonly Optimiser[]): Optimiser => learn.chain(...optimisers)
export const clipByGlobalNorm = learn.clipByGlobalNorm(float32)
export const sgd = learn.sgd(float32)
export const frozen = learn.frozen(float32)
export const applyUpdates = learn.applyUpdates(float32)

export const freshLearner = <C extends model.CellShape>(
  cell: Float32Cell<C>,
  optimiser: Optimiser,
  sizes: model.Sizes,
  batch: model.Batch,
  parameters: Parameters<C>,
): Learner<C> => learn.freshLearner(float32, cell, optimiser, sizes, batch, parameters)

/** The step that `train` takes: forward, BPTT and update, computed at once. */
export const trainingStep = <C extends model.CellShape>(
  cell: Float32Cell<C>,
  optimiser: Optimiser,
  vocabulary: number,
) => learn.directStep(float32, cell, optimiser, vocabulary)

/** The lazy stream of all training states. */
export const train = <L>(path: learn.Course, step: learn.Step<'IOEither', L>) => learn.train(IOE.Bifunctor)(path, step)

export const reader = <C extends model.CellShape>(
  cell: Float32Cell<C>,
  sizes: model.Sizes,
  parameters: Parameters<C>,
) => text.reader(float32, cell, sizes, parameters)

export const evaluate = <C extends model.CellShape>(cell: Float32Cell<C>, sizes: model.Sizes) =>
  learn.evaluate(float32, cell, sizes)
