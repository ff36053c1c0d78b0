/**
 * Where an answer first differs from what it should be.
 */
import type { Difference } from './verdict.js'

/** A number of an answer, and where it stands. */
interface Leaf {
  readonly tensor: string
  readonly place: readonly number[]
  readonly value: number
}

/** Every number of an answer, in its order; true and false are no numbers, and are compared as 1 and 0. */
const leavesOf = (value: unknown, tensor: string, place: readonly number[] = []): readonly Leaf[] => {
  if (typeof value === 'number' || typeof value === 'boolean') return [{ tensor, place, value: Number(value) }]
  if (Array.isArray(value)) return value.flatMap((each, i) => leavesOf(each, tensor, [...place, i]))
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, each]) => leavesOf(each, nameOf(tensor, name, place)))
    : []
}

/** `O`, `W_hh`, `H_T`; of one of several, with its number: `minibatches[2].X`. What holds a record is left out. */
const nameOf = (outer: string, name: string, place: readonly number[]): string =>
  place.length === 0 ? name : `${outer}${place.map((i) => `[${String(i)}]`).join('')}.${name}`

/**
 * The first entry that is further from what is expected than it may be; undefined where none is.
 *
 * What an answer need not hold, and does not, is not compared; nor is what nothing was expected of.
 *
 * @param tolerance how far each entry may be off, in the shape of what is expected
 */
export const firstDifference = (expected: object, got: unknown, tolerance: object): Difference | undefined => {
  const leaves = leavesOf(got, '')
  const given = new Map(leaves.map((leaf) => [keyOf(leaf), leaf.value]))
  const named = new Set(leaves.map(({ tensor }) => tensor))
  const bounds = new Map(leavesOf(tolerance, '').map((leaf) => [keyOf(leaf), leaf.value]))
  const wanted = leavesOf(expected, '').filter(({ tensor }) => named.has(tensor))
  const differing = wanted.filter((leaf) => {
    const its = given.get(keyOf(leaf)) ?? NaN
    return !(Math.abs(its - leaf.value) <= (bounds.get(keyOf(leaf)) ?? 0))
  })
  if (differing.length === 0) return undefined
  const [first] = differing
  const ofTensor = (some: readonly Leaf[]): number => some.filter(({ tensor }) => tensor === first.tensor).length
  return {
    tensor: first.tensor,
    place: first.place,
    expected: first.value,
    got: given.get(keyOf(first)) ?? NaN,
    tolerance: bounds.get(keyOf(first)) ?? 0,
    differing: ofTensor(differing),
    entries: ofTensor(wanted),
  }
}

const keyOf = ({ tensor, place }: Leaf): string => `${tensor} ${place.join()}`
