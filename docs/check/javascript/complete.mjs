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
  let H_t = H_0
  const H = X.map((X_t) => {
    H_t = H_t.map((h, n) => plus(plus(p.W_xh[X_t[n]], times(h, p.W_hh)), p.b_h).map(Math.tanh))
    return H_t
  })
  return { O: H.map((rows) => rows.map((h) => plus(times(h, p.W_hq), p.b_q))), H }
  // End of your part.
}

/** The logarithms of the probabilities that a row of scores gives. */
const logSoftmax = (o) => {
  // Your part: log P = o - log(sum(exp(o))). Take the largest score from o first, so that nothing overflows.
  const largest = Math.max(...o)
  const logSum = Math.log(o.reduce((sum, x) => sum + Math.exp(x - largest), 0))
  return o.map((x) => x - largest - logSum)
  // End of your part.
}

/** The mean of -log P of all T N labels. */
const loss = (O, Y) => {
  // Your part: of each row of each step, the entry of log P at its label.
  const each = O.flatMap((rows, t) => rows.map((o, n) => -logSoftmax(o)[Y[t][n]]))
  return each.reduce((sum, x) => sum + x, 0) / each.length
  // End of your part.
}

/** The gradients of the loss, by the names of p, and dH_0. dH_T is what comes back from after the last step. */
const backpropagate = (p, H_0, X, Y, dH_T) => {
  // Your part: dO = (P - Y) / (T N); then from the last step to the first dH_t, dZ_t = dH_t (1 - H_t^2) and the sums.
  const { O, H } = forward(p, H_0, X)
  const labels = Y.length * Y[0].length
  const g = Object.fromEntries(Object.entries(p).map(([name, value]) => [name, zerosLike(value)]))
  let dH_next = dH_T
  for (let t = X.length - 1; t >= 0; t--) {
    const H_prev = t > 0 ? H[t - 1] : H_0
    dH_next = dH_next.map((next, n) => {
      const h = H[t][n]
      const dO = logSoftmax(O[t][n]).map((logP, v) => (Math.exp(logP) - (v === Y[t][n] ? 1 : 0)) / labels)
      const dH = plus(timesTransposed(dO, p.W_hq), next)
      const dZ = dH.map((d, i) => d * (1 - h[i] ** 2))
      addOuter(g.W_hq, h, dO)
      addTo(g.b_q, dO)
      addTo(g.W_xh[X[t][n]], dZ)
      addOuter(g.W_hh, H_prev[n], dZ)
      addTo(g.b_h, dZ)
      return timesTransposed(dZ, p.W_hh)
    })
  }
  return { gradients: g, dH_0: dH_next }
  // End of your part.
}

// Your part, when all that holds: clipping, optimisers, sampling, writing and training.
const flat = (A) => (Array.isArray(A) ? A.flat(Infinity) : [A])
/** Applies f to the entries of tensors of one shape, and to those of records of them. */
const mapEntries = (f, A, ...others) =>
  Array.isArray(A) ? A.map((a, i) => mapEntries(f, a, ...others.map((B) => B[i]))) : f(A, ...others)
const mapAll = (f, p, ...others) =>
  Object.fromEntries(Object.keys(p).map((name) => [name, mapEntries(f, p[name], ...others.map((q) => q[name]))]))

/** The gradients, scaled down to a norm of theta where it is larger. */
const clip = (g, theta) => {
  const norm = Math.hypot(...Object.values(g).flatMap(flat))
  return norm > theta ? mapAll((d) => d * (theta / norm), g) : g
}

/** A function from parameters and gradients to the parameters after one step. */
const optimiser = (its, parameters) => {
  let t = 0
  let m = mapAll(() => 0, parameters)
  let v = m
  return (p, g) => {
    t++
    let update = g
    if (its.name === 'momentum') update = m = mapAll((a, d) => its.beta * a + d, m, g)
    if (its.name === 'adam') {
      m = mapAll((a, d) => its.beta1 * a + (1 - its.beta1) * d, m, g)
      v = mapAll((a, d) => its.beta2 * a + (1 - its.beta2) * d ** 2, v, g)
      const [c1, c2] = [1 - its.beta1 ** t, 1 - its.beta2 ** t]
      update = mapAll((a, b) => a / c1 / (Math.sqrt(b / c2) + its.epsilon), m, v)
    }
    return mapAll((x, d) => x - its.rate * d, p, update)
  }
}

/** The minibatches of one epoch, of a text in which character i is i. */
const sample = ({ sampling, length, batch, steps, seed }) => {
  const rows = (starts, by) => Array.from({ length: steps }, (_, t) => starts.map((start) => start + t + by))
  const minibatch = (starts, reset) => ({ X: rows(starts, 0), Y: rows(starts, 1), reset })
  if (sampling === 'consecutive') {
    const row = Math.floor(length / batch)
    return Array.from({ length: Math.floor((row - 1) / steps) }, (_, k) =>
      minibatch(Array.from({ length: batch }, (_, n) => n * row + k * steps), k === 0))
  }
  const starts = Array.from({ length: Math.floor((length - 1) / steps) }, (_, i) => i * steps)
  let state = (seed % 2147483646) + 1
  for (let i = starts.length - 1; i > 0; i--) {
    state = (state * 48271) % 2147483647
    const j = state % (i + 1)
    ;[starts[i], starts[j]] = [starts[j], starts[i]]
  }
  return Array.from({ length: Math.floor(starts.length / batch) }, (_, k) =>
    minibatch(starts.slice(k * batch, (k + 1) * batch), true))
}

/** The prefix, and length characters more, each the one with the largest score. */
const generate = (p, prefix, length) => {
  const text = [...prefix]
  let H_t = [zeros(p.b_h.length)]
  for (let k = 0; k < prefix.length + length - 1; k++) {
    const { O, H } = forward(p, H_t, [[text[k]]])
    H_t = H[0]
    if (k + 1 === text.length) text.push(O[0][0].indexOf(Math.max(...O[0][0])))
  }
  return text
}

/** The loss of each minibatch before its step, and the parameters after the last. */
const train = (parameters, minibatches, theta, its) => {
  const step = optimiser(its, parameters)
  let [p, H_t] = [parameters]
  const losses = minibatches.map(({ X, Y, reset }) => {
    const none = X[0].map(() => zeros(p.b_h.length))
    const H_0 = reset ? none : H_t
    const { O, H } = forward(p, H_0, X)
    const mean = loss(O, Y)
    H_t = H.at(-1)
    p = step(p, clip(backpropagate(p, H_0, X, Y, none).gradients, theta))
    return mean
  })
  return { losses, parameters: p }
}
// End of your part.

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
  loss: answerLoss,
  backpropagate: answerBackpropagate,
  clip: ({ gradients, theta }) => ({ gradients: clip(gradients, theta) }),
  optimise: ({ optimiser: its, parameters, gradients }) => {
    const step = optimiser(its, parameters)
    let p = parameters
    return { parameters: gradients.map((g) => (p = step(p, g))) }
  },
  sample: (question) => ({ minibatches: sample(question) }),
  generate: ({ parameters, prefix, length }) => ({ text: generate(parameters, prefix, length) }),
  train: ({ parameters, minibatches, theta, optimiser: its }) => train(parameters, minibatches, theta, its),
  // End of your part.
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
