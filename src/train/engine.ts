/**
 * An engine: something that can take training steps.
 *
 * L is how the engine holds a learner between steps, M the effect in which it answers. The loops know
 * no more than this, so that they stay the same whichever engine runs them.
 */
import type { Kind, Kind2, URIS2 } from 'fp-ts/HKT'
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { IOEither } from 'fp-ts/lib/IOEither.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { product } from '../algebra/axis.js'
import type { Axes } from '../algebra/axis.js'
import { flatten } from '../algebra/names.js'
import { requireRecord } from '../algebra/require.js'
import type { Carrier, Concrete } from '../algebra/tensor-algebra.js'
import type { Failure, Origin } from '../failure.js'
import type { CellChoice } from '../model/cells.js'
import type { LanguageModel } from '../model/language-model.js'
import type { LayersShape } from '../model/layers.js'
import { zeroAdjoint } from '../model/model.js'
import type { Model } from '../model/model.js'
import { batchAxis, timeAxis, vocabularyAxis } from '../model/parameters.js'
import type { AnyOptimiser, Optimiser } from './optimisers/optimiser.js'
import { firstNotFinite } from './origin.js'
import { trainingStep } from './step.js'
import type { Learner } from './step.js'

/** One minibatch: the characters' numbers, time-major, and whether the state is reset before it. */
export interface Minibatch {
  readonly batch: number
  readonly steps: number
  readonly inputs: readonly number[]
  readonly labels: readonly number[]
  readonly reset: boolean
}

/** The result of a step. */
export interface Outcome<L> {
  readonly learner: L
  /** The mean loss of the minibatch in nats, before the update. */
  readonly loss: number
}

/** Why a step failed: numbers that are no longer finite (the loop adds the minibatch), or the engine itself. */
export type StepFailure =
  | { readonly _tag: 'StepNotFinite'; readonly what: string; readonly origin?: Origin }
  | { readonly _tag: 'EngineFailed'; readonly engine: string; readonly reason: string }

/** One `training-step`, in the effect M: it fails where a number is infinite or NaN, and says whose. */
export type Step<M extends URIS2, L> = (learner: L, minibatch: Minibatch) => Kind2<M, StepFailure, Outcome<L>>

/** Something that can take training steps, and translate learners from and to plain data. */
export interface Engine<M extends URIS2, N extends LayersShape, L> {
  readonly name: string
  readonly load: (learner: Learner<'float32', N>) => L
  readonly step: Step<M, L>
  readonly save: (learner: L) => Learner<'float32', N>
}

/** What an engine is opened for. */
export interface EngineRequest<N extends LayersShape> {
  readonly model: LanguageModel<N>
  readonly optimiser: AnyOptimiser
  /** N, the rows of a minibatch. */
  readonly batch: number
  /** T, its steps. */
  readonly steps: number
}

/** An open engine. Only the engine looks at the learners that it has loaded. */
export interface OpenEngine<N extends LayersShape> extends Engine<'TaskEither', N, unknown> {
  /** Frees what it holds. */
  readonly close: TaskEither<Failure, void>
}

/** An engine that can be opened, for any model and optimiser. */
export interface EngineSpec {
  readonly open: <N extends LayersShape>(request: EngineRequest<N>) => TaskEither<Failure, OpenEngine<N>>
}

/**
 * The outcome of a step, unless a gradient, its loss or a number that it hands on is infinite or NaN: the failure names
 * which.
 *
 * @param largest the largest absolute entry of each gradient
 * @param lost the first tensor of the next learner that is not finite, if there is one: `optimiser.1.v.W_hh`
 */
export const finiteOutcome = <L>(
  learner: L,
  loss: number,
  largest: Readonly<Record<string, number>>,
  lost?: string,
): Either<StepFailure, Outcome<L>> => {
  const field = Object.keys(largest).find((name) => !Number.isFinite(largest[name]))
  const what = field !== undefined ? `the gradient of ${field}` : Number.isFinite(loss) ? lost : 'the loss'
  return what === undefined ? E.right({ learner, loss }) : E.left({ _tag: 'StepNotFinite', what })
}

