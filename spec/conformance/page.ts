/** docs/conformance.md, from the results. */
import { count } from '../../src/failure.js'
import { inWords } from '../../src/laws/check/report.js'
import { abilities } from '../../src/laws/check/subject.js'
import type { Ability, Description } from '../../src/laws/check/subject.js'
import { unchecked } from './findings.js'
import type { Finding } from './findings.js'
import { isRun } from './results.js'
import type { Checked, Failure, Proof, Results } from './results.js'

/** What else than the defaults of the protocol an implementation is asked in. */
const conventionsOf = ({ biases, weights, cell, reset, dialect, activation }: Description): string =>
  [
    ...(activation === 'tanh' ? [] : [activation]),
    ...(biases === 'two' ? ['two biases a gate'] : []),
    ...(weights === 'output-by-input' ? ['weights output by input'] : []),
    ...(cell === 'gru' ? [`reset ${reset} the product`] : []),
    ...(dialect === 'torch' ? ['1e-6 added to the norm that clips'] : []),
  ].join('; ')

const askedOf = ({ skipped }: Checked): string =>
  abilities.filter((ability) => !skipped.includes(ability)).join(', ')

const anchor = ({ id }: Checked): string => `[${id}](#${id.toLowerCase()})`

const row = (run: Checked, finding: Finding | undefined): string => {
  const { description, laws, failures } = run
  const { name, cell, layers, precision } = description
  const held = laws - failures.length
  const fails = finding === undefined ? '' : `${finding.is}: ${anchor(run)}`
  const what = `${cell}${layers === 1 ? '' : `, ${layers} layers`}`
  const cells = [name, what, precision, askedOf(run), `${held} of ${laws}`, conventionsOf(description), fails]
  return `| ${cells.join(' | ')} |`
}

const DIGITS = 9
const short = (n: number): string => String(Number(n.toPrecision(DIGITS)))

/** The entries of a question that are not 0, each with its place. */
const entriesOf = (name: string, value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap((each, i) => entriesOf(`${name}[${i}]`, each))
  if (typeof value === 'number') return value === 0 ? [] : [`${name} = ${short(value)}`]
  if (typeof value !== 'object' || value === null) return [`${name} = ${String(value)}`]
  return Object.entries(value).flatMap(([field, each]) => entriesOf(field, each))
}

/** What is told whole. */
const CHARACTERS: readonly string[] = ['X', 'Y', 'prefix', 'length', 'minibatches', 'optimiser']

/** A question in words: numbers that are 0 are left out, characters are not. */
const inShort = (question: Readonly<Record<string, unknown>>): string => {
  const entries = Object.entries(question)
    .filter(([name]) => !CHARACTERS.includes(name))
    .flatMap(([name, value]) => entriesOf(name, value))
  const characters = Object.entries(question)
    .filter(([name]) => CHARACTERS.includes(name))
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
  return `all numbers 0${entries.length === 0 ? '' : ` but ${entries.join(', ')}`}; ${characters.join(', ')}`
}

const counterexample = ({ law, ability, sizes, question, difference }: Failure): readonly string[] => {
  const size = Object.entries(sizes).map(([name, n]) => `${name} = ${n}`)
  if (question === undefined || difference === undefined) return [`- ${ability}: ${law}. ${size.join(', ')}.`]
  const { tensor, place, expected, got, tolerance } = difference
  const entry = `${tensor}${place.map((i) => `[${i}]`).join('')}`
  return [
    `- ${ability}: ${law}. The smallest sample: ${size.join(', ')}; ${inShort(question)}.`,
    `  \`${entry}\` should be ${short(expected)} (give or take ${Number(tolerance.toPrecision(2))}), and is ` +
      `**${short(got)}**.`,
  ]
}

const others = (ability: Ability, more: number): readonly string[] =>
  more === 0 ? [] : [`  ${count(more, 'more law')} of ${ability} ${more === 1 ? 'fails' : 'fail'}.`]

/** The first failure of each ability with its numbers; how many more there are. */
const failuresOf = (run: Checked): readonly string[] =>
  abilities.flatMap((ability: Ability) => {
    const [first, ...more] = run.failures.filter((failure) => failure.ability === ability)
    return first === undefined
      ? []
      : [...counterexample(first), ...others(ability, more.length)]
  })

