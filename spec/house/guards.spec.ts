/**
 * The guards of the house can fail: each is shown something that it must refuse, and something that it must not.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cruise } from 'dependency-cruiser'
import type { ICruiseResult } from 'dependency-cruiser'
import extractDepcruiseConfig from 'dependency-cruiser/config-utl/extract-depcruise-config'
import { ESLint } from 'eslint'
import { afterAll, describe, expect, test } from 'vitest'
import { root } from './parts.js'
import { faults } from './tarball.js'

const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: join(import.meta.dirname, 'eslint.config.js'),
  // Where CI is set, the parser would take the types of the file on the disk for those of the code it is shown.
  overrideConfig: { languageOptions: { parserOptions: { disallowAutomaticSingleRunInference: true } } },
})

/** The rules that refuse this code, were it the contents of that file. */
const complaints = async (filePath: string, code: string): Promise<readonly (string | null)[]> => {
  const [result] = await eslint.lintText(code, { filePath: join(root, filePath) })
  return result.messages.map(({ ruleId, message }) => ruleId ?? message)
}

describe('the linter', () => {
  test.each([
    ['src/model/rnn.ts', 'let a = 1\nexport const b = () => (a = 2)', 'functional/no-let'],
    ['src/model/rnn.ts', 'let a = 1\nexport const b = () => (a = 2)', 'no-restricted-syntax'],
    ['src/model/rnn.ts', 'export const f = (a: number) => { a++; return a }', 'no-restricted-syntax'],
    ['src/model/rnn.ts', 'export const f = (a: { b: number }) => { a.b = 1 }', 'functional/immutable-data'],
    ['src/model/rnn.ts', 'export const f = (a: number[]) => a.push(1)', 'functional/immutable-data'],
    ['src/model/rnn.ts', 'export const f = (a: Map<number, number>) => a.set(1, 1)', 'functional/immutable-data'],
    ['src/model/rnn.ts', 'export const f = (a: () => unknown) => { a() }', 'functional/no-expression-statements'],
    ['src/model/rnn.ts', 'export class A {}', 'functional/no-classes'],
    ['src/model/rnn.ts', "export const f = () => { throw new Error('no') }", 'functional/no-throw-statements'],
    ['src/model/rnn.ts', 'export interface A { b: number }', 'functional/type-declaration-immutability'],
    ['src/model/rnn.ts', 'export const f = (a: number[]) => a[0]', 'functional/prefer-immutable-types'],
    ['src/data/samplers.ts', 'export const f = () => { while (true); }', 'functional/no-loop-statements'],
    ['src/data/samplers.ts', 'export const f = () => Math.random()', 'no-restricted-properties'],
    ['src/data/samplers.ts', 'const { random } = Math\nexport const f = () => random()', 'house/only-globals'],
    ['src/data/samplers.ts', 'const m = Math\nexport const f = () => m.random()', 'house/only-globals'],
    ['src/data/samplers.ts', "export const f = (a: string) => a.localeCompare('b')", 'no-restricted-syntax'],
    ['src/data/samplers.ts', 'export async function f() { return 1 }', 'no-restricted-syntax'],
    ['src/data/samplers.ts', 'export function* f() { yield 1 }', 'no-restricted-syntax'],
    [
      'src/train/optimisers/sgd.ts',
      "import { readFile } from 'node:fs'\nexport const f = readFile",
      'no-restricted-imports',
    ],
    [
      'src/train/optimisers/sgd.ts',
      "import { readFile } from 'fs'\nexport const f = readFile",
      'no-restricted-imports',
    ],
    ['src/train/optimisers/sgd.ts', "import { InferenceSession } from 'onnxruntime-node'", 'no-restricted-imports'],
    ['src/train/optimisers/sgd.ts', "export const f = () => import('node:fs')", 'no-restricted-syntax'],
    ['src/train/optimisers/sgd.ts', 'export const f = () => Date.now()', 'house/only-globals'],
    ['src/train/optimisers/sgd.ts', 'export const f = () => performance.now()', 'house/only-globals'],
    ['src/train/optimisers/sgd.ts', 'export const f = () => process.env', 'house/only-globals'],
    ['src/train/optimisers/sgd.ts', "export const f = () => console.log('')", 'house/only-globals'],
    ['src/train/optimisers/sgd.ts', 'export const f = () => globalThis', 'house/only-globals'],
    ['src/train/optimisers/sgd.ts', 'export const f = (a: () => void) => setTimeout(a, 1)', 'house/only-globals'],
    ['src/train/optimisers/sgd.ts', "export const f = () => fetch('')", 'house/only-globals'],
    ['src/train/optimisers/sgd.ts', 'export const f = () => new Float32Array(1)', 'house/only-globals'],
    ['src/interpret/float.ts', 'export const f = () => { for (;;); }', 'functional/no-loop-statements'],
    ['src/interpret/kernel/rows.ts', 'export const f = () => Date.now()', 'house/only-globals'],
    ['src/interpret/kernel/rows.ts', 'export class A {}', 'functional/no-classes'],
    ['src/cli/main.ts', 'export const f = (a: any) => a.b', '@typescript-eslint/no-unsafe-return'],
    ['src/cli/main.ts', 'export const f = (a: readonly number[]) => Math.max(0, ...a)', 'house/fixed-spread'],
    [
      'src/model/rnn.ts',
      'export const f = ({ a }: { readonly a: Set<number> }) => Math.hypot(...a)',
      'house/fixed-spread',
    ],
    ['src/model/rnn.ts', 'export const f = (...a: readonly number[][]) => Math.max(...a[0])', 'house/fixed-spread'],
    [
      'src/model/rnn.ts',
      'export const f = (...a: readonly string[]) => Math.max(...a.flatMap(Number))',
      'house/fixed-spread',
    ],
    [
      'src/model/rnn.ts',
      'export const f = (a: readonly [number, ...number[]]) => Math.max(...a)',
      'house/fixed-spread',
    ],
    ['src/model/rnn.ts', 'export const f = ([, ...a]: readonly number[]) => Math.max(...a)', 'house/fixed-spread'],
    ['src/model/rnn.ts', 'export const f = (a: string) => new Array<string>(...a)', 'house/fixed-spread'],
    [
      'src/train/stream.ts',
      'export const f = (a: readonly number[], b: number[]) => { b.push(...a.map((c) => c + 1)) }',
      'house/fixed-spread',
    ],
    [
      'spec/runner/run.ts',
      "import { test } from 'vitest'\ntest.only('one', () => undefined)",
      'no-restricted-properties',
    ],
    ['spec/runner/run.ts', 'export const f = () => performance.now()', 'no-restricted-globals'],
    ['spec/runner/run.ts', `export const f = '${'long '.repeat(30)}'`, 'max-len'],
  ])('refuses, in %s: %s', async (file, code, rule) => {
    expect(await complaints(file, code)).toContain(rule)
  })

  test.each([
    ['src/model/rnn.ts', 'export const f = (a: readonly number[]) => [...a, ...[1].map((b) => b)]'],
    ['src/model/rnn.ts', 'export const f = (a: readonly [number, number]) => Math.hypot(...a)'],
    ['src/model/rnn.ts', 'export const f = (...a: readonly number[]) => Math.max(...a)'],
    [
      'src/model/rnn.ts',
      'export const f = (...a: readonly number[]) => { const b = [1, ...a].map(Math.abs); return Math.max(0, ...b) }',
    ],
    ['src/interpret/kernel/rows.ts', 'export const f = () => { let a = 0; for (; a < 3; a++); return a }'],
    ['src/interpret/kernel/rows.ts', 'export const f = () => new Float32Array(1)'],
    ['src/cli/main.ts', "import process from 'node:process'\nexport const f = () => process.uptime() + Date.now()"],
  ])('lets pass, in %s: %s', async (file, code) => {
    expect(await complaints(file, code)).toEqual([])
  })
})

