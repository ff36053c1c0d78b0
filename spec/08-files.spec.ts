/**
 * Chapter 8. What is stored, second part: settings, and a whole run as one file.
 */
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import * as IOE from 'fp-ts/lib/IOEither.js'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { leaves, mapTensors } from '../src/algebra/tensors.js'
import { float32 } from '../src/interpret/float32.js'
import { directStep } from '../src/train/engine.js'
import { dataset, trainMinibatch } from '../src/train/run.js'
import type { RunState } from '../src/train/run.js'
import {
  beginning,
  modelOf,
  optimiserIn,
  readCheckpoint,
  readSafetensors,
  sameText,
  samplerOf,
  settingsOf,
  standard,
  fingerprint,
  writeCheckpoint,
  writeSafetensors,
} from '../src/files/index.js'
import type { AnyLearner, Checkpoint, Safetensors, Settings, StoredTensor } from '../src/files/index.js'
import { samplings } from '../src/data/samplers.js'
import { encode, vocabularyOf } from '../src/data/vocabulary.js'
import { command } from './runner/command.js'
import { forAll, law } from './runner/run.js'
import { longs, refusal, resealed, right, sameBytes } from './runner/store-samples.js'

/** The settings of a small run, and a text that is long enough for it. */
const run: fc.Arbitrary<{ readonly settings: Settings; readonly text: string }> = fc
  .record({
    hidden: fc.integer({ min: 1, max: 4 }),
    steps: fc.integer({ min: 1, max: 3 }),
    batch: fc.integer({ min: 1, max: 3 }),
    sampling: fc.constantFrom(...samplings),
    activation: fc.constantFrom('tanh' as const, 'relu' as const, 'identity' as const),
    seed: fc.nat(),
    rate: fc.constantFrom(1, 10),
  })
  .chain((some) =>
    fc
      .string({
        unit: fc.constantFrom('a', 'b', 'c', ' ', '。', '𝄞'),
        minLength: 3 * some.batch * (some.steps + 1),
        maxLength: 60,
      })
      .map((text) => ({ settings: { ...standard, ...some, clip: 1 }, text })),
  )

interface Prepared {
  readonly start: Checkpoint
  readonly after: (from: RunState<AnyLearner>, minibatches: number) => RunState<AnyLearner>
}

/** A run at its beginning, and how to go on from anywhere in it. */
const prepared = ({ settings, text }: { readonly settings: Settings; readonly text: string }): Prepared => {
  const vocabulary = right(vocabularyOf(text))
  const numbersOfText = right(encode(vocabulary)(text, 'the text'))
  const path = right(dataset(numbersOfText, samplerOf(settings)))
  const step = directStep(float32, modelOf(settings, vocabulary), optimiserIn(settings)(float32))
  const next = trainMinibatch(IOE.Bifunctor)(path, step)
  return {
    start: { settings, vocabulary, text: fingerprint(numbersOfText), progress: right(beginning(settings, vocabulary)) },
    after: (from, minibatches) =>
      Array.from({ length: minibatches }).reduce<RunState<AnyLearner>>((at) => right(next(at)()), from),
  }
}

const reread = (checkpoint: Checkpoint): Checkpoint => right(readCheckpoint('it')(writeCheckpoint(checkpoint)))

