/**
 * ONNX Runtime's own operators RNN, GRU and LSTM, with MatMul, Add and SoftmaxCrossEntropyLoss after them, forward.
 * `onnxruntime.js rnn|gru|gru-before|lstm`: gru-before is GRU with linear_before_reset=0, as the paper has it.
 */
import { createRequire } from 'node:module'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { encodeModel } from '../../../dist/interpret/onnx/encode.js'
import { oneHot, rowsOf, speak, transposed } from './speak.js'

const [kind] = process.argv.slice(2)
const cell = kind.replace('-before', '')
const biases = kind === 'gru-before' ? 'one' : 'two'
/** In the order in which the operator stacks them. */
const gates = { rnn: ['h'], gru: ['z', 'r', 'n'], lstm: ['i', 'o', 'f', 'g'] }[cell]
const states = cell === 'lstm' ? ['H', 'C'] : ['H']

const [FLOAT, INT64] = [1, 7]
const [INT, IR_VERSION, OPSET] = [2, 8, 14]
const value = (type) => (name) => ({ name, type: { tensor_type: { elem_type: type } } })
const node = (op_type, input, output, attributes = {}) => ({
  ...{ op_type, input, output, name: op_type },
  attribute: Object.entries(attributes).map(([name, i]) => ({ name, i, type: INT })),
})

const modelOf = (hidden) => {
  const first = states.map((s) => `${s}_0`)
  const last = states.map((s) => `${s}_T`)
  const attributes = { hidden_size: hidden, ...(kind === 'gru' ? { linear_before_reset: 1 } : {}) }
  return encodeModel({
    ...{ ir_version: IR_VERSION, producer_name: 'conformance', opset_import: [{ version: OPSET }] },
    graph: {
      name: kind,
      node: [
        node(cell.toUpperCase(), ['X', 'W', 'R', 'B', '', ...first], ['Y', ...last], attributes),
        node('Reshape', ['Y', 'rows'], ['H']),
        node('MatMul', ['H', 'W_hq'], ['HW']),
        node('Add', ['HW', 'b_q'], ['O']),
        node('SoftmaxCrossEntropyLoss', ['O', 'labels'], ['loss']),
      ],
      initializer: [],
      input: [
        ...['X', 'W', 'R', 'B', ...first, 'W_hq', 'b_q'].map(value(FLOAT)),
        ...['rows', 'labels'].map(value(INT64)),
      ],
      output: ['O', 'H', 'loss', ...last].map(value(FLOAT)),
    },
  })
}

const sessions = new Map()
const sessionFor = async (hidden) => {
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1 }
  if (!sessions.has(hidden)) sessions.set(hidden, await InferenceSession.create(modelOf(hidden), options))
  return sessions.get(hidden)
}

const shapeOf = (nested) => (Array.isArray(nested) ? [nested.length, ...shapeOf(nested[0])] : [])
const float = (nested) => new Tensor('float32', Float32Array.from(nested.flat(Infinity)), shapeOf(nested))
const int64 = (numbers) => new Tensor('int64', BigInt64Array.from(numbers.map(BigInt)), [numbers.length])

const run = async ({ parameters: p, state, X, Y }) => {
  const [T, N, V, H] = [X.length, X[0].length, p.b_q.length, p.W_hq.length]
  const stacked = (letter) => gates.flatMap((g) => transposed(p[`W_${letter}${g}`]))
  const bias =
    biases === 'two'
      ? ['i', 'h'].flatMap((from) => gates.flatMap((g) => p[`b_${from}${g}`]))
      : [...gates.flatMap((g) => p[`b_${g}`]), ...gates.flatMap((g) => p[`b_${g}`].map(() => 0))]
  const got = await (await sessionFor(H)).run({
    X: float(oneHot(X, V)),
    W: float([stacked('x')]),
    R: float([stacked('h')]),
    B: float([bias]),
    ...Object.fromEntries(states.map((s) => [`${s}_0`, float([state[`${s}_0`]])])),
    ...{ W_hq: float(p.W_hq), b_q: float(p.b_q), rows: int64([T * N, H]), labels: int64((Y ?? X).flat()) },
  })
  const inSteps = (tensor, width) => {
    const rows = rowsOf(tensor.data, width)
    return Array.from({ length: T }, (_, t) => rows.slice(t * N, (t + 1) * N))
  }
  return {
    ...{ O: inSteps(got.O, V), H: inSteps(got.H, H), loss: got.loss.data[0] },
    state: Object.fromEntries(states.map((s) => [`${s}_T`, rowsOf(got[`${s}_T`].data, H)])),
  }
}

const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json')
await speak(
  {
    name: `ONNX Runtime ${version}, ${cell.toUpperCase()}`,
    ...{ cell, biases, precision: 'single' },
    ...(cell === 'gru' ? { reset: kind === 'gru' ? 'after' : 'before' } : {}),
  },
  {
    forward: async (question) => {
      const { O, H, state } = await run(question)
      return { O, H, state }
    },
    loss: async (question) => ({ loss: (await run(question)).loss }),
  },
)
