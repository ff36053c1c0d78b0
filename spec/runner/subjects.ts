/**
 * What the chapters on the model and its gradients are tried on: cells, in the interpreters of the table.
 */
import type { Carrier, Concrete } from '../../src/algebra/tensor-algebra.js'
import { doublePrecision, rounding, roundingErrors, singlePrecision } from '../../src/interpret/index.js'
import { crossEntropy, judge } from '../../src/laws/model/loss.js'
import type { LossUnderTest } from '../../src/laws/model/loss.js'
import { unitRoundoff } from '../../src/laws/plain.js'
import { modelUnderTest } from '../../src/laws/model/model-under-test.js'
import type { ModelUnderTest } from '../../src/laws/model/model-under-test.js'
import type { ActivationName } from '../../src/model/activation.js'
import { rnnKind } from '../../src/model/cells.js'
import type { AnyNetwork } from '../../src/model/cells.js'
import type { LayersShape, OneLayer } from '../../src/model/layers.js'
import type { Rnn } from '../../src/model/rnn.js'

/** The RNN cell with this activation. */
export const rnnWith = (name: ActivationName): AnyNetwork<OneLayer<Rnn>> => rnnKind(name)

/** The algebra that reads out bounds on this algebra's errors. */
const errorsOf = <F extends Carrier>(algebra: Concrete<F>) =>
  roundingErrors(unitRoundoff(algebra) === singlePrecision.unit ? singlePrecision : doublePrecision)

/** The double reading, computed by the algebra that also knows the errors. */
const precise = rounding(doublePrecision)

export const subjectOf = <F extends Carrier, L extends LayersShape>(
  network: AnyNetwork<L>,
  algebra: Concrete<F>,
): ModelUnderTest => modelUnderTest(network, algebra, precise, errorsOf(algebra))

export const lossSubjectOf = <F extends Carrier>(algebra: Concrete<F>): LossUnderTest => {
  const errors = errorsOf(algebra)
  return {
    lossOfScores: judge(algebra, crossEntropy(algebra)),
    precise: judge(precise, crossEntropy(precise)),
    errors: judge(errors, crossEntropy(errors)),
  }
}
