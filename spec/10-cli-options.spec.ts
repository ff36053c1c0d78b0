/**
 * Chapter 10, continued: no option is ignored. Each, given to a command that is complete without it, changes something
 * that can be seen; what would change nothing is refused, as spec/10-bad-input.spec.ts holds.
 */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { evaluateOptions, exportOptions, flagOf, generateOptions, importOptions, trainOptions } from '../src/cli/options.js'
import { readSafetensors, writeSafetensors } from '../src/files/index.js'
import { orThrow } from '../src/index.js'
import { root } from './house/parts.js'
import { command } from './runner/command.js'

const VERSE = 'the cat sat on the mat,\nthe dog ate it all\n'.repeat(5)
const TRAIN =
  'train --text verse.txt --hidden 5 --steps 4 --batch 2 --epochs 2 --rate 1 --length 8 --engine float32 --out x'
const RESUME = 'train --resume given.model --text verse.txt --engine float32 --out x'
const GENERATE = 'generate --model given.model'
const EVALUATE = 'evaluate --model given.model --text verse.txt'
const EXPORT = 'export --model given.model --format torch --out x'
const IMPORT = 'import --state-dict bare.dict --text verse.txt --out x'
const HOT = `${GENERATE} --temperature 3 --length 40`

const hasEngine = existsSync(join(root, 'node_modules', 'onnxruntime-node'))

/** A command that is complete, and the same with an option more, or with another value for one that it cannot miss. */
type Pair = readonly [line: string, more: string]

const effects: Readonly<Record<string, Readonly<Record<string, Pair>>>> = {
  train: {
    '--text': [TRAIN, '--text other.txt'],
    '--limit': [TRAIN, '--limit 90'],
    '--keep-line-breaks': [TRAIN, '--keep-line-breaks'],
    '--conventions': [TRAIN, '--conventions torch'],
    '--cell': [TRAIN, '--cell gru'],
    '--layers': [TRAIN, '--layers 2'],
    '--activation': [TRAIN, '--activation relu'],
    '--hidden': [TRAIN, '--hidden 6'],
    '--steps': [TRAIN, '--steps 5'],
    '--batch': [TRAIN, '--batch 3'],
    '--sampling': [TRAIN, '--sampling consecutive'],
    '--rate': [TRAIN, '--rate 2'],
    '--clip': [TRAIN, '--clip 0.5'],
    '--seed': [TRAIN, '--seed 1'],
    '--epochs': [TRAIN, '--epochs 3'],
    '--report-every': [TRAIN, '--report-every 1'],
    '--prefix': [TRAIN, '--prefix cat'],
    '--length': [TRAIN, '--length 9'],
    '--out': [TRAIN, '--out y'],
    '--overwrite': [TRAIN.replace('--out x', '--out there.model'), '--overwrite'],
    '--resume': [TRAIN.replace('--epochs 2', '--epochs 3'), '--resume given.model'],
    '--engine': [TRAIN, '--engine onnx'],
    '--threads': [TRAIN.replace('float32', 'onnx'), `--threads ${String(availableParallelism() + 1)}`],
    '--json': [TRAIN, '--json'],
  },
  'train --resume': {
    '--epochs': [RESUME, '--epochs 3'],
    '--report-every': [`${RESUME} --epochs 4`, '--report-every 1'],
    '--prefix': [RESUME, '--prefix cat'],
    '--length': [RESUME, '--length 9'],
  },
  generate: {
    '--model': [HOT, '--model there.model'],
    '--prefix': [GENERATE, '--prefix cat'],
    '--length': [GENERATE, '--length 9'],
    '--temperature': [GENERATE, '--temperature 3'],
    '--top-k': [HOT, '--top-k 2'],
    '--seed': [HOT, '--seed 5'],
    '--json': [GENERATE, '--json'],
  },
  evaluate: {
    '--model': [EVALUATE, '--model there.model'],
    '--text': [EVALUATE, '--text other.txt'],
    '--limit': [EVALUATE, '--limit 90'],
    '--json': [EVALUATE, '--json'],
  },
  export: {
    '--model': [EXPORT, '--model there.model'],
    '--format': [EXPORT, '--format onnx'],
    '--out': [EXPORT, '--out y'],
    '--overwrite': [EXPORT.replace('--out x', '--out there.model'), '--overwrite'],
  },
  import: {
    '--state-dict': [IMPORT, '--state-dict there.dict'],
    '--text': [IMPORT, '--text other.txt'],
    '--limit': [IMPORT, '--limit 100'],
    '--keep-line-breaks': [IMPORT.replace('verse', 'lines'), '--keep-line-breaks'],
    '--activation': [IMPORT, '--activation relu'],
    '--out': [IMPORT, '--out y'],
    '--overwrite': [IMPORT.replace('--out x', '--out there.model'), '--overwrite'],
  },
}

