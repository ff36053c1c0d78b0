/**
 * Generators of the samples that the laws of a tensor algebra are tried on.
 *
 * Entries are given: `smallInteger` for laws that hold exactly, `real` for those that round.
 */
import fc from 'fast-check'
import { axis } from '../../algebra/axis.js'
import type { Axes } from '../../algebra/axis.js'
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
} from '../algebra/index.js'
import { axesNamed, axisNamed, listOf, plain, plainOneHot, size, sizeOrZero, smallInteger } from './tensors.js'

/**
 * Samples of `productLaws`: matrices of chained products.
 *
 * ```ts
 * import fc from 'fast-check'
 * import { float64 } from 'pure-rnn/interpret'
 * import { productLaws } from 'pure-rnn/laws'
 * import { productSamples, smallInteger } from 'pure-rnn/laws/samples'
 *
 * const holdsFor = (law: ReturnType<typeof productLaws<'float64'>>[number]) =>
 *   fc.check(fc.property(productSamples(smallInteger), (sample) => law.holds(float64, sample)), { numRuns: 20 })
 * productLaws<'float64'>().every((law) => !holdsFor(law).failed) // => true
 * ```
 */
export const productSamples = (entry: fc.Arbitrary<number>, sizes = size): fc.Arbitrary<ProductSample> =>
  axesNamed(['M', 'K', 'N', 'L'], sizes).chain(([M, K, N, L]) =>
    fc.record({
      A: plain([M, K], entry),
      A2: plain([M, K], entry),
      B: plain([K, N], entry),
      B2: plain([K, N], entry),
      C: plain([N, L], entry),
    }),
  )

/** Samples of `adjointLaws`. One-hot rows need something to index, so K is never empty. */
export const adjointSamples = (sizes = size, entry = smallInteger): fc.Arbitrary<AdjointSample> =>
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

/** Samples of `selectionLaws` and `copyLaws`: one-hot rows, and what they select from. */
export const selectionSamples = (entry: fc.Arbitrary<number>, sizes = size): fc.Arbitrary<SelectionSample> =>
  fc.tuple(axesNamed(['R', 'C'], sizes), axisNamed('V')).chain(([[R, C], V]) =>
    fc.record({
      x: plainOneHot([R, V]),
      W: plain([V, C], entry),
      A: plain([R, C], entry),
      O: plain([R, V], entry),
    }),
  )

/** Samples of `scatterLaws`: a matrix, and what is added to places of its rows and columns. */
export const scatterSamples = (entry: fc.Arbitrary<number>): fc.Arbitrary<ScatterSample> =>
  fc.tuple(axesNamed(['R', 'C']), axesNamed(['K'], sizeOrZero)).chain(([[R, C], [K]]) =>
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
  axesNamed(['a'], sizeOrZero),
  axesNamed(['a', 'b'], sizeOrZero),
  axesNamed(['a', 'b', 'c'], sizeOrZero),
)

/** Samples of `elementwiseLaws`: two tensors of up to three axes, and a scalar. */
export const elementwiseSamples = (entry: fc.Arbitrary<number>): fc.Arbitrary<ElementwiseSample> =>
  anyAxes.chain((axes) => fc.record({ a: plain(axes, entry), b: plain(axes, entry), c: plain([], entry) }))

/** Samples of `roundedElementwiseLaws`: a matrix, and a row to add to each of its rows. */
export const rowSamples = (entry: fc.Arbitrary<number>): fc.Arbitrary<RowSample> =>
  axesNamed(['R', 'C'], sizeOrZero).chain(([R, C]) => fc.record({ A: plain([R, C], entry), b: plain([C], entry) }))

/** Samples of `logSoftmaxLaws` and `shiftLaws`: rows of logits, and a shift for each. */
export const logitsSamples = (entry: fc.Arbitrary<number>): fc.Arbitrary<LogitsSample> =>
  axesNamed(['R', 'C']).chain(([R, C]) => fc.record({ a: plain([R, C], entry), shifts: listOf(R.size, entry) }))

/** Samples of `layoutLaws`: a stack of matrices, and one matrix. */
export const layoutSamples = (entry: fc.Arbitrary<number>): fc.Arbitrary<LayoutSample> =>
  axesNamed(['T', 'N', 'C'], sizeOrZero).chain(([T, N, C]) =>
    fc.record({ stack: plain([T, N, C], entry), matrix: plain([N, C], entry) }),
  )

/** Samples of `recurrenceLaws`: what a loop over time reads, in two stretches, the second after the first. */
export const recurrenceSamples = (sizes = size): fc.Arbitrary<RecurrenceSample> =>
  fc
    .tuple(axesNamed(['N', 'C'], sizes), axesNamed(['T', 'T'], sizeOrZero))
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

/** Samples of `unfoldLaws`: a loop over time in which each step's choice is the next one's input. */
export const unfoldSamples: fc.Arbitrary<UnfoldSample> = fc
  .tuple(axesNamed(['R', 'V']), axesNamed(['T', 'T'], sizeOrZero))
  .chain(([[R, V], [time, later]]) =>
    fc.record({
      time: fc.constant(time),
      later: fc.constant(later),
      W: plain([V, axis('next', V.size)], smallInteger),
      B: plain([R, V], smallInteger),
      first: plainOneHot([R, V]),
    }),
  )
