/**
 * Holds an implementation to every law that its answers allow.
 *
 * Samples are drawn by fast-check; the first for which a law fails is made as small as it can be, and what was asked
 * and answered there is the evidence. Laws are predicates, so that a whole check is synchronous.
 */
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { float64 } from '../../interpret/float64.js'
import { doublePrecision, roundingErrors } from '../../interpret/rounding.js'
import type { Precision } from '../../interpret/rounding.js'
import { scaled } from '../model/sample.js'
import type { Plains } from '../model/sample.js'
import { asked, writing } from './asking.js'
import type { Ask } from './asking.js'
import { checksFor } from './checks.js'
import type { Check, Given } from './checks.js'
import { diagnosed } from './diagnosis.js'
import { firstDifference } from './evidence.js'
import { found, orFault, rethrown, searching, SubjectFault } from './fault.js'
import { subjectIn } from './plain-subject.js'
import { from } from './report.js'
import type { PlainSubject } from './plain-subject.js'
import { PROTOCOL } from './protocol.js'
import { abilities } from './subject.js'
import type { Ability, Description, Subject } from './subject.js'
import type { CheckOptions, Evidence, Outcome, Report, Verdict } from './verdict.js'

/** Single precision whose sums are rounded at every addition, which any implementation may do. */
const plainSingle: Precision = { unit: 2 ** -24, accumulation: 2 ** -24 }

/**
 * How many times the error that the equations may make as they stand here an answer may be off: another order of sums,
 * a softmax by another formula, a library's own exp and tanh.
 */
export const SLACK = 32

/** The answers times c. */
const timesAll = (c: number, subject: PlainSubject): PlainSubject => {
  const all = (plains: Plains): Plains => scaled(c, plains)
  return {
    ...subject,
    model: {
      forward: (passage) => {
        const { scores, hidden, state } = subject.model.forward(passage)
        const { O, H } = all({ O: scores, H: hidden })
        return { scores: O, hidden: H, state: all(state) }
      },
      evaluate: (passage) => {
        const { loss, state } = subject.model.evaluate(passage)
        return { loss: c * loss, state: all(state) }
      },
      backpropagate: (passage) => {
        const { gradients, dState, loss, state } = subject.model.backpropagate(passage)
        return { gradients: all(gradients), dState: all(dState), loss: c * loss, state: all(state) }
      },
    },
    clip: (sample) => all(subject.clip(sample)),
    optimise: (...its) => subject.optimise(...its).map(all),
    train: (sample) => {
      const { losses, parameters } = subject.train(sample)
      return { losses: losses.map((loss) => c * loss), parameters: all(parameters) }
    },
  }
}

/** What is right for an implementation of that description, and how far from it its answers may be. */
export const expectedOf = (description: Description): Pick<Given, 'right' | 'errors'> => ({
  right: subjectIn(float64, description),
  errors: timesAll(
    SLACK,
    subjectIn(roundingErrors(description.precision === 'single' ? plainSingle : doublePrecision), description),
  ),
})

/** Asks, and ends the search with the first answer that differs from what it should be. */
const witnessing = (subject: Subject, { right, errors }: Pick<Given, 'right' | 'errors'>): Ask => {
  const { answers } = writing(subject.description)
  const [expected, tolerance] = [answers(right), answers(errors)]
  return (ability, question, sample) => {
    const got = subject.answer(ability, question)
    const wanted = expected[ability](sample)
    const drawn = 'sampling' in question && question.sampling === 'random'
    const bounds = isExact(ability) ? {} : tolerance[ability](sample)
    const difference = drawn ? undefined : firstDifference(wanted, got, bounds)
    return difference === undefined ? got : found({ ability, question, got, expected: wanted, difference })
  }
}

/** Plans and texts are the same or are not. */
const isExact = (ability: Ability): boolean => ability === 'sample' || ability === 'generate'

