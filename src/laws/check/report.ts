/**
 * The report of a check as text.
 *
 * The text shows one thing at a time: laws that fail with the same tensor are told once, and what fails where something
 * fails that it is computed from has a line, no more.
 */
import { visible } from '../../algebra/quoted.js'
import { count } from '../../failure.js'
import { sectionOf } from '../mistakes/mistake.js'
import { abilities } from './subject.js'
import type { Ability, Description } from './subject.js'
import type { Diagnosis, Difference, Evidence, Outcome, Report, Verdict } from './verdict.js'

/** How a text is laid out. */
export interface Layout {
  /** The most characters of a line. A command that is to be copied stays on one. */
  readonly columns: number
  /** The program that was checked, with its arguments; none of an implementation in JavaScript. */
  readonly program: readonly string[]
}

type Fails = Extract<Outcome, { readonly _tag: 'Fails' }>
/** A law that fails. */
export interface Failing extends Verdict {
  readonly outcome: Fails
}

export const isFailing = (verdict: Verdict): verdict is Failing => verdict.outcome._tag === 'Fails'

/** The laws that fail. */
export const failing = ({ verdicts }: Report): readonly Failing[] => verdicts.filter(isFailing)

/** Whether every law holds that was run. */
export const allHold = (report: Report): boolean => failing(report).length === 0

/** What each answer is computed from. */
export const from: Readonly<Record<Ability, readonly Ability[]>> = {
  forward: [],
  loss: ['forward'],
  backpropagate: ['forward', 'loss'],
  clip: [],
  optimise: [],
  sample: [],
  generate: ['forward'],
  train: ['forward', 'loss', 'backpropagate', 'clip', 'optimise'],
}

/** The report as lines. */
export const reportAsText = (report: Report, layout: Layout): readonly string[] => {
  const failed = failing(report)
  const broken = abilities.filter((ability) => failed.some((verdict) => verdict.ability === ability))
  const cause = (ability: Ability): Ability | undefined => broken.find((other) => from[ability].includes(other))
  const roots = broken.filter((ability) => cause(ability) === undefined)
  return [
    ...wrapped(layout.columns, '', `${visible(report.description.name)}: ${inWords(report.description)}`),
    ...abilities.flatMap((ability) => abilityLines(report, ability)),
    ...roots.flatMap((ability) => {
      const groups = folded(failed.filter((verdict) => verdict.ability === ability))
      return groups.flatMap((group, i) => [
        '',
        ...failureLines(report, group, i === 0 ? (report.diagnoses[ability] ?? []) : [], layout),
      ])
    }),
    ...broken
      .filter((ability) => !roots.includes(ability))
      .flatMap((ability) => ['', ...consequenceLines(failed, ability, String(cause(ability)), layout)]),
    '',
    ...wrapped(layout.columns, '', summary(report)),
  ]
}

/** What a program says of itself, in words. */
export const inWords = (description: Description): string => {
  const { cell, activation, biases, layers, precision, layout, weights, reset, dialect } = description
  return [
    cell === 'rnn' ? `rnn with ${activation}` : cell,
    count(layers, 'layer'),
    `${biases} ${biases === 'one' ? 'bias' : 'biases'}`,
    `${precision} precision`,
    layout,
    `weights ${weights.replaceAll('-', ' ')}`,
    ...(cell === 'gru' ? [`reset ${reset} the product`] : []),
    `conventions of ${dialect}`,
  ].join(', ')
}

const LABEL = 14

const abilityLines = ({ verdicts, skipped }: Report, ability: Ability): readonly string[] => {
  const own = verdicts.filter((verdict) => verdict.ability === ability)
  const failed = own.filter(isFailing).length
  const held = own.length - failed
  const said = [
    ...(held > 0 ? [`${count(held, 'law')} ${held === 1 ? 'holds' : 'hold'}`] : []),
    ...(failed > 0 ? [`${held > 0 ? String(failed) : count(failed, 'law')} ${failed === 1 ? 'fails' : 'fail'}`] : []),
    ...(skipped.includes(ability) ? ['skipped: the program does not offer it'] : []),
  ]
  return said.length === 0 ? [] : [`${ability.padEnd(LABEL)} ${said.join(', ')}`]
}

/** A law that fails, and those that fail with the same tensor. */
interface Group {
  readonly first: Failing
  readonly others: readonly Failing[]
}

const tensorOf = ({ outcome }: Failing): string | undefined => outcome.evidence?.difference?.tensor

