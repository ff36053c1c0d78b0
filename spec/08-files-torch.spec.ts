/**
 * Chapter 8: interchange with PyTorch. State dicts of torch.nn.RNN, GRU and LSTM with a Linear layer, both ways; what
 * a state dict must not be; and files that are damaged. (What the numbers then mean is chapter 3's.)
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { entries, product, sameAxes } from '../src/algebra/axis.js'
import type { Axes } from '../src/algebra/axis.js'
import { explain } from '../src/failure.js'
import { float32 } from '../src/interpret/index.js'
import type { Float32Tensor } from '../src/interpret/float32.js'
import { closeNumbers, sameNumbers } from '../src/laws/law.js'
import { flatAxes, flatten, unflatten } from '../src/algebra/names.js'
import type { Named } from '../src/algebra/names.js'
import { cellNames, gatesOf, networkOf } from '../src/model/cells.js'
import { languageModel } from '../src/model/language-model.js'
import type { LayersShape } from '../src/model/layers.js'
import type { Parameters } from '../src/model/model.js'
import type { CellChoice } from '../src/model/cells.js'
import { forward, parameterAxes, zeroState } from '../src/model/model.js'
import { batchAxis, timeAxis, vocabularyAxis } from '../src/model/parameters.js'
import type { Sizes } from '../src/model/parameters.js'
import { encoded, fromTorch, readSafetensors, toTorch, writeSafetensors } from '../src/files/index.js'
import type { StoredTensor } from '../src/files/index.js'
import { listOf } from '../src/laws/samples/tensors.js'
import { forAll, law } from './runner/run.js'
import { damaged, f32, refusal, right, sameBytes, sameFile } from './runner/store-samples.js'

type Parameters32 = Parameters<'float32', LayersShape>
type Tensors = ReadonlyMap<string, StoredTensor>

interface Model {
  readonly choice: CellChoice
  readonly sizes: Sizes
  readonly parameters: Parameters32
}

const choices: fc.Arbitrary<CellChoice> = fc.record({
  cell: fc.constantFrom(...cellNames),
  activation: fc.constantFrom('tanh', 'relu'),
  layers: fc.integer({ min: 1, max: 4 }),
  biases: fc.constantFrom('one', 'two'),
})

const sizes: fc.Arbitrary<Sizes> = fc.record({
  vocabulary: fc.integer({ min: 1, max: 5 }),
  hidden: fc.integer({ min: 1, max: 4 }),
})

/** Numbers of every kind: subnormal, infinite, -0, and NaN. */
const anyNumber = fc.float()

const shapeOf = (choice: CellChoice, size: Sizes) => parameterAxes(float32, languageModel(networkOf(choice), size))
const treeOf = (choice: CellChoice, size: Sizes, named: Named<'float32'>): Parameters32 =>
  unflatten<'float32', ReturnType<typeof shapeOf>>(shapeOf(choice, size), named)

const parametersOf = (choice: CellChoice, size: Sizes, entry: fc.Arbitrary<number>): fc.Arbitrary<Parameters32> =>
  fc
    .record(
      Object.fromEntries(
        Object.entries(flatAxes(shapeOf(choice, size))).map(([field, axes]) => [
          field,
          listOf(entries(axes), entry).map((values) => float32.tensor(axes, values)),
        ]),
      ),
    )
    .map((named) => treeOf(choice, size, named))

const models = (entry: fc.Arbitrary<number>, of: fc.Arbitrary<CellChoice> = choices): fc.Arbitrary<Model> =>
  fc
    .tuple(of, sizes)
    .chain(([choice, size]) =>
      parametersOf(choice, size, entry).map((parameters) => ({ choice, sizes: size, parameters })),
    )

const exported = ({ choice, sizes: size, parameters }: Model): Tensors => right(toTorch(choice, size, parameters))
const read = ({ choice }: Model, tensors: Tensors) => fromTorch('model.safetensors', choice)(tensors)

