/**
 * BPTT in exchangeable parts, so that one of them, or several, can be replaced by wrong ones.
 *
 * Put together unchanged they are `backpropagate`. Gradients are known by their parameters' flat names.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axes } from '../../algebra/axis.js'
import { flatten, unflatten } from '../../algebra/names.js'
import type { Named } from '../../algebra/names.js'
import type { Carrier, Concrete, TensorAlgebra, Tensors } from '../../algebra/tensor-algebra.js'
import { identity } from '../../model/activation.js'
import { networkOf } from '../../model/cells.js'
import type { CellChoice } from '../../model/cells.js'
import type { Characters, LayersShape } from '../../model/layers.js'
import { crossEntropyBackward, crossEntropyForward } from '../../model/loss.js'
import { forward } from '../../model/model.js'
import type { Forward, Parameters, State } from '../../model/model.js'
import { outputBackward } from '../../model/output.js'
import { batchAxis } from '../../model/parameters.js'
import type { Hidden, OutputParameters, Rows, Vocabulary } from '../../model/parameters.js'
import { rnn } from '../../model/rnn.js'
import type { Point } from '../model/gradient-check.js'
import { plainModel } from '../model/plain-model.js'
import type { Gradients, PlainModel } from '../model/plain-model.js'
import { pointOf, rowsOf, stepsOf, vocabularyOf } from '../model/sample.js'
import type { Plains, Sample } from '../model/sample.js'
import { readOneHot } from '../plain.js'
import { parametersIn, readAll, writeAll } from '../train/records.js'
import { cellsOf, inEachRnn, layersOfCells } from './cells.js'
import type { Cells } from './cells.js'

/** Everything that the forward pass leaves behind. */
export interface Run<F extends Carrier> extends Forward<F, LayersShape> {
  readonly parameters: Parameters<F, LayersShape>
  readonly initial: State<F, LayersShape>
  /** The adjoint of the state after the last step. */
  readonly dState: State<F, LayersShape>
  readonly X: Characters<F>
  readonly Y: Characters<F>
  readonly logP: Kind<F, [Rows, Vocabulary]>
  readonly loss: Kind<F, []>
  readonly T: number
  readonly N: number
  /** The forward pass from another state. */
  readonly from: (state: State<F, LayersShape>) => Forward<F, LayersShape>
}

/** What BPTT has found, by flat names: `W_hh`, `1.W_xh`; the state's is called by the state's parts, `H`, `1.C`. */
export interface Adjoints<F extends Carrier> {
  readonly gradients: Named<F>
  readonly dState: Named<F>
  /** The adjoints of the sums, `dZ`, `1.dZ_r`, and of the scores: what the gradients were made of. */
  readonly dInputs: Named<F>
  readonly dO: Kind<F, [Rows, Vocabulary]>
}

/** The parts of BPTT, any of which can be exchanged for a wrong one. */
export interface GradientParts<F extends Carrier> {
  readonly cells: Cells<F>
  readonly labels: (run: Run<F>) => Characters<F>
  /** dO, of log softmax(O) and the labels. */
  readonly adjointOfScores: (
    logP: Kind<F, [Rows, Vocabulary]>,
    Y: Characters<F>,
    run: Run<F>,
  ) => Kind<F, [Rows, Vocabulary]>
  readonly ofOutput: (
    run: Run<F>,
    dO: Kind<F, [Rows, Vocabulary]>,
  ) => { readonly gradients: Tensors<F, OutputParameters>; readonly dH: Kind<F, [Rows, Hidden]> }
  /** What the last step is told of later ones. */
  readonly later: (run: Run<F>, dH: Kind<F, [Rows, Hidden]>) => State<F, LayersShape>
  readonly tape: (run: Run<F>) => Tensors<F, LayersShape['tape']>
  /** In which time is gone through backward. */
  readonly algebra: TensorAlgebra<F>
  readonly result: (adjoints: Adjoints<F>, run: Run<F>) => Adjoints<F>
}

/** The right cells; plain ones keep Z on the tape, which a wrong phi' may want. */
const recordingCells = <F extends Carrier>(algebra: Concrete<F>, choice: CellChoice): Cells<F> => {
  const cells = cellsOf(algebra, choice)
  // With the identity for phi, H is Z.
  const linear = rnn(algebra, identity(algebra), undefined, choice.biases)
  const keepingZ = inEachRnn<F>((cell) => ({
    ...cell,
    forward: (parameters, state, input) => {
      const { state: next, tape } = cell.forward(parameters, state, input)
      return { state: next, tape: { ...tape, Z: linear.forward(parameters, state, input).state.H } }
    },
  }))
  return choice.cell === 'rnn' && choice.activation === 'tanh' ? keepingZ(cells) : cells
}

