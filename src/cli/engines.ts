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
import { count, explain } from '../failure.js'
import type { Failure } from '../failure.js'
import { float32 } from '../interpret/float32.js'
import { directStep } from '../train/engine.js'
import type { Engine } from '../train/engine.js'
import type { LayersShape } from '../model/layers.js'
import { modelOf, optimiserIn } from '../files/setup.js'
import type { AnyLearner } from '../files/setup.js'
import type { Checkpoint } from '../files/checkpoint.js'

export const engineNames = ['auto', 'onnx', 'float32'] as const
export type EngineName = (typeof engineNames)[number]

/** Which engine was asked for, and how many threads it may use; undefined for as many as there are. */
export interface EngineChoice {
  readonly engine: EngineName
  readonly threads: number | undefined
}

/** An engine, and how it was chosen. */
export interface SelectedEngine {
  readonly engine: AnyEngine
  /** `onnx on 2 threads`, or `float32, because ...` */
  readonly says: string
}

/**
 * An engine that holds learners in a way of its own, which nobody but itself looks at: what it loads, it steps and
 * saves. The loop that runs it is the same for all.
 */
export type AnyEngine = Engine<'TaskEither', LayersShape, unknown>

/** A computation, after which the process handles its signals and its progress bar before it computes on. */
const thenEvents =
  <E, A>(compute: IOEither<E, A> | TaskEither<E, A>): TaskEither<E, A> =>
  async () => {
    const result = await compute()
    await new Promise<void>((resolve) => setImmediate(resolve))
    return result
  }

/** The reference itself. */
const float32Engine = ({ model, optimiser }: GraphRequest<LayersShape>): AnyEngine => {
  const step = directStep(float32, model, optimiser(float32))
  const engine: Engine<'TaskEither', LayersShape, AnyLearner> = {
    name: 'float32',
    load: identity,
    step: (learner, minibatch) => thenEvents(step(learner, minibatch)),
    save: identity,
  }
  return engine as AnyEngine
}

const compiledEngine = (request: GraphRequest<LayersShape>, threads: number): TaskEither<Failure, SelectedEngine> =>
  pipe(
    nativeRuntime,
    TE.chain((runtime) => onnxEngine(runtime, request, threads)),
    TE.map((engine) => ({
      engine: {
        ...(engine as AnyEngine),
        step: (learner, minibatch) => thenEvents((engine as AnyEngine).step(learner, minibatch)),
      },
      says: `onnx on ${count(threads, 'thread')}`,
    })),
  )

/** The engine for a run: the compiled one, unless the reference is asked for, or all there is. */
export const selectEngine = (
  { settings, vocabulary }: Checkpoint,
  { engine, threads = availableParallelism() }: EngineChoice,
): TaskEither<Failure, SelectedEngine> => {
  const { batch, steps } = settings
  const request = { model: modelOf(settings, vocabulary), optimiser: optimiserIn(settings), batch, steps }
  const reference = (because: string): SelectedEngine => ({
    engine: float32Engine(request),
    says: `float32${because}`,
  })
  return engine === 'float32'
    ? TE.right(reference(''))
    : pipe(
        compiledEngine(request, threads),
        TE.orElse((failure) =>
          engine === 'auto' ? TE.right(reference(`, because ${explain(failure)}`)) : TE.left(failure),
        ),
      )
}

/** The reference computes on one thread. */
export const sensible = (wish: EngineChoice): Either<Failure, EngineChoice> =>
  wish.engine === 'float32' && wish.threads !== undefined && wish.threads !== 1
    ? E.left({
        _tag: 'InvalidSetting',
        setting: '--threads',
        expected: '1, or left out, with --engine float32',
        got: String(wish.threads),
      })
    : E.right(wish)
