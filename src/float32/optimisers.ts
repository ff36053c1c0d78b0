/**
 * Optimisers for every algebra: the same names as in pure-rnn/train, without an algebra's argument. What is wrong with
 * their settings is a defect when they are made.
 */
import { requireFunction } from '../algebra/require.js'
import { float32 } from '../interpret/float32.js'
import * as learn from '../train/index.js'
import type { AdamSettings, AnyOptimiser, Schedule } from '../train/index.js'

/** The optimiser, after its settings have been checked by making it in one algebra. */
const judged = (make: AnyOptimiser): AnyOptimiser => {
  requireSettings(make)
  return make
}

const requireOptimiser = <A>(operation: string, what: string, optimiser: A): A =>
  requireFunction(operation, what, optimiser, 'an optimiser, such as sgd(0.1)')

const requireSettings = (make: AnyOptimiser): object => make(float32)

/**
 * The optimisers one after the other: each one's updates are the next one's gradients.
 *
 * @returns an optimiser, for `train`; called with an algebra, such as `float32`, it gives `{ init, update }`
 *
 * Source: optax's `chain` (DeepMind, 2020).
 *
 * ```ts
 * import { adam, chain, clipByGlobalNorm } from 'pure-rnn'
 *
 * const optimiser = chain(clipByGlobalNorm(1), adam(0.01))
 * ```
 */
export const chain = (...optimisers: readonly AnyOptimiser[]): AnyOptimiser => {
  const makers = optimisers.map((make, i) => requireOptimiser('chain', `optimiser ${String(i)}`, make))
  return judged((algebra) => learn.chain(...makers.map((make) => make(algebra))))
}

/**
 * Scales all gradients together so that their norm is at most theta, but for rounding: g <- min(theta / norm(g), 1) g.
 *
 * @param theta the largest norm, above 0: anything else is a defect; Infinity clips nothing
 * @param epsilon what is added to the norm: 0 unless asked; torch.nn.utils.clip_grad_norm_ has 1e-6
 * @returns an optimiser, for `chain`, before one with a rate
 *
 * Source: Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks (2013).
 *
 * ```ts
 * import { chain, clipByGlobalNorm, float32, hiddenAxis, sgd, tensor, toArray } from 'pure-rnn'
 *
 * const optimiser = chain(clipByGlobalNorm(0.01), sgd(100))
 *
 * const g = tensor([hiddenAxis(2)], [30, -40])
 * const { update } = clipByGlobalNorm(1)(float32) // by itself
 * toArray(update({ g }, {}, { g }).updates.g).map((entry) => entry.toFixed(1)) // => ['0.6', '-0.8']
 * ```
 */
export const clipByGlobalNorm = (theta: number, epsilon?: number): AnyOptimiser =>
  judged((algebra) => learn.clipByGlobalNorm(algebra)(theta, epsilon))

/**
 * Gradient descent, p <- p - eta g.
 *
 * @param eta the learning rate: a finite number, 0 or more; anything else is a defect
 * @returns an optimiser, for `train` and `chain`
 *
 * ```ts
 * import { float32, hiddenAxis, sgd, tensor, toArray } from 'pure-rnn'
 *
 * const g = tensor([hiddenAxis(2)], [1, -2])
 * const { update } = sgd(0.5)(float32)
 * toArray(update({ g }, {}, { g }).updates.g) // => [-0.5, 1]
 * ```
 */
export const sgd = (eta: number): AnyOptimiser => judged((algebra) => learn.sgd(algebra)(eta))

/**
 * The decaying sum of all gradients so far, b <- beta b + g; chain it before a rate.
 *
 * @param beta the decay, from 0 to below 1; anything else is a defect
 *
 * Source: Polyak (1964). As torch.optim.SGD(momentum=beta) without dampening; Keras keeps the rate inside the sum.
 *
 * ```ts
 * import { chain, momentum, sgd } from 'pure-rnn'
 *
 * const optimiser = chain(momentum(0.9), sgd(0.1))
 * ```
 */
export const momentum = (beta: number): AnyOptimiser => judged((algebra) => learn.momentum(algebra)(beta))

/**
 * Adam: each entry's step divided by the root of a running mean of its squares.
 *
 *   m <- beta1 m + (1 - beta1) g, v <- beta2 v + (1 - beta2) g^2, p <- p - eta (m / c1) / (sqrt(v / c2) + epsilon)
 *   with c1 = 1 - beta1^t and c2 = 1 - beta2^t after t steps
 *
 * @param eta the learning rate: a finite number, 0 or more
 * @param settings beta1 and beta2 from 0 to below 1, epsilon and its placement; the paper's unless asked otherwise
 * @returns an optimiser, for `train` and `chain`; settings out of range are a defect
 *
 * Source: Kingma and Ba (2015), algorithm 1; the same as torch.optim.Adam. TensorFlow adds epsilon to sqrt(v), before
 * the correction: that is the placement 'uncorrected'.
 *
 * ```ts
 * import { adam, adamDefaults } from 'pure-rnn'
 *
 * const optimiser = adam(0.001, { ...adamDefaults, beta2: 0.99 })
 * ```
 */
export const adam = (eta: number, settings?: AdamSettings): AnyOptimiser =>
  judged((algebra) => learn.adam(algebra)(eta, settings))

/**
 * Updates scaled by a factor that depends on how many steps were taken: chain it behind an optimiser.
 *
 * @param schedule `warmUp(steps)`, `inverseDecay(rate)` or `exponentialDecay(factor)`
 *
 * ```ts
 * import { adam, chain, scheduled, warmUp } from 'pure-rnn'
 *
 * const optimiser = chain(adam(0.01), scheduled(warmUp(100)))
 * ```
 */
export const scheduled = (schedule: Schedule): AnyOptimiser => judged((algebra) => learn.scheduled(algebra)(schedule))

/**
 * The named parameters held fixed; the others move, and are clipped, as if alone.
 *
 * @param names as files call them: `W_xh`, `b_r`, `1.W_hh`; a name that no parameter has is a defect as training
 *   begins
 *
 * Setting their gradients to zero is not the same: momentum and weight decay would still move them.
 *
 * ```ts
 * import { frozen, sgd } from 'pure-rnn'
 *
 * const optimiser = frozen(['W_hq', 'b_q'], sgd(0.1))
 * ```
 */
export const frozen = (names: readonly string[], optimiser: AnyOptimiser): AnyOptimiser => {
  requireOptimiser('frozen', 'the optimiser', optimiser)
  return judged((algebra) => learn.frozen(algebra)(names, optimiser(algebra)))
}
