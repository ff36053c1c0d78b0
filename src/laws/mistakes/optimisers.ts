/**
 * The zoo of wrong optimisers.
 *
 * One that is not here: momentum whose sum holds the rate of each step, b <- beta b + eta g, as Keras has it. With a
 * rate that stays the same every number is the same.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axes } from '../../algebra/axis.js'
import type { Carrier, Concrete, Tensors } from '../../algebra/tensor-algebra.js'
import { mapTensors, zipTensors } from '../../algebra/tensors.js'
import { adam, adamDefaults, scaleByAdam } from '../../train/optimisers/adam.js'
import type { AdamState } from '../../train/optimisers/adam.js'
import { momentum } from '../../train/optimisers/momentum.js'
import { chain } from '../../train/optimisers/optimiser.js'
import type { Optimiser, OptimiserState } from '../../train/optimisers/optimiser.js'
import { sgd } from '../../train/optimisers/sgd.js'
import type { Point } from '../model/gradient-check.js'
import type { Plains } from '../model/sample.js'
import { descend } from '../train/records.js'
import type { Descent } from '../train/records.js'
import { breaking, FROM_TWO_STEPS } from './mistake.js'
import type { Mistake, Zoo } from './mistake.js'
import { wrongTensors } from './tensors.js'

/** An optimiser by its name, with its settings; `rate` is eta. */
export type OptimiserChoice = SgdChoice | MomentumChoice | AdamChoice

interface SgdChoice {
  readonly name: 'sgd'
  readonly rate: number
}
interface MomentumChoice {
  readonly name: 'momentum'
  readonly rate: number
  readonly beta: number
}
interface AdamChoice {
  readonly name: 'adam'
  readonly rate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
}

/** What optimisers are tried on: parameters, and the gradients of the steps that move them. */
export interface DescentSample extends Descent {
  readonly optimiser: OptimiserChoice
}

/** The optimiser of a choice. */
export type MakeOptimiser<F extends Carrier> = (choice: OptimiserChoice) => Optimiser<F>

/** The right optimisers. */
export const optimiserNamed =
  <F extends Carrier>(algebra: Concrete<F>): MakeOptimiser<F> =>
  (choice) =>
    choice.name === 'sgd'
      ? sgd(algebra)(choice.rate)
      : choice.name === 'momentum'
        ? chain(momentum(algebra)(choice.beta), sgd(algebra)(choice.rate))
        : adam(algebra)(choice.rate, adamSettings(choice))

const adamSettings = ({ beta1, beta2, epsilon }: AdamChoice) => ({ ...adamDefaults, beta1, beta2, epsilon })

/**
 * The parameters after each step as the zoo of optimisers names them: under each name the values of all steps, one
 * after the other.
 */
export const pointOfSteps = (parameters: readonly Plains[]): Point =>
  Object.fromEntries(
    Object.keys(parameters[0] ?? {}).map((name) => [name, parameters.flatMap((step) => step[name].values)]),
  )

/**
 * The zoo of wrong optimisers: what it answers is what `pointOfSteps` makes of the parameters after each step.
 *
 * @param algebra in which it computes, such as `float64`
 */
export const optimiserZoo = <F extends Carrier>(
  algebra: Concrete<F>,
): Zoo<MakeOptimiser<F>, DescentSample> => ({
  title: 'optimisers',
  right: optimiserNamed(algebra),
  answer: (sample) => (make) => pointOfSteps(descend(algebra, make(sample.optimiser), sample).steps),
  mistakes: [...mistakesOfSteps(algebra), ...mistakesOfMomentum(algebra), ...mistakesOfAdam(algebra)],
})

type Mistakes<F extends Carrier> = readonly Mistake<MakeOptimiser<F>>[]
type Update<F extends Carrier> = Optimiser<F>['update']

/** Every optimiser with another update, made of the right one. */
const updating =
  <F extends Carrier>(f: (right: Optimiser<F>) => Update<F>) =>
  (make: MakeOptimiser<F>): MakeOptimiser<F> =>
  (choice) => {
    const right = make(choice)
    return { ...right, update: f(right) }
  }

