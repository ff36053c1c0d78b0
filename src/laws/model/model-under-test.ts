/**
 * What the model's laws are tried on: a language model, what it should have answered, and how far rounding excuses it.
 *
 * No law of the model has a tolerance of its own. Two numbers that are equal in real arithmetic must be no further
 * apart than the sum of the bounds on their errors, which a running error analysis of the same equations gives.
 */
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import type { AnyNetwork } from '../../model/cells.js'
import type { LayersShape } from '../../model/layers.js'
import { plainModel } from './plain-model.js'
import type { PlainModel } from './plain-model.js'

/** A model, the same in double precision, and bounds on the errors of the first. */
export interface ModelUnderTest {
  readonly model: PlainModel
  /** The same model in double precision. */
  readonly precise: PlainModel
  /** A bound on the error of every number that `model` answers, in the shape of the answer. */
  readonly errors: PlainModel
}

/**
 * The subject of layers in an interpreter.
 *
 * @param precise the algebra of double precision, such as `float64`
 * @param errors the algebra that reads out bounds on the errors of `algebra`, such as `roundingErrors(singlePrecision)`
 */
export const modelUnderTest = <F extends Carrier, G extends Carrier, E extends Carrier, L extends LayersShape>(
  network: AnyNetwork<L>,
  algebra: Concrete<F>,
  precise: Concrete<G>,
  errors: Concrete<E>,
): ModelUnderTest => ({
  model: plainModel(algebra, network),
  precise: plainModel(precise, network),
  errors: plainModel(errors, network),
})
