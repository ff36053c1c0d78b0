/**
 * A recipe: a cell and an optimiser for whatever algebra asks, and how a learner is laid out as one flat record.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axes } from '../algebra/axis.js'
import type { Carrier, Signature, TensorAlgebra, Tensors } from '../algebra/tensor-algebra.js'
import type { Cell, CellShape } from '../model/cell.js'
import type { Optimiser } from './optimiser.js'
import type { Learner } from './step.js'

/** What is trained, and how, for any algebra. */
export interface Recipe<C extends CellShape> {
  readonly cell: <F extends Carrier>(algebra: TensorAlgebra<F>) => Cell<F, C>
  readonly optimiser: <F extends Carrier>(algebra: TensorAlgebra<F>) => Optimiser<F>
}

/** The parts of a learner, as the first word of its fields' names. */
const PARTS = ['parameters', 'optimiser', 'hidden'] as const

/** A learner as one record of tensors: `parameters.W_xh`, `hidden.H`, ... */
export const flatten = <F extends Carrier, C extends CellShape>(learner: Learner<F, C>): Tensors<F, Signature> =>
  Object.fromEntries(
    PARTS.flatMap((part) =>
      Object.entries<Kind<F, Axes>>(learner[part] as Tensors<F, Signature>).map(([field, tensor]) => [
        `${part}.${field}`,
        tensor,
      ]),
    ),
  ) as Tensors<F, Signature>

/** The learner of such a record: the inverse of `flatten`. */
export const unflatten = <F extends Carrier, C extends CellShape>(record: Tensors<F, Signature>): Learner<F, C> =>
  Object.fromEntries(PARTS.map((part) => [part, partOf(record, part)])) as unknown as Learner<F, C>

const partOf = <F extends Carrier>(record: Tensors<F, Signature>, part: string): Tensors<F, Signature> =>
  Object.fromEntries(
    Object.entries<Kind<F, Axes>>(record)
      .filter(([field]) => field.startsWith(`${part}.`))
      .map(([field, tensor]) => [field.slice(part.length + 1), tensor]),
  ) as Tensors<F, Signature>
