/**
 * The terminal: reports go to standard output, notes and the progress bar to standard error.
 */
import process from 'node:process'
import { Presets, SingleBar } from 'cli-progress'
import { clock, grouped, significant } from '../report.js'

/** How far a run is. */
export interface Standing {
  /** Minibatches that have been taken, and all there are. */
  readonly done: number
  readonly all: number
  readonly epoch: number
  readonly epochs: number
  readonly perplexity: number
  readonly charactersPerSecond: number
  readonly secondsLeft: number
}

export interface Terminal {
  /** A report, on standard output. */
  readonly print: (text: string) => void
  /** What is not a result, on standard error. */
  readonly note: (text: string) => void
  /** Shows how far the run is, where standard error is a terminal. */
  readonly show: (standing: Standing) => void
  /** Takes the bar away. */
  readonly clear: () => void
}

const FORMAT = '{bar} epoch {epoch}/{epochs}, perplexity {perplexity}, {speed} characters/s, {left} left'
const WIDTH = 20

/** The terminal of this process. */
export const openTerminal = (): Terminal => {
  quietWhenNobodyReads()
  const bar = new SingleBar(
    { stream: process.stderr, format: FORMAT, barsize: WIDTH, clearOnComplete: true, forceRedraw: true },
    Presets.shades_classic,
  )
  let shown = false
  const clear = () => {
    if (shown) bar.stop()
    shown = false
  }
  return {
    print: (text) => {
      clear()
      process.stdout.write(`${text}\n`)
    },
    note: (text) => {
      clear()
      process.stderr.write(`${text}\n`)
    },
    show: (standing) => {
      if (shown) bar.update(standing.done, payloadOf(standing))
      else bar.start(standing.all, standing.done, payloadOf(standing))
      shown = true
    },
    clear,
  }
}

const payloadOf = ({ epoch, epochs, perplexity, charactersPerSecond, secondsLeft }: Standing) => ({
  epoch: String(epoch),
  epochs: String(epochs),
  perplexity: significant(perplexity),
  speed: grouped(charactersPerSecond),
  left: clock(secondsLeft),
})

/** A pipe's reader may stop reading (`| head`): then there is nothing left to do, and nothing to complain about. */
const quietWhenNobodyReads = (): void => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    process.stderr.write(`pure-rnn: standard output cannot be written (${String(error.code)}): make room for it\n`)
    process.exit(1)
  })
  process.stderr.on('error', () => undefined)
}
