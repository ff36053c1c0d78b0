/**
 * Which known mistake gives the numbers that an implementation gives.
 *
 * A mistake explains an answer if what it changes the right answer into is that answer, on every sample. Where several
 * do, they are all named: no sample tells them apart. Two mistakes at once are tried where none explains it alone.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Point } from '../model/gradient-check.js'
import { range } from '../plain.js'
import type { Mistake, Zoo } from './mistake.js'

/** One mistake, or two, the second made after the first. */
export type Made<P> = readonly Mistake<P>[]

/** What is wrong with an implementation's answers, and what explains it. */
export interface Findings<P> {
  /** The fields whose numbers are wrong in some sample, in the order of the right answer. */
  readonly wrong: readonly string[]
  /**
   * What gives every number of every answer: single mistakes if there are any, else pairs. The samples do not tell one
   * from another. Empty where nothing is wrong, or nothing known explains it.
   */
  readonly whole: readonly Made<P>[]
  /**
   * Where nothing explains all of it: what gives the numbers of a wrong field, for those fields that something does.
   * A field of which two mistakes explain one sample each is in none.
   */
  readonly byField: Readonly<Record<string, readonly Made<P>[]>>
}

/** Whether two lists of finite numbers of one length are equal but for rounding: of the expected, and of the got. */
export type Close = (expected: readonly number[], got: readonly number[], field: string) => boolean

const isOdd = (x: number): boolean => !Number.isFinite(x)

/** Whether two fields are the same: numbers that are not finite the same, and the others close. */
const alike = (close: Close, field: string, expected: Point, got: Point): boolean => {
  if (!Object.hasOwn(expected, field) || !Object.hasOwn(got, field)) {
    return Object.hasOwn(expected, field) === Object.hasOwn(got, field)
  }
  const [a, b] = [expected[field], got[field]]
  return (
    a.length === b.length &&
    a.every((x, i) => (isOdd(x) || isOdd(b[i]) ? Object.is(x, b[i]) : true)) &&
    close(a.map(finite), b.map(finite), field)
  )
}

const finite = (x: number): number => (isOdd(x) ? 0 : x)

/** What was asked: how parts answer it, what was got, and the fields of the answers, the wrong ones too. */
interface Case<P> {
  readonly answer: (parts: P) => Point
  readonly got: Point
  readonly fields: readonly string[]
  readonly wrong: readonly string[]
}

const fieldsOf = (...points: readonly Point[]): readonly string[] => [...new Set(points.flatMap(Object.keys))]

/**
 * Compares an implementation's answers with those of known mistakes, one at a time and then two at a time.
 *
 * Each mistake and each pair costs an answer to one sample, and to more as long as it agrees. The 43 mistakes of a
 * plain cell's gradients, and their pairs, on samples of some ten numbers each take a second or two.
 *
 * @param zoo what is right, and the mistakes that are made in it
 * @param samples what was asked
 * @param answers what was answered to each of them, in the terms of `zoo.answer`
 * @param close whether two lists of numbers count as equal; where it is too wide, more mistakes are named
 * @returns what is wrong, and what explains it
 */
export const diagnose = <P, S>(
  { right, answer, mistakes }: Zoo<P, S>,
  samples: readonly S[],
  answers: readonly Point[],
  close: Close,
): Findings<P> => {
  const cases = samples
    .map((sample, i): Case<P> => {
      const asked = answer(sample)
      const [expected, got] = [asked(right), answers[i]]
      const fields = fieldsOf(expected, got)
      return { answer: asked, got, fields, wrong: fields.filter((field) => !alike(close, field, expected, got)) }
    })
    // The more is wrong, the sooner a mistake is ruled out.
    .toSorted((a, b) => b.wrong.length - a.wrong.length)
  const wrong = [...new Set(cases.flatMap((each) => each.fields))].filter((field) =>
    cases.some((each) => each.wrong.includes(field)),
  )
  if (wrong.length === 0) return { wrong, whole: [], byField: {} }

  const judged = (candidates: readonly Made<P>[]): readonly Judged<P>[] =>
    candidates
      .map((made) => ({ made, ...explained(close, cases, wrong, made.reduce((to, { change }) => change(to), right)) }))
      .filter(({ fields }) => fields.length > 0)
  const singles = judged(mistakes.map((one) => [one]))
  if (wholeOf(singles).length > 0) return { wrong, whole: wholeOf(singles), byField: {} }
  const pairs = judged(pairsOf(right, mistakes))
  if (wholeOf(pairs).length > 0) return { wrong, whole: once(wholeOf(pairs)), byField: {} }

  const ofField = (some: readonly Judged<P>[], field: string): readonly Made<P>[] =>
    some.filter(({ fields }) => fields.includes(field)).map(({ made }) => made)
  const found = wrong.map((field) => {
    const alone = ofField(singles, field)
    return [field, alone.length > 0 ? alone : once(ofField(pairs, field))] as const
  })
  return { wrong, whole: [], byField: Object.fromEntries(found.filter(([, made]) => made.length > 0)) }
}

/** What of the wrong fields is explained; `all` if the others are too. */
interface Explained {
  readonly fields: readonly string[]
  readonly all: boolean
}

interface Judged<P> extends Explained {
  readonly made: Made<P>
}

const wholeOf = <P>(some: readonly Judged<P>[]): readonly Made<P>[] =>
  some.filter(({ all }) => all).map(({ made }) => made)

/** Which of the wrong fields these parts give in every case. */
const explained = <P>(
  close: Close,
  cases: readonly Case<P>[],
  wrong: readonly string[],
  parts: P,
): Explained =>
  cases.reduce<Explained>(
    (before, { answer, got, fields }) => {
      if (before.fields.length === 0) return before
      // Two mistakes that do not go together, as a gradient that lacks and one that is added to it, answer nothing.
      const given = E.getOrElse((): Point => ({}))(E.tryCatch(() => answer(parts), String))
      const same = (field: string): boolean => alike(close, field, given, got)
      return {
        fields: before.fields.filter(same),
        all: before.all && fieldsOf(given).every((field) => fields.includes(field)) && fields.every(same),
      }
    },
    { fields: wrong, all: true },
  )

/** Every two of the mistakes, in either order where that may matter. */
const pairsOf = <P>(right: P, mistakes: readonly Mistake<P>[]): readonly Made<P>[] => {
  const changed = mistakes.map(({ change }) => changedParts(right, change(right)))
  return mistakes.flatMap((one, i) =>
    range(mistakes.length).flatMap((j) =>
      i === j || (j < i && changed[i].every((part) => !changed[j].includes(part))) ? [] : [[one, mistakes[j]] as const],
    ),
  )
}

/** The names of the parts that differ; of parts that are no record, one name. */
const changedParts = <P>(right: P, wrong: P): readonly string[] =>
  typeof right === 'object' && right !== null
    ? Object.keys(right).filter((part) => right[part as keyof P] !== wrong[part as keyof P])
    : ['all']

/** Two mistakes that may be made in either order, once. */
const once = <P>(made: readonly Made<P>[]): readonly Made<P>[] =>
  made.filter(
    ([first, second], i) => !made.slice(0, i).some(([before, after]) => before === second && after === first),
  )
