/**
 * Chapter 10. The command: train, generate and evaluate on texts of one's own.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clock, grouped, onOneLine, reportAsJson, reportAsText, significant } from '../src/cli/report.js'
import { readCheckpoint, standard } from '../src/files/index.js'
import { command, ended, hasPrinted, install } from './runner/command.js'
import type { Installed, Said } from './runner/command.js'

const VERSE = 'the cat sat on the mat,\nthe dog ate it all\n'
/** A run that takes a moment: 26 minibatches of two rows an epoch. */
const TINY = ['--hidden', '6', '--steps', '4', '--batch', '2', '--rate', '1', '--clip', '1', '--length', '8']
const SMALL = [...TINY, '--engine', 'float32']
const EPOCHS = ['--epochs', '4', '--report-every', '2']

/** Compiling and starting processes takes seconds on a busy machine. */
const PATIENCE_IN_MILLISECONDS = 60_000

let folder: string
const at = (name: string): string => join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pure-rnn-spec-'))
  writeFileSync(at('verse.txt'), VERSE.repeat(5))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const train = (...args: readonly string[]) => command('train', '--text', at('verse.txt'), ...SMALL, ...args)

interface Json {
  readonly epoch: number
  readonly perplexity: number | null
  readonly predictions: readonly { readonly prefix: string; readonly text: string }[]
}
const reports = ({ out }: Said): readonly Json[] => out.map((line) => JSON.parse(line) as Json)

const modelIn = (name: string) => E.toUnion(readCheckpoint(name)(readFileSync(at(name))))

