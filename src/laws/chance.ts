/**
 * Whether numbers could have been drawn as they are said to have been: tests of frequencies and distributions.
 *
 * A test refuses draws that are what they claim to be with probability FALSE_ALARM at most. That is an inequality
 * for every number of draws, not a limit for many, so that even a rare cell needs no special care.
 */
import { range, total } from './plain.js'

/** Small enough that a million checks of true claims, each from a seed of its own, hardly raise one false alarm. */
export const FALSE_ALARM = 1e-9

/**
 * Whether counts fit probabilities: the likelihood-ratio form of the chi-square test.
 *
 *   x = G / 2 = sum_i o_i log(o_i / e_i), Pr(G / 2 >= x) <= e^-x (e x / (k - 1))^(k - 1) for x >= k - 1
 *
 * o_i is the count of cell i, e_i its expectation, k the number of cells that can occur.
 * Source: Agrawal, Finite-sample concentration of the multinomial in relative entropy (2020), theorem 1.2.
 */
export const frequenciesFit = (counts: readonly number[], probabilities: readonly number[]): boolean => {
  const draws = total(counts)
  const x = total(counts.map((o, i) => (o === 0 ? 0 : o * Math.log(o / (draws * probabilities[i])))))
  const freedom = probabilities.filter((p) => p > 0).length - 1
  const impossible = counts.some((o, i) => o > 0 && !(probabilities[i] > 0))
  const logChance = x <= freedom || freedom === 0 ? 0 : freedom * (1 + Math.log(x / freedom)) - x
  return counts.length === probabilities.length && !impossible && logChance > Math.log(FALSE_ALARM)
}

/** How often each of 0..cells-1 occurs. */
export const countsOf = (cells: number, drawn: readonly number[]): readonly number[] =>
  range(cells).map((i) => drawn.filter((place) => place === i).length)

/** Whether every number is one of 0..cells-1, each as likely as any other. */
export const evenlySpread = (cells: number, drawn: readonly number[]): boolean =>
  drawn.every((place) => Number.isInteger(place) && place >= 0 && place < cells) &&
  frequenciesFit(countsOf(cells, drawn), range(cells).map(() => 1 / cells))

/**
 * Whether numbers follow a distribution function F: Kolmogorov and Smirnov's test.
 *
 *   Pr(sup |F_n - F| > e) <= 2 exp(-2 n e^2)
 *
 * Source: Massart, The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality (1990).
 */
export const follows = (F: (x: number) => number, drawn: readonly number[]): boolean => {
  const n = drawn.length
  const bound = Math.sqrt(Math.log(2 / FALSE_ALARM) / (2 * n))
  return drawn
    .toSorted((a, b) => a - b)
    .every((x, i) => Math.abs(F(x) - i / n) <= bound && Math.abs(F(x) - (i + 1) / n) <= bound)
}

/** The distribution function of the uniform distribution on [0, 1). */
export const uniformDistribution = (x: number): number => Math.min(1, Math.max(0, x))

/**
 * The distribution function of the normal distribution, within 7.5e-8.
 * Source: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.2.17.
 */
const normalDistribution = (x: number): number => {
  const t = 1 / (1 + 0.2316419 * Math.abs(x))
  const polynomial =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  const upper = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * polynomial
  return x >= 0 ? 1 - upper : upper
}

/**
 * Whether numbers are independent normal draws, by their distribution, their mean and the sum of their squares.
 *
 *   Pr(|mean| >= a / sqrt(n)) <= 2 exp(-a^2 / 2)
 *   Pr(sum z^2 - n >= 2 sqrt(n x) + 2 x) <= e^-x, Pr(n - sum z^2 >= 2 sqrt(n x)) <= e^-x
 *
 * Source of the last two: Laurent and Massart, Adaptive estimation of a quadratic functional (2000), lemma 1.
 */
export const looksNormal = (drawn: readonly number[]): boolean => {
  const n = drawn.length
  const x = Math.log(2 / FALSE_ALARM)
  const excess = total(drawn.map((z) => z * z)) - n
  return (
    follows(normalDistribution, drawn) &&
    Math.abs(total(drawn)) <= Math.sqrt(2 * x * n) &&
    excess <= 2 * Math.sqrt(n * x) + 2 * x &&
    -excess <= 2 * Math.sqrt(n * x)
  )
}