describe('A model file', () => {
  law(
    'that is read and written again is the same bytes, whatever numbers it holds',
    forAll(run, fc.infiniteStream(fc.float()), fc.nat({ max: 9 }), (small, numbersOfAnyKind, minibatches) => {
      const { start, after } = prepared(small)
      const { learner, ...progress } = after(start.progress, minibatches)
      const parameters = mapTensors<'float32'>(({ axes, data }) => ({
        axes,
        data: Float32Array.from(data, () => numbersOfAnyKind.next().value as number),
      }))(learner.parameters)
      const bytes = writeCheckpoint({ ...start, progress: { ...progress, learner: { ...learner, parameters } } })
      const read = right(readCheckpoint('it')(bytes))
      return (
        sameBytes(writeCheckpoint(read), bytes) &&
        leaves<'float32'>(read.progress.learner.parameters).every(({ value: { data } }, k) =>
          [...data].every((x, i) => Object.is(x, leaves<'float32'>(parameters)[k].value.data[i])),
        )
      )
    }),
  )

  law(
    'keeps vocabulary, settings, text and progress as they are',
    forAll(run, fc.nat({ max: 9 }), (small, minibatches) => {
      const { start, after } = prepared(small)
      const checkpoint = { ...start, progress: after(start.progress, minibatches) }
      expect(reread(checkpoint)).toStrictEqual({ ...checkpoint, checked: true })
      return true
    }),
  )

  law(
    'goes on bit for bit: n + m minibatches are n, a file, and m, cut anywhere, for each sampling',
    forAll(run, fc.nat({ max: 12 }), fc.nat({ max: 12 }), (small, n, m) => {
      const { start, after } = prepared(small)
      const whole = after(start.progress, n + m)
      const cut = after(reread({ ...start, progress: after(start.progress, n) }).progress, m)
      return sameBytes(writeCheckpoint({ ...start, progress: whole }), writeCheckpoint({ ...start, progress: cut }))
    }),
  )

  const small = { settings: { ...standard, hidden: 2, steps: 2, batch: 1 }, text: 'abcab' }
  const { start, after } = prepared(small)
  const learnt = { ...start, progress: after(start.progress, 3) }
  const saved = writeCheckpoint(learnt)

  test('can be opened by any reader of safetensors', () => {
    const { metadata, tensors } = right(readSafetensors('it')(saved))
    expect([...tensors].map(([field, { dtype, shape }]) => [field, dtype, shape])).toEqual([
      ['W_hh', 'F32', [2, 2]],
      ['W_hq', 'F32', [2, 3]],
      ['W_xh', 'F32', [3, 2]],
      ['b_h', 'F32', [2]],
      ['b_q', 'F32', [3]],
      ['hidden.H', 'F32', [1, 2]],
    ])
    expect([...metadata.keys()]).toEqual(['crc32', 'format', 'pure-rnn', 'version'])
    expect(JSON.parse(metadata.get('pure-rnn') ?? '')).toEqual({
      vocabulary: ['a', 'b', 'c'],
      settings: small.settings,
      text: learnt.text,
      progress: {
        epoch: learnt.progress.epoch,
        minibatch: learnt.progress.minibatch,
        random: learnt.progress.random,
        losses: learnt.progress.losses,
      },
    })
  })

  type Json = Readonly<Record<string, unknown>>
  const contents = right(readSafetensors('it')(saved))
  const description = JSON.parse(contents.metadata.get('pure-rnn') ?? '') as Readonly<Record<string, Json>>
  /** A file of these contents, with the checksum that belongs to it. */
  const written = (its: Safetensors) => resealed(writeSafetensors(its))
  const withMetadata = (entries: Readonly<Record<string, string>>) =>
    written({ ...contents, metadata: new Map([...contents.metadata, ...Object.entries(entries)]) })
  const described = (part: string, change: unknown) =>
    withMetadata({ 'pure-rnn': JSON.stringify({ ...description, [part]: change }) })
  const changed = (part: string, change: Json) => described(part, { ...description[part], ...change })
  const withTensors = (entries: Readonly<Record<string, StoredTensor>>) =>
    written({ ...contents, tensors: new Map([...contents.tensors, ...Object.entries(entries)]) })
  const without = (field: string) =>
    written({ ...contents, tensors: new Map([...contents.tensors].filter(([other]) => other !== field)) })

  test.each<readonly [string, Uint8Array, string]>([
    ['no file of tensors', new TextEncoder().encode('a text that is longer than eight bytes'), 'a safetensors file'],
    [
      'another format',
      withMetadata({ format: 'pt' }),
      'expected a model that pure-rnn has saved, got the format "pt"',
    ],
    ['no format', writeSafetensors({ ...contents, metadata: new Map() }), 'got a file without a format'],
    [
      'a later version',
      withMetadata({ version: '3' }),
      'expected version 1 or 2 of the model file, got "3": read it with',
    ],
    ['no version', written({ ...contents, metadata: new Map([['format', 'pure-rnn']]) }), 'got nothing: read it with'],
    ...(['{', '1', '[]', '"x"', 'null', '', '{}{}', '{"settings":{"losses":{"rows":{}}}}', '{"a":[[]]}'] as const).map(
      (text) =>
        [
          `a description that is ${text}`,
          withMetadata({ 'pure-rnn': text }),
          'expected the description to be an object in JSON, with every name once, got something else',
        ] as const,
    ),
    ...[
      ['a part', '"settings":{', '"settings":{},"settings":{'],
      ['a setting', '"hidden":2', '"hidden":3,"hidden":2'],
      ['a setting, once escaped,', '"hidden":2', '"\\u0068idden":3,"hidden":2'],
      ['a name that objects treat in a way of their own', '"hidden":2', '"__proto__":3,"__proto__":3,"hidden":2'],
      ['where the run is', '"epoch":', '"epoch":7,"epoch":'],
      ['the losses', '"rows":', '"rows":1,"rows":'],
    ].map(
      ([what, from, to]) =>
        [
          `${what} twice`,
          withMetadata({ 'pure-rnn': (contents.metadata.get('pure-rnn') ?? '').replace(from, to) }),
          'with every name once, got one with a name twice',
        ] as const,
    ),
    ['an empty description', withMetadata({ 'pure-rnn': '{}' }), 'expected vocabulary to be a list of single'],
    ['a part too many', described('cell', 1), 'expected cell to be absent, got 1'],
    ['no settings', described('settings', undefined), 'expected settings to be present, got nothing'],
    [
      'a setting too many',
      changed('settings', { colour: 'torch' }),
      'expected colour to be absent, got "torch"',
    ],
    [
      'a setting too few',
      changed('settings', { clip: undefined }),
      'expected clip to be a number above 0, got nothing',
    ],
    ['an unknown cell', changed('settings', { cell: 'toString' }), 'expected cell to be'],
    [
      'another size',
      changed('settings', { hidden: 3 }),
      'expected the tensor W_xh of shape [3,3], got one of shape [3,2]',
    ],
    [
      'another batch',
      changed('settings', { batch: 2 }),
      'expected the tensor hidden.H of shape [2,2], got one of shape [1,2]',
    ],
    ['a size beyond all bounds', changed('settings', { hidden: 2 ** 32 - 1 }), 'W_xh of shape [3,4294967295]'],
    ['no vocabulary', described('vocabulary', []), 'expected vocabulary to be a list of single characters'],
    ['a vocabulary out of order', described('vocabulary', ['b', 'a', 'c']), 'in the order of their code points'],
    ['a character twice', described('vocabulary', ['a', 'a', 'c']), 'each once, got ["a","a","c"]'],
    ['two characters for one', described('vocabulary', ['a', 'b', 'cd']), 'each once, got ["a","b","cd"]'],
    ['an empty character', described('vocabulary', ['', 'b', 'c']), 'each once, got ["","b","c"]'],
    ['a number for a character', described('vocabulary', ['a', 'b', 3]), 'each once, got ["a","b",3]'],
    [
      'too small a vocabulary',
      described('vocabulary', ['a', 'b']),
      'expected the tensor W_xh of shape [2,2], got one of',
    ],
    [
      'an epoch before the first',
      changed('progress', { epoch: 0 }),
      'expected progress.epoch to be a whole number, 1 or more',
    ],
    ['half a minibatch', changed('progress', { minibatch: 0.5 }), 'expected progress.minibatch to be a whole number'],
    [
      'a generator that stands still',
      changed('progress', { random: [0, 0, 0, 0] }),
      'progress.random to be four whole',
    ],
    ['a generator of texts', changed('progress', { random: ['1', '2', '3', '4'] }), 'progress.random to be four whole'],
    [
      'losses without rows',
      changed('progress', { losses: { total: 1 } }),
      'progress.losses to be a total and a number',
    ],
    [
      'losses of no number',
      changed('progress', { losses: { total: null, rows: 1 } }),
      'got {"total":null,"rows":1}',
    ],
    ['no text', changed('text', { characters: 0 }), 'expected text.characters to be a whole number, 1 or more, got 0'],
    ['no checksum', changed('text', { checksum: 'xyz' }), 'expected text.checksum to be eight hexadecimal digits'],
    ['a tensor too few', without('b_q'), 'expected the tensor b_q of shape [3], got none'],
    ['no hidden state', without('hidden.H'), 'expected the tensor hidden.H of shape [1,2], got none'],
    [
      'a tensor too many',
      withTensors({ b_x: longs() }),
      'W_xh, W_hh, b_h, W_hq, b_q, hidden.H alone, got "b_x"',
    ],
    [
      'a tensor called __proto__',
      withTensors(Object.fromEntries([['__proto__', longs()]])),
      'got "__proto__"',
    ],
    [
      'another precision',
      withTensors({ b_q: longs(3) }),
      'expected entries of type F32, got I64',
    ],
    [
      'a transposed parameter',
      withTensors({ W_xh: { ...(contents.tensors.get('W_xh') as StoredTensor), shape: [2, 3] } }),
      '[3,2]',
    ],
  ])('is refused with %s', (_, bytes, reason) => {
    const message = refusal(readCheckpoint('songs.model')(bytes))
    expect(message).toContain(reason)
    expect(message).toMatch(/^(the tensor b_q of )?songs\.model (cannot be read|does not fit): expected [^\n]{1,400}$/)
  })

  test('of a model with too many weights is not begun', () => {
    expect(refusal(beginning({ ...standard, hidden: 2 ** 13 }, { characters: ['a', 'b', 'c'] }))).toContain(
      'the number of hidden units must be so small that no parameter has more than 16777216 entries',
    )
  })

  test('knows its text from any other', () => {
    expect(sameText(fingerprint([0, 1, 2]), [0, 1, 2])).toEqual(E.right([0, 1, 2]))
    expect(fingerprint([0, 1, 2])).toEqual({
      characters: 3,
      checksum: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
    })
    expect(refusal(sameText(fingerprint([0, 1, 2]), [0, 2, 1]))).toMatch(
      /^the text does not fit: expected the one that the model has learnt from, 3 characters with checksum \w{8}, got/,
    )
  })

  law(
    'knows its text from one that differs in a single character',
    forAll(
      fc.array(fc.nat({ max: 999 }), { minLength: 1 }),
      fc.nat(),
      fc.integer({ min: 1, max: 9 }),
      (text, at, by) => {
        const place = at % text.length
        return E.isLeft(sameText(fingerprint(text), text.with(place, text[place] + by)))
      },
    ),
  )
})

