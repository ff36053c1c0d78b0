/**
 * All that an implementation may be asked, in plain tensors: what laws are tried on, whoever answers.
 *
 * `subjectIn` answers with this package's own equations, in any interpreter: in double precision they are what is
 * expected, and the reading that bounds rounding errors says how far from it an answer may be.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Kind } from 'fp-ts/HKT'
import { entries, product } from '../../algebra/axis.js'
import { flatAxes, flatten } from '../../algebra/names.js'
import type { Carrier, Concrete, Signature, TensorAlgebra, Tensors } from '../../algebra/tensor-algebra.js'
import { minibatchOf, samplerNamed } from '../../data/samplers.js'
import type { SamplingName } from '../../data/samplers.js'
import { greedy } from '../../generate/decoding.js'
import { predict, reader } from '../../generate/prediction.js'
import { float64 } from '../../interpret/float64.js'
import type { Cell, CellShape } from '../../model/cell.js'
import { networkOf } from '../../model/cells.js'
import type { AnyNetwork } from '../../model/cells.js'
import { languageModel } from '../../model/language-model.js'
import type { LanguageModel } from '../../model/language-model.js'
import { units } from '../../model/input.js'
import { gruResetBefore } from '../../model/gru-reset-before.js'
import { oneOrSeveral } from '../../model/layers.js'
import type { Layers, LayersShape } from '../../model/layers.js'
import { zeroState } from '../../model/model.js'
import { batchAxis, timeAxis, vocabularyAxis } from '../../model/parameters.js'
import type { Sizes } from '../../model/parameters.js'
import { seeded } from '../../random.js'
import { clipByGlobalNorm } from '../../train/optimisers/clip.js'
import { chain } from '../../train/optimisers/optimiser.js'
import { trainingStep } from '../../train/step.js'
import type { Learner } from '../../train/step.js'
import { optimiserNamed } from '../mistakes/index.js'
import type { GenerationSample } from '../mistakes/index.js'
import { plainModel } from '../model/plain-model.js'
import type { PlainModel } from '../model/plain-model.js'
import type { Plains } from '../model/sample.js'
import { range } from '../plain.js'
import type { ClipSample } from '../train/clip.js'
import { descend, firstUpdates, parametersIn, writeAll } from '../train/records.js'
import type { Descent } from '../train/records.js'
import type { Description, OptimiserQuestion } from './subject.js'

/** The characters of T steps of N rows and those that follow, time-major, and whether the state is reset before. */
export interface FlatMinibatch {
  readonly inputs: readonly number[]
  readonly labels: readonly number[]
  readonly reset: boolean
}

/** Which plan of which text is asked for; `seed` is what random sampling draws from. */
export interface PlanSample {
  readonly sampling: SamplingName
  readonly length: number
  readonly batch: number
  readonly steps: number
  readonly seed: number
}

/** A prefix and how much is written after it, at once and then more. */
export interface ContinuationSample extends GenerationSample {
  readonly second: number
}

/** A few minibatches of N rows and T steps to train on, from a state of zeros. */
export interface TrainingSample {
  readonly parameters: Plains
  readonly batch: number
  readonly steps: number
  readonly minibatches: readonly FlatMinibatch[]
  readonly theta: number
  readonly optimiser: OptimiserQuestion
}

/** Parameters after several steps, and the loss of each before it was taken. */
export interface Trained {
  readonly losses: readonly number[]
  readonly parameters: Plains
}

/** An implementation in plain tensors. */
export interface PlainSubject {
  readonly model: PlainModel
  readonly clip: (sample: ClipSample) => Plains
  /** The parameters after each step. */
  readonly optimise: (optimiser: OptimiserQuestion, descent: Descent) => readonly Plains[]
  readonly sample: (sample: PlanSample) => readonly FlatMinibatch[]
  /** The prefix and what was written after it. */
  readonly generate: (sample: GenerationSample) => readonly number[]
  readonly train: (sample: TrainingSample) => Trained
}

/** The network that a description says. */
export const networkIn = ({ cell, activation, layers, biases, reset }: Description): AnyNetwork<LayersShape> =>
  cell === 'gru' && reset === 'before' ? networkOfPaper(layers) : networkOf({ cell, activation, layers, biases })