/** A model, with the name of its cell if it is a built-in one. */
type NamedModel<F extends Carrier, L extends LayersShape> = Model<F, L> & { readonly choice?: CellChoice }

/** A minibatch taken: the learner with the state that the step began with, and what the step gave. */
const taken =
  <F extends Carrier, L extends LayersShape>(
    algebra: Concrete<F>,
    model: Model<NoInfer<F>, L>,
    optimiser: Optimiser<F>,
  ) =>
  (learner: Learner<F, L>, { batch, steps, inputs, labels, reset }: Minibatch) => {
    requireRecord('trainingStep', 'the learner', learner)
    requireRecord('trainingStep', 'learner.hidden', learner.hidden)
    const rows = product(timeAxis(steps), batchAxis(batch))
    const characters = (numbers: readonly number[]) =>
      algebra.oneHot([rows, vocabularyAxis(model.sizes.vocabulary)], numbers)
    const hidden = reset ? zeroAdjoint(algebra)(learner.hidden) : learner.hidden
    const before = { ...learner, hidden }
    return { before, stepped: trainingStep(algebra, model, optimiser)(before, characters(inputs), characters(labels)) }
  }

/** The engine of a concrete algebra: the equations themselves, computed at once. Its failures say where they began. */
export const directStep =
  <F extends Carrier, L extends LayersShape>(
    algebra: Concrete<F>,
    model: NamedModel<NoInfer<F>, L>,
    optimiser: Optimiser<F>,
  ) =>
  (learner: Learner<F, L>, minibatch: Minibatch): IOEither<StepFailure, Outcome<Learner<F, L>>> =>
  () => {
    const { before, stepped } = taken(algebra, model, optimiser)(learner, minibatch)
    const numberIn = (a: Kind<F, []>): number => algebra.toArray(a)[0]
    const largest = Object.entries<Kind<F, []>>(stepped.largest).map(([field, a]) => [field, numberIn(a)] as const)
    const isFinite = (a: Kind<F, Axes>): boolean => Number.isFinite(numberIn(algebra.maxAbs(a)))
    const lost = Object.entries(flatten<F>(stepped.learner)).find(([, a]) => !isFinite(a))
    return pipe(
      finiteOutcome(stepped.learner, numberIn(stepped.loss), Object.fromEntries(largest), lost?.[0]),
      E.mapLeft(withOrigin(() => firstNotFinite(algebra, model.choice?.cell)(before, stepped))),
    )
  }

/** A failure of a step, with where it began. */
const withOrigin =
  (origin: () => Origin | undefined) =>
  (failure: StepFailure): StepFailure => {
    if (failure._tag !== 'StepNotFinite') return failure
    const found = origin()
    return found === undefined ? failure : { ...failure, origin: found }
  }

/** Where a minibatch, taken from this learner, leaves the finite numbers: undefined where it does not. */
export type Replay<L extends LayersShape> = (
  learner: Learner<'float32', L>,
  minibatch: Minibatch,
) => Origin | undefined

/** The replay of a step with its full trace, by a concrete algebra. */
export const replay =
  <F extends Carrier, L extends LayersShape>(
    algebra: Concrete<F>,
    model: NamedModel<NoInfer<F>, L>,
    optimiser: Optimiser<F>,
  ) =>
  (learner: Learner<F, L>, minibatch: Minibatch): Origin | undefined => {
    const { before, stepped } = taken(algebra, model, optimiser)(learner, minibatch)
    return firstNotFinite(algebra, model.choice?.cell)(before, stepped)
  }

/**
 * An engine's step whose failures say where they began: the reference reading repeats the step from the learner that
 * the engine had.
 */
export const replayed =
  <L extends LayersShape, E>(
    again: Replay<L>,
    save: (learner: E) => Learner<'float32', L>,
    step: Step<'TaskEither', E>,
  ): Step<'TaskEither', E> =>
  (learner, minibatch) =>
    TE.mapLeft(withOrigin(() => again(save(learner), minibatch)))(step(learner, minibatch))
