/**
 * Every convention in which implementations of this model differ, as one record.
 *
 * Two implementations that agree on these conventions agree on every number. The record is the argument of training;
 * `scratch` and `torch` are the two that are named, and any mixture is another.
 */
import type { Carrier, TensorAlgebra } from '../algebra/tensor-algebra.js'
import { requireOneOf } from '../algebra/require.js'
import type { Biases } from '../model/bias.js'
import type { EpochStart, SamplingName } from '../data/samplers.js'
import { adam } from './optimisers/adam.js'
import type { EpsilonPlacement } from './optimisers/adam.js'
import { clipByGlobalNorm } from './optimisers/clip.js'
import { normalWeights, uniformEntries } from './initial.js'
import type { Initialisation } from './initial.js'
import { chain } from './optimisers/optimiser.js'
import type { Optimiser } from './optimisers/optimiser.js'
import { sgd } from './optimisers/sgd.js'

/** How initial parameters are drawn. */
export type InitialRule =
  /** Weights from normal(0, deviation), biases zero. */
  | { readonly rule: 'normal'; readonly deviation: number }
  /** Weights and biases from uniform(-1/sqrt(H), 1/sqrt(H)). */
  | { readonly rule: 'uniform' }

/** How parameters follow the clipped gradients. */
export type OptimiserRule =
  | { readonly rule: 'sgd' }
  | {
      readonly rule: 'adam'
      readonly beta1: number
      readonly beta2: number
      readonly epsilon: number
      readonly placement: EpsilonPlacement
    }

/** Every convention, as plain data; what is the same in all (the mean over T*N rows, one norm) is not in it. */
export interface Conventions {
  /** Whether a gate has one bias, or an input and a recurrent one. */
  readonly biases: Biases
  readonly initial: InitialRule
  readonly optimiser: OptimiserRule
  /** eta, the learning rate. */
  readonly rate: number
  /** What is added to the gradients' norm before theta is divided by it. */
  readonly clipEpsilon: number
  readonly sampling: SamplingName
  /** What consecutive sampling does with the state when an epoch begins. */
  readonly epochStart: EpochStart
}

/** The model from scratch: one bias, small normal weights, plain gradient descent with a large rate. */
export const scratch: Conventions = {
  biases: 'one',
  initial: { rule: 'normal', deviation: 0.01 },
  optimiser: { rule: 'sgd' },
  rate: 100,
  clipEpsilon: 0,
  sampling: 'random',
  epochStart: 'reset',
}

/** The concise model: torch.nn.RNN (GRU, LSTM) and torch.nn.Linear with their defaults, trained by Adam. */
export const torch: Conventions = {
  biases: 'two',
  initial: { rule: 'uniform' },
  optimiser: { rule: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, placement: 'corrected' },
  rate: 1e-3,
  clipEpsilon: 1e-6,
  sampling: 'consecutive',
  epochStart: 'carry',
}

/** The conventions by their names. */
export const conventions = { scratch, torch }

/** Whose conventions: 'scratch' or 'torch'. */
export type ConventionsName = keyof typeof conventions

/** Every set of conventions by its name. */
export const conventionsNames: readonly ConventionsName[] = ['scratch', 'torch']

/** The optimiser of these conventions, behind clipping to theta. */
export const optimiserOf =
  ({ optimiser, rate, clipEpsilon }: Pick<Conventions, 'optimiser' | 'rate' | 'clipEpsilon'>, theta: number) =>
  <F extends Carrier>(algebra: TensorAlgebra<F>): Optimiser<F> => {
    requireOneOf('optimiserOf', 'the rule', optimiser.rule, ['sgd', 'adam'])
    return chain(
      clipByGlobalNorm(algebra)(theta, clipEpsilon),
      optimiser.rule === 'adam' ? adam(algebra)(rate, optimiser) : sgd(algebra)(rate),
    )
  }

/** The initialisation of these conventions for H hidden units. */
export const initialisationOf = ({ initial }: Pick<Conventions, 'initial'>, hidden: number): Initialisation => {
  requireOneOf('initialisationOf', 'the rule', initial.rule, ['normal', 'uniform'])
  return initial.rule === 'normal' ? normalWeights(initial.deviation) : uniformEntries(1 / Math.sqrt(hidden))
}
