/**
 * The terminal: reports go to standard output, notes and the progress bar to standard error.
 */
import nodeProcess from 'node:process'
import { SingleBar } from 'cli-progress'
import { glyphsFor, progressLine } from '../progress.js'
import type { CheckStanding, Standing } from '../progress.js'
import { codeOf } from '../problem.js'

export interface Terminal {
  /** A report, on standard output. */
  readonly print: (text: string) => void
  /** What is not a result, on standard error. */
  readonly note: (text: string) => void
  /** Shows how far the run or the check is, where standard error is a terminal. */
  readonly show: (standing: Standing | CheckStanding) => void
  /** Takes the bar away. */
  readonly clear: () => void
  /** From here on there is more to do than to print: the process goes on though nobody reads what it prints. */
  readonly goOnUnread: () => void
}

/** What a terminal needs of its process. */
export interface Surroundings {
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  readonly env: NodeJS.ProcessEnv
  readonly platform: string
  readonly exit: (code: number) => void
  exitCode?: number | string | null | undefined
}

/** The most and fewest columns of a text that is laid out, and those where standard output is no terminal. */
const [WIDEST, NARROWEST, UNKNOWN] = [100, 40, 80]

/** How many columns a text may take. */
export const columnsOf = ({ columns }: { readonly columns?: number } = nodeProcess.stdout): number =>
  Math.min(WIDEST, Math.max(NARROWEST, columns ?? UNKNOWN))

/** The terminal of this process. Where a report could not be printed for want of room, the exit code says so. */
export const openTerminal = (process: Surroundings = nodeProcess): Terminal => {
  const { stdout, stderr } = process
  const glyphs = glyphsFor(process.env, process.platform)
  let [shown, prints, outlives] = [false, true, false]
  const bar = new SingleBar({
    stream: stderr,
    format: (_, { maxWidth }, standing) =>
      glyphs === undefined ? '' : progressLine(standing as Standing | CheckStanding, maxWidth ?? 0, glyphs),
    clearOnComplete: true,
    forceRedraw: true,
  })
  const clear = () => {
    if (shown) bar.stop()
    shown = false
  }
  const note = (text: string) => {
    clear()
    stderr.write(`${text}\n`)
  }
  // A reader may stop reading (`| head`): there is nothing to complain about, and perhaps nothing left to do.
  stdout.on('error', (error: Error) => {
    if (!prints) return
    prints = false
    if (codeOf(error) !== 'EPIPE') {
      process.exitCode = 1
      note(`pure-rnn: standard output cannot be written (${codeOf(error)}): make room for it`)
    }
    if (!outlives) process.exit(Number(process.exitCode ?? 0))
  })
  stderr.on('error', () => undefined)
  return {
    print: (text) => {
      clear()
      if (prints) stdout.write(`${text}\n`)
    },
    note,
    show: (standing) => {
      if (glyphs === undefined) return
      if (shown) bar.update(standing.done, { ...standing })
      else bar.start(standing.all, standing.done, { ...standing })
      shown = true
    },
    clear,
    goOnUnread: () => {
      outlives = true
    },
  }
}
