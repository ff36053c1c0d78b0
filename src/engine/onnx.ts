/**
 * The compiled engine: the training step as one graph, run by ONNX Runtime.
 *
 * Parameters, optimiser state and hidden state go round as the runtime's own tensors: what one step
 * returned is fed to the next, and nothing is converted but the characters' numbers.
 */
import { pipe } from 'fp-ts/lib/function.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Axes } from '../algebra/axis.js'
import { entries } from '../algebra/axis.js'
import type { Failure } from '../failure.js'
import { float32 } from '../interpret/float32.js'
import type { Float32Tensor } from '../interpret/float32.js'
import { finiteOutcome } from '../learn/engine.js'
import type { Engine, Minibatch, StepFailure } from '../learn/engine.js'
import { flatten, unflatten } from '../learn/recipe.js'
import type { CellShape } from '../model/cell.js'
import { learnerAxes, NEXT, trainingGraph } from './graphs.js'
import type { GraphRequest } from './graphs.js'
import type { Runtime, RuntimeSession, RuntimeTensor, RuntimeTensors } from './runtime.js'

/** A learner as the runtime holds it, by the flat names of its fields. */
export type OnnxLearner = RuntimeTensors

export interface OnnxEngine<C extends CellShape> extends Engine<'TaskEither', C, OnnxLearner> {
  /** Frees the session. */
  readonly close: TaskEither<Failure, void>
}

const dims = (axes: Axes): readonly number[] => axes.map(({ size }) => size)

/** The engine for minibatches of the request's sizes, on so many threads. */
export const onnxEngine = <C extends CellShape>(
  runtime: Runtime,
  request: GraphRequest<C>,
  threads: number,
): TaskEither<Failure, OnnxEngine<C>> =>
  pipe(
    attempt(() => runtime.createSession(trainingGraph(request), threads)),
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
  const characters = (numbers: readonly number[]) =>
    runtime.tensor('int64', BigInt64Array.from(numbers, BigInt), [batch * steps])
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
    step: (learner, minibatch) =>
      pipe(
        attempt(() => session.run(feeds(learner, minibatch))),
        TE.chainEitherK((results) => {
          const largest = Object.entries(results)
            .filter(([field]) => field.startsWith('largest.'))
            .map(([field, tensor]) => [field.slice('largest.'.length), numbers(tensor)[0]] as const)
          const next = Object.keys(axes).map((field) => [field, results[NEXT + field]] as const)
          return finiteOutcome<OnnxLearner>(Object.fromEntries(next), numbers(results['loss'])[0], Object.fromEntries(largest))
        }),
      ),
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
export const attempt = <A>(action: () => Promise<A>): TaskEither<StepFailure & Failure, A> =>
  TE.tryCatch(action, (error) => ({
    _tag: 'EngineFailed' as const,
    engine: 'onnx',
    reason: (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' '),
  }))
