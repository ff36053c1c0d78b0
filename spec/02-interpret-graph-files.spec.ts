/**
 * Chapter 2, continued: files. A model is the same bytes whenever it is made, and holds each shared term once.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { axis, Defect, product } from '../src/algebra/index.js'
import type { Axis } from '../src/algebra/index.js'
import type { TensorAlgebra } from '../src/algebra/tensor-algebra.js'
import { compile } from '../src/interpret/onnx/compile.js'
import type { Arguments, CompileOptions, Results } from '../src/interpret/onnx/compile.js'
import { extended, lookup } from '../src/interpret/onnx/levels.js'
import type { Levels } from '../src/interpret/onnx/levels.js'
import { decodeModel } from './onnx/decode.js'
import { numbersIn, runAtOnce } from './onnx/at-once.js'
import type { Fed } from './onnx/at-once.js'
import { compiled, modelFor } from './onnx/compiled.js'
import { graphsOf, setups, STEPS } from './onnx/examples.js'
import { nodesIn, operatorsIn } from './onnx/show.js'
import { forAll, law } from './runner/run.js'

type Graph = TensorAlgebra<'graph'>
type Matrix = [Axis<'M'>, Axis<'K'>]

const [M, K] = [axis('M', 2), axis('K', 3)]
const signatures = { tensors: { A: [M, K], c: [] }, oneHots: { x: [M, K] } }
const options: CompileOptions = { name: 'test', description: 'a test' }

type Given = Readonly<Record<'A' | 'c', Arguments['tensors'][string]>>

/** The model of a function of a matrix A and a scalar c. */
const modelOf = (
  f: (algebra: Graph, given: Given) => unknown,
  more: Partial<CompileOptions> = {},
): Uint8Array =>
  compile(
    signatures,
    (algebra, { tensors }) => ({ tensors: { result: f(algebra, { A: tensors['A'], c: tensors['c'] }) as never } }),
    { ...options, ...more },
  )

const fed = (type: Fed['type'], data: Fed['data'], dims: readonly number[]): Fed => ({ type, data, dims })
const scalar = fed('float32', Float32Array.of(1), [])
const rows = fed('int64', BigInt64Array.of(0n, 1n), [2])

const nodeCount = (model: Uint8Array): number => operatorsIn(model).length

describe('the same function gives the same bytes', () => {
  test.each(Object.entries(setups))('%s', (_, setup) => {
    const [first, second] = [graphsOf(setup, STEPS.few), graphsOf(setup, STEPS.few)]
    expect(second).toEqual(first)
    expect(new Set(Object.values(first).map((bytes) => Buffer.from(bytes).toString('hex'))).size).toBe(3)
  })
})

describe('the number of nodes', () => {
  const counts = (from: number, to: number): readonly number[] =>
    Array.from({ length: to - from + 1 }, (_, i) => nodeCount(graphsOf(setups['rnn, clipped'], from + i).training))

  test('does not depend on the steps where loops are kept', () => {
    expect(new Set([65, 66, 100, 300].map((steps) => counts(steps, steps)[0])).size).toBe(1)
  })
  test('grows by the same number with each step where they are written out', () => {
    const written = counts(2, 16)
    const growth = written.slice(1).map((count, i) => count - written[i])
    expect(new Set(growth).size).toBe(1)
    // Forward a product and tanh in one, backward a product and its factor phi'.
    expect(growth[0]).toBeLessThanOrEqual(4)
  })
})

