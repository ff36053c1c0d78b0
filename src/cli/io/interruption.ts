/**
 * Signals that end a run: the first one asks for an end after the current minibatch, a second one ends it at once.
 */
import process from 'node:process'

export type EndingSignal = 'SIGINT' | 'SIGTERM'

/** What a shell makes of a signal: 128 and its number. */
export const exitCodeOf: Readonly<Record<EndingSignal, number>> = { SIGINT: 130, SIGTERM: 143 }

const signals: readonly EndingSignal[] = ['SIGINT', 'SIGTERM']

export interface Interruption {
  /** The signal that has come, if one has. */
  readonly signal: () => EndingSignal | undefined
  readonly ignore: () => void
}

/** Listens for the first of the signals. After it, they mean again what they mean to every process. */
export const listen = (): Interruption => {
  let came: EndingSignal | undefined
  const ignore = () => {
    signals.forEach((signal) => process.removeListener(signal, hear))
  }
  const hear = (signal: NodeJS.Signals) => {
    if (came === undefined) {
      came = signals.find((other) => other === signal)
      // Not yet: a second one may have come while something was computed, and is heard next.
      setImmediate(ignore)
    } else {
      ignore()
      process.kill(process.pid, signal)
    }
  }
  signals.forEach((signal) => process.on(signal, hear))
  return { signal: () => came, ignore }
}
