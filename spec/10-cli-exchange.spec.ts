/**
 * Chapter 10, continued: models that go to other programs and come from them, by the command.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gradientOf } from '../src/engine/shard.js'
import type { GradientResult, GradientTask } from '../src/engine/shard.js'
import type * as Sharded from '../src/engine/sharded.js'
import { flatten } from '../src/algebra/names.js'
import { float32 } from '../src/interpret/index.js'
import { decodeModel } from './onnx/decode.js'
import { readCheckpoint, readSafetensors, writeSafetensors } from '../src/files/index.js'
import { command, install } from './runner/command.js'
import type { Installed } from './runner/command.js'
import { resealed } from './runner/store-samples.js'

const VERSE = 'the cat sat on the mat,\nthe dog ate it all\n'.repeat(5)
const TINY = ['--hidden', '5', '--steps', '4', '--batch', '2', '--length', '8', '--engine', 'float32', '--epochs', '2']

let folder: string
const at = (name: string): string => join(folder, name)
const bytesOf = (name: string): Uint8Array => readFileSync(at(name))

const tensorsOf = (name: string) => {
  const file = E.toUnion(readSafetensors(name)(bytesOf(name)))
  if ('_tag' in file) throw new Error(file._tag)
  return file.tensors
}
const modelOf = (name: string) => {
  const model = E.toUnion(readCheckpoint(name)(bytesOf(name)))
  if ('_tag' in model) throw new Error(model._tag)
  return model
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pure-rnn-exchange-'))
  writeFileSync(at('verse.txt'), VERSE)
  writeFileSync(at('other.txt'), 'abc'.repeat(20))
  mkdirSync(at('folder'))
  const models: readonly (readonly [string, readonly string[]])[] = [
    ['scratch.model', []],
    ['lstm.model', ['--dialect', 'torch', '--cell', 'lstm', '--layers', '2']],
    ['gru.model', ['--cell', 'gru']],
    ['relu.model', ['--activation', 'relu']],
    ['identity.model', ['--activation', 'identity', '--rate', '0.1']],
  ]
  for (const [name, options] of models) {
    const said = await command('train', '--text', at('verse.txt'), ...TINY, ...options, '--out', at(name))
    expect(said.code, said.err.join('\n')).toBe(0)
  }
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

describe.each(['scratch.model', 'lstm.model', 'gru.model'])('%s', (name) => {
  test('goes to PyTorch and comes back with every bit of its parameters, settings and vocabulary', async () => {
    const [dict, back, again] = [`${name}.safetensors`, `${name}.back`, `${name}.again`].map(at)
    expect(await command('export', '--model', at(name), '--format', 'torch', '--out', dict)).toMatchObject({ code: 0 })
    expect(await command('import', '--state-dict', dict, '--out', back)).toMatchObject({ code: 0 })
    expect(await command('export', '--model', back, '--format', 'torch', '--out', again)).toMatchObject({ code: 0 })
    const [went, came] = [modelOf(name), modelOf(`${name}.back`)]
    expect(came.progress.learner.parameters).toEqual(went.progress.learner.parameters)
    expect([came.settings, came.vocabulary, came.text]).toEqual([went.settings, went.vocabulary, went.text])
    expect(came.progress).toMatchObject({ epoch: 1, minibatch: 0 })
    expect(tensorsOf(`${name}.again`)).toEqual(tensorsOf(`${name}.safetensors`))
  })

  test('becomes three graphs, which say their characters', async () => {
    const out = at(`${name}.graphs`)
    expect(await command('export', '--model', at(name), '--format', 'onnx', '--out', out)).toMatchObject({ code: 0 })
    for (const graph of ['training', 'forward', 'generation']) {
      const { metadata_props } = decodeModel(readFileSync(join(out, `${graph}.onnx`)))
      const vocabulary = metadata_props.find(({ key }) => key === 'vocabulary')?.value
      expect(JSON.parse(vocabulary ?? '')).toEqual(modelOf(name).vocabulary.characters)
    }
  })
})

describe('export --format torch', () => {
  const toTorch = (name: string) =>
    command('export', '--model', at(name), '--format', 'torch', '--out', at(`${name}.dict`))

  test('says of an rnn with relu what the state dict does not', async () => {
    expect(await toTorch('relu.model')).toEqual({
      code: 0,
      out: [at('relu.model.dict')],
      err: [
        "load it into torch.nn.RNN(..., nonlinearity='relu'): " +
          "the state dict does not say so, and PyTorch's default is tanh",
      ],
    })
    const back = await command('import', '--state-dict', at('relu.model.dict'), '--out', at('relu.back'))
    expect([back.code, modelOf('relu.back').settings.activation]).toEqual([0, 'relu'])
  })

  test('refuses an rnn with identity, and writes nothing', async () => {
    expect(await toTorch('identity.model')).toEqual({
      code: 2,
      out: [],
      err: [
        'pure-rnn: the model does not fit: expected an rnn with tanh or relu, which is all that torch.nn.RNN ' +
          'computes, got identity: export it as onnx, or train one with such an activation',
      ],
    })
    expect(existsSync(at('identity.model.dict'))).toBe(false)
    const graphs = ['export', '--model', at('identity.model'), '--format', 'onnx', '--out', at('identity.graphs')]
    expect(await command(...graphs)).toMatchObject({ code: 0 })
  })

  test('says nothing of others', async () => {
    const said = await Promise.all(['scratch.model', 'lstm.model', 'gru.model'].map(toTorch))
    expect(said.map(({ code, err }) => [code, err])).toEqual(said.map(() => [0, []]))
  })
})

describe('import', () => {
  test('takes the characters of the text where the file does not say them, and goes on from there', async () => {
    await command('export', '--model', at('lstm.model'), '--format', 'torch', '--out', at('said.safetensors'))
    const bare = writeSafetensors({ metadata: new Map(), tensors: tensorsOf('said.safetensors') })
    writeFileSync(at('bare.safetensors'), bare)
    const from = ['import', '--state-dict', at('bare.safetensors'), '--out', at('bare.model')]
    expect(await command(...from, '--text', at('other.txt'))).toMatchObject({
      code: 2,
      err: [expect.stringMatching(/a model of the 3 characters of the text.*give the text/)],
    })
    expect(await command(...from, '--text', at('verse.txt'))).toMatchObject({ code: 0 })
    const model = modelOf('bare.model')
    expect(model.settings).toMatchObject({ dialect: 'torch', cell: 'lstm', layers: 2, hidden: 5 })
    expect(model.progress.learner.parameters).toEqual(modelOf('lstm.model').progress.learner.parameters)
    const on = ['train', '--resume', at('bare.model'), '--text', at('verse.txt'), '--epochs', '1']
    const said = await command(...on, '--engine', 'float32')
    expect(said).toMatchObject({ code: 2, err: [expect.stringContaining('row')] })
  })

  const intake = ['import', '--out', 'x.model', '--state-dict']
  const outlet = ['export', '--model', 'gru.model', '--format']
  test.each([
    ['a file of text', [...intake, 'verse.txt'], 'safetensors'],
    ['no file', [...intake, 'none'], 'which does not exist'],
    ['a model instead of a state dict', [...intake, 'gru.model'], 'rnn.weight_ih_l0'],
    ['what no rnn of PyTorch has', [...intake, 'x', '--activation', 'identity'], '--activation must be tanh or relu'],
    ['another format', [...outlet, 'hdf5', '--out', 'x'], 'onnx or torch'],
    ['a folder that is a file', [...outlet, 'onnx', '--out', 'verse.txt'], 'is a file'],
    ['a file that is a folder', [...outlet, 'torch', '--out', 'folder'], 'directory'],
  ])('and export refuse %s, in one line', async (_, args, says) => {
    const files = args.map((arg) => (/\.|^(none|folder|x)$/.test(arg) ? at(arg) : arg))
    expect(await command(...files)).toMatchObject({ code: 2, out: [], err: [expect.stringContaining(says)] })
    expect(existsSync(at('x.model'))).toBe(false)
  })
})

describe('a model that has diverged', () => {
  /** The file with its first number of one tensor replaced. */
  const diverge = (from: string, tensor: string, number: number, to: string): void => {
    const file = E.toUnion(readSafetensors(from)(bytesOf(from)))
    if ('_tag' in file) throw new Error(file._tag)
    const old = file.tensors.get(tensor)
    if (old === undefined) throw new Error(`${from} has no ${tensor}`)
    const bytes = Uint8Array.from(old.bytes)
    bytes.set(new Uint8Array(Float32Array.of(number).buffer))
    const tensors = new Map([...file.tensors, [tensor, { ...old, bytes }]])
    writeFileSync(at(to), resealed(writeSafetensors({ ...file, tensors })))
  }
  beforeAll(async () => {
    diverge('scratch.model', 'W_hq', NaN, 'nan.model')
    diverge('scratch.model', 'b_h', -Infinity, 'infinite.model')
    await command('export', '--model', at('gru.model'), '--format', 'torch', '--out', at('gru.safetensors'))
    diverge('gru.safetensors', 'linear.weight', Infinity, 'infinite.safetensors')
  })

  test.each([
    ['generate --model nan.model', 'W_hq of .*nan.model', 'NaN'],
    ['evaluate --model infinite.model --text verse.txt', 'b_h of .*infinite.model', '-Infinity'],
    ['export --model nan.model --format torch --out x.st', 'W_hq of .*nan.model', 'NaN'],
    ['train --resume nan.model --text verse.txt', 'W_hq of .*nan.model', 'NaN'],
    ['import --state-dict infinite.safetensors --out x.model', 'W_hq of .*infinite.safetensors', 'Infinity'],
  ])('is refused by %s', async (line, tensor, came) => {
    const files = line.split(' ').map((arg) => (arg.includes('.') ? at(arg) : arg))
    const said = `the tensor ${tensor} does not fit: expected finite`
    expect(await command(...files)).toMatchObject({
      code: 2,
      out: [],
      err: [expect.stringMatching(new RegExp(`${said} numbers, got ${came}: take a model from earlier`))],
    })
    expect(existsSync(at('x.model')) || existsSync(at('x.st'))).toBe(false)
  })
})

