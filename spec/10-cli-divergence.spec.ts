/**
 * Chapter 10, continued: what is kept of a run that diverges.
 */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mapTensors } from '../src/algebra/tensors.js'
import { selectEngine } from '../src/cli/engines.js'
import type { SelectedEngine } from '../src/cli/engines.js'
import { freshRun } from '../src/cli/preparation.js'
import type { Run } from '../src/cli/preparation.js'
import { trainRun } from '../src/cli/training.js'
import type { Problem } from '../src/cli/problem.js'
import type { World } from '../src/cli/training.js'
import { readCheckpoint } from '../src/files/index.js'
import type { Checkpoint } from '../src/files/index.js'
import type { AnyLearner } from '../src/files/setup.js'
import { float32 } from '../src/interpret/index.js'
import { meanLoss } from '../src/model/index.js'
import * as learn from '../src/train/index.js'
import { command } from './runner/command.js'

const NINETEEN = 'abcabcabdabcabeabcf'
let folder: string
const at = (name: string): string => join(folder, name)
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pure-rnn-divergence-'))
  writeFileSync(at('t.txt'), NINETEEN)
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const train = (...args: readonly string[]) =>
  command('train', '--text', at('t.txt'), '--steps', '3', '--batch', '2', '--prefix', 'abc', '--length', '3', ...args)
const model = (name: string): Checkpoint => E.toUnion(readCheckpoint(name)(readFileSync(at(name)))) as Checkpoint
const perplexityOf = async (name: string): Promise<number> => {
  const { out } = await command('evaluate', '--text', at('t.txt'), '--model', at(name), '--json')
  return (JSON.parse(out[0]) as { readonly perplexity: number }).perplexity
}

/** Rates at which the run of 19 characters goes wild and stays finite. */
const WILD = ['--rate', '3', '--clip', '1', '--hidden', '32', '--engine', 'float32']

describe('a run that turns and stays finite', () => {
  test('says so, keeps the best model beside the last, and says which is which', async () => {
    const { code, err } = await train(...WILD, '--epochs', '60', '--report-every', '30', '--out', at('wild'))
    expect(code).toBe(0)
    const turns = err.filter((line) => line.startsWith('perplexity turned from '))
    expect(turns.length).toBeGreaterThan(0)
    expect(turns[0]).toContain(`the model of that best epoch is kept as ${at('wild.best')}`)
    expect(err.at(-1)).toMatch(/wild holds the model from epoch 60, .*wild\.best that from epoch \d+, .* with [\d.]+$/)
    const [said] = /perplexity ([\d.]+) on the first 19/.exec(err.at(-1) ?? '')?.slice(1) ?? []
    expect(await perplexityOf('wild')).toBeCloseTo(Number(said), 2)
    expect(await perplexityOf('wild.best')).toBeCloseTo(Number(err.at(-1)?.split('with ').at(-1)), 2)
  })

  test('keeps the better one of the models before and after its best epoch', async () => {
    const { err } = await train(...WILD, '--epochs', '12', '--out', at('twelve'))
    const turn = /^perplexity turned from .* in epoch (\d+) to/
    const best = Number(err.flatMap((line) => turn.exec(line)?.[1] ?? []).at(-1))
    const around = [best - 1, best].map(async (epochs) => {
      await train(...WILD, '--epochs', String(epochs), '--out', at(`wild${String(epochs)}`))
      return perplexityOf(`wild${String(epochs)}`)
    })
    expect(await perplexityOf('twelve.best')).toBe(Math.min(...(await Promise.all(around))))
  })

  test('says so without --out too, and promises nothing', async () => {
    const { err } = await train(...WILD, '--epochs', '30')
    const [said] = err.filter((line) => line.startsWith('perplexity turned from '))
    expect(said).toMatch(/: lower the learning rate or the threshold$/)
    expect(said).not.toContain('kept')
  })

  test('goes on where the best model cannot be kept, and says so', async () => {
    mkdirSync(at('blocked.best'))
    const { code, err } = await train(...WILD, '--epochs', '30', '--out', at('blocked'))
    expect(code).toBe(0)
    expect(err.join('\n')).toContain('blocked.best", which is a directory')
    expect(model('blocked').progress.epoch).toBe(30)
    expect(readdirSync(at('blocked.best'))).toEqual([])
  })

  test('another best model that is there already is replaced with --overwrite only', async () => {
    await train('--rate', '0.5', '--hidden', '4', '--epochs', '1', '--out', at('twice.best'))
    const before = readFileSync(at('twice.best'))
    const run = async (...more: readonly string[]) =>
      train(...WILD, '--epochs', '30', '--out', at('twice'), ...more)
    expect((await run()).err.join('\n')).toContain('twice.best", which is there already')
    expect(readFileSync(at('twice.best')).equals(before)).toBe(true)
    await run('--overwrite')
    expect(readFileSync(at('twice.best')).equals(before)).toBe(false)
  })

  test('a run that goes on replaces the best model of its own alone', async () => {
    await train(...WILD, '--epochs', '1', '--out', at('from'))
    await train('--rate', '0.5', '--hidden', '4', '--epochs', '1', '--out', at('to.best'))
    const before = readFileSync(at('to.best'))
    writeFileSync(at('from.best'), before)
    const run = (name: string) => train(...WILD, '--resume', at('from'), '--epochs', '30', '--out', at(name))
    expect((await run('to')).err.join('\n')).toContain('to.best", which is there already')
    expect(readFileSync(at('to.best')).equals(before)).toBe(true)
    await run('from')
    expect(readFileSync(at('from.best')).equals(before)).toBe(false)
  })

  test('a run that learns says nothing of the kind', async () => {
    const { err } = await train('--rate', '0.5', '--clip', '1', '--hidden', '16', '--epochs', '40', '--out', at('tame'))
    expect(err.some((line) => line.includes('turned'))).toBe(false)
    expect(readdirSync(folder)).not.toContain('tame.best')
  })
})

