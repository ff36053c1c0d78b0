/**
 * Laws of softmax cross-entropy, the loss of the model, and of its adjoint.
 */
import type { Kind } from 'fp-ts/HKT'
import { product } from '../../algebra/axis.js'
import type { Axes } from '../../algebra/axis.js'
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import { crossEntropyBackward, crossEntropyForward, meanLoss, perplexity } from '../../model/loss.js'
import { batchAxis, timeAxis } from '../../model/parameters.js'
import type { Rows, Vocabulary } from '../../model/parameters.js'
import { accurate, agree, agreeNumbers } from '../agreement.js'
import type { Loss, Scored } from './check-model.js'
import type { Law } from '../law.js'
import { taken } from './sample.js'
import { maximum, range, read, readOneHot, total } from '../plain.js'
import type { Plain } from '../plain.js'

/** What a loss answers: the mean, and its adjoint in the scores. */
export interface Judged {
  readonly loss: number
  readonly dO: Plain<Axes>
}

/** A loss as a function of plain numbers. */
export type LossOfScores = (scored: Scored) => Judged

/** A loss, the same in double precision, and bounds on the errors of the first. */
export interface LossUnderTest {
  readonly lossOfScores: LossOfScores
  readonly precise: LossOfScores
  readonly errors: LossOfScores
}

/** Scores with their labels, and choices of how to change them. */
export interface LossSample extends Scored {
  /** A permutation of the rows. */
  readonly rowOrder: readonly number[]
  /** A number of rows, from 1 to all. */
  readonly share: number
  /** What to add to every score of a row; the sums must be numbers that the precision under test holds. */
  readonly shift: number
}

/** The loss of the model beside its adjoint. */
export const crossEntropy = <F extends Carrier>(algebra: Concrete<F>): Loss<F, Kind<F, [Rows, Vocabulary]>> => ({
  forward: (O, Y) => {
    const { loss, logP } = crossEntropyForward(algebra)(O, Y)
    return { loss, tape: logP }
  },
  backward: (logP, Y) => crossEntropyBackward(algebra)(logP, Y),
})

/** A loss as a function of plain numbers. */
export const judge =
  <F extends Carrier, Tape>(algebra: Concrete<F>, { forward, backward }: Loss<F, Tape>): LossOfScores =>
  (scored) => {
    const [O, Y] = [read(algebra, scored.O), readOneHot(algebra, scored.Y)]
    const { loss, tape } = forward(O, Y)
    const dO = backward(tape, Y)
    return {
      loss: algebra.toArray<[]>(loss)[0],
      dO: { axes: algebra.axesOf<[Rows, Vocabulary]>(dO), values: algebra.toArray<[Rows, Vocabulary]>(dO) },
    }
  }

const rowsIn = ({ O }: Scored): number => O.axes[0].size
const columnsIn = ({ O }: Scored): number => O.axes[1].size

/** The scores and labels of some rows, as one step of that many rows. */
const ofRows = (scored: Scored, rows: readonly number[]): Scored => {
  const axis = product(timeAxis(1), batchAxis(rows.length))
  const [, vocabulary] = scored.O.axes
  return {
    O: { axes: [axis, vocabulary], values: taken(0, rows, scored.O).values },
    Y: { axes: [axis, vocabulary], indices: rows.map((row) => scored.Y.indices[row]) },
  }
}

const withScores = (scored: Scored, f: (score: number, row: number) => number): Scored => ({
  ...scored,
  O: { ...scored.O, values: scored.O.values.map((x, i) => f(x, Math.floor(i / columnsIn(scored)))) },
})

/** Row by row, the entries of a matrix of scores. */
const rowValues = (scored: Scored, { values }: Plain<Axes>): readonly (readonly number[])[] =>
  range(rowsIn(scored)).map((r) => values.slice(r * columnsIn(scored), (r + 1) * columnsIn(scored)))

/** How much further apart scores are moved: sums over their rows stay finite in single precision. */
const FAR = 2 ** 100

