/**
 * Samples of the model's laws: a passage is N rows of T steps of text with the parameters and the state they are
 * read with, all as plain axes and numbers, and the ways to cut, reorder and relabel one.
 */
import { entries, product } from '../../algebra/axis.js'
import type { AnyAxis, Axes } from '../../algebra/axis.js'
import { batchAxis, timeAxis } from '../../model/parameters.js'
import type { Rows, Vocabulary } from '../../model/parameters.js'
import type { Point } from './gradient-check.js'
import { equalNumbers, range } from '../plain.js'
import type { Plain, PlainOneHot } from '../plain.js'

/** A record of tensors as plain numbers. */
export type Plains = Readonly<Record<string, Plain<Axes>>>

/** What a model's laws are tried on: parameters, a state, T steps of N rows, and an adjoint of the last state. */
export interface Sample {
  readonly parameters: Plains
  /** The state before the first step. */
  readonly state: Plains
  /** The characters, time-major. */
  readonly X: PlainOneHot<[Rows, Vocabulary]>
  /** The characters that follow them. */
  readonly Y: PlainOneHot<[Rows, Vocabulary]>
  /** The adjoint of the state after the last step: the slopes, in that state, of the loss of what follows. */
  readonly dState: Plains
}

/** A passage, and choices of where to cut it and how to reorder it. */
export interface SampleWithCuts extends Sample {
  /** A number of steps, from 0 to T. */
  readonly cut: number
  /** A number of rows, from 0 to N. */
  readonly share: number
  /** A permutation of 0..N-1. */
  readonly rowOrder: readonly number[]
  /** A permutation of 0..V-1. */
  readonly newLabels: readonly number[]
}

export const stepsOf = ({ X }: Sample): number => X.axes[0].outer.size
export const rowsOf = ({ X }: Sample): number => X.axes[0].inner.size
export const vocabularyOf = ({ X }: Sample): number => X.axes[1].size

/** from, from + 1, ..., to - 1 */
const between = (from: number, to: number): readonly number[] => range(to - from).map((i) => from + i)

export const mapPlains = (f: (a: Plain<Axes>, field: string) => Plain<Axes>, a: Plains): Plains =>
  Object.fromEntries(Object.entries(a).map(([field, value]) => [field, f(value, field)]))

/** The tensor with x for every number. */
export const filled = (a: Plain<Axes>, x: number): Plain<Axes> => ({ axes: a.axes, values: a.values.map(() => x) })

/** The passage with these fields filled with a number each. */
export const withFields = <P extends Sample>(passage: P, numbers: Readonly<Record<string, number>>): P => ({
  ...passage,
  parameters: mapPlains((a, field) => (field in numbers ? filled(a, numbers[field]) : a), passage.parameters),
})

/** Whether two tensors hold the same numbers. */
export const equal = (a: Plain<Axes>, b: Plain<Axes>): boolean => equalNumbers(a.values, b.values)

/** Whether two records hold the same numbers under the same names, in the same order. */
export const equalAll = (a: Plains, b: Plains): boolean =>
  Object.keys(a).join() === Object.keys(b).join() && Object.keys(a).every((field) => equal(a[field], b[field]))

/** The numbers alone. */
export const pointOf = (a: Plains): Point =>
  Object.fromEntries(Object.entries(a).map(([field, { values }]) => [field, values]))

/** The tensors with the numbers of the point. */
export const atPoint = (a: Plains, point: Point): Plains =>
  mapPlains(({ axes }, field) => ({ axes, values: point[field] }), a)

/** c a */
export const scaled = (c: number, a: Plains): Plains =>
  mapPlains(({ axes, values }) => ({ axes, values: values.map((x) => c * x) }), a)

/** a + b, for records of the same tensors. */
export const added = (a: Plains, b: Plains): Plains =>
  mapPlains(({ axes, values }, field) => ({ axes, values: values.map((x, i) => x + b[field].values[i]) }), a)

export const zeros = (a: Plains): Plains => mapPlains(({ axes, values }) => ({ axes, values: values.map(() => 0) }), a)

/** The tensor whose place i along the axis at `position` is place `places[i]` of the one given. */
export const taken = (position: number, places: readonly number[], { axes, values }: Plain<Axes>): Plain<Axes> => {
  const size = axes[position].size
  const [outer, inner] = [entries(axes.slice(0, position)), entries(axes.slice(position + 1))]
  const along: AnyAxis = { ...axes[position], size: places.length }
  return {
    axes: axes.with(position, along),
    values: range(outer).flatMap((o) =>
      places.flatMap((place) => values.slice((o * size + place) * inner, (o * size + place + 1) * inner)),
    ),
  }
}

/** The characters of some steps and rows, step by step. */
const charactersOf = (
  { axes, indices }: PlainOneHot<[Rows, Vocabulary]>,
  steps: readonly number[],
  rows: readonly number[],
): PlainOneHot<[Rows, Vocabulary]> => ({
  axes: [product(timeAxis(steps.length), batchAxis(rows.length)), axes[1]],
  indices: steps.flatMap((t) => rows.map((n) => indices[t * axes[0].inner.size + n])),
})

/** The steps from `from` up to `to`, read from the same state. */
export const duringSteps = <P extends Sample>(passage: P, from: number, to: number): P => {
  const [steps, rows] = [between(from, to), range(rowsOf(passage))]
  return { ...passage, X: charactersOf(passage.X, steps, rows), Y: charactersOf(passage.Y, steps, rows) }
}

/** The rows `rows`, in that order. */
export const withRows = <P extends Sample>(passage: P, rows: readonly number[]): P => {
  const steps = range(stepsOf(passage))
  return {
    ...passage,
    X: charactersOf(passage.X, steps, rows),
    Y: charactersOf(passage.Y, steps, rows),
    state: mapPlains((a) => taken(0, rows, a), passage.state),
    dState: mapPlains((a) => taken(0, rows, a), passage.dState),
  }
}

/** The same rows of a matrix of T*N rows, such as the scores. */
export const rowsOfScores = (passage: Sample, rows: readonly number[], scores: Plain<Axes>): Plain<Axes> => {
  const batch = rowsOf(passage)
  return taken(0, range(stepsOf(passage)).flatMap((t) => rows.map((n) => t * batch + n)), scores)
}

/** Every tensor with its axis `vocabulary`, wherever it has one, in a new order. */
export const relabelled = (a: Plains, newLabels: readonly number[]): Plains =>
  mapPlains((tensor) => {
    const position = tensor.axes.findIndex(({ name }) => name === 'vocabulary')
    return position < 0 ? tensor : taken(position, newLabels, tensor)
  }, a)

/** The passage in a vocabulary in which character `newLabels[i]` is called i. */
export const withLabels = <P extends Sample>(passage: P, newLabels: readonly number[]): P => {
  const renamed = (x: PlainOneHot<[Rows, Vocabulary]>) => ({
    axes: x.axes,
    indices: x.indices.map((index) => newLabels.indexOf(index)),
  })
  return {
    ...passage,
    parameters: relabelled(passage.parameters, newLabels),
    X: renamed(passage.X),
    Y: renamed(passage.Y),
  }
}
