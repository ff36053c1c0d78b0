/**
 * Mistakes in the step back through time: in the carry, in phi', in the gradients that are made of it, and in gates.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Along, Carrier, Concrete, Tensors } from '../../algebra/tensor-algebra.js'
import { mapTensors } from '../../algebra/tensors.js'
import { activation, sigmoid, tanh } from '../../model/activation.js'
import type { ActivationName } from '../../model/activation.js'
import { axisRenames } from '../../model/axis-renames.js'
import type { Biases } from '../../model/bias.js'
import type { CellChoice } from '../../model/cells.js'
import type { Batch, Hidden } from '../../model/parameters.js'
import { rnn } from '../../model/rnn.js'
import type { Rnn } from '../../model/rnn.js'
import { inEachCell, inEachGru, inEachLstm, inEachRnn, inUppers } from './cells.js'
import type { Cells } from './cells.js'
import type { GradientParts } from './gradient-parts.js'
import { inResult } from './gradients-of-loss.js'
import { ALWAYS, breaking, FROM_TWO_STEPS } from './mistake.js'
import type { Least, Mistake } from './mistake.js'
import { wrongTensors } from './tensors.js'

type Mistakes<F extends Carrier> = readonly Mistake<GradientParts<F>>[]

/** What is wrong in what a step hands back is seen at the step before, and in the adjoint of the first state. */
const handedBack = (stateAdjoint: boolean): readonly Least[] => (stateAdjoint ? ALWAYS : FROM_TWO_STEPS)

/** Parts whose cells are changed. */
const inCells =
  <F extends Carrier>(change: (cells: Cells<F>) => Cells<F>) =>
  (parts: GradientParts<F>): GradientParts<F> => ({ ...parts, cells: change(parts.cells) })

/** Mistakes in the carry from step to step, of whatever cells. */
export const mistakesOfCarry = <F extends Carrier>(algebra: Concrete<F>, stateAdjoint: boolean): Mistakes<F> => {
  const { erased, flipped, isRecurrent, onlyStep, zero, zeros } = wrongTensors(algebra)
  const { asPrevious } = axisRenames(algebra)
  const ofCarry = breaking<GradientParts<F>>('bptt-h')
  const ofState = breaking<GradientParts<F>>('bptt-state')
  const ofParameters = breaking<GradientParts<F>>('bptt-w')
  return [
    ofCarry(
      'nothing is carried from step to step',
      'The state is detached at every step instead of once a minibatch, or dH_t is taken for dO_t W_hq^T alone.',
      inCells(
        inEachCell((cell) => ({
          ...cell,
          backward: (parameters, tape, dState, dH) => cell.backward(parameters, tape, zeros(dState), dH),
        })),
      ),
      FROM_TWO_STEPS,
    ),
    ofCarry(
      'W_hh is not transposed in the carry',
      'dZ W_hh has the right shape, since W_hh is square, and nothing complains.',
      inCells(
        inEachCell((cell) => ({
          ...cell,
          backward: (parameters, tape, dState, dH) => {
            const transposed = mapTensors<F>((a) => (isRecurrent(erased(a)) ? flipped(a) : a))(parameters)
            return cell.backward(transposed, tape, dState, dH)
          },
        })),
      ),
      stateAdjoint ? [{ hidden: 2 }] : [{ hidden: 2, steps: 2 }],
    ),
    ofCarry(
      'the steps are gone through forward, not backward',
      'The loop of the forward pass was copied and its range was not reversed.',
      (parts) => ({ ...parts, algebra: { ...parts.algebra, scanReverse: parts.algebra.scan } }),
      FROM_TWO_STEPS,
    ),
    ofCarry(
      'the backward pass is run over states that started from zero',
      'Activations are recomputed to save memory, and the state the minibatch began with was not kept.',
      (parts) => ({ ...parts, tape: (run) => run.from(zeros(run.initial)).tape }),
    ),
    ...(stateAdjoint
      ? [
          ofState(
            'dH_0 is zero',
            'Nobody asks for it while the state is reset, so it is not computed, and then the state is carried.',
            inResult(({ dState }) => ({
              dState: Object.fromEntries(
                Object.entries(dState).map(([name, a]) => [name, zero(a)]),
              ),
            })),
          ),
          breaking<GradientParts<F>>('truncation')(
            'the adjoint of the state after the last step is not read',
            'The backward pass begins with zeros, as it does where nothing follows.',
            (parts) => ({ ...parts, later: (run, dH) => parts.later({ ...run, dState: zeros(run.dState) }, dH) }),
            [{ following: 1 }],
          ),
        ]
      : []),
    ofParameters(
      'dW_hh is made of H_t instead of H_(t-1)',
      'The list of states is indexed by t in both passes, and its place 0 holds H_0 in one of them only.',
      inCells(
        inEachCell((cell) => ({
          ...cell,
          gradients: (X, tape, dInput) => cell.gradients(X, { ...tape, H_prev: asPrevious(tape.H) }, dInput),
        })),
      ),
    ),
    ofParameters(
      'dW_hh leaves out the first step',
      'H_0 is zero in the test, so the sum starts where there is something to add.',
      inCells(
        inEachCell((cell) => ({
          ...cell,
          gradients: (X, tape, dInput) => {
            const H_prev = algebra.sub(tape.H_prev, onlyStep(0, tape.H_prev))
            return cell.gradients(X, { ...tape, H_prev }, dInput)
          },
        })),
      ),
    ),
    ofParameters(
      "the cell's gradients are those of the first step",
      'They are assigned in the loop, where they should be added to, and the loop ends at the first step.',
      inCells(
        inEachCell((cell) => ({
          ...cell,
          gradients: (X, tape, dInput) => cell.gradients(X, tape, mapTensors<F>((a) => onlyStep(0, a))(dInput)),
        })),
      ),
      FROM_TWO_STEPS,
    ),
  ]
}

