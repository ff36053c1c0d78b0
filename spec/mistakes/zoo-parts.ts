/**
 * BPTT in exchangeable parts, in double precision, so that one of them can be replaced by a wrong one.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axes } from '../../src/algebra/axis.js'
import type { TensorAlgebra, Tensors } from '../../src/algebra/tensor-algebra.js'
import { float64 } from '../../src/interpret/float64.js'
import { plainModel } from '../../src/laws/model/plain-model.js'
import type { PlainModel } from '../../src/laws/model/plain-model.js'
import { rowsOf, stepsOf } from '../../src/laws/model/sample.js'
import type { Sample, Plains } from '../../src/laws/model/sample.js'
import { read, readOneHot } from '../../src/laws/plain.js'
import { tanh } from '../../src/model/activation.js'
import type { Cell } from '../../src/model/cell.js'
import { crossEntropyBackward, crossEntropyForward } from '../../src/model/loss.js'
import { forward } from '../../src/model/model.js'
import { layer } from '../../src/model/layers.js'
import type { Characters, OneLayer } from '../../src/model/layers.js'
import type { Forward, Parameters, State } from '../../src/model/model.js'
import { outputBackward } from '../../src/model/output.js'
import type { Batch, Hidden, OutputParameters, Rows, Vocabulary } from '../../src/model/parameters.js'
import { rnn } from '../../src/model/rnn.js'
import type { Rnn } from '../../src/model/rnn.js'
import { unrollBackward } from '../../src/model/unroll.js'
import type { Tape } from '../../src/model/unroll.js'

export type F = 'float64'
export type Tensor<A extends Axes> = Kind<F, A>

const { axesOf, fill, toArray } = float64

/** Everything that the forward pass leaves behind. */
export interface Run extends Forward<F, OneLayer<Rnn>> {
  readonly parameters: Parameters<F, OneLayer<Rnn>>
  readonly initial: State<F, OneLayer<Rnn>>
  readonly X: Characters<F>
  readonly Y: Characters<F>
  readonly logP: Tensor<[Rows, Vocabulary]>
  readonly loss: Tensor<[]>
  readonly T: number
  readonly N: number
}

/** What BPTT returns. */
export interface Adjoints {
  readonly gradients: Parameters<F, OneLayer<Rnn>>
  readonly dState: State<F, OneLayer<Rnn>>
}

/** The parts of BPTT, any of which can be exchanged for a wrong one. */
export interface Parts {
  readonly labels: (run: Run) => Characters<F>
  readonly adjointOfScores: (logP: Tensor<[Rows, Vocabulary]>, Y: Characters<F>, run: Run) => Tensor<[Rows, Vocabulary]>
  readonly ofOutput: (
    run: Run,
    dO: Tensor<[Rows, Vocabulary]>,
  ) => { readonly gradients: Tensors<F, OutputParameters>; readonly dH: Tensor<[Rows, Hidden]> }
  /** What the last step is told of later ones. */
  readonly later: (run: Run, dH: Tensor<[Rows, Hidden]>) => State<F, OneLayer<Rnn>>
  readonly tape: (run: Run) => Tape<F, Rnn>
  readonly cell: Cell<F, Rnn>
  readonly algebra: TensorAlgebra<F>
  readonly result: (adjoints: Adjoints, run: Run) => Adjoints
}

export const cell = rnn(float64, tanh(float64))
/** The network of that cell alone. */
export const network = { layers: () => layer(float64, cell) }

const right: Parts = {
  labels: ({ Y }) => Y,
  adjointOfScores: (logP, Y) => crossEntropyBackward(float64)(logP, Y),
  ofOutput: ({ parameters, H }, dO) => outputBackward(float64)(parameters, H, dO),
  later: ({ initial }) => ({ H: fill<[Batch, Hidden]>(axesOf(initial.H), 0) }),
  tape: ({ tape }) => tape,
  cell,
  algebra: float64,
  result: (adjoints) => adjoints,
}

const runOf = (passage: Sample): Run => {
  const parameters = open(passage.parameters) as unknown as Parameters<F, OneLayer<Rnn>>
  const initial = open(passage.state) as unknown as State<F, OneLayer<Rnn>>
  const [X, Y] = [readOneHot(float64, passage.X), readOneHot(float64, passage.Y)]
  const ahead = forward(float64, network)(parameters, initial, X)
  const judged = crossEntropyForward(float64)(ahead.O, Y)
  return { ...ahead, ...judged, parameters, initial, X, Y, T: stepsOf(passage), N: rowsOf(passage) }
}

const open = (a: Plains): Readonly<Record<string, Tensor<Axes>>> =>
  Object.fromEntries(Object.entries(a).map(([field, value]) => [field, read(float64, value)]))
const close = (a: unknown): Plains =>
  Object.fromEntries(
    Object.entries(a as Readonly<Record<string, Tensor<Axes>>>).map(([field, value]) => [
      field,
      { axes: axesOf(value), values: toArray(value) },
    ]),
  )

/** The model whose BPTT is put together from these parts, the others being right. */
export const assembled = (changed: Partial<Parts>): PlainModel => {
  const parts = { ...right, ...changed }
  return {
    ...plainModel(float64, network),
    backpropagate: (passage) => {
      const run = runOf(passage)
      const dO = parts.adjointOfScores(run.logP, parts.labels(run), run)
      const { gradients: ofOutput, dH } = parts.ofOutput(run, dO)
      const [tape, later] = [parts.tape(run), parts.later(run, dH)]
      const { dState, dInputs } = unrollBackward(parts.algebra, parts.cell)(run.parameters, tape, later, dH)
      const gradients = { ...parts.cell.gradients(run.X, tape, dInputs), ...ofOutput }
      const answer = parts.result({ gradients, dState }, run)
      return {
        gradients: close(answer.gradients),
        dState: close(answer.dState),
        loss: toArray<[]>(run.loss)[0],
        state: close(run.state),
      }
    },
  }
}
