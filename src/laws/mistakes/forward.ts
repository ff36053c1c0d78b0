/**
 * The zoo of wrong forward passes.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axes } from '../../algebra/axis.js'
import { flatten, unflatten } from '../../algebra/names.js'
import type { Carrier, Concrete, TensorAlgebra, Tensors } from '../../algebra/tensor-algebra.js'
import { activation, activationNames, sigmoid, tanh } from '../../model/activation.js'
import { axisRenames } from '../../model/axis-renames.js'
import { secondBias } from '../../model/bias.js'
import type { CellChoice } from '../../model/cells.js'
import type { LayersShape } from '../../model/layers.js'
import { parameterAxes } from '../../model/model.js'
import type { Parameters, State } from '../../model/model.js'
import { outputForward } from '../../model/output.js'
import { batchAxis } from '../../model/parameters.js'
import type { Hidden, Rows, Vocabulary } from '../../model/parameters.js'
import { rnn } from '../../model/rnn.js'
import type { Point } from '../model/gradient-check.js'
import { filled, mapPlains, pointOf, rowsOf, stepsOf, vocabularyOf, zeros as zeroPlains } from '../model/sample.js'
import type { Plains, Sample } from '../model/sample.js'
import { range, readOneHot } from '../plain.js'
import type { Plain } from '../plain.js'
import { readAll, writeAll } from '../train/records.js'
import { cellsOf, inEachCell, inEachGru, inEachLstm, inEachRnn, layersOfCells } from './cells.js'
import type { Cells } from './cells.js'
import { breaking, FROM_TWO_STEPS } from './mistake.js'
import type { Mistake, Zoo } from './mistake.js'
import { byRows, wrongTensors } from './tensors.js'

/** What the layers leave behind. */
interface Ahead<F extends Carrier> {
  readonly parameters: Parameters<F, LayersShape>
  readonly initial: State<F, LayersShape>
  readonly state: State<F, LayersShape>
  readonly tape: Tensors<F, LayersShape['tape']>
  readonly H: Kind<F, [Rows, Hidden]>
}

/** The parts of the forward pass. */
export interface ForwardParts<F extends Carrier> {
  /** What is read of the arguments. */
  readonly read: (sample: Sample) => Sample
  readonly cells: Cells<F>
  /** In which time is gone through. */
  readonly algebra: TensorAlgebra<F>
  readonly output: (ahead: Ahead<F>) => Kind<F, [Rows, Vocabulary]>
  /** The scores, as they are answered. */
  readonly scores: (O: Kind<F, [Rows, Vocabulary]>) => Kind<F, [Rows, Vocabulary]>
  /** The state after the last step, as it is answered. */
  readonly state: (ahead: Ahead<F>) => State<F, LayersShape>
}

const rightForwardParts = <F extends Carrier>(algebra: Concrete<F>, choice: CellChoice): ForwardParts<F> => ({
  read: (sample) => sample,
  cells: cellsOf(algebra, choice),
  algebra,
  output: ({ parameters, H }) => outputForward(algebra)(parameters, H),
  scores: (O) => O,
  state: ({ state }) => state,
})

/** What an implementation may answer. */
export interface ForwardOptions {
  /** Whether it answers H, the hidden states of all steps, too: false unless said. */
  readonly hidden?: boolean
}

/** An answer to `forward` as its zoo names it: `O`, `H` if that is given, `H_T`, `1.C_T`. */
export const pointOfForward = (answer: {
  readonly scores: Plain<Axes>
  readonly hidden?: Plain<Axes>
  readonly state: Plains
}): Point => ({
  O: answer.scores.values,
  ...(answer.hidden === undefined ? {} : { H: answer.hidden.values }),
  ...Object.fromEntries(Object.entries(pointOf(answer.state)).map(([name, values]) => [`${name}_T`, values])),
})

/**
 * The zoo of wrong forward passes of a model of this choice: its answers are what `pointOfForward` makes of them.
 *
 * @param algebra in which it computes, such as `float64`
 * @param choice the cell with its activation, biases and layers
 */
