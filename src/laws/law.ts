import type { EquationId } from '../equations.js'

export { equationIds } from '../equations.js'
export type { EquationId } from '../equations.js'

/**
 * A law: a sentence about an instance (an algebra, a cell, an optimiser, a sampler) and a predicate
 * that says whether the sentence holds for one sample.
 *
 * Laws know no test framework. `spec/` runs them on generated samples; anybody else can run them on
 * an implementation of their own.
 */
export interface Law<Instance, Sample> {
  /** The claim, as a sentence. */
  readonly name: string
  /** The equations it is about, by their ids. */
  readonly cites: readonly EquationId[]
  readonly holds: (instance: Instance, sample: Sample) => boolean
}

/** Whether two numbers are the same bits: -0 is not 0, NaN is NaN. */
export const sameBits = (a: number, b: number): boolean => Object.is(a, b)

/** Whether every pair is the same bits; lists of different lengths are not. */
export const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((x, i) => sameBits(x, b[i]))

/**
 * Whether |a - b| <= bound * max(1, |a|, |b|) for every pair. Lists of different lengths are not close,
 * and NaN is close to nothing.
 */
export const closeNumbers = (bound: number, a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length &&
  a.every((x, i) => Math.abs(x - b[i]) <= bound * Math.max(1, Math.abs(x), Math.abs(b[i])))
