/**
 * The command, from its arguments to its exit code.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { visible } from '../algebra/quoted.js'
import { parseArguments } from './arguments.js'
import type { Invocation, Subcommand } from './arguments.js'
import { runCheck } from './check.js'
import { runEvaluate } from './evaluate.js'
import { runExport } from './export.js'
import { runGenerate } from './generate.js'
import { runImport } from './import.js'
import type { Typed } from './parsed.js'
import type { Problem } from './problem.js'
import type { Terminal } from './io/terminal.js'
import { runTrain } from './train.js'

const runs: Readonly<Record<Subcommand, (typed: Typed, terminal: Terminal) => TaskEither<Problem, number>>> = {
  train: runTrain,
  generate: runGenerate,
  evaluate: runEvaluate,
  export: runExport,
  import: runImport,
  check: runCheck,
}

/** Runs the command and returns its exit code. A problem is reported in one line. */
export const runCommand = async (argv: readonly string[], terminal: Terminal): Promise<number> => {
  const invocation = parseArguments(argv)
  const ended = E.isLeft(invocation) ? invocation : await perform(invocation.right, terminal)
  if (E.isRight(ended)) return ended.right
  const { message, said = [], exitCode } = ended.left
  terminal.note([`pure-rnn: ${visible(message)}`, ...said.map((line) => `  | ${visible(line)}`)].join('\n'))
  return exitCode
}

const perform = async (invocation: Invocation | string, terminal: Terminal): Promise<Either<Problem, number>> => {
  if (typeof invocation === 'string') {
    terminal.print(invocation)
    return E.right(0)
  }
  try {
    return await runs[invocation.subcommand](invocation.typed, terminal)()
  } catch (error) {
    return E.left(unforeseen(error))
  }
}

/** An unexpected error on one line. */
const unforeseen = (error: unknown): Problem => ({
  message: `something went wrong that should not have (${String(error).replace(/\s+/g, ' ')}): please report it`,
  exitCode: 1,
})
