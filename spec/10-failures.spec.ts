/**
 * Failures say what was expected, what was got, and what to do.
 */
import { describe, expect, test } from 'vitest'
import { Defect } from '../src/algebra/defect.js'
import { explain, quoted } from '../src/failure.js'
import type { Failure, Origin } from '../src/failure.js'
import { command } from './runner/command.js'

/** Every kind of failure, with the sentence that it is told in. */
const sentences: { readonly [Tag in Failure['_tag']]: readonly [Extract<Failure, { readonly _tag: Tag }>, string] } = {
  InvalidSetting: [
    { _tag: 'InvalidSetting', setting: 'the temperature', expected: 'a finite number, 0 or more', got: '-1' },
    'the temperature must be a finite number, 0 or more, got -1',
  ],
  TextTooShort: [
    { _tag: 'TextTooShort', sampling: 'random', batch: 1, steps: 35, least: 36, length: 7 },
    'random sampling of 1 row of 35 steps needs a text of at least 36 characters, got 7: ' +
      'give more text, or fewer rows or steps',
  ],
  EmptyText: [
    { _tag: 'EmptyText', what: 'the prefix' },
    'the prefix must hold at least one character, got none',
  ],
  UnknownCharacter: [
    { _tag: 'UnknownCharacter', character: '"', position: 3, what: 'the prefix' },
    'the character "\\"" at position 3 of the prefix is not in the vocabulary: ' +
      'use only characters of the text the model was trained on',
  ],
  NotFinite: [
    { _tag: 'NotFinite', what: 'the gradient of W_hh', epoch: 3, minibatch: 2 },
    'the gradient of W_hh is no longer finite in epoch 3, minibatch 2: ' +
      'lower the learning rate or the clipping threshold',
  ],
  EngineMissing: [
    { _tag: 'EngineMissing', engine: 'onnx', package: 'onnxruntime-node', reason: 'not found' },
    'the onnx engine needs the package onnxruntime-node, which cannot be loaded (not found): ' +
      'install it with npm install onnxruntime-node, or use the float32 engine',
  ],
  EngineFailed: [
    { _tag: 'EngineFailed', engine: 'onnx', reason: 'out of memory' },
    'the onnx engine failed: out of memory',
  ],
  DamagedFile: [
    { _tag: 'DamagedFile', what: 'song.model', expected: '80 bytes', got: '79' },
    'song.model cannot be read: expected 80 bytes, got 79',
  ],
  Mismatch: [
    { _tag: 'Mismatch', what: 'the model', expected: '5 characters', got: '6', advice: 'train it anew' },
    'the model does not fit: expected 5 characters, got 6: train it anew',
  ],
}

describe('quotations', () => {
  test('a value is quoted as JSON, and a number as itself', () => {
    expect([undefined, 'a "b"\n', 3, NaN, -0.5, null, [1, 'x'], { a: true }].map(quoted)).toEqual([
      ...['nothing', '"a \\"b\\"\\n"', '3', 'NaN', '-0.5', 'null', '[1,"x"]', '{"a":true}'],
    ])
  })

  test('what JSON has no words for is quoted all the same', () => {
    const cycle: unknown[] = []
    cycle.push(1, cycle)
    expect([10n, [1n, 2n], Symbol('s'), cycle].map(quoted)).toEqual(['10', '1,2', 'Symbol(s)', '1,'])
    expect(quoted({ toJSON: undefined, toString: () => 'on\ntwo lines', itself: 1n })).toBe('on two lines')
    expect(quoted(() => 1)).toBe('() => 1')
  })

  test('sixty characters are quoted whole, and of more the first sixty, none of them in half', () => {
    expect(quoted('x'.repeat(58))).toBe(`"${'x'.repeat(58)}"`)
    expect(quoted('x'.repeat(59))).toBe(`"${'x'.repeat(59)}…`)
    expect(quoted('x'.repeat(1000))).toBe(`"${'x'.repeat(59)}…`)
    expect(quoted(`${'x'.repeat(58)}😀😀`)).toBe(`"${'x'.repeat(58)}…`)
    expect(quoted(`${'x'.repeat(57)}😀😀`)).toBe(`"${'x'.repeat(57)}😀…`)
  })
})

/** One of each kind that a terminal obeys or does not show, among them one of two units. */
const UNSEEN = [
  ...['\u0000', '\u001b', '\u007f', '\u0085', '\u009b', '\u009f', '\u00ad', '\u061c', '\u200b', '\u200d', '\u200e'],
  ...['\u2028', '\u2029', '\u202a', '\u202e', '\u2060', '\u2066', '\u2069', '\ufeff', '\ufff9', '\u{e0001}'],
]
const isUnseen = (text: string): boolean => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)

