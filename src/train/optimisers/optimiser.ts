/**
 * Optimisers as values `{ init, update }` that compose.
 *
 * An optimiser turns gradients into updates, which are added to the parameters: p <- p + u. It acts on
 * any tree of tensors. Its state is a tree of tensors too, nested as the optimisers are, so that a checkpoint can
 * store it and an engine can hand it round. The design is optax's (DeepMind, 2020).
 */
import type { Axes } from '../../algebra/axis.js'
import { defect } from '../../algebra/defect.js'
import { flatten, unflattenLike } from '../../algebra/names.js'
import type { Named } from '../../algebra/names.js'
import { requireMethods, requireTexts } from '../../algebra/require.js'
import type { Carrier, Signature, TensorAlgebra, Tensors } from '../../algebra/tensor-algebra.js'
import { zipTensors } from '../../algebra/tensors.js'

/** What an optimiser remembers from step to step: a tree of tensors, which it alone looks into. */
export type OptimiserState = object

/** `init` gives its first state; `update` turns gradients into updates of the same axes, and gives the next state. */
export interface Optimiser<F extends Carrier> {
  readonly init: <S>(parameters: Tensors<F, S>) => OptimiserState
  readonly update: <S>(
    gradients: Tensors<F, S>,
    state: OptimiserState,
    parameters: Tensors<F, S>,
  ) => { readonly updates: Tensors<F, S>; readonly state: OptimiserState }
}

/** An optimiser for every algebra. */
export type AnyOptimiser = <F extends Carrier>(algebra: TensorAlgebra<F>) => Optimiser<F>

/** An optimiser without memory. */
export const stateless = <F extends Carrier>(
  transform: <S>(gradients: Tensors<F, S>) => Tensors<F, S>,
): Optimiser<F> => ({
  init: () => ({}),
  update: (gradients, state) => ({ updates: transform(gradients), state }),
})

/** An optimiser, as `operation` takes it; anything else is a defect. */
export const requireOptimiser = <O>(operation: string, what: string, optimiser: O): O =>
  requireMethods(operation, what, optimiser, ['init', 'update'], 'an optimiser, such as sgd(0.1)')

/** p + u for every parameter. */
export const applyUpdates = <F extends Carrier>({ add }: TensorAlgebra<F>) => zipTensors<F>(add)

/** The optimisers one after the other: each one's updates are the next one's gradients, and the state is a list. */
export const chain = <F extends Carrier>(...optimisers: readonly Optimiser<F>[]): Optimiser<F> => {
  const links = optimisers.map((each, i) => requireOptimiser('chain', `optimiser ${String(i)}`, each))
  return {
    init: (parameters) => links.map(({ init }) => init(parameters)),
    update: <S>(gradients: Tensors<F, S>, state: OptimiserState, parameters: Tensors<F, S>) => {
      const states = statesIn(links.length, state)
      return links.reduce<{ readonly updates: Tensors<F, S>; readonly state: readonly OptimiserState[] }>(
        (before, { update }, i) => {
          const own = update(before.updates, states[i], parameters)
          return { updates: own.updates, state: [...before.state, own.state] }
        },
        { updates: gradients, state: [] },
      )
    },
  }
}

/** The states of so many optimisers; a state that another optimiser made is a defect. */
const statesIn = (count: number, state: OptimiserState): readonly OptimiserState[] =>
  Array.isArray(state) && state.length === count
    ? (state as readonly OptimiserState[])
    : defect(
        'chain',
        `expected the state that its own init made, a list of ${String(count)}, ` +
          `got ${Array.isArray(state) ? `a list of ${String(state.length)}` : 'something else'}`,
      )

/**
 * The named parameters held fixed.
 *
 *   frozen   u = -0 for them; the others' updates are as if there were no others
 *
 * Their updates are -0: adding it changes no bit of any number, while adding 0 would turn -0 into 0. The optimiser sees
 * neither them nor their gradients, so the others move, and are clipped, as if alone. A name that no parameter has is a
 * defect, since it would silently hold nothing fixed. Setting gradients to zero is not the same: momentum and weight
 * decay would still move the parameters.
 *
 * @param names the parameters' names as files have them: `W_xh`, `b_r`, `1.W_hh`
 */
export const frozen =
  <F extends Carrier>({ axesOf, fill }: TensorAlgebra<F>) =>
  (names: readonly string[], optimiser: Optimiser<F>): Optimiser<F> => {
    requireTexts('frozen', 'the names', names)
    requireOptimiser('frozen', 'the optimiser', optimiser)
    const learning = (a: object): Named<F> => {
      const named = flatten<F>(a)
      requireFields(names, Object.keys(named))
      return Object.fromEntries(Object.entries(named).filter(([name]) => !names.includes(name)))
    }
    return {
      init: (parameters) => optimiser.init<Signature>(learning(parameters)),
      update: <S>(gradients: Tensors<F, S>, state: OptimiserState, parameters: Tensors<F, S>) => {
        const { updates, state: next } = optimiser.update<Signature>(learning(gradients), state, learning(parameters))
        const still = Object.entries(flatten<F>(gradients))
          .filter(([name]) => names.includes(name))
          .map(([name, tensor]) => [name, fill(axesOf<Axes>(tensor), -0)] as const)
        return {
          updates: unflattenLike<F, Tensors<F, S>>(gradients, { ...updates, ...Object.fromEntries(still) }),
          state: next,
        }
      },
    }
  }

const requireFields = (names: readonly string[], fields: readonly string[]): void => {
  const unknown = names.find((name) => !fields.includes(name))
  if (unknown !== undefined) {
    defect('frozen', `there is no parameter ${unknown} to hold fixed, only ${fields.join(', ')}`)
  }
}
