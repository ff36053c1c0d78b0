/**
 * Chapter 10, continued: a run that is cut after any minibatch, and goes on from its file, is the run that was not cut:
 * bit for bit in what it saves, and word for word in what it prints. For every cell, sampling, convention, number of
 * layers and engine. `npm run spec:long` cuts runs of the compiled engine, too, after each of their minibatches.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Axes } from '../src/algebra/axis.js'
import { replaceTensors } from '../src/algebra/tensors.js'
import { selectEngine } from '../src/cli/engines.js'
import type { AnyEngine } from '../src/cli/engines.js'
import { freshRun, resumedRun } from '../src/cli/preparation.js'
import type { Run } from '../src/cli/preparation.js'
import { reportAsJson, reportAsText } from '../src/cli/report.js'
import { trainRun } from '../src/cli/training.js'
import { samplings } from '../src/data/index.js'
import { readCheckpoint, writeCheckpoint } from '../src/files/index.js'
import type { Checkpoint, Settings } from '../src/files/index.js'
import type { Float32Tensor } from '../src/interpret/float32.js'
import { noLoss } from '../src/model/loss.js'
import { cellNames } from '../src/model/cells.js'
import { activationNames } from '../src/model/activation.js'
import { seeded } from '../src/random.js'
import { conventionsNames } from '../src/train/conventions.js'
import { commandShowing } from './runner/command.js'
import { seed } from './runner/run.js'

const isLong = process.env['SPEC_LONG'] !== undefined

const right = <A>(answer: Either<unknown, A>): A => {
  if (E.isRight(answer)) return answer.right
  throw new Error(JSON.stringify(answer.left))
}

const TEXT = 'the cat ate\nthe mat'
/** Two minibatches an epoch where they follow one another, three at random. */
const MINIBATCHES = { consecutive: 2, random: 3 }
const SIZES = { hidden: 3, steps: 2, batch: 2, limit: 13, clip: 1 }
const TINY = { ...SIZES, epochs: 2, reportEvery: 1, prefixes: ['t'], length: 2 }

/** Rates at which a few minibatches change what is written. */
const rates = { scratch: 10, torch: 0.3 }

const cells = cellNames.flatMap((cell): readonly Partial<Settings>[] =>
  cell === 'rnn' ? activationNames.map((activation) => ({ cell, activation })) : [{ cell }],
)
const setups: readonly Partial<Settings>[] = cells.flatMap((cell) =>
  conventionsNames.flatMap((dialect) =>
    [1, 2].flatMap((layers) =>
      samplings.map((sampling) => ({ ...TINY, ...cell, dialect, rate: rates[dialect], layers, sampling })),
    ),
  ),
)
const titled = (setup: Partial<Settings>) => {
  const { cell, activation, dialect, layers, sampling } = setup
  return [[cell, activation, dialect, `${String(layers)} layers`, sampling].filter(Boolean).join(', '), setup] as const
}

const begun = (setup: Partial<Settings>): Run => right(freshRun(setup, TEXT))

/** What the command does with a run: what it saved last, printed, and showed of its progress. */
interface Done {
  readonly file: Uint8Array
  readonly printed: readonly string[]
  readonly shown: readonly unknown[]
}

/** The loop of the command, with a signal after so many minibatches. Its clock stands still: a pace is not compared. */
const trained = async (run: Run, engine: AnyEngine, signalAfter = Infinity): Promise<Done> => {
  let file = writeCheckpoint(run.checkpoint)
  const printed: string[] = []
  const shown: unknown[] = []
  if (signalAfter === 0) return { file, printed, shown }
  const last = {
    name: 'last',
    save: (model: Checkpoint) =>
      TE.fromIO(() => {
        file = writeCheckpoint(model)
      }),
  }
  const world = {
    now: () => 0,
    out: { last, best: { name: 'best', save: () => TE.right(undefined) } },
    report: (report: Parameters<typeof reportAsText>[0]) => {
      printed.push(reportAsText(report), reportAsJson(report))
    },
    show: (standing: unknown) => shown.push(standing),
    note: () => undefined,
    signal: () => (shown.length === signalAfter ? ('SIGTERM' as const) : undefined),
  }
  right(await trainRun(run, engine, world)())
  return { file, printed, shown }
}

