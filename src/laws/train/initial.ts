/**
 * Laws of initial parameters.
 *
 *   initial   weights ~ normal(0, deviation), biases 0; or all ~ uniform(-bound, bound)
 */
import type { Axes } from '../../algebra/axis.js'
import { entries } from '../../algebra/axis.js'
import type { Initialisation } from '../../train/initial.js'
import type { RandomState } from '../../random.js'
import { follows, looksNormal, uniformDistribution } from '../chance.js'
import { stored } from '../same-data.js'
import { sameNumbers } from '../law.js'
import type { Law } from '../law.js'
import { range } from '../plain.js'

/** What is tried: a rule of a spread, a deviation or a bound. */
export type InitialisationRule = (spread: number) => Initialisation

/** What the laws of initial parameters are tried on. */
export interface InitialSample {
  /** Of a matrix of some thousand entries, so that its distribution shows. */
  readonly weights: Axes
  readonly bias: Axes
  /** Above 0. */
  readonly spread: number
  readonly random: RandomState
}

/** Laws of every rule. */
export const initialisationLaws: readonly Law<InitialisationRule, InitialSample>[] = [
  {
    name: 'a parameter has one number for each entry, and the same state draws the same',
    cites: ['initial'],
    holds: (rule, { weights, bias, spread, random }) => {
      const before = stored(random)
      return (
        [weights, bias, []].every((axes) => {
          const [[one, after], [other]] = [rule(spread)(axes)(random), rule(spread)(axes)(random)]
          return one.length === entries(axes) && sameNumbers(one, other) && after.length === random.length
        }) && sameNumbers(before, random)
      )
    },
  },
  {
    name: 'weights of another parameter are other draws',
    cites: ['initial'],
    holds: (rule, { weights, spread, random }) => {
      const [one, after] = rule(spread)(weights)(random)
      const [other] = rule(spread)(weights)(after)
      return new Set([...one, ...other]).size === 2 * entries(weights)
    },
  },
]

/** Laws of normal weights. */
export const normalWeightsLaws: readonly Law<InitialisationRule, InitialSample>[] = [
  {
    name: 'weights are normal with mean 0 and the deviation that is asked for',
    cites: ['initial'],
    holds: (rule, { weights, spread, random }) => looksNormal(rule(spread)(weights)(random)[0].map((w) => w / spread)),
  },
  {
    name: 'biases are zero, and cost no draw',
    cites: ['initial'],
    holds: (rule, { bias, spread, random }) => {
      const [values, after] = rule(spread)(bias)(random)
      return sameNumbers(values, range(entries(bias)).map(() => 0)) && sameNumbers(after, random)
    },
  },
]

/** Laws of uniform entries. */
export const uniformEntriesLaws: readonly Law<InitialisationRule, InitialSample>[] = [
  {
    name: 'weights and biases are spread evenly from -bound to bound',
    cites: ['initial'],
    holds: (rule, { weights, bias, spread, random }) => {
      const [drawn, after] = rule(spread)(weights)(random)
      const all = [...drawn, ...rule(spread)(bias)(after)[0]].map((w) => (w / spread + 1) / 2)
      return all.every((u) => u >= 0 && u < 1) && follows(uniformDistribution, all)
    },
  },
]
