/**
 * The oracle's answers in the terms of the laws: passages in, records of plain tensors out.
 */
import type { Axes } from '../../src/algebra/axis.js'
import { rowsOf, stepsOf } from '../../src/laws/model/sample.js'
import type { Sample } from '../../src/laws/model/sample.js'
import { range } from '../../src/laws/plain.js'
import type { Plain, PlainOneHot } from '../../src/laws/plain.js'
import { oracle, preactivations } from './reference/rnn.js'
import type { Activation } from './reference/rnn.js'

type Lists = readonly (readonly number[])[]

/** Rows of a matrix; a vector is one row. */
const listsOf = ({ axes, values }: Plain<Axes>): Lists => {
  const columns = axes[axes.length - 1].size
  return range(values.length / columns).map((row) => values.slice(row * columns, (row + 1) * columns))
}

const tables = ({ parameters, state }: Sample) => ({
  ...Object.fromEntries(Object.entries(parameters).map(([field, value]) => [field, listsOf(value)])),
  H_0: listsOf(state.H),
})

const characters = (passage: Sample, { indices }: PlainOneHot<unknown>): Lists =>
  range(stepsOf(passage)).map((t) => indices.slice(t * rowsOf(passage), (t + 1) * rowsOf(passage)))

export interface OracleAnswer {
  readonly loss: number
  readonly state: readonly number[]
  readonly gradients: Readonly<Record<string, readonly number[]>>
  readonly dState: readonly number[]
}

export const oracleAnswer = (phi: Activation, passage: Sample): OracleAnswer => {
  const { loss, state, gradients } = oracle(
    phi,
    tables(passage),
    characters(passage, passage.X),
    characters(passage, passage.Y),
    listsOf(passage.dState.H),
  )
  const { H_0, ...ofParameters } = gradients
  return {
    loss,
    state: state.flat(),
    gradients: Object.fromEntries(Object.entries(ofParameters).map(([field, rows]) => [field, rows.flat()])),
    dState: H_0.flat(),
  }
}

/** Every entry of every Z_t, which is where the kinks of relu are. */
export const preactivationsOf = (phi: Activation, passage: Sample): readonly number[] =>
  preactivations(phi, tables(passage), characters(passage, passage.X))
