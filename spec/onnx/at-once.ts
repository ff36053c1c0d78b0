/**
 * ONNX Runtime answering at once, so that laws that know no effects can be run on it: a thread of its own runs the
 * model while this one waits.
 */
import { createRequire } from 'node:module'
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'

/** A tensor as it is fed in and handed out. */
export interface Fed {
  readonly type: 'float32' | 'int64'
  readonly data: Float32Array | BigInt64Array
  readonly dims: readonly number[]
}

export type Feeds = Readonly<Record<string, Fed>>

/** How long the runtime may take before it is taken for hung. */
const PATIENCE_IN_MILLISECONDS = 60_000

const otherThread = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { InferenceSession, Tensor } = require(workerData)
  const run = async ({ model, feeds, threads, runs }) => {
    const options = { intraOpNumThreads: threads, interOpNumThreads: 1 }
    const session = await InferenceSession.create(model, options)
    try {
      const fed = Object.entries(feeds).map(([name, { type, data, dims }]) => [name, new Tensor(type, data, dims)])
      const results = []
      for (let i = 0; i < runs; i++) {
        const result = Object.entries(await session.run(Object.fromEntries(fed)))
        results.push(Object.fromEntries(result.map(([name, { type, data, dims }]) => [name, { type, data, dims }])))
      }
      return { results }
    } finally {
      await session.release()
    }
  }
  parentPort.on('message', async ({ task, signal, port }) => {
    port.postMessage(await run(task).catch(({ message }) => ({ message })))
    port.close()
    Atomics.store(signal, 0, 1)
    Atomics.notify(signal, 0)
  })
`

/** Started when it is first asked, and left to end with the process. */
const opened: Worker[] = []
const worker = (): Worker => {
  if (opened.length === 0) {
    const runtime = createRequire(import.meta.url).resolve('onnxruntime-node')
    opened.push(new Worker(otherThread, { eval: true, workerData: runtime }))
    opened[0].unref()
  }
  return opened[0]
}

type Answer = { readonly results: readonly Feeds[] } | { readonly message: string }

/** What so many runs of a model give, one after the other; throws what the runtime complains of. */
export const runsAtOnce = (model: Uint8Array, feeds: Feeds, runs: number, threads = 1): readonly Feeds[] => {
  const { port1, port2 } = new MessageChannel()
  const signal = new Int32Array(new SharedArrayBuffer(4))
  worker().postMessage({ task: { model, feeds, threads, runs }, signal, port: port2 }, [port2])
  if (Atomics.wait(signal, 0, 0, PATIENCE_IN_MILLISECONDS) === 'timed-out') throw new Error('the runtime hangs')
  const answer = receiveMessageOnPort(port1)?.message as Answer
  port1.close()
  if ('message' in answer) throw new Error(answer.message)
  return answer.results
}

/** What one run of a model gives. */
export const runAtOnce = (model: Uint8Array, feeds: Feeds): Feeds => runsAtOnce(model, feeds, 1)[0]

/** The numbers of a result. */
export const numbersIn = ({ data }: Fed): readonly number[] => Array.from<number | bigint, number>(data, Number)
