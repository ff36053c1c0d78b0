/**
 * A program that is asked in lines and answers in lines, over its standard input and output.
 *
 * It is started once, in a process group of its own, and the whole group is killed when it is over with the program,
 * however that comes about. What it prints is bounded: one line of 16 MiB is waited for, and nothing is kept that was
 * not asked for.
 */
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { visible } from '../../algebra/quoted.js'
import { count, quoted } from '../../failure.js'
import { codeOf } from '../problem.js'

/** A program that was started. */
export interface Program {
  /**
   * Writes a line and waits for the line that answers it, or for what is wrong.
   *
   * @param name how messages call the question
   */
  readonly ask: (name: string, line: string) => Promise<Either<string, string>>
  /** Closes its standard input, gives it a second to end, and kills what is left of it. */
  readonly end: () => Promise<void>
  /** Kills it and what it started, at once. */
  readonly kill: () => void
  /** The last lines of its standard error. */
  readonly lastWords: () => readonly string[]
}

/** The most bytes of a line, of what is kept of standard error, and the most lines and characters shown of that. */
const [LONGEST_LINE, KEPT_WORDS, SHOWN_LINES, SHOWN_CHARACTERS] = [2 ** 24, 2 ** 14, 20, 200]
/** How long a program may take to end, and what it printed to come after it. */
const [FAREWELL, AFTERMATH] = [1000, 500]
const LINE_BREAK = 0x0a
const WITHIN_A_SECOND = 1000

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'which does not exist',
  EACCES: 'which may not be run: name what runs it, as in -- python3 my_rnn.py',
  E2BIG: 'whose arguments are too long',
  ERR_INVALID_ARG_VALUE: 'which is no name of a program',
}

const notStarted = (file: string, error: unknown): string =>
  `what comes after -- must be a program that can be run, got ${quoted(file)}, ` +
  (reasons[codeOf(error)] ?? `which fails with ${codeOf(error)}`)

/** Starts a program. What is wrong with that is said when it is asked for something. */
export const startProgram = ([file, ...args]: readonly string[], timeoutInSeconds: number): Program => {
  try {
    // On Windows there are no groups, and a detached process opens a window.
    const detached = process.platform !== 'win32'
    return conversation(spawn(file, args, { detached, windowsHide: true }), file, timeoutInSeconds)
  } catch (error) {
    return { ...silent, ask: () => Promise.resolve(E.left(notStarted(file, error))) }
  }
}

const silent: Omit<Program, 'ask'> = { end: () => Promise.resolve(), kill: () => undefined, lastWords: () => [] }

