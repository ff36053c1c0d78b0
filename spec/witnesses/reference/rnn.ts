/**
 * The oracle: the character-level RNN straight from its definition, over nested lists of numbers, differentiated by
 * dual numbers. It shares no line with `src`, and no idea either: one-hot rows are dense, softmax is the quotient of
 * its definition, the loss is a double sum, and no adjoint is written down anywhere.
 *
 * Legend: X[t][n] and Y[t][n] are the characters of row n at step t and one later; H_0[n][h] is the state before the
 * first step. A bias is a table of one row.
 */
import { constant, evaluate, exp, log, over, partials, plus, sum, times } from './dual.js'
import type { Dual, Tables } from './dual.js'

type Row = readonly Dual[]
type Characters = readonly (readonly number[])[]

export type Activation = 'tanh' | 'relu' | 'identity'

const activated: Readonly<Record<Activation, (z: Dual) => Dual>> = {
  // By its definition; |z| stays far from where e^z overflows.
  tanh: (z) => over(plus(exp(z), times(constant(-1), exp(minus(z)))), plus(exp(z), exp(minus(z)))),
  relu: (z) => (z.value > 0 ? z : constant(0)),
  identity: (z) => z,
}

const minus = (z: Dual): Dual => times(constant(-1), z)

/** Entry `column` of the row vector x times a matrix. */
const entryOfProduct = (x: Row, matrix: readonly Row[], column: number): Dual =>
  sum(x.map((x_i, i) => times(x_i, matrix[i][column])))

/** 1 at the character's place, 0 elsewhere. */
const oneHot = (character: number, vocabulary: number): Row =>
  [...Array(vocabulary).keys()].map((v) => constant(v === character ? 1 : 0))

/** Z_t of one row: its entries are x W_xh + h W_hh + b_h. */
const preactivation = ({ W_xh, W_hh, b_h }: Tables<Dual>, h: Row, character: number): Row =>
  b_h[0].map((b, j) =>
    plus(plus(entryOfProduct(oneHot(character, W_xh.length), W_xh, j), entryOfProduct(h, W_hh, j)), b),
  )

const scores = ({ W_hq, b_q }: Tables<Dual>, h: Row): Row =>
  b_q[0].map((b, v) => plus(entryOfProduct(h, W_hq, v), b))

/** -log of the softmax of the scores at y. */
const surprise = (o: Row, y: number): Dual => minus(log(over(exp(o[y]), sum(o.map(exp)))))

interface Run {
  /** [t][n][h] */
  readonly Z: readonly (readonly Row[])[]
  readonly states: readonly (readonly Row[])[]
}

const run = (phi: Activation, at: Tables<Dual>, X: Characters): Run =>
  X.reduce<Run>(
    ({ Z, states }, characters, t) => {
      const Z_t = characters.map((character, n) => preactivation(at, states[t][n], character))
      return { Z: [...Z, Z_t], states: [...states, Z_t.map((z) => z.map(activated[phi]))] }
    },
    { Z: [], states: [at.H_0] },
  )

/** What the oracle answers: tables of the same shape as the arguments it was given. */
export interface Answer {
  readonly loss: number
  readonly state: readonly (readonly number[])[]
  readonly gradients: Tables<number>
}

/**
 * The mean loss, the last state and every partial derivative.
 *
 * @param at W_xh, W_hh, b_h, W_hq, b_q and H_0
 * @param weights what the loss of whatever follows has for slopes in the last state: the derivatives are those of
 *   the mean loss plus the sum of weights[n][h] H_T[n][h]
 */
export const oracle = (
  phi: Activation,
  at: Tables<number>,
  X: Characters,
  Y: Characters,
  weights: readonly (readonly number[])[],
): Answer => {
  const last = (tables: Tables<Dual>): readonly Row[] => run(phi, tables, X).states[X.length]
  const loss = (tables: Tables<Dual>): Dual => {
    const { states } = run(phi, tables, X)
    const surprises = Y.flatMap((labels, t) => labels.map((y, n) => surprise(scores(tables, states[t + 1][n]), y)))
    return over(sum(surprises), constant(surprises.length))
  }
  const afterwards = (tables: Tables<Dual>): Dual =>
    sum(last(tables).flatMap((h, n) => h.map((entry, j) => times(constant(weights[n][j]), entry))))
  return {
    loss: evaluate(loss, at).value,
    state: evaluate(last, at).map((h) => h.map(({ value }) => value)),
    gradients: partials((tables) => plus(loss(tables), afterwards(tables)), at),
  }
}

/** Every entry of every Z_t: where the kinks of relu are. */
export const preactivations = (phi: Activation, at: Tables<number>, X: Characters): readonly number[] =>
  evaluate((tables) => run(phi, tables, X).Z, at).flatMap((step) => step.flatMap((z) => z.map(({ value }) => value)))
