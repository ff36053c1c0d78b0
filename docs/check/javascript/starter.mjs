/**
 * The character-level recurrent neural network in JavaScript, held to its laws by
 *
 *     pure-rnn check -- node my_rnn.mjs
 *
 * V characters, H hidden units, N rows, T steps. X and Y are characters by their numbers, T lists of N; the parameters
 * p are W_xh (V x H), W_hh (H x H), b_h (H), W_hq (H x V) and b_q (V), lists of rows.
 */
import { createInterface } from 'node:readline'

const zeros = (n) => Array.from({ length: n }, () => 0)
const zerosLike = (A) => (Array.isArray(A) ? A.map(zerosLike) : 0)
const plus = (a, b) => a.map((x, i) => x + b[i])
const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0)
/** The row h times the matrix W, and times W transposed. */
const times = (h, W) => W[0].map((_, j) => h.reduce((sum, x, i) => sum + x * W[i][j], 0))
const timesTransposed = (h, W) => W.map((row) => dot(h, row))
/** Adds h^T d to the matrix G. */
const addOuter = (G, h, d) => h.forEach((x, i) => d.forEach((y, j) => (G[i][j] += x * y)))
const addTo = (g, d) => d.forEach((y, j) => (g[j] += y))

/** The scores O, T x N x V, and the hidden states H, T x N x H. */
const forward = (p, H_0, X) => {
  // Your part: H_t = tanh(X_t W_xh + H_{t-1} W_hh + b_h), and O_t = H_t W_hq + b_q.
  throw new Error('not written yet')
}

/** The logarithms of the probabilities that a row of scores gives. */
const logSoftmax = (o) => {
  // Your part: log P = o - log(sum(exp(o))). Take the largest score from o first, so that nothing overflows.
  throw new Error('not written yet')
}

/** The mean of -log P of all T N labels. */
const loss = (O, Y) => {
  // Your part: of each row of each step, the entry of log P at its label.
  throw new Error('not written yet')
}

/** The gradients of the loss, by the names of p, and dH_0. dH_T is what comes back from after the last step. */
const backpropagate = (p, H_0, X, Y, dH_T) => {
  // Your part: dO = (P - Y) / (T N); then from the last step to the first dH_t, dZ_t = dH_t (1 - H_t^2) and the sums.
  throw new Error('not written yet')
}

// Your part, when all that holds: clipping, optimisers, sampling, writing and training.

// How each question is answered.
const answerForward = ({ parameters, state, X }) => {
  const { O, H } = forward(parameters, state.H_0, X)
  return { O, H, state: { H_T: H.at(-1) } }
}
const answerLoss = ({ parameters, state, X, Y }) => ({ loss: loss(forward(parameters, state.H_0, X).O, Y) })
const answerBackpropagate = ({ parameters, state, X, Y, dState }) => {
  const { gradients, dH_0 } = backpropagate(parameters, state.H_0, X, Y, dState.dH_T)
  return { gradients, dState: { dH_0 } }
}

// What is written so far: add loss: answerLoss, and so on.
const answers = {
  forward: answerForward,
  // Your part, once they are written.
}

const answer = (ask, question) => {
  if (ask === 'hello') return { name: 'RNN in JavaScript', cell: 'rnn', stateAdjoint: true, can: Object.keys(answers) }
  try {
    return answers[ask](question)
  } catch (error) {
    if (error.message !== 'not written yet') throw error
    return { error: error.message }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, ask, ...question } = JSON.parse(line)
  console.log(JSON.stringify({ id, ...answer(ask, question) }))
}
