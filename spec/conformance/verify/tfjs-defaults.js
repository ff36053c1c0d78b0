/**
 * Gates of TensorFlow.js layers at 1/8, one unit, all else 0: an LSTM with C_0 = -1/8 and b_o = 1/8, whose
 * H_1 = o * tanh(C_0 / 2); a GRU with H_0 = 1/8 and b_z = 1/8, whose H_1 = z * H_0. And what it says to resetAfter.
 */
import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { layers } from '@tensorflow/tfjs-layers'

await tf.setBackend('cpu')
const gates = { 'sigmoid(1/8) = 1 / (1 + exp(-1/8))': 1 / (1 + Math.exp(-1 / 8)), '0.2 * 1/8 + 0.5': 0.2 / 8 + 0.5 }
for (const [name, gate] of Object.entries(gates)) {
  const [lstm, gru] = [gate * Math.tanh(-1 / 16), gate / 8].map((x) => x.toFixed(6))
  console.log(`a gate of ${name}`.padEnd(47), `lstm ${lstm}  gru ${gru}`)
}

/** H_1 of a layer with these biases, from this state. */
const first = (layer, width, biases, state) => {
  const states = () => state.map((x) => tf.tensor2d([[x]]))
  layer.apply(tf.zeros([1, 1, 1]), { initialState: states() })
  layer.setWeights([tf.zeros([1, width]), tf.zeros([1, width]), tf.tensor1d(biases)])
  return layer.apply(tf.zeros([1, 1, 1]), { initialState: states() }).arraySync()[0][0].toFixed(6)
}
for (const settings of [{}, { recurrentActivation: 'sigmoid' }]) {
  const all = { units: 1, recurrentInitializer: 'zeros', ...settings }
  const lstm = first(layers.lstm(all), 4, [0, 0, 0, 1 / 8], [0, -1 / 8])
  const gru = first(layers.gru(all), 3, [1 / 8, 0, 0], [1 / 8])
  console.log(`layers with ${JSON.stringify(settings)}`.padEnd(47), `lstm ${lstm}  gru ${gru}`)
}
const refused = (() => {
  try {
    return String(layers.gru({ units: 1, resetAfter: true }))
  } catch ({ message }) {
    return message
  }
})()
console.log(`layers.gru({ resetAfter: true }): ${refused}`)
