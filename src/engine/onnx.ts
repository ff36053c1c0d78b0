/**
 * The compiled engine: the training step as one graph, run by ONNX Runtime.
 *
 * Parameters, optimiser state and hidden state go round as the runtime's own tensors: what one step
 * returned is fed to the next, and nothing is converted but the characters' numbers.
 */
import { pipe } from 'fp-ts/lib/function.js'
import * as RR from 'fp-ts/lib/ReadonlyRecord.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Axes } from '../algebra/axis.js'
import { entries, product } from '../algebra/axis.js'
import type { Failure } from '../failure.js'
import { float32 } from '../interpret/float32.js'
import type { Float32Tensor } from '../interpret/float32.js'
import { finiteOutcome } from '../learn/engine.js'
import type { Engine, Minibatch, StepFailure } from '../learn/engine.js'
import { flatten, unflatten } from '../learn/recipe.js'
import type { CellShape } from '../model/cell.js'
import { batchAxis, timeAxis, vocabularyAxis } from '../model/parameters.js'
import { LARGEST, learnerAxes, NEXT, trainingGraph, under } from './graphs.js'
import type { GraphRequest } from './graphs.js'
import type { Runtime, RuntimeSession, RuntimeTensor, RuntimeTensors } from './runtime.js'

/** A learner as the runtime holds it, by the flat names of its fields. */
export type OnnxLearner = RuntimeTensors

export interface OnnxEngine<C extends CellShape> extends Engine<'TaskEither', C, OnnxLearner> {
  /** Frees the session. */
  readonly close: TaskEither<Failure, void>
}

const dims = (axes: Axes): readonly number[] => axes.map(({ size }) => size)

/**
 * The engine for minibatches of the request's sizes, on so many threads.
 *
 * A runtime that refuses the model, or fails at a step, is a failure; a recipe that makes no sense is a defect. The
 * number of threads changes no result by more than rounding: products are cut otherwise.
 */
export const onnxEngine = <C extends CellShape>(
  runtime: Runtime,
  request: GraphRequest<C>,
  threads: number,
): TaskEither<Failure, OnnxEngine<C>> =>
  pipe(
    TE.fromIO(() => trainingGraph({ ...request, onOneThread: runtime.obeysThreads && threads === 1 })),
    TE.chain((model) => attempt(() => runtime.createSession(model, threads))),
    TE.map((session) => engineOf(runtime, request, session)),
  )

const engineOf = <C extends CellShape>(
  runtime: Runtime,
  { recipe, sizes, batch, steps }: GraphRequest<C>,
  session: RuntimeSession,
): OnnxEngine<C> => {
  const axes = learnerAxes(recipe, sizes, batch)
  const zeros: RuntimeTensors = Object.fromEntries(
    Object.entries(axes)
      .filter(([field]) => field.startsWith('hidden.'))
      .map(([field, of]) => [field, runtime.tensor('float32', new Float32Array(entries(of)), dims(of))]),
  )
  const rows = [product(timeAxis(steps), batchAxis(batch)), vocabularyAxis(sizes.vocabulary)]
  /** The runtime counts negative indices from the end; here they are the same defect as in `float32`. */
  const characters = (numbers: readonly number[]) =>
    runtime.tensor('int64', BigInt64Array.from(float32.oneHot(rows, numbers).index, BigInt), [batch * steps])
  const feeds = (learner: OnnxLearner, { inputs, labels, reset }: Minibatch): RuntimeTensors => ({
    ...learner,
    ...(reset ? zeros : {}),
    inputs: characters(inputs),
    labels: characters(labels),
  })
  return {
    name: 'onnx',
    load: (learner) =>
      Object.fromEntries(
        Object.entries<Float32Tensor<Axes>>(flatten(learner)).map(([field, tensor]) => [
          field,
          runtime.tensor('float32', Float32Array.from(tensor.data), dims(tensor.axes)),
        ]),
      ),
    step: (learner, minibatch) => {
      const fed = feeds(learner, minibatch)
      return pipe(
        attempt(() => session.run(fed)),
        TE.chainEitherK((results) => {
          const largest = RR.map((tensor: RuntimeTensor) => numbers(tensor)[0])(under(LARGEST, results))
          const next = Object.fromEntries(Object.keys(axes).map((field) => [field, results[NEXT + field]]))
          return finiteOutcome<OnnxLearner>(next, numbers(results['loss'])[0], largest)
        }),
      )
    },
    save: (learner) =>
      unflatten(
        Object.fromEntries(
          Object.entries(axes).map(([field, of]) => [field, float32.tensor(of, numbers(learner[field]))]),
        ) as never,
      ),
    close: attempt(() => session.release()),
  }
}

const numbers = (tensor: RuntimeTensor): Float32Array => tensor.data as Float32Array

/** What the runtime is asked to do; its complaint, on one line, is a failure. */
const attempt = <A>(action: () => Promise<A>): TaskEither<StepFailure & Failure, A> =>
  TE.tryCatch(action, (error) => ({
    _tag: 'EngineFailed' as const,
    engine: 'onnx',
    reason: (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' '),
  }))
