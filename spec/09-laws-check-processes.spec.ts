/**
 * Chapter 9, continued: programs that are checked. Whatever one does, the check ends with one clear line and leaves
 * nothing behind.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { buildSync } from 'esbuild'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseArguments } from '../src/cli/arguments.js'
import { startProgram } from '../src/cli/io/program.js'
import { progressLine } from '../src/cli/progress.js'
import { root } from './house/parts.js'
import { command, ended, install } from './runner/command.js'
import type { Installed } from './runner/command.js'

/** Whether a process still runs; one that has ended and that nobody has asked about does not. */
const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    const status = `/proc/${String(pid)}/stat`
    return !existsSync(status) || !/\) [ZX] /.test(readFileSync(status, 'utf8'))
  } catch {
    return false
  }
}

/** Waits until none of them runs; those that still do after some seconds. */
const remaining = async (pids: readonly number[], tries = 100): Promise<readonly number[]> => {
  const left = pids.filter(runs)
  if (left.length === 0 || tries === 0) return left
  await setTimeout(50)
  return remaining(left, tries - 1)
}

/** A program in JavaScript: what it does with each line, after what it does at first. */
const scripted = (onLine: string, first = '') => [
  process.execPath,
  '-e',
  `${first}; require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => { ${onLine} })`,
]
const stays = 'setInterval(() => undefined, 1000)'
const LONG = 30

/** Asks a program for three lines, or until one cannot be had: those, or what is said instead. */
const conversation = async (program: readonly string[], timeout = LONG) => {
  const { ask, end, kill, lastWords } = startProgram(program, timeout)
  const answers: string[] = []
  let fault: string | undefined
  for (const name of ['one', 'two', 'three']) {
    const answer = await ask(name, `ask ${name}`)
    if (E.isLeft(answer)) fault = answer.left
    else answers.push(answer.right)
    if (fault !== undefined) break
  }
  if (fault === undefined) await end()
  else kill()
  return { answers, fault, words: lastWords() }
}

describe('A program', () => {
  const echo = 'console.log(line.toUpperCase())'

  test('answers lines with lines, in whatever pieces they come, and ends when it is asked no more', async () => {
    const pieces = 'for (const c of Buffer.from(`é${line}\\r\\n`)) process.stdout.write(Buffer.from([c]))'
    expect(await conversation(scripted(echo))).toEqual({
      answers: ['ASK ONE', 'ASK TWO', 'ASK THREE'],
      ...{ fault: undefined, words: [] },
    })
    expect((await conversation(scripted(pieces))).answers).toEqual(['éask one', 'éask two', 'éask three'])
    const big = "console.log('x'.repeat(2 ** 23))"
    expect((await conversation(scripted(big))).answers.map(({ length }) => length)).toEqual([2 ** 23, 2 ** 23, 2 ** 23])
  })

  test('may end without a line break after its last answer', async () => {
    const last = "if (line === 'ask two') { process.stdout.write('2'); process.exit() } else console.log(1)"
    expect(await conversation(scripted(last))).toMatchObject({
      answers: ['1', '2'],
      fault: 'the program ended with exit code 0 after it answered two: answer questions until standard input ends',
    })
  })

  test('may say what it likes when it is asked no more', async () => {
    const after = "process.stdin.on('end', () => console.log('bye'.repeat(1e6)))"
    expect(await conversation(scripted(echo, after))).toMatchObject({ fault: undefined })
  })

  /** Prints this for as long as it lives. */
  const floods = (text: string) =>
    scripted(
      '',
      `const flood = () => { while (process.stdout.write(${text})); }; process.stdout.on('drain', flood); flood()`,
    )
  const faults: readonly (readonly [string, readonly string[], string | RegExp, number?])[] = [
    [
      'that is not there',
      ['./no-such-program'],
      'what comes after -- must be a program that can be run, got "./no-such-program", which does not exist',
    ],
    [
      'that may not be run',
      [join(root, 'package.json')],
      /, got ".*package\.json", which may not be run: name what runs it, as in -- python3 my_rnn\.py$/,
    ],
    ['of no name', ['a\0b'], /got "a\\u0000b", which is no name of a program$/],
    [
      'that ends at once',
      [process.execPath, '-e', 'process.exit(3)'],
      /^the program ended with exit code 3 (before it answered|after it answered) /,
    ],
    [
      'that is killed',
      scripted("if (line === 'ask two') process.kill(process.pid, 'SIGKILL'); else console.log(1)"),
      'the program was ended by SIGKILL before it answered two',
    ],
    [
      'that hangs',
      scripted("if (line !== 'ask two') console.log(1)"),
      'two: expected an answer within 0.5 seconds, got nothing: flush standard output after each line ' +
        '(print(answer, flush=True)), or give it longer with --timeout',
      0.5,
    ],
    [
      'that does not end its line',
      scripted("process.stdout.write('answer')", stays),
      'one: expected an answer within 0.5 seconds, got 6 bytes and no line break: end each answer with a line break, ' +
        'flush standard output after each line (print(answer, flush=True)), or give it longer with --timeout',
      0.5,
    ],
    [
      'that never ends its line',
      floods("'x'.repeat(65536)"),
      'expected a line of at most 16777216 bytes from the program, got a longer one',
    ],
    [
      'that prints without end',
      floods("'x\\n'.repeat(32768)"),
      'expected one line of JSON for each question, got "x" besides the answer to one: print everything else to ' +
        'standard error',
    ],
    [
      'that answers twice',
      scripted("console.log('1\\n2')", stays),
      'expected one line of JSON for each question, got "2" besides the answer to one: print everything else to ' +
        'standard error',
    ],
    [
      'that closes its output',
      scripted("require('node:fs').closeSync(1)", stays),
      'the program closed its standard output before it answered one',
    ],
  ]
  test.each(faults.map(([what, ...rest]) => ({ what, rest })))('$what is told in one line', async ({ rest }) => {
    const [program, line, timeout] = rest
    const { fault } = await conversation(program, timeout)
    if (typeof line === 'string') expect(fault).toBe(line)
    else expect(fault).toMatch(line)
    expect(fault).not.toContain('\n')
  })

  test('leaves its last words, bounded and visible', async () => {
    const talks =
      "const lines = Array.from({ length: 40 }, (_, i) => `line ${i}\\n`); process.stderr.write('x'.repeat(1e6)); " +
      "process.stderr.write(`\\n${lines.join('')}\\t\\u001b[31mred\\n`, () => process.exit(1))"
    const { words } = await conversation(scripted('', talks))
    expect(words.slice(0, 1)).toEqual(['line 21'])
    expect(words.slice(-1)).toEqual(['    \\u001b[31mred'])
    expect(words.length).toBe(20)
  })

  test('and all that it started are gone, though they ignore signals and the end of their input', async () => {
    const stubborn =
      "process.on('SIGTERM', () => undefined); process.on('SIGINT', () => undefined); " +
      "const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => 1, 1000)'], " +
      `{ stdio: 'inherit' }); ${stays}`
    const { answers } = await conversation(scripted('console.log(process.pid, child.pid)', stubborn))
    const pids = answers[0].split(' ').map(Number)
    expect(pids.length).toBe(2)
    expect(await remaining(pids)).toEqual([])
  })
})

