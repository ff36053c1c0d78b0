/**
 * The compiled engine: the training step as one graph, run by ONNX Runtime.
 *
 * Parameters, optimiser state and hidden state go round as the runtime's own tensors: what one step
 * returned is fed to the next, and nothing is converted but the characters' numbers.
 */
import { pipe } from 'fp-ts/lib/function.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { entries, product } from '../algebra/axis.js'
import type { Failure } from '../failure.js'
import { float32 } from '../interpret/float32.js'
import { finiteOutcome, replay, replayed } from '../train/engine.js'
import type { Engine, Step, StepFailure } from '../train/engine.js'
import type { LayersShape } from '../model/layers.js'
import { batchAxis, timeAxis, vocabularyAxis } from '../model/parameters.js'
import { asVectors, byField, PACKED_UP_TO } from './transport.js'
import type { TensorTransport } from './transport.js'
import { axesOfFields, learnerPattern } from './fields.js'
import { trainingGraph } from './graphs.js'
import type { GraphRequest } from './graphs.js'
import type { Runtime, RuntimeSession, RuntimeTensors } from './runtime.js'

/** A learner as the runtime holds it: by the flat names of its fields, or in vectors. */
export type OnnxLearner = RuntimeTensors

/** The compiled engine, open for minibatches of one size. */
export interface OnnxEngine<L extends LayersShape> extends Engine<'TaskEither', L, OnnxLearner> {
  /** Frees the session. */
  readonly close: TaskEither<Failure, void>
}

/**
 * The engine for minibatches of the request's sizes, on so many threads.
 *
 * A runtime that refuses the model, or fails at a step, is a failure; a model or an optimiser that makes no sense is a
 * defect. The number of threads changes no result by more than rounding: products are cut otherwise.
 */
export const onnxEngine = <L extends LayersShape>(
  runtime: Runtime,
  request: GraphRequest<L>,
  threads: number,
): TaskEither<Failure, OnnxEngine<L>> =>
  pipe(
    TE.fromIO(() => {
      const pattern = learnerPattern(request.model, request.optimiser, request.batch)
      const axes = axesOfFields(pattern)
      const packed = Object.values(axes).reduce((total, of) => total + entries(of), 0) <= PACKED_UP_TO
      const onOneThread = runtime.obeysThreads && threads === 1
      return {
        model: trainingGraph({ ...request, packed, onOneThread }),
        carriage: (packed ? asVectors : byField)<L>(runtime, pattern),
      }
    }),
    TE.chain(({ model, carriage }) =>
      pipe(
        attempt(() => runtime.createSession(model, threads)),
        TE.map((session) => engineOf(runtime, request, session, carriage)),
      ),
    ),
  )

const engineOf = <L extends LayersShape>(
  runtime: Runtime,
  { model, optimiser, batch, steps }: GraphRequest<L>,
  session: RuntimeSession,
  { load, feed, next, reported, save }: TensorTransport<L>,
): OnnxEngine<L> => {
  const rows = [product(timeAxis(steps), batchAxis(batch)), vocabularyAxis(model.sizes.vocabulary)]
  /** The runtime counts negative indices from the end; here they are the same defect as in `float32`. */
  const characters = (numbers: readonly number[]) =>
    runtime.tensor('int64', BigInt64Array.from(float32.oneHot(rows, numbers).index, BigInt), [batch * steps])
  const step: Step<'TaskEither', OnnxLearner> = (learner, { inputs, labels, reset }) => {
    const fed = { ...feed(learner, reset), inputs: characters(inputs), labels: characters(labels) }
    return pipe(
      attempt(() => session.run(fed)),
      TE.chainEitherK((results) => {
        const { loss, largest, lost } = reported(results)
        return finiteOutcome<OnnxLearner>(next(results), loss, largest, lost)
      }),
    )
  }
  return {
    name: 'onnx',
    load,
    step: replayed(replay(float32, model, optimiser(float32)), save, step),
    save,
    close: attempt(() => session.release()),
  }
}

/** What the runtime is asked to do; its complaint, on one line, is a failure. */
const attempt = <A>(action: () => Promise<A>): TaskEither<StepFailure & Failure, A> =>
  TE.tryCatch(action, (error) => ({
    _tag: 'EngineFailed' as const,
    engine: 'onnx',
    reason: (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' '),
  }))