/** Runs a law on a sample; an answer that is none is what `fault` says. */
const holdsOr =
  (fault: (error: Readonly<SubjectFault>) => boolean, { holds }: Check, given: Given) =>
  (sample: unknown): boolean => {
    const outcome = orFault(() => holds(given, sample))
    return E.isRight(outcome) ? outcome.right : fault(outcome.left)
  }

const evidenceOf = (check: Check, given: Given, subject: Subject, sample: unknown): Evidence | undefined => {
  const witness = { ...given, asked: asked(given.description, given.right, witnessing(subject, given)) }
  return searching(() => check.holds(witness, sample))
}

/** Tries one law. */
const tried = (check: Check, given: Given, subject: Subject, { seed, path, samples }: Drawn): Outcome => {
  const runs = Math.max(1, Math.ceil(samples * check.share))
  const arbitrary = check.samples(given.description)
  const first = fc.check(fc.property(arbitrary, holdsOr(rethrown, check, given)), {
    ...{ seed, numRuns: runs, endOnFailure: true },
    ...(path === undefined ? {} : { path }),
  })
  if (first.errorInstance instanceof SubjectFault) return rethrown(first.errorInstance)
  if (!first.failed) return { _tag: 'Holds', samples: first.numRuns }
  // What cannot be asked of a smaller sample is no smaller sample.
  const smallest = fc.check(
    fc.property(
      arbitrary,
      holdsOr(() => true, check, given),
    ),
    {
      ...{ seed, numRuns: runs },
      ...(first.counterexamplePath === null ? {} : { path: first.counterexamplePath }),
    },
  )
  const [sample] = smallest.counterexample ?? first.counterexample ?? []
  const evidence = evidenceOf(check, given, subject, sample)
  return {
    _tag: 'Fails',
    samples: first.numRuns,
    shrinks: smallest.numShrinks,
    seed,
    path: smallest.counterexamplePath ?? '',
    sizes: check.sizes(sample),
    ...(evidence === undefined ? {} : { evidence }),
  }
}

type Drawn = Required<Pick<CheckOptions, 'seed' | 'samples'>> & Pick<CheckOptions, 'path'>

const SEED = 1
const SAMPLES = 40

/**
 * Holds an implementation to every law that its answers allow.
 *
 * @param subject what it says of itself, and how it answers
 * @returns which laws hold, and of the others the smallest sample that was found, with what was expected and got there
 * @throws SubjectFault if it answers something else than it was asked for: other shapes, numbers that are not finite
 */
export const checkSubject = (subject: Subject, options: CheckOptions = {}): Report => {
  const { description } = subject
  const { seed = SEED, samples = SAMPLES, path, only = '', told = (verdict: Verdict) => verdict } = options
  const drawn: Drawn = { seed, samples, ...(path === undefined ? {} : { path }) }
  const expected = expectedOf(description)
  const given: Given = {
    description,
    ...expected,
    asked: asked(description, expected.right, (ability, question) => subject.answer(ability, question)),
  }
  const checks = checksFor(description).filter(({ law }) => law.includes(only))
  const verdicts = checks.map((check, done): Verdict => {
    const { law, cites, ability } = check
    return told({ law, cites, ability, outcome: tried(check, given, subject, drawn) }, done + 1, checks.length)
  })
  const failed = abilities.filter((ability) =>
    verdicts.some((verdict) => verdict.ability === ability && verdict.outcome._tag === 'Fails'),
  )
  // What is computed from wrong numbers is wrong, and no mistake of its own explains it.
  const roots = failed.filter((ability) => !failed.some((other) => from[ability].includes(other)))
  return {
    protocol: PROTOCOL,
    description,
    verdicts,
    skipped: abilities.filter((ability) => !description.can.includes(ability)),
    diagnoses: Object.fromEntries(roots.map((ability) => [ability, diagnosed(given, ability, seed)])),
    seed,
  }
}