describe('a run whose numbers are no longer finite', () => {
  const LOST = ['--activation', 'relu', '--rate', '1e10', '--clip', '3.4e38', '--hidden', '8', '--engine', 'float32']

  test('ends in exit code 1, says where it began, and leaves a model that loads', async () => {
    const { code, err } = await train(...LOST, '--epochs', '6', '--out', at('lost'))
    expect(code).toBe(1)
    expect(err.at(-1)).toMatch(
      /^pure-rnn: the .* in epoch 1, minibatch 3; the first such number is .* \(equation \w+\) at time /,
    )
    expect(err.at(-1)).toMatch(/the model from epoch 1, after minibatch 2 is saved as .*lost$/)
    expect(learn.notFiniteIn(float32)(model('lost').progress.learner)).toBeUndefined()
  })
})

describe('the loop, with an engine that goes wrong', () => {
  const run = E.toUnion(
    freshRun({ steps: 3, batch: 2, hidden: 4, epochs: 4, reportEvery: 2, rate: 0.1, prefixes: ['abc'] }, NINETEEN),
  ) as Run
  const minibatches = run.now.plan.minibatches.length

  interface Saved {
    readonly name: string
    readonly model: Checkpoint
  }

  /** Trains with the reference, whose answers are changed from the step of that number on, counted from 1. */
  const trained = async (
    change: (learner: AnyLearner) => E.Either<learn.StepFailure, AnyLearner>,
    from: number,
    saves = true,
  ) => {
    const saved: Saved[] = []
    const selected = E.toUnion(
      await selectEngine(run.checkpoint, { engine: 'float32', threads: undefined })(),
    ) as SelectedEngine
    const taken = new Map<unknown, number>()
    const step: SelectedEngine['engine']['step'] = (learner, minibatch) =>
      pipe(
        selected.engine.step(learner, minibatch),
        TE.chainEitherK((outcome) => {
          const place = (taken.get(learner) ?? 0) + 1
          const next = place < from ? E.right(outcome.learner as AnyLearner) : change(outcome.learner as AnyLearner)
          return pipe(
            next,
            E.map((its) => {
              taken.set(its, place)
              return { ...outcome, learner: its }
            }),
          )
        }),
      )
    const store = (name: string) => ({
      name,
      save: (kept: Checkpoint) => {
        saved.push({ name, model: kept })
        return TE.right(undefined)
      },
    })
    const world: World = {
      now: () => 0,
      out: saves ? { last: store('M'), best: store('M.best') } : undefined,
      report: () => undefined,
      show: () => undefined,
      note: () => undefined,
      signal: () => undefined,
    }
    const ending = await trainRun(run, { ...selected.engine, step }, world)()
    return { ending, saved }
  }

  const planted = (value: number) => (learner: AnyLearner) =>
    E.right({
      ...learner,
      parameters: mapTensors<'float32'>((p, path) =>
        path[0] === 'b_q' ? float32.tensor(p.axes, Array.from(p.data).with(1, value)) : p,
      )(learner.parameters),
    })
  const message = (ending: E.Either<Problem, unknown>) => (E.isLeft(ending) ? ending.left.message : '')

  test('a last update that overflows is not saved over the good model', async () => {
    const overflows = () => E.left<learn.StepFailure>({ _tag: 'StepNotFinite', what: 'parameters.b_q' })
    const { ending, saved } = await trained(overflows, 4 * minibatches)
    const end = `parameters.b_q is no longer finite in epoch 4, minibatch ${String(minibatches)}:`
    expect(message(ending)).toContain(end)
    expect(message(ending)).toContain('M holds the model from epoch 2,')
    expect(saved.filter(({ name }) => name === 'M').map(({ model: { progress } }) => progress.epoch)).toEqual([2])
    const learners = saved.map((its) => its.model.progress.learner)
    expect(learners.map(learn.notFiniteIn(float32))).toEqual(learners.map(() => undefined))
  })

  test('an engine that fails leaves the run as it was before that step', async () => {
    const failed = () => E.left<learn.StepFailure>({ _tag: 'EngineFailed', engine: 'onnx', reason: 'out of memory' })
    const { ending, saved } = await trained(failed, minibatches + 2)
    expect(message(ending)).toMatch(
      /^the onnx engine failed: out of memory; the model from epoch 2, after minibatch 1 is saved as M$/,
    )
    const places = saved.map(({ name, model: { progress } }) => [name, progress.epoch, progress.minibatch])
    expect(places).toEqual([['M', 2, 1]])
  })

  test('a model is not touched where there is none that is better', async () => {
    const { ending, saved } = await trained(planted(NaN), 1)
    expect(message(ending)).toMatch(/; M is left as it was: there is no better model yet$/)
    expect(saved).toEqual([])
  })

  test('without --out the problem says that nothing is saved', async () => {
    const { ending, saved } = await trained(planted(NaN), 1, false)
    expect(message(ending)).toContain('; the model is not saved, because there is no --out')
    expect(saved).toEqual([])
  })
})

