/**
 * A run as a lazy stream of states.
 *
 * A stream is a state and the way to the next one. Nothing is computed before it is asked for (`next` is a
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
import { requireThat, requireWhole } from '../algebra/require.js'
import type { Failure } from '../failure.js'

/** A state, and the way to the next one. */
export interface StateStream<M extends URIS2, S> {
  readonly state: S
  readonly next: Kind2<M, Failure, StateStream<M, S>>
}

/** The stream of a step from a state. */
export const stateStream =
  <M extends URIS2>(M: Bifunctor2<M>) =>
  <S>(step: (state: S) => Kind2<M, Failure, S>) =>
  (state: S): StateStream<M, S> => ({
    state,
    get next() {
      return M.bimap(step(state), identity, stateStream(M)(step))
    },
  })

/** The stream of f(state) for each state. */
export const mapStream =
  <M extends URIS2>(M: Bifunctor2<M>) =>
  <A, B>(f: (a: A) => B) =>
  (of: StateStream<M, A>): StateStream<M, B> => ({
    state: f(of.state),
    get next() {
      return M.bimap(of.next, identity, mapStream(M)(f))
    },
  })

/** Checks that there is a next state without asking for it, which would compute it. */
const requireStream = <S extends object>(operation: string, stream: S): S =>
  requireThat(
    typeof stream === 'object' && (stream as S | null) !== null && 'next' in stream,
    operation,
    'the stream',
    'a stream of states, as train(dataset, step)(state) gives',
    stream,
  )

/** Which states of a stream are given, and as what: all of them as they are, unless asked otherwise. */
export interface Given<S, A> {
  readonly keep: (state: S) => boolean
  readonly give: (state: S) => A
}

interface States {
  <S>(from: StateStream<IOEither, S>): Iterable<Either<Failure, S>>
  <S, A>(from: StateStream<IOEither, S>, given: Given<S, A>): Iterable<Either<Failure, A>>
}

interface StatesAsync {
  <S>(from: StateStream<TaskEither, S>): AsyncIterable<Either<Failure, S>>
  <S, A>(from: StateStream<TaskEither, S>, given: Given<S, A>): AsyncIterable<Either<Failure, A>>
}

const everything: Given<unknown, unknown> = { keep: () => true, give: identity }

/** The states after the first, for `for ... of`: each a Right, until the first Left, which ends it. */
export const states: States = <S, A>(
  from: StateStream<IOEither, S>,
  { keep, give }: Given<S, A> = everything as Given<S, A>,
): Iterable<Either<Failure, A>> => {
  requireStream('states', from)
  return {
    // A generator keeps its place in a variable: the one mutation outside the kernel. Every iteration starts over.
    *[Symbol.iterator]() {
      for (let at: Either<Failure, StateStream<IOEither, S>> = E.right(from); E.isRight(at); ) {
        at = at.right.next()
        if (E.isLeft(at)) yield at
        else if (keep(at.right.state)) yield E.right(give(at.right.state))
      }
    },
  }
}

/** The same for `for await ... of`. */
export const statesAsync: StatesAsync = <S, A>(
  from: StateStream<TaskEither, S>,
  { keep, give }: Given<S, A> = everything as Given<S, A>,
): AsyncIterable<Either<Failure, A>> => {
  requireStream('statesAsync', from)
  return {
    async *[Symbol.asyncIterator]() {
      for (let at: Either<Failure, StateStream<TaskEither, S>> = E.right(from); E.isRight(at); ) {
        at = await at.right.next()
        if (E.isLeft(at)) yield at
        else if (keep(at.right.state)) yield E.right(give(at.right.state))
      }
    },
  }
}

/** A stream of a single failure. */
export const failing = <S>(failure: Failure): AsyncIterable<Either<Failure, S>> => ({
  async *[Symbol.asyncIterator]() {
    yield await Promise.resolve(E.left(failure))
  },
})

const asynchronous = <S>(
  from: Iterable<Either<Failure, S>> | AsyncIterable<Either<Failure, S>>,
): from is AsyncIterable<Either<Failure, S>> => Symbol.asyncIterator in from

const isIterable = (from: unknown): boolean =>
  typeof from === 'object' && from !== null && (Symbol.iterator in from || Symbol.asyncIterator in from)

interface Take {
  <S>(n: number, from: Iterable<Either<Failure, S>>): Either<Failure, readonly S[]>
  <S>(n: number, from: AsyncIterable<Either<Failure, S>>): Promise<Either<Failure, readonly S[]>>
}

/**
 * The first n states of a stream, or the failure that comes before them; a promise of them where the stream is
 * asynchronous.
 *
 * @param n how many: a whole number, 0 or more; anything else is a defect
 * @param from `run.states`, one for each minibatch, or `run.epochs`, one for each epoch
 *
 * ```ts
 * import { consecutiveSampler, languageModel, orThrow, readText, rnn, sgd, take, train } from 'pure-rnn'
 *
 * const text = orThrow(readText('hello hello hello hello '))
 * const model = languageModel(rnn(), { vocabulary: text.vocabulary, hidden: 8 })
 * const run = train(model, sgd(0.1), text, consecutiveSampler(2, 5))
 * orThrow(take(3, run.states)).map(({ epoch }) => epoch) // => [1, 1, 2]
 * ```
 */
export const take: Take = (<S>(n: number, from: Iterable<Either<Failure, S>> | AsyncIterable<Either<Failure, S>>) => {
  requireWhole('take', 'the number of states', n, 0)
  requireThat(isIterable(from), 'take', 'the stream', 'a stream of states, such as run.epochs', from)
  return asynchronous(from) ? takeAsync(n, from) : takeNow(n, from)
}) as Take

const takeNow = <S>(n: number, from: Iterable<Either<Failure, S>>): Either<Failure, readonly S[]> => {
  const taken: S[] = []
  if (n === 0) return E.right(taken)
  for (const state of from) {
    if (E.isLeft(state)) return state
    taken.push(state.right)
    if (taken.length === n) break
  }
  return E.right(taken)
}

const takeAsync = async <S>(
  n: number,
  from: AsyncIterable<Either<Failure, S>>,
): Promise<Either<Failure, readonly S[]>> => {
  const taken: S[] = []
  if (n === 0) return E.right(taken)
  for await (const state of from) {
    if (E.isLeft(state)) return state
    taken.push(state.right)
    if (taken.length === n) break
  }
  return E.right(taken)
}
