/**
 * Agreement of readings: two interpreters give a term the same value, but for rounding.
 *
 * No law of this kind says that either is right, for both read the same text. It says that neither adds anything.
 */
import type { Carrier, Concrete, Signature, Tensors } from '../../algebra/tensor-algebra.js'
import { accurateAll } from '../agreement.js'
import type { EquationId, Law } from '../law.js'
import { added } from '../model/sample.js'
import type { Plains } from '../model/sample.js'
import { equalNumbers } from '../plain.js'
import { entriesOf, sameShape, writeAll } from '../train/records.js'

/** What is computed of a sample, written once, for any interpreter. */
export interface Term<Sample> {
  readonly name: string
  readonly cites: readonly EquationId[]
  readonly of: <F extends Carrier>(algebra: Concrete<F>, sample: Sample) => Tensors<F, Signature>
}

/** An interpreter as far as it matters here: it makes numbers of terms. */
export interface Reading {
  readonly evaluate: <Sample>(term: Term<Sample>, sample: Sample) => Plains
}

/** The value of a term in a concrete algebra, as plain numbers. */
export const readingOf = <F extends Carrier>(algebra: Concrete<F>): Reading => ({
  evaluate: (term, sample) => writeAll(algebra, term.of(algebra, sample)),
})

/** Two readings, and for each one that answers how far its numbers may be from those of real arithmetic. */
export interface ReadingPair {
  readonly one: Reading
  readonly other: Reading
  readonly errorsOfOne: Reading
  readonly errorsOfOther: Reading
}

/** Both readings of a term have the same axes, and numbers that differ by no more than both may err. */
export const agreementLaw = <Sample>(term: Term<Sample>): Law<ReadingPair, Sample> => ({
  name: `${term.name}: two readings differ by no more than both may err`,
  cites: term.cites,
  holds: ({ one, other, errorsOfOne, errorsOfOther }, sample) =>
    accurateAll(
      added(errorsOfOne.evaluate(term, sample), errorsOfOther.evaluate(term, sample)),
      one.evaluate(term, sample),
      other.evaluate(term, sample),
    ),
})

/** Both readings of a term are equal numbers: for samples and terms that nothing is rounded in. */
export const equalityLaw = <Sample>(term: Term<Sample>): Law<Pick<ReadingPair, 'one' | 'other'>, Sample> => ({
  name: `${term.name}: two readings are equal where nothing is rounded`,
  cites: term.cites,
  holds: ({ one, other }, sample) => {
    const [a, b] = [one.evaluate(term, sample), other.evaluate(term, sample)]
    return sameShape(a, b) && equalNumbers(entriesOf(a), entriesOf(b))
  },
})
