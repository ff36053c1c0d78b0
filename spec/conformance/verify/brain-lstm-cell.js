/**
 * The second step of an LSTM of one unit, all of whose parameters are 0 but b_g = 1: gates are sigmoid(0) = 1/2 and
 * g = tanh(1) at every step. By plain arithmetic, and by brain.js, or brain.js-2 as the argument says, without
 * adapter.
 */
const { recurrent } = (await import(process.argv[2])).default

const g = Math.tanh(1)
const C_1 = g / 2
const H_1 = Math.tanh(C_1) / 2
const C_2 = C_1 / 2 + g / 2
console.log(`H_1 by the equations           ${H_1.toFixed(6)}`)
console.log(`H_2 with f * C_1, an LSTM's    ${(Math.tanh(C_2) / 2).toFixed(6)}`)
console.log(`H_2 with f * H_1 in its place  ${(Math.tanh(H_1 / 2 + g / 2) / 2).toFixed(6)}`)

const net = new recurrent.LSTM({ inputSize: 1, inputRange: 1, outputSize: 1, hiddenLayers: [1] })
net.initialize()
net.model.allMatrices.forEach(({ weights }) => weights.fill(0))
net.model.hiddenLayers[0].cellActivationBias.weights[0] = 1
for (const t of [1, 2]) {
  net.bindEquation()
  net.model.equations[t - 1].runIndex(0)
  console.log(`H_${t} by brain.js                ${net.model.equationConnections[t - 1][0].weights[0].toFixed(6)}`)
}
