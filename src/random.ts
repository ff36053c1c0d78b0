/**
 * Chance as data: the state of a generator goes in, a draw and the next state come out.
 *
 * The generator is xoroshiro128+ (Blackman and Vigna, 2018), from pure-rand. Its state is four 32-bit
 * integers, so that it can be stored with a model and taken up again. Not for cryptography.
 */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import type { State } from 'fp-ts/lib/State.js'
import * as S from 'fp-ts/lib/State.js'

export type RandomState = readonly number[]

/** A computation that draws from the generator. */
export type Random<A> = State<RandomState, A>

/** Draws passed over after seeding: the first ones of neighbouring seeds are neighbours themselves. */
const WARM_UP = 32

/** The state that a seed stands for; only the seed's lowest 32 bits count. */
export const seeded = (seed: number): RandomState =>
  S.execute<RandomState>(xoroshiro128plus(seed).getState())(uniforms(WARM_UP))

/** Whether a list can be a state: four 32-bit integers, not all zero. */
export const isRandomState = (state: readonly unknown[]): state is RandomState =>
  state.length === 4 && state.every((word) => (word as number | 0) === word) && state.some((word) => word !== 0)

/** `count` numbers, uniform from 0 (included) to 1 (excluded). */
export const uniforms =
  (count: number): Random<readonly number[]> =>
  (state) => {
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
