/**
 * Chapter 9, continued: the protocol in which a program is checked. Its schema, what is read of an answer, and what is
 * said of one that cannot be read.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Ajv from 'ajv'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { explain } from '../src/failure.js'
import { checkSubject } from '../src/laws/check/check.js'
import { defaults, helloLine, PROTOCOL, questionLine, readAnswer, readDescription } from '../src/laws/check/protocol.js'
import { abilities } from '../src/laws/check/subject.js'
import type { Ability, Questions } from '../src/laws/check/subject.js'
import { blocks } from './house/markdown.js'
import { root } from './house/parts.js'
import { answers, hello } from './runner/plain-rnn.js'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const schema = JSON.parse(read('docs/check/protocol.schema.json')) as { readonly $id: string }
const ajv = new Ajv()
ajv.addSchema(schema)
const fits = (definition: string, value: unknown): boolean =>
  ajv.validate({ $ref: `${schema.$id}#/definitions/${definition}` }, value) === true

const description = E.toUnion(readDescription(hello)) as Parameters<typeof checkSubject>[0]['description']

describe('the schema', () => {
  test('holds every question of a whole check and every answer of a right program, as lines', () => {
    const wrong: string[] = []
    const seen = new Set<Ability>()
    const answer = <A extends Ability>(ability: A, question: Questions[A]): unknown => {
      const line = questionLine(seen.size + 1, ability, question)
      const { id, ask, ...asked } = JSON.parse(line) as { readonly id: number; readonly ask: A }
      const answered = JSON.stringify({ id, ...answers[ask](asked as Questions[A]) })
      if (!fits('question', JSON.parse(line))) wrong.push(line)
      if (!fits(`answer.${ability}`, JSON.parse(answered))) wrong.push(answered)
      seen.add(ability)
      return E.toUnion(readAnswer(id, ability)(answered))
    }
    checkSubject({ description, answer }, { samples: 4 })
    expect(wrong).toEqual([])
    expect([...seen].sort()).toEqual([...abilities].sort())
  })

  test('holds the first question and its answer', () => {
    expect(JSON.parse(helloLine)).toEqual({ id: 0, ask: 'hello', protocol: PROTOCOL })
    expect(fits('question', JSON.parse(helloLine))).toBe(true)
    expect(fits('answer.hello', { id: 0, ...hello })).toBe(true)
    expect(fits('answer.hello', { id: 0, protocol: 1, ...defaults, ...hello })).toBe(true)
  })

  test.each<[string, object]>([
    ['question', { id: 1, ask: 'forward', parameters: {}, state: {}, X: [[0.5]] }],
    ['question', { id: 1, ask: 'forward', parameters: { W_xh: [['a']] }, state: {}, X: [[0]] }],
    ['question', { id: 1, ask: 'forward', parameters: {}, state: {}, X: [[0]], Y: [[0]] }],
    ['question', { id: 1, ask: 'loss', parameters: {}, state: {}, X: [[0]] }],
    ['question', { id: 0, ask: 'hello', protocol: 2 }],
    ['question', { id: 1, ask: 'fly' }],
    [
      'question',
      { id: 1, ask: 'optimise', optimiser: { name: 'sgd', rate: 1, beta: 1 }, parameters: {}, gradients: [] },
    ],
    ['answer.forward', { id: 1, O: [[[null]]], state: {} }],
    ['answer.forward', { id: 1, O: [[[1]]] }],
    ['answer.loss', { id: 1, loss: 'NaN' }],
    ['answer.loss', { loss: 1 }],
    ['answer.backpropagate', { id: 1, loss: 1 }],
    ['answer.sample', { id: 1, minibatches: [{ X: [[0]], Y: [[1]] }] }],
    ['answer.generate', { id: 1, text: 'abc' }],
    ['error', { id: 1, error: 7 }],
  ])('refuses as a %s %j', (definition, message) => {
    expect(fits(definition, message)).toBe(false)
  })

  const descriptions: readonly [boolean, object][] = [
    [true, { name: 'a', cell: 'gru', can: ['forward'], reset: 'before' }],
    [true, { name: 'a', cell: 'rnn', can: ['forward'], activation: 'relu' }],
    [false, { name: 'a', cell: 'gru', can: ['forward'], activation: 'relu' }],
    [false, { name: 'a', cell: 'LSTM', can: ['forward'] }],
    [false, { name: '', cell: 'lstm', can: ['forward'] }],
    [false, { name: 'a', cell: 'lstm', can: [] }],
    [false, { name: 'a', cell: 'lstm', can: ['foward'] }],
    [false, { name: 'a', cell: 'lstm' }],
    [false, { name: 'a', cell: 'lstm', can: ['loss'], layers: 0 }],
    [false, { name: 'a', cell: 'lstm', can: ['loss'], layers: 65 }],
    [false, { name: 'a', cell: 'lstm', can: ['loss'], colour: 'red' }],
    [false, { name: 'a', cell: 'lstm', can: ['loss'], protocol: 2 }],
    [false, { name: 'a', cell: 'lstm', can: ['loss'], stateAdjoint: 1 }],
    ...Object.entries(defaults).flatMap(([field, value]): [boolean, object][] => [
      [true, { name: 'a', cell: 'rnn', can: ['loss'], [field]: value as unknown }],
      [false, { name: 'a', cell: 'rnn', can: ['loss'], [field]: 'else' }],
    ]),
  ]
  test.each(descriptions)('and the reader agree (%s) of %j', (right, message) => {
    expect(fits('answer.hello', { id: 0, ...message })).toBe(right)
    expect(E.isRight(readDescription(message))).toBe(right)
  })

  test('holds every example of its page, and the page has one of each message', () => {
    const examples = blocks({ path: 'docs/check/protocol.md', text: read('docs/check/protocol.md') })
      .filter(({ language }) => language === 'json')
      .flatMap(({ code }) => code.split('\n').filter((line) => line !== ''))
      .map((line) => JSON.parse(line) as { readonly ask?: string; readonly error?: string })
    const wrong = examples.filter((message, i) => {
      const asked = examples[i - 1]?.ask
      return message.ask !== undefined
        ? !fits('question', message)
        : message.error !== undefined
          ? !fits('error', message)
          : asked === undefined || !fits(`answer.${asked}`, message)
    })
    expect(wrong).toEqual([])
    expect(examples.flatMap(({ ask }) => ask ?? []).sort()).toEqual([...abilities, 'hello'].sort())
    expect(examples.length).toBe(2 * (abilities.length + 1) + 1)
  })
})

describe('what a program says of itself', () => {
  test('is completed by what it leaves out', () => {
    expect(readDescription({ name: 'a', cell: 'lstm', can: ['loss'], layers: 2 })).toEqual(
      E.right({ ...defaults, name: 'a', cell: 'lstm', can: ['loss'], layers: 2 }),
    )
  })

  test.each<[unknown, string]>([
    [
      { name: 'a', cell: 'LSTM', can: ['loss'] },
      '"cell" in the answer to hello must be rnn, gru or lstm, got "LSTM"',
    ],
    [
      { cell: 'rnn', can: ['loss'] },
      '"name" in the answer to hello must be a text of 1 to 100 characters, got nothing',
    ],
    [
      { name: 'a', cell: 'rnn', can: ['loss', 'foward'] },
      '"can[1]" in the answer to hello must be a list of one or more of forward, loss, backpropagate, clip, ' +
        'optimise, sample, generate, train, got "foward"',
    ],
    [
      { name: 'a', cell: 'rnn', can: ['loss'], layer: 2 },
      '"layer" in the answer to hello must be left out, got 2: what may be there is name, cell, activation, biases, ' +
        'layers, precision, layout, weights, reset, dialect, stateAdjoint, optimisers, samplings, can',
    ],
    [
      { name: 'a', cell: 'rnn', can: ['loss'], protocol: 2 },
      '"protocol" in the answer to hello must be 1, the only version there is, got 2',
    ],
    [
      { name: 'a', cell: 'gru', can: ['loss'], activation: 'relu' },
      '"activation" in the answer to hello must be left out for cell "gru", got "relu"',
    ],
    [[], 'the answer to hello does not fit: expected an object, got []'],
  ])('%j is refused', (answer, message) => {
    expect(E.mapLeft(explain)(readDescription(answer))).toEqual(E.left(message))
  })
})

describe('an answer', () => {
  test('is read whatever stands besides what was asked for, and loses its id', () => {
    expect(readAnswer(7, 'loss')('{"loss": 1.5, "id": 7, "seconds": 3, "error": null}')).toEqual(
      E.right({ loss: 1.5, seconds: 3 }),
    )
  })

  test('is asked for with a point in every real number, and with none in a count or a character', () => {
    expect(questionLine(7, 'clip', { gradients: { b: [0.1, -1e-300, -0, 1e21] }, theta: 1 })).toBe(
      '{"id":7,"ask":"clip","gradients":{"b":[0.1,-1e-300,-0.0,1e+21]},"theta":1.0}',
    )
    const passage = { parameters: { b_h: [0] }, state: { H_0: [[2]] }, X: [[0]], Y: [[1]] }
    expect(questionLine(8, 'loss', passage)).toBe(
      '{"id":8,"ask":"loss","parameters":{"b_h":[0.0]},"state":{"H_0":[[2.0]]},"X":[[0]],"Y":[[1]]}',
    )
  })

  const long = 'Loading the vocabulary of the text in /home/me/texts/songs-of-the-sea.txt ...'
  test.each<[string, string]>([
    ['{"id": 7, "O": [[[1, NaN]]]}', 'expected finite numbers, got NaN as O[0][0][1]: look for what overflows'],
    ['{"id": 7, "loss": -Infinity}', 'expected finite numbers, got -Infinity as loss: look for what overflows'],
    ['{"id": 7, "NaN": "NaN", "a": {"W_xh": [0, inf]}}', 'expected finite numbers, got inf as a.W_xh[1]'],
    ['NaN', 'expected finite numbers, got NaN as the whole answer'],
    ['{"id": 7, "loss": None}', `expected an answer in JSON, got "{"id": 7, "loss": None}", which is Python's own`],
    ["{'id': 7, 'loss': 1.0}", `expected an answer in JSON, got "{'id': 7, 'loss': 1.0}", which is Python's own`],
    ["{'id': 7, 'loss': np.float64(1.0)}", 'turn arrays into lists, with tolist() in NumPy'],
    ['array([[1., 2.]])', 'expected an answer in JSON, got "array([[1., 2.]])": turn arrays into lists'],
    ['', 'expected an answer in JSON, got an empty line: print one line for each question'],
    ['{', 'expected an answer in JSON, got "{", which is not whole: write each answer on one line'],
    ['{"id": 7, "loss": 1', 'which is not whole: write each answer on one line, without indentation'],
    ['{"id": 7} {"id": 8}', 'which is not whole'],
    ['epoch 1', 'got "epoch 1": standard output is for answers alone, so print everything else to standard error'],
    [long, `expected an answer in JSON, got "${long.slice(0, 60)}…": standard output is for answers alone`],
    ['\u001b[31mred', 'got "\\u001b[31mred": standard output is for answers alone'],
    ['[1, 2]', 'expected an object, {"id": 7, ...}, got [1,2]'],
    ['3', 'expected an object, {"id": 7, ...}, got 3'],
    ['{"loss": 1}', 'expected "id": 7, got no id: answer with the id of the question'],
    ['{"id": 6}', 'expected "id": 7, got 6, which was answered before: print one line for each question'],
    ['{"id": 8}', 'expected "id": 7, got 8: answer questions in the order in which they come, each with its own id'],
    ['{"id": "7"}', 'expected "id": 7, got "7": answer questions in the order'],
    ['{"error": "no such cell\\u001b"}', 'the program says it cannot answer: "no such cell\\u001b"'],
    [`${'['.repeat(1e5)}NaN${']'.repeat(1e5)}`, 'expected an answer in JSON'],
  ])('that is %j cannot be read', (line, what) => {
    const said = readAnswer(7, 'loss')(line)
    expect(said).toEqual(E.left(expect.stringContaining(`question 7 (loss): `)))
    expect(said).toEqual(E.left(expect.stringContaining(what)))
  })
})
