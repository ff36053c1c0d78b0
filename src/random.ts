/**
 * Chance as data: the state of a generator goes in, a draw and the next state come out.
 *
 * The generator is xoroshiro128+ (Blackman and Vigna, 2018), from pure-rand. Its state is four 32-bit
 * integers, so that it can be stored with a model and taken up again. Not for cryptography.
 */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import type { State } from 'fp-ts/lib/State.js'
import * as S from 'fp-ts/lib/State.js'
import { requireInteger, requireThat, requireWhole } from './algebra/require.js'

/** A generator's state as plain numbers: `seeded(1)` makes one, and a draw returns the next. */
export type RandomState = readonly number[]

/** A computation that draws from the generator. */
export type Random<A> = State<RandomState, A>

/**
 * A one-to-one map of 32-bit words in which every bit of the result depends on every bit of the word.
 * Source: the finaliser of Appleby, MurmurHash3 (2011).
 */
const mixed = (word: number): number => {
  const a = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35)
  return b ^ (b >>> 16)
}

/** 2^32 over the golden ratio, by which the four words are set apart before they are mixed. */
const GOLDEN = 0x9e3779b9

/**
 * The generator's state for a seed: equal seeds give equal runs.
 *
 * @param seed a whole number that a double holds exactly, of which the lowest 32 bits count; anything else is a defect
 * @returns four 32-bit integers, all different
 *
 * Differs from the library's own seeding, whose states are as like each other as the seeds: the generator is linear but
 * for its last sum, so that draws from seeds 2n and 2n + 1 stay correlated, however many draws come before.
 *
 * ```ts
 * import { seeded } from 'pure-rnn'
 *
 * seeded(1).length // => 4
 * ```
 */
export const seeded = (seed: number): RandomState =>
  [1, 2, 3, 4].map((place) => mixed(((requireInteger('seeded', 'the seed', seed) | 0) + place * GOLDEN) | 0))

/** Whether a list can be a state: four 32-bit integers, not all zero. */
export const isRandomState = (state: readonly unknown[]): state is RandomState =>
  state.length === 4 && state.every((word) => isInt32(word)) && state.some((word) => word !== 0)

const isInt32 = (word: unknown): boolean => typeof word === 'number' && (word | 0) === word

/** The state, if it is a valid one; a generator that starts from four zeros draws zeros only. */
export const requireRandomState = <A>(operation: string, state: A): A =>
  requireThat(Array.isArray(state) && isRandomState(state), operation, "the generator's state", STATE, state)

const STATE = 'four 32-bit integers, not all 0, as seeded(1) gives'

/** `count` numbers, uniform from 0 (included) to 1 (excluded). A state that is not valid is a defect. */
export const uniforms =
  (count: number): Random<readonly number[]> =>
  (state) => {
    requireWhole('uniforms', 'the count', count, 0)
    requireRandomState('uniforms', state)
    // The library's generator changes as it is drawn from; this one is fresh and known to nobody else.
    const generator = xoroshiro128plusFromState(state)
    const drawn = Array.from({ length: count }, () => uniformFloat64(generator))
    return [drawn, generator.getState()]
  }

/** One number, uniform from 0 (included) to 1 (excluded). */
export const uniform: Random<number> = S.map(([u]: readonly number[]) => u)(uniforms(1))

/**
 * `count` independent draws from the normal distribution with mean 0 and variance 1.
 * Source: Box and Muller, A note on the generation of random normal deviates (1958).
 */
export const normals = (count: number): Random<readonly number[]> =>
  S.map((us: readonly number[]) =>
    Array.from({ length: count }, (_, i) => {
      const radius = Math.sqrt(-2 * Math.log(1 - us[2 * i]))
      return radius * Math.cos(2 * Math.PI * us[2 * i + 1])
    }),
  )(uniforms(2 * count))

/** The items in an order drawn at random, every order equally likely: sorted by uniform keys. */
export const shuffled = <A>(items: readonly A[]): Random<readonly A[]> =>
  S.map((keys: readonly number[]) =>
    items
      .map((item, i) => ({ item, key: keys[i] }))
      .toSorted((a, b) => a.key - b.key)
      .map(({ item }) => item),
  )(uniforms(items.length))
