/** Plain data: what can be stored as JSON. */

/** Whether two values are the same data, whatever the order of their fields. */
export const sameData = (a: unknown, b: unknown): boolean => JSON.stringify(inOrder(a)) === JSON.stringify(inOrder(b))

const inOrder = (a: unknown): unknown =>
  Array.isArray(a)
    ? a.map(inOrder)
    : typeof a === 'object' && a !== null
      ? Object.entries(a)
          .toSorted(([one], [other]) => (one < other ? -1 : 1))
          .map(([field, value]) => [field, inOrder(value)])
      : a

/** What comes back of a value that is stored and read again. */
export const stored = <A>(a: A): A => JSON.parse(JSON.stringify(a)) as A