const scratch = mkdtempSync(join(tmpdir(), 'pure-rnn-guards-'))
afterAll(() => {
  rmSync(scratch, { recursive: true })
})

/** A project of these files, by path. */
const project = (files: Readonly<Record<string, string>>): string => {
  const place = mkdtempSync(join(scratch, 'project-'))
  Object.entries({ 'package.json': '{ "name": "a", "type": "module" }', ...files }).forEach(([path, code]) => {
    mkdirSync(dirname(join(place, path)), { recursive: true })
    writeFileSync(join(place, path), code)
  })
  return place
}

describe('the layers', () => {
  /** The rules that a house of these modules breaks. */
  const violations = async (modules: Readonly<Record<string, string>>): Promise<readonly string[]> => {
    const place = project(modules)
    const { options, ...ruleSet } = await extractDepcruiseConfig(join(import.meta.dirname, 'layers.js'))
    const { output } = await cruise(['src'], { ...options, baseDir: place, validate: true, ruleSet })
    return (output as ICruiseResult).summary.violations.map(({ rule }) => rule.name)
  }
  const empty = 'export {}'

  test.each([
    ['an equation that knows the command', 'model', ['src/model/a.ts', "import '../cli/main.js'"], 'src/cli/main.ts'],
    ['a reading that knows the model', 'interpret', ['src/interpret/a.ts', "import '../model/b.js'"], 'src/model/b.ts'],
    ['even a type of it', 'interpret', ['src/interpret/a.ts', "import type {} from '../model/b.js'"], 'src/model/b.ts'],
    ['training that knows a reading', 'train', ['src/train/a.ts', "import '../interpret/b.js'"], 'src/interpret/b.ts'],
    ['a law that knows its samples', 'laws', ['src/laws/a.ts', "import './samples/b.js'"], 'src/laws/samples/b.ts'],
    ['a law that knows a reading', 'laws', ['src/laws/a.ts', "import '../interpret/b.js'"], 'src/interpret/b.ts'],
    ['samples of files', 'laws/samples', ['src/laws/samples/a.ts', "import '../../files/b.js'"], 'src/files/b.ts'],
    ['an algebra that knows the model', 'algebra', ['src/algebra/a.ts', "import '../model/b.js'"], 'src/model/b.ts'],
  ] as const)('refuse %s', async (_, layer, [path, code], other) => {
    expect(await violations({ [path]: code, [other]: empty })).toContain(`${layer}-imports-only-what-is-below`)
  })

  test.each([
    ['a cycle', 'no-cycle', { 'src/model/a.ts': "import './b.js'", 'src/model/b.ts': "import './a.js'" }],
    ['a folder without a layer', 'every-module-has-a-layer', { 'src/misc/a.ts': "import 'fp-ts'" }],
    ['a test', 'src-imports-nothing-beside-it', { 'src/a.ts': "import '../spec/b.js'", 'spec/b.ts': empty }],
    [
      'a runtime in the core',
      'only-the-command-and-its-engine-open-a-runtime',
      { 'src/train/a.ts': "import 'onnxruntime-node'" },
    ],
    ['a law that generates samples', 'only-samples-need-a-generator', { 'src/laws/a.ts': "import 'fast-check'" }],
    ['a file system in the core', 'only-the-command-touches-the-system', { 'src/files/a.ts': "import 'node:fs'" }],
    ['an import of nothing', 'every-import-resolves', { 'src/model/a.ts': "import './b.js'" }],
  ] as const)('refuse %s', async (_, rule, modules) => {
    expect(await violations(modules)).toContain(rule)
  })

  test('let a house pass whose layers point one way', async () => {
    const modules = {
      'src/algebra/a.ts': empty,
      'src/model/b.ts': "import '../algebra/a.js'",
      'src/train/c.ts': "import '../model/b.js'",
      'src/laws/d.ts': "import '../train/c.js'",
      'src/laws/samples/e.ts': "import '../d.js'\nimport '../../model/b.js'",
      'src/cli/main.ts': "import 'node:fs'\nimport '../train/c.js'",
    }
    expect(await violations(modules)).toEqual([])
  })
})