const ofTheLoss: readonly Law<LossUnderTest, LossSample>[] = [
  {
    name: 'the loss of equal scores is log V, and their perplexity V',
    cites: ['loss', 'perplexity'],
    holds: ({ lossOfScores: ours, errors }, sample) => {
      const equal = withScores(sample, () => sample.shift)
      const [V, { loss }, { loss: off }] = [columnsIn(sample), ours(equal), errors(equal)]
      // exp is its own derivative: at log V it makes V times the error.
      return agreeNumbers(off, loss, Math.log(V)) && agreeNumbers(V * off, perplexity({ total: loss, rows: 1 }), V)
    },
  },
  {
    name: 'the loss is never negative, and perplexity therefore at least 1',
    cites: ['loss', 'perplexity'],
    holds: ({ lossOfScores: ours }, sample) => {
      const { loss } = ours(sample)
      return loss >= 0 && perplexity({ total: loss, rows: 1 }) >= 1
    },
  },
  {
    name: 'the loss is from 0 to log V above the mean distance of a label from the largest score, however far apart',
    cites: ['loss'],
    holds: ({ lossOfScores: ours, errors }, sample) =>
      [1, FAR].every((times) => {
        const scored = withScores(sample, (score) => times * score)
        const [{ loss }, off] = [ours(scored), errors(scored).loss]
        const distances = rowValues(scored, scored.O).map((row, r) => maximum(row) - row[scored.Y.indices[r]])
        const least = total(distances) / distances.length
        const most = least + Math.log(columnsIn(scored))
        return agreeNumbers(off, loss, Math.min(Math.max(loss, least), most))
      }),
  },
  {
    name: 'the loss is the same whichever order the rows stand in, and its adjoint stands in that order',
    cites: ['loss', 'bptt-o'],
    holds: ({ lossOfScores: ours, errors }, sample) => {
      const [before, off] = [ours(sample), errors(sample)]
      const after = ours(ofRows(sample, sample.rowOrder))
      const inOrder = (a: Plain<Axes>) => ({ axes: after.dO.axes, values: taken(0, sample.rowOrder, a).values })
      return agreeNumbers(off.loss, before.loss, after.loss) && agree(inOrder(off.dO), inOrder(before.dO), after.dO)
    },
  },
  {
    name: 'the loss of the rows of two minibatches is the mean of their losses, weighted by rows',
    cites: ['loss', 'perplexity'],
    holds: ({ lossOfScores: ours, errors }, sample) => {
      const some = sample.rowOrder.slice(0, sample.share)
      const [a, b] = [ofRows(sample, range(rowsIn(sample))), ofRows(sample, some)]
      const both = ofRows(sample, [...range(rowsIn(sample)), ...some])
      const nats = total([a, b].map((part) => ours(part).loss * rowsIn(part)))
      const off = Math.max(errors(a).loss, errors(b).loss, errors(both).loss)
      return agreeNumbers(off, ours(both).loss, meanLoss({ total: nats, rows: rowsIn(both) }))
    },
  },
  {
    name: 'adding a number to every score of a row changes neither the loss nor its adjoint',
    cites: ['loss', 'bptt-o'],
    holds: ({ lossOfScores: ours, errors }, sample) => {
      const shifted = withScores(sample, (x, row) => x + (row % 2) * sample.shift)
      const [before, after, off] = [ours(sample), ours(shifted), errors(shifted)]
      return agreeNumbers(off.loss, before.loss, after.loss) && agree(off.dO, before.dO, after.dO)
    },
  },
  {
    name: 'the loss and its adjoint are as far from those of double precision as roundings allow, and no further',
    cites: ['loss', 'bptt-o'],
    holds: ({ lossOfScores: ours, precise, errors }, sample) => {
      const [answer, exact, off] = [ours(sample), precise(sample), errors(sample)]
      return Math.abs(answer.loss - exact.loss) <= off.loss && accurate(off.dO, answer.dO, exact.dO)
    },
  },
]

const ofItsAdjoint: readonly Law<LossUnderTest, LossSample>[] = [
  {
    name: 'each row of dO sums to zero',
    cites: ['bptt-o'],
    holds: ({ lossOfScores: ours, errors }, sample) => {
      const [sums, off] = [ours(sample).dO, errors(sample).dO].map((dO) => rowValues(sample, dO).map(total))
      return sums.every((sum, row) => agreeNumbers(off[row], sum, 0))
    },
  },
  {
    name: 'dO pulls the label up and all else down: -1/(TN) <= dO <= 0 there, 0 <= dO <= 1/(TN) elsewhere',
    cites: ['bptt-o'],
    holds: ({ lossOfScores: ours, errors }, sample) => {
      const [rows, off] = [rowValues(sample, ours(sample).dO), rowValues(sample, errors(sample).dO)]
      return rows.every((row, r) =>
        row.every((dO, v) => {
          const pull = sample.Y.indices[r] === v ? -dO : dO
          return -off[r][v] <= pull && pull <= 1 / rowsIn(sample) + off[r][v]
        }),
      )
    },
  },
  {
    name: 'the loss and its adjoint say how likely the label is: exp(-loss) = 1 + TN dO in a minibatch of one row',
    cites: ['loss', 'bptt-o'],
    holds: ({ lossOfScores: ours, errors }, sample) => {
      const one = ofRows(sample, [0])
      const [{ loss, dO }, off] = [ours(one), errors(one)]
      const label = one.Y.indices[0]
      return agreeNumbers(off.loss + off.dO.values[label], Math.exp(-loss), 1 + dO.values[label])
    },
  },
]

/** The laws of softmax cross-entropy and its adjoint. */
export const lossLaws: readonly Law<LossUnderTest, LossSample>[] = [...ofTheLoss, ...ofItsAdjoint]
