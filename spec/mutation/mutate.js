/**
 * `npm run mutate`: breaks the mathematics a line at a time, and counts how often the spec notices.
 *
 * The sources are taken in parts, one after the other, or only those named: `npm run mutate -- model train`. For each it
 * says how many mutants failed a law (or hung), and how many no law noticed; those that no law could notice, because they
 * compute the same, are listed in equivalent.js with the reason. Ends with an error if a part's score is too low.
 */
import { readFileSync } from 'node:fs'
import { Stryker } from '@stryker-mutator/core'
import { equivalent } from './equivalent.js'

/** Numbers run in every chapter, and slowly with every operator of the kernel counted; these are about them. */
const ofNumbers = [
  ...['spec/01-*.spec.ts', 'spec/02-interpret-p*.spec.ts', 'spec/03-model.spec.ts'],
  ...['spec/08-files-safetensors.spec.ts', 'spec/11-purity.spec.ts'],
]
/** The chapters in which graphs are made, and refused. */
const ofGraphs = [
  ...['spec/01-algebra-defects.spec.ts', 'spec/02-interpret-graph*.spec.ts'],
  ...['spec/07-engine*.spec.ts', 'spec/11-purity.spec.ts'],
]

/** What runs the command in the process of the test: a process of its own knows of no mutant. */
const ofTheCommand = [
  ...['spec/10-bad-input.spec.ts', 'spec/10-cli.spec.ts', 'spec/10-cli-divergence.spec.ts', 'spec/10-failures.spec.ts'],
  ...['spec/10-cli-exchange.spec.ts', 'spec/10-cli-files.spec.ts', 'spec/08-files.spec.ts'],
]

/** The least score of a part, in percent. */
const [LEAST, LEAST_OF_EQUATIONS] = [90, 95]

const parts = {
  model: { mutate: ['src/model/**/*.ts'], least: LEAST_OF_EQUATIONS },
  train: { mutate: ['src/train/**/*.ts'], least: LEAST_OF_EQUATIONS },
  data: { mutate: ['src/data/**/*.ts', 'src/generate/**/*.ts', 'src/random.ts'], least: LEAST },
  algebra: { mutate: ['src/algebra/**/*.ts'], least: LEAST },
  numbers: { mutate: ['src/interpret/*.ts', 'src/interpret/kernel/*.ts'], least: LEAST, testFiles: ofNumbers },
  graphs: { mutate: ['src/interpret/{graph,onnx}/*.ts'], least: LEAST, testFiles: ofGraphs },
  engine: { mutate: ['src/engine/**/*.ts'], least: LEAST, testFiles: ['spec/07-*.spec.ts', 'spec/11-purity.spec.ts'] },
  files: { mutate: ['src/files/**/*.ts'], least: LEAST, testFiles: ['spec/08-*.spec.ts'] },
  command: { mutate: ['src/cli/**/*.ts', '!src/cli/main.ts'], least: LEAST, testFiles: ofTheCommand },
}

const settings = {
  testRunner: 'laws',
  plugins: ['./spec/mutation/runner.js'],
  vitest: { configFile: 'spec/mutation.vitest.config.ts', related: false },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // A mutant is given up for hung when it takes 1.2 times as long as the tests take without it, and ten seconds.
  timeoutFactor: 1.2,
  timeoutMS: 10_000,
  reporters: ['progress-append-only', 'json', 'html'],
  tempDirName: '.stryker-tmp',
  thresholds: { high: LEAST_OF_EQUATIONS, low: LEAST, break: null },
}

const onOneLine = (code) => code.trim().replace(/\s+/g, ' ')

/** The piece of the source between two places, whose lines and columns count from 1. */
const between = (source, { start, end }) => {
  const lines = source.split('\n').slice(start.line - 1, end.line)
  const cut = [...lines.slice(0, -1), lines.at(-1).slice(0, end.column - 1)]
  return [cut[0].slice(start.column - 1), ...cut.slice(1)].join('\n')
}

