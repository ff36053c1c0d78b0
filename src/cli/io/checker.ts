/**
 * A check of a program: the laws run in a thread of their own, and this one speaks with the program, hears signals and
 * shows how far it is.
 */
import process from 'node:process'
import { MessageChannel, Worker } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Check } from '../../laws/check/checks.js'
import { defaults } from '../../laws/check/protocol.js'
import { abilities } from '../../laws/check/subject.js'
import type { CheckOptions, Report } from '../../laws/check/verdict.js'
import { startProgram } from './program.js'
import type { Program } from './program.js'
import type { Terminal } from './terminal.js'

/** What is said of a check besides whom it tells. */
type CheckedWith = Omit<CheckOptions, 'told'>

/** What the thread is started with. */
export interface CheckTask {
  readonly options: CheckedWith
  /** Where answers arrive, and what is rung when there is one. */
  readonly answers: MessagePort
  readonly bell: SharedArrayBuffer
}

/** What the thread says. */
export type FromChecker =
  | { readonly _tag: 'Ask'; readonly name: string; readonly line: string }
  | { readonly _tag: 'Done'; readonly law: string; readonly done: number; readonly all: number }
  | CheckOutcome

/** How a check ends: with a report; with why the program cannot be spoken to; or for want of fast-check. */
export type CheckOutcome =
  | { readonly _tag: 'Report'; readonly report: Report }
  | { readonly _tag: 'Fault'; readonly message: string }
  | { readonly _tag: 'Missing'; readonly reason: string }

/** How it ended, and the last that the program wrote to standard error. */
export interface Checked {
  readonly outcome: CheckOutcome
  readonly lastWords: readonly string[]
}

/** What is checked, and how. */
export interface CheckWish {
  readonly program: readonly string[]
  readonly timeoutInSeconds: number
  readonly options: CheckedWith
}

/** All laws that a plain cell can be held to, or why fast-check cannot be loaded, without which there are none. */
export const checkedLaws: TaskEither<string, readonly Check[]> = TE.tryCatch(
  async () => {
    const { checksFor } = await import('../../laws/check/checks.js')
    return checksFor({ ...defaults, name: 'any', cell: 'rnn', stateAdjoint: true, can: abilities })
  },
  (error) => {
    const reason = withoutGenerator(error)
    if (reason === undefined) throw error
    return reason
  },
)

/** Why fast-check cannot be loaded, if that is what the error says. */
export const withoutGenerator = (error: unknown): string | undefined => {
  const { code, message } = error as { readonly code?: string; readonly message?: string }
  return code === 'ERR_MODULE_NOT_FOUND' && message?.includes('fast-check') === true ? code : undefined
}

/** Two words of memory: whether there is an answer, and one to sleep on. */
const BELL_BYTES = 8

/** Checks a program. When it is done nothing that was started still runs. */
export const checkProgram = async (
  { program: command, timeoutInSeconds, options }: CheckWish,
  { show, clear }: Pick<Terminal, 'show' | 'clear'>,
): Promise<Checked> => {
  const program = startProgram(command, timeoutInSeconds)
  const release = endingWith(program, clear)
  const { port1, port2 } = new MessageChannel()
  const bell = new SharedArrayBuffer(BELL_BYTES)
  const task: CheckTask = { options, answers: port2, bell }
  const worker = new Worker(new URL('./check-worker.js', import.meta.url), {
    workerData: task,
    transferList: [port2],
  })
  const ring = new Int32Array(bell)
  try {
    const outcome = await new Promise<CheckOutcome>((resolve, reject) => {
      const answer = async (name: string, line: string): Promise<void> => {
        const said = await program.ask(name, line)
        if (E.isLeft(said)) {
          resolve({ _tag: 'Fault', message: said.left })
          return
        }
        port1.postMessage(said.right)
        Atomics.store(ring, 0, 1)
        Atomics.notify(ring, 0)
      }
      worker.once('error', reject)
      worker.on('message', (message: FromChecker) => {
        if (message._tag === 'Ask') void answer(message.name, message.line)
        else if (message._tag === 'Done') show(message)
        else resolve(message)
      })
    })
    if (outcome._tag === 'Report') await program.end()
    return { outcome, lastWords: program.lastWords() }
  } finally {
    clear()
    program.kill()
    release()
    port1.close()
    await worker.terminate()
  }
}

const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const

/** Sees to it that a signal ends the program before it ends this process; gives back what stops that. */
const endingWith = (program: Program, clear: () => void): (() => void) => {
  const end = (signal: NodeJS.Signals): void => {
    release()
    clear()
    program.kill()
    process.kill(process.pid, signal)
  }
  const release = (): void => {
    signals.forEach((signal) => process.removeListener(signal, end))
  }
  signals.forEach((signal) => process.on(signal, end))
  return release
}
