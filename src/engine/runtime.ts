/**
 * The part of ONNX Runtime that the engine uses: onnxruntime-node and onnxruntime-web both have it.
 *
 * Written out here, so that the package's types need neither.
 */
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Failure } from '../failure.js'

/** A tensor of the runtime's own. */
export interface RuntimeTensor {
  readonly data: unknown
  readonly dims: readonly number[]
}

/** The runtime's tensors by the names of a graph's inputs or outputs. */
export type RuntimeTensors = Readonly<Record<string, RuntimeTensor>>

/** A graph made ready to run. */
export interface RuntimeSession {
  readonly run: (feeds: RuntimeTensors) => Promise<RuntimeTensors>
  readonly release: () => Promise<void>
}

/** What runs graphs: ONNX Runtime, natively or in a browser. */
export interface Runtime {
  /** Whether a session runs on just as many threads as it is asked to. */
  readonly obeysThreads: boolean
  readonly createSession: (model: Uint8Array, threads: number) => Promise<RuntimeSession>
  readonly tensor: (
    type: 'float32' | 'int64',
    data: Float32Array | BigInt64Array,
    dims: readonly number[],
  ) => RuntimeTensor
}

/** onnxruntime-node or onnxruntime-web, as `import` returns them. */
export interface RuntimePackage {
  readonly InferenceSession: {
    readonly create: (model: Uint8Array, options: Readonly<Record<string, unknown>>) => Promise<unknown>
  }
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a constructor with overloads of its own
  readonly Tensor: new (type: any, data: any, dims: readonly number[]) => RuntimeTensor
}

/**
 * The runtime of a package.
 *
 * @param obeysThreads whether its sessions keep to the number of threads they are given: onnxruntime-node's do,
 *   onnxruntime-web has one number for all of them, in `env.wasm.numThreads`
 */
export const runtimeOf = ({ InferenceSession, Tensor }: RuntimePackage, obeysThreads = false): Runtime => ({
  obeysThreads,
  createSession: async (model, threads) =>
    (await InferenceSession.create(model, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // Workers of one session that wait by spinning slow down those of another.
      extra: { session: { force_spinning_stop: '1' } },
    })) as RuntimeSession,
  tensor: (type, data, dims) => new Tensor(type, data, dims),
})

/** The runtime of the package of this name, where it is installed. */
export const runtimeFrom = (name: string, obeysThreads: boolean): TaskEither<Failure, Runtime> =>
  TE.tryCatch(
    async () => runtimeOf((await import(name)) as RuntimePackage, obeysThreads),
    (error): Failure => ({
      _tag: 'EngineMissing',
      engine: 'onnx',
      package: name,
      reason: error instanceof Error ? error.message.split('\n')[0] : String(error),
    }),
  )

/** The native runtime, where it is installed. */
export const nativeRuntime: TaskEither<Failure, Runtime> = runtimeFrom('onnxruntime-node', true)
