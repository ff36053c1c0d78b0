/** What is run: each adapter with its arguments, and what it needs. */

const python = process.env['CONFORMANCE_PYTHON'] ?? 'python3'
const py = (file, ...args) => ({ command: [python, `spec/conformance/adapters/${file}`, ...args] })
const js = (file, ...args) => ({ command: ['node', `spec/conformance/adapters/${file}`, ...args] })

const torch = 'PyTorch: `CONFORMANCE_PYTHON=/usr/bin/python3` says which Python has it'
const packages = '`npm run conformance -- --install`'
const engine = '`npm install` at the root'

/** In the order of the page. `needs` is what to do where it does not start. */
export const runs = [
  ...['double', 'single'].map((p) => ({ id: `torch-autograd-${p}`, needs: torch, ...py('torch_scratch.py', p) })),
  ...['rnn', 'relu', 'gru', 'lstm'].map((cell) => ({
    ...{ id: `torch-${cell}-double`, needs: torch },
    ...py('torch_nn.py', cell, 'double', '1'),
  })),
  { id: 'torch-lstm-2-layers', needs: torch, ...py('torch_nn.py', 'lstm', 'double', '2') },
  ...['rnn', 'gru', 'lstm'].map((cell) => ({
    ...{ id: `torch-${cell}-single`, needs: torch },
    ...py('torch_nn.py', cell, 'single', '1'),
  })),
  { id: 'torch-functional-call', needs: torch, ...py('torch_nn.py', 'rnn', 'double', '1', 'functional_call') },
  ...['rnn', 'gru', 'gru-before', 'lstm'].map((kind) => ({
    ...{ id: `onnxruntime-${kind}`, needs: engine },
    ...js('onnxruntime.js', kind),
  })),
  { id: 'tfjs-rnn', needs: packages, ...js('tfjs.js', 'rnn') },
  ...['gru', 'lstm'].flatMap((cell) =>
    ['sigmoid', 'hardSigmoid'].map((gate) => ({
      ...{ id: `tfjs-${cell}-${gate}`, needs: packages },
      ...js('tfjs.js', cell, gate),
    })),
  ),
  ...['brain.js', 'brain.js-2'].flatMap((name) =>
    ['rnn', 'gru', 'lstm'].map((cell) => ({
      ...{ id: `${name.replace('.js', '')}-${cell}`, needs: packages },
      ...js('brain.js', cell, name),
    })),
  ),
  { id: 'recurrent-js-rnn', needs: packages, ...js('recurrent-js.js', 'rnn', '1') },
  { id: 'recurrent-js-lstm', needs: packages, ...js('recurrent-js.js', 'lstm', '2') },
]

/** What computes expected numbers again, without adapter and without the laws. */
export const proofs = [
  ...['brain.js', 'brain.js-2'].flatMap((name) => {
    const proof = (what, ...args) => ({
      ...{ id: [name.replace('.js', ''), what, ...args.map((arg) => arg.toLowerCase())].join('-'), needs: packages },
      command: ['node', `spec/conformance/verify/brain-${what}.js`, name, ...args],
    })
    return [...['RNN', 'GRU', 'LSTM'].map((cell) => proof('gradients', cell)), proof('lstm-cell')]
  }),
  ...['tfjs-defaults', 'other-cells'].map((what) => ({
    ...{ id: what, needs: packages },
    command: ['node', `spec/conformance/verify/${what}.js`],
  })),
  { id: 'functional-call', needs: torch, command: [python, 'spec/conformance/verify/functional_call.py'] },
]
