/**
 * Every operation of the algebra as a term, for two interpreters to agree on.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axis } from '../../algebra/axis.js'
import type { Carrier, Concrete, OneHot } from '../../algebra/tensor-algebra.js'
import type { AdjointSample } from './adjoints.js'
import type { Term } from './agreement-of-readings.js'
import type { EquationId } from '../law.js'
import { read, readOneHot } from '../plain.js'

type M = Axis<'M'>
type K = Axis<'K'>
type N = Axis<'N'>

/** The sample of the adjoint tests, read in an interpreter. */
export interface Operands<F extends Carrier> {
  readonly c: Kind<F, []>
  readonly A: Kind<F, [M, K]>
  readonly A2: Kind<F, [M, K]>
  readonly B: Kind<F, [K, N]>
  readonly Y: Kind<F, [M, N]>
  readonly S: Kind<F, [N, M, K]>
  readonly S2: Kind<F, [N, M, K]>
  readonly b: Kind<F, [K]>
  readonly y: Kind<F, [M]>
  readonly x: OneHot<F, [M, K]>
}

export const operands = <F extends Carrier>(algebra: Concrete<F>, sample: AdjointSample): Operands<F> => ({
  c: read(algebra, sample.c),
  A: read(algebra, sample.A),
  A2: read(algebra, sample.A2),
  B: read(algebra, sample.B),
  Y: read(algebra, sample.Y),
  S: read(algebra, sample.S),
  S2: read(algebra, sample.S2),
  b: read(algebra, sample.b),
  y: read(algebra, sample.y),
  x: readOneHot(algebra, sample.x),
})

type OnOperands = <F extends Carrier>(algebra: Concrete<F>, operands: Operands<F>) => unknown

/** A term with one result. */
export const term = (name: string, of: OnOperands, cites: readonly EquationId[] = []): Term<AdjointSample> => ({
  name,
  cites,
  // A law reads results by their axes at run time, so that terms of every type stand in one list.
  of: (algebra, sample) => ({ result: of(algebra, operands(algebra, sample)) as never }),
})

/** s' = c s + x along the slices x of S, from s = A; each output is the s before. */
const scanned = (direction: 'scan' | 'scanReverse', cites: readonly EquationId[]): Term<AdjointSample> => ({
  name: direction,
  cites,
  of: (algebra, sample) => {
    const { c, A, S } = operands(algebra, sample)
    const { state, outputs } = algebra[direction]<N, { s: [M, K] }, { x: [M, K] }, { y: [M, K] }>(
      ({ s }, { x }) => ({ state: { s: algebra.add(algebra.scale(c, s), x) }, output: { y: s } }),
      { s: A },
      { x: S },
    )
    // As in `term`: axes are read at run time.
    return { ...state, ...outputs } as never
  },
})

/** Operations that add, multiply or copy: on small whole numbers nothing is rounded. */
export const exactOperations: readonly Term<AdjointSample>[] = [
  term('add', ({ add }, { A, A2 }) => add(A, A2)),
  term('sub', ({ sub }, { A, A2 }) => sub(A, A2)),
  term('mul', ({ mul }, { A, A2 }) => mul(A, A2)),
  term('min', ({ min }, { A, A2 }) => min(A, A2)),
  term('max', ({ max }, { A, A2 }) => max(A, A2)),
  term('scale', ({ scale }, { c, A }) => scale(c, A), ['clip', 'sgd']),
  term('oneMinus', ({ oneMinus }, { A }) => oneMinus(A)),
  term('relu', ({ relu }, { A }) => relu(A), ['hidden']),
  term('heaviside', ({ heaviside }, { A }) => heaviside(A), ['bptt-h']),
  term('matmul', ({ matmul }, { A, B }) => matmul(A, B), ['hidden', 'output']),
  term('matmulTN', ({ matmulTN }, { A, Y }) => matmulTN(A, Y), ['bptt-w']),
  term('matmulNT', ({ matmulNT }, { Y, B }) => matmulNT(Y, B), ['bptt-h']),
  term('transpose', ({ transpose }, { A }) => transpose(A)),
  term('addRow', ({ addRow }, { A, b }) => addRow(A, b), ['output']),
  term('sumRows', ({ sumRows }, { A }) => sumRows(A), ['bptt-w']),
  term('sum', ({ sum }, { S }) => sum(S), ['loss']),
  term('maxAbs', ({ maxAbs }, { S }) => maxAbs(S), ['clip']),
  term('dense', ({ dense }, { x }) => dense(x), ['one-hot']),
  term('gatherRows', ({ gatherRows }, { x, B }) => gatherRows(x, B), ['one-hot', 'hidden']),
  term('scatterAdd', ({ scatterAdd }, { x, Y }) => scatterAdd(x, Y), ['one-hot', 'bptt-w']),
  term('takeAlongRows', ({ takeAlongRows }, { A, x }) => takeAlongRows(A, x), ['loss']),
  term('argmax', ({ argmax, dense }, { A }) => dense(argmax(A))),
  term('fill', ({ axesOf, fill }, { A }) => fill(axesOf<[M, K]>(A), 3)),
  term('rename', ({ rename, axesOf }, { A }) => rename(A, { ...axesOf(A)[1], name: 'L' })),
  term('merge', ({ merge }, { S }) => merge<N, M, [K]>(S)),
  scanned('scan', ['hidden']),
  scanned('scanReverse', ['bptt-h']),
  term('unfold', ({ argmax, axesOf, dense, sub, unfold }, { A, Y, x }) => {
    const [, time] = axesOf(Y)
    const { outputs } = unfold<N, { a: [M, K] }, [M, K]>(
      time,
      ({ a }, last) => {
        const next = sub(a, dense(last))
        return { state: { a: next }, output: argmax(next) }
      },
      { a: A },
      x,
    )
    return dense<[N, M, K]>(outputs)
  }),
  term('split', ({ merge, split }, { S }) => split<N, M, [K]>(merge<N, M, [K]>(S))),
]

/** Operations that round. */
export const roundedOperations: readonly Term<AdjointSample>[] = [
  // Divisors of 3 and more, so that no quotient is as uncertain as it is large.
  term('div', ({ add, axesOf, div, fill, mul }, { A, A2 }) =>
    div<[M, K]>(A, add<[M, K]>(mul(A2, A2), fill<[M, K]>(axesOf<[M, K]>(A), 3)))),
  term('sqrt', ({ mul, sqrt }, { A }) => sqrt(mul(A, A)), ['clip']),
  term('exp', ({ exp }, { A }) => exp(A), ['bptt-o']),
  term('tanh', ({ tanh }, { A }) => tanh(A), ['hidden']),
  term('sigmoid', ({ sigmoid }, { A }) => sigmoid(A)),
  term('logSoftmax', ({ logSoftmax }, { A }) => logSoftmax(A), ['loss']),
]