/** Mistakes in the plain cell's step back. */
export const mistakesOfPlainCell = <F extends Carrier>(
  algebra: Concrete<F>,
  { activation: phi, biases }: CellChoice,
  stateAdjoint: boolean,
): Mistakes<F> => {
  const { add, fill, axesOf } = algebra
  const { zero } = wrongTensors(algebra)
  const ofCarry = breaking<GradientParts<F>>('bptt-h')
  const right = activation(algebra, phi)
  /** The tape with an H at which phi' is 1. */
  const steep = (tape: Tensors<F, Along<Batch, Rnn['tape']>>): typeof tape => ({
    ...tape,
    H: fill<[Batch, Hidden]>(axesOf<[Batch, Hidden]>(tape.H), phi === 'tanh' ? 0 : 1),
  })
  /** What is seen where phi' is not 1, and not always the same. */
  const ofPhi: Mistakes<F> = [
    ofCarry(
      "the carry is added after the multiplication by phi'",
      "dZ_t = dO_t W_hq^T * phi' + carry: the carry is taken for an adjoint of Z, but it is one of H.",
      inCells(
        inEachRnn((cell) => ({
          ...cell,
          backward: (parameters, tape, dState, dH) => {
            const { dInput } = cell.backward(parameters, tape, { H: zero(dState.H) }, dH)
            const dZ = add(dInput.dZ, dState.H)
            return { dState: cell.backward(parameters, steep(tape), { H: dZ }, zero(dH)).dState, dInput: { dZ } }
          },
        })),
      ),
      FROM_TWO_STEPS,
    ),
    ofCarry(
      "the carry is dH_t W_hh^T, without phi'",
      "dZ gets a name of its own for the parameters' gradients, and the line of the carry goes on using dH.",
      inCells(
        inEachRnn((cell) => ({
          ...cell,
          backward: (parameters, tape, dState, dH) => ({
            dInput: cell.backward(parameters, tape, dState, dH).dInput,
            dState: cell.backward(parameters, steep(tape), dState, dH).dState,
          }),
        })),
      ),
      handedBack(stateAdjoint),
    ),
    breaking<GradientParts<F>>('bptt-w')(
      "the cell's gradients are made of dH instead of dZ",
      "phi' is multiplied in where the carry is made, and the parameters are given the adjoint before that.",
      inCells(
        inEachRnn((cell) => ({
          ...cell,
          backward: (parameters, tape, dState, dH) => ({
            dInput: cell.backward(parameters, steep(tape), dState, dH).dInput,
            dState: cell.backward(parameters, tape, dState, dH).dState,
          }),
        })),
      ),
    ),
    ofCarry(
      "phi' is left out",
      'The cell was tried with the identity first.',
      inCells(
        inEachRnn((cell) => ({
          ...cell,
          backward: (parameters, tape, dState, dH) => cell.backward(parameters, steep(tape), dState, dH),
        })),
      ),
    ),
  ]
  /** phi' of another activation, of the same H. */
  const withSlopesOf = (other: ActivationName) =>
    inCells<F>(
      inEachRnn((cell) => ({
        ...cell,
        backward: (parameters, tape, dState, dH) => {
          const slopes = { of: right.of, derivative: activation(algebra, other).derivative }
          return rnn(algebra, slopes, undefined, biases).backward(parameters, tape, dState, dH)
        },
      })),
    )
  const ofTanh: Mistakes<F> = [
    ofCarry(
      "phi' is taken at Z as if Z were the output: 1 - Z^2",
      'The formula 1 - x^2 is remembered, and which x it wants is not.',
      inCells(
        inEachRnn((cell) => ({
          ...cell,
          backward: (parameters, tape, dState, dH) => {
            // The forward pass keeps it.
            const { Z } = tape as typeof tape & { readonly Z: typeof tape.H }
            return cell.backward(parameters, { ...tape, H: Z }, dState, dH)
          },
        })),
      ),
    ),
    ofCarry(
      "phi' is taken at H as if H were the input: 1 - tanh(H)^2",
      'The derivative is written for an input, and handed the only thing that was kept.',
      inCells(
        inEachRnn((cell) => ({
          ...cell,
          backward: (parameters, tape, dState, dH) =>
            cell.backward(parameters, { ...tape, H: right.of(tape.H) }, dState, dH),
        })),
      ),
    ),
    ofCarry(
      "phi' of another activation: the step of relu under tanh",
      'The activation was changed in the forward pass only.',
      withSlopesOf('relu'),
    ),
  ]
  const ofRelu: Mistakes<F> = [
    ofCarry(
      "phi' of another activation: 1 - H^2 of tanh under relu",
      'The activation was changed in the forward pass only.',
      withSlopesOf('tanh'),
    ),
  ]
  return phi === 'identity' ? [] : [...ofPhi, ...(phi === 'tanh' ? ofTanh : ofRelu)]
}


