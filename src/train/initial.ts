/**
 * Initial parameters, drawn from a seeded generator in the parameters' order.
 *
 *   initial   weights ~ normal(0, deviation), biases 0; or all ~ uniform(-bound, bound)
 *
 * Differs from frameworks in the draws: no two libraries draw the same numbers from the same seed.
 */
import * as S from 'fp-ts/lib/State.js'
import type { Kind } from 'fp-ts/HKT'
import type { Axes } from '../algebra/axis.js'
import { entries } from '../algebra/axis.js'
import { flatAxes, unflatten } from '../algebra/names.js'
import { requireNonNegative, requireRecord } from '../algebra/require.js'
import type { Carrier, Concrete, TensorAlgebra } from '../algebra/tensor-algebra.js'
import type { LayersShape } from '../model/layers.js'
import { parameterAxes, whole, zeroState } from '../model/model.js'
import type { Model, ModelShape, Parameters } from '../model/model.js'
import type { Batch, Sizes } from '../model/parameters.js'
import type { Random } from '../random.js'
import { normals, uniforms } from '../random.js'
import type { Optimiser } from './optimisers/optimiser.js'
import type { Learner } from './step.js'

/** How the entries of a parameter with these axes are drawn. */
export type Initialisation = (axes: Axes) => Random<readonly number[]>

/**
 * Weights (matrices) from normal(0, deviation), biases (vectors) zero.
 *
 * @param deviation the standard deviation: a finite number, 0 or more; anything else is a defect
 * @returns for `initialParameters`, and for the options of `train`
 *
 * ```ts
 * import { hiddenAxis, normalWeights, seeded } from 'pure-rnn'
 *
 * const [bias] = normalWeights(0.01)([hiddenAxis(2)])(seeded(1))
 * bias // => [0, 0]
 * ```
 */
export const normalWeights = (deviation: number): Initialisation => {
  requireNonNegative('normalWeights', 'the deviation', deviation)
  return (axes) =>
    axes.length < 2
      ? S.of(Array.from({ length: entries(axes) }, () => 0))
      : S.map((draws: readonly number[]) => draws.map((z) => deviation * z))(normals(entries(axes)))
}

/**
 * Every entry, of weights and biases alike, uniform from -bound to bound.
 *
 * @param bound a finite number, 0 or more; anything else is a defect. PyTorch's layers have 1 / sqrt(H)
 * @returns for `initialParameters`, and for the options of `train`
 *
 * ```ts
 * import { hiddenAxis, seeded, uniformEntries } from 'pure-rnn'
 *
 * const [bias] = uniformEntries(0.5)([hiddenAxis(100)])(seeded(1))
 * bias.every((entry) => Math.abs(entry) <= 0.5) // => true
 * ```
 */
export const uniformEntries = (bound: number): Initialisation => {
  requireNonNegative('uniformEntries', 'the bound', bound)
  return (axes) => S.map((us: readonly number[]) => us.map((u) => bound * (2 * u - 1)))(uniforms(entries(axes)))
}

/** What parameters of a model of H hidden units are drawn from unless asked otherwise: PyTorch's bound, 1 / sqrt(H). */
export const usualInitialisation = (sizes: Sizes): Initialisation => {
  requireRecord('initialParameters', 'the sizes of the model', sizes)
  return uniformEntries(1 / Math.sqrt(sizes.hidden))
}

/** `initial`: the parameters of a model, and the generator's next state. */
export const initialParameters = <F extends Carrier, L extends LayersShape>(
  algebra: Concrete<F>,
  model: Model<NoInfer<F>, L>,
  initialisation: Initialisation,
): Random<Parameters<F, L>> => {
  const shape = parameterAxes(algebra, model)
  return S.map((drawn: readonly (readonly [string, Kind<F, Axes>])[]) =>
    unflatten<F, ModelShape<L>>(shape, Object.fromEntries(drawn)) as Parameters<F, L>,
  )(
    S.traverseArray(([name, axes]: readonly [string, Axes]) =>
      S.map((values: readonly number[]) => [name, algebra.tensor(axes, values)] as const)(initialisation(axes)),
    )(Object.entries(flatAxes(shape))),
  )
}

/** A learner that has learnt nothing: these parameters, a fresh optimiser, the zero state. */
export const freshLearner = <F extends Carrier, L extends LayersShape>(
  algebra: TensorAlgebra<F>,
  model: Model<NoInfer<F>, L>,
  optimiser: Optimiser<F>,
  batch: Batch,
  parameters: Parameters<F, L>,
): Learner<F, L> => ({
  parameters,
  optimiser: optimiser.init<ModelShape<L>>(whole(parameters)),
  hidden: zeroState(algebra, model, batch),
})
