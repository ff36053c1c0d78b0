/**
 * Laws of the model's forward pass, for every cell.
 *
 * A passage is read as a whole and in parts, in another order, in other labels; what is said about the whole must be
 * what is said about the parts.
 */
import type { Axes } from '../../algebra/axis.js'
import { sameNumbers } from '../law.js'
import type { Law } from '../law.js'
import { accurate, accurateAll, agree, agreeAll } from '../agreement.js'
import type { ModelUnderTest } from './model-under-test.js'
import {
  duringSteps,
  mapPlains,
  rowsOf,
  rowsOfScores,
  stepsOf,
  taken,
  vocabularyOf,
  withLabels,
  withRows,
} from './sample.js'
import type { Sample, Plains, SampleWithCuts } from './sample.js'
import { equalNumbers, range } from '../plain.js'
import type { Plain } from '../plain.js'

/** The rows of a and of b, one after the other, with the axes of `like`. */
const joined = (like: Plain<Axes>, a: Plain<Axes>, b: Plain<Axes>): Plain<Axes> => ({
  axes: like.axes,
  values: [...a.values, ...b.values],
})

/** Whether every tensor's numbers are the same bits. */
const unchanged = (a: Plains, b: Plains): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.keys(a).every((field) => sameNumbers(a[field].values, b[field].values))

/** Whether the rows given, read alone, answer what they answered among the others. */
const rowsAlone = ({ model, errors }: ModelUnderTest, passage: Sample, rows: readonly number[]): boolean => {
  const [whole, off, part] = [model.forward(passage), errors.forward(passage), model.forward(withRows(passage, rows))]
  const ofRows = (a: Plains) => mapPlains((tensor) => taken(0, rows, tensor), a)
  return (
    equalAndAgree(rowsOfScores(passage, rows, off.scores), rowsOfScores(passage, rows, whole.scores), part.scores) &&
    agreeAll(ofRows(off.state), ofRows(whole.state), part.state)
  )
}

/** As `agree`, where the axes of `a` are not those of b because rows were taken from a product of axes. */
const equalAndAgree = (errors: Plain<Axes>, a: Plain<Axes>, b: Plain<Axes>): boolean =>
  agree(errors, { axes: b.axes, values: a.values }, b)

const inTime: readonly Law<ModelUnderTest, SampleWithCuts>[] = [
  {
    name: 'reading xs and then ys is reading xs ++ ys: the scores one after the other, the state handed on',
    cites: ['hidden', 'output'],
    holds: ({ model, errors }, passage) => {
      const [whole, off] = [model.forward(passage), errors.forward(passage)]
      const first = model.forward(duringSteps(passage, 0, passage.cut))
      const second = model.forward({ ...duringSteps(passage, passage.cut, stepsOf(passage)), state: first.state })
      return (
        agree(off.scores, whole.scores, joined(whole.scores, first.scores, second.scores)) &&
        agree(off.hidden, whole.hidden, joined(whole.hidden, first.hidden, second.hidden)) &&
        agreeAll(off.state, whole.state, second.state)
      )
    },
  },
  {
    name: 'reading nothing gives no scores and leaves the state as it was, to the bit',
    cites: ['hidden'],
    holds: ({ model }, passage) => {
      const { scores, state } = model.forward(duringSteps(passage, 0, 0))
      return scores.values.length === 0 && unchanged(state, passage.state)
    },
  },
  {
    name: 'what comes later changes nothing of what came before',
    cites: ['hidden', 'output'],
    holds: ({ model, errors }, passage) => {
      const upTo = model.forward(duringSteps(passage, 0, passage.cut)).scores
      const places = range(passage.cut * rowsOf(passage))
      const [whole, off] = [model.forward(passage).scores, errors.forward(passage).scores]
      return equalAndAgree(taken(0, places, off), taken(0, places, whole), upTo)
    },
  },
]

