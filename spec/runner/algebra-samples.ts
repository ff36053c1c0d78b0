/** Generators of the samples that the laws of the algebra are about. */
import fc from 'fast-check'
import { axis } from '../../src/algebra/axis.js'
import type { Axes } from '../../src/algebra/axis.js'
import type {
  AdjointSample,
  ElementwiseSample,
  LayoutSample,
  LogitsSample,
  ProductSample,
  RecurrenceSample,
  RowSample,
  ScatterSample,
  SelectionSample,
  UnfoldSample,
} from '../../src/laws/algebra/index.js'
import { axesNamed, axisNamed, listOf, plain, plainOneHot, size, sizeOrNone, smallInteger } from './arbitraries.js'

export const products = (entry: fc.Arbitrary<number>, sizes = size): fc.Arbitrary<ProductSample> =>
  axesNamed(['M', 'K', 'N', 'L'], sizes).chain(([M, K, N, L]) =>
    fc.record({
      A: plain([M, K], entry),
      A2: plain([M, K], entry),
      B: plain([K, N], entry),
      B2: plain([K, N], entry),
      C: plain([N, L], entry),
    }),
  )

/** One-hot rows need something to index, so K is never empty. */
export const adjoints = (sizes = size, entry = smallInteger): fc.Arbitrary<AdjointSample> =>
  fc.tuple(axesNamed(['M', 'N'], sizes), axisNamed('K')).chain(([[M, N], K]) =>
    fc.record({
      c: plain([], entry),
      A: plain([M, K], entry),
      A2: plain([M, K], entry),
      W: plain([M, K], entry),
      B: plain([K, N], entry),
      Y: plain([M, N], entry),
      S: plain([N, M, K], entry),
      S2: plain([N, M, K], entry),
      b: plain([K], entry),
      y: plain([M], entry),
      x: plainOneHot([M, K]),
    }),
  )

export const selections = (entry: fc.Arbitrary<number>, sizes = size): fc.Arbitrary<SelectionSample> =>
  fc.tuple(axesNamed(['R', 'C'], sizes), axisNamed('V')).chain(([[R, C], V]) =>
    fc.record({
      x: plainOneHot([R, V]),
      W: plain([V, C], entry),
      A: plain([R, C], entry),
      O: plain([R, V], entry),
    }),
  )

export const scatterings = (entry: fc.Arbitrary<number>): fc.Arbitrary<ScatterSample> =>
  fc.tuple(axesNamed(['R', 'C']), axesNamed(['K'], sizeOrNone)).chain(([[R, C], [K]]) =>
    fc.record({
      base: plain([R, C], entry),
      columns: plainOneHot([R, K, C]),
      columnSource: plain([R, K], entry),
      rows: plainOneHot([K, C, R]),
      rowSource: plain([K, C], entry),
    }),
  )

/** From no axis to three, empty ones included. */
const anyAxes: fc.Arbitrary<Axes> = fc.oneof(
  fc.constant([]),
  axesNamed(['a'], sizeOrNone),
  axesNamed(['a', 'b'], sizeOrNone),
  axesNamed(['a', 'b', 'c'], sizeOrNone),
)

export const elementwise = (entry: fc.Arbitrary<number>): fc.Arbitrary<ElementwiseSample> =>
  anyAxes.chain((axes) => fc.record({ a: plain(axes, entry), b: plain(axes, entry), c: plain([], entry) }))

export const rows = (entry: fc.Arbitrary<number>): fc.Arbitrary<RowSample> =>
  axesNamed(['R', 'C'], sizeOrNone).chain(([R, C]) => fc.record({ A: plain([R, C], entry), b: plain([C], entry) }))

export const logits = (entry: fc.Arbitrary<number>): fc.Arbitrary<LogitsSample> =>
  axesNamed(['R', 'C']).chain(([R, C]) => fc.record({ a: plain([R, C], entry), shifts: listOf(R.size, entry) }))

export const layouts = (entry: fc.Arbitrary<number>): fc.Arbitrary<LayoutSample> =>
  axesNamed(['T', 'N', 'C'], sizeOrNone).chain(([T, N, C]) =>
    fc.record({ stack: plain([T, N, C], entry), matrix: plain([N, C], entry) }),
  )

export const recurrences = (sizes = size): fc.Arbitrary<RecurrenceSample> =>
  fc
    .tuple(axesNamed(['N', 'C'], sizes), axesNamed(['T', 'T'], sizeOrNone))
    .chain(([[N, C], [T, later]]) =>
      fc.record({
        x: plain([T, N], smallInteger),
        w: plain([T, N, C], smallInteger),
        laterX: plain([later, N], smallInteger),
        laterW: plain([later, N, C], smallInteger),
        s: plain([N], smallInteger),
        q: plain([], smallInteger),
      }),
    )

export const unfolds: fc.Arbitrary<UnfoldSample> = fc
  .tuple(axesNamed(['R', 'V']), axesNamed(['T', 'T'], sizeOrNone))
  .chain(([[R, V], [time, later]]) =>
    fc.record({
      time: fc.constant(time),
      later: fc.constant(later),
      W: plain([V, axis('next', V.size)], smallInteger),
      B: plain([R, V], smallInteger),
      first: plainOneHot([R, V]),
    }),
  )
