/**
 * brain.js against itself, without adapter: the gradient that its `backpropagate` leaves in each matrix after its
 * `trainInput`, beside the slope of its own loss, by central differences. Three characters, two units; one step, then
 * four. `brain-gradients.js brain.js|brain.js-2 RNN|GRU|LSTM`
 */
const [name, cell] = process.argv.slice(2)
const { recurrent } = (await import(name)).default

/** Its loss of a text in nats: trainInput gives 2^(bits / (n - 1)) / 100, so that its equations are asked. */
const lossOf = (net, input) => {
  const tokens = [0, ...input.map((x) => x + 1), 0]
  const bits = tokens.slice(1).map((token, t) => net.model.equations[t].predictTargetIndex(tokens[t], token))
  return bits.reduce((a, b) => a + b) * Math.LN2
}

/** Its matrices are of single precision: a smaller step would lose more than it gains. */
const [STEP, ABSOLUTE, RELATIVE] = [2 ** -7, 5e-5, 0.01]
const slope = (net, matrix, i, input) => {
  const own = matrix.weights[i]
  const [up, down] = [own + STEP, own - STEP].map((w) => {
    matrix.weights[i] = w
    return lossOf(net, input)
  })
  matrix.weights[i] = own
  return (up - down) / (2 * STEP)
}

const matricesOf = ({ model: { hiddenLayers, outputConnector, output } }) => ({
  ...{ ...hiddenLayers[0], outputConnector, output },
})

for (const input of [[], [0, 1, 0]]) {
  const net = new recurrent[cell]({ inputSize: 3, inputRange: 2, outputSize: 2, hiddenLayers: [2] })
  net.initialize()
  // Positive, so that no relu is at its kink; the same each time.
  net.model.allMatrices.forEach(({ weights }, k) => {
    weights.forEach((_, i) => (weights[i] = 0.1 + ((3 * k + 7 * i) % 10) / 16))
  })
  net.trainInput(input)
  net.backpropagate(input)
  const own = Object.entries(matricesOf(net)).map(([name, matrix]) => [name, matrix, Array.from(matrix.deltas)])
  console.log(`${cell}, steps: ${input.length + 1}; first entry of a gradient, of the differences; all entries`)
  for (const [name, matrix, deltas] of own) {
    const slopes = deltas.map((_, i) => slope(net, matrix, i, input))
    const wrong = slopes.some((x, i) => Math.abs(x - deltas[i]) > ABSOLUTE + RELATIVE * Math.abs(x))
    const numbers = [deltas[0], slopes[0]].map((x) => x.toFixed(5).padStart(9))
    console.log(`  ${name.padEnd(22)} ${numbers.join(' ')}  ${wrong ? 'wrong' : 'right'}`)
  }
}

/** The gradient at the smallest sample for which the check fails, by plain arithmetic; all that is not named is 0. */
const n = Math.tanh(-1 / 8)
const P_1 = 1 / (1 + Math.exp(n / 16))
const byHand = {
  RNN: ['db_q[0] of two steps, labels 0: twice (1/2 - 1) / 2', (2 * (1 / 2 - 1)) / 2],
  GRU: ['dW_xz[0][0] where b_n = W_hq[0][1] = -1/8, label 0: (-P_1 / 8) * (0 - n) * z * (1 - z)', (P_1 * n) / 8 / 4],
}[cell]
if (byHand !== undefined) console.log(`by hand, ${byHand[0]} = ${byHand[1].toFixed(9)}`)
