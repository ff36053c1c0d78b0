/**
 * Chapter 5: training. Runs that can be cut, branched and replayed.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as IOE from 'fp-ts/lib/IOEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { total } from '../src/laws/plain.js'
import { trainingLaws } from '../src/laws/train/training.js'
import type { TrainingLoop } from '../src/laws/train/training.js'
import * as learn from '../src/train/index.js'
import type { Minibatch } from '../src/train/index.js'
import { seeded, uniforms } from '../src/random.js'
import { samplerNamed } from '../src/data/index.js'
import { forAll, law, runLaws } from './runner/run.js'
import { refuted } from './runner/teeth.js'
import { runSamples } from '../src/laws/samples/training.js'
import { datasetOf } from './runner/learners.js'

const loop: TrainingLoop = {
  train: (path, step) => learn.train(IOE.Bifunctor)(path, step),
  begin: learn.initialRunState,
  nextMinibatch: learn.nextMinibatch,
  epochEnded: learn.epochEnded,
}

describe('runs', () => {
  runLaws('the loop', loop, trainingLaws, runSamples)
})

/** An engine that counts its minibatches. */
const step: learn.Step<'IOEither', number> = (taken, minibatch) =>
  IOE.right({ learner: taken + 1, loss: total(minibatch.inputs) })

describe('states as streams', () => {
  const counted = <L>(n: number, all: Iterable<L>): readonly L[] => {
    const taken: L[] = []
    for (const one of all) {
      taken.push(one)
      if (taken.length === n) break
    }
    return taken
  }
  law(
    'states can be iterated twice, and are the same both times',
    forAll(runSamples, ({ path, random, first }) => {
      const all = learn.states(learn.train(IOE.Bifunctor)(path, step)(learn.initialRunState(0, random)))
      const [one, other] = [counted(first, all), counted(first, all)]
      return one.length === first && one.every(E.isRight) && fc.stringify(one) === fc.stringify(other)
    }),
  )

  test('an engine that answers later gives the same states, one after the other', async () => {
    const path = datasetOf('random', [3, 1, 4, 1, 5, 9, 2, 6, 5, 3], 2, 2)
    const later: learn.Step<'TaskEither', number> = (learner, minibatch) => TE.fromIOEither(step(learner, minibatch))
    const start = learn.initialRunState(0, seeded(1))
    const taken: unknown[] = []
    for await (const state of learn.statesAsync(learn.train(TE.Bifunctor)(path, later)(start))) {
      taken.push(state)
      if (taken.length === 7) break
    }
    expect(taken).toEqual(counted(7, learn.states(learn.train(IOE.Bifunctor)(path, step)(start))))
    expect(await learn.trainMinibatch(TE.Bifunctor)(path, later)(start)()).toEqual(
      E.map(({ progress }: learn.Report<number>) => progress)(taken[0] as never),
    )
  })

  test('a stream ends with its first failure, and an engine that fails is not taken for numbers that do', async () => {
    const path = datasetOf('consecutive', [3, 1, 4, 1, 5, 9, 2, 6, 5, 3], 2, 2)
    const failing =
      (failure: learn.StepFailure): learn.Step<'IOEither', number> =>
      (learner, minibatch) =>
        learner === 3 ? IOE.left(failure) : step(learner, minibatch)
    const engine = { _tag: 'EngineFailed', engine: 'onnx', reason: 'no memory' } as const
    const ends = (failure: learn.StepFailure) =>
      counted(
        9,
        learn.states(learn.train(IOE.Bifunctor)(path, failing(failure))(learn.initialRunState(0, seeded(1)))),
      ).slice(3)
    // Two minibatches an epoch: the fourth is the second of the second.
    expect(ends({ _tag: 'StepNotFinite', what: 'the loss' })).toEqual([
      E.left({ _tag: 'NotFinite', what: 'the loss', epoch: 2, minibatch: 2 }),
    ])
    expect(ends(engine)).toEqual([E.left(engine)])
    const later: unknown[] = []
    const failingLater: learn.Step<'TaskEither', number> = (learner, minibatch) =>
      TE.fromIOEither(failing(engine)(learner, minibatch))
    const run = learn.train(TE.Bifunctor)(path, failingLater)(learn.initialRunState(0, seeded(1)))
    for await (const state of learn.statesAsync(run)) later.push(state)
    expect(later.slice(3)).toEqual([E.left(engine)])
  })

  test('a text that is too short has no course', () => {
    expect(learn.dataset([1, 2, 3], samplerNamed('random', 2, 2))).toEqual(
      E.left({ _tag: 'TextTooShort', sampling: 'random', batch: 2, steps: 2, least: 5, length: 3 }),
    )
  })
})

