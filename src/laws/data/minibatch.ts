/**
 * Laws of the characters that a planned minibatch reads.
 *
 * Legend: X the inputs, Y the labels, N rows, T steps.
 */
import type { minibatchOf } from '../../data/samplers.js'
import { sameNumbers } from '../law.js'
import type { Law } from '../law.js'
import { range } from '../plain.js'

/** Where rows begin in a text whose characters are all different. */
export interface GatherSample {
  readonly steps: number
  readonly starts: readonly number[]
  readonly text: readonly number[]
}

/** Row n of numbers that are laid out time-major. */
const rowOf = (n: number, batch: number, numbers: readonly number[]): readonly number[] =>
  numbers.filter((_, i) => i % batch === n)

const rowsRead = (gather: typeof minibatchOf, { text, steps, starts }: GatherSample, of: 'inputs' | 'labels') => {
  const batch = starts.length
  const numbers = gather(text, { batch, steps, minibatches: [] }, { starts, reset: true })[of]
  return numbers.length === batch * steps ? range(batch).map((n) => rowOf(n, batch, numbers)) : []
}

/** Laws of `minibatchOf`, or of another that takes its place. */
export const gatherLaws: readonly Law<typeof minibatchOf, GatherSample>[] = [
  {
    name: 'the inputs are time-major: row n is every Nth number, and reads T characters from its start',
    cites: ['minibatch', 'one-hot', 'loss'],
    holds: (gather, sample) => {
      const rows = rowsRead(gather, sample, 'inputs')
      return (
        rows.length === sample.starts.length &&
        rows.every((row, n) => sameNumbers(row, sample.text.slice(sample.starts[n], sample.starts[n] + sample.steps)))
      )
    },
  },
  {
    name: 'Y is X one later: row by row, the labels are the inputs from the second on, and the character after them',
    cites: ['minibatch', 'loss'],
    holds: (gather, sample) => {
      const [X, Y] = [rowsRead(gather, sample, 'inputs'), rowsRead(gather, sample, 'labels')]
      const next = (n: number) => sample.text[sample.starts[n] + sample.steps]
      return (
        Y.length === sample.starts.length && Y.every((row, n) => sameNumbers(row, [...X[n].slice(1), next(n)]))
      )
    },
  },
]