describe('Settings', () => {
  law(
    'are read as they were written',
    forAll(run, ({ settings }) => {
      expect(settingsOf(JSON.parse(JSON.stringify(settings)))).toEqual(E.right(settings))
      return true
    }),
  )

  test('of the standard run are in their own range', () => {
    expect(settingsOf(standard)).toEqual(E.right(standard))
  })

  test.each([
    ['hidden', 0, 'hidden must be a whole number from 1 to 4294967295, got 0'],
    ['hidden', 3.5, 'hidden must be a whole number from 1 to 4294967295, got 3.5'],
    ['hidden', '3', 'hidden must be a whole number from 1 to 4294967295, got "3"'],
    ['steps', NaN, 'steps must be a whole number from 1 to 4294967295, got NaN'],
    ['batch', Infinity, 'batch must be a whole number from 1 to 4294967295, got Infinity'],
    ['batch', 2 ** 53, 'batch must be a whole number from 1 to 4294967295, got 9007199254740992'],
    ['rate', -1, 'rate must be a number, 0 or more, got -1'],
    ['rate', 1e39, 'rate must be a number, 0 or more, got 1e+39'],
    ['clip', 0, 'clip must be a number above 0, got 0'],
    ['clip', 1e-50, 'clip must be a number above 0, got 1e-50'],
    ['seed', 2 ** 32, 'seed must be a whole number from 0 to 4294967295, got 4294967296'],
    ['limit', 0, 'limit must be a whole number from 1 to 4294967295, or all, got 0'],
    ['sampling', 'both', 'sampling must be random or consecutive, got "both"'],
    ['activation', 'sigmoid', 'activation must be tanh, relu or identity, got "sigmoid"'],
    ['keepLineBreaks', 1, 'keepLineBreaks must be true or false, got 1'],
    ['prefixes', ['a', ''], 'prefixes must be a list of texts that are not empty, got ["a",""]'],
    ['prefixes', 'a', 'prefixes must be a list of texts that are not empty, got "a"'],
    ['hidden', 2 ** 32, 'hidden must be a whole number from 1 to 4294967295, got 4294967296'],
    ['epochs', -1, 'epochs must be a whole number from 0 to 4294967295, got -1'],
  ])('with %s %j are refused', (field, value, reason) => {
    expect(refusal(settingsOf({ ...standard, [field]: value }))).toBe(reason)
  })
})