describe('a shared term is computed once', () => {
  const TIMES = 30
  const again = <T>(f: (a: T) => T, a: T): T => Array.from({ length: TIMES }).reduce<T>((b) => f(b), a)

  test.each<[string, (algebra: Graph, a: never) => never, string]>([
    ['added to itself', ({ add }, a) => add(a, a) as never, 'Add'],
    ['multiplied by itself', ({ mul }, a) => mul(a, a) as never, 'Mul'],
    ['less itself', ({ sub }, a) => sub(a, a) as never, 'Sub'],
    ['the larger of it and itself', ({ max }, a) => max(a, a) as never, 'Max'],
  ])('a matrix %s, 30 times over: 30 nodes', (_, f, operator) => {
    const model = modelOf((algebra, { A }) => again((a) => f(algebra, a as never), A))
    expect(operatorsIn(model)).toEqual(Array(TIMES).fill(operator))
  })

  test.each<[string, (algebra: Graph, a: never) => never]>([
    ['added to itself', ({ add }, a) => add(a, a) as never],
    ['the larger of it and itself', ({ max }, a) => max(a, a) as never],
    ['multiplied by itself', ({ scale }, a) => scale(a, a) as never],
  ])('a scalar %s, 30 times over: 30 nodes', (_, f) => {
    const model = modelOf((algebra, { c }) => again((a) => f(algebra, a as never), c))
    expect(nodeCount(model)).toBe(TIMES)
  })

  test('in the body of a loop too', () => {
    const model = modelOf(
      ({ add, scan }, { A, c }) =>
        scan<Axis<'M'>, { s: [] }, { x: [Axis<'K'>] }, { y: [] }>(
          ({ s }) => ({ state: { s: again((a) => add(a, a), s) }, output: { y: s } }),
          { s: c },
          { x: A },
        ).state.s,
      { unrollUpTo: 0 },
    )
    expect(operatorsIn(model).filter((operator) => operator === 'Sum')).toHaveLength(TIMES)
  })

  test('terms that were built apart and say the same are one', () => {
    const term = ({ mul, oneMinus, tanh }: Graph, A: Given['A']) => mul(oneMinus(tanh(A)), oneMinus(tanh(A)))
    const model = modelOf((algebra, { A }) => algebra.add(term(algebra, A), term(algebra, A)))
    expect(operatorsIn(model)).toEqual(['Tanh', 'Sub', 'Mul', 'Add'])
  })

  test('a loop of which several results are handed out', () => {
    const model = compile(
      signatures,
      ({ add, scan }, { tensors }) => {
        const { state, outputs } = scan<Axis<'M'>, { s: [] }, { x: [Axis<'K'>] }, { y: [] }>(
          ({ s }) => ({ state: { s: add(s, s) }, output: { y: s } }),
          { s: tensors['c'] },
          { x: tensors['A'] },
        )
        return { tensors: { last: state.s, all: outputs.y } }
      },
      { ...options, unrollUpTo: 0 },
    )
    expect(operatorsIn(model).filter((operator) => operator === 'Scan')).toHaveLength(1)
  })

  test('what does not depend on a loop stands outside it', () => {
    const model = modelOf(
      ({ add, scan, sqrt, sum }, { A, c }) =>
        scan<Axis<'M'>, { s: [] }, { x: [Axis<'K'>] }, { y: [] }>(
          ({ s }) => ({ state: { s: add(sqrt(sum<Matrix>(A)), s) }, output: { y: s } }),
          { s: c },
          { x: A },
        ).outputs.y,
      { unrollUpTo: 0 },
    )
    const { graph } = decodeModel(model)
    expect(graph.node.map(({ op_type }) => op_type)).toEqual(['ReduceSum', 'Sqrt', 'Scan'])
    expect(nodesIn(graph).map(({ op_type }) => op_type)).toEqual(['ReduceSum', 'Sqrt', 'Scan', 'Sum', 'Identity'])
  })
})

describe('numbers that are built in', () => {
  test('are those that were given, to the last bit', () => {
    const unusual = [NaN, -0, 2 ** -149, -Infinity, 1 / 3, 3.4028234663852886e38]
    const model = modelOf((_, { A }) => A, { weights: { A: unusual } })
    expect(decodeModel(model).graph.initializer.map(({ name }) => name)).toEqual(['A'])
    expect(numbersIn(runAtOnce(model, { c: scalar, x: rows })['result'])).toEqual(unusual.map(Math.fround))
  })
  test('are told apart by their sign', () => {
    const model = modelOf(({ add, fill }) => add(fill([M], 0), fill([M], -0)))
    const constants = decodeModel(model).graph.initializer.flatMap(({ float_data }) => Array.from(float_data ?? []))
    expect(constants).toEqual([0, -0])
  })
})