/** Mistakes in the step of any optimiser. */
const mistakesOfSteps = <F extends Carrier>(algebra: Concrete<F>): Mistakes<F> => {
  const { times } = wrongTensors(algebra)
  const ofSgd = breaking<MakeOptimiser<F>>('sgd')
  const ofStep = breaking<MakeOptimiser<F>>('training-step')
  const multiplied = (c: number) =>
    updating<F>(({ update }) => (gradients, state, parameters) => {
      const right = update(gradients, state, parameters)
      return { ...right, updates: mapTensors<F>((u) => times(c, u))(right.updates) }
    })
  return [
    ofSgd('the sign is wrong: parameters climb', 'The update is added where it should be subtracted.', multiplied(-1)),
    ofSgd(
      'every update is applied twice',
      'The optimiser changes the parameters in place, and what it returns is added to them once more.',
      multiplied(2),
    ),
    ofStep(
      'the state is lost between steps',
      'The optimiser is made anew in the loop.',
      updating(({ init, update }) => (gradients, _, parameters) => update(gradients, init(parameters), parameters)),
      FROM_TWO_STEPS,
    ),
    ofStep(
      'gradients are not set to zero between steps: each is added to those before',
      'zero_grad() is missing.',
      (make) => (choice) => {
        const right = make(choice)
        return {
          init: (parameters) => ({ own: right.init(parameters), sums: mapTensors<F>((p) => times(0, p))(parameters) }),
          update: <S>(gradients: Tensors<F, S>, state: OptimiserState, parameters: Tensors<F, S>) => {
            const before = state as { readonly own: OptimiserState; readonly sums: Tensors<F, S> }
            const sums = zipTensors<F>(algebra.add)(before.sums, gradients)
            const { updates, state: own } = right.update(sums, before.own, parameters)
            return { updates, state: { own, sums } }
          },
        }
      },
      FROM_TWO_STEPS,
    ),
  ]
}

/** Mistakes in momentum. */
const mistakesOfMomentum = <F extends Carrier>(algebra: Concrete<F>): Mistakes<F> => {
  const { add } = algebra
  const { times } = wrongTensors(algebra)
  const ofMomentum = breaking<MakeOptimiser<F>>('momentum')
  const instead =
    (f: (choice: MomentumChoice, right: Optimiser<F>) => Optimiser<F>) =>
    (make: MakeOptimiser<F>): MakeOptimiser<F> =>
    (choice) =>
      choice.name === 'momentum' ? f(choice, make(choice)) : make(choice)
  /** The right optimiser of gradients that are weighted at each step. */
  const weighted = (weight: (beta: number) => number) =>
    instead(({ beta }, right) => ({
      ...right,
      update: (gradients, state, parameters) =>
        right.update(mapTensors<F>((g) => times(weight(beta), g))(gradients), state, parameters),
    }))
  return [
    ofMomentum(
      'momentum: the sum is a running mean, with gradients weighted by 1 - beta',
      "Adam's m is taken for momentum, or a framework is asked for dampening.",
      weighted((beta) => 1 - beta),
    ),
    ofMomentum(
      "momentum: Nesterov's, beta b + g",
      'nesterov=True, in a framework or a paper.',
      instead(({ beta, rate }) => {
        const right = momentum(algebra)(beta)
        const nesterov: Optimiser<F> = {
          ...right,
          update: (gradients, state, parameters) => {
            const { updates, state: next } = right.update(gradients, state, parameters)
            return { updates: zipTensors<F>((b, g) => add(times(beta, b), g))(updates, gradients), state: next }
          },
        }
        return chain(nesterov, sgd(algebra)(rate))
      }),
    ),
    ofMomentum(
      'momentum: beta and 1 - beta are exchanged',
      'One paper calls by beta what another calls by 1 - beta.',
      (make) => (choice) => make(choice.name === 'momentum' ? { ...choice, beta: 1 - choice.beta } : choice),
      FROM_TWO_STEPS,
    ),
    ofMomentum(
      'momentum: the sum is not used, the gradient is',
      'The sum is computed, and the update goes on using g.',
      instead(({ rate }) => sgd(algebra)(rate)),
      FROM_TWO_STEPS,
    ),
  ]
}

