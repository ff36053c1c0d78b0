/**
 * Runs of training as the laws see them: an engine that learns nothing but writes down what it is given, and what it
 * should have been given.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import * as S from 'fp-ts/lib/State.js'
import { defect } from '../../algebra/defect.js'
import type { Failure } from '../../failure.js'
import type { Dataset, Minibatch, Report, Step, StateStream } from '../../train/index.js'
import type { RandomState } from '../../random.js'
import { minibatchOf } from '../../data/samplers.js'
import type { Plan } from '../../data/samplers.js'
import { range, total } from '../plain.js'

/** What laws of runs are tried on. */
export interface RunSample {
  /** A text, and a sampler's plans for it. */
  readonly path: Dataset
  readonly random: RandomState
  /** How many minibatches are taken, and how many more. */
  readonly first: number
  readonly second: number
}

/** What the laws' own engine holds: the minibatches that it was given. */
export type Log = readonly Minibatch[]

/** A loss that differs from minibatch to minibatch. */
export const lossOf = ({ inputs, labels }: Minibatch): number =>
  total(inputs.map((x, i) => (x + 2 * labels[i]) / (i + 3)))

/** Writes the minibatch down. */
export const writing: Step<'IOEither', Log> = (log, minibatch) => () =>
  E.right({ learner: [...log, minibatch], loss: lossOf(minibatch) })

export type Run<L> = StateStream<'IOEither', Report<L>>

/** The trajectory n states on. */
export const after = <L>(n: number, run: Run<L>): Either<Failure, Run<L>> =>
  range(n).reduce<Either<Failure, Run<L>>>((at) => E.chain(({ next }: Run<L>) => next())(at), E.right(run))

/** The n reports that follow; none if the run fails. */
export const reportsOf = <L>(n: number, run: Run<L>): readonly Report<L>[] => {
  interface Taken {
    readonly at: Run<L>
    readonly reports: readonly Report<L>[]
  }
  const oneMore = ({ at, reports }: Taken) =>
    E.map((then: Run<L>): Taken => ({ at: then, reports: [...reports, then.state] }))(at.next())
  const taken = range(n).reduce<Either<Failure, Taken>>((so) => E.chain(oneMore)(so), E.right({ at: run, reports: [] }))
  return E.isRight(taken) ? taken.right.reports : []
}

/** The plans of the first n epochs. */
const plansOf = ({ path, random }: RunSample, n: number): readonly Plan[] =>
  S.traverseArray(() => path.draw)(range(n))(random)[0]

/** The first n minibatches, plan by plan: the epoch and place of each, counted from 1, and whether it is the last. */
export const expected = (sample: RunSample, n: number) =>
  plansOf(sample, n)
    .flatMap((plan, epoch) =>
      plan.minibatches.map((planned, k) => ({
        epoch: epoch + 1,
        place: k + 1,
        last: k + 1 === plan.minibatches.length,
        minibatch: {
          batch: plan.batch,
          steps: plan.steps,
          reset: planned.reset,
          ...minibatchOf(sample.path.text, plan, planned),
        },
      })),
    )
    .slice(0, n)

/** Fails where the log is that long already. */
export const failingAfter =
  (taken: number): Step<'IOEither', Log> =>
  (log, minibatch) =>
    log.length === taken ? () => E.left({ _tag: 'StepNotFinite', what: 'the loss' }) : writing(log, minibatch)

/** Must not even be asked for a step where the log is that long already. */
export const untouchableAfter =
  (taken: number): Step<'IOEither', Log> =>
  (log, minibatch) =>
    log.length === taken ? defect('untouchableAfter', 'this step was not asked for') : writing(log, minibatch)
