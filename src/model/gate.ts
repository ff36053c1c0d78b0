/**
 * The affine sum that every activation of a recurrent cell is applied to: its only one in a plain cell, one for each
 * gate in an LSTM or a GRU.
 *
 *   hidden   Z_t = (X_t W_x + b) + H_{t-1} W_h, the input's share and the recurrent one
 *   bptt-h   dZ_t W_h^T goes on to H_{t-1}, dZ_t W_x^T to X_t
 *   bptt-w   dW_x = sum X_t^T dZ_t, dW_h = sum H_{t-1}^T dZ_t, db = sum of rows of dZ_t
 *
 * A gate g has the fields W_xg and W_hg, and one bias b_g, in the input's share; or two, b_ig and b_hg, one in each
 * share, as frameworks have it.
 */
import type { Kind } from 'fp-ts/HKT'
import type { AnyAxis } from '../algebra/axis.js'
import type { Carrier, TensorAlgebra, Tensors } from '../algebra/tensor-algebra.js'
import type { Intake, IntakeAxis, IntakeName, IntakeRows } from './intake.js'
import { hiddenAxis, previousAxis } from './parameters.js'
import type { Hidden, Previous, Sizes } from './parameters.js'

/** Whether a gate has one bias, or one for each of its shares. */
export type Biases = 'one' | 'two'

/** The names of a gate's biases. */
export type BiasName<G extends string, B extends Biases> = B extends 'two' ? `b_i${G}` | `b_h${G}` : `b_${G}`

/** The signature of a gate's fields: what it adds to its cell's parameters. */
export type GateParameters<G extends string, I extends IntakeName, B extends Biases> = {
  readonly [Field in `W_x${G}`]: [IntakeAxis<I>, Hidden]
} & { readonly [Field in `W_h${G}`]: [Previous, Hidden] } & { readonly [Field in BiasName<G, B>]: [Hidden] }

/** A gate's fields under common names. */
interface Fields<F extends Carrier, I extends IntakeName> {
  readonly W_x: Kind<F, [IntakeAxis<I>, Hidden]>
  readonly W_h: Kind<F, [Previous, Hidden]>
  /** The bias of the input's share. */
  readonly b: Kind<F, [Hidden]>
  /** The bias of the recurrent share; none where there is one bias. */
  readonly b_h: Kind<F, [Hidden]> | undefined
}

/** The names of gate g's biases, the input's first. */
const biasNames = (g: string, biases: Biases): readonly string[] =>
  biases === 'two' ? [`b_i${g}`, `b_h${g}`] : [`b_${g}`]

/** The gate g of a cell. Its functions take the parameters of the whole cell, and read the gate's fields. */
export const gate = <F extends Carrier, G extends string, I extends IntakeName, B extends Biases>(
  algebra: TensorAlgebra<F>,
  intake: Intake<F, I>,
  g: G,
  biases: B,
) => {
  const { addRow, matmul, matmulNT, matmulTN, sumRows } = algebra
  // The compiler does not follow field names that are made of a parameter; this is the one place that reads by them.
  const fieldsOf = (parameters: object): Fields<F, I> => {
    const named = parameters as Readonly<Record<string, never>>
    const [b, b_h] = biasNames(g, biases)
    return { W_x: named[`W_x${g}`], W_h: named[`W_h${g}`], b: named[b], b_h: b_h === undefined ? b_h : named[b_h] }
  }

  return {
    /** The axes of the gate's fields. */
    axes: (sizes: Sizes) => ({
      [`W_x${g}`]: [intake.axis(sizes), hiddenAxis(sizes.hidden)],
      [`W_h${g}`]: [previousAxis(sizes.hidden), hiddenAxis(sizes.hidden)],
      ...Object.fromEntries(biasNames(g, biases).map((b) => [b, [hiddenAxis(sizes.hidden)]])),
    }),

    /** X W_x + b, the input's share of the sum. */
    share: <R extends AnyAxis>(parameters: object, X: IntakeRows<F, R, I>): Kind<F, [R, Hidden]> => {
      const { W_x, b } = fieldsOf(parameters)
      return addRow(intake.times(X, W_x), b)
    },

    /** H_prev W_h, the recurrent share, with its bias where it has one. */
    recurrent: <R extends AnyAxis>(parameters: object, H_prev: Kind<F, [R, Previous]>): Kind<F, [R, Hidden]> => {
      const { W_h, b_h } = fieldsOf(parameters)
      return b_h === undefined ? matmul(H_prev, W_h) : addRow(matmul(H_prev, W_h), b_h)
    },

    /** dZ W_h^T, the adjoint of H_prev. */
    carry: <R extends AnyAxis>(parameters: object, dZ: Kind<F, [R, Hidden]>): Kind<F, [R, Previous]> =>
      matmulNT(dZ, fieldsOf(parameters).W_h),

    /** dZ W_x^T, the adjoint of X. */
    below: <R extends AnyAxis>(parameters: object, dZ: Kind<F, [R, Hidden]>): Kind<F, [R, IntakeAxis<I>]> =>
      matmulNT(dZ, fieldsOf(parameters).W_x),

    /** The gradients of the gate's fields from the adjoints of its two shares, summed over the rows. */
    gradients: <R extends AnyAxis>(
      X: IntakeRows<F, R, I>,
      H_prev: Kind<F, [R, Previous]>,
      dShare: Kind<F, [R, Hidden]>,
      dRecurrent: Kind<F, [R, Hidden]>,
    ): Tensors<F, GateParameters<G, I, B>> => {
      const [b, b_h] = biasNames(g, biases)
      return {
        [`W_x${g}`]: intake.adjoint(X, dShare),
        [`W_h${g}`]: matmulTN(H_prev, dRecurrent),
        [b]: sumRows(dShare),
        ...(b_h === undefined ? {} : { [b_h]: sumRows(dRecurrent) }),
      } as unknown as Tensors<F, GateParameters<G, I, B>>
    },
  }
}

/** H and H_prev are the same numbers under the names of two places: where a state is read, and where it is written. */
export const places = <F extends Carrier>({ axesOf, rename }: TensorAlgebra<F>) => ({
  asPrevious: <R extends AnyAxis>(H: Kind<F, [R, Hidden]>): Kind<F, [R, Previous]> =>
    rename(H, previousAxis(axesOf(H)[1].size)),
  asHidden: <R extends AnyAxis>(H_prev: Kind<F, [R, Previous]>): Kind<F, [R, Hidden]> =>
    rename(H_prev, hiddenAxis(axesOf(H_prev)[1].size)),
})
