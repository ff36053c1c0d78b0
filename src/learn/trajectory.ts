/**
 * A run as a lazy stream of states.
 *
 * A trajectory is a state and the way to the next one. Nothing is computed before it is asked for (`next` is a
 * getter: not even the next plan is drawn before), nothing is changed when it is: a state can be kept, gone on from
 * twice (a branch), or computed again (a replay). The step answers in any effect M that can be mapped over: IOEither
 * where it is computed at once, TaskEither where an engine answers later.
 */
import type { Kind2, URIS2 } from 'fp-ts/HKT'
import type { Bifunctor2 } from 'fp-ts/lib/Bifunctor.js'
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { identity } from 'fp-ts/lib/function.js'
// These two register the effects' names, which Kind2 looks up.
import type { URI as IOEither } from 'fp-ts/lib/IOEither.js'
import type { URI as TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { Failure } from '../failure.js'

/** A state, and the way to the next one. */
export interface Trajectory<M extends URIS2, S> {
  readonly state: S
  readonly next: Kind2<M, Failure, Trajectory<M, S>>
}

/** The trajectory of a step from a state. */
export const trajectory =
  <M extends URIS2>(M: Bifunctor2<M>) =>
  <S>(step: (state: S) => Kind2<M, Failure, S>) =>
  (state: S): Trajectory<M, S> => ({
    state,
    get next() {
      return M.bimap(step(state), identity, trajectory(M)(step))
    },
  })

/** The trajectory of what f makes of each state. */
export const mapTrajectory =
  <M extends URIS2>(M: Bifunctor2<M>) =>
  <A, B>(f: (a: A) => B) =>
  (of: Trajectory<M, A>): Trajectory<M, B> => ({
    state: f(of.state),
    get next() {
      return M.bimap(of.next, identity, mapTrajectory(M)(f))
    },
  })

/** The states after the first, for `for ... of`: each a Right, until the first Left, which ends it. */
export const states = <S>(from: Trajectory<IOEither, S>): Iterable<Either<Failure, S>> => ({
  // A generator keeps its place in a variable: the one mutation outside the kernel. Every iteration begins anew.
  *[Symbol.iterator]() {
    for (let at: Either<Failure, Trajectory<IOEither, S>> = E.right(from); E.isRight(at); ) {
      at = at.right.next()
      yield E.map(({ state }: Trajectory<IOEither, S>) => state)(at)
    }
  },
})

/** The same for `for await ... of`. */
export const statesAsync = <S>(from: Trajectory<TaskEither, S>): AsyncIterable<Either<Failure, S>> => ({
  async *[Symbol.asyncIterator]() {
    for (let at: Either<Failure, Trajectory<TaskEither, S>> = E.right(from); E.isRight(at); ) {
      at = await at.right.next()
      yield E.map(({ state }: Trajectory<TaskEither, S>) => state)(at)
    }
  },
})
