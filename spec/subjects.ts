/**
 * What the chapters on the model and its gradients are tried on: cells, in the interpreters of the table.
 */
import type { Carrier, Concrete } from '../src/algebra/tensor-algebra.js'
import { doublePrecision, rounding, roundingErrors, singlePrecision } from '../src/interpret/index.js'
import { crossEntropy, judge } from '../src/laws/loss.js'
import type { LossSubject } from '../src/laws/loss.js'
import { unitRoundoff } from '../src/laws/plain.js'
import { subject } from '../src/laws/subject.js'
import type { AnyCell, Subject } from '../src/laws/subject.js'
import { activation } from '../src/model/activation.js'
import type { ActivationName } from '../src/model/activation.js'
import type { CellShape } from '../src/model/cell.js'
import { rnn } from '../src/model/rnn.js'
import type { Rnn } from '../src/model/rnn.js'

/** The RNN cell with this activation. */
export const rnnWith =
  (name: ActivationName): AnyCell<Rnn> =>
  (algebra) =>
    rnn(algebra, activation(algebra, name))

/** The algebra that reads out bounds on this algebra's errors. */
const errorsOf = <F extends Carrier>(algebra: Concrete<F>) =>
  roundingErrors(unitRoundoff(algebra) === singlePrecision.unit ? singlePrecision : doublePrecision)

/** The double reading, computed by the algebra that also knows the errors. */
const precise = rounding(doublePrecision)

export const subjectOf = <F extends Carrier, C extends CellShape>(cell: AnyCell<C>, algebra: Concrete<F>): Subject =>
  subject(cell, algebra, precise, errorsOf(algebra))

export const lossSubjectOf = <F extends Carrier>(algebra: Concrete<F>): LossSubject => {
  const errors = errorsOf(algebra)
  return {
    judge: judge(algebra, crossEntropy(algebra)),
    precise: judge(precise, crossEntropy(precise)),
    errors: judge(errors, crossEntropy(errors)),
  }
}