/** Compiling, starting processes and running laws takes seconds on a busy machine. */
const PATIENCE_IN_MILLISECONDS = 60_000

describe('The command', () => {
  let installed: Installed
  beforeAll(() => {
    installed = install()
    buildSync({
      entryPoints: [join(root, 'spec/runner/plain-rnn-program.ts')],
      outfile: join(installed.folder, 'rnn.mjs'),
      ...{ bundle: true, format: 'esm', platform: 'node' },
    })
  }, PATIENCE_IN_MILLISECONDS)
  afterAll(() => {
    installed.remove()
  })

  const rnn = (...mode: readonly string[]) => [process.execPath, 'rnn.mjs', ...mode]
  const check = (options: readonly string[], program: readonly string[]) =>
    ended(installed.start('check', ...options, '--', ...program))
  const QUICK = ['--samples', '2']

  test('finds nothing wrong with a program that is right, in every law', async () => {
    const { code, out, err } = await check(QUICK, rnn())
    expect(err).toBe('')
    expect(out).toMatch(/^plain-rnn\.ts: rnn with tanh/)
    expect(out).toMatch(/\n\d+ laws hold, none fails\n$/)
    expect(code).toBe(0)
  })

  test('is not confused where a thread is woken late', async () => {
    const late =
      'const { notify } = Atomics; Atomics.notify = (...given) => { ' +
      'for (const until = performance.now() + 2; performance.now() < until; ); return notify(...given) }'
    const slowly = ['--import', `data:text/javascript,${encodeURIComponent(late)}`]
    const options = [...QUICK, '--only', 'rows are independent']
    const { code, out } = await ended(installed.startWith(slowly, 'check', ...options, '--', ...rnn()))
    expect(out).toMatch(/\n2 laws hold, none fails/)
    expect(code).toBe(0)
  })

  test('tells a gradient that is wrong, writes it as JUnit XML, and replays it', async () => {
    const options = [...QUICK, '--only', 'every gradient', '--seed', '3', '--junit', 'report.xml']
    const { code, out } = await check(options, rnn('wrong'))
    expect(code).toBe(1)
    expect(out).toContain('\nbackpropagate fails: every gradient')
    expect(out).toMatch(/\n {2}where {6}b_q\[0\]: expected \S+, got \S+; \d of \d entries differ\n/)
    expect(readFileSync(join(installed.folder, 'report.xml'), 'utf8')).toMatch(/<testsuites .* failures="1"/)
    const [, sentence, seed, path] = /--only '([^']*)' --seed (\d+) --path (\S+) -- /.exec(out) ?? []
    const again = await check(['--only', sentence, '--seed', seed, '--path', path, '--json'], rnn('wrong'))
    expect(again.code).toBe(1)
    const shown = (text: string): string => String(/where +(.*); \d of/.exec(text)?.[1])
    const report = JSON.parse(again.out) as { readonly verdicts: readonly unknown[] }
    const [, place, expected, got] = /(\S+)\[\d\]: expected (\S+), got (\S+)/.exec(shown(out)) ?? []
    const difference = { tensor: place, expected: Number(expected), got: Number(got) }
    expect(report.verdicts).toMatchObject([{ outcome: { _tag: 'Fails', seed: 3, evidence: { difference } } }])
  })

  test.each([
    [
      'dies',
      ['--tap', '--junit', 'dies.xml'],
      /^pure-rnn: the program ended with exit code 1 before it answered question 3 \(forward\)\n {2}\| .*division/s,
      /^TAP version 14\nBail out! the program ended with exit code 1 before/,
    ],
    ['shapeless', [], /^pure-rnn: question 3 \(forward\): expected O to be a list of [^\n]*\n$/, /^$/],
  ])('one that %s is a fault, with exit code 2', async (mode, options, err, out) => {
    const said = await check(options, rnn(mode))
    expect(said.err).toMatch(err)
    expect(said.out).toMatch(out)
    expect(said.code).toBe(2)
    if (mode === 'dies')
      expect(readFileSync(join(installed.folder, 'dies.xml'), 'utf8')).toContain('<error message="the program ended')
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('ends at once with %s, and the program too', async (signal) => {
    const child = installed.start('check', '--', ...rnn('stubborn'))
    const end = ended(child)
    const file = join(installed.folder, 'pids')
    const pids = await written(file)
    expect(pids.filter(runs)).toEqual(pids)
    child.kill(signal)
    expect(await end).toMatchObject({ signal, out: '' })
    expect(await remaining(pids)).toEqual([])
    rmSync(file)
  })

  /** The numbers in a file that a program writes. */
  const written = async (file: string): Promise<readonly number[]> => {
    if (existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'))
      return readFileSync(file, 'utf8').trim().split(' ').map(Number)
    await setTimeout(20)
    return written(file)
  }

  test('without fast-check says how to install it', async () => {
    const modules = join(installed.folder, 'node_modules')
    rmSync(modules)
    mkdirSync(modules)
    readdirSync(join(root, 'node_modules'))
      .filter((name) => name !== 'fast-check')
      .forEach((name) => {
        symlinkSync(join(root, 'node_modules', name), join(modules, name))
      })
    const line =
      'pure-rnn: check needs the package fast-check, which cannot be loaded (ERR_MODULE_NOT_FOUND): ' +
      'install it with npm install fast-check\n'
    const end = { code: 2, signal: null, out: '', err: line }
    expect(await check([], rnn())).toEqual(end)
    expect(await ended(installed.start('check', '--list'))).toEqual(end)
  })
})

test.each([
  [80, '#####----- law 3/6: a law of sixty characters, no more of them and no fewer.'],
  [60, '#####----- law 3/6'],
  [19, '#####----- law 3/6'],
  [18, 'law 3/6'],
  [5, 'law '],
])('the bar of a check fits into %i columns', (columns, line) => {
  const law = 'a law of sixty characters, no more of them and no fewer.'
  expect(progressLine({ done: 3, all: 6, law }, columns, { full: '#', empty: '-' })).toBe(line)
})

test('what comes after -- is the program, whatever it looks like', () => {
  const program = ['python3', 'my.py', '--dialect', '--', '--help']
  expect(parseArguments(['check', '--seed', '1', '--', ...program])).toEqual(
    E.right({ subcommand: 'check', typed: { seed: '1', program } }),
  )
})

describe('--list', () => {
  test('tells every law with what it asks for and cites, or those that --only names', async () => {
    const { code, out } = await command('check', '--list')
    expect(code).toBe(0)
    expect(out.length).toBeGreaterThan(50)
    expect(out).toContain('loss: with an output layer of zeros the loss is log V; loss')
    expect(out.filter((line) => line.startsWith('optimise (adam): ')).length).toBeGreaterThan(0)
    expect((await command('check', '--list', '--only', 'log V')).out).toEqual([
      'loss: with an output layer of zeros the loss is log V; loss',
    ])
  })
})
