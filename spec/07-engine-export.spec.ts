/**
 * Chapter 7, continued: the files. A model's three graphs need nothing of this package, and say what they are.
 */
import { describe, expect, test } from 'vitest'
import { axis, showAxes } from '../src/algebra/index.js'
import { exportGraphs, forwardGraph, NEXT } from '../src/engine/index.js'
import type { GraphRequest } from '../src/engine/index.js'
import { flatten } from '../src/algebra/names.js'
import { axesOfFields, learnerPattern, under, withPrefix } from '../src/engine/fields.js'
import { float32, float64 } from '../src/interpret/index.js'
import { decodeModel } from './onnx/decode.js'
import type { ModelProto } from '../src/interpret/onnx/schema.js'
import { readingOf } from '../src/laws/algebra/agreement-of-readings.js'
import { accurateAll } from '../src/laws/agreement.js'
import { pointOf } from '../src/laws/model/sample.js'
import type { SampleWithCuts } from '../src/laws/model/sample.js'
import { writeAll } from '../src/laws/train/records.js'
import type { LayersShape } from '../src/model/layers.js'
import { seeded } from '../src/random.js'
import { greedy, predict, reader } from '../src/generate/index.js'
import { anySizes, samplesWithCuts } from '../src/laws/samples/model.js'
import { numbersIn, runAtOnce } from './onnx/at-once.js'
import type { Fed, Feeds } from './onnx/at-once.js'
import { beginner } from './onnx/engines.js'
import { compiledErrors } from './onnx/errors.js'
import { setups, sized, sizes } from './onnx/examples.js'
import type { Setup } from './onnx/examples.js'
import { forwardOf } from './onnx/language-model.js'
import { nodesIn } from './onnx/show.js'
import { fedFrom } from './onnx/steps.js'
import { forAll, law } from './runner/run.js'

const alphabet = { characters: ['a', 'b', 'c', 'd', '\u{1d11e}'] }
const [batch, steps] = [2, 3]
const requestOf = (setup: Setup): GraphRequest<LayersShape> => ({
  ...sized(setup, sizes),
  batch,
  steps,
  metadata: { settings: '{"rate":1}' },
})