export const forwardZoo = <F extends Carrier>(
  algebra: Concrete<F>,
  choice: CellChoice,
  { hidden = false }: ForwardOptions = {},
): Zoo<ForwardParts<F>, Sample> => ({
  title: 'the forward pass',
  right: rightForwardParts(algebra, choice),
  answer: (sample) => (parts) => {
    const { scores, hidden: H, state } = spoken(algebra, parts, parts.read(sample))
    return pointOfForward(hidden ? { scores, hidden: H, state } : { scores, state })
  },
  mistakes: [
    ...mistakesOfReading<F>(choice),
    ...mistakesOfTime(algebra),
    ...mistakesOfOutput(algebra, choice),
    ...(choice.cell === 'rnn'
      ? mistakesOfActivation(algebra, choice)
      : choice.cell === 'gru'
        ? mistakesOfGru(algebra, choice)
        : mistakesOfLstm(algebra, choice)),
  ],
})

const spoken = <F extends Carrier>(algebra: Concrete<F>, parts: ForwardParts<F>, sample: Sample) => {
  const sizes = { vocabulary: vocabularyOf(sample), hidden: sample.parameters.W_hq.axes[0].size }
  const layers = layersOfCells(parts.algebra, parts.cells)
  const tree = <S>(shape: S, named: Plains): Tensors<F, S> => unflatten<F, S>(shape, readAll(algebra, named))
  const axes = parameterAxes(algebra, { layers: () => layers, sizes })
  const parameters = tree(axes, sample.parameters) as Parameters<F, LayersShape>
  const initial = tree(layers.stateAxes(sizes, batchAxis(rowsOf(sample))), sample.state)
  const ahead = { parameters, initial, ...layers.forward(parameters, initial, readOneHot(algebra, sample.X)) }
  const { O, H } = writeAll(algebra, { O: parts.scores(parts.output(ahead)), H: ahead.H })
  return { scores: O, hidden: H, state: writeAll(algebra, flatten<F>(parts.state(ahead))) }
}

/** Parts that read other parameters. */
const reading =
  <F extends Carrier>(f: (sample: Sample) => Partial<Sample>) =>
  (parts: ForwardParts<F>): ForwardParts<F> => ({
    ...parts,
    read: (sample) => {
      const before = parts.read(sample)
      return { ...before, ...f(before) }
    },
  })

const parametersWhere = <F extends Carrier>(
  isMeant: (axes: string, name: string) => boolean,
  f: (a: Plain<Axes>, name: string, all: Plains) => Plain<Axes>,
) =>
  reading<F>(({ parameters }) => ({
    parameters: mapPlains(
      (a, name) => (isMeant(a.axes.map((axis) => String(axis.name)).join(), name) ? f(a, name, parameters) : a),
      parameters,
    ),
  }))

/** The same numbers, read in the layout of the transpose. */
const misread = ({ axes, values }: Plain<Axes>): Plain<Axes> => {
  const [rows, columns] = axes.map(({ size }) => size)
  return { axes, values: range(values.length).map((k) => values[(k % columns) * rows + Math.floor(k / columns)]) }
}

const timesTwo = ({ axes, values }: Plain<Axes>): Plain<Axes> => ({ axes, values: values.map((x) => 2 * x) })

const isHiddenBias = (axes: string): boolean => axes === 'hidden'