describe('train', () => {
  test('reports every so many epochs, and at the last', async () => {
    const { code, out } = await train('--epochs', '5', '--report-every', '2', '--prefix', 'the c', '--prefix', 'it')
    expect(code).toBe(0)
    expect(out.map((report) => report.split('\n').length)).toEqual([3, 3, 3])
    expect(out.map((report) => report.split(',')[0])).toEqual(['epoch 2', 'epoch 4', 'epoch 5'])
    expect(out[0]).toMatch(/^epoch 2, perplexity \d+\.\d{3}, [\d,]+ characters\/s\n {2}the c.{8}\n {2}it.{8}$/)
  })

  test('as JSON prints one object a report', async () => {
    const said = await train(...EPOCHS, '--json', '--prefix', 'the')
    expect(reports(said).map(({ epoch }) => epoch)).toEqual([2, 4])
    expect(Object.keys(reports(said)[0])).toEqual(['epoch', 'perplexity', 'loss', 'charactersPerSecond', 'predictions'])
    expect(reports(said)[1].predictions[0].text).toMatch(/^the.{8}$/)
  })

  test('learns: the perplexity falls', async () => {
    const [first, ...others] = reports(await train('--epochs', '20', '--report-every', '1', '--json'))
    expect(others[others.length - 1].perplexity).toBeLessThan((first.perplexity as number) / 2)
  })

  test('is the same run for the same seed, and another for another', async () => {
    await train(...EPOCHS, '--out', at('a.model'))
    await train(...EPOCHS, '--out', at('b.model'))
    await train(...EPOCHS, '--out', at('c.model'), '--seed', '1')
    expect(readFileSync(at('b.model'))).toEqual(readFileSync(at('a.model')))
    expect(readFileSync(at('c.model'))).not.toEqual(readFileSync(at('a.model')))
  })

  test.each(['random', 'consecutive'])('of %s sampling goes on bit for bit where a model stands', async (sampling) => {
    const [whole, part] = ['whole', 'part'].map((name) => at(`${sampling}-${name}.model`))
    await train('--sampling', sampling, ...EPOCHS, '--out', whole)
    await train('--sampling', sampling, '--epochs', '1', '--report-every', '2', '--out', part)
    const on = ['--text', at('verse.txt'), '--resume', part, '--engine', 'float32']
    const said = await command('train', ...on, '--epochs', '4', '--out', part, '--json')
    expect(reports(said).map(({ epoch }) => epoch)).toEqual([2, 4])
    expect(readFileSync(part)).toEqual(readFileSync(whole))
  })

  test('that has nothing left to do reports where the model stands', async () => {
    await train(...EPOCHS, '--out', at('done.model'))
    const said = await command('train', '--text', at('verse.txt'), '--resume', at('done.model'), '--json')
    expect(said.code).toBe(0)
    expect(reports(said).map(({ epoch }) => epoch)).toEqual([4])
    expect(said.err.join()).toContain('nothing is left of 4 epochs; --epochs asks for more')
  })

  test('of 0 epochs gives a model that has learnt nothing', async () => {
    const said = await train('--epochs', '0', '--out', at('zero.model'), '--json')
    expect(reports(said)).toMatchObject([{ epoch: 0, perplexity: null, loss: null, charactersPerSecond: null }])
    expect(modelIn('zero.model')).toMatchObject({ progress: { epoch: 1, minibatch: 0 } })
  })

  test('begins with the standard run', async () => {
    const { code, out, err } = await command('train', '--epochs', '0')
    expect(code).toBe(0)
    expect(out[0]).toMatch(/^epoch 0, nothing learnt\n {2}没有人.{50}\n {2}有人.{50}$/)
    expect(err.join('\n')).toContain('10,000 characters of a-handful-of-small-change.txt, 990 distinct')
    expect(err.join('\n')).toContain('256 hidden units, 573,662 parameters')
    expect(err.join('\n')).toContain('0 epochs (the standard run has 250) of 8 minibatches, 32 rows of 35 steps')
  })

  test('keeps in the model what it takes to go on', async () => {
    await train(
      '--epochs',
      '1',
      '--activation',
      'relu',
      '--limit',
      '60',
      '--keep-line-breaks',
      '--out',
      at('kept.model'),
    )
    expect(modelIn('kept.model')).toMatchObject({
      settings: {
        cell: standard.cell,
        hidden: 6,
        activation: 'relu',
        limit: 60,
        keepLineBreaks: true,
        prefixes: ['the'],
      },
      vocabulary: { characters: Array.from('\n ,acdeghilmnost') },
      text: { characters: 60 },
    } as never)
  })

  test('goes on from the beginning of a text that does not know the standard prefixes, and says so', async () => {
    const { err } = await train('--epochs', '0')
    expect(err).toContain('the text does not contain 没有人 or 有人: reports continue its first characters, "the"')
  })

  test('reads line breaks as spaces, unless they are kept', async () => {
    const [asSpaces] = reports(await train('--epochs', '0', '--json', '--prefix', 'mat,\nthe'))
    expect(asSpaces.predictions[0].prefix).toBe('mat, the')
    const [kept] = reports(await train('--epochs', '0', '--json', '--prefix', 'mat,\nthe', '--keep-line-breaks'))
    expect(kept.predictions[0].prefix).toBe('mat,\nthe')
  })

  test('drops a byte order mark, and takes the first characters of a text', async () => {
    writeFileSync(at('marked.txt'), `\ufeff${'ab\u{1D11E}'.repeat(9)}xyz`)
    const marked = ['--text', at('marked.txt'), '--limit', '27', '--out', at('marked.model')]
    await command('train', ...SMALL, '--epochs', '0', ...marked)
    expect(modelIn('marked.model')).toMatchObject({ vocabulary: { characters: ['a', 'b', '\u{1D11E}'] } })
  })

  test('saves in one step, through a link to where it leads, and leaves nothing else behind', async () => {
    symlinkSync(at('real.model'), at('link.model'))
    writeFileSync(at('real.model'), '')
    await train('--epochs', '0', '--out', at('link.model'))
    expect(modelIn('real.model')).toMatchObject({ progress: { epoch: 1 } })
    expect(readdirSync(folder).filter((name) => name.includes('tmp'))).toEqual([])
  })

  test('trains on each engine, and to the same, but for rounding', async () => {
    const on = async (engine: string) => {
      const args = ['--text', at('verse.txt'), ...TINY, '--epochs', '3', '--json', '--engine', engine]
      return reports(await command('train', ...args))[0].perplexity as number
    }
    expect(await on('onnx')).toBeCloseTo(await on('float32'), 2)
  })
})

describe('generate', () => {
  beforeAll(async () => {
    await train('--epochs', '3', '--out', at('small.model'), '--prefix', 'the', '--prefix', 'cat')
  })
  const generate = (...args: readonly string[]) => command('generate', '--model', at('small.model'), ...args)

  test("writes on from the model's own prefixes, as long as its reports are", async () => {
    const { code, out } = await generate()
    expect(code).toBe(0)
    expect(out).toEqual([expect.stringMatching(/^the.{8}$/), expect.stringMatching(/^cat.{8}$/)])
  })

  test('writes as the last report of training did', async () => {
    const [report] = reports(await train('--epochs', '3', '--report-every', '3', '--json', '--prefix', 'the'))
    expect((await generate('--prefix', 'the')).out).toEqual([report.predictions[0].text])
  })

  test('as JSON prints one object a prefix', async () => {
    const { out } = await generate('--prefix', 'a', '--prefix', 'b', '--length', '2', '--json').catch(() => ({
      out: [],
    }))
    expect(out).toEqual([])
    const said = await generate('--prefix', 'a', '--prefix', 'o', '--length', '2', '--json')
    expect(said.out.map((line) => JSON.parse(line) as unknown)).toEqual([
      { prefix: 'a', text: expect.stringMatching(/^a.{2}$/) as string },
      { prefix: 'o', text: expect.stringMatching(/^o.{2}$/) as string },
    ])
  })

  test('draws the same for the same seed, and for another something else', async () => {
    const drawn = async (seed: string) => (await generate('--temperature', '2', '--seed', seed, '--length', '40')).out
    expect(await drawn('1')).toEqual(await drawn('1'))
    expect(await drawn('2')).not.toEqual(await drawn('1'))
  })

  test('draws from the best alone with --top-k 1', async () => {
    expect((await generate('--temperature', '1', '--top-k', '1')).out).toEqual((await generate()).out)
  })
})

