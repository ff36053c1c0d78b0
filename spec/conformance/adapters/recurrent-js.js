/**
 * recurrent-js, a descendant of recurrentjs: its networks and graph, a row at a time. `recurrent-js.js rnn|lstm LAYERS`
 *
 * It has no loss: whoever uses it writes the slopes of the scores. The cross entropy and its slopes are this adapter's.
 */
import { createRequire } from 'node:module'
import recurrent from 'recurrent-js'
import { mapRecord, rowsOf, speak, transposed } from './speak.js'

const { Graph, LSTM, Mat, RNN } = recurrent
const [cell, count] = process.argv.slice(2)
const layers = Array.from({ length: Number(count) }, (_, layer) => ({ layer, before: layer === 0 ? '' : `${layer}.` }))
const gates = cell === 'rnn' ? { h: '' } : { i: 'input', f: 'forget', g: 'cell', o: 'output' }
const states = cell === 'lstm' ? { H: 'hiddenActivationState', C: 'cells' } : { H: 'hiddenActivationState' }

/** Its matrices by the names of the equations, output by input. */
const matricesOf = ({ model: { hidden, decoder } }) => ({
  ...Object.fromEntries(
    layers.flatMap(({ layer, before }) =>
      Object.entries(gates).flatMap(([gate, name]) => {
        const its = name === '' ? hidden : hidden[name]
        return [
          [`${before}W_x${gate}`, its.Wx[layer]],
          [`${before}W_h${gate}`, its.Wh[layer]],
          [`${before}b_${gate}`, its.bh[layer]],
        ]
      }),
    ),
  ),
  ...{ W_hq: decoder.Wh, b_q: decoder.b },
})

const column = (numbers) => {
  const mat = new Mat(numbers.length, 1)
  mat.setFrom(numbers)
  return mat
}

/** One row read from its state: the network's own results of each step. */
const read = ({ parameters: p, state, X }, n) => {
  const [V, H] = [p.b_q.length, p.W_hq.length]
  const net = new (cell === 'rnn' ? RNN : LSTM)({
    architecture: { inputSize: V, hiddenUnits: layers.map(() => H), outputSize: V },
  })
  const matrices = matricesOf(net)
  Object.entries(p).forEach(([name, value]) => {
    matrices[name].setFrom((Array.isArray(value[0]) ? transposed(value) : value).flat())
  })
  const graph = new Graph()
  graph.memorizeOperationSequence(true)
  const part = (s) => layers.map(({ before }) => column(state[`${before}${s}_0`][n]))
  const first = Object.fromEntries(Object.entries(states).map(([s, name]) => [name, part(s)]))
  const steps = []
  X.forEach((row) => {
    const x = column(p.b_q.map((_, v) => (v === row[n] ? 1 : 0)))
    steps.push(net.forward(x, steps.at(-1) ?? first, graph))
  })
  return { matrices, graph, first, steps }
}

const rows = (question, of) => question.X[0].map((_, n) => of(read(question, n), n))
const parts = Object.entries(states).flatMap(([s, name]) => layers.map((each) => ({ s, name, ...each })))
const inSteps = (each) => each[0].map((_, t) => each.map((row) => row[t]))

const forward = (question) => {
  const read = rows(question, ({ steps }) => steps)
  const its = (of) => inSteps(read.map((steps) => steps.map((step) => Array.from(of(step).w))))
  return {
    O: its(({ output }) => output),
    H: its(({ hiddenActivationState }) => hiddenActivationState.at(-1)),
    state: Object.fromEntries(
      parts.map(({ s, name, layer, before }) => [
        `${before}${s}_T`,
        read.map((steps) => Array.from(steps.at(-1)[name][layer].w)),
      ]),
    ),
  }
}

const softmax = (scores) => {
  const powers = scores.map((o) => Math.exp(o - Math.max(...scores)))
  const sum = powers.reduce((a, b) => a + b)
  return powers.map((e) => e / sum)
}

const loss = (question) => {
  const losses = rows(question, ({ steps }, n) =>
    steps.map(({ output }, t) => -Math.log(softmax(Array.from(output.w))[question.Y[t][n]])),
  ).flat()
  return { loss: losses.reduce((a, b) => a + b) / losses.length }
}

const sumOf = (a, b) => (Array.isArray(a) ? a.map((x, i) => sumOf(x, b[i])) : a + b)

const backpropagate = (question) => {
  const { parameters, X, Y, dState } = question
  const labels = X.length * X[0].length
  const each = rows(question, ({ matrices, graph, first, steps }, n) => {
    steps.forEach(({ output }, t) => {
      const P = softmax(Array.from(output.w))
      P.forEach((p, v) => (output.dw[v] = (p - (v === Y[t][n] ? 1 : 0)) / labels))
    })
    const last = steps.at(-1)
    if (dState !== undefined)
      parts.forEach(({ s, name, layer, before }) => {
        dState[`${before}d${s}_T`][n].forEach((d, i) => (last[name][layer].dw[i] += d))
      })
    graph.backward()
    const gradients = Object.entries(parameters).map(([name, like]) => {
      const { dw, cols } = matrices[name]
      return [name, Array.isArray(like[0]) ? transposed(rowsOf(dw, cols)) : Array.from(dw)]
    })
    const slopes = parts.map(({ s, name, layer, before }) => [`${before}d${s}_0`, Array.from(first[name][layer].dw)])
    return { gradients: Object.fromEntries(gradients), slopes: Object.fromEntries(slopes) }
  })
  const sumOfRows = (_, name) => each.map(({ gradients }) => gradients[name]).reduce(sumOf)
  return {
    gradients: mapRecord(parameters, sumOfRows),
    dState: mapRecord(each[0].slopes, (_, name) => each.map(({ slopes }) => slopes[name])),
  }
}

const { version } = createRequire(import.meta.url)('recurrent-js/package.json')
await speak(
  {
    name: `recurrent-js ${version}, ${cell.toUpperCase()}`,
    ...{ cell, layers: layers.length, stateAdjoint: true },
    ...(cell === 'rnn' ? { activation: 'relu' } : {}),
  },
  { forward, loss, backpropagate },
)
