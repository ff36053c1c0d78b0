/**
 * The outline of a header, followed byte by byte before it is parsed.
 *
 * Whatever the bytes are, following them takes time in proportion to their number and no memory. What the outline
 * lets pass, JSON.parse may have: an object of objects of lists, nothing deeper, and not too many of them. It does not
 * say that the bytes are JSON.
 */

/** Where a byte stands: before the header's object, in it, in an object of a name, in a list there, or after it all. */
const BEFORE = 0
const HEADER = 1
const OBJECT = 2
const LIST = 3
const AFTER = 4
const PLACES = 7
/** Added to the place in a string, and in a string after a backslash. */
const STRING = 8
const ESCAPED = 16
/** Added for each name that has come, which is for each colon outside a string. */
const NAME = 32
const REFUSED = -1

/** What the names of a quarter of a million tensors are, four each. Parsed, they take some 400 MB. */
const MOST_NAMES = 2 ** 20

const code = (character: string): number => character.charCodeAt(0)
const QUOTE = code('"')
const BACKSLASH = code('\\')
const COLON = code(':')
const [OPEN_OBJECT, CLOSE_OBJECT] = [code('{'), code('}')]
const [OPEN_LIST, CLOSE_LIST] = [code('['), code(']')]

/** How many names stand in a header, or undefined where it has no header's outline. */
export const namesIn = (header: Uint8Array): number | undefined => {
  const last = header.reduce(follow, BEFORE)
  return (last & (PLACES | STRING)) === AFTER ? Math.floor(last / NAME) : undefined
}

const follow = (state: number, byte: number): number =>
  state === REFUSED
    ? REFUSED
    : (state & ESCAPED) !== 0
      ? state - ESCAPED
      : (state & STRING) !== 0
        ? followString(state, byte)
        : followPlain(state, byte)

const followString = (state: number, byte: number): number =>
  byte === BACKSLASH ? state + ESCAPED : byte === QUOTE ? state - STRING : state

const followPlain = (state: number, byte: number): number => {
  const place = state & PLACES
  if (place === BEFORE) return byte === OPEN_OBJECT ? HEADER : REFUSED
  switch (byte) {
    case QUOTE:
      return state + STRING
    case COLON:
      return state < MOST_NAMES * NAME ? state + NAME : REFUSED
    case OPEN_OBJECT:
      return place === HEADER ? state + 1 : REFUSED
    case CLOSE_OBJECT:
      return place === HEADER ? state + AFTER - HEADER : place === OBJECT ? state - 1 : REFUSED
    case OPEN_LIST:
      return place === OBJECT ? state + 1 : REFUSED
    case CLOSE_LIST:
      return place === LIST ? state - 1 : REFUSED
    default:
      return state
  }
}