const proofLines = ({ command, lines }: Proof): readonly string[] => [
  ...['', `Verified by \`${command}\`:`, '', '```text', ...lines, '```'],
]

/** Known mistakes that give the numbers of the first ability that fails; what fails after it may follow from that. */
const diagnosisOf = ({ failures, diagnoses }: Checked): readonly string[] => {
  const said = diagnoses
    .filter(({ ability }) => ability === failures[0].ability)
    .map(({ mistakes }) => mistakes.join(', and '))
  return said.length === 0 ? [] : ['', `The check's diagnosis: ${said.join('; or ')}.`]
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** The whole page. */
export const pageOf = ({ seed, samples, node, runs, proofs }: Results, findings: readonly Finding[]): string => {
  const checked = runs.filter(isRun<Checked>)
  const scripts = new Map(proofs.filter(isRun<Proof>).map((proof) => [proof.id, proof]))
  const proved = (id: string | undefined): readonly string[] => {
    const proof = scripts.get(id ?? '')
    return proof === undefined ? [] : proofLines(proof)
  }
  const findingOf = ({ id }: Checked): Finding | undefined => findings.find(({ run }) => run === id)
  const missing = [...runs, ...proofs].filter((result) => 'missing' in result)
  const failing = checked.filter(({ failures }) => failures.length > 0)
  return [
    '# The field, measured',
    '',
    '<!-- Written by `npm run conformance`; the tests compare it with what its results give. -->',
    '',
    'Implementations that people use, each held by [`pure-rnn check`](check/protocol.md) to every law that its',
    'answers allow, through an [adapter](../spec/conformance/adapters) that translates names, shapes and',
    'conventions, and computes nothing but what is said below the table. What an implementation does not offer was',
    'not asked. A law that fails is told with the smallest sample that was found, and is called wrong only where a',
    'script without adapter and without the laws shows it again. Nothing is said of what was not run.',
    '',
    `Samples are drawn from seed ${seed}, ${samples} a law (of differences a quarter), on Node ${node}. That all laws`,
    'hold says that none of these samples refutes them. Single precision is held to a bound on its own roundings.',
    '',
    '```sh',
    'npm run conformance -- --install   # installs the packages of spec/conformance, and runs everything',
    'npm run conformance -- brain       # those alone whose name holds the word',
    '```',
    '',
    '## What holds',
    '',
    '| implementation | cell | precision | asked | laws that hold | conventions | what fails |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...checked.map((run) => row(run, findingOf(run))),
    '',
    'The order in which gates are stacked: PyTorch r, z, n and i, f, g, o; ONNX z, r, n and i, o, f, g;',
    'TensorFlow.js z, r, n and i, f, g, o. Each is what its adapter does. Of the GRU of ONNX that resets before the',
    'product the second bias is 0, since the two are only added. TensorFlow.js has no clipping by the global norm.',
    'brain.js sums its losses, in bits, and begins and ends each text with a token of its own, which its equations,',
    'asked one by one, do not. recurrent-js has no loss: the cross entropy and its slopes in the scores are the',
    "adapter's. The choice of the largest score in `generate` is the adapters' too; the scores are not.",
    '',
    '## What fails',
    ...failing.flatMap((run) => {
      const finding = findingOf(run)
      return [
        ...['', `### ${run.id}`, ''],
        `${run.description.name}: ${inWords(run.description)}.`,
        `**${capital(finding?.is ?? 'not confirmed')}.** ${finding?.says ?? ''}`,
        ...['', `\`pure-rnn check --seed ${seed} --samples ${samples} -- ${run.command}\``, ''],
        ...failuresOf(run),
        ...diagnosisOf(run),
        ...proved(finding?.proof),
      ]
    }),
    '',
    '## What was not checked',
    '',
    ...unchecked.map(({ name, why }) => `- ${name}: ${why}`),
    ...[...new Set(unchecked.map(({ proof }) => proof))].filter((id) => id === 'other-cells').flatMap(proved),
    ...(missing.length === 0 ? [] : ['', 'Not run on the machine of these results:', '']),
    ...missing.map((result) => `- \`${result.command}\`: ${'missing' in result ? result.missing : ''}`),
    '',
  ].join('\n')
}
