/**
 * Optimisers as values `{ init, update }` that compose.
 *
 * An optimiser turns gradients into updates, which are added to the parameters: p <- p + u. It acts on
 * any record of tensors, and its state is a flat record of tensors too, so that a checkpoint can
 * store it and an engine can hand it round. The design is optax's (DeepMind, 2020).
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axes } from '../algebra/axis.js'
import { defect } from '../algebra/defect.js'
import type { Carrier, Signature, TensorAlgebra, Tensors } from '../algebra/tensor-algebra.js'
import { zipTensors } from '../algebra/tensors.js'

/** What an optimiser remembers from step to step; the fields' names say whose they are. */
export type OptimiserState<F extends Carrier> = Tensors<F, Signature>

/** What it remembers at first; and what it makes of gradients: updates of the same fields and axes, and its state. */
export interface Optimiser<F extends Carrier> {
  readonly init: <S extends Signature>(parameters: Tensors<F, S>) => OptimiserState<F>
  readonly update: <S extends Signature>(
    gradients: Tensors<F, S>,
    state: OptimiserState<F>,
    parameters: Tensors<F, S>,
  ) => { readonly updates: Tensors<F, S>; readonly state: OptimiserState<F> }
}

/** An optimiser without memory. */
export const stateless = <F extends Carrier>(
  transform: <S extends Signature>(gradients: Tensors<F, S>) => Tensors<F, S>,
): Optimiser<F> => ({
  init: () => ({}),
  update: (gradients, state) => ({ updates: transform(gradients), state }),
})

/** p + u for every parameter. */
export const applyUpdates = <F extends Carrier>({ add }: TensorAlgebra<F>) => zipTensors<F>(add)

/** The optimisers one after the other: each one's updates are the next one's gradients. */
export const chain = <F extends Carrier>(...optimisers: readonly Optimiser<F>[]): Optimiser<F> => ({
  init: (parameters) =>
    optimisers.reduce<OptimiserState<F>>(
      (state, { init }, i) => ({ ...state, ...prefixed(`${String(i)}.`, init(parameters)) }),
      {},
    ),
  update: (gradients, state, parameters) =>
    optimisers.reduce<ReturnType<typeof chained<F, typeof gradients>>>(
      (before, { update }, i) => {
        const own = update(before.updates, withPrefix(`${String(i)}.`, state), parameters)
        return chained(own.updates, { ...before.state, ...prefixed(`${String(i)}.`, own.state) })
      },
      chained(gradients, {}),
    ),
})

const chained = <F extends Carrier, G>(updates: G, state: OptimiserState<F>) => ({ updates, state })

/**
 * The named parameters held fixed.
 *
 *   frozen   u = -0 for them; the others' updates are as if there were no others
 *
 * Their updates are -0, which added changes no bit of any number (0 would turn
 * -0 into 0), and the optimiser sees neither them nor their gradients, so that the others move (and are clipped)
 * as if alone. A name that no parameter has is a defect: it would hold nothing fixed, and say nothing. Differs from
 * setting their gradients to zero, which momentum and weight decay do not respect.
 */
export const frozen =
  <F extends Carrier>({ axesOf, fill }: TensorAlgebra<F>) =>
  (names: readonly string[], optimiser: Optimiser<F>): Optimiser<F> => {
    const learning = <S extends Signature>(a: Tensors<F, S>) => {
      requireFields(names, Object.keys(a))
      return fieldsWhere(a as Tensors<F, Signature>, (field) => !names.includes(field))
    }
    const still = <S extends Signature>(a: Tensors<F, S>): Tensors<F, Signature> =>
      Object.fromEntries(
        Object.entries(fieldsWhere(a as Tensors<F, Signature>, (field) => names.includes(field))).map(
          ([field, tensor]) => [field, fill(axesOf<Axes>(tensor), -0)],
        ),
      )
    return {
      init: (parameters) => optimiser.init(learning(parameters)),
      update: (gradients, state, parameters) => {
        const { updates, state: next } = optimiser.update(learning(gradients), state, learning(parameters))
        return { updates: { ...gradients, ...updates, ...still(gradients) }, state: next }
      },
    }
  }

const requireFields = (names: readonly string[], fields: readonly string[]): void => {
  const unknown = names.find((name) => !fields.includes(name))
  if (unknown !== undefined) {
    defect('frozen', `there is no parameter ${unknown} to hold fixed, only ${fields.join(', ')}`)
  }
}

const fieldsWhere = <F extends Carrier>(
  a: Tensors<F, Signature>,
  keep: (field: string) => boolean,
): Tensors<F, Signature> =>
  Object.fromEntries(Object.entries<Kind<F, Axes>>(a).filter(([field]) => keep(field))) as Tensors<F, Signature>

/** The record with the prefix before each field's name. */
export const prefixed = <F extends Carrier>(prefix: string, state: OptimiserState<F>): OptimiserState<F> =>
  Object.fromEntries(Object.entries(state).map(([field, tensor]) => [prefix + field, tensor])) as OptimiserState<F>

/** The fields under a prefix, without it. */
export const withPrefix = <F extends Carrier>(prefix: string, state: OptimiserState<F>): OptimiserState<F> =>
  Object.fromEntries(
    Object.entries(state)
      .filter(([field]) => field.startsWith(prefix))
      .map(([field, tensor]) => [field.slice(prefix.length), tensor]),
  ) as OptimiserState<F>