/** The right parts. */
export const rightGradientParts = <F extends Carrier>(
  algebra: Concrete<F>,
  choice: CellChoice,
): GradientParts<F> => ({
  cells: recordingCells(algebra, choice),
  labels: ({ Y }) => Y,
  adjointOfScores: (logP, Y) => crossEntropyBackward(algebra)(logP, Y),
  ofOutput: ({ parameters, H }, dO) => outputBackward(algebra)(parameters, H, dO),
  later: ({ dState }) => dState,
  tape: ({ tape }) => tape,
  algebra,
  result: (adjoints) => adjoints,
})

/** The forward pass of a sample through these cells. */
const runOf = <F extends Carrier>(algebra: Concrete<F>, cells: Cells<F>, sample: Sample): Run<F> => {
  const sizes = { vocabulary: vocabularyOf(sample), hidden: sample.parameters.W_hq.axes[0].size }
  const network = { layers: () => layersOfCells(algebra, cells), sizes }
  const stateAxes = network.layers().stateAxes(sizes, batchAxis(rowsOf(sample)))
  const tree = <S>(shape: S, named: Plains): Tensors<F, S> => unflatten<F, S>(shape, readAll(algebra, named))
  const parameters = parametersIn<F, LayersShape>(algebra, network, sample.parameters)
  const initial = tree(stateAxes, sample.state)
  const [X, Y] = [readOneHot(algebra, sample.X), readOneHot(algebra, sample.Y)]
  const from = (state: State<F, LayersShape>) => forward<F, LayersShape>(algebra, network)(parameters, state, X)
  const ahead = from(initial)
  return {
    ...ahead,
    ...crossEntropyForward(algebra)(ahead.O, Y),
    parameters,
    initial,
    dState: tree(stateAxes, sample.dState),
    X,
    Y,
    T: stepsOf(sample),
    N: rowsOf(sample),
    from,
  }
}

/** What BPTT answers to a sample, put together from parts: forward it is the right one, and runs once. */
export const assembledBptt = <F extends Carrier>(algebra: Concrete<F>, choice: CellChoice, sample: Sample) => {
  const run = runOf(algebra, recordingCells(algebra, choice), sample)
  const forwardAnswer = { loss: algebra.toArray<[]>(run.loss)[0], state: writeAll(algebra, run.state) }
  return (parts: GradientParts<F>): Gradients => {
    const dO = parts.adjointOfScores(run.logP, parts.labels(run), run)
    const { gradients: ofOutput, dH } = parts.ofOutput(run, dO)
    const layers = layersOfCells(parts.algebra, parts.cells)
    const back = layers.backward(run.parameters, run.X, parts.tape(run), parts.later(run, dH), dH)
    const adjoints = {
      gradients: flatten<F>({ ...back.gradients, ...ofOutput }),
      dState: flatten<F>(back.dState),
      dInputs: flatten<F>(back.dInputs),
      dO,
    }
    const { gradients, dState } = parts.result(adjoints, run)
    return { gradients: writeAll(algebra, gradients), dState: writeAll(algebra, dState), ...forwardAnswer }
  }
}

/**
 * The model of a choice whose BPTT is put together from these parts; forward, it is the right one.
 *
 * @param parts as `rightGradientParts` gives them, with mistakes or without
 */
export const assembledModel = <F extends Carrier>(
  algebra: Concrete<F>,
  choice: CellChoice,
  parts: GradientParts<F>,
): PlainModel => ({
  ...plainModel<F, LayersShape>(algebra, networkOf(choice)),
  backpropagate: (sample) => assembledBptt(algebra, choice, sample)(parts),
})

/** `dW_hh` for W_hh, `1.dW_hh` for 1.W_hh. */
const adjointName = (name: string): string => name.replace(/[^.]*$/, (field) => `d${field}`)

const renamed = (rename: (name: string) => string, point: Point): Point =>
  Object.fromEntries(Object.entries(point).map(([name, values]) => [rename(name), values]))

/**
 * An answer to `backpropagate` as the zoo of gradients names it: `dW_hh`, `1.dW_xh`, and `dH_0`, `1.dC_0` for the
 * adjoint of the state before the first step, if that is given.
 */
export const pointOfGradients = ({
  gradients,
  dState = {},
}: Pick<Gradients, 'gradients'> & Partial<Pick<Gradients, 'dState'>>): Point => ({
  ...renamed(adjointName, pointOf(gradients)),
  ...renamed((part) => `${adjointName(part)}_0`, pointOf(dState)),
})

/** The tensors with these axes. */
export const namedWhere = <F extends Carrier>(
  { axesOf }: TensorAlgebra<F>,
  named: Named<F>,
  change: (a: Kind<F, Axes>, name: string) => Kind<F, Axes>,
  isMeant: (axes: readonly string[], name: string) => boolean,
): Named<F> =>
  Object.fromEntries(
    Object.entries(named).map(([name, a]) => {
      const names = axesOf<Axes>(a).map((axis) => String(axis.name))
      return [name, isMeant(names, name) ? change(a, name) : a]
    }),
  )
