/**
 * Laws of scattering: a copy of a matrix in which indices, which may repeat, say what is overwritten.
 *
 * No arithmetic is done, so all of them hold to the last bit, for any numbers of single precision.
 */
import type { Axis } from '../../algebra/axis.js'
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import type { Law } from '../law.js'
import { at, holdsBits, range, read, readOneHot, tabulate } from '../plain.js'
import type { Plain, PlainOneHot } from '../plain.js'

type R = Axis<'R'>
type K = Axis<'K'>
type C = Axis<'C'>

/** A matrix, and what is written into its rows and into its columns. */
export interface ScatterSample {
  readonly base: Plain<[R, C]>
  readonly columns: PlainOneHot<[R, K, C]>
  readonly columnSource: Plain<[R, K]>
  readonly rows: PlainOneHot<[K, C, R]>
  readonly rowSource: Plain<[K, C]>
}

/** The k that writes column c of row r: the last one that names it, if any does. */
const columnWriter = ({ columns: { axes, indices } }: ScatterSample, r: number, c: number): number | undefined =>
  range(axes[1].size).findLast((k) => indices[r * axes[1].size + k] === c)

/** The k that writes row r of column c: the last one that names it, if any does. */
const rowWriter = ({ rows: { axes, indices } }: ScatterSample, r: number, c: number): number | undefined =>
  range(axes[0].size).findLast((k) => indices[k * axes[1].size + c] === r)

const columnsByDefinition = (sample: ScatterSample): Plain<[R, C]> => ({
  axes: sample.base.axes,
  values: tabulate(...sample.base.axes, (r, c) => {
    const k = columnWriter(sample, r, c)
    return k === undefined ? at(sample.base)(r, c) : at(sample.columnSource)(r, k)
  }),
})

const rowsByDefinition = (sample: ScatterSample): Plain<[R, C]> => ({
  axes: sample.base.axes,
  values: tabulate(...sample.base.axes, (r, c) => {
    const k = rowWriter(sample, r, c)
    return k === undefined ? at(sample.base)(r, c) : at(sample.rowSource)(k, c)
  }),
})

/** The same indices read column by column: those of the same writing into the transposed matrix. */
const acrossRows = <F extends Carrier>(algebra: Concrete<F>, { rows: { axes, indices } }: ScatterSample) => {
  const [each, columns, rows] = axes
  const turned = tabulate(columns, each, (c, k) => indices[k * columns.size + c])
  return algebra.oneHot<[C, K, R]>([columns, each, rows], turned)
}

/** Laws of `scatterColumns` and `scatterRows`. */
export const scatterLaws = <F extends Carrier>(): readonly Law<Concrete<F>, ScatterSample>[] => [
  {
    name: 'scatterColumns writes source(r, k) at column index(r, k) of row r, the last k winning, and nothing else',
    cites: ['one-hot'],
    holds: (algebra, sample) =>
      holdsBits(
        algebra,
        algebra.scatterColumns(
          read(algebra, sample.base),
          readOneHot(algebra, sample.columns),
          read(algebra, sample.columnSource),
        ),
        columnsByDefinition(sample),
      ),
  },
  {
    name: 'scatterRows writes source(k, c) at row index(k, c) of column c, the last k winning, and nothing else',
    cites: [],
    holds: (algebra, sample) =>
      holdsBits(
        algebra,
        algebra.scatterRows(
          read(algebra, sample.base),
          readOneHot(algebra, sample.rows),
          read(algebra, sample.rowSource),
        ),
        rowsByDefinition(sample),
      ),
  },
  {
    name: 'scattering along rows is scattering along columns, seen transposed',
    cites: [],
    holds: (algebra, sample) => {
      const [base, source] = [read(algebra, sample.base), read(algebra, sample.rowSource)]
      const { scatterColumns, scatterRows, transpose } = algebra
      const written = transpose(scatterColumns(transpose(base), acrossRows(algebra, sample), transpose(source)))
      return holdsBits(algebra, scatterRows(base, readOneHot(algebra, sample.rows), source), {
        axes: sample.base.axes,
        values: algebra.toArray<[R, C]>(written),
      })
    },
  },
]