describe('characters that are not seen', () => {
  test.each(UNSEEN.map((character) => [character.codePointAt(0)?.toString(16), character] as const))(
    'are told by their escapes wherever a value is quoted: U+%s',
    (_, character) => {
      expect(quoted(character)).toMatch(/^"(\\u[\da-f]{4}){1,2}"$/)
      expect(JSON.parse(quoted(character))).toBe(character)
      const values = [[character], { [character]: 1 }, Symbol(character), `${'x'.repeat(50)}${character}`.repeat(2)]
      expect(values.map(quoted).filter(isUnseen)).toEqual([])
    },
  )

  test('are told by their escapes in what a failure or a defect says, whoever put them there', () => {
    const all = UNSEEN.join('')
    const difference = { expected: all, got: all, advice: all }
    const said = [
      explain({ _tag: 'Mismatch', what: `a${all}b`, ...difference }),
      explain({ _tag: 'DamagedFile', what: all, ...difference }),
      explain({ _tag: 'EngineFailed', engine: 'onnx', reason: `one\nline${all}` }),
      explain({ _tag: 'UnknownCharacter', character: '\u202e', position: 0, what: all }),
      new Defect(all, all).message,
    ]
    expect(said.filter(isUnseen)).toEqual([])
    expect(said[0]).toContain('a\\u0000\\u001b\\u007f')
    expect(said[3]).toMatch(/^the character "\\u202e" at position 0 of /)
  })

  test('are told by their escapes by the command, in names of files and of options', async () => {
    const name = 'a\u202e\u001b[2J\u2028b'
    const short = ['--epochs', '0', '--engine', 'float32', '--hidden', '1', '--limit', '2000']
    const said = await Promise.all([
      command('generate', '--model', name),
      command('train', ...short, '--out', `${name}/x`),
      command('train', `--${name}`),
      command(name),
    ])
    expect(said.map(({ code }) => code)).toEqual([2, 2, 2, 2])
    expect(said.flatMap(({ err }) => err).filter(isUnseen)).toEqual([])
  })

  test('that have a sign of their own, and all others, stay as they are', () => {
    expect(quoted('山 é "x" \u00a0\u3000😀')).toBe('"山 é \\"x\\" \u00a0\u3000😀"')
  })
})

describe('failures', () => {
  test('numbers that are not finite are told with the place where they began, if it is known', () => {
    const told = (origin: Origin) =>
      explain({ _tag: 'NotFinite', what: 'the loss', epoch: 3, minibatch: 2, origin }).split('; ')[1]
    const place = { time: 17, batch: 0, hidden: 12 }
    expect(told({ equation: 'gru', tensor: '1.z', place, value: -Infinity })).toBe(
      'the first such number is -Infinity in 1.z (equation gru) at time 17, batch 0, hidden 12: ' +
        'lower the learning rate or the clipping threshold',
    )
    expect(told({ equation: 'loss', tensor: 'loss', place: {}, value: NaN })).toBe(
      'the first such number is NaN in loss (equation loss): lower the learning rate or the clipping threshold',
    )
  })

  test.each(Object.values(sentences))('$0._tag', (failure, sentence) => {
    expect(explain(failure)).toBe(sentence)
  })

  test('advice follows what was expected and what was got, wherever there is some', () => {
    const difference = { expected: 'red', got: 'green', advice: 'ask for blue' }
    expect(explain({ _tag: 'InvalidSetting', setting: 'the colour', ...difference })).toBe(
      'the colour must be red, got green: ask for blue',
    )
    expect(explain({ _tag: 'DamagedFile', what: 'the file', ...difference })).toBe(
      'the file cannot be read: expected red, got green: ask for blue',
    )
  })

  test('a number of things is in the singular only for 1', () => {
    const told = (batch: number, steps: number, least: number) =>
      explain({ _tag: 'TextTooShort', sampling: 'consecutive', batch, steps, least, length: 0 })
    expect(told(2, 1, 4)).toContain('consecutive sampling of 2 rows of 1 step needs a text of at least 4 characters')
    expect(told(1, 2, 1)).toContain('of 1 row of 2 steps needs a text of at least 1 character,')
  })

  test('a character that cannot be seen is told by its escape', () => {
    const told = (character: string) => explain({ _tag: 'UnknownCharacter', character, position: 0, what: 'the text' })
    expect(told('\n')).toContain('the character "\\n" at position 0 of the text')
    expect(told('\ud83d')).toContain('the character "\\ud83d"')
    expect(told('山')).toContain('the character "山"')
  })
})