describe('a map that grows by levels', () => {
  type Entry = readonly [key: number, value: number]
  const entries: fc.Arbitrary<readonly Entry[]> = fc.array(fc.tuple(fc.nat({ max: 40 }), fc.nat()), { maxLength: 200 })
  const levelsOf = (all: readonly Entry[]) =>
    all.reduce<Levels<number, number>>((levels, [key, value]) => extended(levels, key, value), [])

  law(
    'holds what a map holds, the last value of each key',
    forAll(entries, (all) => {
      const [levels, map] = [levelsOf(all), new Map(all)]
      return Array.from({ length: 42 }, (_, key) => lookup(levels, key) === map.get(key)).every((same) => same)
    }),
  )
  test('has few levels, each at least twice as large as the one before', () => {
    const sizes = levelsOf(Array.from({ length: 1000 }, (_, i) => [i, i])).map((level) => level.size)
    expect(sizes).toEqual([8, 32, 64, 128, 256, 512])
  })
})

/** What a function throws, if that is a defect. */
const defectOf = (f: () => unknown): string => {
  try {
    f()
    return 'none'
  } catch (error) {
    return error instanceof Defect ? error.message : 'another error'
  }
}

const UNNAMED = 'compile: every input and output needs a name of its own that does not begin with /, got '

describe('what cannot be compiled is a defect', () => {
  const results = (names: readonly string[]) => (_: Graph, { tensors }: Arguments): Results => ({
    tensors: Object.fromEntries(names.map((name) => [name, tensors['A'] as never])),
  })
  const named = (inputs: readonly string[], outputs: readonly string[]) => () =>
    compile(
      { tensors: Object.fromEntries(inputs.map((name) => [name, [M, K]])), oneHots: {} },
      results(outputs),
      options,
    )

  test.each([
    ['an output called like an input', named(['A'], ['A']), `${UNNAMED}"A"`],
    ['a name that is empty', named(['A'], ['']), `${UNNAMED}""`],
    ['a name that the compiler might give', named(['A'], ['/Add_0']), `${UNNAMED}"/Add_0"`],
    [
      'a weight that is no input',
      () => modelOf((_, { A }) => A, { weights: { B: [1] } }),
      'compile: there is no tensor B to build in, only A, c',
    ],
    [
      'a weight of another length',
      () => modelOf((_, { A }) => A, { weights: { A: [1, 2] } }),
      'compile: A of [M 2, K 3] needs 6 numbers, got 2',
    ],
    [
      'a value of a loop that is used outside it',
      () =>
        modelOf(
          ({ scan }, { A }) => {
            const leaked: unknown[] = []
            scan<Axis<'M'>, Record<string, never>, { x: [Axis<'K'>] }, Record<string, never>>(
              (state, { x }) => {
                leaked.push(x)
                return { state, output: {} }
              },
              {},
              { x: A },
            )
            return leaked[0]
          },
          { unrollUpTo: 0 },
        ),
      'emit: a placeholder of a scan was met outside the body of its scan',
    ],
    [
      'a state of a loop that is used outside it',
      () =>
        modelOf(
          ({ scan }, { A, c }) => {
            const leaked: unknown[] = []
            scan<Axis<'M'>, { s: [] }, { x: [Axis<'K'>] }, Record<string, never>>(
              (state) => {
                leaked.push(state.s)
                return { state, output: {} }
              },
              { s: c },
              { x: A },
            )
            return leaked[0]
          },
          { unrollUpTo: 0 },
        ),
      'emit: a placeholder of a scan was met outside the body of its scan',
    ],
  ])('%s', (_, f, message) => {
    expect(defectOf(f)).toBe(message)
  })
})