/** Laws of one ability by the tensor that differs first. What has none goes with the first. */
const folded = (failed: readonly Failing[]): readonly Group[] => {
  const tensors = failed.map(tensorOf).filter((tensor) => tensor !== undefined)
  const key = (verdict: Failing): string => tensorOf(verdict) ?? tensors[0] ?? ''
  return [...new Set([...tensors, ...failed.map(key)])].map((tensor) => {
    const own = failed.filter((verdict) => key(verdict) === tensor)
    const first = own.find((verdict) => tensorOf(verdict) === tensor) ?? own[0]
    return { first, others: own.filter((verdict) => verdict !== first) }
  })
}

const failureLines = (
  report: Report,
  { first, others }: Group,
  diagnoses: readonly Diagnosis[],
  layout: Layout,
): readonly string[] => {
  const { law, cites, ability, outcome } = first
  const { evidence } = outcome
  const line = (label: string, text: string): readonly string[] =>
    wrapped(layout.columns, '  '.padEnd(LABEL - 1), text, `  ${label}`.padEnd(LABEL - 1))
  return [
    ...wrapped(layout.columns, '  ', `${ability} fails: ${visible(law)}`),
    ...cites.flatMap((id, i) => line(i === 0 ? 'equation' : '', `${id}, ${sectionOf[id]}`)),
    ...line('sample', sampleInWords(outcome)),
    ...(evidence === undefined ? [] : evidenceLines(evidence, report.description, line)),
    ...diagnoses.flatMap((diagnosis, i) => line(i === 0 ? 'diagnosis' : 'or', diagnosed(ability, diagnosis))),
    ...(others.length === 0
      ? []
      : line('also', `${count(others.length, 'more law')} ${others.length === 1 ? 'fails' : 'fail'} so, first: ` +
          visible(others[0].law))),
    `  replay`.padEnd(LABEL - 1) + replay(first, layout.program),
  ]
}

const sampleInWords = ({ sizes, samples, shrinks }: Fails): string => {
  const named = Object.entries(sizes).map(([name, size]) => `${name} = ${String(size)}`)
  const smaller = shrinks === 0 ? '' : `, made smaller ${count(shrinks, 'time')}`
  return `${named.length === 0 ? '' : `${named.join(', ')}: `}sample ${String(samples)}${smaller}`
}

const evidenceLines = (
  evidence: Evidence,
  { precision }: Description,
  line: (label: string, text: string) => readonly string[],
): readonly string[] => {
  const { difference, question, expected, got } = evidence
  const asked = Object.entries(question).flatMap(([name, value], i) =>
    line(i === 0 ? 'asked' : '', `${name}: ${inShort(value)}`),
  )
  if (difference === undefined) return asked
  const whole = [whatIs(expected, difference.tensor), whatIs(got, difference.tensor)].map(inFull)
  return [
    ...line('where', `${inEntry(difference)}${howMany(difference)}`),
    ...line('tolerance', `${brief(difference.tolerance)}, ${difference.from ?? boundOn(precision)}`),
    ...(difference.entries > 1 && whole.every((text) => text !== undefined)
      ? ['expected', 'got'].flatMap((label, i) => line(label, `${difference.tensor} = ${whole[i] ?? ''}`))
      : []),
    ...asked,
  ]
}

const boundOn = (precision: Description['precision']): string => `a bound on rounding in ${precision} precision`

/** The entry, with what was expected and what was got. */
const inEntry = (difference: Difference, shown: (n: number) => string = String): string =>
  `${entryOf(difference)}: expected ${shown(difference.expected)}, got ${shown(difference.got)}`

const entryOf = ({ tensor, place }: Difference): string => `${tensor}${place.map((i) => `[${String(i)}]`).join('')}`

const howMany = ({ differing, entries }: Difference): string =>
  entries === 1 ? '' : `; ${String(differing)} of ${count(entries, 'entry').replace('entrys', 'entries')} differ`

/** Six digits, in which two numbers of a table can be told from each other; the entry that differs is told whole. */
const DIGITS = 6
const brief = (n: number): string => String(Number(n.toPrecision(DIGITS)))

/** The most characters of a value in full. */
const [IN_FULL, IN_SHORT] = [200, 60]

const inJson = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === 'number' ? Number(brief(each)) : each))
    .replaceAll(/,(?=[^ ])/g, ', ')

