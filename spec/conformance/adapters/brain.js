/**
 * The recurrent networks of brain.js: their equations, one a step, with the embedding set to the identity, so that the
 * first weights are W_xh. `brain.js rnn|gru|lstm brain.js|brain.js-2`
 *
 * An equation predicts the sum of the losses in bits, of one row: divided by the labels, and in nats, it is the mean.
 */
import { createRequire } from 'node:module'
import { rowsOf, speak, transposed } from './speak.js'

const [cell, name] = process.argv.slice(2)
const { recurrent } = (await import(name)).default
const Network = { rnn: recurrent.RNN, gru: recurrent.GRU, lstm: recurrent.LSTM }[cell]
/** Its matrices by the names of the equations. */
const fields = {
  rnn: { W_xh: 'weight', W_hh: 'transition', b_h: 'bias' },
  gru: gateFields({ r: 'resetGate', z: 'updateGate', n: 'cellWrite' }, ['InputMatrix', 'HiddenMatrix', 'Bias']),
  lstm: gateFields({ i: 'input', f: 'forget', g: 'cellActivation', o: 'output' }, ['Matrix', 'Hidden', 'Bias']),
}[cell]

function gateFields(gates, [x, h, b]) {
  return Object.fromEntries(
    Object.entries(gates).flatMap(([gate, name]) => [
      [`W_x${gate}`, name + x],
      [`W_h${gate}`, name + h],
      [`b_${gate}`, name + b],
    ]),
  )
}

const write = (matrix, nested) => nested.flat().forEach((x, i) => (matrix.weights[i] = x))
/** As its matrices have them: output by input. */
const turned = (value) => (Array.isArray(value[0]) ? transposed(value) : value)
const readDeltas = ({ deltas, columns }, like) =>
  Array.isArray(like[0]) ? transposed(rowsOf(deltas, columns)) : Array.from(deltas)

/**
 * A network with these parameters, its state before the first step, and T equations. It counts a token more than it is
 * told; of inputs there is one too many, since it takes no network of one.
 */
const networkOf = (p, H_0, T) => {
  const [V, H] = [p.b_q.length, p.W_hq.length]
  const net = new Network({ inputSize: V, inputRange: V, outputSize: V - 1, hiddenLayers: [H] })
  net.initialize()
  const { model } = net
  write(model.input, Array.from({ length: V }, (_, i) => Array.from({ length: V }, (_, j) => (i === j ? 1 : 0))))
  const matrices = {
    ...Object.fromEntries(Object.entries(fields).map(([name, own]) => [name, model.hiddenLayers[0][own]])),
    ...{ W_hq: model.outputConnector, b_q: model.output },
  }
  Object.entries(p).forEach(([name, value]) => write(matrices[name], turned(value)))
  write(net.initialLayerInputs[0], [H_0])
  Array.from({ length: T }, () => net.bindEquation())
  return { net, model, matrices }
}

/** Each row by itself: the scores, the hidden states, and what `then` makes of the network. */
const eachRow = ({ parameters, state, X }, then = () => {}) =>
  state.H_0.map((H_0, n) => {
    const { net, model, matrices } = networkOf(parameters, H_0, X.length)
    const O = X.map((row, t) => Array.from(model.equations[t].runIndex(row[n]).weights))
    const H = model.equationConnections.map(([hidden]) => Array.from(hidden.weights))
    return { O, H, then: then({ net, model, matrices }, n) }
  })

const inSteps = (rows) => rows[0].map((_, t) => rows.map((row) => row[t]))

const forward = (question) => {
  const rows = eachRow(question)
  const H = inSteps(rows.map((row) => row.H))
  return { O: inSteps(rows.map((row) => row.O)), H, state: { H_T: H.at(-1) } }
}

/** Forward once more with the labels: the loss of each step in bits, whose slopes are left in the scores. */
const bits = ({ X, Y }, { model }, n) =>
  X.reduce((sum, row, t) => sum + model.equations[t].predictTargetIndex(row[n], Y[t][n]), 0)
const total = (numbers) => numbers.reduce((sum, x) => sum + x, 0)
const labels = ({ X }) => X.length * X[0].length

const loss = (question) => {
  const rows = eachRow(question, (network, n) => bits(question, network, n))
  return { loss: (total(rows.map((row) => row.then)) * Math.LN2) / labels(question) }
}

const sumOf = (a, b) => (Array.isArray(a) ? a.map((x, i) => sumOf(x, b[i])) : a + b)
const scaled = (a, c) => (Array.isArray(a) ? a.map((x) => scaled(x, c)) : a * c)

const backpropagate = (question) => {
  const rows = eachRow(question, (network, n) => {
    const sum = bits(question, network, n)
    const read = question.X.map((row, t) => [network.model.equations[t], row[n]])
    read.toReversed().forEach(([equation, x]) => equation.backpropagateIndex(x))
    const gradients = Object.entries(question.parameters).map(([name, like]) => [
      name,
      readDeltas(network.matrices[name], like),
    ])
    return { sum, gradients: Object.fromEntries(gradients) }
  })
  const its = rows.map((row) => row.then)
  const names = Object.keys(question.parameters)
  const mean = (name) => scaled(its.map(({ gradients }) => gradients[name]).reduce(sumOf), 1 / labels(question))
  return {
    gradients: Object.fromEntries(names.map((name) => [name, mean(name)])),
    loss: (total(its.map(({ sum }) => sum)) * Math.LN2) / labels(question),
  }
}

/** The largest score each time, from a state of zeros. */
const generate = ({ parameters, prefix, length }) => {
  const { model } = networkOf(parameters, parameters.W_hq.map(() => 0), prefix.length + length)
  const text = [...prefix]
  Array.from({ length: prefix.length + length - 1 }).forEach((_, t) => {
    const { weights } = model.equations[t].runIndex(text[t])
    if (t + 1 >= prefix.length) text.push(weights.indexOf(Math.max(...weights)))
  })
  return { text }
}

const { version } = createRequire(import.meta.url)(`${name}/package.json`)
await speak(
  {
    name: `brain.js ${version}, recurrent.${cell.toUpperCase()}`,
    // Its matrices are of Float32Array where there are such.
    ...{ cell, precision: 'single' },
    ...(cell === 'rnn' ? { activation: 'relu' } : {}),
    ...(cell === 'gru' ? { reset: 'before' } : {}),
  },
  // Its LSTM has nowhere to put C_0 or read C_T: it is asked for texts alone, which begin with zeros.
  cell === 'lstm' ? { generate } : { forward, loss, backpropagate, generate },
)