const sameParameters = (one: Parameters32, other: Parameters32): boolean => {
  const [a, b] = [flatten<'float32'>(one), flatten<'float32'>(other)]
  return (
    Object.keys(a).join() === Object.keys(b).join() &&
    Object.keys(a).every(
      (field) => sameAxes(a[field].axes, b[field].axes) && sameNumbers(numbers(a[field]), numbers(b[field])),
    )
  )
}
const numbers = ({ data }: Float32Tensor<Axes>): readonly number[] => Array.from(data)

describe('A state dict', () => {
  law(
    'is read back as the model that was written, bit for bit, with its cell, layers, sizes and order of parameters',
    forAll(models(anyNumber), (model) => {
      const back = right(read(model, exported(model)))
      return (
        JSON.stringify(back.choice) === JSON.stringify({ ...back.choice, ...model.choice }) &&
        JSON.stringify(back.sizes) === JSON.stringify({ ...back.sizes, ...model.sizes }) &&
        sameParameters(back.parameters, model.parameters)
      )
    }),
  )

  law(
    'is written back as the same bytes',
    forAll(models(anyNumber), (model) => {
      const bytes = writeSafetensors({ metadata: new Map(), tensors: exported(model) })
      const { tensors } = right(readSafetensors('it')(bytes))
      const { choice, sizes: size, parameters } = right(read(model, tensors))
      const again = writeSafetensors({ metadata: new Map(), tensors: right(toTorch(choice, size, parameters)) })
      return sameBytes(bytes, again)
    }),
  )

  law(
    "has PyTorch's names and shapes: gates in one block, weights transposed, two biases a layer",
    forAll(models(fc.constant(0)), (model) => {
      const { cell, layers } = model.choice
      const { vocabulary: V, hidden: H } = model.sizes
      const rows = gatesOf[cell].length * H
      const ofLayer = (k: number): readonly (readonly [string, string])[] => [
        [`rnn.weight_ih_l${String(k)}`, String([rows, k === 0 ? V : H])],
        [`rnn.weight_hh_l${String(k)}`, String([rows, H])],
        [`rnn.bias_ih_l${String(k)}`, String([rows])],
        [`rnn.bias_hh_l${String(k)}`, String([rows])],
      ]
      const wanted = new Map([
        ...[...Array(layers).keys()].flatMap(ofLayer),
        ['linear.weight', String([V, H])] as const,
        ['linear.bias', String([V])] as const,
      ])
      const written = exported(model)
      return (
        written.size === wanted.size &&
        [...wanted].every(
          ([name, shape]) => written.get(name)?.dtype === 'F32' && String(written.get(name)?.shape) === shape,
        )
      )
    }),
  )

  law(
    'with one bias a gate has zeros for the second, and is read with two as well, the second then zero',
    forAll(models(anyNumber, choices.map((choice) => ({ ...choice, biases: 'one' as const }))), (model) => {
      const tensors = exported(model)
      const second = [...tensors].filter(([name]) => name.startsWith('rnn.bias_hh'))
      const { parameters } = right(fromTorch('it', { ...model.choice, biases: 'two' })(tensors))
      const named = Object.entries(flatten<'float32'>(parameters))
      const zeros = named.filter(([field]) => /(^|\.)b_h[hrznifgo]$/.test(field))
      return (
        second.length === model.choice.layers &&
        second.every(([, { bytes }]) => bytes.every((byte) => byte === 0)) &&
        zeros.length === gatesOf[model.choice.cell].length * model.choice.layers &&
        zeros.every(([, zero]) => numbers(zero).every((x) => Object.is(x, 0)))
      )
    }),
  )

  law(
    'may list its tensors in any order',
    forAll(models(anyNumber), (model) =>
      sameParameters(right(read(model, new Map([...exported(model)].reverse()))).parameters, model.parameters),
    ),
  )
})

