/**
 * What generators of samples are made of: sizes, axes, numbers and plain tensors.
 *
 * Sizes run from 1 to 8 unless others are given.
 */
import fc from 'fast-check'
import { axis, entries } from '../../algebra/axis.js'
import type { Axes, Axis } from '../../algebra/axis.js'
import type { Plain, PlainOneHot } from '../plain.js'

const LARGEST_SIZE = 8

/** Sizes from 1 to 8, and 1 more often than the others: where one row, column or step goes wrong, more may hide it. */
export const size: fc.Arbitrary<number> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(1) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: LARGEST_SIZE }) },
)

/** Sizes from 0 to 8: for what must also hold where there is nothing. */
export const sizeOrZero: fc.Arbitrary<number> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 5, arbitrary: size },
)

/** Axes of this name. */
export const axisNamed = <Name extends string>(
  name: Name,
  sizes: fc.Arbitrary<number> = size,
): fc.Arbitrary<Axis<Name>> => sizes.map((n) => axis(name, n))

/**
 * Axes, one for each name: the shapes of chained products, where A is [a, b], B is [b, c] and so on.
 *
 * ```ts
 * import fc from 'fast-check'
 * import { axesNamed } from 'pure-rnn/laws/samples'
 *
 * const [[rows, columns]] = fc.sample(axesNamed(['rows', 'columns'], fc.constant(2)), { numRuns: 1, seed: 1 })
 * console.log(rows.name, rows.size, columns.name, columns.size) // => rows 2 columns 2
 * ```
 */
export const axesNamed = <const Names extends readonly string[]>(
  names: Names,
  sizes: fc.Arbitrary<number> = size,
): fc.Arbitrary<{ readonly [I in keyof Names]: Axis<Names[I]> }> =>
  listOf(names.length, sizes).map(
    (all) => names.map((name, i) => axis(name, all[i])) as { readonly [I in keyof Names]: Axis<Names[I]> },
  )

/**
 * Whole numbers from -4 to 4, for laws that hold exactly. A product of four 8 x 8 matrices of them stays below
 * 4^4 8^3 = 2^17, and float32 is exact up to 2^24.
 */
export const smallInteger: fc.Arbitrary<number> = fc.integer({ min: -4, max: 4 })

/** Single-precision numbers from -magnitude to magnitude. */
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

/** Lists of that length. */
export const listOf = <A>(length: number, entry: fc.Arbitrary<A>): fc.Arbitrary<readonly A[]> =>
  fc.array(entry, { minLength: length, maxLength: length })

/**
 * Plain tensors with these axes.
 *
 * ```ts
 * import fc from 'fast-check'
 * import { axis } from 'pure-rnn/algebra'
 * import { plain, smallInteger } from 'pure-rnn/laws/samples'
 *
 * const matrices = plain([axis('R', 2), axis('C', 3)], smallInteger)
 * const [{ values }] = fc.sample(matrices, { numRuns: 1, seed: 1 })
 * values.length // => 6
 * ```
 */
export const plain = <A extends Axes>(axes: Readonly<A>, entry: fc.Arbitrary<number>): fc.Arbitrary<Plain<A>> =>
  listOf(entries(axes), entry).map((values) => ({ axes, values }))

/** Lists of `length` indices of an axis of that size, which must not be empty unless length is 0. */
export const indices = (length: number, sizeOfAxis: number): fc.Arbitrary<readonly number[]> =>
  length === 0 ? fc.constant([]) : listOf(length, fc.integer({ min: 0, max: sizeOfAxis - 1 }))

/** Plain one-hot tensors with these axes: an index of the last axis for each place of the others. */
export const plainOneHot = <A extends Axes>(axes: Readonly<A>): fc.Arbitrary<PlainOneHot<A>> =>
  indices(entries(axes.slice(0, -1)), axes[axes.length - 1].size).map((chosen) => ({ axes, indices: chosen }))