describe('a pool of threads', () => {
  let installed: Installed
  beforeAll(() => {
    installed = install()
  })
  afterAll(() => {
    installed.remove()
  })

  test('computes the gradient of a minibatch, a shard a thread', async () => {
    const { settings, vocabulary, progress } = modelOf('lstm.model')
    const { shardPool, shardedGradient } = (await import(
      /* @vite-ignore */ pathToFileURL(join(installed.folder, 'dist/engine/sharded.js')).href
    )) as typeof Sharded
    const numbers = Array.from({ length: 32 }, (_, i) => (i * 7) % vocabulary.characters.length)
    const task: GradientTask = {
      choice: { cell: 'lstm', activation: 'tanh', layers: 2, biases: 'two' },
      sizes: { vocabulary: vocabulary.characters.length, hidden: settings.hidden },
      parameters: progress.learner.parameters,
      hidden: progress.learner.hidden,
      minibatch: { batch: 2, steps: 8, reset: false, inputs: numbers.slice(0, 16), labels: numbers.slice(16) },
    }
    const pool = shardPool(2)
    const result = E.toUnion(await shardedGradient(pool)(task)()) as GradientResult
    const here = gradientOf(task)
    expect(result.loss).toBeCloseTo(here.loss, 5)
    const there = flatten<'float32'>(result.gradients)
    Object.entries(flatten<'float32'>(here.gradients)).forEach(([field, expected]) => {
      const came = float32.toArray(there[field])
      came.forEach((x, i) => {
        expect(x).toBeCloseTo(expected.data[i], 5)
      })
    })
    expect(E.isRight(await pool.close())).toBe(true)
  })
})
