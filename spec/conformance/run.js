/**
 * `npm run conformance`: `pure-rnn check` on implementations that people use, each through its adapter, and beside it
 * the scripts that compute what fails again by hand. Writes results.json, and docs/conformance.md, which is made of it.
 *
 * `npm run conformance -- --install` installs the packages of this folder first; `-- brain` runs those alone whose name
 * holds the word, and keeps the other results. Ends with an error where something could not be run.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { proofs, runs } from './runs.js'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../..')
const file = join(here, 'results.json')
const [SEED, SAMPLES] = [1, 40]
const MOST_BYTES = 2 ** 28

const options = process.argv.slice(2)
const words = options.filter((word) => !word.startsWith('--'))
if (options.includes('--install'))
  spawnSync('npm', ['ci', '--prefix', here, '--ignore-scripts', '--no-audit', '--no-fund'], { stdio: 'inherit' })

const start = ([program, ...args]) =>
  spawnSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: MOST_BYTES, stdio: ['ignore', 'pipe', 'pipe'] })

/** As a reader types it: with the Python of that machine. */
const typed = ([program, ...args]) => [program === 'node' ? program : 'python3', ...args].join(' ')

const SAYS_WHY = /error|cannot|not /i
/** Of an error the last line that says why. */
const reasonOf = ({ error, stderr }) =>
  error?.message ?? stderr.split('\n').findLast((line) => SAYS_WHY.test(line))?.replace(/^[ |]+/, '') ?? stderr

const failureOf = ({ law, ability, cites, outcome }) => {
  const { path, sizes, evidence } = outcome
  const { question, difference } = evidence ?? {}
  return { law, ability, cites, sizes, path, question, difference }
}

const check = ({ id, command }) => {
  const options = ['--json', '--seed', String(SEED), '--samples', String(SAMPLES)]
  const ended = start(['node', join(root, 'dist/cli/main.js'), 'check', ...options, '--', ...command])
  if (![0, 1].includes(ended.status) || !ended.stdout.startsWith('{'))
    return { id, command: typed(command), missing: reasonOf(ended) }
  const { description, verdicts, skipped, diagnoses } = JSON.parse(ended.stdout)
  return {
    ...{ id, command: typed(command), description, skipped },
    laws: verdicts.length,
    failures: verdicts.filter(({ outcome }) => outcome._tag === 'Fails').map(failureOf),
    diagnoses: Object.entries(diagnoses).flatMap(([ability, list]) =>
      list.map(({ mistakes }) => ({ ability, mistakes: mistakes.map(({ mistake }) => mistake) })),
    ),
  }
}

const prove = ({ id, command }) => {
  const ended = start(command)
  return ended.status === 0
    ? { id, command: typed(command), lines: ended.stdout.trimEnd().split('\n') }
    : { id, command: typed(command), missing: reasonOf(ended) }
}

const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { runs: [], proofs: [] }
const asked = ({ id }) => words.length === 0 || words.some((word) => id.includes(word))

/** Each in turn, or what it gave before. */
const all = (list, known, run) =>
  list.flatMap((each) => {
    const old = known.filter(({ id }) => id === each.id)
    if (!asked(each)) return old
    console.log(each.id)
    const result = run(each)
    console.log(
      result.missing !== undefined
        ? `  not run: ${result.missing}; it needs ${each.needs}`
        : result.laws === undefined
          ? `  ${result.lines.join('\n  ')}`
          : `  ${result.laws - result.failures.length} of ${result.laws} laws hold`,
    )
    return [result]
  })

const results = {
  ...{ seed: SEED, samples: SAMPLES, node: process.versions.node },
  runs: all(runs, before.runs, check),
  proofs: all(proofs, before.proofs, prove),
}
writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`)
const missing = [...results.runs, ...results.proofs].filter((result) => result.missing !== undefined)
if (missing.length > 0) console.error(`not run: ${missing.map(({ id }) => id).join(', ')}`)
const page = ['vitest', 'run', '--config', 'spec/vitest.config.ts', 'spec/09-laws-conformance.spec.ts', '--update']
const { status } = spawnSync('npx', page, { cwd: root, stdio: 'inherit' })
process.exitCode = missing.length > 0 ? 1 : status
