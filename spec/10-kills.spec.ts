/**
 * Chapter 10, continued: a run that is killed at any instant leaves a whole model, and the next one goes on with it.
 * `npm run spec:long` kills many more.
 */
import { mkdirSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCheckpoint } from '../src/files/index.js'
import { command, ended, hasPrinted, install } from './runner/command.js'
import type { Installed } from './runner/command.js'
import { seed } from './runner/run.js'

const KILLS = process.env['SPEC_LONG'] === undefined ? 50 : 500
/** Runs that are killed side by side, each with a model of its own. */
const CHAINS = 4
/** The most turns of this process from a run's first report to its end: some of its saves. */
const MOST_TURNS = 20_000
const PATIENCE_IN_MILLISECONDS = 15_000 * KILLS

const TINY = ['--hidden', '5', '--steps', '4', '--batch', '2', '--length', '1']
const REPORTING = ['--engine', 'float32', '--json']
const SAVING = [...REPORTING, '--report-every', '1']

let installed: Installed
beforeAll(() => {
  installed = install('bundled')
  writeFileSync(join(installed.folder, 'verse.txt'), 'the cat sat on the mat,\nthe dog ate it all\n'.repeat(2))
}, PATIENCE_IN_MILLISECONDS)
afterAll(() => {
  installed.remove()
})

const turns = (left: number): Promise<void> =>
  new Promise((resolve) => {
    const turn = (n: number): void => {
      if (n === 0) resolve()
      else setImmediate(turn, n - 1)
    }
    turn(left)
  })

/** The epoch of the last whole report. */
const lastReported = (out: string): number =>
  Math.max(0, ...[...out.matchAll(/^\{"epoch":(\d+),.*\}$/gm)].map(([, epoch]) => Number(epoch)))

test(
  `${String(KILLS)} kills lose nothing that was reported, and the run goes on bit for bit`,
  async () => {
    const instants = fc.sample(fc.nat(MOST_TURNS), { numRuns: KILLS, seed })
    const chain = async (number: number) => {
      const folder = join(installed.folder, String(number))
      mkdirSync(folder)
      const [model, straight] = ['killed.model', 'straight.model'].map((name) => join(folder, name))
      const epochs = () => {
        const { progress } = E.toUnion(readCheckpoint(model)(readFileSync(model))) as { progress: { epoch: number } }
        return progress.epoch
      }
      const from = () => (existsSync(model) ? ['--resume', model] : TINY)
      for (const instant of instants.filter((_, i) => i % CHAINS === number)) {
        const child = installed.start(
          ...['train', '--text', 'verse.txt', ...from(), ...SAVING, '--epochs', '1000000', '--out', model],
        )
        const end = ended(child)
        await Promise.race([hasPrinted(child), end])
        await turns(instant)
        child.kill('SIGKILL')
        const { signal, out, err } = await end
        expect({ signal, err: signal === 'SIGKILL' ? '' : err }).toEqual({ signal: 'SIGKILL', err: '' })
        expect(lastReported(out)).toBeGreaterThan(0)
        expect(epochs()).toBeGreaterThanOrEqual(lastReported(out))
      }
      const text = ['--text', join(installed.folder, 'verse.txt'), ...REPORTING]
      const last = ['--epochs', String(epochs() + 1), '--report-every', '1000000']
      expect(await command('train', ...text, '--resume', model, ...last, '--out', model)).toMatchObject({ code: 0 })
      expect(await command('train', ...text, ...TINY, ...last, '--out', straight)).toMatchObject({ code: 0 })
      expect(readFileSync(model)).toEqual(readFileSync(straight))
      expect(readdirSync(folder).sort()).toEqual(['killed.model', 'straight.model'])
    }
    await Promise.all(Array.from({ length: CHAINS }, (_, number) => chain(number)))
  },
  PATIENCE_IN_MILLISECONDS,
)
