/**
 * One that takes part, as a process of its own: answers requests on stdin, a line of JSON for each.
 *
 *   contender.js float32       the reference reading
 *   contender.js onnx 2        the compiled engine on 2 threads
 *   contender.js floor         only the matrix products of the step, in the same runtime
 *   contender.js stepwise      generation, a run of the compiled forward pass for each character
 *   contender.js unfolded      generation, the whole text in one run
 */
import { createRequire } from 'node:module'
import process from 'node:process'
import { createInterface } from 'node:readline'
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { axis, entries } from '../../src/algebra/axis.js'
import { flatAxes } from '../../src/algebra/names.js'
import { tensorsOf } from '../../src/algebra/tensors.js'
import type { Carrier, TensorAlgebra } from '../../src/algebra/tensor-algebra.js'
import { forwardGraph, generationGraph, NEXT } from '../../src/engine/index.js'
import { onnxEngine } from '../../src/engine/onnx.js'
import type { Runtime, RuntimeTensor } from '../../src/engine/runtime.js'
import { nativeRuntime } from '../../src/engine/runtime.js'
import { float32 } from '../../src/interpret/float32.js'
import { compile } from '../../src/interpret/onnx/compile.js'
import { chain, clipByGlobalNorm, directStep, freshLearner, sgd } from '../../src/train/index.js'
import type { Minibatch, Outcome } from '../../src/train/engine.js'
import { batchAxis, languageModel, parameterAxes, rnnKind } from '../../src/model/index.js'
import { seeded } from '../../src/random.js'
import { argmax, greedy, readPrefix, reader, writeCharacters } from '../../src/generate/index.js'
import type { Answer, Request } from './process.js'
import { centred, minibatches, parameter } from './numbers.js'
import { COMPARED_STEPS, ETA, THETA } from './tasks.js'
import type { Generation, Size, Task, Training } from './tasks.js'

/** What is timed (`once`), how it is begun anew, and what it answers at first. */
interface Prepared {
  readonly answer: Answer
  readonly again: () => void
  readonly once: (call: number) => Promise<unknown>
  readonly close: () => Promise<void>
}

/** What everybody begins to write from. */
const FIRST_CHARACTER = 0

const nothing = (): void => undefined
const nothingLater = (): Promise<void> => Promise.resolve()

const optimiserOf = <F extends Carrier>(algebra: TensorAlgebra<F>) =>
  chain(clipByGlobalNorm(algebra)(THETA), sgd(algebra)(ETA))
const optimiser = optimiserOf(float32)