/** What `evaluate --json` prints. */
interface Evaluated {
  readonly characters: number
}

/** What the command of version 0.1.0 said of a model that it had written, and of the same model after more epochs. */
interface Expected {
  readonly model: string
  readonly evaluate: Evaluated
  readonly generate: object
  readonly resumedToEpochs: number
  readonly resumedEvaluate: Evaluated
  readonly resumedGenerate: object
}

describe('A model file of version 0.1.0', () => {
  const fixtures = join(import.meta.dirname, 'fixtures', 'models-0.1')
  const inFixtures = (name: string): string => join(fixtures, name)
  const text = inFixtures('text.txt')
  const expected = readFileSync(inFixtures('expected.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Expected)

  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pure-rnn-fixtures-'))
  })
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  /** The one object that the command prints. */
  const said = async (...args: readonly string[]): Promise<unknown> => {
    const { code, out, err } = await command(...args, '--json')
    expect({ code, printed: out.length, err: code === 0 ? [] : err }).toEqual({ code: 0, printed: 1, err: [] })
    return JSON.parse(out[0])
  }
  const evaluated = (model: string) => said('evaluate', '--model', model, '--text', text)
  const generated = (model: string) => said('generate', '--model', model, '--prefix', 'the', '--length', '40')

  test('is there for each line of what is expected', () => {
    const models = readdirSync(fixtures).filter((name) => name.endsWith('.model'))
    expect(models).toHaveLength(4)
    expect(expected.map(({ model }) => `${model}.model`).sort()).toEqual(models.sort())
  })

  /** Version 0.1.0 told how many characters were read; of those, all but the first are predicted. */
  const predicted = <A extends { readonly characters: number }>(said: A): A => ({
    ...said,
    characters: said.characters - 1,
  })

  test.each(expected)('loads, and gives the numbers that it gave: $model', async ({ model, evaluate, generate }) => {
    const path = inFixtures(`${model}.model`)
    const checkpoint = right(readCheckpoint(model)(readFileSync(path)))
    expect(checkpoint.checked).toBe(false)
    expect(reread(checkpoint)).toStrictEqual({ ...checkpoint, checked: true })
    expect(await evaluated(path)).toStrictEqual(predicted(evaluate))
    expect(await generated(path)).toStrictEqual(generate)
  })

  test.each(expected)(
    'goes on to the numbers that it went on to: $model',
    async ({ model, resumedToEpochs, resumedEvaluate, resumedGenerate }) => {
      const path = join(folder, `${model}.model`)
      const from = ['--resume', inFixtures(`${model}.model`), '--text', text, '--engine', 'float32']
      const epochs = String(resumedToEpochs)
      const report = await said('train', ...from, '--epochs', epochs, '--report-every', epochs, '--out', path)
      expect(report).toMatchObject({ epoch: resumedToEpochs })
      expect(await evaluated(path)).toStrictEqual(predicted(resumedEvaluate))
      expect(await generated(path)).toStrictEqual(resumedGenerate)
    },
  )

  test('is used with a note that it has no checksum, and has one where it is saved again', async () => {
    const [from, to] = [join(folder, 'old.model'), join(folder, 'again.model')]
    copyFileSync(inFixtures('rnn-scratch.model'), from)
    const notes = async (...args: readonly string[]) => (await command(...args, '--model', from)).err
    const note: unknown = expect.stringMatching(/^.*old\.model.* has no checksum, because an earlier [^\n]+$/)
    expect(await notes('evaluate', '--text', text)).toEqual([note])
    expect(await notes('generate', '--prefix', 'the', '--length', '1')).toEqual([note])
    expect(await notes('export', '--format', 'torch', '--out', join(folder, 'it.st'))).toEqual([note])
    const again = await command('train', '--resume', from, '--text', text, '--engine', 'float32', '--out', to)
    expect(again.err[0]).toEqual(note)
    expect(right(readCheckpoint('it')(readFileSync(to))).checked).toBe(true)
    expect((await command('evaluate', '--text', text, '--model', to)).err).toEqual([])
  })
})
