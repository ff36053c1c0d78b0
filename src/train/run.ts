/**
 * Training as state transitions: one minibatch, one epoch, any number of epochs.
 *
 * The whole of a run is a `RunState`: what is learnt, where in which epoch it is, and the generator's state.
 * It is plain data. A run that is stopped after any minibatch, stored and resumed goes on bit for bit as if it had not
 * been stopped.
 */
import type { Kind2, URIS2 } from 'fp-ts/HKT'
import type { Bifunctor2 } from 'fp-ts/lib/Bifunctor.js'
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { identity } from 'fp-ts/lib/function.js'
import { requireCharacters, requireFunction, requireMethods, requireRecord, requireThat } from '../algebra/require.js'
import type { Failure } from '../failure.js'
import { noLoss } from '../model/loss.js'
import type { LossSum } from '../model/loss.js'
import { requireRandomState } from '../random.js'
import type { Random, RandomState } from '../random.js'
import { minibatchOf } from '../data/samplers.js'
import type { Plan, BatchSampler } from '../data/samplers.js'
import type { Minibatch, Outcome, Step } from './engine.js'
import { mapStream, stateStream } from './stream.js'
import type { StateStream } from './stream.js'

/** A run after a minibatch: all that is needed to go on from there. */
export interface RunState<L> {
  readonly learner: L
  /** The epoch that is under way, or has just ended; the first is 1. */
  readonly epoch: number
  /** How many minibatches of this epoch have been taken. */
  readonly minibatch: number
  /** The generator's state before this epoch's plan was drawn. */
  readonly random: RandomState
  /** The losses of this epoch's minibatches so far. */
  readonly losses: LossSum
}

/** A text as numbers, with the plans that a sampler draws for it. */
export interface Dataset {
  readonly text: ArrayLike<number>
  readonly draw: Random<Plan>
}

/** The dataset of a text, or why it is too short. A text that is no list of numbers is a defect. */
export const dataset = (text: ArrayLike<number>, sampler: BatchSampler): Either<Failure, Dataset> => {
  requireCharacters('dataset', 'the text', text)
  requireFunction('dataset', 'the sampler', sampler, CALLED_SAMPLER)
  return E.map((draw: Random<Plan>) => ({ text, draw }))(requirePlan(sampler(text.length)))
}

const CALLED_SAMPLER = 'a sampler with its rows and steps, such as randomSampler(2, 35)'

/** randomSampler itself is a function of numbers too, and answers with a sampler. */
const requirePlan = <A extends object>(answer: A): A =>
  requireThat('_tag' in answer, 'dataset', 'the sampler', CALLED_SAMPLER, answer)

/** A run that has not begun. */
export const initialRunState = <L>(learner: L, random: RandomState): RunState<L> => ({
  learner,
  epoch: 1,
  minibatch: 0,
  random: requireRandomState('initialRunState', random),
  losses: noLoss,
})

/** A run state with the plan of its epoch at hand, so that the plan is drawn once an epoch. */
export interface PlannedRun<L> {
  readonly progress: RunState<L>
  readonly plan: Plan
  /** The generator's state after the plan was drawn. */
  readonly after: RandomState
}

/** A run state with the plan of its epoch, drawn here. */
export const withPlan = <L>({ draw }: Dataset, progress: RunState<L>): PlannedRun<L> => {
  const [plan, after] = draw(progress.random)
  return { progress, plan, after }
}

/** Whether every minibatch of the epoch has been taken. */
export const epochEnded = <L,>({ progress, plan }: PlannedRun<L>): boolean =>
  progress.minibatch >= plan.minibatches.length

/** Where the next minibatch belongs: in this epoch, or at the beginning of the next. */
const ready = <L>(path: Dataset, now: PlannedRun<L>): PlannedRun<L> =>
  epochEnded(now)
    ? withPlan(path, { ...initialRunState(now.progress.learner, now.after), epoch: now.progress.epoch + 1 })
    : now

/** The minibatch that comes next. */
export const nextMinibatch = <L>(path: Dataset, progress: RunState<L>): Minibatch =>
  minibatchAt(path, ready(path, withPlan(path, progress)))

const minibatchAt = <L>({ text }: Dataset, { plan, progress }: PlannedRun<L>): Minibatch => {
  const planned = plan.minibatches[progress.minibatch]
  return { batch: plan.batch, steps: plan.steps, reset: planned.reset, ...minibatchOf(text, plan, planned) }
}

const advance =
  <L>(now: PlannedRun<L>) =>
  ({ learner, loss }: Outcome<L>): PlannedRun<L> => {
    const { plan, progress } = now
    const rows = plan.batch * plan.steps
    const losses = { total: progress.losses.total + loss * rows, rows: progress.losses.rows + rows }
    return { ...now, progress: { ...progress, learner, losses, minibatch: progress.minibatch + 1 } }
  }

const stepUnderway =
  <M extends URIS2>(M: Bifunctor2<M>) =>
  <L>(path: Dataset, step: Step<M, L>) =>
  (before: PlannedRun<L>): Kind2<M, Failure, PlannedRun<L>> => {
    const now = ready(path, before)
    const { epoch, minibatch } = now.progress
    return M.bimap(
      step(now.progress.learner, minibatchAt(path, now)),
      (failure): Failure =>
        failure._tag === 'StepNotFinite'
          ? { ...failure, _tag: 'NotFinite', epoch, minibatch: minibatch + 1 }
          : failure,
      advance(now),
    )
  }

/** One minibatch: the transition that training is made of. */
export const trainMinibatch =
  <M extends URIS2>(M: Bifunctor2<M>) =>
  <L>(path: Dataset, step: Step<M, L>) =>
  (progress: RunState<L>): Kind2<M, Failure, RunState<L>> =>
    M.bimap(
      stepUnderway(M)(path, step)(withPlan(path, progress)),
      identity,
      (now) => now.progress,
    )

/** A run state after a minibatch, and whether that minibatch ended its epoch. */
export interface Report<L> {
  readonly progress: RunState<L>
  readonly epochEnded: boolean
}

/**
 * The lazy stream of the states that follow, one for each minibatch, without end. Where the run state comes with its
 * plan, the plan is not drawn again.
 */
export const train =
  <M extends URIS2>(M: Bifunctor2<M>) =>
  <L>(path: Dataset, step: Step<M, L>) =>
  (from: RunState<L> | PlannedRun<L>): StateStream<M, Report<L>> => {
    requireMethods('train', 'the dataset', path, ['draw'], 'a dataset, as dataset(text, sampler) gives in its right')
    requireFunction('train', 'the step', step, 'a function, such as directStep(algebra, model, optimiser)')
    requireRecord('train', 'the run state', from)
    return mapStream(M)((now: PlannedRun<L>) => ({ progress: now.progress, epochEnded: epochEnded(now) }))(
      stateStream(M)(stepUnderway(M)(path, step))('plan' in from ? from : withPlan(path, from)),
    )
  }
