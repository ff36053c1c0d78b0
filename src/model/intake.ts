/**
 * How a cell takes its input in: as characters, one-hot rows, or as another layer's hidden units.
 *
 * Both are a product X W with the rows of a weight matrix, and its adjoint X^T dZ; a layer that stands on another
 * also hands dZ W^T down. A cell is written against this, and knows not which it is.
 */
import type { Kind } from 'fp-ts/HKT'
import type { AnyAxis, Axis } from '../algebra/axis.js'
import { axis } from '../algebra/axis.js'
import type { Carrier, OneHot, TensorAlgebra } from '../algebra/tensor-algebra.js'
import { vocabularyAxis } from './parameters.js'
import type { Hidden, Sizes, Vocabulary } from './parameters.js'

/** The hidden units of the layer below. */
export type Below = Axis<'below'>

export const belowAxis = (size: number): Below => axis('below', size)

/** One-hot rows, or the hidden units of the layer below. */
export type IntakeName = 'characters' | 'units'

/** The axis that the rows of an input's weights are named by. */
export type IntakeAxis<I extends IntakeName> = I extends 'characters' ? Vocabulary : Below

/** R rows of input. */
export type IntakeRows<F extends Carrier, R extends AnyAxis, I extends IntakeName> = I extends 'characters'
  ? OneHot<F, [R, Vocabulary]>
  : Kind<F, [R, Below]>

/** A product with the weights beside its adjoint. */
export interface Intake<F extends Carrier, I extends IntakeName> {
  readonly axis: (sizes: Sizes) => IntakeAxis<I>
  /** X W */
  readonly times: <R extends AnyAxis>(
    X: IntakeRows<F, R, I>,
    W: Kind<F, [IntakeAxis<I>, Hidden]>,
  ) => Kind<F, [R, Hidden]>
  /** X^T dZ */
  readonly adjoint: <R extends AnyAxis>(
    X: IntakeRows<F, R, I>,
    dZ: Kind<F, [R, Hidden]>,
  ) => Kind<F, [IntakeAxis<I>, Hidden]>
}

/**
 * Characters: X W selects rows of W, and X^T dZ adds rows up where the characters stand.
 *
 *   one-hot   X_t = zeros with a 1 in each row, at the column of the character's number: N x V
 *
 * Differs from an embedding layer in name only: its table is W.
 */
export const characters = <F extends Carrier>({ scatterAdd, select }: TensorAlgebra<F>): Intake<F, 'characters'> => ({
  axis: ({ vocabulary }) => vocabularyAxis(vocabulary),
  times: select,
  adjoint: scatterAdd,
})

/** Hidden units of the layer below, R x H: both products are dense. */
export const units = <F extends Carrier>({ matmul, matmulTN }: TensorAlgebra<F>): Intake<F, 'units'> => ({
  axis: ({ hidden }) => belowAxis(hidden),
  times: matmul,
  adjoint: matmulTN,
})
