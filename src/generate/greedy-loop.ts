/**
 * Greedy prediction as one term of the algebra, so that it can be compiled whole.
 *
 *   predict   n times: read the character, and go on with the one that scores best
 */
import type { AnyAxis } from '../algebra/axis.js'
import { flatten, unflattenLike } from '../algebra/names.js'
import type { Named } from '../algebra/names.js'
import type { Carrier, OneHot, Signature, TensorAlgebra } from '../algebra/tensor-algebra.js'
import type { Characters, LayersShape } from '../model/layers.js'
import { forward } from '../model/model.js'
import type { Model, Parameters, State } from '../model/model.js'
import type { Rows, Vocabulary } from '../model/parameters.js'

/** What a model wrote, and its state after the last character but one: that one is chosen, not yet read. */
export interface Unfolded<F extends Carrier, L extends LayersShape, T extends AnyAxis> {
  readonly characters: OneHot<F, [T, Rows, Vocabulary]>
  readonly state: State<F, L>
}

/**
 * Reads `first`, and from then on each time the character that scores best (the lowest number on ties), as often
 * as `length` has entries.
 */
export const unfoldGreedily =
  <F extends Carrier, L extends LayersShape>(algebra: TensorAlgebra<F>, model: Model<NoInfer<F>, L>) =>
  <T extends AnyAxis>(
    parameters: Parameters<F, L>,
    state: State<F, L>,
    first: Characters<F>,
    length: T,
  ): Unfolded<F, L, T> => {
    // A loop hands on a flat record.
    const asTree = (named: Named<F>): State<F, L> => unflattenLike(state, named)
    const { outputs, state: last } = algebra.unfold<T, Signature, [Rows, Vocabulary]>(
      length,
      (before, x) => {
        const { O, state: next } = forward(algebra, model)(parameters, asTree(before), x)
        return { state: flatten<F>(next), output: algebra.argmax(O) }
      },
      flatten<F>(state),
      first,
    )
    return { characters: outputs, state: asTree(last) }
  }