/** Mistakes in Adam. */
const mistakesOfAdam = <F extends Carrier>(algebra: Concrete<F>): Mistakes<F> => {
  const { add, axesOf, div, fill, relu, scale, sqrt } = algebra
  const { times } = wrongTensors(algebra)
  const ofAdam = breaking<MakeOptimiser<F>>('adam')
  const instead =
    (f: (choice: AdamChoice, right: Optimiser<F>) => Optimiser<F>) =>
    (make: MakeOptimiser<F>): MakeOptimiser<F> =>
    (choice) =>
      choice.name === 'adam' ? f(choice, make(choice)) : make(choice)

  type One = Kind<F, []>
  /** The running means after the step, their corrections c1 and c2, and those of the step before. */
  interface Means {
    readonly c1: One
    readonly c2: One
    readonly before: { readonly c1: One; readonly c2: One }
    readonly epsilon: <A extends Axes>(like: Kind<F, A>) => Kind<F, A>
  }
  /** Adam with another direction, of its right running means. */
  const directed = (f: <A extends Axes>(m: Kind<F, A>, v: Kind<F, A>, its: Means) => Kind<F, A>) =>
    instead((choice) => {
      const right = scaleByAdam(algebra)(adamSettings(choice))
      const epsilon = <A extends Axes>(like: Kind<F, A>): Kind<F, A> => fill<A>(axesOf<A>(like), choice.epsilon)
      const wrong: Optimiser<F> = {
        ...right,
        update: <S>(gradients: Tensors<F, S>, state: OptimiserState, parameters: Tensors<F, S>) => {
          const next = right.update(gradients, state, parameters).state as AdamState<F, S>
          const its = { c1: next.c1, c2: next.c2, before: state as AdamState<F, S>, epsilon }
          return {
            updates: zipTensors<F>(<A extends Axes>(m: Kind<F, A>, v: Kind<F, A>) => f<A>(m, v, its))(next.m, next.v),
            state: next,
          }
        },
      }
      return chain(wrong, sgd(algebra)(choice.rate))
    })
  const over = <A extends Axes>(c: One, a: Kind<F, A>): Kind<F, A> => scale<A>(div<[]>(fill<[]>([], 1), c), a)
  /** m / (sqrt(v) + epsilon) */
  const quotient = <A extends Axes>(m: Kind<F, A>, v: Kind<F, A>, { epsilon }: Means): Kind<F, A> =>
    div<A>(m, add<A>(sqrt<A>(v), epsilon<A>(v)))
  const magnitude = <A extends Axes>(g: Kind<F, A>): Kind<F, A> => add<A>(relu<A>(g), relu<A>(times<A>(-1, g)))

  return [
    ofAdam(
      'adam: no correction of the running means',
      'The correction is an afterthought of the algorithm, and matters in the first steps alone.',
      directed((m, v, its) => quotient(m, v, its)),
    ),
    ofAdam(
      'adam: t begins at 0',
      'The step is counted after it was taken, so that the first correction divides by 0, and each later one is late.',
      directed((m, v, its) => quotient(over(its.before.c1, m), over(its.before.c2, v), its)),
    ),
    ofAdam(
      'adam: only m is corrected',
      'The second line of the correction is missing.',
      directed((m, v, its) => quotient(over(its.c1, m), v, its)),
    ),
    ofAdam(
      'adam: only v is corrected',
      'The first line of the correction is missing.',
      directed((m, v, its) => quotient(m, over(its.c2, v), its)),
    ),
    ofAdam(
      'adam: epsilon is inside of the root',
      'sqrt(v + epsilon), as RMSProp is often written.',
      directed(<A extends Axes>(m: Kind<F, A>, v: Kind<F, A>, its: Means) =>
        div<A>(over<A>(its.c1, m), sqrt<A>(add<A>(over<A>(its.c2, v), its.epsilon<A>(v)))),
      ),
    ),
    ofAdam(
      'adam: epsilon is added before v is corrected',
      "TensorFlow's and the paper's section 2: the root of v, uncorrected, has epsilon added.",
      instead((choice) =>
        adam(algebra)(choice.rate, { ...adamSettings(choice), placement: 'uncorrected' }),
      ),
    ),
    ofAdam(
      'adam: v is divided by, without the root',
      'The root is forgotten.',
      directed(<A extends Axes>(m: Kind<F, A>, v: Kind<F, A>, its: Means) =>
        div<A>(over<A>(its.c1, m), add<A>(over<A>(its.c2, v), its.epsilon<A>(v))),
      ),
    ),
    ofAdam(
      'adam: v is a mean of magnitudes, not of squares',
      'g^2 is written as abs(g).',
      instead((choice) => {
        const right = scaleByAdam(algebra)(adamSettings(choice))
        const wrong: Optimiser<F> = {
          init: (parameters) => [right.init(parameters), right.init(parameters)],
          update: <S>(gradients: Tensors<F, S>, state: OptimiserState, parameters: Tensors<F, S>) => {
            const [own, ofRoots] = state as readonly [OptimiserState, OptimiserState]
            // The square of the root is the magnitude.
            const roots = mapTensors<F>(<A extends Axes>(g: Kind<F, A>) => sqrt<A>(magnitude<A>(g)))(gradients)
            const first = right.update(gradients, own, parameters).state as AdamState<F, S>
            const second = right.update(roots, ofRoots, parameters).state as AdamState<F, S>
            const epsilon = <A extends Axes>(like: Kind<F, A>): Kind<F, A> => fill<A>(axesOf<A>(like), choice.epsilon)
            const its = { c1: first.c1, c2: first.c2, before: first, epsilon }
            const direction = <A extends Axes>(m: Kind<F, A>, v: Kind<F, A>): Kind<F, A> =>
              quotient<A>(over<A>(its.c1, m), over<A>(its.c2, v), its)
            return { updates: zipTensors<F>(direction)(first.m, second.v), state: [first, second] }
          },
        }
        return chain(wrong, sgd(algebra)(choice.rate))
      }),
    ),
    ofAdam(
      'adam: beta1 and beta2 are exchanged',
      'They are handed over by their places.',
      (make) => (choice) =>
        make(choice.name === 'adam' ? { ...choice, beta1: choice.beta2, beta2: choice.beta1 } : choice),
      FROM_TWO_STEPS,
    ),
    ofAdam(
      'adam: g stands in the place of m',
      'That is RMSProp, with a correction.',
      instead((choice) => {
        const right = scaleByAdam(algebra)({ ...adamSettings(choice), beta1: 0 })
        return chain(right, sgd(algebra)(choice.rate))
      }),
      FROM_TWO_STEPS,
    ),
  ]
}
