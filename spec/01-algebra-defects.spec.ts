/**
 * Chapter 1, continued: what the algebra refuses. Axes that do not agree, in name or in size, are a defect that
 * names the operation and both operands' axes; so are indices out of range, and counts that do not fit.
 *
 * The compiler refuses most of this already (`illegal-products.ts`). What is written here is written past it, as
 * plain JavaScript would.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quoted } from '../src/algebra/quoted.js'
import { axis, Defect, entries, product, showAxes, zipTensors } from '../src/algebra/index.js'
import type { AnyAxis, Axes } from '../src/algebra/index.js'
import type { Carrier, Concrete } from '../src/algebra/tensor-algebra.js'
import { size } from '../src/laws/samples/tensors.js'
import { layouts, onEachInterpreter, onEachLayout } from './runner/interpreters.js'
import { forAll, law } from './runner/run.js'

/** The operations of an algebra without their types, as plain JavaScript sees them. */
type Untyped = Readonly<Record<string, (...operands: readonly unknown[]) => unknown>>
const untyped = <F extends Carrier>(algebra: Concrete<F>): Untyped => algebra as unknown as Untyped

/** The defect that the action throws; anything else it throws is thrown on, and nothing thrown is undefined. */
const defectOf = (action: () => unknown): Defect | undefined => {
  try {
    action()
    return undefined
  } catch (error) {
    if (error instanceof Defect) return error
    throw error
  }
}

/** Whether the action is refused by a defect of that operation whose message mentions each of these. */
const refuses = (operation: string, action: () => unknown, ...mentions: readonly string[]): boolean => {
  const refusal = defectOf(action)
  return (
    refusal?.operation === operation &&
    refusal.message.startsWith(`${operation}: `) &&
    mentions.every((mention) => refusal.message.includes(mention))
  )
}

const M = axis('M', 2)
const N = axis('N', 3)
const P = axis('P', 2)
const Q = axis('Q', 2)

/** Two axes that differ in name, or in size, or in both. */
const twoAxes = fc
  .record({ first: size, second: size, name: fc.constantFrom('K', 'J') })
  .map(({ first, second, name }) => [axis('K', first), axis(name, second)] as const)
  .filter(([a, b]) => a.name !== b.name || a.size !== b.size)

/** The operands' axes: of tensors, and (`hot`) of one-hot tensors. */
interface Operand {
  readonly axes: Axes
  readonly hot?: true
}
const of = (...axes: Axes): Operand => ({ axes })
const hot = (...axes: Axes): Operand => ({ axes, hot: true })

const make = <F extends Carrier>(algebra: Concrete<F>, { axes, hot: oneHot }: Operand): unknown =>
  oneHot === true ? algebra.oneHot(axes, Array<number>(entries(axes.slice(0, -1))).fill(0)) : algebra.fill(axes, 1)

/** For each operation, operands that agree if K is J, and do not otherwise. */
const disagreements: Readonly<Record<string, readonly ((K: AnyAxis, J: AnyAxis) => readonly Operand[])[]>> = {
  add: [(K, J) => [of(M, K), of(M, J)], (K, J) => [of(K), of(J)]],
  sub: [(K, J) => [of(M, K), of(M, J)]],
  mul: [(K, J) => [of(M, K), of(M, J)]],
  div: [(K, J) => [of(M, K), of(M, J)]],
  min: [(K, J) => [of(K, M), of(J, M)]],
  max: [(K, J) => [of(K, M), of(J, M)]],
  matmul: [(K, J) => [of(M, K), of(J, N)]],
  matmulTN: [(K, J) => [of(K, M), of(J, N)]],
  matmulNT: [(K, J) => [of(M, K), of(N, J)]],
  addRow: [(K, J) => [of(M, K), of(J)]],
  gatherRows: [(K, J) => [hot(M, K), of(J, N)]],
  scatterAdd: [(K, J) => [hot(K, M), of(J, N)]],
  takeAlongRows: [(K, J) => [of(M, K), hot(M, J)], (K, J) => [of(K, N), hot(J, N)]],
  scatterColumns: [
    (K, J) => [of(K, N), hot(J, M, N), of(J, M)],
    (K, J) => [of(M, K), hot(M, N, J), of(M, N)],
  ],
  scatterRows: [
    (K, J) => [of(N, K), hot(M, J, N), of(M, J)],
    (K, J) => [of(K, N), hot(M, N, J), of(M, N)],
  ],
}

