/**
 * The training loop of the command: state after state of the stream, with reports, saving and interruption.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { train } from '../train/run.js'
import type { Report } from '../train/run.js'
import { statesAsync } from '../train/stream.js'
import { perplexity } from '../model/loss.js'
import type { Checkpoint } from '../files/checkpoint.js'
import type { AnyEngine } from './engines.js'
import type { EndingSignal } from './io/interruption.js'
import { epochsDone, isDone, minibatchesOf } from './preparation.js'
import type { Run } from './preparation.js'
import { problemOf } from './problem.js'
import type { Problem } from './problem.js'
import { reportOf } from './report.js'
import type { TrainingReport } from './report.js'
import type { Standing } from './progress.js'

/** What the loop needs of the world. */
export interface World {
  /** Milliseconds, from whenever. */
  readonly now: () => number
  /** Saves the model, if it is saved at all. */
  readonly save: (checkpoint: Checkpoint) => TaskEither<Problem, void>
  readonly report: (report: TrainingReport) => void
  readonly show: (standing: Standing) => void
  readonly warn: (problem: Problem) => void
  readonly signal: () => EndingSignal | undefined
}

/** How a run ended, other than in a problem. */
export type Ending =
  | { readonly _tag: 'Finished' }
  | { readonly _tag: 'Interrupted'; readonly signal: EndingSignal; readonly checkpoint: Checkpoint }

const finished: Ending = { _tag: 'Finished' }

/** Trains until the run's epochs are done, or a signal comes. */
export const trainRun =
  (run: Run, engine: AnyEngine, world: World): TaskEither<Problem, Ending> =>
  async () => {
    if (isDone(run)) return stop(run.checkpoint, world, epochsDone(run), undefined)

    const { checkpoint, path } = run
    const { epochs, reportEvery } = checkpoint.settings
    const pace = paceOf(run, world.now)
    const now = ({ progress }: Report<unknown>): Checkpoint => ({
      ...checkpoint,
      progress: { ...progress, learner: engine.save(progress.learner) },
    })
    const from = { ...run.now, progress: { ...run.now.progress, learner: engine.load(run.now.progress.learner) } }
    for await (const state of statesAsync(train(TE.Bifunctor)(path, engine.step)(from))) {
      if (E.isLeft(state)) return E.left(problemOf(state.left))
      const { progress, epochEnded } = state.right
      const { epoch } = progress
      world.show(pace.standing(state.right))

      if (epochEnded && epoch >= epochs) return stop(now(state.right), world, epoch, pace.charactersPerSecond())
      const signal = world.signal()
      if (signal !== undefined) {
        return TE.map((): Ending => ({ _tag: 'Interrupted', signal, checkpoint: now(state.right) }))(
          world.save(now(state.right)),
        )()
      }
      if (epochEnded && epoch % reportEvery === 0) {
        const reached = now(state.right)
        const saved = await world.save(reached)()
        world.report(reportOf(reached, epoch, pace.charactersPerSecond()))
        // The next report saves it again, and by then there may be room.
        if (E.isLeft(saved)) world.warn(saved.left)
        pace.restart()
      }
    }
    return E.right(finished)
  }

/** The end: saved, then reported. */
const stop = async (
  checkpoint: Checkpoint,
  world: World,
  epoch: number,
  charactersPerSecond: number | undefined,
): Promise<Either<Problem, Ending>> => {
  const saved = await world.save(checkpoint)()
  world.report(reportOf(checkpoint, epoch, charactersPerSecond))
  return E.map(() => finished)(saved)
}

/** A run's pace: how far it is, and how fast. Reporting and saving count for the time left, not for the speed. */
const paceOf = (run: Run, now: () => number) => {
  const { progress, settings } = run.checkpoint
  const perEpoch = minibatchesOf(run)
  const perMinibatch = settings.batch * settings.steps
  const all = perEpoch * settings.epochs
  const placeOf = ({ epoch, minibatch }: Report<unknown>['progress']) => (epoch - 1) * perEpoch + minibatch
  const first = placeOf(progress)
  const began = now()
  let since = { place: first, time: began }
  let last = since
  const charactersPerSecond = () => ((last.place - since.place) * perMinibatch * 1000) / (last.time - since.time)
  return {
    charactersPerSecond,
    standing: ({ progress: { losses, ...at } }: Report<unknown>): Standing => {
      last = { place: placeOf({ losses, ...at }), time: now() }
      return {
        done: last.place,
        all,
        epoch: at.epoch,
        epochs: settings.epochs,
        perplexity: perplexity(losses),
        charactersPerSecond: charactersPerSecond(),
        secondsLeft: ((last.time - began) / 1000 / (last.place - first)) * (all - last.place),
      }
    },
    restart: () => {
      since = { place: last.place, time: now() }
    },
  }
}