const conversation = (child: ChildProcessWithoutNullStreams, file: string, timeoutInSeconds: number): Program => {
  const { pid, stdin, stdout, stderr } = child
  const output = collectLines()
  let words = Buffer.alloc(0)
  /** What can no longer be mended, and all questions are answered with. */
  let fault: string | undefined
  let over = false
  let last = 'it was asked anything'
  let waiting: { readonly name: string; readonly answer: (line: Either<string, string>) => void } | undefined
  let clock: NodeJS.Timeout | undefined
  const settle = (line: Either<string, string>): void => {
    clearTimeout(clock)
    const { answer } = waiting ?? {}
    waiting = undefined
    answer?.(line)
  }
  const fail = (message: string): void => {
    if (fault !== undefined || over) return
    fault = message
    output.clear()
    settle(E.left(message))
  }
  const receive = (): void => {
    for (let line = output.take(); line !== undefined; line = output.take()) {
      if (waiting !== undefined) settle(E.right(line))
      else
        fail(
          `expected one line of JSON for each question, got ${quoted(line)} besides the answer to ${last}: ` +
            'print everything else to standard error',
        )
    }
  }
  const kill = (): void => {
    over = true
    clearTimeout(clock)
    killGroup(child)
  }
  const ended = (how: string): void => {
    const rest = output.rest()
    if (waiting !== undefined && rest !== '') settle(E.right(rest))
    fail(
      waiting === undefined
        ? `the program ${how} after it answered ${last}: answer questions until standard input ends`
        : `the program ${how} before it answered ${waiting.name}`,
    )
  }
  child.on('error', (error) => {
    fail(notStarted(file, error))
  })
  const gone = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      // What it started, and what might hold its output open.
      killGroup(child)
      const how = signal === null ? `ended with exit code ${String(code)}` : `was ended by ${signal}`
      const tell = (): void => {
        ended(how)
        resolve()
      }
      const patience = setTimeout(tell, AFTERMATH)
      child.once('close', () => {
        clearTimeout(patience)
        tell()
      })
    })
    if (pid === undefined) resolve()
  })
  stdout.on('data', (chunk: Buffer) => {
    if (fault !== undefined || over) return
    output.add(chunk)
    receive()
    if (output.length() > LONGEST_LINE)
      fail(`expected a line of at most ${String(LONGEST_LINE)} bytes from the program, got a longer one`)
  })
  stdout.once('end', () => {
    setTimeout(() => {
      ended('closed its standard output')
    }, AFTERMATH).unref()
  })
  stderr.on('data', (chunk: Buffer) => {
    words = Buffer.concat([words, chunk]).subarray(-KEPT_WORDS)
  })
  stdin.on('error', () => undefined)
  process.once('exit', kill)

  const late = (name: string): string => {
    const [got, advice] =
      output.length() === 0
        ? ['nothing', '']
        : [`${count(output.length(), 'byte')} and no line break`, 'end each answer with a line break, ']
    return (
      `${name}: expected an answer within ${count(timeoutInSeconds, 'second')}, got ${got}: ${advice}` +
      'flush standard output after each line (print(answer, flush=True)), or give it longer with --timeout'
    )
  }
  return {
    ask: (name, line) =>
      new Promise((resolve) => {
        if (fault !== undefined) {
          resolve(E.left(fault))
          return
        }
        waiting = { name, answer: resolve }
        last = name
        clock = setTimeout(() => {
          fail(late(name))
        }, timeoutInSeconds * WITHIN_A_SECOND)
        stdin.write(`${line}\n`)
      }),
    end: async () => {
      over = true
      stdin.end()
      const patience = setTimeout(kill, FAREWELL)
      await gone
      clearTimeout(patience)
      kill()
      process.removeListener('exit', kill)
    },
    kill,
    lastWords: () => {
      const lines = words.toString('utf8').replaceAll('\t', '    ').trimEnd().split(/\r?\n/)
      return lines
        .filter((line) => line !== '')
        .slice(-SHOWN_LINES)
        .map((line) => visible(line.slice(0, SHOWN_CHARACTERS)))
    },
  }
}

/** Kills a process with all that it started. */
const killGroup = (child: ChildProcessWithoutNullStreams): void => {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill('SIGKILL')
    else process.kill(-child.pid, 'SIGKILL')
  } catch {
    // There is nothing left of it.
  }
}

interface Lines {
  readonly add: (chunk: Buffer) => void
  /** The first line that is whole, which is taken away. */
  readonly take: () => string | undefined
  /** What has no line break yet. */
  readonly rest: () => string
  readonly length: () => number
  readonly clear: () => void
}

/** Lines out of chunks of bytes. A chunk is looked through once, however long the line is that it belongs to. */
const collectLines = (): Lines => {
  let chunks: Buffer[] = []
  let length = 0
  const text = (parts: readonly Buffer[]): string => Buffer.concat(parts).toString('utf8').replace(/\r$/, '')
  const set = (parts: Buffer[]): void => {
    chunks = parts
    length = parts.reduce((sum, part) => sum + part.length, 0)
  }
  return {
    add: (chunk) => {
      chunks.push(chunk)
      length += chunk.length
    },
    take: () => {
      const newest = chunks[chunks.length - 1]
      const end = newest === undefined ? -1 : newest.indexOf(LINE_BREAK)
      if (end < 0) return undefined
      const line = text([...chunks.slice(0, -1), newest.subarray(0, end)])
      const after = newest.subarray(end + 1)
      set(after.length === 0 ? [] : [after])
      return line
    },
    rest: () => text(chunks),
    length: () => length,
    clear: () => {
      set([])
    },
  }
}
