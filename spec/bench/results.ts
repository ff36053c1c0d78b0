/** What was measured, as data: what --json prints, and what the tables and the chart are made from. */
import { typical, ratio } from './measure.js'
import type { Measured, Rounds } from './measure.js'
import { ONNX, TORCH_NN } from './tasks.js'
import type { Size, Target } from './tasks.js'

export interface Verdict extends Target {
  /** The factor that came; undefined where one of the two did not take part. */
  readonly came?: number
  readonly met?: boolean
}

export interface Comparison {
  /** Milliseconds a call, by name. */
  readonly milliseconds: Readonly<Record<string, number>>
  /** The same, round by round. */
  readonly rounds: Rounds
  readonly verdicts: readonly Verdict[]
  /** Where those that take part do not compute the same. */
  readonly disagreements: readonly string[]
}

export interface Point {
  readonly at: number
  readonly milliseconds: Readonly<Record<string, number>>
}

export interface Results {
  readonly date: string
  readonly machine: string
  /** The load average before anything was measured. */
  readonly load: number
  readonly versions: Readonly<Record<string, string>>
  readonly training: readonly (Comparison & { readonly size: Size })[]
  readonly generation: Comparison & { readonly length: number }
  readonly growth: readonly { readonly axis: keyof Size; readonly points: readonly Point[] }[]
}

export const typicals = (rounds: Rounds): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.keys(rounds).map((name) => [name, typical(rounds, name)]))

/** Rates are the reciprocals of times, so that "at least 5 times the rate" is asked of times the other way round. */
const verdict =
  (rounds: Rounds) =>
  (target: Target): Verdict => {
    const { of, to, most = Infinity, least = 0 } = target
    const came = target.least === undefined ? ratio(rounds, of, to) : ratio(rounds, to, of)
    return came === undefined ? target : { ...target, came, met: came <= most && came >= least }
  }

export const comparison = ({ rounds, answers }: Measured, targets: readonly Target[]): Comparison => ({
  milliseconds: typicals(rounds),
  rounds,
  verdicts: targets.map(verdict(rounds)),
  disagreements: disagreements(answers),
})

/** Losses agree to this relative difference, which single precision does not exhaust in a few steps. */
const TOLERANCE = 1e-3

/** Who computes something else than the compiled engine, or, where it does not take part, than the first. */
const disagreements = (answers: Measured['answers']): readonly string[] => {
  const reference = answers[ONNX] ?? Object.values(answers)[0]
  return Object.entries(answers).flatMap(([name, { losses, written }]) => {
    // nn.RNN has two biases that are only ever added, and so moves further along them: after its first loss
    // it goes another way.
    const compared = name === TORCH_NN ? losses?.slice(0, 1) : losses
    return [
      ...differences(compared, reference.losses, isClose).map(
        ([i, came, expected]) => `${name}: loss ${i + 1} is ${came}, not ${expected}`,
      ),
      ...differences(written, reference.written, Object.is)
        .slice(0, 1)
        .map(([i, came, expected]) => `${name}: character ${i + 1} is number ${came}, not ${expected}`),
    ]
  })
}

const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= TOLERANCE * Math.abs(b)

/** Where two lists differ, with what stands in each. */
const differences = (
  a: readonly number[] = [],
  b: readonly number[] = [],
  same: (a: number, b: number) => boolean,
): readonly (readonly [place: number, a: number, b: number])[] =>
  a.map((came, i) => [i, came, b[i]] as const).filter(([, came, expected]) => !same(came, expected))
