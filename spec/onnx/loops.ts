/**
 * Terms with loops that are awkward to lay out as a graph, each with what is awkward about it.
 */
import type { Axis } from '../../src/algebra/axis.js'
import type { Carrier, Concrete, OneHot, Tensors } from '../../src/algebra/tensor-algebra.js'
import type { Term } from '../../src/laws/algebra/agreement-of-readings.js'
import type { AdjointSample } from '../../src/laws/algebra/adjoints.js'
import { operands } from '../../src/laws/algebra/operations.js'
import type { Operands } from '../../src/laws/algebra/operations.js'

type M = Axis<'M'>
type K = Axis<'K'>
type N = Axis<'N'>
type Matrix = [M, K]

/** What a step of a scan along S sees: what it is handed, a slice of S, and all that stands around the loop. */
type Step = <F extends Carrier>(
  algebra: Concrete<F>,
  here: { readonly s: Tensors<F, State>; readonly x: Tensors<F, State>['a'] },
  outside: Operands<F>,
) => { readonly state: Tensors<F, State>; readonly output: Tensors<F, Outputs> }

type State = { readonly a: Matrix; readonly b: Matrix }
type Outputs = { readonly y: Matrix; readonly z: Matrix }

const scanned = (name: string, step: Step, direction: 'scan' | 'scanReverse' = 'scan'): Term<AdjointSample> => ({
  name,
  cites: [],
  of: (algebra, sample) => {
    const outside = operands(algebra, sample)
    const { state, outputs } = algebra[direction]<N, State, { x: Matrix }, Outputs>(
      (s, { x }) => step(algebra, { s, x }, outside),
      { a: outside.A, b: outside.A2 },
      { x: outside.S },
    )
    return { a: state.a, b: state.b, y: outputs.y, z: outputs.z } as never
  },
})

const ofResults = (
  name: string,
  of: <F extends Carrier>(algebra: Concrete<F>, operands: Operands<F>) => object,
): Term<AdjointSample> => ({
  name,
  cites: [],
  of: (algebra, sample) => of(algebra, operands(algebra, sample)) as never,
})

const inScans: readonly Term<AdjointSample>[] = [
  scanned('states that are handed through as they were', (_, { s, x }) => ({ state: s, output: { y: x, z: x } })),
  scanned('states that change places', (_, { s: { a, b }, x }) => ({ state: { a: b, b: a }, output: { y: a, z: x } })),
  scanned('states and outputs in another order', ({ add }, { s: { a, b }, x }) => ({
    state: { b: x, a: add(a, b) },
    output: { z: a, y: b },
  })),
  scanned('the slice as the next state, and as an output', (_, { s: { a }, x }) => ({
    state: { a: x, b: a },
    output: { y: x, z: a },
  })),
  scanned('one value as both states and both outputs', ({ add }, { s: { a }, x }) => {
    const next = add(a, x)
    return { state: { a: next, b: next }, output: { y: next, z: next } }
  }),
  scanned('what stands outside, as state and output', ({ add, axesOf, fill }, { x }, { A, A2 }) => ({
    state: { a: add(A, A2), b: A },
    output: { y: fill<Matrix>(axesOf(x), 3), z: A2 },
  })),
  scanned('what is computed outside, within', ({ add, mul, sub }, { s: { a }, x }, { A, A2 }) => ({
    state: { a: add(sub(A, A2), x), b: a },
    output: { y: mul(sub(A, A2), x), z: sub(A, A2) },
  })),
  scanned('slices of this step beside slices of the step before', ({ add, mul }, { s: { a }, x }) => ({
    state: { a: x, b: mul(x, x) },
    output: { y: add(x, a), z: mul(a, a) },
  })),
  scanned('nothing of the slices', ({ add }, { s: { a, b } }) => ({
    state: { a: b, b: add(a, b) },
    output: { y: a, z: b },
  })),
  scanned(
    'from the last slice to the first',
    ({ add, mul }, { s: { a, b }, x }) => ({ state: { a: add(x, a), b: a }, output: { y: mul(x, x), z: b } }),
    'scanReverse',
  ),
]

/** x less the rows that lie before it, along M, from the last row of x to the first. */
const rowsBackward = <F extends Carrier>(algebra: Concrete<F>, b: Operands<F>['b'], x: Tensors<F, State>['a']) =>
  algebra.scanReverse<M, { r: [K] }, { row: [K] }, { q: [K] }>(
    ({ r }, { row }) => ({ state: { r: algebra.sub(row, r) }, output: { q: algebra.oneMinus(algebra.mul(row, row)) } }),
    { r: b },
    { row: x },
  )

