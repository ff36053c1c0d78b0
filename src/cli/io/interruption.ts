/**
 * Signals that end a run: the first one asks for an end after the current minibatch, a second one ends it at once.
 *
 * A signal is heard when the process turns to its events, which is after each minibatch: while one is computed, nothing
 * else is done. Before `listen` and after a first signal was heard, signals mean what they mean to every process, and
 * end it at any moment.
 */
import process from 'node:process'

export type EndingSignal = 'SIGHUP' | 'SIGINT' | 'SIGTERM'

/** A shell's exit code for a signal: 128 and its number. */
export const exitCodeOf: Readonly<Record<EndingSignal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }

const signals: readonly EndingSignal[] = ['SIGHUP', 'SIGINT', 'SIGTERM']

export interface Interruption {
  /** The signal that was received, if any. */
  readonly signal: () => EndingSignal | undefined
  readonly ignore: () => void
}

/** Listens for the first of the signals, and tells that it has come. */
export const listen = (tell: () => void): Interruption => {
  let received: EndingSignal | undefined
  const ignore = () => {
    signals.forEach((signal) => process.removeListener(signal, hear))
  }
  const hear = (signal: NodeJS.Signals) => {
    if (received === undefined) {
      received = signals.find((other) => other === signal)
      // Not yet: a second one may have come while something was computed, and is heard next.
      setImmediate(() => {
        ignore()
        // Only now: one that comes between what is heard and `ignore` would be lost.
        tell()
      })
    } else {
      ignore()
      process.kill(process.pid, signal)
    }
  }
  signals.forEach((signal) => process.on(signal, hear))
  return { signal: () => received, ignore }
}
