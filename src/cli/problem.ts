/**
 * Problems: why the command ends without having done what it was asked, and the exit code that says so.
 */
import { explain } from '../failure.js'
import type { Failure } from '../failure.js'

/** 1: the run failed; 2: bad input or usage. */
export interface Problem {
  readonly message: string
  readonly exitCode: 1 | 2
  /** What another program said of it, line by line. */
  readonly said?: readonly string[]
}

/** Failures of the run itself; all others are bad input. */
const OF_THE_RUN: readonly Failure['_tag'][] = ['NotFinite', 'EngineFailed']

export const problemOf = (failure: Failure): Problem => ({
  message: explain(failure),
  exitCode: OF_THE_RUN.includes(failure._tag) ? 1 : 2,
})

/** The problem of a setting that is not what it must be. */
export const badSetting = (setting: string, expected: string, got: string): Problem =>
  problemOf({ _tag: 'InvalidSetting', setting, expected, got })

/** What the system calls an error: ENOENT, EACCES, ... */
export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error)