/** Mistakes in the LSTM's step back. */
export const mistakesOfLstm = <F extends Carrier>(algebra: Concrete<F>, stateAdjoint: boolean): Mistakes<F> => {
  const { add, axesOf, div, fill, mul, sub } = algebra
  const { zero } = wrongTensors(algebra)
  const [sigma, phi] = [sigmoid(algebra), tanh(algebra)]
  const ofLstm = breaking<GradientParts<F>>('lstm')
  return [
    ofLstm(
      'LSTM: dH does not go through the tanh of C',
      'H = o * tanh(C) is read as H = o * C when the adjoint of C is written.',
      inCells(
        inEachLstm((cell) => ({
          ...cell,
          backward: (parameters, tape, dState, dH) => {
            const right = cell.backward(parameters, tape, dState, dH)
            const dC = add(dState.C, mul(add(dH, dState.H), tape.o))
            const dZ_i = mul(mul(dC, tape.g), sigma.derivative(tape.i))
            return { ...right, dInput: { ...right.dInput, dZ_i } }
          },
        })),
      ),
    ),
    ofLstm(
      'LSTM: what the next step has for dC is left out',
      'The cell state is taken for an intermediate result of its step.',
      inCells(
        inEachLstm((cell) => ({
          ...cell,
          backward: (parameters, tape, dState, dH) =>
            cell.backward(parameters, tape, { ...dState, C: zero(dState.C) }, dH),
        })),
      ),
      FROM_TWO_STEPS,
    ),
    ofLstm(
      'LSTM: the adjoint of C is handed on without the forget gate',
      'C_t = C_{t-1} + i * g was the cell of 1997, before there was a forget gate.',
      inCells(
        inEachLstm((cell) => ({
          ...cell,
          backward: (parameters, tape, dState, dH) => {
            const right = cell.backward(parameters, tape, dState, dH)
            const dC = add(dState.C, mul(mul(add(dH, dState.H), tape.o), phi.derivative(tape.tanhC)))
            return { ...right, dState: { ...right.dState, C: dC } }
          },
        })),
      ),
      handedBack(stateAdjoint),
    ),
    ofLstm(
      'LSTM: the gradients of the input gate and of the forget gate are exchanged',
      'Frameworks lay the four blocks out in different orders, and all have the same shape.',
      inCells(
        inEachLstm((cell) => ({
          ...cell,
          backward: (parameters, tape, dState, dH) => {
            const { dState: before, dInput } = cell.backward(parameters, tape, dState, dH)
            return { dState: before, dInput: { ...dInput, dZ_i: dInput.dZ_f, dZ_f: dInput.dZ_i } }
          },
        })),
      ),
    ),
    ofLstm(
      "LSTM: the derivative of the sigmoid gates is tanh's, 1 - i^2",
      'One line of code serves all four gates.',
      inCells(
        inEachLstm((cell) => ({
          ...cell,
          backward: (parameters, tape, dState, dH) => {
            const right = cell.backward(parameters, tape, dState, dH)
            // 1 - i^2 is (1 + i) / i times i (1 - i).
            const asTanh = (dZ: Kind<F, [Batch, Hidden]>, gate: Kind<F, [Batch, Hidden]>) => {
              const minusOne = fill<[Batch, Hidden]>(axesOf<[Batch, Hidden]>(gate), -1)
              return mul<[Batch, Hidden]>(dZ, div<[Batch, Hidden]>(sub<[Batch, Hidden]>(gate, minusOne), gate))
            }
            const { dZ_i, dZ_f, dZ_o } = right.dInput
            return {
              ...right,
              dInput: {
                ...right.dInput,
                dZ_i: asTanh(dZ_i, tape.i),
                dZ_f: asTanh(dZ_f, tape.f),
                dZ_o: asTanh(dZ_o, tape.o),
              },
            }
          },
        })),
      ),
    ),
  ]
}

