/**
 * Cells that are none of those that the laws are of. With every weight and bias 0 the candidate of a GRU or an LSTM is
 * tanh(0) = 0, and so is every state that follows a state of zeros; here it is not.
 */
import neataptic from 'neataptic'
import synaptic from 'synaptic'

const lstm = new synaptic.Architect.LSTM(1, 1, 1)
lstm.neurons().forEach(({ neuron }) => {
  neuron.bias = 0
  Object.values(neuron.connections.inputs).forEach((connection) => (connection.weight = 0))
})
lstm.setOptimize(false)
lstm.activate([1])
const [inputGate, , memoryCell] = lstm.layers.hidden.map(({ list: [neuron] }) => neuron)
console.log(`synaptic Architect.LSTM: the memory cell answers ${memoryCell.activation}`)
const peepholes = Object.values(inputGate.connections.inputs).filter(({ from }) => from === memoryCell)
console.log(`  connections from the memory cell to the input gate, its peepholes: ${peepholes.length}`)
const unit = (name, net) => {
  net.nodes.forEach((node) => (node.bias = 0))
  net.connections.forEach((connection) => (connection.weight = 0))
  net.activate([1])
  const hidden = net.nodes.filter(({ type }) => type === 'hidden')
  const answers = hidden.map(({ activation, squash }) => `${activation} (${squash.name})`)
  console.log(`neataptic architect.${name}: its hidden nodes answer ${answers.join(', ')}`)
}
unit('LSTM', new neataptic.architect.LSTM(1, 1, 1))
unit('GRU', new neataptic.architect.GRU(1, 1, 1))
