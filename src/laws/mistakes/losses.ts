/**
 * The zoo of wrong losses: of the scores of a right forward pass and of the labels.
 */
import { product } from '../../algebra/axis.js'
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import { networkOf } from '../../model/cells.js'
import type { CellChoice } from '../../model/cells.js'
import { crossEntropyForward } from '../../model/loss.js'
import { batchAxis, timeAxis } from '../../model/parameters.js'
import type { Rows, Vocabulary } from '../../model/parameters.js'
import type { Scored } from '../model/check-model.js'
import { plainModel } from '../model/plain-model.js'
import type { Sample } from '../model/sample.js'
import { at, read, readOneHot, total } from '../plain.js'
import type { Plain } from '../plain.js'
import { breaking, FROM_TWO_ROWS, FROM_TWO_STEPS } from './mistake.js'
import type { Zoo } from './mistake.js'
import { byRows } from './tensors.js'

/** The loss of scores and labels, in nats. */
export type LossFunction = (scored: Scored) => number

/** What is added to probabilities so that their log is finite. */
const FLOOR = 1e-8

type Scores = Plain<[Rows, Vocabulary]>

/**
 * The zoo of wrong losses of a model of this choice: what it answers is `loss`, one number.
 *
 * @param algebra in which it computes, such as `float64`
 * @param choice the cell that gives the scores
 */
export const lossZoo = <F extends Carrier>(algebra: Concrete<F>, choice: CellChoice): Zoo<LossFunction, Sample> => {
  const right: LossFunction = ({ O, Y }) =>
    algebra.toArray<[]>(crossEntropyForward(algebra)(read(algebra, O), readOneHot(algebra, Y)).loss)[0]
  const { exp, logSoftmax, toArray, transpose } = algebra
  const probabilities = ({ O }: Scored): Scores => ({
    axes: O.axes,
    values: toArray<[Rows, Vocabulary]>(exp(logSoftmax(read(algebra, O)))),
  })
  const ofLoss = breaking<LossFunction>('loss')
  const sizes = ({ O: { axes } }: Scored) => ({ T: axes[0].outer.size, N: axes[0].inner.size, V: axes[1].size })
  const times =
    (factor: (its: Readonly<ReturnType<typeof sizes>>) => number) =>
    (loss: LossFunction): LossFunction =>
    (scored) =>
      factor(sizes(scored)) * loss(scored)
  return {
    title: 'the loss',
    right,
    answer: (sample) => {
      const { scores } = plainModel(algebra, networkOf(choice)).forward(sample)
      // The scores have a row for each label.
      const scored = { O: scores as Scores, Y: sample.Y }
      return (loss) => ({ loss: [loss(scored)] })
    },
    mistakes: [
      ofLoss(
        'the labels are laid out row by row, the scores step by step',
        'Y has shape N x T as the sampler gives it, and is flattened without being transposed first.',
        (loss) => (scored) => {
          const { T, N } = sizes(scored)
          const indices = byRows(T, N).map((row) => scored.Y.indices[row])
          return loss({ O: scored.O, Y: { axes: scored.Y.axes, indices } })
        },
        [{ steps: 2, batch: 2 }],
      ),
      ofLoss(
        'the losses are summed, not averaged',
        'A framework is asked for reduction="sum", or the division was forgotten.',
        times(({ T, N }) => T * N),
        FROM_TWO_ROWS,
      ),
      ofLoss(
        'the loss is the mean over the rows N, not over T*N',
        'The losses of the steps are summed in the loop over time, and only the minibatch is averaged.',
        times(({ T }) => T),
        FROM_TWO_STEPS,
      ),
      ofLoss(
        'the loss is the mean over the steps T, not over T*N',
        'The code was written for one sequence, and a minibatch came later.',
        times(({ N }) => N),
        [{ batch: 2 }],
      ),
      ofLoss(
        'the loss is divided by the size of the vocabulary too',
        'The mean is taken over all entries of onehot(Y) * log softmax(O).',
        times(({ V }) => 1 / V),
      ),
      ofLoss('the loss is in bits', 'log2 where log is meant.', times(() => 1 / Math.LN2)),
      ofLoss('the loss is the log likelihood, without the minus', 'The minus stands in the caller.', times(() => -1)),
      breaking<LossFunction>('perplexity')(
        'it is the perplexity, not the loss',
        'The number that is printed is the number that is returned.',
        (loss) => (scored) => Math.exp(loss(scored)),
      ),
      ofLoss(
        'there is a floor under the probabilities: log(softmax(O) + 1e-8)',
        'log(0) is minus infinity, and someone was bitten by it.',
        () =>
          ({ O, Y }) => {
            const P = at(probabilities({ O, Y }))
            return -total(Y.indices.map((y, r) => Math.log(P(r, y) + FLOOR))) / Y.indices.length
          },
      ),
      ofLoss(
        'softmax is taken twice',
        'The model ends in a softmax, and the loss, which takes scores, has another.',
        (loss) => (scored) => loss({ O: probabilities(scored), Y: scored.Y }),
      ),
      ofLoss(
        'there is no softmax: the mean of -O[y]',
        'The scores are taken for log probabilities.',
        () =>
          ({ O, Y }) =>
            -total(Y.indices.map((y, r) => at(O)(r, y))) / Y.indices.length,
      ),
      ofLoss(
        'softmax along the rows instead of along the vocabulary',
        'softmax(axis=0) is the default of the library at hand, or the axes were permuted since.',
        () =>
          ({ O, Y }) => {
            const logP = toArray<[Rows, Vocabulary]>(transpose(logSoftmax(transpose(read(algebra, O)))))
            return -total(Y.indices.map((y, r) => at({ axes: O.axes, values: logP })(r, y))) / Y.indices.length
          },
      ),
      ofLoss(
        'only the last step has a loss',
        'The code comes from a classifier of sequences, where the last output is the answer.',
        (loss) => (scored) => {
          const { T, N } = sizes(scored)
          return loss(stepOf(T - 1, N, scored))
        },
        FROM_TWO_STEPS,
      ),
    ],
  }
}

/** The rows of one step. */
const stepOf = (t: number, N: number, { O, Y }: Scored): Scored => {
  const [, vocabulary] = O.axes
  const rows = product(timeAxis(1), batchAxis(N))
  const [from, to] = [t * N, (t + 1) * N]
  return {
    O: { axes: [rows, vocabulary], values: O.values.slice(from * vocabulary.size, to * vocabulary.size) },
    Y: { axes: [rows, vocabulary], indices: Y.indices.slice(from, to) },
  }
}