/** Mistakes in what is read of parameters, state and characters. */
const mistakesOfReading = <F extends Carrier>({ biases, layers }: CellChoice): readonly Mistake<ForwardParts<F>>[] => {
  const ofHidden = breaking<ForwardParts<F>>('hidden')
  const ofOutput = breaking<ForwardParts<F>>('output')
  return [
    ofHidden(
      'the state before the first step is not read',
      'The state is created inside of the function, as zeros.',
      reading(({ state }) => ({ state: zeroPlains(state) })),
    ),
    ofHidden(
      'W_xh is read as if it were written output by input',
      'PyTorch stores H x V, from scratch it is V x H; the numbers are reshaped, not transposed.',
      parametersWhere((_, name) => /(^|\.)W_x/.test(name), misread),
      [{ hidden: 2 }],
    ),
    ofHidden(
      'W_hh is transposed',
      'H_(t-1) W_hh^T has the right shape too, and is what a framework computes with its own W_hh.',
      parametersWhere((axes) => axes.startsWith('previous,'), misread),
      [{ hidden: 2 }],
    ),
    ofOutput(
      'W_hq is read as if it were written output by input',
      'PyTorch stores V x H, from scratch it is H x V; the numbers are reshaped, not transposed.',
      parametersWhere((_, name) => name === 'W_hq', misread),
      [{ hidden: 2 }],
    ),
    ofHidden(
      'the hidden bias is forgotten',
      'With zeros for first biases nothing shows.',
      parametersWhere(isHiddenBias, (a) => filled(a, 0)),
    ),
    ofOutput(
      'the output bias is forgotten',
      'With zeros for first biases nothing shows.',
      parametersWhere((_, name) => name === 'b_q', (a) => filled(a, 0)),
    ),
    ...(biases === 'one'
      ? [
          ofHidden(
            'the hidden bias is added twice',
            'It stands for both b_ih and b_hh of a framework, and is handed to both.',
            parametersWhere<F>(isHiddenBias, timesTwo),
          ),
        ]
      : [
          breaking<ForwardParts<F>>('hidden', 'docs/03-model-cells.md#two-biases')(
            'the second bias is forgotten',
            'The code was written for one bias.',
            parametersWhere<F>((_, name) => /(^|\.)b_h[^.]$/.test(name), (a) => filled(a, 0)),
          ),
        ]),
    ofOutput(
      'the output bias is added twice',
      'It is in the scores, and added once more before the softmax.',
      parametersWhere((_, name) => name === 'b_q', timesTwo),
    ),
    breaking<ForwardParts<F>>('one-hot')(
      'the characters are read row by row where they stand step by step',
      'X has shape T x N, and is taken for N x T.',
      reading((sample) => ({
        X: { ...sample.X, indices: byRows(stepsOf(sample), rowsOf(sample)).map((row) => sample.X.indices[row]) },
      })),
      [{ steps: 2, batch: 2 }],
    ),
    ...(layers > 1
      ? [
          breaking<ForwardParts<F>>('layers')(
            'layers: every layer begins with the state of the first',
            'One H_0 is handed to all of them.',
            reading<F>(({ state }) => ({
              state: mapPlains((_, name) => state[name.replace(/^.*\./, '')], state),
            })),
          ),
        ]
      : []),
  ]
}

/** Mistakes in what is handed from step to step. */
const mistakesOfTime = <F extends Carrier>(algebra: Concrete<F>): readonly Mistake<ForwardParts<F>>[] => {
  const { zeros } = wrongTensors(algebra)
  const ofHidden = breaking<ForwardParts<F>>('hidden')
  return [
    ofHidden(
      'every step begins with a state of zeros',
      'The state is created inside of the loop.',
      inCells(
        inEachCell((cell) => ({
          ...cell,
          forward: (parameters, state, input) => cell.forward(parameters, zeros(state), input),
        })),
      ),
      FROM_TWO_STEPS,
    ),
    ofHidden(
      'every step begins with H_0',
      'The new state gets a name of its own, and the loop goes on reading the old one.',
      (parts) => ({
        ...parts,
        algebra: {
          ...parts.algebra,
          scan: (step, first, slices) => parts.algebra.scan((_, slice) => step(first, slice), first, slices),
        },
      }),
      FROM_TWO_STEPS,
    ),
    ofHidden(
      'the state that is answered is the one that came in',
      'The function returns its argument, which it did not change.',
      (parts) => ({ ...parts, state: (ahead) => parts.state({ ...ahead, state: ahead.initial }) }),
    ),
  ]
}

const inCells =
  <F extends Carrier>(change: (cells: Cells<F>) => Cells<F>) =>
  (parts: ForwardParts<F>): ForwardParts<F> => ({ ...parts, cells: change(parts.cells) })

/** The tapes of the layers, the lowest first. */
const tapesOf = (tape: object): readonly object[] => ('layers' in tape ? (tape.layers as readonly object[]) : [tape])

