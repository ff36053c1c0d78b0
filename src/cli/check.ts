/**
 * `pure-rnn check`
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { visible } from '../algebra/quoted.js'
import { quoted } from '../failure.js'
import { faultAsJUnit, faultAsTap, reportAsJson, reportAsJUnit, reportAsTap } from '../laws/check/formats.js'
import { allHold, reportAsText } from '../laws/check/report.js'
import type { Report } from '../laws/check/verdict.js'
import { checkedLaws, checkProgram } from './io/checker.js'
import type { Checked } from './io/checker.js'
import { reportFile, saveReport } from './io/report-file.js'
import { columnsOf } from './io/terminal.js'
import type { Terminal } from './io/terminal.js'
import { saveStarter, starterIn } from './io/starter.js'
import { parsedCheck } from './parsed.js'
import type { CheckSettings, StarterName, Typed } from './parsed.js'
import { badSetting, problemOf } from './problem.js'
import type { Problem } from './problem.js'

/** Checks a program, prints one to begin with, or lists the laws, as the options say; the exit code. */
export const runCheck = (typed: Typed, terminal: Terminal): TaskEither<Problem, number> =>
  pipe(
    TE.fromEither(E.mapLeft(problemOf)(parsedCheck(typed))),
    TE.chain((wish) =>
      wish.starter !== undefined
        ? begun(wish.starter, wish.out, terminal)
        : wish.list
          ? listed(wish, terminal)
          : checked(wish, terminal),
    ),
  )

/** Prints a program to begin with, or saves it. */
const begun = (name: StarterName, out: string | undefined, terminal: Terminal): TaskEither<Problem, number> =>
  pipe(
    starterIn(name),
    TE.chain((text) =>
      out === undefined
        ? TE.right(text.trimEnd())
        : pipe(
            saveStarter(out, text),
            TE.map(() => `saved: ${visible(out)}`),
          ),
    ),
    TE.map((said) => {
      terminal.print(said)
      return 0
    }),
  )

const listed = ({ only = '' }: CheckSettings, terminal: Terminal): TaskEither<Problem, number> =>
  pipe(
    checkedLaws,
    TE.mapLeft(missing),
    TE.map((laws) => laws.filter(({ law }) => law.includes(only))),
    TE.filterOrElse((laws) => laws.length > 0, () => noLaw(only)),
    TE.map((laws) => {
      laws.forEach(({ law, cites, ability, variant }) => {
        const what = variant === undefined ? ability : `${ability} (${variant})`
        terminal.print(`${what}: ${law}${cites.length === 0 ? '' : `; ${cites.join(', ')}`}`)
      })
      return 0
    }),
  )

const checked = (wish: CheckSettings, terminal: Terminal): TaskEither<Problem, number> => {
  const { program, timeout, only, seed, path, samples, junit } = wish
  const options = Object.fromEntries(
    Object.entries({ only, seed, path, samples }).filter(([, value]) => value !== undefined),
  )
  return pipe(
    junit === undefined ? TE.right(undefined) : reportFile(junit),
    TE.chainTaskK(() => () =>
      checkProgram({ program, timeoutInSeconds: timeout, options }, terminal),
    ),
    TE.chain((result) =>
      pipe(
        junit === undefined ? TE.right(undefined) : saveReport(junit, junitOf(wish, result)),
        TE.chainEitherK(() => told(wish, result, terminal)),
      ),
    ),
  )
}

const junitOf = ({ program }: CheckSettings, { outcome, lastWords }: Checked): string =>
  (outcome._tag === 'Report'
    ? reportAsJUnit(outcome.report, program)
    : faultAsJUnit(outcome._tag === 'Fault' ? outcome.message : missing(outcome.reason).message, lastWords, program)
  ).join('\n') + '\n'

/** Prints how a check ended; the exit code, or the problem. */
const told = (wish: CheckSettings, { outcome, lastWords }: Checked, terminal: Terminal): Either<Problem, number> => {
  if (outcome._tag === 'Report') return toldReport(wish, outcome.report, terminal)
  const problem: Problem =
    outcome._tag === 'Missing'
      ? missing(outcome.reason)
      : { message: outcome.message, exitCode: 2, said: lastWords }
  if (wish.format === 'tap') terminal.print(faultAsTap(problem.message).join('\n'))
  return E.left(problem)
}

const toldReport = (
  { program, only, format }: CheckSettings,
  report: Report,
  terminal: Terminal,
): Either<Problem, number> => {
  if (report.verdicts.length === 0 && only !== undefined) return E.left(noLaw(only))
  terminal.print(
    format === 'json'
      ? reportAsJson(report)
      : (format === 'tap'
          ? reportAsTap(report, program)
          : reportAsText(report, { columns: columnsOf(), program })
        ).join('\n'),
  )
  return E.right(allHold(report) ? 0 : 1)
}

const noLaw = (only: string): Problem =>
  badSetting('--only', 'part of the sentence of a law that can be run, as --list tells them', quoted(only))

const missing = (reason: string): Problem => ({
  message:
    `check needs the package fast-check, which cannot be loaded (${reason}): ` +
    'install it with npm install fast-check',
  exitCode: 2,
})
