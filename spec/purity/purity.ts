/**
 * Purity, as far as it can be observed: a call leaves each of its arguments bit for bit as it was, and the same
 * call gives the same bits again.
 *
 * A typed array cannot be frozen, so arguments are fingerprinted before and after instead.
 */

/** A call: a function and what it is applied to, one argument list after another for a curried function. */
export interface Call {
  readonly run: (...operands: readonly never[]) => unknown
  readonly operands: readonly unknown[]
}

export const call = <Operands extends readonly unknown[]>(
  run: (...operands: Operands) => unknown,
  ...operands: Operands
): Call => ({ run, operands })

const bitsOf = (x: number): string => new BigUint64Array(Float64Array.of(x).buffer)[0].toString(16)

/** A text that differs wherever two values do, -0 and 0 or two kinds of array included. Functions are opaque. */
export const fingerprint = (value: unknown): string => {
  if (typeof value === 'number') return bitsOf(value)
  if (typeof value === 'bigint') return `${String(value)}n`
  if (typeof value === 'function') return 'function'
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    return `${value.constructor.name}(${Buffer.from(bytes).toString('hex')})`
  }
  if (value instanceof Map) return `Map${fingerprint([...value])}`
  if (Array.isArray(value)) return `[${value.map(fingerprint).join()}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, field]) => `${JSON.stringify(key)}:${fingerprint(field)}`)
      .join()}}`
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

/** The calls of a table, by the names of what they call. */
export type Calls = Readonly<Record<string, Call>>

/** The same data in places of its own; functions are themselves. */
export const copied = <A>(value: A): A => copyOf(value) as A

const copyOf = (value: unknown): unknown => {
  if (ArrayBuffer.isView(value)) return (value as Uint8Array).slice()
  if (Array.isArray(value)) return value.map(copyOf)
  if (value instanceof Map) return new Map(copyOf([...value]) as [unknown, unknown][])
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([field, its]) => [field, copyOf(its)]))
}

/**
 * What a function makes of copies. Operands are made so: were it given what a call is given later, it might write there
 * before the call is watched, and a call that writes the same again would change nothing.
 */
export const ofCopies = <Operands extends readonly unknown[], A>(
  run: (...operands: Operands) => A,
  ...operands: Operands
): A => run(...copied(operands))

/** The functions among a module's exports; classes are not called. */
export const functionsOf = (exports: object): readonly string[] =>
  Object.entries(exports)
    .filter(([, exported]) => typeof exported === 'function' && !String(exported).startsWith('class '))
    .map(([name]) => name)

/** Whether the call, made twice, answers the same bits and leaves its operands as they were. */
export const isPure = ({ run, operands }: Call): boolean => {
  const before = fingerprint(operands)
  const first = fingerprint(run(...(operands as readonly never[])))
  const second = fingerprint(run(...(operands as readonly never[])))
  return first === second && fingerprint(operands) === before
}

/** The same of a call that answers later. */
export const isPureLater = async ({ run, operands }: Call): Promise<boolean> => {
  const before = fingerprint(operands)
  const first = fingerprint(await run(...(operands as readonly never[])))
  const second = fingerprint(await run(...(operands as readonly never[])))
  return first === second && fingerprint(operands) === before
}
