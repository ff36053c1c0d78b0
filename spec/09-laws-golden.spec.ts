/**
 * Chapter 9: the golden vectors as others read them. The folder is whole, its files are what the schema says, every
 * equation has numbers, and the readers beside them run. 03-model-golden.spec.ts holds the models to their files.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Ajv from 'ajv'
import { afterAll, describe, expect, test } from 'vitest'
import { equationIds } from '../src/equations.js'
import { equationFiles, folder, goldens, manifest } from './witnesses/golden.js'

const read = (path: string): string => readFileSync(join(folder, path), 'utf8')

const filesIn = (part: string) => readdirSync(join(folder, part)).map((file) => `${part}/${file}`)
const files = ['models', 'equations'].flatMap(filesIn)

describe('the manifest', () => {
  test('lists every file, with its equations, its size and its hash', () => {
    const described = files.toSorted().map((file) => {
      const raw = readFileSync(join(folder, file))
      const { equations } = JSON.parse(raw.toString()) as { readonly equations: readonly string[] }
      return { file, equations, bytes: raw.length, sha256: createHash('sha256').update(raw).digest('hex') }
    })
    expect(manifest.files).toEqual(described)
  })

  test('has the version of every file', () => {
    expect([...goldens, ...equationFiles].filter(([, { version }]) => version !== manifest.version)).toEqual([])
  })

  test('has numbers of every equation', () => {
    const covered = new Set(manifest.files.flatMap(({ equations }) => equations))
    expect(equationIds.filter((id) => !covered.has(id))).toEqual([])
  })

  test('has the tolerances of the page and of the reader in C', () => {
    const { double, single } = manifest.tolerances
    expect([double.answers, double.losses, single.answers, single.losses]).toEqual([1e-14, 1e-12, 4e-6, 1e-4])
    expect(read('README.md')).toMatch(/`double\.answers` \| 1e-14[^]*`double\.losses` \| 1e-12[^]*\| 4e-6, 1e-4 \|/)
    expect(read('read.c')).toContain('off <= 1e-14')
  })
})

describe('the schema', () => {
  const schema = JSON.parse(read('schema.json')) as {
    readonly definitions: { readonly equations: { readonly items: { readonly enum: readonly string[] } } }
  }
  const ajv = new Ajv()
  ajv.addSchema(schema, 'golden')
  const faults = (definition: string, value: unknown): readonly unknown[] => {
    const fits = ajv.validate(`golden#/definitions/${definition}`, value)
    return fits === true ? [] : (ajv.errors ?? ['it does not fit'])
  }

  test('names every equation', () => {
    expect(schema.definitions.equations.items.enum).toEqual(equationIds)
  })

  test('describes the manifest and every file', () => {
    expect(faults('manifest', manifest)).toEqual([])
    expect(goldens.flatMap(([, golden]) => faults('model', golden))).toEqual([])
    expect(equationFiles.flatMap(([, file]) => faults('equationFile', file))).toEqual([])
  })

  test('refuses a field that nobody described, one that is missing, and one of another kind', () => {
    const [[, golden]] = goldens
    const [[, file]] = equationFiles
    const without = Object.fromEntries(Object.entries(golden).filter(([name]) => name !== 'loss'))
    expect(faults('model', { ...golden, extra: 1 })).not.toEqual([])
    expect(faults('model', without)).not.toEqual([])
    expect(faults('model', { ...golden, hidden: 2.5 })).not.toEqual([])
    expect(faults('equationFile', { ...file, equations: ['hiden'] })).not.toEqual([])
    expect(faults('equationFile', { ...file, cases: [{ ...file.cases[0], given: { nu: 1 } }] })).not.toEqual([])
  })
})

describe('numbers', () => {
  const digits = (number: string): string =>
    number.replace(/e.*$/i, '').replace(/[-.]/g, '').replace(/^0+|0+$/g, '')
  /** Decimals with more digits than it takes to read the same double, or with fewer than single precision needs. */
  const longWinded = (text: string): readonly string[] =>
    (text.replace(/"(?:[^"\\]|\\.)*"/g, '').match(/-?\d[\d.eE+-]*/g) ?? []).filter(
      (token) => digits(token) !== digits(String(Number(token))),
    )

  test('are the shortest decimals of their doubles', () => {
    expect(files.flatMap((file) => longWinded(read(file)))).toEqual([])
    expect(longWinded('{"0.10":[0.1,-2.50e-7,0.10000000000000001]}')).toEqual(['0.10000000000000001'])
  })

  /** Every number of every tensor in it. */
  const tensorsIn = (value: unknown): readonly number[] =>
    typeof value !== 'object' || value === null
      ? []
      : !Array.isArray(value) && 'values' in value
        ? (value.values as readonly number[])
        : Object.values(value).flatMap(tensorsIn)
  const notSingle = (numbers: readonly number[]): readonly number[] => numbers.filter((x) => Math.fround(x) !== x)

  test('that are given, or computed in single precision, are the same read as doubles or as singles', () => {
    const given = goldens.map(([, { parameters, state, single }]) => ({ parameters, state, single }))
    const ofCases = equationFiles.flatMap(([, { cases }]) => cases.map((each) => each.given))
    const numbers = tensorsIn([...given, ...ofCases])
    expect(numbers.length).toBeGreaterThan(5000)
    expect(notSingle(numbers)).toEqual([])
    const plain = goldens.flatMap(([, { single }]) => (single === undefined ? [] : [...single.logits, single.loss]))
    expect(notSingle(plain)).toEqual([])
  })
})