let folder: string
const at = (name: string): string => join(folder, name)

/** What stands in the folder before each command. */
const given = new Map<string, Uint8Array>()
const FILE = /^(?:x|y|\w+\.(?:txt|model|dict))$/
const run = (line: string) => command(...line.split(' ').map((word) => (FILE.test(word) ? at(word) : word)))

/** All that is seen of a command: what it says, without speeds, and what is in the folder thereafter. */
const seen = async (line: string) => {
  readdirSync(folder).forEach((name) => {
    rmSync(at(name), { recursive: true })
  })
  given.forEach((bytes, name) => {
    writeFileSync(at(name), bytes)
  })
  const { code, out, err } = await run(line)
  const said = [...out, ...err].map((text) => text.replace(/[\d,]+ characters\/s|(?<="charactersPerSecond":)\d+/g, ''))
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name)).toString('base64')])
  return { code, said, files }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pure-rnn-options-'))
  const reversed = Array.from(VERSE).toReversed().join('')
  const texts = { 'verse.txt': VERSE, 'other.txt': reversed, 'lines.txt': VERSE.replaceAll(' ', 't') }
  Object.entries(texts).forEach(([name, text]) => {
    writeFileSync(at(name), text)
  })
  await run(TRAIN.replace('--out x', '--out given.model'))
  await run(TRAIN.replace('--out x', '--out there.model --seed 7'))
  await run(TRAIN.replace('--out x', '--out torch.model --conventions torch'))
  await run('export --model there.model --format torch --out there.dict')
  await run('export --model torch.model --format torch --out said.dict')
  const bare = orThrow(readSafetensors('')(readFileSync(at('said.dict'))))
  writeFileSync(at('bare.dict'), writeSafetensors({ ...bare, metadata: new Map() }))
  readdirSync(folder).forEach((name) => {
    given.set(name, readFileSync(at(name)))
  })
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

test('the table has every option of every command', () => {
  const options = {
    train: trainOptions,
    generate: generateOptions,
    evaluate: evaluateOptions,
    export: exportOptions,
    import: importOptions,
  }
  const flags = (names: readonly string[]) => names.toSorted()
  Object.entries(options).forEach(([name, list]) => {
    expect(flags(Object.keys(effects[name]))).toEqual(flags(list.map(flagOf)))
  })
})

/** The line with the option's value in place of the one that it has. */
const withOption = (line: string, more: string): string => {
  const [flag] = more.split(' ')
  return `${line.replace(new RegExp(`${flag} \\S+`), '').trim().replace(/ +/g, ' ')} ${more}`
}

describe.each(Object.entries(effects))('%s', (_, pairs) => {
  const tried = Object.entries(pairs).filter(([, words]) => hasEngine || !/engine onnx|threads/.test(words.join()))
  test.each(tried)('%s changes what is said or saved', async (__, [line, more]) => {
    const after = await seen(withOption(line, more))
    expect(after.said).not.toEqual([])
    expect(after.code).toBe(0)
    expect(after).not.toEqual(await seen(line))
  })
})

describe('what agrees with a file that says it is taken', () => {
  const AGAIN = 'import --state-dict said.dict --out x'
  test.each([
    ['--text verse.txt'],
    ['--limit 10000'],
    ['--activation tanh'],
    ['--text verse.txt --limit 10000 --activation tanh'],
  ])('import of a dict that describes itself, with %s', async (more) => {
    const plain = await seen(AGAIN)
    expect(plain.code).toBe(0)
    expect(await seen(`${AGAIN} ${more}`)).toEqual(plain)
  })

  test('train --resume with settings that are the model\'s own', async () => {
    const plain = await seen(`${RESUME} --epochs 3`)
    expect(plain.code).toBe(0)
    const own = '--limit 10000 --hidden 5 --steps 4 --batch 2 --rate 1 --seed 0 --cell rnn --activation tanh'
    expect(await seen(`${RESUME} --epochs 3 ${own}`)).toEqual(plain)
  })
})