/** The numbers 1, 2, 3, ... in a GRU of two layers, 5 characters and 3 units. */
const sample: Model = (() => {
  const choice: CellChoice = { cell: 'gru', activation: 'tanh', layers: 2, biases: 'two' }
  const size = { vocabulary: 5, hidden: 3 }
  const axes = Object.entries(flatAxes(shapeOf(choice, size)))
  const counted = axes.map(([field, its], k) => {
    const values = Array.from({ length: entries(its) }, (_, i) => 100 * k + i + 1)
    return [field, float32.tensor(its, values)] as const
  })
  return { choice, sizes: size, parameters: treeOf(choice, size, Object.fromEntries(counted)) }
})()

describe('A state dict is refused', () => {
  const tensors = exported(sample)
  const without = (name: string): Tensors => new Map([...tensors].filter(([it]) => it !== name))
  const withTensor = (name: string, tensor: StoredTensor): Tensors => new Map([...tensors, [name, tensor]])
  const zerosOf = (...shape: readonly number[]): StoredTensor =>
    encoded(shape, f32(...Array<number>(shape.reduce((a, b) => a * b, 1)).fill(0)))
  const ofType = (dtype: StoredTensor['dtype'], bytesEach: number, ...shape: readonly number[]): StoredTensor => ({
    dtype,
    shape,
    bytes: new Uint8Array(shape.reduce((a, b) => a * b, bytesEach)),
  })
  const shapeOf = (name: string): readonly number[] => tensors.get(name)?.shape ?? []
  const renamed = (from: string, to: string): Tensors =>
    new Map([...tensors].map(([name, it]) => [name.replace(from, to), it] as const))
  const transposed = (...names: readonly string[]): Tensors =>
    new Map([...tensors, ...names.map((name) => [name, zerosOf(...[...shapeOf(name)].reverse())] as const)])
  const matrices = [...tensors.keys()].filter((name) => shapeOf(name).length === 2)
  const AS_OTHERS = ' (as in a model of 5 characters, 3 hidden units and 2 gru layers)'
  /** What a message expects of a tensor, as the rest of the file has it. */
  const wanted = (name: string): string => `the tensor ${name} of shape [${shapeOf(name).join(', ')}]${AS_OTHERS}`
  const NO_LAYER = 'tensors named as rnn.weight_ih_l0, rnn.weight_hh_l0 and on, got '
  const NOTHING_ELSE = 'no tensors but 2 gru layers and the output layer, got '
  const NO_SIZES = 'weights of 1, 3 or 4 gates by H rows and linear.weight of shape [V, H], got none that fit'

  test.each<readonly [string, Tensors, string]>([
    ...[...tensors.keys()].map((name) => [`without ${name}`, without(name), `${wanted(name)}, got none`] as const),
    ...matrices.map(
      (name) =>
        [
          `with ${name} transposed`,
          transposed(name),
          `${wanted(name)}, got shape [${[...shapeOf(name)].reverse().join(',')}]: transpose it`,
        ] as const,
    ),
    [
      'with all matrices transposed',
      transposed(...matrices),
      `${wanted('rnn.weight_ih_l0')}, got shape [5,9]: transpose`,
    ],
    ...[...tensors.keys()].map(
      (name) =>
        [
          `with ${name} of another size`,
          withTensor(name, zerosOf(...shapeOf(name).map((size) => size + 1))),
          `${wanted(name)}, got shape [${shapeOf(name).map((size) => size + 1).join(',')}]`,
        ] as const,
    ),
    ...(['ih', 'hh'] as const).flatMap((which) =>
      [0, 1].flatMap((layer) =>
        ([1, 4] as const).map((gates) => {
          const name = `rnn.weight_${which}_l${String(layer)}`
          const [, columns] = shapeOf(name)
          return [
            `with ${name} of ${String(gates)} gates`,
            withTensor(name, zerosOf(gates * 3, columns)),
            `${wanted(name)}, got shape [${String(gates * 3)},${String(columns)}]`,
          ] as const
        }),
      ),
    ),
    ['that is empty', new Map(), `${NO_LAYER}none`],
    [
      'by other names',
      renamed('rnn.', 'gru.'),
      `${NO_LAYER}"gru.weight_ih_l0", "gru.weight_hh_l0", "gru.bias_ih_l0", ...`,
    ],
    ['of the output layer alone', new Map([...tensors].slice(-2)), `${NO_LAYER}"linear.weight", "linear.bias"`],
    [
      'with an output layer by another name',
      renamed('linear.', 'fc.'),
      `${wanted('linear.weight')}, got none, but "fc.`,
    ],
    [
      'with a second direction',
      withTensor('rnn.weight_ih_l0_reverse', zerosOf(9, 5)),
      `${NOTHING_ELSE}"rnn.weight_ih_l0_`,
    ],
    ['with a projection', withTensor('rnn.weight_hr_l0', zerosOf(2, 3)), `${NOTHING_ELSE}"rnn.weight_hr_l0"`],
    ['with a buffer', withTensor('steps', zerosOf()), `${NOTHING_ELSE}"steps"`],
    ['with a layer left out', renamed('_l1', '_l2'), 'the tensor rnn.weight_ih_l1 of shape [9, 3] (as in a model of 5'],
    ['with a layer called l01', withTensor('rnn.weight_hh_l01', zerosOf(9, 3)), `${NOTHING_ELSE}"rnn.weight_hh_l01"`],
    [
      'with a weight called l01',
      renamed('hh_l1', 'hh_l01'),
      `${wanted('rnn.weight_hh_l1')}, got none, but "rnn.weight_hh_l01"`,
    ],
    [
      'with a bias that is a matrix',
      withTensor('linear.bias', zerosOf(1, 5)),
      `${wanted('linear.bias')}, got shape [1,5]`,
    ],
    ['with a scalar for a bias', withTensor('linear.bias', zerosOf()), `${wanted('linear.bias')}, got shape []`],
    [
      'with a gate missing',
      withTensor('rnn.weight_ih_l0', zerosOf(6, 5)),
      `${wanted('rnn.weight_ih_l0')}, got shape [6,5]`,
    ],
    [
      'with a weight of no entries',
      withTensor('rnn.weight_hh_l0', zerosOf(0, 0)),
      `${wanted('rnn.weight_hh_l0')}, got shape [0,0]`,
    ],
    [
      'with a weight that is a vector',
      withTensor('rnn.weight_ih_l0', zerosOf(9)),
      `${wanted('rnn.weight_ih_l0')}, got shape [9]`,
    ],
    ['of shapes without a size', new Map([['rnn.weight_ih_l0', zerosOf(0, 0)]]), NO_SIZES],
    ['of no shapes', new Map([['rnn.weight_ih_l0', zerosOf()]]), NO_SIZES],
    [
      'in double precision',
      withTensor('linear.bias', ofType('F64', 8, 5)),
      'the tensor linear.bias of model.safetensors does not fit: expected entries of type F32, got F64',
    ],
    [
      'in half precision',
      withTensor('rnn.weight_ih_l0', ofType('F16', 2, 9, 5)),
      'the tensor rnn.weight_ih_l0 of model.safetensors does not fit: expected entries of type F32, got F16',
    ],
    [
      'in brain floats',
      withTensor('rnn.bias_hh_l1', ofType('BF16', 2, 9)),
      'the tensor rnn.bias_hh_l1 of model.safetensors does not fit: expected entries of type F32, got BF16',
    ],
  ])('%s', (_, wrong, reason) => {
    const message = refusal(read(sample, wrong))
    expect(message).toContain(reason)
    expect(message).toMatch(/^(the tensor [\w.]+ of )?model\.safetensors does not fit: expected [^\n]+, got [^\n]+$/)
  })

  test('with second biases that are not zero, where the model is to have one a gate', () => {
    const one = fromTorch('model.safetensors', { activation: 'tanh', biases: 'one' })
    expect(refusal(one(tensors))).toBe(
      'model.safetensors does not fit: expected the second bias rnn.bias_hh_l0 to be zero, ' +
        'since the model has one a gate, got other numbers',
    )
    const secondZero = new Map([...tensors, ['rnn.bias_hh_l0', zerosOf(9)] as const])
    expect(refusal(one(secondZero))).toContain('the second bias rnn.bias_hh_l1 to be zero')
    expect(E.isRight(one(new Map([...secondZero, ['rnn.bias_hh_l1', zerosOf(9)] as const])))).toBe(true)
    const inDoubles = new Map([...secondZero, ['rnn.bias_hh_l1', ofType('F64', 8, 9)] as const])
    expect(refusal(one(inDoubles))).toContain('expected entries of type F32, got F64')
  })

  const square = zerosOf(9, 3)
  const layersUpTo = (most: number): Tensors =>
    new Map([
      ...tensors,
      ...Array.from({ length: most }, (_, k) => [`rnn.weight_hh_l${String(k)}`, square] as const),
    ])

  test('with layers by the ten thousand, quickly', () => {
    expect(refusal(read(sample, layersUpTo(20_000)))).toBe(
      'model.safetensors does not fit: expected a state dict of at most 64 layers, got layer 19999',
    )
    expect(refusal(read(sample, layersUpTo(64)))).toContain('rnn.weight_ih_l2 of shape [9, 3] (as in a model of 5')
    expect(refusal(read(sample, layersUpTo(65)))).toContain('at most 64 layers, got layer 64')
  })

  test('with a shape of a million dimensions, in a short line', () => {
    const shape = Array<number>(1_000_000).fill(1)
    const long = { ...zerosOf(1), shape }
    const message = refusal(read(sample, withTensor('linear.bias', long)))
    expect(message).toMatch(/got shape \[1,1,1,[1,]*…$/)
    expect(message.length).toBeLessThan(250)
  })
})

describe('What no module of torch.nn computes', () => {
  const identity = (cell: CellChoice['cell'], layers = 1): CellChoice => ({
    ...{ cell, layers, activation: 'identity', biases: 'two' },
  })
  const written = (choice: CellChoice) => {
    const size = { vocabulary: 3, hidden: 2 }
    const zeros = Object.entries(flatAxes(shapeOf(choice, size))).map(([field, axes]) => [field, float32.fill(axes, 0)])
    return toTorch(choice, size, treeOf(choice, size, Object.fromEntries(zeros) as Named<'float32'>))
  }

  test.each([1, 3])('is not written: an rnn with phi = identity, in %i layers', (layers) => {
    expect(refusal(written(identity('rnn', layers)))).toBe(
      'the model does not fit: expected an rnn with tanh or relu, which is all that torch.nn.RNN computes, ' +
        'got identity: export it as onnx, or train one with such an activation',
    )
  })

  test('is not what gates with activations of their own have in their settings', () => {
    expect([identity('gru'), identity('lstm', 2)].map((choice) => E.isRight(written(choice)))).toEqual([true, true])
  })

  test('and was written before is read', () => {
    const tensors = right(written({ ...identity('rnn'), activation: 'relu' }))
    expect(right(fromTorch('it', identity('rnn'))(tensors)).choice).toEqual(identity('rnn'))
  })
})

describe('A file that PyTorch wrote', () => {
  const folder = join(import.meta.dirname, 'witnesses', 'golden')
  const written = JSON.parse(readFileSync(join(folder, 'lstm-2-5x3.json'), 'utf8')) as {
    readonly batch: number
    readonly steps: number
    readonly inputs: readonly number[]
    readonly logits: readonly number[]
    readonly parameters: Readonly<Record<string, readonly number[]>>
  }
  const bytes = readFileSync(join(folder, 'lstm-2-5x3.safetensors'))
  const { metadata, tensors } = right(readSafetensors('lstm-2-5x3.safetensors')(bytes))
  const model = right(fromTorch('lstm-2-5x3.safetensors', { activation: 'tanh', biases: 'two' })(tensors))

  test('is read as what it is', () => {
    expect(metadata.get('format')).toBe('pt')
    expect(model.choice).toEqual({ cell: 'lstm', layers: 2, activation: 'tanh', biases: 'two' })
    expect(model.sizes).toEqual({ vocabulary: 5, hidden: 3 })
    expect(new Set(tensors.keys())).toEqual(new Set(Object.keys(written.parameters)))
    tensors.forEach((tensor, name) => {
      expect(sameBytes(tensor.bytes, encoded(tensor.shape, f32(...written.parameters[name])).bytes)).toBe(true)
    })
  })

  test('gives the logits that PyTorch gives', () => {
    const its = languageModel(networkOf(model.choice), model.sizes)
    const [batch, time] = [batchAxis(written.batch), timeAxis(written.steps)]
    const X = float32.oneHot([product(time, batch), vocabularyAxis(5)], written.inputs)
    const { O } = forward(float32, its)(model.parameters, zeroState(float32, its, batch), X)
    // Logits of size 1 or less, from sums of a dozen terms.
    expect(closeNumbers(1e-6, float32.toArray(O), written.logits)).toBe(true)
  })

  test('is written again with the same tensors', () => {
    const again = right(toTorch(model.choice, model.sizes, model.parameters))
    expect(sameFile({ metadata, tensors: again }, { metadata, tensors })).toBe(true)
  })
})

describe('A damaged file', () => {
  const bytesOf = (model: Model): Uint8Array => writeSafetensors({ metadata: new Map(), tensors: exported(model) })
  const readWhole = (choice: Pick<CellChoice, 'activation' | 'biases'>, bytes: Uint8Array) =>
    E.chain(({ tensors }: { readonly tensors: Tensors }) => fromTorch('model.safetensors', choice)(tensors))(
      readSafetensors('model.safetensors')(bytes),
    )

  const damagedModels = models(fc.float()).chain((model) =>
    damaged(fc.constant(bytesOf(model))).map((bytes) => ({ model, bytes })),
  )

  law(
    'is refused in one line, or is another model of its size that can be written again: reading it never throws',
    forAll(damagedModels, ({ model: { choice }, bytes }) => {
      const result = readWhole(choice, bytes)
      if (E.isLeft(result)) return !explain(result.left).includes('\n')
      const again = readWhole(choice, bytesOf(result.right))
      return E.isRight(again) && sameParameters(again.right.parameters, result.right.parameters)
    }),
    { runs: 500 },
  )

  law(
    'that is cut short is refused',
    forAll(models(fc.float()), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (model, part) => {
      const bytes = bytesOf(model)
      return E.isLeft(readWhole(model.choice, bytes.subarray(0, Math.floor(part * bytes.length))))
    }),
  )

  law(
    'whose tensors have other names, types or shapes is refused in one line, or is a model',
    forAll(
      models(fc.float()),
      fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom('drop', 'swap', 'double', 'reshape'))),
      (model, changes) => {
        const changed = changes.reduce<readonly (readonly [string, StoredTensor])[]>((all, [a, b, what]) => {
          const [i, j] = [a % all.length, b % all.length]
          const [[name, tensor], [, other]] = [all[i], all[j]]
          const { shape, bytes } = tensor
          const halves = { ...tensor, dtype: 'F64' as const, shape: [bytes.length / 8] }
          return all.length < 2
            ? all
            : what === 'drop'
              ? all.toSpliced(i, 1)
              : what === 'swap'
                ? all.with(i, [name, other])
                : what === 'double'
                  ? all.with(i, [name, bytes.length % 8 === 0 ? halves : tensor])
                  : all.with(i, [name, { ...tensor, shape: shape.toReversed() }])
        }, [...exported(model)])
        const result = read(model, new Map(changed))
        return E.isRight(result) || !explain(result.left).includes('\n')
      },
    ),
    { runs: 300 },
  )
})
