/**
 * A plain cell with loops over lists, as somebody writes it from the textbook: what `check` is tried on. It knows
 * nothing of this package but the names of the questions' fields.
 */
import type { Answers, NestedRecord, OptimiserQuestion } from '../../src/laws/check/subject.js'
import type { PlannedCharacters, Questions } from '../../src/laws/check/subject.js'

type Vector = readonly number[]
type Matrix = readonly Vector[]
interface Parameters {
  readonly W_xh: Matrix
  readonly W_hh: Matrix
  readonly b_h: Vector
  readonly W_hq: Matrix
  readonly b_q: Vector
}

export const hello = {
  name: 'plain-rnn.ts',
  cell: 'rnn',
  stateAdjoint: true,
  can: ['forward', 'loss', 'backpropagate', 'clip', 'optimise', 'sample', 'generate', 'train'],
}

const range = (n: number): readonly number[] => [...Array(n).keys()]
const sum = (xs: Vector): number => xs.reduce((a, b) => a + b, 0)
const plus = (a: Vector, b: Vector): Vector => a.map((x, i) => x + b[i])
const times = (a: Vector, W: Matrix): Vector => W[0].map((_, j) => sum(a.map((x, i) => x * W[i][j])))
const transposed = (W: Matrix): Matrix => W[0].map((_, j) => W.map((row) => row[j]))
/** The same done to every number. */
type Numbers = number | readonly Numbers[]
const each = (f: (...xs: readonly number[]) => number, first: Numbers, ...others: readonly Numbers[]): Numbers =>
  typeof first === 'number'
    ? f(first, ...(others as readonly number[]))
    : first.map((inner, i) => each(f, inner, ...others.map((other) => (other as readonly Numbers[])[i])))
const flat = (a: Numbers): Vector => (typeof a === 'number' ? [a] : a.flatMap(flat))
const record = (a: NestedRecord, f: (name: string) => Numbers): NestedRecord =>
  Object.fromEntries(Object.keys(a).map((name) => [name, f(name)]))

const probabilities = (scores: Vector): Vector => {
  const largest = Math.max(...scores)
  const powers = scores.map((o) => Math.exp(o - largest))
  return powers.map((e) => e / sum(powers))
}

const forward = ({ parameters, state, X }: Questions['forward']) => {
  const { W_xh, W_hh, b_h, W_hq, b_q } = parameters as unknown as Parameters
  let H = state['H_0'] as Matrix
  const states = X.map((characters) => {
    H = H.map((h, n) => plus(plus(W_xh[characters[n]], times(h, W_hh)), b_h).map(Math.tanh))
    return H
  })
  return { O: states.map((rows) => rows.map((h) => plus(times(h, W_hq), b_q))), H: states, state: { H_T: H } }
}

const lossOf = (O: readonly Matrix[], Y: Questions['loss']['Y']): number =>
  sum(O.flatMap((rows, t) => rows.map((o, n) => -Math.log(probabilities(o)[Y[t][n]])))) / (Y.length * Y[0].length)

const backpropagate = (question: Questions['backpropagate']): Answers['backpropagate'] => {
  const { parameters, state, X, Y, dState } = question
  const { W_xh, W_hh, b_h, W_hq, b_q } = parameters as unknown as Parameters
  const { O, H } = forward(question)
  const gradients = {
    ...{ W_xh: W_xh.map((row) => row.map(() => 0)), W_hh: W_hh.map((row) => row.map(() => 0)), b_h: b_h.map(() => 0) },
    ...{ W_hq: W_hq.map((row) => row.map(() => 0)), b_q: b_q.map(() => 0) },
  }
  const N = X[0].length
  let dH: Matrix = (dState?.['dH_T'] as Matrix | undefined) ?? X[0].map(() => b_h.map(() => 0))
  for (const t of range(X.length).toReversed()) {
    dH = range(N).map((n) => {
      const dO = probabilities(O[t][n]).map((p, q) => (p - (q === Y[t][n] ? 1 : 0)) / (X.length * N))
      const before = t === 0 ? (state['H_0'] as Matrix)[n] : H[t - 1][n]
      const dZ = plus(times(dO, transposed(W_hq)), dH[n]).map((d, i) => d * (1 - H[t][n][i] ** 2))
      dO.forEach((d, q) => {
        gradients.b_q[q] += d
        H[t][n].forEach((h, i) => (gradients.W_hq[i][q] += h * d))
      })
      dZ.forEach((d, i) => {
        gradients.b_h[i] += d
        gradients.W_xh[X[t][n]][i] += d
        before.forEach((h, j) => (gradients.W_hh[j][i] += h * d))
      })
      return times(dZ, transposed(W_hh))
    })
  }
  return { gradients, loss: lossOf(O, Y), dState: { dH_0: dH } }
}

