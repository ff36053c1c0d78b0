/**
 * Nested lists and flat ones: how tensors are written in questions and read from answers.
 */
import { entries } from '../../algebra/axis.js'
import type { Axes } from '../../algebra/axis.js'
import { count, quoted } from '../../failure.js'
import { range } from '../plain.js'
import type { Plain } from '../plain.js'
import { fault } from './fault.js'
import type { Nested } from './subject.js'

type Shape = readonly number[]

/** Row-major numbers as nested lists of this shape. */
export const nested = (shape: Shape, values: readonly number[]): Nested => {
  const [size, ...inner] = shape
  if (size === undefined) return values[0]
  const each = inner.reduce((a, b) => a * b, 1)
  return range(size).map((i) => nested(inner, values.slice(i * each, (i + 1) * each)))
}

/**
 * The numbers of nested lists that must have this shape and be finite, in row-major order.
 *
 * @param what how messages call the tensor
 * @throws SubjectFault that says where the first difference is
 */
export const flatNumbers = (
  what: string,
  shape: Shape,
  value: unknown,
  place: readonly number[] = [],
): readonly number[] => {
  const [size, ...inner] = shape
  const where = `${what}${place.map((i) => `[${String(i)}]`).join('')}`
  if (size === undefined)
    return typeof value === 'number' && Number.isFinite(value)
      ? [value]
      : fault(`${where} to be a finite number`, quoted(value))
  return Array.isArray(value) && value.length === size
    ? value.flatMap((each, i) => flatNumbers(what, inner, each, [...place, i]))
    : fault(
        `${where} to be ${listOf(size, inner)}`,
        Array.isArray(value) ? `${String(value.length)} in it` : quoted(value),
      )
}

const listOf = (size: number, [next, ...inner]: Shape): string =>
  next === undefined ? `a list of ${count(size, 'number')}` : `a list of ${String(size)}, each ${listOf(next, inner)}`

const sizes = (axes: Axes): Shape => axes.map(({ size }) => size)

/** A plain tensor as nested lists. */
export const written = ({ axes, values }: Plain<Axes>): Nested => nested(sizes(axes), values)

/** The numbers of a plain tensor with rows and columns exchanged; a vector stays as it is. */
const exchangedValues = ({ axes, values }: Plain<Axes>): readonly number[] => {
  const [rows, columns] = sizes(axes)
  return range(entries(axes)).map((i) => values[(i % rows) * columns + Math.floor(i / rows)])
}

/** A parameter as nested lists; a matrix that is written output by input has rows and columns exchanged. */
export const writtenWeight = (exchanged: boolean, plain: Plain<Axes>): Nested =>
  exchanged && plain.axes.length === 2
    ? nested([...sizes(plain.axes)].reverse(), exchangedValues(plain))
    : written(plain)

/** The plain tensor of nested lists that must have these axes. */
export const readNested = (what: string, axes: Axes, value: unknown): Plain<Axes> => ({
  axes,
  values: flatNumbers(what, sizes(axes), value),
})

/** The parameter of nested lists, whose matrices may be written output by input. */
export const readWeight = (exchanged: boolean, what: string, axes: Axes, value: unknown): Plain<Axes> => {
  if (!exchanged || axes.length !== 2) return readNested(what, axes, value)
  const [rows, columns] = axes
  const turned = { axes: [columns, rows], values: flatNumbers(what, [columns.size, rows.size], value) }
  return { axes, values: exchangedValues(turned) }
}