describe('what the file says of itself', () => {
  const whole = { documentation: { A: 'a matrix,' }, metadata: { licence: 'MIT' } }
  const bytes = compile(
    { tensors: { A: [M, K] }, oneHots: { x: [M, K] } },
    ({ argmax, dense, sub }, { tensors, oneHots }) => {
      const less = sub<Matrix>(tensors['A'], dense<Matrix>(oneHots['x']))
      return { tensors: { less }, oneHots: { best: argmax<Axis<'M'>, Axis<'K'>>(less) } }
    },
    { ...options, ...whole },
  )
  const model = decodeModel(bytes)

  test('who made it, what it is, and what its inputs and outputs are', () => {
    expect([model.producer_name, model.doc_string]).toEqual(['pure-rnn', 'a test'])
    expect([model.graph.name, model.graph.doc_string]).toEqual(['test', 'a test'])
    expect(model.metadata_props).toEqual([
      { key: 'licence', value: 'MIT' },
      { key: 'input A', value: 'a matrix, [M 2, K 3]' },
      { key: 'input x', value: 'indices along the last axis of [M 2, K 3]' },
      { key: 'output less', value: '[M 2, K 3]' },
      { key: 'output best', value: 'indices along the last axis of [M 2, K 3]' },
    ])
  })
  test('in UTF-8, as it stands', () => {
    const said = ['pure-rnn', 'a test', 'test', 'licence', 'MIT', 'a matrix, [M 2, K 3]', 'less', 'best', 'ArgMax']
    // A text of a message is preceded by its length.
    const found = said.filter((text) => Buffer.from(bytes).includes(Buffer.from([text.length, ...Buffer.from(text)])))
    expect(found).toEqual(said)
  })
  test('a node is called by its operator and a number, a constant and a placeholder by what they are', () => {
    const looped = decodeModel(
      compile(
        signatures,
        ({ add, argmax, dense, scan, unfold }, { tensors }) => {
          const { state } = scan<Axis<'M'>, { s: [] }, { x: [Axis<'K'>] }, { y: [] }>(
            ({ s }) => ({ state: { s: add(s, s) }, output: { y: s } }),
            { s: tensors['c'] },
            { x: tensors['A'] },
          )
          const { outputs } = unfold<Axis<'T'>, Record<string, never>, Matrix>(
            axis('T', 2),
            (none, last) => ({ state: none, output: last }),
            {},
            argmax<Axis<'M'>, Axis<'K'>>(tensors['A']),
          )
          return { tensors: { last: state.s, chosen: dense<[Axis<'T'>, Axis<'M'>, Axis<'K'>]>(outputs) } }
        },
        { ...options, unrollUpTo: 0 },
      ),
    )
    const bodies = nodesIn(looped.graph).flatMap(({ attribute }) => attribute.flatMap(({ g }) => g ?? []))
    const placeholders = bodies.flatMap(({ input }) => input.map(({ name }) => name))
    const kinds = placeholders.map((name) => name.replace(/_\d+$/, ''))
    expect(kinds).toEqual(['/given', '/given', '/loop', '/loop', '/given'])
    // Whether to go on is handed on under a name of the loop's.
    const named = nodesIn(looped.graph).filter(({ output: [name] }) => /^\/(?!loop_)/.test(name))
    expect(named.map(({ name }) => name.replace(/\d+$/, ''))).toEqual(named.map(({ op_type }) => `/${op_type}_`))
  })
})

describe('constants', () => {
  const initializersOf = (...vectors: readonly (readonly number[])[]) => {
    const { add, tensor } = compiled({ numbers: 'built in', unrollUpTo: 0 })
    const terms = vectors.map((values, i) => [`t${String(i)}`, [axis('n', values.length)], values] as const)
    const twice = (axes: [Axis<'n'>], values: readonly number[]) => add(tensor(axes, values), tensor(axes, values))
    const tensors = Object.fromEntries(terms.map(([name, axes, values]) => [name, twice([...axes], values)]))
    return modelFor({ tensors: tensors as never }).graph.initializer
  }
  const counting = (length: number, from: number) => Array.from({ length }, (_, i) => from + i)

  test('that are equal are one, up to 64 entries, and are called by a number', () => {
    expect(initializersOf(counting(64, 0))).toHaveLength(1)
    expect(initializersOf(counting(65, 0))).toHaveLength(2)
    expect(initializersOf([1, 2], [1, 2]).map(({ name }) => name)).toEqual([expect.stringMatching(/^\/constant_\d+$/)])
  })
  test('are told apart by where one entry ends, and one size', () => {
    expect(initializersOf([1, 23], [12, 3])).toHaveLength(2)
    const { matmul, tensor, toArray } = compiled({ numbers: 'built in', unrollUpTo: 0 })
    const [one, eleven] = [axis('one', 1), axis('eleven', 11)]
    const ones = Array<number>(11).fill(1)
    expect(toArray(matmul(tensor([one, eleven], ones), tensor([eleven, axis('other', 1)], ones)))).toEqual([11])
  })
  test('and operations are not taken for one another where operands are called by parts of the same name', () => {
    const axes = [M, K] as const
    const bytes = compile(
      { tensors: { a: axes, bc: axes, ab: axes, c: axes }, oneHots: {} },
      ({ mul, sub }, { tensors: { a, bc, ab, c } }) => ({
        tensors: { result: sub<Matrix>(mul<Matrix>(a, bc), mul<Matrix>(ab, c)) },
      }),
      options,
    )
    expect(operatorsIn(bytes)).toEqual(['Mul', 'Mul', 'Sub'])
  })
})

