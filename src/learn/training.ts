/**
 * Training as state transitions: one minibatch, one epoch, as many epochs as are asked for.
 *
 * The whole of a run is a `Progress`: what is learnt, where in which epoch it is, and the generator's state.
 * It is plain data. A run cut at any minibatch, stored and taken up again goes on bit for bit as if it had not been.
 */
import type { Kind2, URIS2 } from 'fp-ts/HKT'
import type { Bifunctor2 } from 'fp-ts/lib/Bifunctor.js'
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { identity } from 'fp-ts/lib/function.js'
import type { Failure } from '../failure.js'
import { noLoss } from '../model/loss.js'
import type { LossSum } from '../model/loss.js'
import type { Random, RandomState } from '../random.js'
import { minibatchOf } from '../text/plan.js'
import type { Plan, Sampler } from '../text/plan.js'
import type { Minibatch, Outcome, Step } from './engine.js'
import { mapTrajectory, trajectory } from './trajectory.js'
import type { Trajectory } from './trajectory.js'

/** A run at one minibatch: all that it takes to go on from there. */
export interface Progress<L> {
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
export interface Course {
  readonly text: ArrayLike<number>
  readonly draw: Random<Plan>
}

/** The course of a text, or why it is too short. */
export const course = (text: ArrayLike<number>, sampler: Sampler): Either<Failure, Course> =>
  E.map((draw: Random<Plan>) => ({ text, draw }))(sampler(text.length))

/** A run that has not begun. */
export const begin = <L>(learner: L, random: RandomState): Progress<L> => ({
  learner,
  epoch: 1,
  minibatch: 0,
  random,
  losses: noLoss,
})

/** A progress with the plan of its epoch at hand, so that the plan is drawn once an epoch. */
interface Underway<L> {
  readonly progress: Progress<L>
  readonly plan: Plan
  /** The generator's state after the plan was drawn. */
  readonly after: RandomState
}

const underway = <L>({ draw }: Course, progress: Progress<L>): Underway<L> => {
  const [plan, after] = draw(progress.random)
  return { progress, plan, after }
}

const hasEnded = <L>({ progress, plan }: Underway<L>): boolean => progress.minibatch >= plan.minibatches.length

/** Whether every minibatch of the epoch has been taken. */
export const epochEnded = <L>(path: Course, progress: Progress<L>): boolean => hasEnded(underway(path, progress))

/** Where the next minibatch belongs: in this epoch, or at the beginning of the next. */
const ready = <L>(path: Course, now: Underway<L>): Underway<L> =>
  hasEnded(now)
    ? underway(path, { ...begin(now.progress.learner, now.after), epoch: now.progress.epoch + 1 })
    : now

/** The minibatch that a progress comes to next. */
export const nextMinibatch = <L>(path: Course, progress: Progress<L>): Minibatch =>
  minibatchAt(path, ready(path, underway(path, progress)))

const minibatchAt = <L>({ text }: Course, { plan, progress }: Underway<L>): Minibatch => {
  const planned = plan.minibatches[progress.minibatch]
  return { batch: plan.batch, steps: plan.steps, reset: planned.reset, ...minibatchOf(text, plan, planned) }
}

const advance =
  <L>(now: Underway<L>) =>
  ({ learner, loss }: Outcome<L>): Underway<L> => {
    const { plan, progress } = now
    const rows = plan.batch * plan.steps
    const losses = { total: progress.losses.total + loss * rows, rows: progress.losses.rows + rows }
    return { ...now, progress: { ...progress, learner, losses, minibatch: progress.minibatch + 1 } }
  }

const stepUnderway =
  <M extends URIS2>(M: Bifunctor2<M>) =>
  <L>(path: Course, step: Step<M, L>) =>
  (before: Underway<L>): Kind2<M, Failure, Underway<L>> => {
    const now = ready(path, before)
    const { epoch, minibatch } = now.progress
    return M.bimap(
      step(now.progress.learner, minibatchAt(path, now)),
      (failure): Failure =>
        failure._tag === 'StepNotFinite'
          ? { _tag: 'NotFinite', what: failure.what, epoch, minibatch: minibatch + 1 }
          : failure,
      advance(now),
    )
  }

/** One minibatch: the transition that training is made of. */
export const trainMinibatch =
  <M extends URIS2>(M: Bifunctor2<M>) =>
  <L>(path: Course, step: Step<M, L>) =>
  (progress: Progress<L>): Kind2<M, Failure, Progress<L>> =>
    M.bimap(
      stepUnderway(M)(path, step)(underway(path, progress)),
      identity,
      (now) => now.progress,
    )

/** A progress after a minibatch, and whether that minibatch ended its epoch. */
export interface Report<L> {
  readonly progress: Progress<L>
  readonly epochEnded: boolean
}

/** The lazy stream of all that follows, minibatch by minibatch, without end. */
export const train =
  <M extends URIS2>(M: Bifunctor2<M>) =>
  <L>(path: Course, step: Step<M, L>) =>
  (from: Progress<L>): Trajectory<M, Report<L>> =>
    mapTrajectory(M)((now: Underway<L>) => ({ progress: now.progress, epochEnded: hasEnded(now) }))(
      trajectory(M)(stepUnderway(M)(path, step))(underway(path, from)),
    )
