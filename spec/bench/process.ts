/**
 * Those that take part, each in a process of its own, so that none warms up, spins beside or collects the garbage
 * of another.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { COMPARED_STEPS, DEVIATION, ETA, MINIBATCHES, THETA } from './tasks.js'
import type { Task } from './tasks.js'

/** Get ready for a task, or do it again and again for so many milliseconds. */
export type Request = { readonly prepare: Task } | { readonly measure: number }

export interface Answer {
  /** On being started. */
  readonly versions?: Readonly<Record<string, string>>
  /** On having prepared a training step: the losses of the first steps. */
  readonly losses?: readonly number[]
  /** On having prepared generation: what was written. */
  readonly written?: readonly number[]
  /** On having measured: how long each call took. */
  readonly milliseconds?: readonly number[]
}

export interface Contender {
  readonly name: string
  readonly versions: Readonly<Record<string, string>>
  readonly ask: (request: Request) => Promise<Answer>
  readonly end: () => void
}

/** Starts a program that answers lines of JSON, beginning with its versions. */
const started = async (name: string, command: string, parameters: readonly string[]): Promise<Contender> => {
  const child = spawn(command, parameters, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async (): Promise<Answer> => {
    const next = await lines.next()
    if (next.done === true) throw new Error(`${name} ended without an answer`)
    return JSON.parse(next.value) as Answer
  }
  const { versions = {} } = await answer()
  return {
    name,
    versions,
    ask: (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`)
      return answer()
    },
    end: () => {
      child.stdin.end()
    },
  }
}

/** One of contender.ts's programs. */
export const startOurs = (name: string, ...parameters: readonly string[]): Promise<Contender> =>
  started(name, process.execPath, [join(import.meta.dirname, 'contender.js'), ...parameters])

/** One of baseline.py's, in a Python that imports torch. */
export const startTorch = (name: string, python: string, which: 'scratch' | 'nn'): Promise<Contender> => {
  const settings = { theta: THETA, eta: ETA, deviation: DEVIATION, minibatches: MINIBATCHES, steps: COMPARED_STEPS }
  return started(name, python, [join(bench, 'baseline.py'), which, JSON.stringify(settings)])
}

/** Where the sources of the bench lie, from where it is built: reports/bench/spec/bench. */
export const root = join(import.meta.dirname, '..', '..', '..', '..')
const bench = join(root, 'spec', 'bench')

/** The first of these Pythons that imports torch. */
export const pythonWithTorch = async (candidates: readonly string[]): Promise<string | undefined> => {
  for (const python of candidates) {
    const status = await new Promise((resolve) => {
      spawn(python, ['-c', 'import torch, numpy'], { stdio: 'ignore' }).on('error', resolve).on('exit', resolve)
    })
    if (status === 0) return python
  }
  return undefined
}