const clip = ({ gradients, theta }: Questions['clip']): Answers['clip'] => {
  const norm = Math.hypot(...Object.values(gradients).flatMap(flat))
  if (norm <= theta) return { gradients }
  return { gradients: record(gradients, (f) => each((g) => (g / norm) * theta, gradients[f])) }
}

const optimise = ({ optimiser, parameters, gradients }: Questions['optimise']): readonly NestedRecord[] => {
  const zeros = record(parameters, (name) => each(() => 0, parameters[name]))
  let [p, v, s] = [parameters, zeros, zeros]
  return gradients.map((g, i) => {
    v = record(p, (f) => each((a, b) => velocity(optimiser, a, b), v[f], g[f]))
    if (optimiser.name === 'adam') {
      const { rate, beta1, beta2, epsilon } = optimiser
      s = record(p, (f) => each((a, b) => beta2 * a + (1 - beta2) * b * b, s[f], g[f]))
      const [m, n] = [1 - beta1 ** (i + 1), 1 - beta2 ** (i + 1)]
      p = record(p, (f) => each((w, a, b) => w - (rate * (a / m)) / (Math.sqrt(b / n) + epsilon), p[f], v[f], s[f]))
    } else p = record(p, (f) => each((w, a) => w - optimiser.rate * a, p[f], v[f]))
    return p
  })
}

/** What a step goes along: the gradient, or the mean or sum of it and earlier ones. */
const velocity = (optimiser: OptimiserQuestion, before: number, g: number): number =>
  optimiser.name === 'sgd'
    ? g
    : optimiser.name === 'momentum'
      ? optimiser.beta * before + g
      : optimiser.beta1 * before + (1 - optimiser.beta1) * g

const sample = ({ sampling, length, batch, steps }: Questions['sample']): readonly PlannedCharacters[] => {
  const each = Math.floor(length / batch)
  const random = sampling === 'random'
  const minibatches = random
    ? Math.floor(Math.floor((length - 1) / steps) / batch)
    : Math.floor((each - 1) / steps)
  return range(minibatches).map((k) => {
    const start = (n: number): number => (random ? (k * batch + n) * steps : n * each + k * steps)
    const read = (more: number) => range(steps).map((t) => range(batch).map((n) => start(n) + t + more))
    return { X: read(0), Y: read(1), reset: random || k === 0 }
  })
}

const generate = ({ parameters, prefix, length }: Questions['generate']): readonly number[] => {
  const state = { H_0: [(parameters['b_h'] as Vector).map(() => 0)] }
  const next = (text: readonly number[]): number => {
    const { O } = forward({ parameters, state, X: text.map((x) => [x]) })
    const [scores] = O[text.length - 1]
    return scores.indexOf(Math.max(...scores))
  }
  return range(length).reduce<readonly number[]>((text) => [...text, next(text)], prefix)
}

const train = ({ parameters, minibatches, theta, optimiser }: Questions['train']): Answers['train'] => {
  const zeros = minibatches[0].X[0].map(() => (parameters['b_h'] as Vector).map(() => 0))
  const gradients: NestedRecord[] = []
  const losses: number[] = []
  let state: Matrix = zeros
  let now = parameters
  for (const { X, Y, reset } of minibatches) {
    const question = { parameters: now, state: { H_0: reset ? zeros : state }, X, Y }
    const answer = backpropagate(question)
    losses.push(answer.loss ?? NaN)
    state = forward(question).state.H_T
    gradients.push(clip({ gradients: answer.gradients, theta }).gradients)
    now = optimise({ optimiser, parameters, gradients })[gradients.length - 1]
  }
  return { losses, parameters: now }
}

/** Its answers, by what is asked for. */
export const answers: { readonly [A in keyof Questions]: (question: Questions[A]) => Answers[A] } = {
  forward,
  loss: (question) => ({ loss: lossOf(forward(question).O, question.Y) }),
  backpropagate,
  clip,
  optimise: (question) => ({ parameters: optimise(question) }),
  sample: (question) => ({ minibatches: sample(question) }),
  generate: (question) => ({ text: generate(question) }),
  train,
}