/** The run of a file, as a command that is started later has it. */
const reread = (file: Uint8Array, alter: (model: Checkpoint) => Checkpoint = (model) => model): Run =>
  right(
    pipe(
      readCheckpoint('the model')(file),
      E.chain((model) => resumedRun({}, alter(model), TEXT)),
    ),
  )

/** A run that is cut after so many minibatches and goes on. */
const cutAfter = async (
  minibatches: number,
  setup: Partial<Settings>,
  engine: AnyEngine,
  alter?: (model: Checkpoint) => Checkpoint,
): Promise<Done> => {
  const before = await trained(begun(setup), engine, minibatches)
  const after = await trained(reread(before.file, alter), engine)
  return {
    file: after.file,
    printed: [...before.printed, ...after.printed],
    shown: [...before.shown, ...after.shown],
  }
}

/** An engine holds nothing of a run: those that differ in their sampling share one. */
const engines = new Map<string, Promise<AnyEngine>>()
const engineFor = (name: 'float32' | 'onnx', setup: Partial<Settings>): Promise<AnyEngine> => {
  const key = JSON.stringify([name, { ...setup, sampling: undefined }])
  const engine =
    engines.get(key) ??
    selectEngine(begun(setup).checkpoint, { engine: name, threads: 1 })().then((selected) => right(selected).engine)
  engines.set(key, engine)
  return engine
}

describe('a run that is cut after any minibatch goes on bit for bit, on float32', () => {
  test.each(setups.map(titled))('%s', async (_, setup) => {
    const engine = await engineFor('float32', setup)
    const whole = await trained(begun(setup), engine)
    expect(whole.shown).toHaveLength(2 * MINIBATCHES[setup.sampling ?? 'random'])
    for (const minibatches of whole.shown.keys()) {
      expect({ minibatches, ...(await cutAfter(minibatches, setup, engine)) }).toEqual({ minibatches, ...whole })
    }
  })
})

/** So large that the compiled engine holds each tensor by itself. */
const LARGE: Partial<Settings> = { ...setups[setups.length - 1], hidden: 24 }

describe('a run that is cut after any minibatch goes on bit for bit, on onnx', () => {
  const instants = fc.sample(fc.nat(), { numRuns: setups.length + 1, seed })
  const compiled = [...setups, LARGE].map((setup, i) => [
    `${titled(setup)[0]}, ${String(setup.hidden)} hidden units`,
    setup,
    instants[i],
  ] as const)
  test.each(compiled)('%s', async (_, setup, instant) => {
    const engine = await engineFor('onnx', setup)
    const whole = await trained(begun(setup), engine)
    for (const minibatches of isLong ? whole.shown.keys() : [instant % whole.shown.length]) {
      expect({ minibatches, ...(await cutAfter(minibatches, setup, engine)) }).toEqual({ minibatches, ...whole })
    }
  })
})

