/**
 * What ends a law before it has answered: an implementation that cannot be spoken to, or the answer that was sought.
 *
 * Laws are predicates over functions of plain numbers, which have no place for "no answer": it is thrown here, and
 * caught where the law was run.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { visible } from '../../algebra/quoted.js'

/** Why an implementation could not be spoken to: it died, hung, or answered something else than was asked for. */
export class SubjectFault extends Error {
  override readonly name = 'SubjectFault'
  constructor(reason: string) {
    super(visible(reason))
  }
}

/** Throws a `SubjectFault`: what was expected of an answer, and what came. */
export const fault = (expected: string, got: string): never => {
  throw new SubjectFault(`expected ${expected}, got ${got}`)
}

/** What `assertLaws` throws: its message is the report. */
export class LawsBroken extends Error {
  override readonly name = 'LawsBroken'
}

/** Throws a report. */
export const broken = (report: string): never => {
  throw new LawsBroken(report)
}

class Found<A> extends Error {
  constructor(readonly value: A) {
    super('found')
  }
}

/** Ends the search that `searching` runs. */
export const found = (value: unknown): never => {
  throw new Found(value)
}

/** Runs what may end with `found`: the value that it was given, or undefined where it ends without. */
export const searching = <A>(run: () => unknown): A | undefined => {
  const outcome = E.tryCatch(run, (error) => error)
  return E.isLeft(outcome) && outcome.left instanceof Found ? (outcome.left.value as A) : undefined
}

/** The answer, or the fault that ended it. Any other error goes on. */
export const orFault = <A>(run: () => A): Either<SubjectFault, A> =>
  E.tryCatch(run, (error) => {
    if (error instanceof SubjectFault) return error
    throw new Error(String(error), { cause: error })
  })

/** Throws a fault again. */
export const rethrown = ({ message }: Readonly<SubjectFault>): never => {
  throw new SubjectFault(message)
}
