/**
 * TensorFlow.js layers on its CPU backend, with tf.losses and tf.train; gradients are its own.
 * `tfjs.js rnn|gru|lstm sigmoid|hardSigmoid`: hardSigmoid is what gru and lstm have unless told otherwise.
 */
import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { layers, version_layers } from '@tensorflow/tfjs-layers'
import { beside, cut, mapRecord, oneHot, speak } from './speak.js'

const [cell, recurrentActivation] = process.argv.slice(2)
/** In the order in which the layer stacks them. */
const gates = { rnn: ['h'], gru: ['z', 'r', 'n'], lstm: ['i', 'f', 'g', 'o'] }[cell]
const states = cell === 'lstm' ? ['H', 'C'] : ['H']
const make = { rnn: layers.simpleRNN, gru: layers.gru, lstm: layers.lstm }[cell]
const gated = cell === 'rnn' ? {} : { recurrentActivation }

await tf.setBackend('cpu')
const made = new Map()
const networkFor = (V, H) => {
  const key = `${V} ${H}`
  if (!made.has(key)) {
    const flags = { returnSequences: true, returnState: true, recurrentInitializer: 'zeros', ...gated }
    const recurrent = make({ units: H, ...flags })
    const output = layers.dense({ units: V })
    // Their weights are made when they are first applied.
    output.apply(recurrent.apply(tf.zeros([1, 1, V]))[0])
    made.set(key, { recurrent, output })
  }
  return made.get(key)
}

/** The layers with these parameters, and the scores of a passage; X and O are N x T x V here. */
const passage = ({ parameters: p, state, X, Y }) => {
  const [V, H] = [p.b_q.length, p.W_hq.length]
  const { recurrent, output } = networkFor(V, H)
  const stacked = (letter) => tf.tensor2d(beside(gates.map((g) => p[`W_${letter}${g}`])))
  recurrent.setWeights([stacked('x'), stacked('h'), tf.tensor1d(gates.flatMap((g) => p[`b_${g}`]))])
  output.setWeights([tf.tensor2d(p.W_hq), tf.tensor1d(p.b_q)])
  const inputs = tf.transpose(tf.tensor3d(oneHot(X, V)), [1, 0, 2])
  const first = states.map((s) => tf.variable(tf.tensor2d(state[`${s}_0`])))
  const forward = () => {
    const [hidden, ...last] = recurrent.apply(inputs, { initialState: first })
    return { O: output.apply(hidden), hidden, last }
  }
  const labels = Y === undefined ? undefined : tf.transpose(tf.tensor3d(oneHot(Y, V)), [1, 0, 2])
  const weights = [...recurrent.trainableWeights, ...output.trainableWeights].map(({ val }) => val)
  return { forward, first, weights, loss: (O) => tf.losses.softmaxCrossEntropy(labels, O) }
}

const timeMajor = (tensor) => tf.transpose(tensor, [1, 0, 2]).arraySync()

const clean = (f) => (question) => {
  tf.engine().startScope()
  const answer = f(question)
  tf.engine().endScope()
  return answer
}

const forward = (question) => {
  const { O, hidden, last } = passage(question).forward()
  const state = Object.fromEntries(states.map((s, i) => [`${s}_T`, last[i].arraySync()]))
  return { O: timeMajor(O), H: timeMajor(hidden), state }
}

const loss = (question) => {
  const its = passage(question)
  return { loss: its.loss(its.forward().O).arraySync() }
}

const backpropagate = (question) => {
  const { forward: run, first, weights, loss: lossOf } = passage(question)
  const slopes = states.map((s) => question.dState?.[`d${s}_T`])
  const { value, grads } = tf.variableGrads(() => {
    const { O, last } = run()
    const follows = slopes.flatMap((d, i) => (d === undefined ? [] : [tf.sum(tf.mul(last[i], tf.tensor2d(d)))]))
    return follows.reduce((sum, each) => tf.add(sum, each), lossOf(O))
  }, [...weights, ...first])
  const of = (variable) => grads[variable.name].arraySync()
  const [W_x, W_h, b, W_hq, b_q] = weights.map(of)
  const fields = [cut(W_x, gates.length), cut(W_h, gates.length), cut([b], gates.length)]
  const gradients = gates.flatMap((g, k) => [
    [`W_x${g}`, fields[0][k]],
    [`W_h${g}`, fields[1][k]],
    [`b_${g}`, fields[2][k][0]],
  ])
  const dState = Object.fromEntries(states.map((s, i) => [`d${s}_0`, of(first[i])]))
  first.forEach((variable) => variable.dispose())
  return {
    gradients: { ...Object.fromEntries(gradients), W_hq, b_q },
    dState,
    // With dState, what was differentiated is not the loss alone.
    loss: question.dState === undefined ? value.arraySync() : loss(question).loss,
  }
}

const optimiserOf = ({ name, rate, beta, beta1, beta2, epsilon }) =>
  name === 'sgd'
    ? tf.train.sgd(rate)
    : name === 'momentum'
      ? tf.train.momentum(rate, beta)
      : tf.train.adam(rate, beta1, beta2, epsilon)

const optimise = ({ optimiser: its, parameters, gradients }) => {
  const variables = mapRecord(parameters, (value) => tf.variable(tf.tensor(value)))
  const optimiser = optimiserOf(its)
  const steps = gradients.map((record) => {
    optimiser.applyGradients(
      Object.fromEntries(Object.entries(record).map(([name, g]) => [variables[name].name, tf.tensor(g)])),
    )
    return mapRecord(variables, (variable) => variable.arraySync())
  })
  Object.values(variables).forEach((variable) => variable.dispose())
  optimiser.dispose()
  return { parameters: steps }
}

const layerName = { rnn: 'simpleRNN', gru: 'gru', lstm: 'lstm' }[cell]
await speak(
  {
    name: `TensorFlow.js ${version_layers}, ${layerName}${cell === 'rnn' ? '' : ` with ${recurrentActivation}`}`,
    ...{ cell, precision: 'single', stateAdjoint: true },
    ...(cell === 'gru' ? { reset: 'before' } : {}),
  },
  mapRecord({ forward, loss, backpropagate, optimise }, clean),
)
