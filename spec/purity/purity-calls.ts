/**
 * A call of every operation of an algebra, and of every function that `src/algebra` exports.
 * `purity.spec.ts` compares such tables with what exists: what is added without a call makes it fail.
 */
import fc from 'fast-check'
import type { Kind } from 'fp-ts/HKT'
import * as ofAlgebra from '../../src/algebra/index.js'
import type { Axes, Axis, Carrier, Concrete, Named, ScanStep, UnfoldStep } from '../../src/algebra/index.js'
import * as ofModel from '../../src/model/index.js'
import type { Batch, Hidden, Previous, Rows, Time, Vocabulary } from '../../src/model/index.js'
import { read, readOneHot } from '../../src/laws/plain.js'
import type { Plain, PlainOneHot } from '../../src/laws/plain.js'
import { plain, plainOneHot, real, size } from '../../src/laws/samples/tensors.js'
import { call, ofCopies } from './purity.js'
import type { Calls } from './purity.js'

type K = Axis<'K'>

/** T steps of N rows, and the parameters of a model, in no interpreter's terms. */
export interface PlainWorld {
  readonly sizes: { readonly vocabulary: number; readonly hidden: number }
  readonly batch: Batch
  readonly c: Plain<[]>
  readonly H: Plain<[Batch, Hidden]>
  readonly dH: Plain<[Batch, Hidden]>
  readonly H_prev: Plain<[Batch, Previous]>
  readonly O: Plain<[Batch, Vocabulary]>
  readonly inTime: Plain<[Time, Batch, Hidden]>
  readonly W_xh: Plain<[Vocabulary, Hidden]>
  readonly W_hh: Plain<[Previous, Hidden]>
  readonly b_h: Plain<[Hidden]>
  readonly W_hq: Plain<[Hidden, Vocabulary]>
  readonly b_q: Plain<[Vocabulary]>
  readonly x: PlainOneHot<[Batch, Vocabulary]>
  readonly X: PlainOneHot<[Rows, Vocabulary]>
  readonly Y: PlainOneHot<[Rows, Vocabulary]>
  readonly columns: PlainOneHot<[Batch, K, Vocabulary]>
  readonly columnSource: Plain<[Batch, K]>
  readonly rows: PlainOneHot<[K, Vocabulary, Batch]>
  readonly rowSource: Plain<[K, Vocabulary]>
}

export const worlds: fc.Arbitrary<PlainWorld> = fc.tuple(size, size, size, size, size).chain(([v, h, n, t, k]) => {
  const [V, H, P, N] = [ofModel.vocabularyAxis(v), ofModel.hiddenAxis(h), ofModel.previousAxis(h), ofModel.batchAxis(n)]
  const [T, each] = [ofModel.timeAxis(t), ofAlgebra.axis('K', k)]
  const rows = ofAlgebra.product(T, N)
  return fc.record({
    sizes: fc.constant({ vocabulary: v, hidden: h }),
    batch: fc.constant(N),
    c: plain([], real),
    H: plain([N, H], real),
    dH: plain([N, H], real),
    H_prev: plain([N, P], real),
    O: plain([N, V], real),
    inTime: plain([T, N, H], real),
    W_xh: plain([V, H], real),
    W_hh: plain([P, H], real),
    b_h: plain([H], real),
    W_hq: plain([H, V], real),
    b_q: plain([V], real),
    x: plainOneHot([N, V]),
    X: plainOneHot([rows, V]),
    Y: plainOneHot([rows, V]),
    columns: plainOneHot([N, each, V]),
    columnSource: plain([N, each], real),
    rows: plainOneHot([each, V, N]),
    rowSource: plain([each, V], real),
  })
})

