/**
 * Initial parameters, drawn from a seeded generator in the parameters' order.
 *
 *   initial   weights ~ normal(0, deviation), biases 0; or all ~ uniform(-bound, bound)
 *
 * Differs from frameworks in the draws: no two libraries draw the same numbers from the same seed.
 */
import * as S from 'fp-ts/lib/State.js'
import type { Axes } from '../algebra/axis.js'
import { entries } from '../algebra/axis.js'
import type { Carrier, Concrete, TensorAlgebra } from '../algebra/tensor-algebra.js'
import type { Cell, CellShape } from '../model/cell.js'
import { parameterAxes, zeroState } from '../model/model.js'
import type { Parameters } from '../model/model.js'
import type { Batch, Sizes } from '../model/parameters.js'
import type { Random } from '../random.js'
import { normals, uniforms } from '../random.js'
import type { Optimiser } from './optimiser.js'
import type { Learner } from './step.js'

/** How the entries of a parameter with these axes are drawn. */
export type Initialisation = (axes: Axes) => Random<readonly number[]>

/** Weights (matrices) from normal(0, deviation), biases (vectors) zero. */
export const normalWeights =
  (deviation: number): Initialisation =>
  (axes) =>
    axes.length < 2
      ? S.of(Array.from({ length: entries(axes) }, () => 0))
      : S.map((draws: readonly number[]) => draws.map((z) => deviation * z))(normals(entries(axes)))

/** Every entry, of weights and biases alike, uniform from -bound to bound. */
export const uniformEntries =
  (bound: number): Initialisation =>
  (axes) =>
    S.map((us: readonly number[]) => us.map((u) => bound * (2 * u - 1)))(uniforms(entries(axes)))

/** `initial`: the parameters of a model of these sizes, and the generator's next state. */
export const initialParameters = <F extends Carrier, C extends CellShape>(
  algebra: Concrete<F>,
  cell: Cell<F, C>,
  sizes: Sizes,
  initialisation: Initialisation,
): Random<Parameters<F, C>> =>
  S.map((drawn: readonly (readonly [string, unknown])[]) => Object.fromEntries(drawn) as Parameters<F, C>)(
    S.traverseArray(([field, axes]: readonly [string, Axes]) =>
      S.map((values: readonly number[]) => [field, algebra.tensor(axes, values)] as const)(initialisation(axes)),
    )(Object.entries(parameterAxes(cell, sizes))),
  )

/** A learner that has learnt nothing: these parameters, a fresh optimiser, the zero state. */
export const freshLearner = <F extends Carrier, C extends CellShape>(
  algebra: TensorAlgebra<F>,
  cell: Cell<F, C>,
  optimiser: Optimiser<F>,
  sizes: Sizes,
  batch: Batch,
  parameters: Parameters<F, C>,
): Learner<F, C> => ({
  parameters,
  optimiser: optimiser.init(parameters as never),
  hidden: zeroState(algebra, cell, sizes, batch),
})