/** Scattering has three operands: of the source and the index, the source is held against the index's leading axes. */
const sourcesThatDisagree: Readonly<Record<string, readonly ((K: AnyAxis, J: AnyAxis) => readonly Operand[])[]>> = {
  scatterColumns: [
    (K, J) => [of(M, N), hot(M, K, N), of(M, J)],
    (K, J) => [of(K, N), hot(K, M, N), of(J, M)],
  ],
  scatterRows: [
    (K, J) => [of(N, M), hot(K, M, N), of(J, M)],
    (K, J) => [of(N, K), hot(M, K, N), of(M, J)],
  ],
}

/** For each operation, operands of too few or too many axes. */
const wrongRanks: Readonly<Record<string, readonly (readonly Operand[])[]>> = {
  add: [[of(M), of(M, N)], [of(M, N), of(M)], [of(), of(M)]],
  mul: [[of(M), of(M, N)], [of(M, N), of(M)]],
  scale: [[of(M), of(M)]],
  matmul: [[of(M), of(M, N)], [of(M, N), of(N)], [of(M, N, P), of(N, M)]],
  matmulTN: [[of(M), of(M, N)], [of(M, N), of(M, N, P)]],
  matmulNT: [[of(N), of(M, N)], [of(M, N), of(M, N, P)]],
  transpose: [[of(M)], [of(M, N, P)], [of()]],
  addRow: [[of(M), of(M)], [of(M, N), of(N, M)], [of(M, N, P), of(N)]],
  sumRows: [[of(M)], [of(M, N, P)], [of()]],
  logSoftmax: [[of(M)], [of(M, N, P)]],
  gatherRows: [[hot(M), of(M, N)], [hot(M, N), of(N)], [hot(M, N, P), of(N, P)]],
  scatterAdd: [[hot(M), of(M, N)], [hot(M, N), of(M)]],
  takeAlongRows: [[of(M), hot(M)], [of(M, N, P), hot(M, N, P)]],
  scatterColumns: [
    [of(M, N), hot(M, N), of(M)],
    [of(M), hot(M, N, P), of(M, N)],
    [of(M, N), hot(M, P, Q, N), of(M, P, Q)],
  ],
  scatterRows: [
    [of(M, N), hot(M, N), of(M)],
    [of(M), hot(N, P, M), of(N, P)],
    [of(M, N), hot(N, P, Q, M), of(N, P, Q)],
  ],
  argmax: [[of(M)], [of(M, N, P)]],
  merge: [[of(M)], [of()]],
  split: [[of()]],
}

test('a defect says what it is, of which operation, and why', () => {
  const error = new Defect('add', 'the axes differ')
  expect(error).toBeInstanceOf(Error)
  expect(String(error)).toBe('Defect: add: the axes differ')
  expect([error.operation, error.reason]).toEqual(['add', 'the axes differ'])
})

