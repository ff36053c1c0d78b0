/**
 * Laws of BPTT through the RNN cell that hold for one activation alone: a closed form without recursion where phi is
 * the identity, and what a gradient may be where one unit of one row stands at the kink of relu.
 */
import type { Axes } from '../../algebra/axis.js'
import { agreeAll } from '../agreement.js'
import { objectiveOf, startOf } from './check-model.js'
import type { Point } from './gradient-check.js'
import type { Law } from '../law.js'
import { rowsOf, stepsOf, vocabularyOf } from './sample.js'
import type { Plains, SampleWithCuts } from './sample.js'
import { maximum, minimum, range, total } from '../plain.js'
import type { Plain } from '../plain.js'
import type { ModelUnderTest } from './model-under-test.js'

/** A matrix as rows. */
type Matrix = readonly (readonly number[])[]

const rowsOfMatrix = ({ axes, values }: Plain<Axes>): Matrix =>
  range(axes[0].size).map((r) => values.slice(r * axes[1].size, (r + 1) * axes[1].size))
const transposed = (a: Matrix, columns: number): Matrix => range(columns).map((c) => a.map((row) => row[c]))
const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => range(b[0].length).map((c) => total(row.map((x, k) => x * b[k][c]))))
const plus = (a: Matrix, b: Matrix): Matrix => a.map((row, r) => row.map((x, c) => x + b[r][c]))
const power = (a: Matrix, exponent: number): Matrix =>
  range(exponent).reduce<Matrix>((product) => times(product, a), a.map((_, r) => a.map((__, c) => (r === c ? 1 : 0))))

/** (softmax(o) - onehot(y)) / (T N) of one row of scores. */
const adjointOfScores = (o: readonly number[], y: number, count: number): readonly number[] => {
  const largest = maximum(o)
  const exps = o.map((score) => Math.exp(score - largest))
  return exps.map((e, v) => (e / total(exps) - (v === y ? 1 : 0)) / count)
}

/** dH_t for t = 1..T, at places 0..T-1, each as the sum of all paths from H_t to a later dO: nothing is passed on. */
const adjointsOfStates = (passage: SampleWithCuts, scores: Matrix): readonly Matrix[] => {
  const [T, N] = [stepsOf(passage), rowsOf(passage)]
  const [W_hh, W_hq] = [rowsOfMatrix(passage.parameters.W_hh), rowsOfMatrix(passage.parameters.W_hq)]
  const [W_hhT, W_hqT] = [transposed(W_hh, W_hh.length), transposed(W_hq, vocabularyOf(passage))]
  const dO = range(T).map((t) =>
    range(N).map((n) => adjointOfScores(scores[t * N + n], passage.Y.indices[t * N + n], T * N)),
  )
  return range(T).map((t) =>
    range(T - t)
      .map((k) => times(times(dO[t + k], W_hqT), power(W_hhT, k)))
      .reduce(plus, times(rowsOfMatrix(passage.dState.H), power(W_hhT, T - 1 - t))),
  )
}

/** The gradients of the cell's parameters and of the state, from dZ_t = dH_t. */
const closedForm = (
  { model }: ModelUnderTest,
  passage: SampleWithCuts,
): { readonly gradients: Plains; readonly dState: Plains } => {
  const [T, N] = [stepsOf(passage), rowsOf(passage)]
  const { scores, hidden } = model.forward(passage)
  const dH = adjointsOfStates(passage, rowsOfMatrix(scores))
  const H = rowsOfMatrix(hidden)
  const H_0 = rowsOfMatrix(passage.state.H)
  const { W_xh, W_hh, b_h } = passage.parameters
  // The sum over all steps t and rows n of x_tn times row n of dH_t.
  const summed = (x: (t: number, n: number) => number, column: number): number =>
    total(range(T).flatMap((t) => range(N).map((n) => x(t, n) * dH[t][n][column])))
  const each = ({ axes }: Plain<Axes>, x: (row: number) => (t: number, n: number) => number): Plain<Axes> => ({
    axes,
    values: range(axes[0].size).flatMap((row) => range(H_0[0].length).map((column) => summed(x(row), column))),
  })
  const before = (t: number, n: number): readonly number[] => (t === 0 ? H_0[n] : H[(t - 1) * N + n])
  return {
    gradients: {
      W_xh: each(W_xh, (v) => (t, n) => (passage.X.indices[t * N + n] === v ? 1 : 0)),
      W_hh: each(W_hh, (i) => (t, n) => before(t, n)[i]),
      b_h: { axes: b_h.axes, values: range(H_0[0].length).map((column) => summed(() => 1, column)) },
    },
    dState: {
      H: {
        axes: passage.state.H.axes,
        values: times(dH[0], transposed(rowsOfMatrix(W_hh), H_0[0].length)).flat(),
      },
    },
  }
}

/** The laws of the RNN cell whose phi is the identity. */
export const identityLaws: readonly Law<ModelUnderTest, SampleWithCuts>[] = [
  {
    name: 'for phi = identity, dH_t = sum over i = t..T of dO_(T+t-i) W_hq^T (W_hh^T)^(T-i)',
    cites: ['bptt-o', 'bptt-h', 'bptt-w', 'bptt-state'],
    holds: (subject, passage) => {
      const [ours, off] = [subject.model.backpropagate(passage), subject.errors.backpropagate(passage)]
      const { gradients, dState } = closedForm(subject, passage)
      const ofCell = ({ W_xh, W_hh, b_h }: Plains): Plains => ({ W_xh, W_hh, b_h })
      return (
        agreeAll(ofCell(off.gradients), ofCell(ours.gradients), gradients) && agreeAll(off.dState, ours.dState, dState)
      )
    },
  },
]

/** sqrt(eps): half of a one-sided difference's digits are lost to rounding, and half to the curve. */
const STEP = 2 ** -26
/** What is left of them: the second derivatives of a few units in a row stay below ten. */
const TOLERANCE = 1e-6

/** The slopes of f to the right and to the left of one entry of a point. */
const oneSided = (f: (point: Point) => number, point: Point, field: string, index: number): readonly number[] => {
  const moved = (by: number): number => f({ ...point, [field]: point[field].with(index, point[field][index] + by) })
  const here = f(point)
  return [(moved(STEP) - here) / STEP, (here - moved(-STEP)) / STEP]
}

/**
 * The laws of the RNN cell whose phi is relu, in double precision; one unit of one row stands at its kink in one step.
 *
 * Where several do, their slopes add up, and the gradient need not lie between the sums. For H = 2, T = 1 and H_0 = 0,
 * let the first row of W_hh be (1, -1), the rows of W_hq (1, 0) and (-1, 0), all else 0, and y = 0: both one-sided
 * slopes of the loss in the first entry of H_0 are -1/2, and the gradient is 0.
 */
export const kinkLaws: readonly Law<ModelUnderTest, SampleWithCuts>[] = [
  {
    name: 'where one unit of one row is at the kink of relu, every gradient lies between the one-sided slopes',
    cites: ['hidden', 'bptt-h'],
    holds: ({ model }, passage) => {
      const { gradients, dState } = model.backpropagate(passage)
      const point = startOf(passage)
      return Object.entries(startOf({ parameters: gradients, state: dState })).every(([field, claims]) =>
        claims.every((claimed, index) => {
          const slopes = oneSided(objectiveOf(model)(passage), point, field, index)
          return claimed >= minimum(slopes) - TOLERANCE && claimed <= maximum(slopes) + TOLERANCE
        }),
      )
    },
  },
]
