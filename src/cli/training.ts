/**
 * The training loop of the command: state after state of the stream, with reports, saving, interruption, and what is
 * kept of a run that diverges.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Failure } from '../failure.js'
import { float32 } from '../interpret/float32.js'
import { notFiniteIn } from '../train/origin.js'
import { train } from '../train/run.js'
import type { Report, RunState } from '../train/run.js'
import { statesAsync } from '../train/stream.js'
import { epochOver, watching } from '../train/watch.js'
import type { BestEpoch, Watch } from '../train/watch.js'
import { evaluate } from '../train/evaluate.js'
import { perplexity } from '../model/loss.js'
import type { Checkpoint } from '../files/checkpoint.js'
import { modelOf } from '../files/setup.js'
import type { AnyEngine } from './engines.js'
import type { EndingSignal } from './io/interruption.js'
import { epochsDone, isDone, minibatchesOf } from './preparation.js'
import type { Run } from './preparation.js'
import { problemOf } from './problem.js'
import type { Problem } from './problem.js'
import { grouped, reportOf, significant } from './report.js'
import type { TrainingReport } from './report.js'
import type { Standing } from './progress.js'

/** A name that models are saved under. */
export interface Store {
  readonly name: string
  readonly save: (checkpoint: Checkpoint) => TaskEither<Problem, void>
}

/** Effects that the loop needs. */
export interface World {
  /** Milliseconds since some fixed moment. */
  readonly now: () => number
  /** Where the model goes, and the best one beside it; undefined where nothing is saved. */
  readonly out: { readonly last: Store; readonly best: Store } | undefined
  readonly report: (report: TrainingReport) => void
  readonly show: (standing: Standing) => void
  readonly note: (text: string) => void
  readonly signal: () => EndingSignal | undefined
}

/** How a run ended, other than in a problem. */
export type Ending =
  | { readonly _tag: 'Finished' }
  | { readonly _tag: 'Interrupted'; readonly signal: EndingSignal; readonly checkpoint: Checkpoint }

const finished: Ending = { _tag: 'Finished' }

/** A run whose learner is in the engine's own form. */
type Held = RunState<unknown>

/** Trains until the run's epochs are done, or a signal comes. */
export const trainRun =
  (run: Run, engine: AnyEngine, world: World): TaskEither<Problem, Ending> =>
  async () => {
    const { checkpoint, path } = run
    const { epochs, reportEvery } = checkpoint.settings
    const pace = paceOf(run, world.now)
    const from = { ...run.now, progress: { ...run.now.progress, learner: engine.load(run.now.progress.learner) } }
    const keeper = keeperOf(run, engine, world, from.progress)
    if (isDone(run)) {
      const saved = await keeper.save(from.progress)
      world.report(reportOf(run.checkpoint, epochsDone(run), undefined))
      return E.map(() => finished)(saved)
    }

    for await (const state of statesAsync(train(TE.Bifunctor)(path, engine.step)(from))) {
      if (E.isLeft(state)) return E.left(await keeper.lost(state.left))
      const { progress, epochEnded } = state.right
      const { epoch } = progress
      world.show(pace.standing(state.right))
      await keeper.see(state.right)

      const signal = world.signal()
      const [over, due] = [epochEnded && epoch >= epochs, epochEnded && epoch % reportEvery === 0]
      if (!over && !due && signal === undefined) continue

      const saved = await keeper.save(progress)
      if (over || due) world.report(reportOf(keeper.checkpointOf(progress), epoch, pace.charactersPerSecond()))
      if (signal !== undefined && !over) {
        return E.map((): Ending => ({ _tag: 'Interrupted', signal, checkpoint: keeper.checkpointOf(progress) }))(saved)
      }
      if (over) {
        keeper.sayWhichIsWhich(progress)
        return E.map(() => finished)(saved)
      }
      // The next report saves it again, and by then there may be room.
      if (E.isLeft(saved)) world.note(`${saved.left.message}; the run goes on, and the next report tries again`)
      pace.restart()
    }
    return E.right(finished)
  }

/** What this run has written: the states in the files. */
interface Files {
  readonly last?: Held
  readonly best?: { readonly of: BestEpoch<Held>; readonly held: Held }
}

/** What is kept of a run: the last model and, of one that diverges, the best beside it. */
interface Keeper {
  /** Takes note of a state: of every one, in order. */
  readonly see: (report: Report<unknown>) => Promise<void>
  readonly save: (progress: Held) => Promise<Either<Problem, void>>
  readonly checkpointOf: (progress: Held) => Checkpoint
  /** The problem of a run that goes on no more, with what there is of it on the disk. */
  readonly lost: (failure: Failure) => Promise<Problem>
  /** At the end of a run that has turned: which file holds what. */
  readonly sayWhichIsWhich: (progress: Held) => void
}

