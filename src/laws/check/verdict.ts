/**
 * What a check says: of each law whether it holds, and where it does not the smallest sample, what was expected and
 * got there, and which known mistake gives the same numbers.
 */
import type { EquationId } from '../law.js'
import type { Ability, Description, Questions } from './subject.js'

/** One entry of an answer that differs from what it should be. */
export interface Difference {
  /** The tensor, as the answer names it: `O`, `W_hh`, `dH_0`, `loss`. */
  readonly tensor: string
  /** The place of the first entry that differs, an index from 0 for each axis. */
  readonly place: readonly number[]
  readonly expected: number
  readonly got: number
  /** How far they may be apart. */
  readonly tolerance: number
  /** Where that comes from, in words; a bound on rounding where it is left out. */
  readonly from?: string
  /** How many entries differ, of how many. */
  readonly differing: number
  readonly entries: number
}

/** What was asked when a law failed, and the first entry of the answer that is not as it should be. */
export interface Evidence<A extends Ability = Ability> {
  readonly ability: A
  readonly question: Questions[A]
  /** What it answered. */
  readonly got: unknown
  /** What it should have answered, in the same terms. */
  readonly expected: unknown
  /** Absent where every single answer is right, and only what the law says of several of them is not. */
  readonly difference?: Difference
}

/** A known mistake, or several together, that give the same wrong numbers. */
export interface Diagnosis {
  /** The one tensor that is wrong so, where others are right or wrong otherwise: `dW_hh`. Absent where it is all. */
  readonly field?: string
  /** What is wrong, as a sentence: one, or two that were made together. */
  readonly mistakes: readonly {
    readonly mistake: string
    /** How people come to make it. */
    readonly made: string
    readonly equation: EquationId
    /** The page of the documents, with its anchor: `docs/03-model-gradient.md#...`. */
    readonly section: string
  }[]
}

/** What was found of one law. */
export interface Verdict {
  readonly law: string
  readonly cites: readonly EquationId[]
  /** What it asks for. */
  readonly ability: Ability
  readonly outcome: Outcome
}

/** Whether a law held on all of its samples; where not, the smallest for which it failed. */
export type Outcome =
  | { readonly _tag: 'Holds'; readonly samples: number }
  | {
      readonly _tag: 'Fails'
      /** Which sample failed first, and how often it was then made smaller. */
      readonly samples: number
      readonly shrinks: number
      /** What leads to the smallest sample again. */
      readonly seed: number
      readonly path: string
      /** V, H, N, T of the smallest sample, or what else tells its size, by name. */
      readonly sizes: Readonly<Record<string, number>>
      readonly evidence?: Evidence
    }

/** A whole check. */
export interface Report {
  readonly protocol: number
  readonly description: Description
  readonly verdicts: readonly Verdict[]
  /** What was not asked for, since the implementation does not offer it. */
  readonly skipped: readonly Ability[]
  /** What known mistakes explain what failed, by what was asked for. */
  readonly diagnoses: Readonly<Partial<Record<Ability, readonly Diagnosis[]>>>
  readonly seed: number
}

/** What a check may be told. */
export interface CheckOptions {
  /** From which samples are drawn: a whole number; the same gives the same samples. 1 unless said. */
  readonly seed?: number
  /** Where in the search for the smallest sample to begin, as a failure says it; with one law alone. */
  readonly path?: string
  /** Only laws whose sentence holds this text. */
  readonly only?: string
  /** Samples a law: 40 unless said. Differences, which ask most, take a quarter of them. */
  readonly samples?: number
  /** Is told of each law as it is done, and gives it back. */
  readonly told?: (verdict: Verdict, done: number, of: number) => Verdict
}
