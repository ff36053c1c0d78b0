/**
 * The outline of an object in JSON, followed byte by byte before it is parsed.
 *
 * Following the bytes takes linear time and no memory, whatever they are. It accepts objects nested up to a given
 * depth, lists that hold neither objects nor lists, and a limited number of names: input that JSON.parse can take. It
 * does not check that the bytes are JSON.
 */

/** A place is how many objects are open, 0 before the first; in a list of the innermost, or after it all. */
const BEFORE = 0
const DEPTH = 7
const LIST = 8
const AFTER = 16
const PLACES = DEPTH | LIST | AFTER
/** Added to the place in a string, and in a string after a backslash. */
const STRING = 32
const ESCAPED = 64
/** Added for each name that has come, which is for each colon outside a string. */
const NAME = 128
const REFUSED = -1

/** The names of a quarter of a million tensors, four each. Parsed, they take some 400 MB. */
const MOST_NAMES = 2 ** 20

const code = (character: string): number => character.charCodeAt(0)
const QUOTE = code('"')
const BACKSLASH = code('\\')
const COLON = code(':')
const [OPEN_OBJECT, CLOSE_OBJECT] = [code('{'), code('}')]
const [OPEN_LIST, CLOSE_LIST] = [code('['), code(']')]

/**
 * How many names stand in an object in JSON, or undefined where the bytes have no such outline.
 *
 * @param deepest how many objects may be open at once, at most 7
 */
export const namesIn =
  (deepest: number) =>
  (bytes: Uint8Array): number | undefined => {
    const last = bytes.reduce((state, byte) => follow(deepest, state, byte), BEFORE)
    return (last & (PLACES | STRING)) === AFTER ? Math.floor(last / NAME) : undefined
  }

const follow = (deepest: number, state: number, byte: number): number =>
  state === REFUSED
    ? REFUSED
    : (state & ESCAPED) !== 0
      ? state - ESCAPED
      : (state & STRING) !== 0
        ? followString(state, byte)
        : followPlain(deepest, state, byte)

const followString = (state: number, byte: number): number =>
  byte === BACKSLASH ? state + ESCAPED : byte === QUOTE ? state - STRING : state

const followPlain = (deepest: number, state: number, byte: number): number => {
  const place = state & PLACES
  if (place === BEFORE) return byte === OPEN_OBJECT ? 1 : REFUSED
  const inObject = place <= DEPTH
  switch (byte) {
    case QUOTE:
      return state + STRING
    case COLON:
      return state < MOST_NAMES * NAME ? state + NAME : REFUSED
    case OPEN_OBJECT:
      return inObject && place < deepest ? state + 1 : REFUSED
    case CLOSE_OBJECT:
      return inObject ? (place === 1 ? state - 1 + AFTER : state - 1) : REFUSED
    case OPEN_LIST:
      return inObject ? state + LIST : REFUSED
    case CLOSE_LIST:
      return (place & LIST) !== 0 ? state - LIST : REFUSED
    default:
      return state
  }
}
