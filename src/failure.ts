/**
 * Failures: what a caller can get wrong with data, as values, with one renderer.
 *
 * Each failure carries what it takes to say what was expected, what was got, and what to do.
 */
import type { Either } from 'fp-ts/lib/Either.js'
import { quoted, visible } from './algebra/quoted.js'
import type { EquationId } from './equations.js'

export { quoted } from './algebra/quoted.js'

/** Why something could not be done with the data given; `explain` says it in a sentence. */
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
  | {
      readonly _tag: 'NotFinite'
      readonly what: string
      readonly epoch: number
      readonly minibatch: number
      /** Where it began; absent where the step stays finite when the reference takes it. */
      readonly origin?: Origin
    }
  | { readonly _tag: 'EngineMissing'; readonly engine: string; readonly package: string; readonly reason: string }
  | { readonly _tag: 'EngineFailed'; readonly engine: string; readonly reason: string }
  | ({ readonly _tag: 'DamagedFile'; readonly what: string } & Difference)
  | ({ readonly _tag: 'Mismatch'; readonly what: string } & Difference)

/** The first number of a training step that is infinite or NaN. */
export interface Origin {
  /** The equation that it is a value of. */
  readonly equation: EquationId
  /** The tensor: `H`, `dZ_r` or `W_hh`, with the number of its layer before it from the second layer on. */
  readonly tensor: string
  /** Its place, an index from 0 for each axis by the axis's name: `{ time: 17, batch: 3, hidden: 12 }`. */
  readonly place: Readonly<Record<string, number>>
  readonly value: number
}

/** What was expected, what was got instead and, where that is not clear from these, what to do. */
export interface Difference {
  readonly expected: string
  readonly got: string
  readonly advice?: string
}

/** A value, or why there is none. */
export type Result<A> = Either<Failure, A>

/** What `orThrow` throws: an error whose message says what the failure is. */
export class FailureError extends Error {
  override readonly name = 'FailureError'
  constructor(readonly failure: Failure) {
    super(explain(failure))
  }
}

/**
 * The value of a result; a failure is thrown, as a `FailureError`. For scripts, and where nothing should go wrong.
 *
 * @param result `{ _tag: 'Right', right }` or `{ _tag: 'Left', left }`: fp-ts's Either, the failure on the left
 *
 * ```ts
 * import { orThrow, vocabularyOf } from 'pure-rnn'
 *
 * orThrow(vocabularyOf('abba')).characters // => ['a', 'b']
 * ```
 */
export const orThrow = <A>(result: Result<A>): A => {
  if (result._tag === 'Left') throw new FailureError(result.left)
  return result.right
}

/**
 * The failure as one sentence, or two, on one line: what was expected, what was got, what to do. Characters that cannot
 * be seen are written as escapes.
 *
 * ```ts
 * import { encode, explain, orThrow, vocabularyOf } from 'pure-rnn'
 *
 * const read = encode(orThrow(vocabularyOf('hello')))('help')
 * const words = read._tag === 'Left' ? explain(read.left) : 'no failure'
 * words // => the character "p" at position 3 of the text is not in the vocabulary: use only characters of ...
 * ```
 */
export const explain = (failure: Failure): string => visible(sentence(failure))

const sentence = (failure: Failure): string => {
  switch (failure._tag) {
    case 'InvalidSetting':
      return `${failure.setting} must be ${failure.expected}, got ${failure.got}${advice(failure)}`
    case 'TextTooShort':
      return (
        `${failure.sampling} sampling of ${count(failure.batch, 'row')} of ${count(failure.steps, 'step')} ` +
        `needs a text of at least ${count(failure.least, 'character')}, got ${String(failure.length)}: ` +
        `give more text, or fewer rows or steps`
      )
    case 'EmptyText':
      return `${failure.what} must hold at least one character, got none`
    case 'UnknownCharacter':
      return (
        `the character ${quoted(failure.character)} at position ${String(failure.position)} of ` +
        `${failure.what} is not in the vocabulary: use only characters of the text the model was trained on`
      )
    case 'NotFinite':
      return (
        `${failure.what} is no longer finite in epoch ${String(failure.epoch)}, ` +
        `minibatch ${String(failure.minibatch)}${beginning(failure.origin)}: ` +
        `lower the learning rate or the clipping threshold`
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

const beginning = (origin: Origin | undefined): string =>
  origin === undefined ? '' : `; the first such number is ${showOrigin(origin)}`

const showOrigin = ({ equation, tensor, place, value }: Origin): string => {
  const at = Object.entries(place).map(([name, index]) => `${name} ${String(index)}`)
  const number = `${String(value)} in ${tensor} (equation ${equation})`
  return at.length === 0 ? number : `${number} at ${at.join(', ')}`
}

const advice = (failure: Difference): string => (failure.advice === undefined ? '' : `: ${failure.advice}`)

const difference = (failure: Difference): string =>
  `expected ${failure.expected}, got ${failure.got}${advice(failure)}`

/** `1 row`, `2 rows`, `3 minibatches`; the number may be shown in a way of its own. */
export const count = (n: number, noun: string, shown: (n: number) => string = String): string =>
  `${shown(n)} ${noun}${n === 1 ? '' : noun.endsWith('tch') ? 'es' : 's'}`
