/** What is to be said of each run in which laws fail: read from its numbers, and verified without adapter and laws. */

export interface Finding {
  readonly run: string
  /** Something else than the equations of its own name or its own loss, or another convention than is said to be. */
  readonly is: 'wrong' | 'another convention' | 'not confirmed'
  readonly says: string
  /** The script that shows it, by its id, and a number that it must have written. */
  readonly proof?: string
  readonly shows?: readonly string[]
}

const biases =
  'It assigns the gradient of a bias at every step where it should add to it (`left.deltas[i] = product.deltas[i]` ' +
  'in its `addB`). Since backpropagation ends at the first step, the gradients of all biases are those of the ' +
  'first step alone. At one step, where there is nothing to add, they are right.'

const ofBrain = (brain: string): readonly Finding[] => [
  {
    ...{ run: `${brain}-rnn`, is: 'wrong', says: biases },
    proof: `${brain}-gradients-rnn`,
    shows: ['-0.30138  wrong', '-0.500000000'],
  },
  {
    run: `${brain}-gru`,
    is: 'wrong',
    says:
      `${biases} And 1 - z has no derivative: \`allOnes\` and \`cloneNegative\` are written into its equations ` +
      'without a backward function, so that the update gate learns nothing from the candidate, at one step ' +
      'already. And a state that is used several times is assigned the slope of one use (`multiplyElementB`), so ' +
      'that what later steps hand back is lost in part. Forward it is right.',
    proof: `${brain}-gradients-gru`,
    shows: ['-0.04380  wrong', '0.01007  wrong', '-0.001950566'],
  },
  {
    run: `${brain}-lstm`,
    is: 'wrong',
    says:
      'It has no cell state. The forget gate multiplies the hidden state of the step before where it should ' +
      'multiply the cell: C_t = f * H_{t-1} + i * g (`multiplyElement(forgetGate, previousResult)`). From the ' +
      'second step on it is another network than an LSTM. Its state cannot be set or read for want of C, which is ' +
      'why it was asked for texts alone; the script shows the numbers. The gradients of its biases are those of ' +
      'the first step too.',
    proof: `${brain}-lstm-cell`,
    shows: ['0.258118', '0.219765'],
  },
]

export const findings: readonly Finding[] = [
  {
    run: 'torch-functional-call',
    is: 'wrong',
    says:
      '`torch.nn.utils.stateless.functional_call` in this version computes `torch.nn.RNN` with the numbers that ' +
      'the module was made with, not with the parameters that it is called with, and does not say so: the module ' +
      'keeps a list of its weights of its own, which the call does not change. The module ' +
      'itself is right, as the runs above show, when parameters are loaded into it ' +
      'or set as its attributes. It is known as [issue 90500](https://github.com/pytorch/pytorch/issues/90500) of ' +
      'PyTorch, which a later change says to fix; later versions were not run.',
    proof: 'functional-call',
    shows: ['-0.916463', '0.000000'],
  },
  ...['gru', 'lstm'].map(
    (cell): Finding => ({
      run: `tfjs-${cell}-hardSigmoid`,
      is: 'another convention',
      says:
        `\`tf.layers.${cell}\` has gates of \`hardSigmoid\`, max(0, min(1, 0.2 x + 0.5)), unless told otherwise. ` +
        "With `recurrentActivation: 'sigmoid'` it is the cell of the equations, and all laws hold. Weights that were " +
        'trained elsewhere need that setting.',
      proof: 'tfjs-defaults',
      shows: ['-0.033157  gru 0.066401', '-0.032770  gru 0.065625'],
    }),
  ),
  ...['brain', 'brain-2'].flatMap(ofBrain),
]

/** What was looked at and cannot be asked. */
export const unchecked: readonly { readonly name: string; readonly why: string; readonly proof?: string }[] = [
  {
    name: 'synaptic 1.1.4, `Architect.LSTM`',
    why:
      'has peephole connections, and its memory cell answers a logistic function of its state, where an LSTM has ' +
      'o * tanh(C). With all weights and biases 0 it answers 0.5.',
    proof: 'other-cells',
  },
  {
    name: 'neataptic 1.4.7, `architect.LSTM` and `architect.GRU`',
    why:
      'are graphs of nodes of their own: the memory cell of the LSTM is a logistic function, and so is what the GRU ' +
      'gives on. With all weights and biases 0, where both stay at 0, they answer 0.5.',
    proof: 'other-cells',
  },
  {
    name: 'TensorFlow.js, `tf.layers.gru({ resetAfter: true })`',
    why: 'is refused with an error: the GRU that resets after the product, as PyTorch has it, is not there.',
    proof: 'tfjs-defaults',
  },
  {
    name: 'ONNX Runtime, gradients',
    why: 'were not asked for: the adapter runs its operators forward.',
  },
  {
    name: 'recurrentjs',
    why: 'is not on the npm registry; its descendant recurrent-js is.',
  },
]
