/**
 * Laws of evaluation: how well a model predicts a text it reads from the beginning.
 */
import type { LossSum } from '../../model/loss.js'
import type { Law } from '../law.js'
import { maximum, total } from '../plain.js'

/** What is tried: an evaluation, with the scores that the model has after each character of a text. */
export interface Evaluating {
  readonly evaluate: (text: readonly number[]) => LossSum
  readonly scoresOf: (text: readonly number[]) => readonly (readonly number[])[]
  /** How far rounding may take the mean loss of a character. */
  readonly bound: number
}

/** What the laws of evaluation are tried on: the numbers of a text. */
export interface EvaluationSample {
  readonly text: readonly number[]
}

/** -log softmax(scores)[y] */
const surprise = (scores: readonly number[], y: number): number => {
  const largest = maximum(scores)
  return largest + Math.log(total(scores.map((score) => Math.exp(score - largest)))) - scores[y]
}

/** Laws of every evaluation. */
export const evaluationLaws: readonly Law<Evaluating, EvaluationSample>[] = [
  {
    name: 'every character but the first is predicted, and none of a text of one or none',
    cites: ['perplexity'],
    holds: ({ evaluate }, { text }) => {
      const { total: sum, rows } = evaluate(text)
      const nothing = [evaluate([]), evaluate(text.slice(0, 1))]
      return rows === text.length - 1 && sum >= 0 && nothing.every((each) => each.rows === 0 && each.total === 0)
    },
  },
  {
    name: 'the loss of a text is the sum of -log p of each character after all that stand before it',
    cites: ['loss', 'perplexity'],
    holds: ({ evaluate, scoresOf, bound }, { text }) => {
      const scores = scoresOf(text.slice(0, -1))
      const byHand = total(scores.map((each, i) => surprise(each, text[i + 1])))
      return Math.abs(evaluate(text).total - byHand) <= bound * text.length
    },
  },
]
