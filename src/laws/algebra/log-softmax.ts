/**
 * Laws of log-softmax.
 *
 *   l_rc = a_rc - log sum_k exp(a_rk)
 *
 * Two of them determine it: differences within a row are those of the logits, and each row exponentiates
 * to a sum of 1. Since differences are kept however large they are, there is no floor under a log-probability.
 */
import type { Axis } from '../../algebra/axis.js'
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import type { Law } from '../law.js'
import { at, numbersWithin, range, read, tabulate, total, unitRoundoff } from '../plain.js'
import type { Plain } from '../plain.js'

type R = Axis<'R'>
type C = Axis<'C'>

/** Logits, and a number for each row. */
export interface LogitsSample {
  readonly a: Plain<[R, C]>
  readonly shifts: readonly number[]
}

const logSoftmaxOf = <F extends Carrier>(algebra: Concrete<F>, a: Plain<[R, C]>): Plain<[R, C]> => ({
  axes: a.axes,
  values: algebra.toArray<[R, C]>(algebra.logSoftmax<R, C>(read(algebra, a))),
})

/**
 * How far one log-probability may be off: a shift, an exponential, a sum of C terms, a logarithm and a
 * difference, each rounded relative to what it yields, none of which exceeds 1 + |l|.
 */
const bound = <F extends Carrier>(algebra: Concrete<F>, { axes }: Plain<[R, C]>, logP: number): number =>
  (axes[1].size + 8) * unitRoundoff(algebra) * (1 + Math.abs(logP))

/** Laws of any logits whose differences are finite. */
export const logSoftmaxLaws = <F extends Carrier>(): readonly Law<Concrete<F>, LogitsSample>[] => [
  {
    name: 'the rows of a log-softmax exponentiate to a sum of 1',
    cites: ['loss', 'bptt-o'],
    holds: (algebra, { a }) => {
      // sum_c p_c bound(log p_c) = (C + 8) u (1 + the row's entropy), and the entropy is at most log C
      const most = bound(algebra, a, Math.log(a.axes[1].size))
      const logP = at(logSoftmaxOf(algebra, a))
      const sums = range(a.axes[0].size).map((r) => total(range(a.axes[1].size).map((c) => Math.exp(logP(r, c)))))
      return numbersWithin(() => most, sums, sums.map(() => 1))
    },
  },
  {
    name: 'log-softmax keeps the differences within a row, however large: it has no floor',
    cites: ['loss'],
    holds: (algebra, { a }) => {
      const logP = logSoftmaxOf(algebra, a)
      const differences = (b: Plain<[R, C]>) => tabulate(...b.axes, (r, c) => at(b)(r, c) - at(b)(r, 0))
      const worst = (i: number) =>
        bound(algebra, a, logP.values[i]) + bound(algebra, a, at(logP)(Math.floor(i / a.axes[1].size), 0))
      return numbersWithin(worst, differences(logP), differences(a))
    },
  },
  {
    name: 'log-softmax of finite logits is finite, and never above 0',
    cites: ['loss'],
    holds: (algebra, { a }) => logSoftmaxOf(algebra, a).values.every((logP) => Number.isFinite(logP) && logP <= 0),
  },
  {
    name: 'the log-softmax of a row of C equal logits is -log C',
    cites: ['loss', 'perplexity'],
    holds: (algebra, { a, shifts }) => {
      const logC = Math.log(a.axes[1].size)
      const equal = { axes: a.axes, values: tabulate(...a.axes, (r) => shifts[r]) }
      return numbersWithin(
        () => bound(algebra, a, logC),
        logSoftmaxOf(algebra, equal).values,
        equal.values.map(() => -logC),
      )
    },
  },
]

/** The law of whole-number logits, which a shift moves without rounding. */
export const shiftLaws = <F extends Carrier>(): readonly Law<Concrete<F>, LogitsSample>[] => [
  {
    name: 'adding the same number to every logit of a row changes nothing',
    cites: ['loss'],
    holds: (algebra, { a, shifts }) => {
      const logP = logSoftmaxOf(algebra, a)
      const shifted = tabulate(...a.axes, (r, c) => at(a)(r, c) + shifts[r])
      return numbersWithin(
        (i) => 2 * bound(algebra, a, logP.values[i]),
        logSoftmaxOf(algebra, { axes: a.axes, values: shifted }).values,
        logP.values,
      )
    },
  },
]