const inRows: readonly Law<ModelUnderTest, SampleWithCuts>[] = [
  {
    name: 'rows are independent: in another order they answer the same in that order',
    cites: ['hidden', 'output'],
    holds: (subject, passage) => rowsAlone(subject, passage, passage.rowOrder),
  },
  {
    name: 'rows are independent: some of them alone answer what they answered among the others',
    cites: ['hidden', 'output'],
    holds: (subject, passage) =>
      rowsAlone(subject, passage, passage.rowOrder.slice(0, passage.share)) &&
      rowsAlone(subject, passage, passage.rowOrder.slice(passage.share)),
  },
  {
    name: 'a row that stands in the minibatch twice answers the same twice',
    cites: ['hidden', 'output'],
    holds: (subject, passage) => rowsAlone(subject, passage, [...passage.rowOrder, ...passage.rowOrder]),
  },
]

const inTheVocabulary: readonly Law<ModelUnderTest, SampleWithCuts>[] = [
  {
    name: 'calling the characters by other numbers permutes the columns of the scores and nothing else',
    cites: ['one-hot', 'output'],
    holds: ({ model, errors }, passage) => {
      const { newLabels } = passage
      const [old, off] = [model.forward(passage), errors.forward(passage)]
      const renamed = model.forward(withLabels(passage, newLabels))
      return (
        agree(taken(1, newLabels, off.scores), taken(1, newLabels, old.scores), renamed.scores) &&
        agreeAll(off.state, old.state, renamed.state)
      )
    },
  },
  {
    name: 'with output weights of zero every row of scores is the output bias, whatever was read',
    cites: ['output'],
    holds: ({ model }, passage) => {
      const { W_hq, b_q } = passage.parameters
      const parameters = { ...passage.parameters, W_hq: { axes: W_hq.axes, values: W_hq.values.map(() => 0) } }
      const { scores } = model.forward({ ...passage, parameters })
      const biasInEachRow = range(stepsOf(passage) * rowsOf(passage)).flatMap(() => b_q.values)
      return equalNumbers(scores.values, biasInEachRow) && scores.axes[1].size === vocabularyOf(passage)
    },
  },
]

const inRounding: readonly Law<ModelUnderTest, SampleWithCuts>[] = [
  {
    name: 'scores and state are as far from those of double precision as their roundings allow, and no further',
    cites: ['hidden', 'output'],
    holds: ({ model, precise, errors }, passage) => {
      const [ours, exact, off] = [model.forward(passage), precise.forward(passage), errors.forward(passage)]
      return accurate(off.scores, ours.scores, exact.scores) && accurateAll(off.state, ours.state, exact.state)
    },
  },
]

/** The laws of the forward pass that every cell obeys. */
export const forwardLaws: readonly Law<ModelUnderTest, SampleWithCuts>[] = [
  ...inTime,
  ...inRows,
  ...inTheVocabulary,
  ...inRounding,
]

/** Where |Z| stays below this, tanh rounds to 1 in no precision: 1 - tanh(8) = 2.3e-7, and 2^-25 = 3e-8. */
export const UNSATURATED = 8

/** The laws of the cell H_t = tanh(Z_t) alone. */
export const tanhLaws: readonly Law<ModelUnderTest, SampleWithCuts>[] = [
  {
    name: '|H| < 1 for tanh, as long as |Z| <= 8',
    cites: ['hidden'],
    holds: ({ model }, passage) => model.forward(passage).hidden.values.every((H) => Math.abs(H) < 1),
  },
]

/** The same, of weights so large that tanh rounds to 1. */
export const saturatedLaws: readonly Law<ModelUnderTest, SampleWithCuts>[] = [
  {
    name: '|H| <= 1 for tanh, however large the weights are',
    cites: ['hidden'],
    holds: ({ model }, passage) => model.forward(passage).hidden.values.every((H) => Math.abs(H) <= 1),
  },
]
