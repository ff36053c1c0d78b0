/**
 * Named axes: what a dimension of a tensor is called, and how long it is.
 *
 * An axis is a value `{ name, size }`. Its name is also a type, and the type parameter is
 * invariant, so that no union of two names can be inferred to make an illegal product legal.
 */
import { requireAxis, requireName, requireWhole } from './require.js'

declare const invariant: unique symbol

/** A named axis with its size. The name is a type, and `axis('time', 3)` makes one. */
export interface Axis<Name extends string> {
  readonly name: Name
  readonly size: number
  readonly [invariant]?: (name: Name) => Name
}

/** An axis of any name: what generic code asks of one. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the one bound that an invariant parameter admits
export type AnyAxis = Axis<any>

/** The axes of a tensor, the slowest varying first. */
export type Axes = readonly AnyAxis[]

/** Two axes laid out as one, the outer varying slowest. It remembers its factors, so that it can be split again. */
export interface Product<Outer extends AnyAxis, Inner extends AnyAxis> extends Axis<
  `${Outer['name']}×${Inner['name']}`
> {
  readonly outer: Outer
  readonly inner: Inner
}

/**
 * An axis: a name, which is part of a tensor's type, and a size.
 *
 * @param name any text but the empty one, which is a defect
 * @param size the number of entries: a whole number, 0 or more; anything else is a defect
 *
 * ```ts
 * import { axis } from 'pure-rnn'
 *
 * axis('time', 35) // => { name: 'time', size: 35 }
 * ```
 */
export const axis = <Name extends string>(name: Name, size: number): Axis<Name> => ({
  name: requireName('axis', 'the name', name),
  size: requireWhole('axis', `the size of ${name}`, size, 0),
})

/**
 * Two axes laid out as one of outer.size * inner.size entries, the outer one varying slowest.
 *
 * @returns the axis `outer×inner`, which remembers both, so that a tensor can be split along it again
 *
 * ```ts
 * import { batchAxis, product, timeAxis } from 'pure-rnn'
 *
 * product(timeAxis(35), batchAxis(32)).size // => 1120
 * ```
 */
export const product = <Outer extends AnyAxis, Inner extends AnyAxis>(
  outer: Outer,
  inner: Inner,
): Product<Outer, Inner> => {
  requireAxis('product', 'the outer axis', outer)
  requireAxis('product', 'the inner axis', inner)
  return {
    name: `${outer.name as Outer['name']}×${inner.name as Inner['name']}`,
    size: outer.size * inner.size,
    outer,
    inner,
  }
}

/** The number of entries of a tensor with these axes: the product of their sizes, 1 for a scalar. */
export const entries = (axes: Axes): number => axes.reduce((count, { size }) => count * size, 1)

/** Whether the axis is two laid out as one, and can be split again. */
export const isProduct = (a: AnyAxis): a is Product<AnyAxis, AnyAxis> => 'outer' in a

/** `2`, or `2×3` for a product, whose factors matter too. */
const showSize = (a: AnyAxis): string =>
  isProduct(a) ? `${showSize(a.outer)}×${showSize(a.inner)}` : String(a.size)

/** `[batch 2, hidden 3]`, for messages. */
export const showAxes = (axes: Axes): string => `[${axes.map((a) => `${String(a.name)} ${showSize(a)}`).join(', ')}]`

/** Whether two axes have the same name and size and, if they are products, the same factors. */
export const sameAxis = (a: AnyAxis, b: AnyAxis): boolean =>
  a.name === b.name && a.size === b.size && sameFactors(a, b)

/** 2 rows of 3 are laid out otherwise than 3 rows of 2, though both are 6. */
const sameFactors = (a: AnyAxis, b: AnyAxis): boolean =>
  isProduct(a) && isProduct(b)
    ? sameAxis(a.outer, b.outer) && sameAxis(a.inner, b.inner)
    : isProduct(a) === isProduct(b)

/** Whether two lists have the same axes in the same order, by name and size. */
export const sameAxes = (a: Axes, b: Axes): boolean =>
  a.length === b.length && a.every((axisOfA, position) => sameAxis(axisOfA, b[position]))