describe('evaluate', () => {
  beforeAll(async () => {
    await train('--epochs', '20', '--out', at('judged.model'))
  })
  const evaluate = (...args: readonly string[]) =>
    command('evaluate', '--model', at('judged.model'), '--text', at('verse.txt'), ...args)

  test('measures perplexity, nats and bits, which say the same', async () => {
    const { code, out } = await evaluate('--json')
    expect(code).toBe(0)
    const { perplexity, nats, bitsPerCharacter, characters } = JSON.parse(out[0]) as Readonly<Record<string, number>>
    expect(characters).toBe(VERSE.length * 5 - 1)
    expect(Math.exp(nats)).toBeCloseTo(perplexity, 10)
    expect(2 ** bitsPerCharacter).toBeCloseTo(perplexity, 10)
    expect(perplexity).toBeLessThan(16)
  })

  test('says it in a line', async () => {
    expect((await evaluate('--limit', '20')).out).toEqual([
      expect.stringMatching(
        /^perplexity \d+\.\d{3}, \d\.\d{3} nats and \d\.\d{3} bits per character, over 19 predicted characters$/,
      ),
    ])
    expect((await evaluate('--limit', '2')).out).toEqual([expect.stringMatching(/, over 1 predicted character$/)])
  })
})

describe('A run', () => {
  test('of numbers, which diverge, ends in exit code 1 and says what to lower', async () => {
    const size = ['--hidden', '6', '--steps', '4', '--batch', '2', '--activation', 'identity', '--engine', 'float32']
    const rates = ['--rate', '1e38', '--clip', '1e38', '--epochs', '9']
    const { code, err } = await command('train', '--text', at('verse.txt'), ...size, ...rates)
    expect(code).toBe(1)
    expect(err[err.length - 1]).toMatch(/^pure-rnn: the (loss|gradient of \w+) is no longer finite in epoch \d+, /)
  })
})

/** Hooks that make one package impossible to find. */
const HIDING = `
  import { register } from 'node:module'
  const resolve = \`export const resolve = (name, context, next) => {
    if (name === 'onnxruntime-node') throw new Error('Cannot find package onnxruntime-node')
    return next(name, context)
  }\`
  register('data:text/javascript,' + encodeURIComponent(resolve))
`

