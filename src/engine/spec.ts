/**
 * The compiled engine as an option of `train`.
 */
import { pipe } from 'fp-ts/lib/function.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Failure } from '../failure.js'
import type { EngineRequest, EngineSpec, OpenEngine } from '../train/engine.js'
import type { LayersShape } from '../model/layers.js'
import { onnxEngine } from './onnx.js'
import { nativeRuntime } from './runtime.js'
import type { Runtime } from './runtime.js'

/** Which runtime, on how many threads. */
export interface OnnxOptions {
  /** 1 unless asked otherwise. */
  readonly threads?: number
  /** `runtimeOf(await import('onnxruntime-web'))`, say; onnxruntime-node unless given. */
  readonly runtime?: Runtime
}

/** Opens the compiled engine. */
export const onnxSpec = ({ threads = 1, runtime }: OnnxOptions): EngineSpec => ({
  open: <L extends LayersShape>(request: EngineRequest<L>): TaskEither<Failure, OpenEngine<L>> =>
    pipe(
      runtime === undefined ? nativeRuntime : TE.right(runtime),
      TE.chain((its) => onnxEngine(its, request, threads)),
      // What it loads, it steps and saves; nobody else looks at a learner that it holds.
      TE.map((engine: object) => engine as OpenEngine<L>),
    ),
})
