/** Interleaved rounds: A B C, A B C, ..., so that whatever else the machine does meets all alike. */
import type { Answer, Contender } from './process.js'
import type { Task } from './tasks.js'

/** How long the measurement lasts: rounds, and the milliseconds that each takes of each round. */
export interface Patience {
  readonly rounds: number
  readonly budget: number
}

/** The median of a round's calls, for each round, by name. */
export type Rounds = Readonly<Record<string, readonly number[]>>

export interface Measured {
  readonly rounds: Rounds
  /** What each answered at first, by name. */
  readonly answers: Readonly<Record<string, Answer>>
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** What each takes for the task, in milliseconds a call. */
export const measure = async (
  contenders: readonly Contender[],
  task: Task,
  { rounds, budget }: Patience,
): Promise<Measured> => {
  const answers: [string, Answer][] = []
  for (const { name, ask } of contenders) answers.push([name, await ask({ prepare: task })])
  // The first round warms up, and for longer: compilers are at work in it.
  for (const { ask } of contenders) await ask({ measure: 2 * budget })
  const medians = new Map<string, number[]>(contenders.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const { name, ask } of contenders) {
      const { milliseconds = [] } = await ask({ measure: budget })
      medians.get(name)?.push(median(milliseconds))
    }
  }
  return { rounds: Object.fromEntries(medians), answers: Object.fromEntries(answers) }
}

/** The median over the rounds. */
export const typical = (rounds: Rounds, name: string): number => median(rounds[name])

/** The median over the rounds of how many times as long `of` took as `to`; undefined where one did not take part. */
export const ratio = (rounds: Rounds, of: string, to: string): number | undefined =>
  of in rounds && to in rounds ? median(rounds[of].map((time, round) => time / rounds[to][round])) : undefined