/** Layers of the GRU that resets the state before the product. */
const networkOfPaper = (count: number): AnyNetwork<LayersShape> => ({
  layers: <F extends Carrier>(algebra: TensorAlgebra<F>): Layers<F, LayersShape> => {
    // A cell of one shape is used with trees of that shape alone: those of the same layers.
    const cellOf = (made: object) => made as Cell<F, CellShape> & Cell<F, CellShape, 'units'>
    const uppers = range(count - 1).map(() => cellOf(gruResetBefore(algebra, units(algebra))))
    return oneOrSeveral(algebra, cellOf(gruResetBefore(algebra)), uppers)
  },
})

/** The state of N rows of zeros, in plain tensors. */
export const zeroStateOf = (description: Description, sizes: Sizes, batch: number): Plains =>
  Object.fromEntries(
    Object.entries(flatAxes(networkIn(description).layers(float64).stateAxes(sizes, batchAxis(batch)))).map(
      ([field, axes]) => [field, { axes, values: range(entries(axes)).map(() => 0) }],
    ),
  )

/** What the description's conventions add to the norm that clips. */
export const clipEpsilonIn = ({ dialect }: Description): number => (dialect === 'torch' ? 1e-6 : 0)

const modelIn = (description: Description, { W_hq }: Plains): LanguageModel<LayersShape> => {
  const [hidden, vocabulary] = W_hq.axes.map(({ size }) => size)
  return languageModel(networkIn(description), { vocabulary, hidden })
}

/** The answers of this package in an interpreter. Plans and texts are not rounded, and the same in all. */
export const subjectIn = <F extends Carrier>(algebra: Concrete<F>, description: Description): PlainSubject => ({
  model: plainModel(algebra, networkIn(description)),
  clip: ({ theta, gradients }) =>
    firstUpdates(algebra, clipByGlobalNorm(algebra)(theta, clipEpsilonIn(description)), gradients),
  optimise: (its, descent) => descend(algebra, optimiserNamed(algebra)(its), descent).steps,
  sample: ({ sampling, length, batch, steps, seed }) => {
    const plan = samplerNamed(sampling, batch, steps)(length)
    if (E.isLeft(plan)) return []
    const [drawn] = plan.right(seeded(seed))
    return drawn.minibatches.map((each) => ({ ...minibatchOf(range(length), drawn, each), reset: each.reset }))
  },
  generate: ({ parameters, prefix, length }) => {
    const model = modelIn(description, parameters)
    return predict(reader(algebra, model, parametersIn(algebra, model, parameters)), greedy, seeded(0))(prefix, length)
  },
  train: (sample) => {
    const model = modelIn(description, sample.parameters)
    const clip = clipByGlobalNorm(algebra)(sample.theta, clipEpsilonIn(description))
    const optimiser = chain(clip, optimiserNamed(algebra)(sample.optimiser))
    const step = trainingStep(algebra, model, optimiser)
    const [rows, characters] = [
      product(timeAxis(sample.steps), batchAxis(sample.batch)),
      vocabularyAxis(model.sizes.vocabulary),
    ]
    const parameters = parametersIn(algebra, model, sample.parameters)
    const fresh = zeroState(algebra, model, rows.inner)
    const beginning: Learner<F, LayersShape> = {
      parameters,
      optimiser: optimiser.init(parameters as Tensors<F, Signature>),
      hidden: fresh,
    }
    const end = sample.minibatches.reduce<{
      readonly learner: Learner<F, LayersShape>
      readonly losses: readonly Kind<F, []>[]
    }>(
      ({ learner, losses }, { inputs, labels, reset }) => {
        const [X, Y] = [inputs, labels].map((its) => algebra.oneHot([rows, characters], its))
        const next = step({ ...learner, hidden: reset ? fresh : learner.hidden }, X, Y)
        return { learner: next.learner, losses: [...losses, next.loss] }
      },
      { learner: beginning, losses: [] },
    )
    return {
      losses: end.losses.map((loss) => algebra.toArray<[]>(loss)[0]),
      parameters: writeAll(algebra, flatten<F>(end.learner.parameters)),
    }
  },
})
