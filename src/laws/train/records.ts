/**
 * Records of tensors as plain numbers, and an optimiser's run over them.
 */
import * as E from 'fp-ts/lib/Either.js'
import { sameAxes } from '../../algebra/axis.js'
import type { Axes } from '../../algebra/axis.js'
import { flatten, unflatten } from '../../algebra/names.js'
import { Defect } from '../../algebra/defect.js'
import type { Carrier, Concrete, Signature, Tensors } from '../../algebra/tensor-algebra.js'
import type { LayersShape } from '../../model/layers.js'
import { parameterAxes } from '../../model/model.js'
import type { Model, Parameters } from '../../model/model.js'
import { applyUpdates } from '../../train/optimisers/optimiser.js'
import type { Optimiser, OptimiserState } from '../../train/optimisers/optimiser.js'
import { sameNumbers } from '../law.js'
import type { Plains } from '../model/sample.js'
import { read } from '../plain.js'

/** The record of these numbers in an interpreter. */
export const readAll = <F extends Carrier>(algebra: Concrete<F>, record: Plains): Tensors<F, Signature> =>
  Object.fromEntries(Object.entries(record).map(([field, plain]) => [field, read(algebra, plain)]))

/** A tree in an interpreter, as plain numbers by their names. */
export const writeAll = <F extends Carrier>(algebra: Concrete<F>, tree: object): Plains =>
  Object.fromEntries(
    Object.entries(flatten<F>(tree)).map(([field, a]) => [
      field,
      { axes: algebra.axesOf<Axes>(a), values: algebra.toArray<Axes>(a) },
    ]),
  )

/** All entries of all fields, in their order. */
export const entriesOf = (record: Plains): readonly number[] => Object.values(record).flatMap(({ values }) => values)

/** Whether two records have the same fields in the same order, with the same axes. */
export const sameShape = (a: Plains, b: Plains): boolean =>
  Object.keys(a).join('\n') === Object.keys(b).join('\n') &&
  Object.keys(a).every((field) => sameAxes(a[field].axes, b[field].axes))

/** Whether two records have the same shape, and the same bits. */
export const sameRecord = (a: Plains, b: Plains): boolean => sameShape(a, b) && sameNumbers(entriesOf(a), entriesOf(b))

/** The fields that the names list, or all others. */
export const only = (names: readonly string[], record: Plains): Plains =>
  Object.fromEntries(Object.entries(record).filter(([field]) => names.includes(field)))
export const allBut = (names: readonly string[], record: Plains): Plains =>
  Object.fromEntries(Object.entries(record).filter(([field]) => !names.includes(field)))

/** Parameters, and the gradients of the steps that move them: records of the same fields and axes. */
export interface Descent {
  readonly parameters: Plains
  readonly gradients: readonly Plains[]
}

/** Where a descent is after its steps: parameters, those after each step, its updates, and the optimiser's state. */
export interface Descended {
  readonly parameters: Plains
  readonly steps: readonly Plains[]
  readonly updates: readonly Plains[]
  readonly state: Plains
}

/** Runs an optimiser over a descent's gradients. */
export const descend = <F extends Carrier>(
  algebra: Concrete<F>,
  optimiser: Optimiser<F>,
  { parameters, gradients }: Descent,
): Descended => {
  const start = readAll(algebra, parameters)
  const end = gradients.reduce<{
    readonly at: Tensors<F, Signature>
    readonly steps: readonly Plains[]
    readonly updates: readonly Plains[]
    readonly state: OptimiserState
  }>(
    ({ at, steps, updates, state }, gradient) => {
      const step = optimiser.update<Signature>(readAll(algebra, gradient), state, at)
      const moved = applyUpdates(algebra)(at, step.updates)
      return {
        at: moved,
        steps: [...steps, writeAll(algebra, moved)],
        updates: [...updates, writeAll(algebra, step.updates)],
        state: step.state,
      }
    },
    { at: start, steps: [], updates: [], state: optimiser.init<Signature>(start) },
  )
  const { at, steps, updates, state } = end
  return { parameters: writeAll(algebra, at), steps, updates, state: writeAll(algebra, state) }
}

/** What an optimiser makes of gradients in its first step. */
export const firstUpdates = <F extends Carrier>(
  algebra: Concrete<F>,
  optimiser: Optimiser<F>,
  gradients: Plains,
  parameters: Plains = gradients,
): Plains => descend(algebra, optimiser, { parameters, gradients: [gradients] }).updates[0]

/** The parameters of a model as its shape has them. */
export const parametersIn = <F extends Carrier, L extends LayersShape>(
  algebra: Concrete<F>,
  model: Model<NoInfer<F>, L>,
  plains: Plains,
): Parameters<F, L> => {
  const shape = parameterAxes(algebra, model)
  return unflatten<F, typeof shape>(shape, readAll(algebra, plains)) as Parameters<F, L>
}

/** Whether two descents went the same way, to the last bit. */
export const sameWay = (a: Descended, b: Descended): boolean =>
  sameRecord(a.parameters, b.parameters) &&
  a.updates.length === b.updates.length &&
  a.updates.every((updates, k) => sameRecord(updates, b.updates[k]))

/** Whether it ends in a defect. */
export const refuses = (run: () => unknown): boolean => {
  const answer = E.tryCatch(run, (error) => error)
  return E.isLeft(answer) && answer.left instanceof Defect
}