const scratch = mkdtempSync(join(tmpdir(), 'pure-rnn-golden-'))
afterAll(() => {
  rmSync(scratch, { recursive: true })
})

const run = (command: string, args: readonly string[]) => spawnSync(command, args, { encoding: 'utf8' })
const has = (command: string): boolean => run(command, ['--version']).status === 0

/** A copy of the folder in which one digit of one file is another. */
const withOneDigit = (file: string): string => {
  const place = mkdtempSync(join(scratch, 'copy-'))
  cpSync(folder, place, { recursive: true })
  const text = read(file)
  const at = text.indexOf('"logits":[') + 14
  writeFileSync(join(place, file), text.slice(0, at) + (text[at] === '5' ? '6' : '5') + text.slice(at + 1))
  return place
}

const tanh = (place: string, name = 'scratch-rnn-tanh-1-5x3x1x1') => join(place, 'models', `${name}.json`)

describe('the reader in Python', () => {
  const python = has('python3')
  test.runIf(python)('finds the folder whole, and gives the answers of a model', () => {
    const names = ['scratch-rnn-tanh-1-5x3x1x1', 'torch-rnn-tanh-2-9x6x4x6'].map((name) => `models/${name}.json`)
    names.forEach((name) => {
      const { status, stdout, stderr } = run('python3', [join(folder, 'read.py'), name])
      expect([status, stderr]).toEqual([0, ''])
      expect(stdout).toContain(`${String(files.length)} files are whole`)
    })
  })
  test.runIf(python)('refuses a folder in which one digit has changed', () => {
    const { status, stderr } = run('python3', [join(withOneDigit('models/scratch-rnn-tanh-1-5x3x1x1.json'), 'read.py')])
    expect(status).toBe(1)
    expect(stderr).toContain('not the bytes that the manifest has: models/scratch-rnn-tanh-1-5x3x1x1.json')
  })
  test.skipIf(python)('is not tried: there is no python3 here', () => {
    expect(python).toBe(false)
  })
})

describe('the reader in C', () => {
  const compiler = has('cc')
  test.runIf(compiler)('gives the answers of a model, and refuses others', () => {
    const program = join(scratch, 'read')
    const warnings = ['-Wall', '-Wextra', '-Werror']
    const built = run('cc', [...warnings, '-o', program, join(folder, 'read.c'), '-lm'])
    expect([built.status, built.stderr]).toEqual([0, ''])
    const answer = (path: string) => run(program, [path])
    expect(answer(tanh(folder)).status).toBe(0)
    expect(answer(tanh(folder, 'torch-rnn-tanh-1-5x3x1x1')).status).toBe(0)
    expect(answer(tanh(withOneDigit('models/scratch-rnn-tanh-1-5x3x1x1.json'))).status).toBe(1)
    expect(answer(tanh(folder, 'scratch-gru-1-5x3x1x1')).stderr).toContain('expected an rnn with tanh')
    expect(answer(join(folder, 'none.json')).stderr).toContain('expected the path of a file')
  })
  test.skipIf(compiler)('is not tried: there is no cc here', () => {
    expect(compiler).toBe(false)
  })
})