describe('teeth', () => {
  type Train = TrainingLoop['train']
  const trained = (train: Train): TrainingLoop => ({ ...loop, train })
  /** The loop with another text, plans, step or beginning. */
  const fed = (alter: (minibatch: Minibatch) => Minibatch): TrainingLoop =>
    trained((path, next) => loop.train(path, (learner, minibatch) => next(learner, alter(minibatch))))
  /** The loop with its reports altered. */
  const altered = (alter: <L>(report: learn.Report<L>) => learn.Report<L>): TrainingLoop =>
    trained(
      <L>(path: learn.Dataset, next: learn.Step<'IOEither', L>) =>
        (from: learn.RunState<L>) =>
          learn.mapStream(IOE.Bifunctor)((report: learn.Report<L>) => alter(report))(loop.train(path, next)(from)),
    )
  const withProgress = (alter: <L>(progress: learn.RunState<L>) => learn.RunState<L>) =>
    altered(({ progress, ...rest }) => ({ ...rest, progress: alter(progress) }))
  /** The trajectory that prepares each step before it is asked for. */
  const ahead = <S>({ state, next }: learn.StateStream<'IOEither', S>): learn.StateStream<'IOEither', S> => ({
    state,
    next: IOE.map((then: learn.StateStream<'IOEither', S>) => ahead(then))(next),
  })

  refuted('a wrong loop is refused', trainingLaws, runSamples, [
    {
      mistake: 'no state is ever reset',
      refusedBy: 'with their resets',
      instance: fed((minibatch) => ({ ...minibatch, reset: false })),
    },
    {
      mistake: 'every state is reset',
      refusedBy: 'with their resets',
      instance: fed((minibatch) => ({ ...minibatch, reset: true })),
    },
    {
      mistake: 'every epoch takes the plan of the first',
      refusedBy: 'each epoch draws a plan',
      instance: trained((path, next) => (from) => {
        const [first] = path.draw(from.random)
        return loop.train({ ...path, draw: (state) => [first, path.draw(state)[1]] }, next)(from)
      }),
    },
    {
      mistake: 'epochs are counted from 0',
      refusedBy: 'counted from 1',
      instance: withProgress((progress) => ({ ...progress, epoch: progress.epoch - 1 })),
    },
    {
      mistake: 'the end of an epoch is never told',
      refusedBy: 'whether that epoch has ended',
      instance: altered((report) => ({ ...report, epochEnded: false })),
    },
    {
      mistake: 'losses are averaged over minibatches, not over rows',
      refusedBy: 'summed over its rows',
      instance: withProgress((progress) => ({
        ...progress,
        losses: { ...progress.losses, rows: progress.minibatch },
      })),
    },
    {
      mistake: 'the generator is stored as it is after the plan was drawn',
      refusedBy: 'cut at any minibatch',
      instance: withProgress((progress) => ({ ...progress, random: uniforms(1)(progress.random)[1] })),
    },
    {
      mistake: 'the place in the epoch is not stored',
      refusedBy: 'cut at any minibatch',
      instance: trained((path, next) => (from) => loop.train(path, next)({ ...from, minibatch: 0 })),
    },
    {
      mistake: 'the next step is prepared in advance',
      refusedBy: 'before it is asked for',
      instance: trained((path, next) => (from) => ahead(loop.train(path, next)(from))),
    },
    {
      mistake: 'what comes next is what came last',
      refusedBy: 'minibatch that comes next',
      instance: {
        ...loop,
        nextMinibatch: (path, progress) =>
          learn.nextMinibatch(path, { ...progress, minibatch: Math.max(0, progress.minibatch - 1) }),
      },
    },
    {
      mistake: 'every failure is called one of the engine',
      refusedBy: 'with their epoch and minibatch',
      instance: trained((path, next) =>
        loop.train(path, (learner, minibatch) =>
          IOE.mapLeft(() => ({ _tag: 'EngineFailed', engine: 'none', reason: 'none' }) as const)(
            next(learner, minibatch),
          ),
        ),
      ),
    },
  ])
})
