/**
 * The zoo of wrong training steps: what goes wrong between a right gradient, right clipping and a right optimiser.
 */
import type { Carrier, Concrete, Signature, Tensors } from '../../algebra/tensor-algebra.js'
import { networkOf } from '../../model/cells.js'
import type { CellChoice } from '../../model/cells.js'
import type { LayersShape } from '../../model/layers.js'
import { applyUpdates } from '../../train/optimisers/optimiser.js'
import type { OptimiserState } from '../../train/optimisers/optimiser.js'
import type { Point } from '../model/gradient-check.js'
import { plainModel } from '../model/plain-model.js'
import { pointOf, zeros } from '../model/sample.js'
import type { Plains, Sample } from '../model/sample.js'
import { readAll, writeAll } from '../train/records.js'
import { clippingZoo } from './clipping.js'
import type { ClipFunction } from './clipping.js'
import { breaking } from './mistake.js'
import type { Least, Mistake, Zoo } from './mistake.js'
import { optimiserNamed, optimiserZoo } from './optimisers.js'
import type { MakeOptimiser, OptimiserChoice } from './optimisers.js'

/** What is trained: parameters, by minibatches one after the other. */
export interface TrainingSample {
  readonly parameters: Plains
  /** A state of zeros, N x H each part. */
  readonly state: Plains
  readonly minibatches: readonly (Pick<Sample, 'X' | 'Y'> & { readonly reset: boolean })[]
  readonly theta: number
  readonly optimiser: OptimiserChoice
}

/** From gradients to updates. */
type Step<F extends Carrier> = (gradients: Plains) => {
  readonly updates: Tensors<F, Signature>
  readonly state: OptimiserState
}

/** The parts of training. */
export interface TrainingParts<F extends Carrier> {
  readonly clip: ClipFunction
  readonly optimiser: MakeOptimiser<F>
  /** Clipping and the optimiser, one after the other. */
  readonly together: (clip: (gradients: Plains) => Plains, step: Step<F>) => Step<F>
  /** The state that a minibatch begins with, of the one that the last one left. */
  readonly begin: (left: Plains, reset: boolean) => Plains
}

/** The losses before each step, and the parameters after the last, as the zoo of training names them. */
export const pointOfTraining = (answer: {
  readonly losses: readonly number[]
  readonly parameters: Plains
}): Point => ({
  losses: answer.losses,
  ...pointOf(answer.parameters),
})

const FROM_TWO: readonly Least[] = [{ minibatches: 2 }]

/**
 * The zoo of wrong training of a model of this choice, the mistakes of clipping and of optimisers among them: what it
 * answers is what `pointOfTraining` makes of an answer.
 *
 * @param algebra in which it computes, such as `float64`
 * @param choice the cell with its activation, biases and layers
 * @param epsilon what is added to the norm: 0 from scratch, 1e-6 in PyTorch
 */
export const trainingZoo = <F extends Carrier>(
  algebra: Concrete<F>,
  choice: CellChoice,
  epsilon = 0,
): Zoo<TrainingParts<F>, TrainingSample> => {
  const [clipping, optimisers] = [clippingZoo(algebra, epsilon), optimiserZoo(algebra)]
  return {
    title: 'training',
    right: {
      clip: clipping.right,
      optimiser: optimiserNamed(algebra),
      together: (clip, step) => (gradients) => step(clip(gradients)),
      begin: (left, reset) => (reset ? zeros(left) : left),
    },
    answer: (sample) => (parts) => pointOfTraining(trained(algebra, choice, parts, sample)),
    mistakes: [
      ...mistakesOfTraining(algebra),
      ...clipping.mistakes.map(
        ({ change, ...told }): Mistake<TrainingParts<F>> => ({
          ...told,
          change: (parts) => ({ ...parts, clip: change(parts.clip) }),
        }),
      ),
      ...optimisers.mistakes.map(
        ({ change, ...told }): Mistake<TrainingParts<F>> => ({
          ...told,
          change: (parts) => ({ ...parts, optimiser: change(parts.optimiser) }),
        }),
      ),
    ],
  }
}

const mistakesOfTraining = <F extends Carrier>(algebra: Concrete<F>): readonly Mistake<TrainingParts<F>>[] => {
  const ofStep = breaking<TrainingParts<F>>('training-step')
  return [
    ofStep(
      'the update is clipped, not the gradient',
      'Clipping stands after the optimiser has made its step of the gradient.',
      (parts) => ({
        ...parts,
        together: (clip, step) => (gradients) => {
          const { updates, state } = parts.together((same) => same, step)(gradients)
          return { updates: readAll(algebra, clip(writeAll(algebra, updates))), state }
        },
      }),
    ),
    breaking<TrainingParts<F>>('hidden')(
      'the state is not carried from minibatch to minibatch',
      'The state is created inside of the loop.',
      (parts) => ({ ...parts, begin: (left) => parts.begin(left, true) }),
      FROM_TWO,
    ),
    breaking<TrainingParts<F>>('hidden')(
      'the state is not reset where it should be',
      'The state is created before the loop, and reset is not looked at.',
      (parts) => ({ ...parts, begin: (left) => parts.begin(left, false) }),
      FROM_TWO,
    ),
  ]
}

/** Where training stands. */
interface Stand<F extends Carrier> {
  readonly parameters: Tensors<F, Signature>
  readonly state: Plains
  readonly optimiser: OptimiserState
  readonly losses: readonly number[]
}

const trained = <F extends Carrier>(
  algebra: Concrete<F>,
  choice: CellChoice,
  parts: TrainingParts<F>,
  { parameters, state, minibatches, theta, optimiser: its }: TrainingSample,
) => {
  const model = plainModel<F, LayersShape>(algebra, networkOf(choice))
  const optimiser = parts.optimiser(its)
  const first = readAll(algebra, parameters)
  const end = minibatches.reduce<Stand<F>>(
    (before, { X, Y, reset }) => {
      const begun = parts.begin(before.state, reset)
      const its = { parameters: writeAll(algebra, before.parameters), state: begun, X, Y, dState: zeros(begun) }
      const { gradients, loss, state: left } = model.backpropagate(its)
      const step: Step<F> = (of) =>
        optimiser.update<Signature>(readAll(algebra, of), before.optimiser, before.parameters)
      const { updates, state: next } = parts.together((of) => parts.clip(theta, of), step)(gradients)
      return {
        parameters: applyUpdates(algebra)(before.parameters, updates),
        state: left,
        optimiser: next,
        losses: [...before.losses, loss],
      }
    },
    { parameters: first, state: zeros(state), optimiser: optimiser.init<Signature>(first), losses: [] },
  )
  return { losses: end.losses, parameters: writeAll(algebra, end.parameters) }
}
