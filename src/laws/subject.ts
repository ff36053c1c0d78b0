/**
 * What the model's laws are tried on: a language model, what it should have answered, and how far rounding excuses it.
 *
 * No law of the model has a tolerance of its own. Two numbers that are equal in real arithmetic must be no further
 * apart than the sum of the bounds on their errors, which a running error analysis of the same equations gives.
 */
import type { Carrier, Concrete, TensorAlgebra } from '../algebra/tensor-algebra.js'
import type { Cell, CellShape } from '../model/cell.js'
import { languageModel } from './language-model.js'
import type { LanguageModel } from './language-model.js'

/** A cell, for any algebra. */
export type AnyCell<C extends CellShape> = <F extends Carrier>(algebra: TensorAlgebra<F>) => Cell<F, C>

export interface Subject {
  readonly model: LanguageModel
  /** The same model in double precision. */
  readonly precise: LanguageModel
  /** A bound on the error of every number that `model` answers, in the shape of the answer. */
  readonly errors: LanguageModel
}

/**
 * The subject of a cell in an interpreter.
 *
 * @param precise the algebra of double precision, such as `float64`
 * @param errors the algebra that reads out bounds on the errors of `algebra`, such as `roundingErrors(singlePrecision)`
 */
export const subject = <F extends Carrier, G extends Carrier, E extends Carrier, C extends CellShape>(
  cell: AnyCell<C>,
  algebra: Concrete<F>,
  precise: Concrete<G>,
  errors: Concrete<E>,
): Subject => ({
  model: languageModel(algebra, cell(algebra)),
  precise: languageModel(precise, cell(precise)),
  errors: languageModel(errors, cell(errors)),
})