/** Mistakes in the output layer. */
const mistakesOfOutput = <F extends Carrier>(
  algebra: Concrete<F>,
  { layers }: CellChoice,
): readonly Mistake<ForwardParts<F>>[] => {
  const { batchMajor, remade } = wrongTensors(algebra)
  const { exp, logSoftmax, toArray } = algebra
  const ofOutput = breaking<ForwardParts<F>>('output')
  const ofLoss = breaking<ForwardParts<F>>('loss')
  /** The output layer on other hidden states, which a tape has. */
  const on =
    (place: number, field: 'H' | 'H_prev') =>
    (parts: ForwardParts<F>): ForwardParts<F> => ({
      ...parts,
      output: (ahead) => {
        const its = tapesOf(ahead.tape).at(place) as { readonly [Field in typeof field]: Kind<F, Axes> }
        return parts.output({ ...ahead, H: remade(ahead.H, () => toArray<Axes>(its[field])) })
      },
    })
  return [
    ofOutput(
      'O_t is made of H_(t-1)',
      'The output is read off before the state is replaced.',
      on(-1, 'H_prev'),
    ),
    ofLoss(
      'softmax of the scores is answered, not the scores',
      'The softmax is in the model, where others have it in the loss.',
      (parts) => ({ ...parts, scores: (O) => exp(logSoftmax(parts.scores(O))) }),
    ),
    ofLoss(
      'log softmax of the scores is answered, not the scores',
      'The log softmax is in the model, where others have it in the loss.',
      (parts) => ({ ...parts, scores: (O) => logSoftmax(parts.scores(O)) }),
    ),
    ofOutput(
      'the scores are answered row by row, not step by step',
      'The rows of all steps are put together along the wrong axis.',
      (parts) => ({ ...parts, scores: (O) => batchMajor(parts.scores(O)) }),
      [{ steps: 2, batch: 2 }],
    ),
    ...(layers > 1
      ? [
          breaking<ForwardParts<F>>('layers')(
            'layers: the output is that of the lowest layer',
            'The list of states is indexed from the wrong end.',
            on(0, 'H'),
          ),
        ]
      : []),
  ]
}

/** Mistakes in phi. */
const mistakesOfActivation = <F extends Carrier>(
  algebra: Concrete<F>,
  { activation: phi, biases }: CellChoice,
): readonly Mistake<ForwardParts<F>>[] =>
  activationNames
    .filter((other) => other !== phi)
    .map((other) => {
      const { forward } = rnn(algebra, activation(algebra, other), undefined, biases)
      return breaking<ForwardParts<F>>('hidden')(
        other === 'identity' ? `phi, ${phi}, is left out` : `phi is ${other}, not ${phi}`,
        other === 'identity'
          ? 'The sum is handed on as it is, and with small weights little shows.'
          : 'It is the default of the library at hand.',
        inCells(inEachRnn((cell) => ({ ...cell, forward }))),
      )
    })

/** The gates read in another order: what each is read from. */
const gatesFrom = <F extends Carrier>(from: Readonly<Record<string, string>>) =>
  parametersWhere<F>(
    (_, name) => Object.hasOwn(from, name.slice(-1)) && name !== 'W_hq',
    (_, name, all) => all[name.slice(0, -1) + from[name.slice(-1)]],
  )

const IN_BLOCKS = 'The gates are stored in one block, and frameworks have them in different orders.'

/** Mistakes in the GRU. */
const mistakesOfGru = <F extends Carrier>(
  algebra: Concrete<F>,
  { biases }: CellChoice,
): readonly Mistake<ForwardParts<F>>[] => {
  const { add, axesOf, matmul, mul, oneMinus, rename } = algebra
  const { asPrevious } = axisRenames(algebra)
  const phi = tanh(algebra)
  const second = secondBias(algebra, biases)
  const ofGru = breaking<ForwardParts<F>>('gru')
  return [
    ofGru(
      'GRU: z and 1 - z are exchanged',
      'The paper and the frameworks call opposite gates z.',
      inCells(
        inEachGru((cell) => ({
          ...cell,
          forward: (parameters, state, input) => {
            const { tape } = cell.forward(parameters, state, input)
            const H = add(mul(tape.z, tape.n), mul(oneMinus(tape.z), state.H))
            return { state: { H }, tape: { ...tape, H } }
          },
        })),
      ),
    ),
    ofGru(
      'GRU: the state is reset before the product, not after it',
      'The paper has (r * H_(t-1)) W_hn, PyTorch and cuDNN r * (H_(t-1) W_hn).',
      inCells(
        inEachGru((cell) => ({
          ...cell,
          forward: (parameters, state, input) => {
            const { tape } = cell.forward(parameters, state, input)
            const { W_h, b_h } = parameters.gates.n
            const reset = rename(mul(tape.r, state.H), axesOf(tape.H_prev)[1])
            const n = phi.of(add(input.XW_n, second.plus(matmul(reset, W_h), b_h)))
            const H = add(mul(oneMinus(tape.z), n), mul(tape.z, state.H))
            return { state: { H }, tape: { ...tape, n, H, H_prev: asPrevious(state.H) } }
          },
        })),
      ),
      [{ hidden: 2 }],
    ),
    ofGru('GRU: the gates are read in the order z, r, n', IN_BLOCKS, gatesFrom({ r: 'z', z: 'r' })),
    ...(biases === 'two'
      ? [
          breaking<ForwardParts<F>>('gru', 'docs/03-model-cells.md#two-biases')(
            "GRU: the candidate's second bias is not reset",
            'In every other gate the two biases are added to the same sum.',
            reading<F>(({ parameters }) => ({
              parameters: mapPlains((a, name) => {
                const other = parameters[name.replace(/b_in$/, 'b_hn')]
                return name.endsWith('b_hn')
                  ? filled(a, 0)
                  : name.endsWith('b_in')
                    ? { ...a, values: a.values.map((x, i) => x + other.values[i]) }
                    : a
              }, parameters),
            })),
          ),
        ]
      : []),
  ]
}

