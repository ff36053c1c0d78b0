/**
 * Softmax cross-entropy over the rows of a matrix of scores, and perplexity.
 *
 *   loss        L = mean over the rows of -log softmax(O)[y], in nats
 *   bptt-o      dO = (softmax(O) - onehot(y)) / rows
 *   perplexity  exp(sum of L * rows / sum of rows)
 */
import type { Kind } from 'fp-ts/HKT'
import type { AnyAxis } from '../algebra/axis.js'
import { defect } from '../algebra/defect.js'
import type { Carrier, OneHot, TensorAlgebra } from '../algebra/tensor-algebra.js'

/** 1 / rows, as a scalar; the mean over no rows is a defect. */
const reciprocal = <F extends Carrier>({ fill }: TensorAlgebra<F>, rows: AnyAxis): Kind<F, []> =>
  rows.size > 0 ? fill([], 1 / rows.size) : defect('crossEntropy', 'the mean loss over no rows is undefined')

/**
 * `loss`: the mean over the rows, with log softmax(O) as its tape.
 *
 * @param O the scores, R x V; the loss is finite while their differences are, summed over the rows
 * @param y the labels, R x V
 * @returns the loss in nats, and logP, R x V; the mean over no rows is a defect
 *
 * Differs from log(softmax(O) + 1e-8) in having no floor, and from a sum over steps in its mean over all T*N rows.
 */
export const crossEntropyForward =
  <F extends Carrier>(algebra: TensorAlgebra<F>) =>
  <R extends AnyAxis, V extends AnyAxis>(
    O: Kind<F, [R, V]>,
    y: OneHot<F, [R, V]>,
  ): { readonly loss: Kind<F, []>; readonly logP: Kind<F, [R, V]> } => {
    const { axesOf, fill, logSoftmax, takeAlongRows, scale, sub, sum } = algebra
    const logP = logSoftmax(O)
    const meanLogLikelihood = scale(reciprocal(algebra, axesOf(O)[0]), sum(takeAlongRows(logP, y)))
    return { loss: sub(fill([], 0), meanLogLikelihood), logP }
  }

/**
 * `bptt-o`: the adjoint of the scores, R x V.
 *
 * @param logP the tape of `crossEntropyForward`
 * @param y the labels; no rows are a defect, as they are there
 */
export const crossEntropyBackward =
  <F extends Carrier>(algebra: TensorAlgebra<F>) =>
  <R extends AnyAxis, V extends AnyAxis>(logP: Kind<F, [R, V]>, y: OneHot<F, [R, V]>): Kind<F, [R, V]> => {
    const { axesOf, dense, exp, scale, sub } = algebra
    const P = exp(logP)
    return scale(reciprocal(algebra, axesOf(logP)[0]), sub(P, dense(y)))
  }

/** A sum of losses over rows: `total` is the sum of L * rows, in nats. A monoid under addition. */
export interface LossSum {
  readonly total: number
  readonly rows: number
}

/** The sum over no rows: the identity of the monoid. */
export const noLoss: LossSum = { total: 0, rows: 0 }

/**
 * The mean loss in nats; NaN over no rows.
 *
 * ```ts
 * import { meanLoss } from 'pure-rnn'
 *
 * meanLoss({ total: 6, rows: 4 }) // => 1.5
 * ```
 */
export const meanLoss = ({ total, rows }: LossSum): number => total / rows

/**
 * `perplexity`: exp of the mean loss; Infinity where that overflows, NaN over no rows.
 *
 * @param losses the sum of the losses in nats and the number of rows, as a training state and `evaluate` give them
 * @returns from 1, where every character was foreseen; V is what guessing among V characters gives
 *
 * Differs from the mean of the minibatches' perplexities: weighted by rows, that is at least as large, and equal only
 * where all of them are equal.
 *
 * ```ts
 * import { perplexity } from 'pure-rnn'
 *
 * perplexity({ total: 10 * Math.log(28), rows: 10 }).toFixed(3) // => '28.000'
 * ```
 */
export const perplexity = (losses: LossSum): number => Math.exp(meanLoss(losses))
