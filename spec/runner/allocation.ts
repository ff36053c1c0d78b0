/** How much memory a call asks for. */
import process from 'node:process'

type Call = (this: unknown, ...given: readonly unknown[]) => unknown
type Note = (given: readonly unknown[], got: unknown) => void

/** What `run` gives each of these functions and gets of it, noted; the functions are replaced while it runs. */
const watching = (
  functions: readonly (readonly [owner: object, name: string, note: Note])[],
  run: () => unknown,
): void => {
  const real = functions.map(([owner, name]) => (owner as Readonly<Record<string, Call>>)[name])
  functions.forEach(([owner, name, note], i) => {
    const watched = new Proxy(real[i], {
      apply: (target, self, given: unknown[]) => {
        const got = Reflect.apply(target, self, given)
        note(given, got)
        return got
      },
      construct: (target, given: unknown[]) => {
        note(given, undefined)
        return Reflect.construct(target, given) as object
      },
    })
    Object.assign(owner, { [name]: watched })
  })
  try {
    run()
  } finally {
    functions.forEach(([owner, name], i) => Object.assign(owner, { [name]: real[i] }))
  }
}

const TypedArray = Object.getPrototypeOf(Uint8Array) as { readonly prototype: object }
const ENTRY = 8

/**
 * The bytes that a call asks for by a number: those of typed arrays that it fills or makes of a list, those of all
 * typed arrays that are still there when it ends, and eight for each entry of arrays that are made by their length.
 */
export const bytesAskedFor = (run: () => unknown): number => {
  const asked: number[] = []
  const entries: Note = ([length, ...more]) => {
    if (more.length === 0 && typeof length === 'number') asked.push(ENTRY * length)
  }
  const bytes: Note = (_, got) => {
    asked.push((got as Uint8Array).byteLength)
  }
  const before = process.memoryUsage().arrayBuffers
  watching([[globalThis, 'Array', entries], [TypedArray, 'from', bytes], [TypedArray.prototype, 'fill', bytes]], run)
  return Math.max(0, process.memoryUsage().arrayBuffers - before) + asked.reduce((sum, each) => sum + each, 0)
}
