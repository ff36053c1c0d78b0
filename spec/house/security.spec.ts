/**
 * What docs/SECURITY.md says: the bounds that readers hold to, and the packages that are installed with their licences.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { beginning, encoded, fromTorch, readSafetensors, settingsOf, standard } from '../../src/files/index.js'
import { bytesOfLength } from '../../src/files/bytes.js'
import { namesIn } from '../../src/files/outline.js'
import { refusal } from '../runner/store-samples.js'
import { faults, installed, listed } from './licences.js'
import { manifest, root } from './parts.js'

const page = readFileSync(join(root, 'docs', 'SECURITY.md'), 'utf8')

describe('docs/SECURITY.md names the bound', () => {
  const two = { characters: ['a', 'b'] }
  const layers = Array.from({ length: 101 }, (_, k) => [
    `rnn.weight_hh_l${String(k)}`,
    encoded([1, 1], Float32Array.of(0)),
  ] as const)
  const dict = new Map([...layers, ['rnn.weight_ih_l0', encoded([1, 1], Float32Array.of(0))] as const])

  test.each([
    ['of a header', refusal(readSafetensors('it')(bytesOfLength(2 ** 40))), /header has (at most \d+ bytes)/],
    ['of layers', refusal(settingsOf({ ...standard, layers: 65 })), /from 1 to (64)/],
    ['of reports', refusal(settingsOf({ ...standard, length: 2 ** 21 })), /from 0 to (1048576)/],
    ['of parameters', refusal(beginning({ ...standard, hidden: 2 ** 20 }, two)), /has more than (16777216 entries)/],
    ['of states', refusal(beginning({ ...standard, batch: 2 ** 20 }, two)), /has no more than (16777216 entries)/],
    ['of state dicts', refusal(fromTorch('it', { activation: 'tanh', biases: 'one' })(dict)), /(at most 64 layers)/],
  ])('%s', (_, message, bound) => {
    const [, named] = bound.exec(message) ?? []
    expect(named).toBeDefined()
    expect(page).toContain(named)
  })

  test('of names, and of objects in objects', () => {
    const named = (names: number): Uint8Array => new TextEncoder().encode(`{${':'.repeat(names)}}`)
    expect([namesIn(2)(named(1_048_576)), namesIn(2)(named(1_048_577))]).toEqual([1_048_576, undefined])
    expect(page).toContain('at most 1048576 names; objects at most 2 deep in a header and 3 in a description')
  })
})

describe('the list of licences', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Parameters<typeof installed>[0]
  const packages = installed(lock)

  test('is that of docs/SECURITY.md', () => {
    expect(faults(packages, listed(page))).toEqual([])
    expect(packages.length).toBeGreaterThan(Object.keys(manifest.dependencies).length)
    expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(manifest.dependencies)))
  })

  const made = {
    packages: {
      '': { dependencies: { a: '*', '@s/b': '*' }, peerDependencies: { p: '*' }, devDependencies: { d: '*' } },
      'node_modules/a': { version: '1', license: 'MIT', dependencies: { c: '*' } },
      'node_modules/a/node_modules/c': { version: '2', license: 'ISC', dependencies: { '@s/b': '*', a: '*' } },
      'node_modules/c': { version: '3', license: 'GPL-3.0' },
      'node_modules/d': { version: '4', license: 'GPL-3.0', dependencies: { c: '*' } },
      'node_modules/@s/b': { version: '5', license: '(MIT OR GPL-3.0)', optionalDependencies: { e: '*', gone: '*' } },
      'node_modules/e': { version: '6' },
      'node_modules/p': { version: '7', license: '(MIT AND GPL-3.0)' },
    },
  }

  test('is of what is installed with the package: nested, scoped, optional and peers, and no tools', () => {
    expect(installed(made).map(({ name, version, licence }) => `${name} ${version} ${licence}`)).toEqual([
      '@s/b 5 (MIT OR GPL-3.0)',
      'a 1 MIT',
      'c 2 ISC',
      'e 6 none',
      'p 7 (MIT AND GPL-3.0)',
    ])
  })

  test('fails on a licence of another kind, on a package that is not listed, and on one that has gone', () => {
    const rows = [
      ...['| package | licence | what for |', '| `a`, `c` | MIT | one |', '| `e` | none | two |'],
      ...['| `@s/b` | (MIT OR GPL-3.0) | three |', '| `p` | (MIT AND GPL-3.0) | four |', '| `gone` | MIT | five |'],
    ]
    expect(faults(installed(made), listed(rows.join('\n')))).toEqual([
      expect.stringMatching(/^e 6: the licence none is not among MIT, /),
      expect.stringMatching(/^p 7: the licence \(MIT AND GPL-3.0\) is not among MIT, /),
      'c 2, ISC, is not listed in docs/SECURITY.md',
      'gone is listed in docs/SECURITY.md and not installed',
    ])
  })

  test('is looked at by .ci/run', () => {
    expect(manifest.scripts['licences']).toBe('node spec/house/licences.js')
    expect(readFileSync(join(root, '.ci', 'run'), 'utf8')).toContain("step 'licences' npm run --silent licences")
  })
})
