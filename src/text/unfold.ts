/**
 * Greedy prediction as one term of the algebra, so that it can be compiled whole.
 *
 *   predict   n times: read the character, and go on with the one that scores best
 */
import type { AnyAxis } from '../algebra/axis.js'
import type { Carrier, OneHot, TensorAlgebra } from '../algebra/tensor-algebra.js'
import type { Cell, CellShape } from '../model/cell.js'
import { forward } from '../model/model.js'
import type { Characters, Parameters } from '../model/model.js'
import type { Rows, Vocabulary } from '../model/parameters.js'
import type { State } from '../model/unroll.js'

/** What a model wrote, and its state after the last character but one: that one is chosen, not yet read. */
export interface Unfolded<F extends Carrier, C extends CellShape, T extends AnyAxis> {
  readonly characters: OneHot<F, [T, Rows, Vocabulary]>
  readonly state: State<F, C>
}

/**
 * Reads `first`, and from then on each time the character that scores best (the lowest number on ties), as often
 * as `length` has entries.
 */
export const unfoldGreedily =
  <F extends Carrier, C extends CellShape>(algebra: TensorAlgebra<F>, cell: Cell<F, C>) =>
  <T extends AnyAxis>(
    parameters: Parameters<F, C>,
    state: State<F, C>,
    first: Characters<F>,
    length: T,
  ): Unfolded<F, C, T> => {
    const { outputs, state: last } = algebra.unfold(
      length,
      (before: State<F, C>, x: Characters<F>) => {
        const { O, state: next } = forward(algebra, cell)(parameters, before, x)
        return { state: next, output: algebra.argmax(O) }
      },
      state,
      first,
    )
    return { characters: outputs, state: last }
  }
