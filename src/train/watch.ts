/**
 * Watching a run for divergence: its epochs' losses, one after the other.
 */
import { meanLoss } from '../model/loss.js'
import type { LossSum } from '../model/loss.js'

/** An epoch that is over, with the losses of its minibatches. */
export interface EpochLosses {
  readonly epoch: number
  readonly losses: LossSum
}

/**
 * The best epoch so far, with the run before it and after it. Its losses are those of the models between: the one
 * before may not have learnt yet, and the last step may have spoilt the one after.
 */
export interface BestEpoch<S> extends EpochLosses {
  readonly before: S
  readonly after: S
}

/** What is known of a run: S is its state. */
export interface Watch<S> {
  /** The run as the epoch under way began. */
  readonly since: S
  readonly best: BestEpoch<S> | undefined
  /** The epoch at which the run turned, if it has, and has not found back. */
  readonly turned: EpochLosses | undefined
}

/** A watch on a run that begins, or goes on after an epoch with these losses. */
export const watching = <S>(since: S, before?: EpochLosses): Watch<S> => ({
  since,
  best: before === undefined ? undefined : { ...before, before: since, after: since },
  turned: undefined,
})

/** A mean loss that is larger than the best by log 2 stands for twice its perplexity: it is far above. */
const FAR = Math.LN2

/**
 * The watch after an epoch. A run has turned where its perplexity is worse than the best so far, and either worse than
 * V, which guessing evenly among V characters has, or twice the best. It has found back where it is the best again.
 *
 * @param vocabulary V
 * @param now the run after the epoch
 */
export const epochOver =
  (vocabulary: number) =>
  <S>({ since, best, turned }: Watch<S>, { epoch, losses }: EpochLosses, now: S): Watch<S> => {
    const loss = meanLoss(losses)
    const least = best === undefined ? Infinity : meanLoss(best.losses)
    const lost = loss > least && (loss > Math.log(vocabulary) || loss > least + FAR)
    return loss <= least
      ? { since: now, best: { epoch, losses, before: since, after: now }, turned: undefined }
      : { since: now, best, turned: turned ?? (lost ? { epoch, losses } : undefined) }
  }
