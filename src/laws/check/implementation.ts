/**
 * An implementation in JavaScript, held to the laws in a test suite.
 */
import * as E from 'fp-ts/lib/Either.js'
import { defect } from '../../algebra/defect.js'
import { requireRecord } from '../../algebra/require.js'
import { explain } from '../../failure.js'
import { checkSubject } from './check.js'
import { broken, fault } from './fault.js'
import { readDescription } from './protocol.js'
import { allHold, reportAsText } from './report.js'
import { abilities } from './subject.js'
import type { Ability, Answers, Description, Questions, Subject } from './subject.js'
import type { CheckOptions, Report } from './verdict.js'

/** What an implementation can be asked: a function for each thing that it can do. */
export type Abilities = { readonly [A in Ability]?: (question: Questions[A]) => Answers[A] }

/** An implementation: its name and cell, what else it says of itself, and its functions. */
export type Implementation = Pick<Description, 'name' | 'cell'> & Partial<Omit<Description, 'can'>> & Abilities

/** The functions of an implementation, and what it says of itself without them. */
const subjectOf = (operation: string, implementation: Implementation): Subject => {
  requireRecord(operation, 'the implementation', implementation)
  const can = abilities.filter((ability) => typeof implementation[ability] === 'function')
  const own = Object.entries(implementation).filter(([field]) => !abilities.some((ability) => ability === field))
  const described = readDescription({ ...Object.fromEntries(own), can })
  return E.isLeft(described)
    ? defect(operation, explain(described.left).replace(' in the answer to hello', ''))
    : {
        description: described.right,
        answer: (ability, question) => {
          // Each function takes the questions of its own name.
          const own = implementation[ability] as ((question: unknown) => unknown) | undefined
          const answered = E.tryCatch(() => own?.(question), String)
          return E.isLeft(answered) ? fault(`${ability} to answer`, answered.left) : answered.right
        },
      }
}

/**
 * Holds an implementation in JavaScript to every law that its functions allow.
 *
 * @param implementation its name and cell, what differs from the defaults of `Description`, and a function of each
 *   question that it can answer: nested lists in and out, by the names of the equations. A setting that does not exist
 *   is a defect
 * @returns which laws hold; of the others the smallest sample, what was expected and got there, and the known mistakes
 *   that give the same numbers. `reportAsText` says it in words
 * @throws SubjectFault if a function throws, or answers other shapes or numbers that are not finite
 *
 * ```ts
 * import { allHold, checkModel } from 'pure-rnn/check'
 *
 * const clip = ({ gradients, theta }: { gradients: { [name: string]: any }; theta: number }) => {
 *   const norm = Math.hypot(...Object.values(gradients).flat(2))
 *   const scaled = (a: any): any => (Array.isArray(a) ? a.map(scaled) : norm > theta ? (a * theta) / norm : a)
 *   return { gradients: Object.fromEntries(Object.entries(gradients).map(([name, g]) => [name, scaled(g)])) }
 * }
 * allHold(checkModel({ name: 'mine', cell: 'rnn', clip })) // => true
 * ```
 */
export const checkModel = (implementation: Implementation, options: CheckOptions = {}): Report =>
  checkSubject(subjectOf('checkModel', implementation), options)

/** How a report is laid out in an error's message. */
const LAYOUT = { columns: 100, program: [] }

/**
 * The same in one line of a test, of any test framework: throws where a law fails.
 *
 * @throws LawsBroken, whose message is the whole report, and as `checkModel`
 *
 * ```ts
 * import { assertLaws } from 'pure-rnn/check'
 *
 * const wrong = () => assertLaws({ name: 'mine', cell: 'rnn', generate: ({ prefix }) => ({ text: prefix }) })
 * const said = (() => { try { return wrong() } catch (error) { return String(error) } })()
 * String(said).includes('has exactly as many more characters as were asked for') // => true
 * ```
 */
export const assertLaws = (implementation: Implementation, options: CheckOptions = {}): Report => {
  const report = checkSubject(subjectOf('assertLaws', implementation), options)
  return allHold(report) ? report : broken(reportAsText(report, LAYOUT).join('\n'))
}
