/**
 * Chapter 10, continued: how the command ends, and what it shows until then. Signals, pipes, full disks.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTerminal } from '../src/cli/io/terminal.js'
import type { Surroundings } from '../src/cli/io/terminal.js'
import { glyphsFor, progressLine } from '../src/cli/progress.js'
import { readCheckpoint } from '../src/files/index.js'
import { root } from './house/parts.js'
import { command, ended, hasPrinted, install } from './runner/command.js'
import type { Installed } from './runner/command.js'

const VERSE = 'the cat sat on the mat,\nthe dog ate it all\n'.repeat(2)
const TINY = ['--hidden', '5', '--steps', '4', '--batch', '2', '--length', '8', '--engine', 'float32']
const REPORTS = ['--report-every', '1', '--json']

/** Compiling and starting processes takes seconds on a busy machine. */
const PATIENCE_IN_MILLISECONDS = 60_000

describe('the command as a process', () => {
  let installed: Installed
  beforeAll(() => {
    installed = install()
    writeFileSync(at('verse.txt'), VERSE)
  }, PATIENCE_IN_MILLISECONDS)
  afterAll(() => {
    installed.remove()
  })
  const at = (name: string): string => join(installed.folder, name)
  const train = (...args: readonly string[]) =>
    installed.start('train', '--text', 'verse.txt', ...TINY, ...REPORTS, ...args)
  const epochOf = (name: string) => {
    const model = E.toUnion(readCheckpoint(name)(readFileSync(at(name))))
    return 'progress' in model ? model.progress.epoch : undefined
  }
  const leftOvers = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('.'))

  /** Waits until the process has said this on standard error. */
  const hasSaid = (child: ChildProcess, words: string): Promise<void> =>
    new Promise((resolve) => {
      let said = ''
      child.stderr?.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        if (said.includes(words)) resolve()
      })
    })
  const exit = (child: ChildProcess) =>
    new Promise<NodeJS.Signals | number | null>((resolve) => {
      child.on('close', (code, signal) => {
        resolve(signal ?? code)
      })
    })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends at once on %s while it reads a text without end, and leaves nothing',
    async (signal) => {
      const child = installed.start('train', '--text', '-', '--limit', 'all', '--out', 'unread.model')
      const end = exit(child)
      // More than a pipe holds: once it is gone, the process reads.
      await new Promise((resolve) => child.stdin?.write('x'.repeat(1_000_000), resolve))
      child.kill(signal)
      expect(await end).toBe(signal)
      expect(existsSync(at('unread.model'))).toBe(false)
      expect(leftOvers(installed.folder)).toEqual([])
    },
  )

  const LISTENING = `
    import { listen } from './dist/cli/io/interruption.js'
    listen(() => console.log('told'))
    setInterval(() => undefined, 1000);
  `
  const listening = (more: string) =>
    spawn(process.execPath, ['--input-type=module', '-e', LISTENING + more], { cwd: installed.folder })

  test('a second signal ends at once', async () => {
    const child = listening(`process.kill(process.pid, 'SIGINT')`)
    const end = ended(child)
    await hasPrinted(child)
    child.kill('SIGTERM')
    expect(await end).toMatchObject({ signal: 'SIGTERM', out: 'told\n' })
  })

  test('a second signal that came while something was computed ends as soon as that is over', async () => {
    const twice = `['SIGHUP', 'SIGINT'].forEach((name) => process.kill(process.pid, name))`
    const { signal, out } = await ended(listening(twice))
    expect(['SIGHUP', 'SIGINT']).toContain(signal)
    expect(out).toBe('')
  })

  test('a run that saves goes on when nobody reads its reports any more', async () => {
    const child = train('--epochs', '60', '--out', 'unseen.model')
    const end = ended(child)
    await hasPrinted(child)
    child.stdout?.destroy()
    expect(await end).toMatchObject({ code: 0, err: expect.not.stringMatching(/EPIPE|cannot/) as string })
    expect(epochOf('unseen.model')).toBe(60)
  })

  test('a run goes on when nobody reads its notes', async () => {
    const child = train('--epochs', '3', '--out', 'unnoted.model')
    child.stderr?.destroy()
    expect(await ended(child)).toMatchObject({ code: 0, out: expect.stringMatching(/"epoch":3/) as string })
  })

  test('a disk without room warns at each save, ends in exit code 1, and leaves the old model', async () => {
    await ended(train('--epochs', '1', '--out', 'full.model'))
    const before = readFileSync(at('full.model'))
    const args = ['dist/cli/main.js', 'train', '--text', 'verse.txt', '--resume', 'full.model', '--out', 'full.model']
    const limited = ['-c', 'ulimit -f 1; exec "$@"', 'sh', process.execPath, ...args, ...REPORTS, '--epochs', '3']
    const { code, out, err } = await ended(spawn('sh', limited, { cwd: installed.folder }))
    expect({ code, reports: out.match(/"epoch":/g) }).toEqual({ code: 1, reports: ['"epoch":', '"epoch":'] })
    const failed = 'the model could not be saved as "full.model" (EFBIG): make room, or choose another place'
    expect(err).toContain(`\n${failed}; the run goes on, and the next report tries again\n`)
    expect(err).toMatch(new RegExp(`\\npure-rnn: ${failed.replace(/[()]/g, '.')}\\n$`))
    expect(readFileSync(at('full.model'))).toEqual(before)
    expect(leftOvers(installed.folder)).toEqual([])
  })

  test('a folder that vanishes is told, and saved to once it is back', async () => {
    mkdirSync(at('away'))
    const child = train('--epochs', '1000000', '--out', 'away/x.model')
    const end = ended(child)
    await hasPrinted(child)
    const told = hasSaid(child, '"away/x.model" (ENOENT)')
    renameSync(at('away'), at('elsewhere'))
    await told
    renameSync(at('elsewhere'), at('away'))
    child.kill('SIGINT')
    const { code, err } = await end
    expect(code).toBe(130)
    expect(err).toMatch(/could not be saved as "away\/x.model" \(ENOENT\): .*; the run goes on, /)
    expect(epochOf('away/x.model')).toBeGreaterThan(0)
  })

  /** A node that says that it is of this version. */
  const ofVersion = (version: string, ...args: readonly string[]) => {
    const code = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
    return ended(installed.startWith(['--import', `data:text/javascript,${encodeURIComponent(code)}`], ...args))
  }
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { engines: { node: string } }
  const least = engines.node.replace('>=', '')

  test.each(['20.18.3', '18.20.8', '16.20.2', '9.11.2'])('Node %s is too old, and says so', async (version) => {
    expect(await ofVersion(version, 'train')).toEqual({
      code: 1,
      signal: null,
      out: '',
      err: `pure-rnn: Node must be ${least} or later, got ${version}: install a later one from https://nodejs.org\n`,
    })
  })

  test.each([`${least}.0`, '22.0.0', '100.1.0'])('Node %s is not', async (version) => {
    expect(await ofVersion(version, '--version')).toMatchObject({ code: 0, out: expect.stringMatching(/\d/) as string })
  })

  test('an old Node can read the first file: it imports nothing beforehand, and waits for nothing', () => {
    const first = readFileSync(join(root, 'src/cli/main.ts'), 'utf8')
    expect(first).not.toMatch(/^(import|export) |await|\?\?|\?\./m)
  })
})