const keeperOf = (run: Run, engine: AnyEngine, world: World, start: Held): Keeper => {
  const { checkpoint, path } = run
  const { out } = world
  const done = epochsDone(run)
  const whole = done > 0 && start.minibatch > 0 && done === start.epoch
  let watch: Watch<Held> = watching(start, whole ? { epoch: done, losses: start.losses } : undefined)
  /** The last state that was seen, and what the files hold. */
  let last = start
  let files: Files = {}
  const model = modelOf(checkpoint.settings, checkpoint.vocabulary)

  const checkpointOf = (progress: Held): Checkpoint => ({
    ...checkpoint,
    progress: { ...progress, learner: engine.save(progress.learner) },
  })
  const usable = ({ learner }: Held) => notFiniteIn(float32)(engine.save(learner)) === undefined

  /** The perplexity of a state's model on the beginning of the text, measured; Infinity where it is of no use. */
  const measured = (held: Held): number => {
    const text = Array.from(path.text).slice(0, MEASURED)
    return usable(held) ? perplexity(evaluate(float32, model)(engine.save(held.learner).parameters, text)) : Infinity
  }

  /** The better of the models before and after the best epoch. */
  const bestOf = (best: BestEpoch<Held>): Held =>
    best.before !== best.after && measured(best.before) < measured(best.after) ? best.before : best.after

  const saveBest = async (): Promise<void> => {
    const { best } = watch
    if (out === undefined || best === undefined || files.best?.of === best) return
    const held = bestOf(best)
    const saved = await out.best.save(checkpointOf(held))()
    if (E.isLeft(saved)) world.note(saved.left.message)
    else files = { ...files, best: { of: best, held } }
  }

  const save = async (progress: Held): Promise<Either<Problem, void>> => {
    if (watch.turned !== undefined || files.best !== undefined) await saveBest()
    const saved = out === undefined ? E.right(undefined) : await out.last.save(checkpointOf(progress))()
    if (out !== undefined && E.isRight(saved)) files = { ...files, last: progress }
    return saved
  }

  const see = async ({ progress, epochEnded }: Report<unknown>): Promise<void> => {
    last = progress
    if (!epochEnded) return
    const before = watch.turned
    watch = epochOver(checkpoint.vocabulary.characters.length)(watch, progress, progress)
    if (watch.turned === undefined || before !== undefined) return
    await saveBest()
    world.note(turnedAt(watch, checkpoint.vocabulary.characters.length, files.best && out?.best.name))
  }

  const lost = async (failure: Failure): Promise<Problem> => {
    const problem = problemOf(failure)
    return { ...problem, message: `${problem.message}; ${await kept(failure)}` }
  }

  /** What there is on the disk after a failure, once the last good model is. */
  const kept = async (failure: Failure): Promise<string> => {
    if (out === undefined) return 'the model is not saved, because there is no --out'
    const { best } = watch
    const good = failure._tag === 'NotFinite' && best !== undefined ? bestOf(best) : last
    if (failure._tag === 'NotFinite' && files.last !== undefined) {
      if (good !== files.last) await saveBest()
      return whichIsWhich(files.last)
    }
    if (good === start || !usable(good)) return `${out.last.name} is left as it was: there is no better model yet`
    const saved = await save(good)
    return E.isLeft(saved) ? saved.left.message : `the model from ${placeOf(good)} is saved as ${out.last.name}`
  }

  const whichIsWhich = (progress: Held): string => {
    const some = Math.min(MEASURED, path.text.length)
    const quality = (of: Held) => significant(measured(of))
    const ofLast = `${out?.last.name ?? ''} holds the model from ${placeOf(progress)}`
    if (files.best === undefined) return ofLast
    const { held } = files.best
    return (
      `${ofLast}, with perplexity ${quality(progress)} on the first ${grouped(some)} characters; ` +
      `${out?.best.name ?? ''} that from ${placeOf(held)}, with ${quality(held)}`
    )
  }

  const sayWhichIsWhich = (progress: Held): void => {
    if (files.best !== undefined) world.note(whichIsWhich(progress))
  }

  return { see, save, checkpointOf, lost, sayWhichIsWhich }
}

/** How many characters of the text models are measured on: it takes about a second at the standard size. */
const MEASURED = 2000

const placeOf = ({ epoch, minibatch }: Held): string => `epoch ${String(epoch)}, after minibatch ${String(minibatch)}`

/** That a run has turned, once. */
const turnedAt = ({ best, turned }: Watch<Held>, vocabulary: number, keptAs: string | undefined): string => {
  if (best === undefined || turned === undefined) return ''
  const now = perplexity(turned.losses)
  const even = now > vocabulary ? `, worse than guessing evenly among ${String(vocabulary)} characters` : ''
  const keeps = keptAs === undefined ? '' : `the model of that best epoch is kept as ${keptAs}; `
  return (
    `perplexity turned from ${significant(perplexity(best.losses))} in epoch ${String(best.epoch)} to ` +
    `${significant(now)} in epoch ${String(turned.epoch)}${even}: ${keeps}lower the learning rate or the threshold`
  )
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