describe('the search for what is unused', () => {
  const unused = (files: Readonly<Record<string, string>>) => {
    const manifest = { name: 'a', type: 'module', exports: './src/index.ts', dependencies: { 'fp-ts': '*' } }
    const place = project({ 'package.json': JSON.stringify(manifest), ...files })
    return spawnSync('node', [join(root, 'node_modules/knip/bin/knip.js'), '--directory', place], { encoding: 'utf8' })
  }

  test('reports files, exports and packages', () => {
    const { status, stdout } = unused({
      'src/index.ts': "export { a } from './a.js'",
      'src/a.ts': 'export const a = 1\nexport const idle = 2',
      'src/forgotten.ts': 'export const c = 3',
    })
    expect(status).toBe(1)
    expect(stdout).toMatch(/forgotten\.ts/)
    expect(stdout).toMatch(/idle/)
    expect(stdout).toMatch(/fp-ts/)
  })

  test('is silent where all is used', () => {
    const { status } = unused({ 'src/index.ts': "import 'fp-ts/lib/Either.js'\nexport const a = 1" })
    expect(status).toBe(0)
  })
})

describe('the look through the tarball', () => {
  const sources = ['index.ts', 'corpus/songs.txt', 'interpret/product.wat']
  const whole = [
    ...[
      'package.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'docs/chapter.md',
      'src/index.ts',
      'src/corpus/songs.txt',
      'src/interpret/product.wat',
    ],
    ...['dist/index.js', 'dist/index.d.ts', 'dist/index.d.ts.map'],
  ]

  test('passes a whole one', () => {
    expect(faults(whole, sources)).toEqual([])
  })

  test.each(['LICENSE', 'src/corpus/songs.txt', 'dist/index.d.ts'])('misses %s', (path) => {
    expect(faults(whole.filter((other) => other !== path), sources)).toEqual([`${path} is missing`])
  })

  test.each(['spec/runner/run.ts', '.env', 'dist/gone.js'])('does not expect %s', (path) => {
    expect(faults([...whole, path], sources)).toEqual([`${path} is not expected`])
  })
})

test('a bundle for a page takes each module of fp-ts that the sources name as an ES module', () => {
  const named = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => readFileSync(join(root, 'src', path), 'utf8').match(/fp-ts\/lib\/\w+\.js/g) ?? [])
  const { browser } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly browser: object }
  const expected = [...new Set(named)].map((path) => [path, path.replace('/lib/', '/es6/')])
  expect(browser).toEqual(Object.fromEntries(expected))
})