const nested: readonly Term<AdjointSample>[] = [
  scanned('a scan within a scan, over a slice and over the state', (algebra, { s: { a, b }, x }, { b: row }) => {
    const [inner, other] = [rowsBackward(algebra, row, x), rowsBackward(algebra, row, a)]
    return {
      state: { a: algebra.addRow(b, inner.state.r), b: x },
      output: { y: inner.outputs.q as never, z: algebra.addRow(other.outputs.q as never, other.state.r) },
    }
  }),
  scanned('a scan within a scan that begins where the outer one stands', (algebra, { s: { a }, x }, { A }) => {
    const { state, outputs } = algebra.scan<M, { t: Matrix }, { row: [K] }, { u: [K] }>(
      ({ t }, { row }) => ({ state: { t: algebra.addRow(algebra.add(t, x), row) }, output: { u: row } }),
      { t: a },
      { row: A },
    )
    return { state: { a: A, b: state.t }, output: { y: outputs.u as never, z: state.t } }
  }),
  scanned('a scan within a scan as long as a slice, but blind to it', (algebra, { s: { a, b }, x }) => {
    const { state } = algebra.scan<M, { t: Matrix }, { row: [K] }, Record<string, never>>(
      ({ t }) => ({ state: { t: algebra.sub(a, t) }, output: {} }),
      { t: b },
      { row: x },
    )
    return { state: { a: state.t, b: a }, output: { y: state.t, z: a } }
  }),
  scanned('a scan within a scan that has nothing of it but its length', (algebra, { s: { a, b }, x }, { A, A2 }) => {
    const { state } = algebra.scan<M, { t: Matrix }, { row: [K] }, Record<string, never>>(
      ({ t }) => ({ state: { t: algebra.sub(A2, t) }, output: {} }),
      { t: A },
      { row: x },
    )
    return { state: { a: b, b: a }, output: { y: state.t, z: a } }
  }),
  ofResults('a scan within a scan whose body alone looks at the second slice', (algebra, { A, S, S2 }) => {
    const { state, outputs } = algebra.scan<N, { s: Matrix }, { x: Matrix; z: Matrix }, { y: Matrix }>(
      ({ s }, { z }) => {
        const inner = algebra.scan<M, { t: Matrix }, { row: [K] }, Record<string, never>>(
          ({ t }, { row }) => ({ state: { t: algebra.addRow(algebra.sub(z, t), row) }, output: {} }),
          { t: s },
          { row: A },
        )
        return { state: { s: inner.state.t }, output: { y: inner.state.t } }
      },
      { s: A },
      { x: S, z: S2 },
    )
    return { state: state.s, outputs: outputs.y }
  }),
  ofResults('a scan within a scan as long as the second slice, but blind to it', (algebra, { A, S, S2 }) => {
    const { state } = algebra.scan<N, { s: Matrix }, { x: Matrix; z: Matrix }, Record<string, never>>(
      ({ s }, { x, z }) => {
        const inner = algebra.scan<M, { t: Matrix }, { row: [K] }, Record<string, never>>(
          ({ t }) => ({ state: { t: algebra.sub(x, t) }, output: {} }),
          { t: s },
          { row: z },
        )
        return { state: { s: inner.state.t }, output: {} }
      },
      { s: A },
      { x: S, z: S2 },
    )
    return { state: state.s }
  }),
  ofResults('a scan within a scan as long, that looks at the slices of both', (algebra, { A, S, S2 }) => {
    const { state, outputs } = algebra.scan<N, { s: Matrix }, { x: Matrix }, { y: Matrix }>(
      ({ s }, { x }) => {
        const inner = algebra.scan<N, { t: Matrix }, { z: Matrix }, Record<string, never>>(
          ({ t }, { z }) => ({ state: { t: algebra.add(t, algebra.mul(x, z)) }, output: {} }),
          { t: s },
          { z: S2 },
        )
        return { state: { s: inner.state.t }, output: { y: inner.state.t } }
      },
      { s: A },
      { x: S },
    )
    return { state: state.s, outputs: outputs.y }
  }),
  ofResults('what is computed outside, used within, and handed out', (algebra, { A, A2, S }) => {
    const less = algebra.sub(A, A2)
    const { state } = algebra.scan<N, { s: Matrix }, { x: Matrix }, Record<string, never>>(
      ({ s }, { x }) => ({ state: { s: algebra.add(algebra.mul(s, less), x) }, output: {} }),
      { s: A },
      { x: S },
    )
    return { state: state.s, less }
  }),
  ofResults('two scans, the second over what the first gives', (algebra, { A, S }) => {
    const run = algebra.scan<N, { s: Matrix }, { x: Matrix }, { y: Matrix }>
    const step = ({ s }: { s: never }, { x }: { x: never }) =>
      ({ state: { s: algebra.sub(x, s) }, output: { y: algebra.sub(x, s) } }) as never
    const first = run(step as never, { s: A }, { x: S })
    const second = run(step as never, first.state, { x: first.outputs.y })
    return { first: first.outputs.y, second: second.outputs.y, state: second.state.s }
  }),
  ofResults('a slice that is a scalar, times one that is a row', (algebra, { A, b, y }) => {
    const { state, outputs } = algebra.scan<M, { r: [K] }, { c: []; row: [K] }, { z: [K] }>(
      ({ r }, { c, row }) => ({ state: { r: algebra.add(r, row) }, output: { z: algebra.scale(c, row) } }),
      { r: b },
      { c: y, row: A },
    )
    return { state: state.r, outputs: outputs.z }
  }),
  ofResults('a scan along scalars', (algebra, { c, y }) => {
    const { state, outputs } = algebra.scan<M, { s: [] }, { x: [] }, { y: [] }>(
      ({ s }, { x }) => ({ state: { s: algebra.sub(x, s) }, output: { y: algebra.mul(x, x) } }),
      { s: c },
      { x: y },
    )
    return { state: state.s, outputs: outputs.y }
  }),
]

