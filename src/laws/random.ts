/**
 * Laws of chance as data: draws that can be repeated, cut anywhere and stored, and that look like what they are.
 */
import * as S from 'fp-ts/lib/State.js'
import type { Random, RandomState } from '../random.js'
import { evenlySpread, follows, looksNormal, uniformDistribution } from './chance.js'
import { stored } from './same-data.js'
import { sameNumbers } from './law.js'
import type { Law } from './law.js'
import { range } from './plain.js'

/** What draws: the functions of `pure-rnn`'s random module, or of another that takes its place. */
export interface Source {
  readonly seeded: (seed: number) => RandomState
  readonly isRandomState: (state: readonly unknown[]) => boolean
  readonly uniforms: (count: number) => Random<readonly number[]>
  readonly normals: (count: number) => Random<readonly number[]>
  readonly shuffled: <A>(items: readonly A[]) => Random<readonly A[]>
}

/** A seed, and two numbers of draws. */
export interface DrawSample {
  readonly seed: number
  readonly first: number
  readonly second: number
}

/** What any source has for draws: the numbers of all three kinds, and the state after them. */
const draws = ({ uniforms, normals, shuffled }: Source, count: number, from: RandomState): readonly number[] => {
  const [us, afterUniforms] = uniforms(count)(from)
  const [zs, afterNormals] = normals(count)(afterUniforms)
  const [order, after] = shuffled(range(count))(afterNormals)
  return [...us, ...zs, ...order, ...after]
}

const inTurn =
  <A>(one: Random<readonly A[]>, other: Random<readonly A[]>): Random<readonly A[]> =>
  (state) => {
    const [before, between] = one(state)
    const [behind, after] = other(between)
    return [[...before, ...behind], after]
  }

const sameDraws = (a: Random<readonly number[]>, b: Random<readonly number[]>, from: RandomState): boolean => {
  const [[of, after], [ofB, afterB]] = [a(from), b(from)]
  return sameNumbers(of, ofB) && sameNumbers(after, afterB)
}

/** Laws of every seed and number of draws. */
export const randomLaws: readonly Law<Source, DrawSample>[] = [
  {
    name: 'the same state gives the same draws, and drawing leaves it as it was',
    cites: [],
    holds: (source, { seed, first }) => {
      const state = source.seeded(seed)
      const before = stored(state)
      return sameNumbers(draws(source, first, state), draws(source, first, state)) && sameNumbers(before, state)
    },
  },
  {
    name: 'a state survives being stored, and goes on as if it had not been',
    cites: [],
    holds: (source, { seed, first, second }) => {
      const [, state] = source.uniforms(first)(source.seeded(seed))
      return (
        source.isRandomState(stored(state)) &&
        sameNumbers(draws(source, second, stored(state)), draws(source, second, state))
      )
    },
  },
  {
    name: 'n + m uniform numbers are n, and then m',
    cites: [],
    holds: ({ seeded, uniforms }, { seed, first, second }) =>
      sameDraws(uniforms(first + second), inTurn(uniforms(first), uniforms(second)), seeded(seed)),
  },
  {
    name: 'n + m normal numbers are n, and then m',
    cites: [],
    holds: ({ seeded, normals }, { seed, first, second }) =>
      sameDraws(normals(first + second), inTurn(normals(first), normals(second)), seeded(seed)),
  },
  {
    name: 'as many numbers come as are asked for, uniform ones from 0 to below 1, normal ones finite',
    cites: [],
    holds: ({ seeded, uniforms, normals }, { seed, first }) => {
      const [us, state] = uniforms(first)(seeded(seed))
      const [zs] = normals(first)(state)
      return (
        us.length === first && us.every((u) => u >= 0 && u < 1) && zs.length === first && zs.every(Number.isFinite)
      )
    },
  },
  {
    name: 'a shuffle is a permutation',
    cites: [],
    holds: ({ seeded, shuffled }, { seed, first }) => {
      const [order] = shuffled(range(first))(seeded(seed))
      return sameNumbers(order.toSorted((a, b) => a - b), range(first))
    },
  },
  {
    name: 'where an item is shuffled to depends on its place, not on what it is',
    cites: [],
    holds: ({ seeded, shuffled }, { seed, first }) => {
      const [order] = shuffled(range(first))(seeded(seed))
      const [letters] = shuffled(range(first).map((i) => `item ${String(i % 2)}`))(seeded(seed))
      return letters.every((letter, i) => letter === `item ${String(order[i] % 2)}`)
    },
  },
]

/** Numbers that each law below draws: enough to see a hundredth part too much or too little. */
const MANY = 20_000
/** Parts of [0, 1) into which each of two neighbouring draws falls. */
const PARTS = 4

/** Distances between the numbers of a pair. */
const LAGS = [1, 2, 3, 4]

/** The cell of a grid that each pair of uniform numbers so far apart falls into; no number is in two pairs. */
const pairsInGrid = (lag: number, us: readonly number[]): readonly number[] =>
  range(us.length - lag)
    .filter((i) => i % (2 * lag) < lag)
    .map((i) => Math.floor(us[i] * PARTS) * PARTS + Math.floor(us[i + lag] * PARTS))

/** (z_0 + z_1) / sqrt 2, (z_2 + z_3) / sqrt 2, ...: normal if neighbours are independent. */
const neighbours = (zs: readonly number[]): readonly number[] =>
  range(Math.floor(zs.length / 2)).map((i) => (zs[2 * i] + zs[2 * i + 1]) / Math.SQRT2)

/** The number of a permutation of 0..3 among all of them: its Lehmer code. */
const numberOf = (order: readonly number[]): number => {
  const smallerAfter = (i: number) => order.slice(i + 1).filter((later) => later < order[i]).length
  return order.reduce((number, _, i) => number * (order.length - i) + smallerAfter(i), 0)
}
const PERMUTATIONS_OF_FOUR = 24

const looksUniform = (us: readonly number[]): boolean =>
  follows(uniformDistribution, us) && LAGS.every((lag) => evenlySpread(PARTS * PARTS, pairsInGrid(lag, us)))

/** Laws of what many draws look like, each with a false alarm in a thousand million seeds or so. */
export const statisticalLaws: readonly Law<Source, { readonly seed: number }>[] = [
  {
    name: 'uniform numbers are spread evenly, and so are pairs of neighbours',
    cites: [],
    holds: ({ seeded, uniforms }, { seed }) => {
      const [us] = uniforms(MANY)(seeded(seed))
      return us.length === MANY && looksUniform(us)
    },
  },
  {
    name: 'normal numbers have mean 0, variance 1 and the normal distribution, and neighbours are independent',
    cites: [],
    holds: ({ seeded, normals }, { seed }) => {
      const [zs] = normals(MANY)(seeded(seed))
      return zs.length === MANY && [zs, neighbours(zs), neighbours(zs.slice(1))].every(looksNormal)
    },
  },
  {
    name: 'every order of four items is shuffled to equally often',
    cites: [],
    holds: ({ seeded, shuffled }, { seed }) => {
      const [orders] = S.traverseArray(() => shuffled(range(4)))(range(MANY / 4))(seeded(seed))
      return evenlySpread(PERMUTATIONS_OF_FOUR, orders.map(numberOf))
    },
  },
  {
    name: 'the first draws of neighbouring seeds have nothing to do with each other',
    cites: [],
    holds: ({ seeded, uniforms }, { seed }) =>
      looksUniform(range(MANY / 4).map((i) => uniforms(1)(seeded(seed + i))[0][0])),
  },
]
