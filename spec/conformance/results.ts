/** What `npm run conformance` found, as it stands in results.json. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EquationId } from '../../src/laws/law.js'
import type { Ability, Description } from '../../src/laws/check/subject.js'
import type { Difference } from '../../src/laws/check/verdict.js'
import { root } from '../house/parts.js'

/** A law that failed, at the smallest sample that was found. */
export interface Failure {
  readonly law: string
  readonly ability: Ability
  readonly cites: readonly EquationId[]
  readonly sizes: Readonly<Record<string, number>>
  readonly path: string
  /** Absent, as is the difference, where every single answer is right. */
  readonly question?: Readonly<Record<string, unknown>>
  readonly difference?: Difference
}

interface Started {
  readonly id: string
  readonly command: string
}

/** Why it could not be started. */
export interface NotRun extends Started {
  readonly missing: string
}

/** An implementation, held to the laws. */
export interface Checked extends Started {
  readonly description: Description
  readonly skipped: readonly Ability[]
  /** How many there were. */
  readonly laws: number
  readonly failures: readonly Failure[]
  readonly diagnoses: readonly { readonly ability: Ability; readonly mistakes: readonly string[] }[]
}

/** What a script wrote that computes expected numbers again. */
export interface Proof extends Started {
  readonly lines: readonly string[]
}

export interface Results {
  readonly seed: number
  readonly samples: number
  readonly node: string
  readonly runs: readonly (Checked | NotRun)[]
  readonly proofs: readonly (Proof | NotRun)[]
}

export const results = JSON.parse(readFileSync(join(root, 'spec/conformance/results.json'), 'utf8')) as Results

export const isRun = <R extends Started>(result: R | NotRun): result is R => !('missing' in result)
