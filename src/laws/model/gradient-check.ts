/**
 * A gradient checker: is a claimed gradient the gradient of a function, as central differences see it?
 *
 *   numerical = (f(x + h) - f(x - h)) / 2h, h = cbrt(eps) max(1, |x|), entry by entry
 *   error     = |claimed - numerical| / max(1, |claimed|, |numerical|)
 *
 * The error has no sign that could cancel, and no quotient of two small numbers. NaN and infinity fail wherever they
 * turn up, and so does a claim with other fields or lengths than the point's: nothing is left out of the comparison.
 *
 * At h = cbrt(eps) = 6.1e-6 the truncation error |f'''| h^2 / 6 is 6.1e-12 |f'''|, and the rounding error eps |f| / h
 * is 3.7e-11 |f|: six times as much where |f'''| = |f|. Their sum is then near its least, at h = cbrt(3 eps).
 *
 * Source: Nocedal and Wright, Numerical Optimization (2006), section 8.1.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'

/** Named lists of numbers: where a function is taken, or its derivatives there. */
export type Point = Readonly<Record<string, readonly number[]>>

/** One entry of the comparison. */
export interface GradientEntry {
  readonly field: string
  readonly index: number
  readonly claimed: number
  readonly numerical: number
  /** h, by which the entry was moved both ways. */
  readonly step: number
  /** |claimed - numerical| / max(1, |claimed|, |numerical|); Infinity where either is not finite. */
  readonly error: number
}

/** What a check saw: the entry with the largest error, of how many. */
export interface GradientReport {
  readonly worst: GradientEntry
  readonly entries: number
  readonly bound: number
}

/** Why a gradient is not accepted. */
export type GradientFailure =
  | { readonly _tag: 'OtherFields'; readonly missing: readonly string[]; readonly extra: readonly string[] }
  | { readonly _tag: 'OtherLength'; readonly field: string; readonly expected: number; readonly got: number }
  | { readonly _tag: 'NothingToCheck' }
  | { readonly _tag: 'NotFinite'; readonly report: GradientReport }
  | { readonly _tag: 'Disagreement'; readonly report: GradientReport }

/** The spacing of doubles at 1. */
const EPSILON = 2 ** -52
/** How far an entry of size 1 or less is moved. */
const STEP = Math.cbrt(EPSILON)
/** The largest error that is accepted: two thousand times the difference quotient's own where |f| = |f'''| = 1. */
export const GRADIENT_BOUND = 1e-7

const relativeError = (claimed: number, numerical: number): number =>
  Number.isFinite(claimed) && Number.isFinite(numerical)
    ? Math.abs(claimed - numerical) / Math.max(1, Math.abs(claimed), Math.abs(numerical))
    : Infinity

const moved = (point: Point, field: string, index: number, x: number): Point => ({
  ...point,
  [field]: point[field].with(index, x),
})

const entryAt =
  (f: (point: Point) => number, point: Point, claims: Point) =>
  (field: string, index: number): GradientEntry => {
    const x = point[field][index]
    const claimed = claims[field][index]
    const step = STEP * Math.max(1, Math.abs(x))
    const [up, down] = [x + step, x - step]
    // Divided by the distance that the two rounded places really have.
    const numerical = (f(moved(point, field, index, up)) - f(moved(point, field, index, down))) / (up - down)
    return { field, index, claimed, numerical, step, error: relativeError(claimed, numerical) }
  }

const without = (a: object, b: object): readonly string[] => Object.keys(a).filter((field) => !Object.hasOwn(b, field))

/** Why the claim cannot be compared with the point at all, if it cannot. */
const misshapen = (point: Point, claims: Point): GradientFailure | undefined => {
  const [missing, extra] = [without(point, claims), without(claims, point)]
  if (missing.length + extra.length > 0) return { _tag: 'OtherFields', missing, extra }
  const field = Object.keys(point).find((name) => point[name].length !== claims[name].length)
  if (field !== undefined) {
    return { _tag: 'OtherLength', field, expected: point[field].length, got: claims[field].length }
  }
  return Object.values(point).every(({ length }) => length === 0) ? { _tag: 'NothingToCheck' } : undefined
}

/**
 * Compares a claimed gradient of f at a point with central differences, entry by entry.
 *
 * @param f a scalar function, computed in double precision: in single precision the difference is mostly rounding
 * @param bound the largest error that is accepted
 * @returns the report of an accepted gradient, or why it is not accepted
 */
export const checkGradient =
  (f: (point: Point) => number, bound: number = GRADIENT_BOUND) =>
  (point: Point, claims: Point): Either<GradientFailure, GradientReport> => {
    const shape = misshapen(point, claims)
    if (shape !== undefined) return E.left(shape)

    const entry = entryAt(f, point, claims)
    const all = Object.entries(point).flatMap(([field, xs]) => xs.map((_, index) => entry(field, index)))
    const worst = all.reduce((a, b) => (b.error > a.error ? b : a))
    const report = { worst, entries: all.length, bound }
    return worst.error === Infinity
      ? E.left({ _tag: 'NotFinite', report })
      : worst.error <= bound
        ? E.right(report)
        : E.left({ _tag: 'Disagreement', report })
  }

const place = ({ field, index, claimed, numerical, step, error }: GradientEntry): string =>
  `entry ${String(index)} of ${field}, where ${String(claimed)} is claimed and the central difference with a step of ` +
  `${step.toPrecision(2)} gives ${String(numerical)}: a relative error of ${error.toPrecision(2)}`

/** The verdict as one sentence. */
export const explainGradient = (verdict: Either<GradientFailure, GradientReport>): string =>
  E.isRight(verdict)
    ? `every entry agrees, of ${String(verdict.right.entries)}; the worst is ${place(verdict.right.worst)}`
    : explainFailure(verdict.left)

const explainFailure = (failure: GradientFailure): string => {
  switch (failure._tag) {
    case 'OtherFields':
      return (
        `the gradient must have the fields of the point, but misses {${failure.missing.join(', ')}} ` +
        `and has {${failure.extra.join(', ')}} besides: give every field one list of derivatives`
      )
    case 'OtherLength':
      return (
        `${failure.field} needs one derivative for each of its entries, ${String(failure.expected)} in all, ` +
        `got ${String(failure.got)}`
      )
    case 'NothingToCheck':
      return 'the point must have at least one entry, got none: a check of nothing says nothing'
    case 'NotFinite':
      return `every number must be finite, but see ${place(failure.report.worst)}`
    case 'Disagreement':
      return (
        `no entry may be wrong by more than ${String(failure.report.bound)}; ` +
        `the worst is ${place(failure.report.worst)}`
      )
  }
}
