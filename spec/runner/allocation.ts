/** How much memory a call asks for. */
import process from 'node:process'

/** Every array that is made by its length while `run` runs, in entries, all together. */
const entriesOfArrays = (run: () => unknown): number => {
  const real = globalThis.Array
  const asked: number[] = []
  const note = (given: readonly unknown[]): void => {
    if (given.length === 1 && typeof given[0] === 'number') asked.push(given[0])
  }
  const watched = new Proxy(real, {
    apply: (target, self, given: unknown[]) => {
      note(given)
      return Reflect.apply(target, self, given) as unknown
    },
    construct: (target, given: unknown[]) => {
      note(given)
      return Reflect.construct(target, given)
    },
  })
  Object.assign(globalThis, { Array: watched })
  try {
    run()
  } finally {
    Object.assign(globalThis, { Array: real })
  }
  return asked.reduce((sum, length) => sum + length, 0)
}

const ENTRY = 8

/**
 * The bytes that a call asks for by a number: those of typed arrays, as the engine counts them for this thread, and
 * eight for each entry of arrays. What it asks for by giving the contents is no more than those. Some megabytes of
 * typed arrays from before the call may be freed meanwhile, and are then missed.
 */
export const bytesAskedFor = (run: () => unknown): number => {
  const before = process.memoryUsage().arrayBuffers
  const entries = entriesOfArrays(run)
  return Math.max(0, process.memoryUsage().arrayBuffers - before) + ENTRY * entries
}