/** The mutants of a part as its report has them, each with the piece of code that it replaces. */
const mutantsOf = (report) =>
  Object.entries(report.files).flatMap(([file, { source, mutants }]) =>
    mutants.map(({ location, mutatorName, replacement, status }) => ({
      ...{ file, line: location.start.line, mutatorName, status },
      text: source.split('\n')[location.start.line - 1],
      original: onOneLine(between(source, location)),
      replacement: onOneLine(replacement),
    })),
  )

const is = (known) => (mutant) =>
  known.file === mutant.file &&
  known.original === mutant.original &&
  known.replacement === mutant.replacement &&
  mutant.text.includes(known.where ?? '')

const isEquivalent = (mutant) => equivalent.some((known) => is(known)(mutant))

/** An equivalent mutant that no law failed; one that takes longer may have been taken for hung. */
const isUnnoticed = (mutant) => mutant.status !== 'Killed' && isEquivalent(mutant)

const DETECTED = ['Killed', 'Timeout']

const run = async (part) => {
  const { mutate, testFiles = [] } = parts[part]
  process.env.MUTATION_TESTS = testFiles.join()
  const fileName = `reports/mutation/${part}.json`
  await new Stryker({
    ...settings,
    mutate: [...mutate, '!src/**/index.ts'],
    testFiles,
    jsonReporter: { fileName },
    htmlReporter: { fileName: fileName.replace('.json', '.html') },
  }).runMutationTest()
  return mutantsOf(JSON.parse(readFileSync(fileName, 'utf8')))
}

/** Mutants that are no programs: nothing can be said of them. */
const INVALID = ['CompileError', 'RuntimeError', 'Ignored']

/** What became of a part's mutants; the score is of those that are programs, and compute something else. */
const summary = (part, mutants) => {
  const count = (holds) => mutants.filter(holds).length
  const detected = count((mutant) => DETECTED.includes(mutant.status) && !isUnnoticed(mutant))
  const timeouts = count((mutant) => mutant.status === 'Timeout' && !isUnnoticed(mutant))
  const same = count(isUnnoticed)
  const telling = mutants.length - same - count(({ status }) => INVALID.includes(status))
  return { part, mutants: mutants.length, detected, timeouts, equivalent: same, score: (100 * detected) / telling }
}

const names = process.argv.slice(2)
const unknown = names.find((name) => !(name in parts))
if (unknown !== undefined) {
  console.error(`there is no part ${JSON.stringify(unknown)}: name some of ${Object.keys(parts).join(', ')}, or none for all`)
  process.exit(2)
}

const chosen = names.length === 0 ? Object.keys(parts) : names
const all = []
for (const part of chosen) all.push({ part, mutants: await run(part) })

const whole = { part: 'all', mutants: all.flatMap(({ mutants }) => mutants) }
const undetected = whole.mutants.filter(({ status }) => ![...DETECTED, ...INVALID].includes(status))
undetected
  .filter((mutant) => !isEquivalent(mutant))
  .forEach(({ file, line, status, mutatorName, original, replacement }) => {
    console.log(`${file}:${line} ${status} ${mutatorName}\n  - ${original}\n  + ${replacement}`)
  })
const rows = [...all, whole].map(({ part, mutants }) => summary(part, mutants))
console.table(rows.map((row) => ({ ...row, score: row.score.toFixed(2) })))
const idle = equivalent.filter(
  (known) => whole.mutants.some(({ file }) => file === known.file) && !whole.mutants.filter(isUnnoticed).some(is(known)),
)
idle.forEach(({ file, original }) => {
  console.error(`equivalent.js lists ${JSON.stringify(original)} of ${file}, which is noticed, or is not there any more`)
})
const low = rows.filter(({ part, score }) => score < (parts[part]?.least ?? LEAST))
if (low.length > 0) console.error(`too many mistakes pass unnoticed in ${low.map(({ part }) => part).join(', ')}`)
process.exitCode = low.length + idle.length > 0 ? 1 : 0