/** Mistakes in the LSTM. */
const mistakesOfLstm = <F extends Carrier>(
  algebra: Concrete<F>,
  { biases }: CellChoice,
): readonly Mistake<ForwardParts<F>>[] => {
  const { add, mul } = algebra
  const { remade, zero } = wrongTensors(algebra)
  const phi = tanh(algebra)
  const sigma = sigmoid(algebra)
  const ofLstm = breaking<ForwardParts<F>>('lstm')
  const forgetBias = biases === 'one' ? /(^|\.)b_f$/ : /(^|\.)b_if$/
  return [
    ofLstm(
      'LSTM: H = o * C, without the tanh',
      'The cell state is taken for an activation already.',
      inCells(
        inEachLstm((cell) => ({
          ...cell,
          forward: (parameters, before, input) => {
            const { state, tape } = cell.forward(parameters, before, input)
            const H = mul(tape.o, state.C)
            return { state: { ...state, H }, tape: { ...tape, H } }
          },
        })),
      ),
    ),
    ofLstm(
      'LSTM: H = tanh(C), without the output gate',
      'The output gate is computed, and used nowhere.',
      inCells(
        inEachLstm((cell) => ({
          ...cell,
          forward: (parameters, before, input) => {
            const { state, tape } = cell.forward(parameters, before, input)
            return { state: { ...state, H: tape.tanhC }, tape: { ...tape, H: tape.tanhC } }
          },
        })),
      ),
    ),
    ofLstm(
      'LSTM: the candidate g has a sigmoid, not a tanh',
      'One line of code serves all four gates.',
      inCells(
        inEachLstm((cell) => ({
          ...cell,
          forward: (parameters, before, input) => {
            const { tape } = cell.forward(parameters, before, input)
            // g is tanh of the sum that sigmoid is to be of.
            const g = sigma.of(remade(tape.g, (values) => values.map(Math.atanh)))
            const C = add(mul(tape.f, before.C), mul(tape.i, g))
            const tanhC = phi.of(C)
            const H = mul(tape.o, tanhC)
            return { state: { H, C }, tape: { ...tape, g, tanhC, H } }
          },
        })),
      ),
    ),
    ofLstm(
      'LSTM: C is not carried from step to step',
      'Only H is handed on, as a plain cell does.',
      inCells(
        inEachLstm((cell) => ({
          ...cell,
          forward: (parameters, { H, C }, input) => cell.forward(parameters, { H, C: zero(C) }, input),
        })),
      ),
    ),
    ofLstm(
      "LSTM: 1 is added to the forget gate's bias",
      'Keras begins with a forget bias of 1, and TensorFlow adds it in the cell.',
      parametersWhere(
        (_, name) => forgetBias.test(name),
        ({ axes, values }) => ({ axes, values: values.map((x) => x + 1) }),
      ),
    ),
    ofLstm('LSTM: the gates are read in the order i, o, f, g', IN_BLOCKS, gatesFrom({ o: 'f', f: 'g', g: 'o' })),
    ofLstm('LSTM: the gates are read in the order i, g, f, o', IN_BLOCKS, gatesFrom({ g: 'f', f: 'g' })),
  ]
}
