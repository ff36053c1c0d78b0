/**
 * Laws of momentum.
 */
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import type { Optimiser } from '../../train/optimisers/optimiser.js'
import type { Law } from '../law.js'
import { numbersWithin, range, total, UNDERFLOW, unitRoundoff } from '../plain.js'
import { descend, entriesOf } from './records.js'
import type { Descent } from './records.js'

/** What is tried: momentum, of any decay, in an algebra. */
export interface Momentum<F extends Carrier> {
  readonly algebra: Concrete<F>
  readonly momentum: (beta: number) => Optimiser<F>
}

/** What the laws of momentum are tried on. */
export interface MomentumSample extends Descent {
  readonly beta: number
}

/** Laws of momentum. */
export const momentumLaws = <F extends Carrier>(): readonly Law<Momentum<F>, MomentumSample>[] => [
  {
    name: 'with beta = 0 every update is the gradient',
    cites: ['momentum'],
    holds: ({ algebra, momentum }, descent) =>
      descend(algebra, momentum(0), descent).updates.every((each, k) =>
        numbersWithin(() => 0, entriesOf(each), entriesOf(descent.gradients[k])),
      ),
  },
  {
    name: 'the update of step t is the sum of beta^(t - k) g_k',
    cites: ['momentum'],
    holds: ({ algebra, momentum }, { beta, ...descent }) => {
      const updates = descend(algebra, momentum(beta), descent).updates.map(entriesOf)
      const gradients = descent.gradients.map(entriesOf)
      return updates.every((update, t) => {
        const terms = (i: number) => range(t + 1).map((k) => beta ** (t - k) * gradients[k][i])
        const size = (i: number) => total(terms(i).map(Math.abs))
        const bound = (i: number) => 4 * (t + 1) * unitRoundoff(algebra) * size(i) + UNDERFLOW
        return numbersWithin(bound, update, update.map((_, i) => total(terms(i))))
      })
    },
  },
]