describe('a run goes on otherwise where its file does not give back', () => {
  const withProgress =
    (alter: (progress: Checkpoint['progress']) => Partial<Checkpoint['progress']>) =>
    (model: Checkpoint): Checkpoint => ({ ...model, progress: { ...model.progress, ...alter(model.progress) } })
  const withLearner = (alter: (learner: Checkpoint['progress']['learner']) => object) =>
    withProgress(({ learner }) => ({ learner: { ...learner, ...alter(learner) } }))
  const blank = <T extends object>(tree: T): T =>
    replaceTensors(({ value }) => {
      const tensor = value as Float32Tensor<Axes>
      return { ...tensor, data: new Float32Array(tensor.data.length) }
    })(tree) as T
  const torch = { ...TINY, cell: 'lstm', dialect: 'torch', rate: rates.torch, layers: 2 } as const
  const consecutive = { ...torch, sampling: 'consecutive' } as const
  const random = { ...torch, sampling: 'random' } as const

  test.each([
    ['nothing, which is no loss', consecutive, (model: Checkpoint) => model, true],
    ['the parameters', consecutive, withLearner(({ parameters }) => ({ parameters: blank(parameters) })), false],
    ['the optimiser', consecutive, withLearner(({ optimiser }) => ({ optimiser: blank(optimiser) })), false],
    ['the hidden state', consecutive, withLearner(({ hidden }) => ({ hidden: blank(hidden) })), false],
    ['the state of the generator', random, withProgress(() => ({ random: seeded(0) })), false],
    ['the place in the epoch', consecutive, withProgress(() => ({ minibatch: 0 })), false],
    ['the epoch', consecutive, withProgress(() => ({ epoch: 1 })), false],
    ['the losses of the epoch', consecutive, withProgress(() => ({ losses: noLoss })), false],
  ] as const)('%s', async (_, setup, alter, same) => {
    const engine = await engineFor('float32', setup)
    const whole = await trained(begun(setup), engine)
    const runs = await Promise.all(Array.from(whole.shown.keys(), (n) => cutAfter(n, setup, engine, alter)))
    expect(runs.every(({ file }) => Buffer.compare(file, whole.file) === 0)).toBe(same)
  })
})

describe('the command, stopped by a signal after any minibatch and started again', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pure-rnn-resume-'))
    writeFileSync(join(folder, 'verse.txt'), TEXT)
  })
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  /** A run on the text, with the lines that it printed, without their pace, and the file that it left. */
  const train = async (show: () => void, ...args: readonly string[]) => {
    const [out, text] = [join(folder, 'the.model'), join(folder, 'verse.txt')]
    const said = await commandShowing(show, 'train', '--text', text, ...args, '--out', out)
    return {
      ...said,
      out: said.out.map((report) => report.replace(/, [\d,]+ characters\/s|(?<="charactersPerSecond":)\d+/, '')),
      file: readFileSync(out),
      again: ['--resume', out],
    }
  }
  const SIZE = ['--hidden', '3', '--steps', '2', '--batch', '2', '--limit', '13', '--clip', '1', '--length', '2']
  const ON = ['--threads', '1', '--epochs', '2', '--report-every', '1', '--prefix', 't']

  test.each([
    ['float32', 'random', '--cell gru --layers 2 --rate 10'],
    ['float32', 'consecutive', '--conventions torch --cell lstm --rate 0.3 --json'],
    ['onnx', 'consecutive', '--activation relu --rate 10 --json'],
    ['onnx', 'random', '--conventions torch --cell gru --rate 0.3'],
  ] as const)('on %s, %s, %s', async (engine, sampling, options) => {
    const minibatches = MINIBATCHES[sampling]
    const fresh = ['--engine', engine, ...SIZE, ...ON, '--sampling', sampling, ...options.split(' ')]
    const goOn = ['--engine', engine, '--threads', '1', ...(options.includes('--json') ? ['--json'] : [])]
    const whole = await train(() => undefined, ...fresh, '--overwrite')
    expect(whole.code).toBe(0)
    // After the last minibatch nothing is left to stop.
    for (let taken = 1; taken < 2 * minibatches; taken++) {
      let seen = 0
      const stopping = () => {
        seen += 1
        if (seen === taken) process.emit('SIGTERM', 'SIGTERM')
      }
      const stopped = await train(stopping, ...fresh, '--overwrite')
      expect(stopped.code).toBe(143)
      const [epoch, minibatch] = taken > minibatches ? [2, taken - minibatches] : [1, taken]
      const where = `interrupted in epoch ${String(epoch)}, after minibatch ${String(minibatch)}`
      expect(stopped.err.join('\n')).toContain(where)
      const after = await train(() => undefined, ...stopped.again, ...goOn)
      const printed = [...stopped.out, ...after.out]
      expect({ taken, code: after.code, printed }).toEqual({ taken, code: 0, printed: whole.out })
      expect(after.file).toEqual(whole.file)
    }
  })
})
