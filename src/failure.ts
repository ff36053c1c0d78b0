/**
 * Failures: what a caller can get wrong with data, as values, with one renderer.
 *
 * Each failure carries what it takes to say what was expected, what came, and what to do.
 */
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as O from 'fp-ts/lib/Option.js'

export type Failure =
  | ({ readonly _tag: 'InvalidSetting'; readonly setting: string } & Difference)
  | {
      readonly _tag: 'TextTooShort'
      readonly sampling: 'random' | 'consecutive'
      readonly batch: number
      readonly steps: number
      readonly least: number
      readonly length: number
    }
  | { readonly _tag: 'EmptyText'; readonly what: string }
  | { readonly _tag: 'UnknownCharacter'; readonly character: string; readonly position: number; readonly what: string }
  | { readonly _tag: 'NotFinite'; readonly what: string; readonly epoch: number; readonly minibatch: number }
  | { readonly _tag: 'EngineMissing'; readonly engine: string; readonly package: string; readonly reason: string }
  | { readonly _tag: 'EngineFailed'; readonly engine: string; readonly reason: string }
  | ({ readonly _tag: 'DamagedFile'; readonly what: string } & Difference)
  | ({ readonly _tag: 'Mismatch'; readonly what: string } & Difference)

/** What was expected and what came; and what to do, where that does not say it. */
export interface Difference {
  readonly expected: string
  readonly came: string
  readonly advice?: string
}

/** A value, or why there is none. */
export type Result<A> = Either<Failure, A>

/** The failure as one sentence, or two. */
export const explain = (failure: Failure): string => {
  switch (failure._tag) {
    case 'InvalidSetting':
      return `${failure.setting} must be ${failure.expected}, but ${failure.came} came${advice(failure)}`
    case 'TextTooShort':
      return (
        `${failure.sampling} sampling of ${count(failure.batch, 'row')} of ${count(failure.steps, 'step')} ` +
        `needs a text of at least ${count(failure.least, 'character')}, but ${String(failure.length)} came: ` +
        `give more text, or fewer rows or steps`
      )
    case 'EmptyText':
      return `${failure.what} must hold at least one character, but it is empty`
    case 'UnknownCharacter':
      return (
        `the character ${JSON.stringify(failure.character)} at position ${String(failure.position)} of ` +
        `${failure.what} is not in the vocabulary: use only characters of the text the model was trained on`
      )
    case 'NotFinite':
      return (
        `${failure.what} is no longer finite in epoch ${String(failure.epoch)}, ` +
        `minibatch ${String(failure.minibatch)}: lower the learning rate or the clipping threshold`
      )
    case 'EngineMissing':
      return (
        `the ${failure.engine} engine needs the package ${failure.package}, ` +
        `which cannot be loaded (${failure.reason}): ` +
        `install it with npm install ${failure.package}, or use the float32 engine`
      )
    case 'EngineFailed':
      return `the ${failure.engine} engine failed: ${failure.reason}`
    case 'DamagedFile':
      return `${failure.what} cannot be read: ${difference(failure)}`
    case 'Mismatch':
      return `${failure.what} does not fit: ${difference(failure)}`
  }
}

const advice = (failure: Difference): string => (failure.advice === undefined ? '' : `: ${failure.advice}`)

const difference = (failure: Difference): string =>
  `expected ${failure.expected}, but ${failure.came} came${advice(failure)}`

/** The most characters of a value that a message quotes. */
const LONGEST_QUOTATION = 60
/** What cutting between the two units of an astral character leaves of it. */
const HALF_A_CHARACTER = /[\ud800-\udbff]$/

/**
 * A value as messages quote it: as JSON on one line, cut where it is long; `nothing` for undefined, and for what JSON
 * has no words for those of JavaScript (NaN, a function, 10n as 10).
 */
export const quoted = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : typeof value === 'number' ? String(value) : inJson(value)
  const beginning = text.slice(0, LONGEST_QUOTATION).replace(HALF_A_CHARACTER, '')
  return text.length <= LONGEST_QUOTATION ? text : `${beginning}…`
}

const inJson = (value: unknown): string =>
  pipe(
    O.tryCatch(() => JSON.stringify(value) as string | undefined),
    O.chain(O.fromNullable),
    O.getOrElse(() => String(value).replaceAll(/\s+/g, ' ')),
  )

const count = (n: number, noun: string): string => `${String(n)} ${noun}${n === 1 ? '' : 's'}`