/** Mistakes in the GRU's step back. */
export const mistakesOfGru = <F extends Carrier>(
  algebra: Concrete<F>,
  biases: Biases,
  stateAdjoint: boolean,
): Mistakes<F> => {
  const { axesOf, matmulTN, mul, oneMinus, rename, sub, add } = algebra
  const phi = tanh(algebra)
  const ofGru = breaking<GradientParts<F>>('gru')
  return [
    ofGru(
      'GRU: z * dH is left out of what is handed back',
      'H_{t-1} is seen in three products, and its fourth place, the update itself, is overlooked.',
      inCells(
        inEachGru((cell) => ({
          ...cell,
          backward: (parameters, tape, dState, dH) => {
            const right = cell.backward(parameters, tape, dState, dH)
            return { ...right, dState: { H: sub(right.dState.H, mul(add(dH, dState.H), tape.z)) } }
          },
        })),
      ),
      handedBack(stateAdjoint),
    ),
    ofGru(
      'GRU: 1 - z and z are exchanged',
      'The paper and the frameworks call opposite gates z.',
      inCells(
        inEachGru((cell) => ({
          ...cell,
          backward: (parameters, tape, dState, dH) => {
            const right = cell.backward(parameters, tape, dState, dH)
            const dZ_n = mul(mul(add(dH, dState.H), tape.z), phi.derivative(tape.n))
            return { ...right, dInput: { ...right.dInput, dZ_n } }
          },
        })),
      ),
    ),
    ofGru(
      'GRU: the gradient of W_hn is that of a reset before the product',
      'The paper resets the state before it is multiplied, the frameworks the product.',
      inCells(
        inEachGru((cell) => ({
          ...cell,
          gradients: (X, tape, dInput) => {
            const { gates } = cell.gradients(X, tape, dInput)
            const reset = mul(tape.H_prev, rename(tape.r, axesOf(tape.H_prev)[1]))
            return { gates: { ...gates, n: { ...gates.n, W_h: matmulTN(reset, dInput.dZ_n) } } }
          },
        })),
      ),
      [{ hidden: 2 }],
    ),
    ofGru(
      'GRU: the derivative of the reset gate is that of its sum',
      'sigmoid is applied in one function and differentiated in another, which is given r and not Z_r.',
      inCells(
        inEachGru((cell) => ({
          ...cell,
          backward: (parameters, tape, dState, dH) => {
            const right = cell.backward(parameters, tape, dState, dH)
            return { ...right, dInput: { ...right.dInput, dZ_r: mul(right.dInput.dZ_r, oneMinus(tape.r)) } }
          },
        })),
      ),
    ),
    ...(biases === 'two'
      ? [
          breaking<GradientParts<F>>('gru', 'docs/03-model-cells.md#two-biases')(
            "GRU with two biases: the candidate's second bias has the gradient of the first",
            'In every other gate the two are equal.',
            inCells<F>(
              inEachGru((cell) => ({
                ...cell,
                gradients: (X, tape, dInput) => {
                  const { gates } = cell.gradients(X, tape, dInput)
                  return { gates: { ...gates, n: { ...gates.n, b_h: gates.n.b } } }
                },
              })),
            ),
          ),
        ]
      : []),
  ]
}

/** Mistakes between layers. */
export const mistakesOfLayers = <F extends Carrier>(algebra: Concrete<F>, { cell: name }: CellChoice): Mistakes<F> => {
  const { axesOf, matmulNT, rename } = algebra
  const { zero } = wrongTensors(algebra)
  const ofLayers = breaking<GradientParts<F>>('layers')
  return [
    ofLayers(
      'layers: nothing is handed down to the layer below',
      'The input of a cell was characters, of which nobody wants the adjoint.',
      inCells(inUppers((cell) => ({ ...cell, dX: (parameters, dInput) => zero(cell.dX(parameters, dInput)) }))),
    ),
    ...(name === 'rnn'
      ? [
          ofLayers(
            'layers: the adjoint is handed down through the recurrent weights',
            'Both matrices are square, and no shape objects.',
            inCells<F>(
              inEachRnn((cell) => ({
                ...cell,
                dX: (parameters, { dZ }) =>
                  // Only the layers above hand down, whose W_xh has as many rows as W_hh.
                  rename(matmulNT(dZ, parameters.W_hh), axesOf(parameters.W_xh)[0] as never) as never,
              })),
            ),
          ),
        ]
      : []),
  ]
}

