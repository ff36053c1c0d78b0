/** A call of every optimiser that `src/train` exports, and of what optimisers are made of. */
import fc from 'fast-check'
import type { Carrier, Concrete, Signature } from '../../src/algebra/tensor-algebra.js'
import { mapTensors } from '../../src/algebra/tensors.js'
import type { FreezingSample } from '../../src/laws/train/frozen.js'
import { readAll } from '../../src/laws/train/records.js'
import * as learn from '../../src/train/index.js'
import type { AdamSettings, Optimiser } from '../../src/train/index.js'
import type { RandomState } from '../../src/random.js'
import { freezingSamples } from '../../src/laws/samples/optimisers.js'
import { call, ofCopies } from './purity.js'
import type { Call, Calls } from './purity.js'
import { randomStates } from '../../src/laws/samples/data.js'

/** Parameters with gradients, and the numbers that optimisers are set to. */
export interface OptimiserWorld {
  readonly descent: FreezingSample
  readonly rate: number
  readonly settings: AdamSettings
  readonly dialect: learn.ConventionsName
  readonly random: RandomState
}

export const optimiserWorlds: fc.Arbitrary<OptimiserWorld> = fc.record({
  descent: freezingSamples,
  rate: fc.double({ min: 0.01, max: 4, noNaN: true }),
  settings: fc.record({
    beta1: fc.constantFrom(0, 0.5, 0.9),
    beta2: fc.constantFrom(0.5, 0.999),
    epsilon: fc.constantFrom(1e-8, 1),
    placement: fc.constantFrom('corrected', 'uncorrected'),
  }),
  dialect: fc.constantFrom(...learn.conventionsNames),
  random: randomStates,
})

/** One call of each optimiser: what it remembers at first, and what it makes of a gradient after it has seen one. */
export const optimiserCalls = <F extends Carrier>(algebra: Concrete<F>, world: OptimiserWorld): Calls => {
  const { descent, rate, settings, random } = world
  const parameters = readAll(algebra, descent.parameters)
  const [gradients] = descent.gradients.map((each) => readAll(algebra, each))
  const optimiserCall = <Given extends readonly unknown[]>(
    make: (...given: Given) => Optimiser<F>,
    ...given: Given
  ): Call => {
    const seenOne = (g: typeof gradients, p: typeof parameters, ...its: Given) => {
      const { init, update } = make(...its)
      return update(g, init(p), p)
    }
    const { state } = ofCopies(seenOne, gradients, parameters, ...given)
    return call(
      (g: typeof gradients, s: typeof state, p: typeof parameters, ...its: Given) => {
        const optimiser = make(...its)
        return [optimiser.init(p), optimiser.update(g, s, p)]
      },
      gradients,
      state,
      parameters,
      ...given,
    )
  }
  const t = algebra.fill<[]>([], descent.gradients.length)
  const { conventions, momentum, sgd } = learn
  const dialect = conventions[world.dialect]
  const negated = mapTensors<F>((g) => algebra.sub(algebra.fill(algebra.axesOf(g), 0), g))
  return {
    adam: optimiserCall(learn.adam(algebra), rate, settings),
    scaleByAdam: optimiserCall(learn.scaleByAdam(algebra), settings),
    clipByGlobalNorm: optimiserCall(learn.clipByGlobalNorm(algebra), rate, 1e-6),
    clipFactor: call(learn.clipFactor(algebra)<Signature>, rate, gradients, 1e-6),
    momentum: optimiserCall(momentum(algebra), 0.9),
    sgd: optimiserCall(sgd(algebra), rate),
    chain: optimiserCall(learn.chain<F>, momentum(algebra)(0.9), sgd(algebra)(rate)),
    frozen: optimiserCall(learn.frozen(algebra), descent.names, momentum(algebra)(0.9)),
    stateless: optimiserCall(learn.stateless<F>, negated),
    applyUpdates: call((p, u) => learn.applyUpdates(algebra)(p, u), parameters, gradients),
    optimiserOf: optimiserCall((...given) => learn.optimiserOf(...given)(algebra), dialect, rate),
    initialisationOf: call(
      (its, axes, from) => learn.initialisationOf(its, 4)(axes)(from),
      dialect,
      Object.values(descent.parameters)[0].axes,
      random,
    ),
    scheduled: optimiserCall(learn.scheduled(algebra), learn.warmUp(3)),
    warmUp: call((steps, at) => learn.warmUp(steps)(algebra)(at), 3, t),
    inverseDecay: call((decay, at) => learn.inverseDecay(decay)(algebra)(at), rate, t),
    exponentialDecay: call((factor, at) => learn.exponentialDecay(factor)(algebra)(at), rate, t),
  }
}