const right = <A>(result: Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

const modelOf = ({ V, H }: Pick<Size, 'V' | 'H'>) => languageModel(rnnKind(), { vocabulary: V, hidden: H })

/** The parameters all begin with, by their names, as numbers. */
const numbersOf = (task: Pick<Size, 'V' | 'H'>): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(
    Object.entries(flatAxes(parameterAxes(float32, modelOf(task)))).map(([field, axes]) => [
      field,
      parameter(field, entries(axes)),
    ]),
  )

const parametersOf = (task: Pick<Size, 'V' | 'H'>) => {
  const numbers = numbersOf(task)
  return tensorsOf<'float32'>((axes, { path: [field] }) => float32.tensor(axes, numbers[field]))(
    parameterAxes(float32, modelOf(task)),
  )
}

const learnerOf = (task: Training) =>
  freshLearner(float32, modelOf(task), optimiser, batchAxis(task.N), parametersOf(task))

/** Training steps, one from where the last one led, minibatch after minibatch. */
const training = async <L>(
  task: Training,
  first: L,
  step: (learner: L, minibatch: Minibatch) => Promise<Outcome<L>>,
  close: () => Promise<void>,
): Promise<Prepared> => {
  const data = minibatches(task)
  let learner = first
  const once = async (call: number): Promise<number> => {
    const outcome = await step(learner, data[call % data.length])
    learner = outcome.learner
    return outcome.loss
  }
  const again = () => {
    learner = first
  }
  const losses: number[] = []
  for (let call = 0; call < COMPARED_STEPS; call++) losses.push(await once(call))
  return { answer: { losses }, again, once, close }
}

/** Generation: one text a call. */
const generation = async (write: () => Promise<readonly number[]>, close: () => Promise<void>): Promise<Prepared> => ({
  answer: { written: await write() },
  again: nothing,
  once: write,
  close,
})

const eager = (task: Task): Promise<Prepared> => {
  if (task.kind === 'training') {
    const step = directStep(float32, modelOf(task), optimiser)
    const now = (...given: Parameters<typeof step>) => Promise.resolve(right(step(...given)()))
    return training(task, learnerOf(task), now, nothingLater)
  }
  const model = reader(float32, modelOf(task), parametersOf(task))
  const write = () => {
    const begun = { ...readPrefix(model, [FIRST_CHARACTER]), random: seeded(0) }
    const [written, last] = writeCharacters(model, greedy, task.length - 1)(begun)
    return Promise.resolve([...written, argmax(last.scores)])
  }
  return generation(write, nothingLater)
}

const engine = async (runtime: Runtime, task: Training, threads: number): Promise<Prepared> => {
  const { N, T } = task
  const request = { model: modelOf(task), optimiser: optimiserOf, batch: N, steps: T }
  const compiled = right(await onnxEngine(runtime, request, threads)())
  return training(
    task,
    compiled.load(learnerOf(task)),
    async (learner, minibatch) => right(await compiled.step(learner, minibatch)()),
    async () => {
      await compiled.close()
    },
  )
}

/** The matrix products of one training step, and nothing else: T forward, T backward, and the four large ones. */
const products = (task: Size): Uint8Array => {
  const { V, H, N, T } = task
  const [rows, batch] = [axis('rows', N * T), axis('batch', N)]
  const [hidden, vocabulary] = [axis('hidden', H), axis('vocabulary', V)]
  const steps = Array.from({ length: T })
  return compile(
    {
      tensors: {
        state: [batch, hidden],
        states: [rows, hidden],
        dO: [rows, vocabulary],
        W_hh: [hidden, hidden],
        W_hq: [hidden, vocabulary],
      },
      oneHots: {},
    },
    ({ matmul, matmulNT, matmulTN }, { tensors: { state, states, dO, W_hh, W_hq } }) => ({
      tensors: {
        forward: steps.reduce<typeof state>((H_prev) => matmul(H_prev, W_hh) as never, state) as never,
        O: matmul(states, W_hq) as never,
        dW_hq: matmulTN(states, dO) as never,
        dH: matmulNT(dO, W_hq) as never,
        backward: steps.reduce<typeof state>((dZ) => matmulNT(dZ, W_hh) as never, state) as never,
        dW_hh: matmulTN(states, states) as never,
      },
    }),
    { name: 'products', description: 'The matrix products of one training step.' },
  )
}

const FLOOR_STREAM = 64

const floor = async (runtime: Runtime, task: Training, threads: number): Promise<Prepared> => {
  const { V, H, N, T } = task
  const session = await runtime.createSession(products(task), threads)
  const tensor = (stream: number, deviation: number, rows: number, columns: number): RuntimeTensor => {
    const numbers = centred(FLOOR_STREAM + stream, rows * columns, deviation)
    return runtime.tensor('float32', Float32Array.from(numbers), [rows, columns])
  }
  const feeds = {
    state: tensor(0, 0.5, N, H),
    states: tensor(1, 0.5, N * T, H),
    dO: tensor(2, 1 / (N * T), N * T, V),
    // About as large as what they are multiplied with, so that T products neither vanish nor overflow.
    W_hh: tensor(3, 1 / Math.sqrt(H), H, H),
    W_hq: tensor(4, 1 / Math.sqrt(H), H, V),
  }
  return { answer: {}, again: nothing, once: () => session.run(feeds), close: () => session.release() }
}

const zeros = (runtime: Runtime, { H }: Generation) => runtime.tensor('float32', new Float32Array(H), [1, H])

const index = (runtime: Runtime, dims: readonly number[], n: number) =>
  runtime.tensor('int64', BigInt64Array.of(BigInt(n)), dims)

const stepwise = async (runtime: Runtime, task: Generation, threads: number): Promise<Prepared> => {
  const model = forwardGraph({ model: modelOf(task), batch: 1, steps: 1 }, numbersOf(task))
  const session = await runtime.createSession(model, threads)
  const write = async () => {
    const written: number[] = []
    let hidden = zeros(runtime, task)
    let character = FIRST_CHARACTER
    while (written.length < task.length) {
      const results = await session.run({ 'hidden.H': hidden, inputs: index(runtime, [1], character) })
      const scores = results['scores'].data as Float32Array
      character = scores.reduce((best, score, i) => (score > scores[best] ? i : best), 0)
      hidden = results[`${NEXT}hidden.H`]
      written.push(character)
    }
    return written
  }
  return generation(write, () => session.release())
}

const unfolded = async (runtime: Runtime, task: Generation, threads: number): Promise<Prepared> => {
  const model = generationGraph({ model: modelOf(task) }, numbersOf(task))
  const session = await runtime.createSession(model, threads)
  const write = async () => {
    const { characters } = await session.run({
      'hidden.H': zeros(runtime, task),
      first: index(runtime, [1], FIRST_CHARACTER),
      length: index(runtime, [], task.length),
    })
    return Array.from(characters.data as BigInt64Array, Number)
  }
  return generation(write, () => session.release())
}

const [name, threads = '1'] = process.argv.slice(2)

const prepare = async (task: Task): Promise<Prepared> => {
  if (name === 'float32') return eager(task)
  const runtime = right(await nativeRuntime())
  if (task.kind === 'training') return (name === 'floor' ? floor : engine)(runtime, task, Number(threads))
  return (name === 'stepwise' ? stepwise : unfolded)(runtime, task, Number(threads))
}

/** The milliseconds of each call, for as long as the budget lasts, but at least once. */
const measure = async ({ once, again }: Prepared, budget: number): Promise<Answer> => {
  again()
  const milliseconds: number[] = []
  const begin = performance.now()
  while (milliseconds.length === 0 || performance.now() - begin < budget) {
    const before = performance.now()
    await once(milliseconds.length)
    milliseconds.push(performance.now() - before)
  }
  return { milliseconds }
}

const say = (answer: Answer): void => {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

const versions = (): Readonly<Record<string, string>> => {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { readonly version: string }
  return { node: process.version.slice(1), 'onnxruntime-node': version }
}

say({ versions: versions() })
let prepared: Prepared | undefined
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Request
  if ('prepare' in request) {
    await prepared?.close()
    prepared = await prepare(request.prepare)
    say(prepared.answer)
  } else if (prepared !== undefined) {
    say(await measure(prepared, request.measure))
  }
}
await prepared?.close()
