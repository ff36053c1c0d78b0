/**
 * The engines that the command can train with, and which of them it takes.
 */
import { availableParallelism } from 'node:os'
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { identity, pipe } from 'fp-ts/lib/function.js'
import type { IOEither } from 'fp-ts/lib/IOEither.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { nativeRuntime, onnxEngine } from '../engine/index.js'
import type { GraphRequest } from '../engine/index.js'
import { explain } from '../failure.js'
import type { Failure } from '../failure.js'
import { float32 } from '../interpret/float32.js'
import { directStep } from '../learn/engine.js'
import type { Engine } from '../learn/engine.js'
import type { CellShape } from '../model/cell.js'
import { recipeOf } from '../store/setup.js'
import type { AnyLearner } from '../store/setup.js'
import type { Checkpoint } from '../store/checkpoint.js'

export const engineNames = ['auto', 'onnx', 'float32'] as const
export type EngineName = (typeof engineNames)[number]

/** Which engine was asked for, and how many threads it may use; undefined for as many as there are. */
export interface EngineWish {
  readonly engine: EngineName
  readonly threads: number | undefined
}

/** An engine, and how it came to be taken. */
export interface Taken {
  readonly engine: AnyEngine
  /** `onnx on 2 threads`, or `float32, for ...` */
  readonly says: string
}

/**
 * An engine that holds learners in a way of its own, which nobody but itself looks at: what it loads, it steps and
 * saves. The loop that runs it is the same for all.
 */
export type AnyEngine = Engine<'TaskEither', CellShape, unknown>

/** A computation, after which the process sees to its signals and its bar before anything else is computed. */
const thenEvents =
  <E, A>(compute: IOEither<E, A>): TaskEither<E, A> =>
  async () => {
    const result = compute()
    await new Promise<void>((resolve) => setImmediate(resolve))
    return result
  }

/** The reference itself. */
const float32Engine = ({ recipe, sizes }: GraphRequest<CellShape>): AnyEngine => {
  const step = directStep(float32, recipe.cell(float32), recipe.optimiser(float32), sizes.vocabulary)
  const engine: Engine<'TaskEither', CellShape, AnyLearner> = {
    name: 'float32',
    load: identity,
    step: (learner, minibatch) => thenEvents(step(learner, minibatch)),
    save: identity,
  }
  return engine as AnyEngine
}

const compiledEngine = (request: GraphRequest<CellShape>, threads: number): TaskEither<Failure, Taken> =>
  pipe(
    nativeRuntime,
    TE.chain((runtime) => onnxEngine(runtime, request, threads)),
    TE.map((engine) => ({ engine: engine as AnyEngine, says: `onnx on ${threadsOf(threads)}` })),
  )

const threadsOf = (threads: number): string => (threads === 1 ? '1 thread' : `${String(threads)} threads`)

/** The engine for a run: the compiled one, unless the reference is asked for, or all there is. */
export const takeEngine = (
  { settings, vocabulary }: Checkpoint,
  { engine, threads = availableParallelism() }: EngineWish,
): TaskEither<Failure, Taken> => {
  const sizes = { vocabulary: vocabulary.characters.length, hidden: settings.hidden }
  const request = { recipe: recipeOf(settings), sizes, batch: settings.batch, steps: settings.steps }
  const reference = (because: string): Taken => ({ engine: float32Engine(request), says: `float32${because}` })
  return engine === 'float32'
    ? TE.right(reference(''))
    : pipe(
        compiledEngine(request, threads),
        TE.orElse((failure) =>
          engine === 'auto' ? TE.right(reference(`, for ${explain(failure)}`)) : TE.left(failure),
        ),
      )
}

/** The reference computes on one thread. */
export const sensible = (wish: EngineWish): Either<Failure, EngineWish> =>
  wish.engine === 'float32' && wish.threads !== undefined && wish.threads !== 1
    ? E.left({
        _tag: 'InvalidSetting',
        setting: '--threads',
        expected: '1, or left out, with --engine float32',
        came: String(wish.threads),
      })
    : E.right(wish)
