/**
 * Generators of samples: sizes, axes, numbers and plain tensors.
 *
 * Sizes run from 1 to 8. Larger matrices are multiplied in other ways, which 1-algebra-products.spec.ts meets.
 */
import fc from 'fast-check'
import { axis, entries } from '../../src/algebra/axis.js'
import type { Axes, Axis } from '../../src/algebra/axis.js'
import type { Plain, PlainOneHot } from '../../src/laws/plain.js'

const LARGEST_SIZE = 8

/** From 1 to 8, and 1 more often than the others: where one row, column or step goes wrong, more may hide it. */
export const size: fc.Arbitrary<number> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(1) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: LARGEST_SIZE }) },
)

/** From 0 to 8: for what must also hold where there is nothing. */
export const sizeOrNone: fc.Arbitrary<number> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 5, arbitrary: size },
)

export const axisNamed = <Name extends string>(
  name: Name,
  sizes: fc.Arbitrary<number> = size,
): fc.Arbitrary<Axis<Name>> => sizes.map((n) => axis(name, n))

/** An axis for each name: the shapes of chained products, where A is [a, b], B is [b, c] and so on. */
export const axesNamed = <const Names extends readonly string[]>(
  names: Names,
  sizes: fc.Arbitrary<number> = size,
): fc.Arbitrary<{ readonly [I in keyof Names]: Axis<Names[I]> }> =>
  fc.tuple(...names.map((name) => axisNamed(name, sizes))) as unknown as fc.Arbitrary<{
    readonly [I in keyof Names]: Axis<Names[I]>
  }>

/**
 * Whole numbers from -4 to 4. A product of four 8 x 8 matrices of them stays below 4^4 8^3 = 2^17, and
 * float32 is exact up to 2^24.
 */
export const smallInteger: fc.Arbitrary<number> = fc.integer({ min: -4, max: 4 })

/** Where finite single-precision numbers of the given magnitude lie, as fast-check wants its bounds. */
export const realWithin = (magnitude: number): fc.Arbitrary<number> => {
  const bound = Math.fround(magnitude)
  return fc.oneof(
    // Evenly over the numbers...
    { weight: 3, arbitrary: fc.integer({ min: -2048, max: 2048 }).map((k) => Math.fround((k / 2048) * bound)) },
    // ...and evenly over the representations, most of which are tiny.
    { weight: 1, arbitrary: fc.float({ min: -bound, max: bound, noNaN: true, noDefaultInfinity: true }) },
  )
}

/** Single-precision numbers from -2 to 2: what weights, states and adjoints look like. */
export const real: fc.Arbitrary<number> = realWithin(2)

export const listOf = <A>(length: number, entry: fc.Arbitrary<A>): fc.Arbitrary<readonly A[]> =>
  fc.array(entry, { minLength: length, maxLength: length })

/** A plain tensor with these axes. */
export const plain = <A extends Axes>(axes: Readonly<A>, entry: fc.Arbitrary<number>): fc.Arbitrary<Plain<A>> =>
  listOf(entries(axes), entry).map((values) => ({ axes, values }))

/** `length` indices of an axis of that size, which must not be empty unless length is 0. */
export const indices = (length: number, sizeOfAxis: number): fc.Arbitrary<readonly number[]> =>
  length === 0 ? fc.constant([]) : listOf(length, fc.integer({ min: 0, max: sizeOfAxis - 1 }))

/** A plain one-hot tensor with these axes: an index of the last axis for each place of the others. */
export const plainOneHot = <A extends Axes>(axes: Readonly<A>): fc.Arbitrary<PlainOneHot<A>> =>
  indices(entries(axes.slice(0, -1)), axes[axes.length - 1].size).map((chosen) => ({ axes, indices: chosen }))