test('rows are added up for several threads, unless a model is said to run on one', () => {
  const f = ({ rename, scatterAdd }: Graph, { tensors, oneHots }: Arguments): Results => ({
    tensors: { sums: scatterAdd(oneHots['x'], rename(tensors['A'], axis('other', 3)) as never) },
  })
  const added = (more: Partial<CompileOptions>) => compile(signatures, f, { ...options, ...more })
  expect(added({})).toEqual(added({ onOneThread: false }))
  expect(added({})).not.toEqual(added({ onOneThread: true }))
})

describe('a length that is fed in', () => {
  const unfolded =
    (after: (algebra: Graph, outputs: never) => unknown) =>
    (algebra: Graph, { tensors, oneHots }: Arguments): Results => {
      const { dense, sub, argmax, unfold } = algebra
      const length = axis('length', 1)
      const { state, outputs } = unfold<Axis<'length'>, { a: Matrix }, Matrix>(
        length,
        ({ a }, last) => {
          const next = sub(a, dense(last))
          return { state: { a: next }, output: argmax(next) }
        },
        { a: tensors['A'] },
        oneHots['x'],
      )
      const result = after(algebra, outputs as never)
      return { tensors: { state: state.a as never, result: result as never } }
    }
  const lengths = { ...options, lengths: ['length'] }

  test.each([0, 1, 2, 7])('is how often an unfold runs: %i', (length) => {
    const model = compile(signatures, unfolded(({ dense }, outputs) => dense(outputs)), lengths)
    const { state, result } = runAtOnce(model, {
      A: fed('float32', Float32Array.of(5, 4, 0, 1, 1, 1), [2, 3]),
      x: rows,
      c: scalar,
      length: fed('int64', BigInt64Array.of(BigInt(length)), []),
    })
    expect(result.dims).toEqual([length, 2, 3])
    // Each step takes 1 from one entry of each row.
    expect(numbersIn(state).reduce((sum, x) => sum + x, 0)).toBe(12 - 2 * length)
  })

  test('stands in the shapes of the file by its name', () => {
    const model = decodeModel(compile(signatures, unfolded(({ dense }, outputs) => dense(outputs)), lengths))
    const { shape } = model.graph.output[1].type.tensor_type
    expect(shape.dim).toEqual([{ dim_param: 'length' }, { dim_value: 2 }, { dim_value: 3 }])
  })

  test.each<[string, string, (algebra: Graph, outputs: never) => unknown]>([
    ['filled', 'fill', ({ axesOf, dense, fill }, outputs) => fill(axesOf(dense(outputs)), 1)],
    ['laid out as one axis with another', 'merge', ({ dense, merge }, outputs) => merge(dense(outputs) as never)],
    [
      'run along',
      'scan',
      ({ dense, scan }, outputs) =>
        scan((state, x) => ({ state, output: x as never }), {}, { x: dense(outputs) as never }),
    ],
  ])('cannot be %s', (_, operation, after) => {
    expect(defectOf(() => compile(signatures, unfolded(after), lengths))).toContain(
      `${operation}: the sizes must be known before the graph is run, and those of [length`,
    )
  })

  test('cannot be split off', () => {
    const lines = { tensors: { lines: [product(axis('length', 1), M)] }, oneHots: {} }
    const f = ({ split }: Graph, { tensors }: Arguments): Results => ({
      tensors: { rows: split(tensors['lines'] as never) },
    })
    expect(defectOf(() => compile(lines, f, lengths))).toContain('split: the sizes must be known')
  })
})
