/**
 * `npm run spec:long`: every law on a hundred times the usual number of samples, from a seed drawn now and printed.
 *
 * A law that fails prints what to set to see it fail again; SPEC_SEED and SPEC_TIMES, where they are set, stand.
 */
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'

const seed = process.env['SPEC_SEED'] ?? String(randomInt(2 ** 31))
const times = process.env['SPEC_TIMES'] ?? '100'
console.log(`SPEC_SEED=${seed} SPEC_TIMES=${times}`)
const env = { ...process.env, SPEC_SEED: seed, SPEC_TIMES: times, SPEC_LONG: '1' }
const files = ['--config', 'spec/mutation.vitest.config.ts']
const run = spawn('npx', ['vitest', 'run', ...files, ...process.argv.slice(2)], { stdio: 'inherit', env })
run.on('exit', (code) => {
  console.log(`SPEC_SEED=${seed} SPEC_TIMES=${times}`)
  process.exitCode = code ?? 1
})