describe('watching epochs', () => {
  const V = 10
  /** The watch after epochs of these perplexities; states are the numbers of epochs gone through. */
  const after = (...perplexities: readonly number[]) =>
    perplexities.reduce(
      (watch, p, i) => learn.epochOver(V)(watch, { epoch: i + 1, losses: { total: 3 * Math.log(p), rows: 3 } }, i + 1),
      learn.watching(0),
    )

  test('the best epoch is kept with the run before it and after it', () => {
    const { best, since, turned } = after(8, 5, 3, 4)
    expect([best?.epoch, best?.before, best?.after, since, turned]).toEqual([3, 2, 3, 4, undefined])
    expect(best === undefined ? NaN : Math.exp(meanLoss(best.losses))).toBeCloseTo(3, 12)
  })

  test('worse than guessing evenly is a turn, once there was something better', () => {
    expect(after(11, 10.5, 10.2).turned).toBeUndefined()
    expect(after(8, 10.5).turned?.epoch).toBe(2)
    expect(after(8, 9.9).turned).toBeUndefined()
    expect(after(11, 12).turned?.epoch).toBe(2)
  })

  test('more than twice the best perplexity is a turn', () => {
    expect(after(3, 5.99).turned).toBeUndefined()
    expect(after(3, 6.01).turned?.epoch).toBe(2)
  })

  test('the turn stays the first one, until the run is the best again', () => {
    expect(after(3, 7, 8, 4).turned?.epoch).toBe(2)
    expect(after(3, 7, 8, 2.9).turned).toBeUndefined()
    expect(after(3, 7, 2.9, 7).turned?.epoch).toBe(4)
  })

  test('a run that goes on after an epoch knows how good that was', () => {
    const going = learn.watching(0, { epoch: 7, losses: { total: Math.log(2), rows: 1 } })
    const next = learn.epochOver(V)(going, { epoch: 8, losses: { total: Math.log(5), rows: 1 } }, 1)
    expect([next.best?.epoch, next.best?.before, next.best?.after, next.turned?.epoch]).toEqual([7, 0, 0, 8])
  })
})