const standing = {
  done: 500,
  all: 2000,
  epoch: 63,
  epochs: 250,
  perplexity: 106.0861,
  charactersPerSecond: 69_074.2,
  secondsLeft: 3723,
}
const plain = { full: '#', empty: '-' }

describe('the line that shows how far a run is', () => {
  test.each([
    [200, '#####--------------- epoch 63/250, perplexity 106.086, 69,074 characters/s, 1:02:03 left'],
    [80, '###------- epoch 63/250, perplexity 106.086, 69,074 characters/s, 1:02:03 left'],
    [70, '#####--------------- epoch 63/250, perplexity 106.086, 1:02:03 left'],
    [60, '###------- epoch 63/250, perplexity 106.086, 1:02:03 left'],
    [50, 'epoch 63/250, perplexity 106.086, 1:02:03 left'],
    [20, 'epoch 63/250, perpl'],
    [0, ''],
  ])('fits %d columns', (columns, line) => {
    expect(progressLine(standing, columns, plain)).toBe(line)
    expect(line.length).toBeLessThan(Math.max(columns, 1))
  })

  test('is all bar in the end', () => {
    expect(progressLine({ ...standing, done: 2000 }, 200, plain)).toMatch(/^#{20} epoch/)
  })

  test.each([
    [{ LANG: 'en_US.UTF-8' }, 'linux', '█'],
    [{ LANG: 'C', LC_ALL: 'C.utf8' }, 'linux', '█'],
    [{ LANG: 'en_US.UTF-8', LC_CTYPE: 'C' }, 'linux', '#'],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'POSIX' }, 'linux', '#'],
    [{ LANG: 'zh_CN.UTF-8', LC_ALL: '' }, 'linux', '█'],
    [{ LANG: 'C' }, 'darwin', '#'],
    [{}, 'linux', '#'],
    [{}, 'win32', '█'],
    [{ LANG: 'en_US.UTF-8', TERM: 'dumb' }, 'linux', undefined],
  ])('is of blocks only where the terminal shows them: %o on %s', (env, platform, full) => {
    expect(glyphsFor(env, platform)?.full).toBe(full)
  })
})