/** What an algebra refuses. A loop that is kept looks at one step alone, and cannot know of another that differs. */
const refusals = <F extends Carrier>(name: string, algebra: Concrete<F>, takesSteps: boolean): void => {
  describe(`axes that do not agree, in ${name}`, () => {
    Object.entries(disagreements).forEach(([operation, cases]) => {
      cases.forEach((operands, i) => {
        law(
          `${operation} refuses operands with different axes, and names both (${String(i + 1)})`,
          forAll(twoAxes, ([K, J]) => {
            const [a, b, ...others] = operands(K, J)
            const given = [a, b, ...others].map((operand) => make(algebra, operand))
            return refuses(operation, () => untyped(algebra)[operation](...given), showAxes(a.axes), showAxes(b.axes))
          }),
        )
      })
    })

    Object.entries(sourcesThatDisagree).forEach(([operation, cases]) => {
      cases.forEach((operands, i) => {
        law(
          `${operation} refuses a source that does not fit the index, and names both (${String(i + 1)})`,
          forAll(twoAxes, ([K, J]) => {
            const [base, index, source] = operands(K, J)
            const given = [base, index, source].map((operand) => make(algebra, operand))
            const mentions = [showAxes(index.axes.slice(0, -1)), showAxes(source.axes)]
            return refuses(operation, () => untyped(algebra)[operation](...given), ...mentions)
          }),
        )
      })
    })

    Object.entries(wrongRanks).forEach(([operation, cases]) => {
      test.each(cases.map((operands) => [operands.map(({ axes }) => showAxes(axes)).join(' and '), operands] as const))(
        `${operation} refuses %s`,
        (_, operands) => {
          const given = operands.map((operand) => make(algebra, operand))
          const shown = operands.map(({ axes }) => showAxes(axes))
          const refusal = defectOf(() => untyped(algebra)[operation](...given))
          expect(refusal?.operation).toBe(operation)
          expect(shown.some((axes) => refusal?.message.includes(axes))).toBe(true)
        },
      )
    })

    test('two axes of the same size and different order are different axes', () => {
      const [a, b] = [algebra.fill([axis('a', 2), axis('b', 2)], 1), algebra.fill([axis('b', 2), axis('a', 2)], 1)]
      expect(refuses('add', () => untyped(algebra).add(a, b), '[a 2, b 2]', '[b 2, a 2]')).toBe(true)
    })

    test('2 x 3 rows are not 3 x 2 rows, though both are 6', () => {
      const rows = (steps: number, batch: number) => algebra.fill([product(axis('t', steps), axis('n', batch))], 1)
      expect(refuses('add', () => untyped(algebra).add(rows(2, 3), rows(3, 2)), '[t×n 2×3]', '[t×n 3×2]')).toBe(true)
      const merged = algebra.fill([axis('t×n', 6)], 1)
      expect(refuses('add', () => untyped(algebra).add(rows(2, 3), merged), '[t×n 2×3]', '[t×n 6]')).toBe(true)
      expect(refuses('split', () => untyped(algebra).split(merged), '[t×n 6]')).toBe(true)
    })

    test('products are told apart by their innermost factors, and by those of no rows', () => {
      const nested = (b: number, c: number) => product(axis('a', 2), product(axis('b', b), axis('c', c)))
      const nestedFirst = (a: number, b: number) => product(product(axis('a', a), axis('b', b)), axis('c', 2))
      const none = (c: number) => product(axis('a', 0), axis('c', c))
      const ones = (each: AnyAxis): unknown => algebra.fill([each], 1)
      const add = (a: AnyAxis, b: AnyAxis) => () => untyped(algebra).add(ones(a), ones(b))
      expect(refuses('add', add(nested(2, 3), nested(3, 2)), '[a×b×c 2×2×3]', '[a×b×c 2×3×2]')).toBe(true)
      expect(refuses('add', add(nestedFirst(2, 3), nestedFirst(3, 2)), '[a×b×c 2×3×2]', '[a×b×c 3×2×2]')).toBe(true)
      expect(refuses('add', add(none(3), none(5)), '[a×c 0×3]', '[a×c 0×5]')).toBe(true)
    })

    law(
      'rename refuses an axis of another size',
      forAll(size, size, (before, after) => {
        fc.pre(before !== after)
        const a = algebra.fill([M, axis('K', before)], 1)
        const [from, to] = [`[M 2, K ${String(before)}]`, `[J ${String(after)}]`]
        return refuses('rename', () => untyped(algebra).rename(a, axis('J', after)), from, to)
      }),
    )
  })

  test(`rename refuses what is not a matrix, in ${name}`, () => {
    const ofVector = () => untyped(algebra).rename(algebra.fill([M], 1), M)
    const ofStack = () => untyped(algebra).rename(algebra.fill([M, N, P], 1), N)
    expect(refuses('merge', () => untyped(algebra).merge(algebra.fill([M], 1)), '2 axes or more')).toBe(true)
    expect(refuses('split', () => untyped(algebra).split(algebra.fill([], 1)), '1 axis or more')).toBe(true)
    expect(refuses('rename', ofVector, '2 axes', '[M 2]')).toBe(true)
    expect(refuses('rename', ofStack, '2 axes', '[M 2, N 3, P 2]')).toBe(true)
  })

  describe(`numbers that do not fit their axes, in ${name}`, () => {
    test.each([
      [[], 0],
      [[M], 3],
      [[M, N], 5],
      [[M, axis('none', 0)], 1],
    ] as readonly (readonly [Axes, number])[])('a tensor of %j is not made of %i numbers', (axes, count) => {
      const values = Array<number>(count).fill(1)
      const held = String(entries(axes))
      expect(refuses('tensor', () => algebra.tensor(axes, values), showAxes(axes), held, String(count))).toBe(true)
    })

    test.each([[-1], [3], [0.5], [NaN], [Infinity], [undefined], ['1']])('%s is no index of an axis of 3', (index) => {
      const indices = [0, index] as readonly number[]
      const mentions = ['[M 2, N 3]', 'from 0 to 2', quoted(index)]
      expect(refuses('oneHot', () => algebra.oneHot([M, N], indices), ...mentions)).toBe(true)
    })

    test('one-hot rows need an index for each row, and an axis to index', () => {
      expect(refuses('oneHot', () => algebra.oneHot([M, N], [0]), '[M 2, N 3]', '2 indices', 'got 1')).toBe(true)
      expect(refuses('oneHot', () => algebra.oneHot([M, N], [0, 1, 2]), '[M 2, N 3]', '2 indices', 'got 3')).toBe(true)
      const nameless = ['[M 2, none 0]', 'absent, for there is nothing to name']
      expect(refuses('oneHot', () => algebra.oneHot([M, axis('none', 0)], [0, 0]), ...nameless)).toBe(true)
      expect(refuses('oneHot', () => algebra.oneHot([], [0]), '[]')).toBe(true)
    })

    test('rows without columns have no largest entry', () => {
      const empty = algebra.fill([M, axis('none', 0)], 1)
      expect(refuses('argmax', () => algebra.argmax(empty), '[M 2, none 0]')).toBe(true)
    })
  })

  describe(`steps that do not fit a scan, in ${name}`, () => {
    const time = axis('time', 2)
    const slices = { x: algebra.fill([time, M], 1) }
    const initial = { s: algebra.fill([M], 1) }
    const scan = (step: unknown, state: unknown, along: unknown) => () => untyped(algebra).scan(step, state, along)
    const keep = (state: unknown, slice: unknown) => ({ state, output: slice })

    test('fields of different lengths are refused, and named', () => {
      const uneven = { x: slices.x, y: algebra.fill([axis('time', 3), M], 1) }
      expect(refuses('scan', scan(keep, initial, uneven), '[time 2, M 2]', '[time 3, M 2]')).toBe(true)
    })

    test('no fields, or one without an axis, are refused', () => {
      expect(refuses('scan', scan(keep, initial, {}), 'at least one field')).toBe(true)
      expect(refuses('scan', scan(keep, initial, { x: algebra.fill([], 1) }), '[]')).toBe(true)
    })

    test('a state that changes its axes or fields is refused, and named', () => {
      const grown = () => ({ state: { s: algebra.fill([N], 1) }, output: {} })
      expect(refuses('scan', scan(grown, initial, slices), 's must have the same axes', '[M 2]', '[N 3]')).toBe(true)
      const other = () => ({ state: { r: algebra.fill([M], 1) }, output: {} })
      expect(refuses('scan', scan(other, initial, slices), '{s}', '{r}')).toBe(true)
      const more = () => ({ state: { ...initial, r: initial.s }, output: {} })
      expect(refuses('scan', scan(more, initial, slices), '{s}', '{s, r}')).toBe(true)
      const fewer = () => ({ state: initial, output: {} })
      expect(refuses('scan', scan(fewer, { ...initial, r: initial.s }, slices), '{s, r}', '{s}')).toBe(true)
    })

    if (takesSteps) {
      test('an output that changes its axes or fields from step to step is refused, and named', () => {
        const first = { state: { s: algebra.fill([], 0) }, output: { y: algebra.fill([M], 1) } }
        const changing = (y: unknown) => (state: { readonly s: unknown }) =>
          algebra.toArray(state.s as never)[0] === 1 ? { ...first, output: y } : first
        const begin = { s: algebra.fill([], 1) }
        expect(refuses('scan', scan(changing({ y: algebra.fill([N], 1) }), begin, slices), '[M 2]', '[N 3]')).toBe(true)
        expect(refuses('scan', scan(changing({ z: first.output.y }), begin, slices), '{y}', '{z}')).toBe(true)
      })
    }

    test('an unfold refuses a state or a result that changes its axes, and names them', () => {
      const x = algebra.oneHot([M, N], [0, 1])
      const unfold = (step: unknown) => () => untyped(algebra).unfold(time, step, initial, x)
      const grown = (_: unknown, input: unknown) => ({ state: { s: algebra.fill([N], 1) }, output: input })
      const turned = (state: unknown) => ({ state, output: algebra.oneHot([N, M], [0, 1, 0]) })
      expect(refuses('unfold', unfold(grown), 's must have the same axes', '[M 2]', '[N 3]')).toBe(true)
      expect(refuses('unfold', unfold(turned), '[M 2, N 3]', '[N 3, M 2]')).toBe(true)
    })
  })
}

onEachInterpreter((name, algebra) => {
  refusals(name, algebra, true)
})
onEachLayout((name, algebra) => {
  refusals(name, algebra, layouts[name].unrollUpTo > 0)
})

describe('axes and records', () => {
  test.each([[-1], [0.5], [NaN], [Infinity], [2 ** 53]])('an axis has no %s entries', (entriesOfAxis) => {
    expect(refuses('axis', () => axis('hidden', entriesOfAxis), 'hidden', String(entriesOfAxis))).toBe(true)
  })

  test('records with different fields are not zipped', () => {
    const zip = zipTensors<'float32'>((a) => a) as unknown as (a: unknown, b: unknown) => unknown
    expect(refuses('zipTensors', () => zip({ W: 1, b: 2 }, { W: 1 }), '{W, b}', '{W}')).toBe(true)
    expect(refuses('zipTensors', () => zip({ W: 1 }, { W: 1, b: 2 }), '{W}', '{W, b}')).toBe(true)
    expect(refuses('zipTensors', () => zip({ W: 1 }, { b: 1 }), '{W}', '{b}')).toBe(true)
  })
})
