/**
 * Rules for values that come from outside: what is expected, in words, and whether a value is that.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { quoted } from '../failure.js'
import type { Failure } from '../failure.js'

export interface Rule {
  readonly expected: string
  readonly holds: (value: unknown) => boolean
}

/** A rule for each field of A. */
export type Rules<A> = { readonly [Field in keyof A]-?: Rule }

export const oneOf = (names: readonly string[]): Rule => ({
  expected: names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`,
  holds: (value) => names.includes(value as string),
})

export const whole = (least: number, most = Number.MAX_SAFE_INTEGER): Rule => ({
  expected:
    most === Number.MAX_SAFE_INTEGER
      ? `a whole number, ${String(least)} or more`
      : `a whole number from ${String(least)} to ${String(most)}`,
  holds: (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
})

/** A number that is still one in single precision, where training takes place. */
export const real = (expected: string, within: (single: number) => boolean): Rule => ({
  expected,
  holds: (value) => typeof value === 'number' && Number.isFinite(Math.fround(value)) && within(Math.fround(value)),
})

/** A value by which `either` or `other` holds. */
export const either = (one: Rule, other: Rule): Rule => ({
  expected: `${one.expected}, or ${other.expected}`,
  holds: (value) => one.holds(value) || other.holds(value),
})

export const yesOrNo: Rule = { expected: 'true or false', holds: (value) => typeof value === 'boolean' }

export const listOf = (what: string, holds: (item: unknown) => boolean): Rule => ({
  expected: `a list of ${what}`,
  holds: (value) => Array.isArray(value) && value.every(holds),
})

/** The value, if the rule holds; what else was got, by the name under which messages know it. */
export const obeying =
  (rule: Rule) =>
  (setting: string, value: unknown): Either<Failure, unknown> =>
    rule.holds(value)
      ? E.right(value)
      : E.left({ _tag: 'InvalidSetting', setting, expected: rule.expected, got: quoted(value) })

/**
 * The record that a value is, if it has exactly the fields of the rules and each obeys its own.
 *
 * @param named how messages call a field
 */
export const record =
  <A>(rules: Rules<A>, named: (field: string) => string) =>
  (value: unknown): Either<Failure, A> => {
    const fields = Object.entries<Rule>(rules)
    const given: Readonly<Record<string, unknown>> =
      typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
    const unknown = Object.keys(given).find((field) => !Object.hasOwn(rules, field))
    return unknown !== undefined
      ? E.left({ _tag: 'InvalidSetting', setting: named(unknown), expected: 'absent', got: quoted(given[unknown]) })
      : E.map((values: readonly unknown[]) => Object.fromEntries(fields.map(([field], i) => [field, values[i]])) as A)(
          E.traverseArray(([field, rule]: readonly [string, Rule]) =>
            obeying(rule)(named(field), Object.hasOwn(given, field) ? given[field] : undefined),
          )(fields),
        )
  }