const whole = (values: readonly number[], dims: readonly number[] = [values.length]): Fed => ({
  type: 'int64',
  data: BigInt64Array.from(values, BigInt),
  dims,
})
describe.each(Object.entries(setups))('the files of a model: %s', (_, setup) => {
  const request = requestOf(setup)
  const { parameters } = beginner(float32, request, 1)
  const files = exportGraphs(request, parameters, alphabet)
  const models = Object.entries(files).map(([name, bytes]): readonly [string, ModelProto] => [name, decodeModel(bytes)])

  test.each(models)('%s says what goes in and out, and with which axes, and holds the vocabulary', (name, model) => {
    const told = new Map(model.metadata_props.map(({ key, value }) => [key, value]))
    const { input, output } = model.graph
    const ports = [...input.map((port) => ['input', port] as const), ...output.map((port) => ['output', port] as const)]
    expect(JSON.parse(told.get('vocabulary') ?? '')).toEqual(alphabet.characters)
    expect(told.get('settings')).toBe('{"rate":1}')
    expect(told.size).toBe(2 + ports.length)
    ports.forEach(([kind, port]) => {
      expect(told.get(`${kind} ${port.name}`)).toBe(port.doc_string)
      // Something in words, and the axes with their sizes.
      expect([name, port.name, port.doc_string]).toEqual([name, port.name, expect.stringMatching(/^\w.*; .*\[.*\]$/)])
    })
  })

  test('the training graph takes and gives each field of the learner, and nothing is built in', () => {
    const { input, output, initializer } = decodeModel(files.training).graph
    const axes = axesOfFields(learnerPattern(request.model, request.optimiser, batch))
    const fields = Object.keys(axes)
    expect(input.map(({ name }) => name)).toEqual([...fields, 'inputs', 'labels'])
    const largest = Object.keys(flatten(parameters)).map((field) => `largest.${field}`)
    expect(output.map(({ name }) => name)).toEqual([...fields.map((field) => NEXT + field), 'loss', ...largest])
    expect(initializer.filter(({ name }) => !name.startsWith('/'))).toEqual([])
    input.slice(0, fields.length).forEach(({ name, doc_string }) => {
      expect(doc_string).toContain(showAxes(axes[name]))
    })
  })

  test('rows of one character are added up: no scatter leaves open which of them wins', () => {
    const scatters = models.flatMap(([name, { graph }]) =>
      nodesIn(graph).flatMap(({ op_type, attribute }) => {
        const reduction = attribute.find((each) => each.name === 'reduction')?.s
        const how = reduction === undefined ? 'last wins' : new TextDecoder().decode(reduction)
        return op_type.startsWith('Scatter') ? [`${name}: ${op_type} ${how}`] : []
      }),
    )
    expect([...new Set(scatters)]).toEqual(['training: ScatterElements add'])
  })

  test('the others have the parameters built in, under their names', () => {
    ;[files.forward, files.generation].forEach((bytes) => {
      const built = decodeModel(bytes).graph.initializer.filter(({ name }) => !name.startsWith('/'))
      const own = new Map(built.map(({ name, float_data }) => [name, Array.from(float_data ?? [])]))
      const named = Object.entries(flatten<'float32'>(parameters))
      named.forEach(([field, parameter]) => {
        expect(own.get(`parameters.${field}`)).toEqual(float32.toArray(parameter))
      })
      expect(own.size).toBe(named.length)
    })
  })

  test('the generation graph writes what float32 writes, at once or in two goes', () => {
    const read = reader(float32, request.model, parameters)
    const start = withPrefix('hidden.', fedFrom(writeAll(float32, read.start)))
    const go = (hidden: Feeds, first: number, length: number) =>
      runAtOnce(files.generation, { ...hidden, first: whole([first]), length: whole([length], []) })
    alphabet.characters.forEach((__, first) => {
      const expected = predict(read, greedy, seeded(1))([first], 20).slice(1)
      const atOnce = go(start, first, 20)
      expect(atOnce['characters'].dims).toEqual([20, 1])
      expect(numbersIn(atOnce['characters'])).toEqual(expected)
      const one = go(start, first, 7)
      const two = go(under(NEXT, one), numbersIn(one['characters'])[6], 13)
      expect([one, two].flatMap(({ characters }) => numbersIn(characters))).toEqual(expected)
      expect(under(NEXT, two)).toEqual(under(NEXT, atOnce))
    })
  })

  law(
    'the forward graph gives the scores and the state of double precision, within its roundings',
    forAll(samplesWithCuts(setup, anySizes), (passage: SampleWithCuts) => {
      const [rows, { size: vocabulary }] = passage.X.axes
      const [state] = Object.values(passage.state)
      const its = { vocabulary, hidden: state.axes[1].size }
      const weights = pointOf(passage.parameters)
      const lengths = { batch: rows.inner.size, steps: rows.outer.size }
      const model = forwardGraph({ ...request, ...sized(setup, its), ...lengths }, weights)
      const fed = { ...withPrefix('hidden.', fedFrom(passage.state)), inputs: whole(passage.X.indices) }
      const results = runAtOnce(model, fed)
      const term = forwardOf(setup)
      const exact = readingOf(float64).evaluate(term, passage)
      const errors = readingOf(compiledErrors).evaluate(term, passage)
      const ours = Object.fromEntries(
        Object.keys(exact).filter((name) => name !== 'hidden').map((name) => {
          const values = numbersIn(results[name.startsWith('state.') ? `${NEXT}hidden.${name.slice(6)}` : name])
          return [name, { axes: exact[name].axes, values }]
        }),
      )
      const same = (all: typeof exact) => Object.fromEntries(Object.keys(ours).map((name) => [name, all[name]]))
      return accurateAll(same(errors), ours, same(exact))
    }),
    { runs: 8 },
  )
})

describe('what does not fit', () => {
  test('a vocabulary of another size is a defect', () => {
    const request = requestOf(setups['rnn, clipped'])
    const { parameters } = beginner(float32, request, 1)
    expect(() => exportGraphs(request, parameters, { characters: ['a'] })).toThrow(
      'exportGraphs: expected the 5 characters of the model, got 1',
    )
  })
  test('parameters of another size are a defect', () => {
    const request = requestOf(setups['rnn, clipped'])
    const W_xh = float32.fill([axis('vocabulary', 5), axis('hidden', 2)], 0)
    expect(() => exportGraphs(request, { W_xh } as never, alphabet)).toThrow(
      'parameters.W_xh of [vocabulary 5, hidden 3] needs 15 numbers, got 10',
    )
  })
})