const inFull = (value: unknown): string | undefined => {
  const text = value === undefined ? undefined : inJson(value)
  return text !== undefined && text.length <= IN_FULL ? text : undefined
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A tensor of an answer, by its name: a field, or a field of one. */
const whatIs = (answer: unknown, name: string): unknown => {
  if (!isRecord(answer)) return undefined
  if (Object.hasOwn(answer, name)) return answer[name]
  return Object.values(answer)
    .map((field) => (isRecord(field) ? field[name] : undefined))
    .find((it) => it !== undefined)
}

/** A field of a question: in full where it is short, or else by its size. */
const inShort = (value: unknown): string => {
  if (isRecord(value) && typeof value['name'] !== 'string')
    return Object.entries(value).map(([name, tensor]) => `${name} ${inShort(tensor)}`).join(', ')
  const text = inJson(value)
  return text.length <= IN_SHORT ? text : Array.isArray(value) ? `of ${sizeOf(value)}` : `${text.slice(0, IN_SHORT)}…`
}

const sizeOf = (value: unknown): string =>
  Array.isArray(value) ? [String(value.length), sizeOf(value[0])].filter((size) => size !== '').join(' x ') : ''

const subjects: Readonly<Record<Ability, string>> = {
  forward: 'your scores and states are',
  loss: 'your loss is',
  backpropagate: 'your gradients are',
  clip: 'your clipped gradients are',
  optimise: 'your parameters are',
  sample: 'your minibatches are',
  generate: 'your text is',
  train: 'your losses and parameters are',
}

const diagnosed = (ability: Ability, { mistakes }: Diagnosis): string =>
  `${subjects[ability]} what one gets where ` +
  mistakes
    .map(({ mistake, made, section }) => `${visible(mistake)}. ${visible(made)} See ${section}.`)
    .join(' And where ')

const consequenceLines = (
  failed: readonly Failing[],
  ability: Ability,
  cause: string,
  { columns }: Layout,
): readonly string[] => {
  const own = failed.filter((verdict) => verdict.ability === ability)
  const difference = own.find((verdict) => tensorOf(verdict) !== undefined)?.outcome.evidence?.difference
  const first =
    difference === undefined
      ? ''
      : `; first ${inEntry(difference, brief)}`
  return wrapped(
    columns,
    '  ',
    `${ability} fails too (${count(own.length, 'law')}), which may follow from ${cause}: mend that first${first}`,
  )
}

const summary = ({ verdicts, skipped }: Report): string => {
  const failed = verdicts.filter(isFailing).length
  const held = verdicts.length - failed
  return [
    `${count(held, 'law')} ${held === 1 ? 'holds' : 'hold'}, ${failed === 0 ? 'none fails' : `${String(failed)} fail`}`,
    ...(skipped.length === 0 ? [] : [`${String(skipped.length)} of ${String(abilities.length)} abilities skipped`]),
  ]
    .join('; ')
    .replace(/ 1 fail(?=;|$)/, ' 1 fails')
}

/** What leads to the smallest sample again: the command, or of an implementation in JavaScript the options. */
const replay = ({ law, outcome: { seed, path } }: Failing, program: readonly string[]): string =>
  program.length === 0
    ? JSON.stringify({ only: law, seed, path })
    : commandOf(law, seed, path, program)

const commandOf = (law: string, seed: number, path: string, program: readonly string[]): string =>
  [...['pure-rnn', 'check', '--only', law, '--seed', String(seed)], ...pathWords(path), '--', ...program]
    .map(inShell)
    .join(' ')

const pathWords = (path: string): readonly string[] => (path === '' ? [] : ['--path', path])

const inShell = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${visible(word).replaceAll("'", `'\\''`)}'`

/** A text in lines of so many columns: the first begins with `start`, the others with `indent`. */
const wrapped = (columns: number, indent: string, text: string, start = ''): readonly string[] => {
  const { lines, line } = text.split(' ').reduce<{ readonly lines: readonly string[]; readonly line: string }>(
    (so, word) => {
      const blank = so.line === start || so.line === indent
      const longer = `${so.line}${blank ? '' : ' '}${word}`
      return blank || longer.length <= columns
        ? { ...so, line: longer }
        : { lines: [...so.lines, so.line], line: `${indent}${word}` }
    },
    { lines: [], line: start },
  )
  return [...lines, line].map((each) => each.trimEnd())
}

/** One line about why a law fails. */
export const inOneLine = ({ outcome }: Failing): string => {
  const difference = outcome.evidence?.difference
  return difference === undefined
    ? `what several answers have to do with each other; ${sampleInWords(outcome)}`
    : `${inEntry(difference)}; ${sampleInWords(outcome)}`
}

/** Wide enough for every line: files are read by programs. */
const WIDE = 10_000

/** All that is said of a law that fails. */
export const details = (report: Report, first: Failing, program: readonly string[]): readonly string[] =>
  failureLines(report, { first, others: [] }, report.diagnoses[first.ability] ?? [], { columns: WIDE, program })