describe('the terminal', () => {
  /** A terminal of a process that remembers what came of it. */
  const opened = (env: NodeJS.ProcessEnv) => {
    const written = { out: '', err: '' }
    const stream = (name: 'out' | 'err') =>
      Object.assign(new EventEmitter(), {
        isTTY: true,
        columns: 60,
        write: (text: string) => {
          written[name] += text
          return true
        },
      }) as unknown as NodeJS.WritableStream
    const exits: number[] = []
    const system: Surroundings = {
      stdout: stream('out'),
      stderr: stream('err'),
      env,
      platform: 'linux',
      exit: (code) => exits.push(code),
    }
    return { written, exits, system, terminal: openTerminal(system) }
  }
  const fails = (code: string) => Object.assign(new Error(code), { code })

  test('shows a bar that fits, without colours, and takes it away', () => {
    const { written, terminal } = opened({ LANG: 'C', NO_COLOR: '1' })
    terminal.show(standing)
    expect(written.err).toContain('###------- epoch 63/250, perplexity 106.086, 1:02:03 left')
    terminal.note('a note')
    expect(written.err).toMatch(/a note\n$/)
    expect(written.err).not.toMatch(/\u001b\[[\d;]*m|[^\u0000-\u007f]/)
    expect(written.out).toBe('')
  })

  test('shows none where the terminal is dumb', () => {
    const { written, terminal } = opened({ LANG: 'en_US.UTF-8', TERM: 'dumb' })
    terminal.show(standing)
    terminal.print('a report')
    terminal.clear()
    expect(written).toEqual({ out: 'a report\n', err: '' })
  })

  test.each([
    ['EPIPE', 0, ''],
    ['ENOSPC', 1, 'pure-rnn: standard output cannot be written (ENOSPC): make room for it\n'],
    ['EIO', 1, 'pure-rnn: standard output cannot be written (EIO): make room for it\n'],
  ])('that cannot be printed to, by %s, ends the process, unless there is more to do', (code, exitCode, said) => {
    const ending = opened({})
    ending.system.stdout.emit('error', fails(code))
    expect([ending.exits, ending.written.err]).toEqual([[exitCode], said])

    const { terminal, system, exits, written } = opened({})
    terminal.goOnUnread()
    system.stdout.emit('error', fails(code))
    system.stdout.emit('error', fails(code))
    system.stderr.emit('error', fails(code))
    terminal.print('a report')
    expect(exits).toEqual([])
    expect(system.exitCode ?? 0).toBe(exitCode)
    expect(written).toEqual({ out: '', err: said })
  })
})

describe('numbers of things', () => {
  const STANDARD = ['train', '--engine', 'float32', '--steps', '1', '--length', '1']

  test('are in the singular for 1', async () => {
    const ones = ['--hidden', '1', '--batch', '1', '--epochs', '1']
    const { err } = await command(...STANDARD, ...ones, '--limit', '2')
    expect(err[0]).toContain(', 1 hidden unit, ')
    expect(err[0]).toContain('training: 1 epoch (the standard run has 250) of 1 minibatch, 1 row of 1 step, ')
    expect(err[0]).not.toMatch(/\b1 (?!minibatch|hidden unit,)[a-z ]*s\b/)
  })

  test('are in the plural for others', async () => {
    const twos = ['--hidden', '2', '--batch', '2', '--layers', '2', '--epochs', '2']
    const { err } = await command(...STANDARD, ...twos, '--limit', '9')
    expect(err[0]).toContain('text: 9 characters of ')
    expect(err[0]).toContain('2 layers, 2 hidden units, ')
    expect(err[0]).toMatch(/: 2 epochs \(the standard run has 250\) of \d minibatches, 2 rows of 1 step, /)
  })
})
