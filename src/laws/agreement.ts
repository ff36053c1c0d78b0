/**
 * When two answers that are equal in real arithmetic count as equal.
 */
import { sameAxes } from '../algebra/axis.js'
import type { Axes } from '../algebra/axis.js'
import type { Plains } from './model/sample.js'
import { numbersWithin } from './plain.js'
import type { Plain } from './plain.js'

/**
 * Two evaluations of the same equations may each be as far from the truth as the analysis of one of them says, and
 * once more as far where one rounds intermediate results (a state written out and read in again, a mean taken in
 * parts) that the other does not.
 */
const EVALUATIONS = 4

/** Whether two tensors have the same axes, and numbers that differ by no more than `times` the error bounds. */
const agreeWithin =
  (times: number) =>
  (errors: Plain<Axes>, a: Plain<Axes>, b: Plain<Axes>): boolean =>
    sameAxes(a.axes, b.axes) &&
    errors.values.length === a.values.length &&
    numbersWithin((i) => times * errors.values[i], a.values, b.values)

/** Whether two records have the same fields in the same order, and tensors that agree. */
const everyField =
  (one: ReturnType<typeof agreeWithin>) =>
  (errors: Plains, a: Plains, b: Plains): boolean => {
    const names = Object.keys(a)
    return (
      names.join() === Object.keys(b).join() &&
      names.join() === Object.keys(errors).join() &&
      names.every((field) => one(errors[field], a[field], b[field]))
    )
  }

/** Whether two tensors, computed with the same roundings, are equal but for them. */
export const agree = agreeWithin(EVALUATIONS)
export const agreeAll = everyField(agree)
export const agreeNumbers = (error: number, a: number, b: number): boolean => Math.abs(a - b) <= EVALUATIONS * error

/** Whether a tensor is as close to the one in double precision as the error bounds say. */
export const accurate = agreeWithin(1)
export const accurateAll = everyField(accurate)
