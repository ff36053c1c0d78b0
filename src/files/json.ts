/**
 * Objects in JSON, read strictly: in UTF-8, with no name twice (JSON.parse would keep the last of them), and no deeper
 * than they need to be. The outline is followed before anything is parsed, so that no bytes can nest deeply enough, or
 * hold enough objects, to exhaust the memory.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { namesIn } from './outline.js'

/** An object in JSON. */
export type JsonObject = Readonly<Record<string, unknown>>

/** What is wrong with bytes that are to be an object in JSON. */
export type Flaw = 'something else' | 'one with a name twice'

/**
 * The object that these bytes are, or what they are instead.
 *
 * @param deepest how many objects may stand in one another
 */
export const readJson =
  (deepest: number) =>
  (bytes: Uint8Array): Either<Flaw, JsonObject> => {
    const names = namesIn(deepest)(bytes)
    const parsed = names === undefined ? undefined : parse(bytes)
    return parsed === undefined
      ? E.left('something else')
      : countNames(parsed) !== names
        ? E.left('one with a name twice')
        : E.right(parsed)
  }

const parse = (bytes: Uint8Array): JsonObject | undefined =>
  E.getOrElse((): JsonObject | undefined => undefined)(
    E.tryCatch(
      () => JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as JsonObject,
      () => 'neither UTF-8 nor JSON',
    ),
  )

/** Whether a value is an object, and no list. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The names of an object and of all objects in it. By its outline, lists hold none. */
const countNames = (parsed: JsonObject): number =>
  Object.values(parsed)
    .filter(isObject)
    .reduce((count, inner) => count + countNames(inner), Object.keys(parsed).length)
