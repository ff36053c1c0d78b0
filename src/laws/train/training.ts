/**
 * Laws of training as state transitions, for any engine: which minibatches come, in what order, and that cutting,
 * storing, branching or replaying a run does not change it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { withPlan } from '../../train/run.js'
import type { initialRunState, Dataset, epochEnded, nextMinibatch, RunState, Step } from '../../train/index.js'
import { sameData, stored } from '../same-data.js'
import type { Law } from '../law.js'
import { total } from '../plain.js'
import { after, expected, failingAfter, lossOf, reportsOf, untouchableAfter, writing } from './runs.js'
import type { Log, Run, RunSample } from './runs.js'

/** What is tried: the loop, with the questions that can be asked of a run that stands still. */
export interface TrainingLoop {
  readonly train: <L>(path: Dataset, step: Step<'IOEither', L>) => (from: RunState<L>) => Run<L>
  readonly begin: typeof initialRunState
  readonly nextMinibatch: typeof nextMinibatch
  readonly epochEnded: typeof epochEnded
}

const started = ({ train, begin: beginning }: TrainingLoop, { path, random }: RunSample): Run<Log> =>
  train(path, writing)(beginning([] as Log, random))

/** Laws of every loop. */
export const trainingLaws: readonly Law<TrainingLoop, RunSample>[] = [
  {
    name: 'each epoch draws a plan, and takes its minibatches in their order with their resets',
    cites: [],
    holds: (loop, sample) => {
      const reports = reportsOf(sample.first, started(loop, sample))
      const wanted = expected(sample, sample.first).map(({ minibatch }) => minibatch)
      return (
        reports.length === sample.first &&
        reports.every(({ progress }, i) => sameData(progress.learner, wanted.slice(0, i + 1)))
      )
    },
  },
  {
    name: 'a report says where in which epoch it is, counted from 1, and whether that epoch has ended',
    cites: [],
    holds: (loop, sample) => {
      const reports = reportsOf(sample.first, started(loop, sample))
      return (
        reports.length === sample.first &&
        expected(sample, sample.first).every(({ epoch, place, last }, i) => {
          const { progress, epochEnded: ended } = reports[i]
          const where = [progress.epoch, progress.minibatch, ended, loop.epochEnded(withPlan(sample.path, progress))]
          return sameData(where, [epoch, place, last, last])
        })
      )
    },
  },
  {
    name: "an epoch's losses are summed over its rows, and every epoch begins a new sum",
    cites: ['perplexity'],
    holds: (loop, sample) => {
      const wanted = expected(sample, sample.first)
      return reportsOf(sample.first, started(loop, sample)).every(({ progress }, i) => {
        const own = wanted.slice(0, i + 1).filter(({ epoch }) => epoch === wanted[i].epoch)
        const rows = own.map(({ minibatch }) => minibatch.batch * minibatch.steps)
        const sum = total(own.map(({ minibatch }, k) => lossOf(minibatch) * rows[k]))
        const close = Math.abs(progress.losses.total - sum) <= 1e-12 * (1 + Math.abs(sum))
        return progress.losses.rows === total(rows) && close
      })
    },
  },
  {
    name: 'train(n + m) is train(n), cut at any minibatch and stored, and then train(m)',
    cites: [],
    holds: (loop, sample) => {
      const { first, second, path } = sample
      const whole = reportsOf(first + second, started(loop, sample))
      const stops = [loop.begin([] as Log, sample.random), ...whole.slice(0, first).map(({ progress }) => progress)]
      return stops.every((progress, k) =>
        sameData(reportsOf(second, loop.train(path, writing)(stored(progress))), whole.slice(k, k + second)),
      )
    },
  },
  {
    name: 'a run can be replayed, and gone on from any state whatever else has gone on from it',
    cites: [],
    holds: (loop, sample) => {
      const start = started(loop, sample)
      const kept = after(sample.first, start)
      if (E.isLeft(kept)) return false
      const one = reportsOf(sample.second, kept.right)
      const beside = reportsOf(sample.second, loop.train(sample.path, writing)(start.state.progress))
      const other = reportsOf(sample.second, kept.right)
      const replayed = reportsOf(sample.first + sample.second, start).slice(sample.first)
      return sameData(one, other) && sameData(one, replayed) && beside.length === one.length
    },
  },
  {
    name: 'nothing is computed before it is asked for: no step, and so no minibatch, beyond those taken',
    cites: [],
    holds: (loop, sample) => {
      const step = untouchableAfter(sample.first)
      const run = loop.train(sample.path, step)(loop.begin([] as Log, sample.random))
      return reportsOf(sample.first, run).length === sample.first
    },
  },
  {
    name: 'a run that stands still knows the minibatch that comes next',
    cites: [],
    holds: (loop, sample) => {
      const progresses = reportsOf(sample.first, started(loop, sample)).map(({ progress }) => progress)
      const wanted = expected(sample, sample.first + 1).map(({ minibatch }) => minibatch)
      return [loop.begin([] as Log, sample.random), ...progresses].every((progress, i) =>
        sameData(loop.nextMinibatch(sample.path, progress), wanted[i]),
      )
    },
  },
  {
    name: 'numbers that are no longer finite end the run with their epoch and minibatch',
    cites: [],
    holds: (loop, sample) => {
      const run = loop.train(sample.path, failingAfter(sample.first))(loop.begin([] as Log, sample.random))
      const verdict = after(sample.first + 1, run)
      const [{ epoch, place }] = expected(sample, sample.first + 1).slice(-1)
      return (
        E.isRight(after(sample.first, run)) &&
        E.isLeft(verdict) &&
        sameData(verdict.left, { _tag: 'NotFinite', what: 'the loss', epoch, minibatch: place })
      )
    },
  },
]
