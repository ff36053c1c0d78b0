/**
 * The gradient of a minibatch, computed by a pool of threads, a shard of its rows each.
 */
import { pipe } from 'fp-ts/lib/function.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { Tinypool } from 'tinypool'
import type { Failure } from '../failure.js'
import { combined, shardsOf } from './shard.js'
import type { GradientResult, GradientTask } from './shard.js'

export { combined, gradientOf, shardsOf } from './shard.js'
export type { GradientResult, GradientTask } from './shard.js'

/** Threads that wait for gradients to compute. */
export interface ShardPool {
  readonly threads: number
  readonly gradient: (task: GradientTask) => TaskEither<Failure, GradientResult>
  /** Ends the threads. */
  readonly close: TaskEither<Failure, void>
}

/** A pool of so many threads. Each runs the float32 engine; open it once and use it for every minibatch. */
export const shardPool = (
  threads: number,
  worker: { readonly href: string } = new URL('./shard-worker.js', import.meta.url),
): ShardPool => {
  const pool = new Tinypool({
    filename: worker.href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
  })
  return {
    threads,
    gradient: (task) => attempt(async () => (await pool.run(task)) as GradientResult),
    close: attempt(() => pool.destroy()),
  }
}

/** The gradient of a task, a shard for each thread: what `gradientOf` gives, but for the order of sums. */
export const shardedGradient =
  (pool: ShardPool) =>
  (task: GradientTask): TaskEither<Failure, GradientResult> =>
    pipe(
      shardsOf(task, pool.threads),
      TE.traverseArray(pool.gradient),
      TE.map(combined),
    )

const attempt = <A>(action: () => Promise<A>): TaskEither<Failure, A> =>
  TE.tryCatch(action, (error) => ({
    _tag: 'EngineFailed' as const,
    engine: 'sharded',
    reason: (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' '),
  }))
