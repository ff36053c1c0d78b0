/**
 * What a cell reads: characters, as one-hot rows, or the hidden units of a layer below.
 *
 *   one-hot   X_t = zeros with a 1 in each row, at the column of the character's number: N x V
 *
 * Either way it is a matrix X with two products, X W and X^T dZ. A cell is written with these two, and so reads both.
 */
import type { Kind } from 'fp-ts/HKT'
import type { AnyAxis } from '../algebra/axis.js'
import type { Carrier, OneHot, TensorAlgebra } from '../algebra/tensor-algebra.js'
import { lowerAxis, vocabularyAxis } from './parameters.js'
import type { Hidden, Lower, Sizes, Vocabulary } from './parameters.js'

/** One-hot rows, or the hidden units of the layer below. */
export type InputName = 'characters' | 'units'

/** The axis of the rows of an input's weights. */
export type InputAxis<I extends InputName> = I extends 'characters' ? Vocabulary : Lower

/** R rows of input. */
export type InputRows<F extends Carrier, R extends AnyAxis, I extends InputName> = I extends 'characters'
  ? OneHot<F, [R, Vocabulary]>
  : Kind<F, [R, Lower]>

/** The products of an input with weights and with adjoints. */
export interface Input<F extends Carrier, I extends InputName> {
  /** The axis of an input's columns at these sizes. */
  readonly axis: (sizes: Sizes) => InputAxis<I>
  /** X W */
  readonly matmul: <R extends AnyAxis>(
    X: InputRows<F, R, I>,
    W: Kind<F, [InputAxis<I>, Hidden]>,
  ) => Kind<F, [R, Hidden]>
  /** X^T dZ */
  readonly matmulTN: <R extends AnyAxis>(
    X: InputRows<F, R, I>,
    dZ: Kind<F, [R, Hidden]>,
  ) => Kind<F, [InputAxis<I>, Hidden]>
}

/**
 * Characters: X W gathers rows of W, and X^T dZ adds rows of dZ up where the characters stand.
 *
 *   one-hot   X_t = zeros with a 1 in each row, at the column of the character's number: N x V
 *
 * Differs from an embedding layer in name only: its table is W.
 */
export const characters = <F extends Carrier>({
  scatterAdd,
  gatherRows,
}: TensorAlgebra<F>): Input<F, 'characters'> => ({
  axis: ({ vocabulary }) => vocabularyAxis(vocabulary),
  matmul: gatherRows,
  matmulTN: scatterAdd,
})

/** Hidden units of the layer below, R x H: both products are dense. */
export const units = <F extends Carrier>({ matmul, matmulTN }: TensorAlgebra<F>): Input<F, 'units'> => ({
  axis: ({ hidden }) => lowerAxis(hidden),
  matmul,
  matmulTN,
})

/** The input that is given, or characters: then I is 'characters', which the compiler does not see. */
export const inputOr = <F extends Carrier, I extends InputName>(
  algebra: TensorAlgebra<F>,
  input: Input<F, I> | undefined,
): Input<F, I> => input ?? (characters(algebra) as unknown as Input<F, I>)