describe('The command as a process', () => {
  let installed: Installed
  beforeAll(() => {
    installed = install()
    writeFileSync(join(installed.folder, 'verse.txt'), VERSE.repeat(5))
  }, PATIENCE_IN_MILLISECONDS)
  afterAll(() => {
    installed.remove()
  })
  const start = (...args: readonly string[]) => installed.start(...args)
  const model = (name: string) => readFileSync(join(installed.folder, name))
  const verse = ['train', '--text', 'verse.txt', ...TINY]
  /** More epochs than anybody waits for. */
  const endless = [...verse, '--epochs', '1000000', '--json']

  test('trains, generates, evaluates and goes on; piped, it prints plain lines', async () => {
    const trained = await ended(start(...verse, ...EPOCHS, '--out', 'run.model'))
    expect(trained).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^(epoch [24], .*\n {2}the.*\n){2}$/) as string,
    })
    expect(trained.out + trained.err).not.toContain('\u001b')
    expect(trained.err).toContain('saved: as run.model, at each report')
    const generated = await ended(start('generate', '--model', 'run.model', '--prefix', 'the', '--length', '5'))
    expect(generated).toMatchObject({ code: 0, out: expect.stringMatching(/^the.{5}\n$/) as string, err: '' })
    const evaluated = await ended(start('evaluate', '--model', 'run.model', '--text', 'verse.txt'))
    expect(evaluated).toMatchObject({ code: 0, out: expect.stringMatching(/^perplexity .*\n$/) as string, err: '' })
    const resumed = await ended(
      start('train', '--text', '-', '--resume', 'run.model', '--epochs', '5'),
      VERSE.repeat(5),
    )
    expect(resumed).toMatchObject({ code: 0, out: expect.stringMatching(/^epoch 5, .*\n {2}the.*\n$/) as string })
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    'on %s ends after a minibatch, with a model that goes on',
    async (signal, exitCode) => {
      const child = start(...endless, '--report-every', '1', '--out', `${signal}.model`)
      const end = ended(child)
      await hasPrinted(child)
      child.kill(signal)
      const { code, err } = await end
      expect(code).toBe(exitCode)
      expect(err).toContain('stopping after this minibatch; once more ends at once\n')
      expect(err).toContain(`saved as ${signal}.model: train --resume ${signal}.model goes on from there`)

      const { epoch } = (E.toUnion(readCheckpoint(signal)(model(`${signal}.model`))) as { progress: { epoch: number } })
        .progress
      const [stopped, straight] = [signal, `${signal}-straight`].map((name) => join(installed.folder, `${name}.model`))
      const more = ['--epochs', String(epoch + 1), '--report-every', '1000']
      const text = ['--text', at('verse.txt')]
      await command('train', ...text, '--resume', stopped, ...more, '--out', stopped)
      await command('train', ...text, ...TINY, ...more, '--out', straight)
      expect(readFileSync(stopped)).toEqual(readFileSync(straight))
    },
  )

  /** A node that does not find onnxruntime-node. */
  const without = ['--import', `data:text/javascript,${encodeURIComponent(HIDING)}`]

  test('falls back to the reference where the engine is not installed, and says why', async () => {
    const fallen = await ended(installed.startWith(without, ...verse, '--epochs', '1'))
    expect(fallen).toMatchObject({ code: 0, out: expect.stringMatching(/^epoch 1, /) as string })
    expect(fallen.err).toMatch(/engine float32, because the onnx engine needs the package onnxruntime-node, which /)
    const refused = await ended(installed.startWith(without, ...verse, '--epochs', '1', '--engine', 'onnx'))
    expect(refused).toMatchObject({ code: 2, out: '' })
    expect(refused.err).toMatch(/^pure-rnn: the onnx engine needs .* npm install onnxruntime-node, .*\n$/)
  })

  test('killed at any moment leaves the last saved model whole', async () => {
    const child = start(...endless, '--report-every', '1', '--out', 'killed.model')
    const end = ended(child)
    await hasPrinted(child)
    child.kill('SIGKILL')
    expect((await end).signal).toBe('SIGKILL')
    expect(E.isRight(readCheckpoint('killed.model')(model('killed.model')))).toBe(true)
  })

  test('ends quietly when nobody reads its reports any more', async () => {
    const child = start(...endless, '--report-every', '1')
    const end = ended(child)
    await hasPrinted(child)
    child.stdout?.destroy()
    expect(await end).toMatchObject({ code: 0, err: expect.not.stringContaining('EPIPE') as string })
  })

  test.each([['--help'], ['train', '--help'], ['generate', '--help'], ['evaluate', '--help'], ['--version']])(
    'explains itself: %s %s',
    async (...args) => {
      expect(await ended(start(...args))).toMatchObject({
        code: 0,
        err: '',
        out: expect.stringMatching(/\S/) as string,
      })
    },
  )
})

describe('Reports', () => {
  const report = { epoch: 50, losses: { total: 2000, rows: 2 }, charactersPerSecond: 12_345.6, predictions: [] }

  test('tell an infinite perplexity as such, and as null in JSON', () => {
    expect(reportAsText(report)).toBe('epoch 50, perplexity Infinity, 12,346 characters/s')
    expect(JSON.parse(reportAsJson(report))).toMatchObject({
      perplexity: null,
      loss: 1000,
      charactersPerSecond: 12_346,
    })
  })

  test.each([
    [0, '0:00'],
    [59.6, '1:00'],
    [3599, '59:59'],
    [3600, '1:00:00'],
    [36_061, '10:01:01'],
    [Infinity, '?'],
    [NaN, '?'],
  ])('tell %d seconds as %s', (seconds, text) => {
    expect(clock(seconds)).toBe(text)
  })

  test.each([
    [0, '0'],
    [999.4, '999'],
    [999.5, '1,000'],
    [1_234_567, '1,234,567'],
  ])('group %d as %s', (n, text) => {
    expect(grouped(n)).toBe(text)
  })

  test.each([
    [1.29, '1.290'],
    [999.9994, '999.999'],
    [1027.4, '1027'],
    [123_456, '1.235e+5'],
  ])('shorten %d to %s', (n, text) => {
    expect(significant(n)).toBe(text)
  })

  test('show control characters by their pictures', () => {
    expect(onOneLine('a\nb\tc\u001b[2Jd\u007fe\u0085')).toBe('a␊b␉c␛[2Jd␡e\ufffd')
  })
})
