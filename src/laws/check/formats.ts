/**
 * The report of a check for other programs: in the Test Anything Protocol, as JUnit XML, and as JSON.
 */
import { visible } from '../../algebra/quoted.js'
import { details, failing, inOneLine, inWords, isFailing } from './report.js'
import type { Failing } from './report.js'
import type { Report } from './verdict.js'

const NOT_OFFERED = 'the program does not offer it'

/** The report in the Test Anything Protocol, version 14: a test for each law, and one skipped for each ability. */
export const reportAsTap = (report: Report, program: readonly string[]): readonly string[] => {
  const tests = [
    ...report.verdicts.map((verdict) => ({
      ok: !isFailing(verdict),
      says: `${verdict.ability}: ${inTap(verdict.law)}`,
      block: isFailing(verdict) ? tapBlock(report, verdict, program) : [],
    })),
    ...report.skipped.map((ability) => ({ ok: true, says: `${ability} # SKIP ${NOT_OFFERED}`, block: [] })),
  ]
  return [
    'TAP version 14',
    `1..${String(tests.length)}`,
    ...tests.flatMap(({ ok, says, block }, i) => [`${ok ? 'ok' : 'not ok'} ${String(i + 1)} - ${says}`, ...block]),
  ]
}

/** A check that ended before its laws were run, in the same protocol. */
export const faultAsTap = (message: string): readonly string[] => ['TAP version 14', `Bail out! ${visible(message)}`]

const inTap = (text: string): string => visible(text).replaceAll('\\', '\\\\').replaceAll('#', '\\#')

const tapBlock = (report: Report, verdict: Failing, program: readonly string[]): readonly string[] => [
  '  ---',
  `  message: ${JSON.stringify(inOneLine(verdict))}`,
  '  details:',
  ...details(report, verdict, program).map((line) => `    - ${JSON.stringify(line.replace(/^ {2}/, ''))}`),
  '  ...',
]

/** The report as JUnit XML: a test case for each law, and one skipped for each ability. */
export const reportAsJUnit = (report: Report, program: readonly string[]): readonly string[] => {
  const { description, verdicts, skipped, seed } = report
  const counts = { tests: verdicts.length + skipped.length, failures: failing(report).length, errors: 0 }
  return suite(description.name, { ...counts, skipped: skipped.length }, [
    '    <properties>',
    `      <property name="seed" value="${String(seed)}"/>`,
    `      <property name="description" value="${inXml(inWords(description))}"/>`,
    '    </properties>',
    ...verdicts.flatMap((verdict) =>
      testCase(verdict.ability, verdict.law, isFailing(verdict) ? failureElement(report, verdict, program) : []),
    ),
    ...skipped.flatMap((ability) =>
      testCase(ability, ability, [`      <skipped message="${NOT_OFFERED}"/>`]),
    ),
  ])
}

/** A check that ended before its laws were run, as JUnit XML: one test case, with the error. */
export const faultAsJUnit = (
  message: string,
  lastWords: readonly string[],
  program: readonly string[],
): readonly string[] =>
  suite(program.join(' '), { tests: 1, failures: 0, errors: 1, skipped: 0 }, [
    ...testCase('check', 'the program can be spoken to', [
      `      <error message="${inXml(message)}">${inXml(lastWords.join('\n'))}</error>`,
    ]),
  ])

type Counts = Readonly<Record<'tests' | 'failures' | 'errors' | 'skipped', number>>

const suite = (name: string, counts: Counts, inner: readonly string[]): readonly string[] => {
  const numbers = Object.entries(counts).map(([what, n]) => ` ${what}="${String(n)}"`)
  const all = numbers.filter((each) => !each.startsWith(' skipped')).join('')
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="pure-rnn check"${all}>`,
    `  <testsuite name="${inXml(name)}"${numbers.join('')}>`,
    ...inner,
    '  </testsuite>',
    '</testsuites>',
  ]
}

const testCase = (ability: string, name: string, inner: readonly string[]): readonly string[] => {
  const tag = `    <testcase classname="${ability}" name="${inXml(name)}"`
  return inner.length === 0 ? [`${tag}/>`] : [`${tag}>`, ...inner, '    </testcase>']
}

const failureElement = (report: Report, verdict: Failing, program: readonly string[]): readonly string[] => [
  `      <failure type="law" message="${inXml(inOneLine(verdict))}">${inXml(
    details(report, verdict, program).join('\n'),
  )}</failure>`,
]

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** A text inside of XML. Characters that XML cannot hold are among those that are written as escapes. */
const inXml = (text: string): string =>
  text
    .split('\n')
    .map(visible)
    .join('\n')
    .replaceAll(/[\ud800-\udfff\ufffe\uffff]/gu, '\ufffd')
    .replaceAll(/[&<>"]/g, (character) => entities[character])

/** The report as one line of JSON. */
export const reportAsJson = (report: Report): string => JSON.stringify(report)
