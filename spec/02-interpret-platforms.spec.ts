/**
 * Chapter 2, continued: platforms. What a platform lacks, or a policy forbids, changes no number.
 */
import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loops } from '../src/interpret/kernel/loops.js'
import { views } from '../src/interpret/kernel/views.js'
import type { View, Views } from '../src/interpret/kernel/view.js'
import { sources } from './house/parts.js'
import { install } from './runner/command.js'
import type { Installed } from './runner/command.js'
import { forAll, law } from './runner/run.js'

describe('views by loops are those by ndarray', () => {
  test('which is what Node works with', () => {
    expect(views).not.toBe(loops)
  })

  /** Any number that a typed array holds: infinities, NaN, -0 and subnormals are among them. */
  const matrices = fc
    .record({ rows: fc.nat(9), columns: fc.nat(9), storage: fc.constantFrom(Float32Array, Float64Array) })
    .chain(({ rows, columns, storage }) =>
      fc.record({
        rows: fc.constant(rows),
        columns: fc.constant(columns),
        numbers: fc
          .array(fc.double(), { minLength: rows * columns, maxLength: rows * columns })
          .map((numbers) => storage.from(numbers)),
        row: fc.array(fc.double(), { minLength: columns, maxLength: columns }).map((row) => storage.from(row)),
      }),
    )
  type Sample = typeof matrices extends fc.Arbitrary<infer S> ? S : never

  const filled = ({ numbers }: Sample, fill: (out: Sample['numbers']) => void) => {
    const out = numbers.map(() => 7)
    fill(out)
    return Array.from(out)
  }
  const results = (by: Views, sample: Sample) => {
    const { rows, columns, numbers, row } = sample
    const of = (a: View) => [...a.shape, ...filled(sample, (out) => { by.assign(out, a) })]
    return [
      ...of(by.matrix(numbers, rows, columns)),
      ...of(by.transposed(numbers, rows, columns)),
      ...of(by.repeated(row, rows)),
      ...filled(sample, (out) => { by.add(out, by.matrix(numbers, rows, columns), by.repeated(row, rows)) }),
      ...filled(sample, (out) => {
        by.add(out, by.transposed(numbers, rows, columns), by.transposed(numbers, rows, columns))
      }),
    ]
  }

  law(
    'bit for bit',
    forAll(matrices, (sample) => {
      const expected = results(views, sample)
      const got = results(loops, sample)
      return got.length === expected.length && got.every((x, i) => Object.is(x, expected[i]))
    }),
    { runs: 200 },
  )
})

/** A program that imports every entry, trains each kind of cell, makes graphs, and prints a digest of all the bits. */
const program = `
import { createHash } from 'node:crypto'
${sources.map(([part], i) => `import * as part${String(i)} from '${part}'`).join('\n')}
import { adam, chain, clipByGlobalNorm, consecutiveSampler, generate, gru, languageModel, layers, lstm } from 'pure-rnn'
import { orThrow, readText, rnn, saveModel, take, train } from 'pure-rnn'
import { exportGraphs } from 'pure-rnn/engine'

const text = orThrow(readText('to be or not to be, that is the question. '.repeat(20)))
const optimiser = chain(clipByGlobalNorm(1), adam(0.03))
const digest = createHash('sha256')
for (const cell of [rnn(), gru(), layers(lstm(), lstm())]) {
  const model = languageModel(cell, { vocabulary: text.vocabulary, hidden: 40 })
  const run = train(model, optimiser, text, consecutiveSampler(34, 3), { seed: 1 })
  const { parameters } = orThrow(take(3, run.states)).at(-1)
  digest.update(orThrow(saveModel(model, parameters))).update(orThrow(generate(model, parameters)('to be', 19)))
  const graphs = exportGraphs({ model, optimiser, batch: 2, steps: 3 }, parameters, text.vocabulary)
  Object.values(graphs).forEach((bytes) => digest.update(bytes))
}
console.log(digest.digest('hex'))
`

/** Long enough for a busy machine to compile the sources and run the program once. */
const PATIENCE_IN_MILLISECONDS = 60_000

/** What platforms lack or forbid, as options of Node: of a line of code, it runs before the program. */
const before = (line: string) => ['--import', `data:text/javascript,${encodeURIComponent(line)}`]
const noStrings = '--disallow-code-generation-from-strings'
const noModules = 'WebAssembly.Module = function () { throw new WebAssembly.CompileError("disallowed by embedder") }'
const platforms: readonly (readonly [name: string, options: readonly string[]])[] = [
  ['a policy forbids code from strings', [noStrings]],
  ['it forbids WebAssembly as well', [noStrings, ...before(noModules)]],
  ['WebAssembly has no vectors', ['--no-enable-sse4-1']],
  [
    'there is no WebAssembly, and none of the modules of Node',
    before('delete globalThis.WebAssembly; delete process.getBuiltinModule'),
  ],
]

describe('every entry is imported, and the bits are the same, where', () => {
  const our: { installed?: Installed; digest?: string } = {}
  const digest = (...options: readonly string[]): string =>
    execFileSync(process.execPath, [...options, '--input-type=module', '-e', program], {
      cwd: our.installed?.folder,
      encoding: 'utf8',
    })
  beforeAll(() => {
    our.installed = install()
    our.digest = digest()
  }, PATIENCE_IN_MILLISECONDS)
  afterAll(() => {
    our.installed?.remove()
  })

  test.each(platforms)('%s', (_, options) => {
    expect(our.digest).toMatch(/^[0-9a-f]{64}\n$/)
    expect(digest(...options)).toBe(our.digest)
  })
})
