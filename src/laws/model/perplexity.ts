/**
 * Laws of perplexity, over the losses of an epoch's minibatches.
 */
import type { LossSum } from '../../model/loss.js'
import type { Law } from '../law.js'
import { maximum, minimum, total } from '../plain.js'

/** A mean loss, in nats, whose exponential is beyond the largest double, e^709.8. */
const OVERFLOWING = 1000
/** exp of losses up to 500 nats magnifies a rounding or two of its argument, 2^-53 each, 500 times. */
const ROUNDING = 1e-12

const summed = (losses: readonly LossSum[]): LossSum => ({
  total: total(losses.map((each) => each.total)),
  rows: total(losses.map(({ rows }) => rows)),
})

/** The samples are lists of at least one minibatch, each of at least one row. */
export const perplexityLaws: readonly Law<(losses: LossSum) => number, readonly LossSum[]>[] = [
  {
    name: 'perplexity is exp(sum of L * rows / sum of rows) over an epoch',
    cites: ['perplexity'],
    holds: (perplexityOf, losses) => {
      const { total: nats, rows } = summed(losses)
      return perplexityOf(summed(losses)) === Math.exp(nats / rows)
    },
  },
  {
    name: 'the perplexity of an epoch lies between those of its minibatches',
    cites: ['perplexity'],
    holds: (perplexityOf, losses) => {
      const each = losses.map(perplexityOf)
      const whole = perplexityOf(summed(losses))
      return whole >= minimum(each) * (1 - ROUNDING) && whole <= maximum(each) * (1 + ROUNDING)
    },
  },
  {
    name: "the mean of the minibatches' perplexities, weighted by rows, is no less than the perplexity of the epoch",
    cites: ['perplexity'],
    holds: (perplexityOf, losses) => {
      const { rows } = summed(losses)
      const mean = total(losses.map((each) => perplexityOf(each) * (each.rows / rows)))
      return mean >= perplexityOf(summed(losses)) * (1 - ROUNDING)
    },
  },
  {
    name: 'an overflowing perplexity is Infinity, never a throw',
    cites: ['perplexity'],
    holds: (perplexityOf, losses) => {
      const { rows } = summed(losses)
      return perplexityOf({ total: OVERFLOWING * rows, rows }) === Infinity
    },
  },
]