/** The operands of one call of each operation. */
export const operationCalls = <F extends Carrier>(
  algebra: Concrete<F>,
  world: PlainWorld,
): Readonly<Record<keyof Concrete<F>, readonly unknown[]>> => {
  const [c, H, dH, O, inTime] = [
    read(algebra, world.c),
    read(algebra, world.H),
    read(algebra, world.dH),
    read(algebra, world.O),
    read(algebra, world.inTime),
  ]
  const x = readOneHot(algebra, world.x)
  const [N] = world.O.axes
  const step: ScanStep<F, { H: [Batch, Hidden] }, { H: [Batch, Hidden] }, { Y: [Batch, Hidden] }> = (state, slice) => ({
    state: { H: algebra.add<[Batch, Hidden]>(state.H, slice.H) },
    output: { Y: algebra.mul<[Batch, Hidden]>(state.H, slice.H) },
  })
  const writeOn: UnfoldStep<F, { H: [Batch, Hidden] }, [Batch, Vocabulary]> = (state) => ({
    state,
    output: algebra.argmax<Batch, Vocabulary>(O),
  })
  return {
    tensor: [world.W_hh.axes, [...world.W_hh.values]],
    oneHot: [world.X.axes, [...world.X.indices]],
    toArray: [H],
    indicesOf: [x],
    add: [H, dH],
    sub: [H, dH],
    mul: [H, dH],
    div: [H, dH],
    min: [H, dH],
    max: [H, dH],
    scale: [c, H],
    oneMinus: [H],
    sqrt: [H],
    exp: [H],
    tanh: [H],
    sigmoid: [H],
    relu: [H],
    heaviside: [H],
    matmul: [H, read(algebra, world.W_hq)],
    matmulTN: [H, O],
    matmulNT: [O, read(algebra, world.W_hq)],
    transpose: [H],
    addRow: [O, read(algebra, world.b_q)],
    sumRows: [H],
    sum: [H],
    maxAbs: [H],
    logSoftmax: [O],
    dense: [x],
    gatherRows: [x, read(algebra, world.W_xh)],
    scatterAdd: [x, H],
    takeAlongRows: [O, x],
    scatterColumns: [O, readOneHot(algebra, world.columns), read(algebra, world.columnSource)],
    scatterRows: [O, readOneHot(algebra, world.rows), read(algebra, world.rowSource)],
    argmax: [O],
    axesOf: [H],
    fill: [[N], 1],
    rename: [H, ofModel.previousAxis(world.sizes.hidden)],
    merge: [inTime],
    split: [ofCopies(algebra.merge<Time, Batch, [Hidden]>, inTime)],
    scan: [step, { H }, { H: inTime }],
    scanReverse: [step, { H }, { H: inTime }],
    unfold: [world.inTime.axes[0], writeOn, { H }, x],
  }
}

/** One call of each function of `src/algebra`. */
export const algebraCalls = <F extends Carrier>(
  algebra: Concrete<F>,
  world: PlainWorld,
): Calls => {
  const {
    axis,
    entries,
    fields,
    flatAxes,
    flatten,
    foldTensors,
    isProduct,
    leaves,
    mapTensors,
    mergeTensors,
    product,
  } = ofAlgebra
  const { sameAxes, sameAxis, showAxes, splitTensors, tensorsOf, unflatten, unflattenLike, zipTensors } = ofAlgebra
  const { axes } = world.inTime
  const [T, N] = axes
  const state = { H: read(algebra, world.H) }
  const stacked = { H: read(algebra, world.inTime) }
  const named: Named<F> = flatten<F>(state)
  const shape = { H: axes }
  const double = <A extends Axes>(a: Kind<F, A>): Kind<F, A> => algebra.add<A>(a, a)
  return {
    axis: call(axis, 'hidden', world.sizes.hidden),
    entries: call(entries, axes),
    fields: call(fields<F, { H: [Batch, Hidden] }>, state),
    flatAxes: call(flatAxes, shape),
    flatten: call((a: object) => flatten<F>(a), { gates: { r: state } }),
    unflatten: call((of: typeof shape, a: typeof named) => unflatten<F, typeof shape>(of, a), shape, named),
    unflattenLike: call((a: typeof state, b: typeof named) => unflattenLike<F, typeof state>(a, b), state, named),
    leaves: call((a: object) => leaves<F>(a), state),
    tensorsOf: call((of: typeof shape) => tensorsOf<F>((its) => algebra.fill(its, 2))(of), shape),
    foldTensors: call(
      (a: typeof state) => foldTensors<F, number>(0, (count) => count + 1)<{ H: [Batch, Hidden] }>(a),
      state,
    ),
    isProduct: call(isProduct, product(T, N)),
    mapTensors: call((a: typeof state) => mapTensors<F>(double)<{ H: [Batch, Hidden] }>(a), state),
    mergeTensors: call(mergeTensors(algebra)<Time, Batch, { H: [Hidden] }>, stacked),
    product: call(product, T, N),
    sameAxes: call(sameAxes, axes, [N, T]),
    sameAxis: call(sameAxis, T, N),
    showAxes: call(showAxes, axes),
    splitTensors: call(
      splitTensors(algebra)<Time, Batch, { H: [Hidden] }>,
      ofCopies(mergeTensors(algebra)<Time, Batch, { H: [Hidden] }>, stacked),
    ),
    zipTensors: call(
      (a: typeof state, b: typeof state) => zipTensors<F>(algebra.add)<{ H: [Batch, Hidden] }>(a, b),
      state,
      state,
    ),
  }
}
