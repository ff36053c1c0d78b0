/**
 * The compiled engine, loaded when it is opened: training without it loads nothing of it.
 */
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { requireWhole } from '../algebra/require.js'
import type { Failure } from '../failure.js'
import type { EngineSpec } from '../train/engine.js'
import type { OnnxOptions } from './spec.js'

/**
 * The compiled engine: the whole training step as one graph, run by ONNX Runtime. Give it to `train`.
 *
 * @param options the threads, 1 unless asked otherwise, and a runtime in place of onnxruntime-node
 * @returns an engine; where the runtime is not installed, the run's streams hold one Left that says so
 *
 * Its numbers are those of float32 but for rounding: the order of sums is the runtime's own.
 *
 * ```ts no-run
 * import { adam, consecutiveSampler, languageModel, lstm, onnx, orThrow, readText, take, train } from 'pure-rnn'
 *
 * const text = orThrow(readText('hello hello hello hello '))
 * const model = languageModel(lstm(), { vocabulary: text.vocabulary, hidden: 8 })
 * const run = await train(model, adam(0.1), text, consecutiveSampler(2, 5), { engine: onnx() })
 * const epochs = orThrow(await take(20, run.epochs))
 * await run.close()
 * ```
 */
export const onnx = (options: OnnxOptions = {}): EngineSpec => {
  const { threads = 1 } = options
  requireWhole('onnx', 'the number of threads', threads, 1)
  return {
    open: (request) =>
      pipe(
        TE.tryCatch(
          () => import('./spec.js'),
          (error): Failure => ({ _tag: 'EngineFailed', engine: 'onnx', reason: String(error) }),
        ),
        TE.chain(({ onnxSpec }) => onnxSpec(options).open(request)),
      ),
  }
}