/** So many steps of choosing what is largest, and lessening it. */
const chosen = <F extends Carrier>(
  { argmax, dense, sub, unfold }: Concrete<F>,
  time: N,
  a: Tensors<F, State>['a'],
  first: OneHot<F, Matrix>,
) =>
  unfold<N, { a: Matrix }, Matrix>(
    time,
    (before, last) => {
      const next = sub(before.a, dense(last))
      return { state: { a: next }, output: argmax(next) }
    },
    { a },
    first,
  )

const withUnfolds: readonly Term<AdjointSample>[] = [
  ofResults('an unfold', (algebra, { A, x, Y }) => {
    const { state, outputs } = chosen(algebra, algebra.axesOf(Y)[1], A, x)
    return { state: state.a, outputs: algebra.dense<[N, M, K]>(outputs) }
  }),
  ofResults('a stack, less what an unfold chose', (algebra, { A, S, x, Y }) => {
    const { outputs } = chosen(algebra, algebra.axesOf(Y)[1], A, x)
    return { less: algebra.sub(S, algebra.dense<[N, M, K]>(outputs)) }
  }),
  ofResults('an unfold that chooses the same again and again', ({ dense, unfold, axesOf }, { A, x, Y }) => {
    const time = axesOf(Y)[1]
    const same = unfold<N, { a: Matrix }, Matrix>
    const { state, outputs } = same(time, (s, last) => ({ state: s, output: last }), { a: A }, x)
    return { state: state.a, outputs: dense<[N, M, K]>(outputs) }
  }),
  scanned('an unfold within a scan', (algebra, { s: { a }, x }, { x: first, Y }) => {
    const { state } = chosen(algebra, algebra.axesOf(Y)[1], algebra.add(a, x), first)
    return { state: { a: state.a, b: x }, output: { y: state.a, z: a } }
  }),
  ofResults('an unfold within an unfold', (algebra, { A, x, Y }) => {
    const time = algebra.axesOf(Y)[1]
    const { state, outputs } = algebra.unfold<N, { a: Matrix }, Matrix>(
      time,
      ({ a }, last) => {
        const inner = chosen(algebra, time, a, last)
        return { state: { a: inner.state.a }, output: algebra.argmax(algebra.sub(a, inner.state.a)) }
      },
      { a: A },
      x,
    )
    return { state: state.a, outputs: algebra.dense<[N, M, K]>(outputs) }
  }),
  ofResults('a scan within an unfold', (algebra, { A, S, x, Y }) => {
    const { state, outputs } = algebra.unfold<N, { a: Matrix }, Matrix>(
      algebra.axesOf(Y)[1],
      ({ a }, last) => {
        const run = algebra.scan<N, { s: Matrix }, { x: Matrix }, Record<string, never>>
        const end = run((s, slice) => ({ state: { s: algebra.sub(slice.x, s.s) }, output: {} }), { s: a }, { x: S })
        const next = algebra.sub(end.state.s, algebra.dense(last))
        return { state: { a: algebra.min(next, a) }, output: algebra.argmax(next) }
      },
      { a: A },
      x,
    )
    return { state: state.a, outputs: algebra.dense<[N, M, K]>(outputs) }
  }),
]

export const loops: readonly Term<AdjointSample>[] = [...inScans, ...nested, ...withUnfolds]
