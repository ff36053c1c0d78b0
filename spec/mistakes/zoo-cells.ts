/**
 * The zoo of wrong cells: GRU, LSTM, two biases and layers, each with one thing changed, a mistake that people make.
 */
import type { Kind } from 'fp-ts/HKT'
import type { AnyAxis, Axes } from '../../src/algebra/axis.js'
import type { Along, Tensors } from '../../src/algebra/tensor-algebra.js'
import { float64 } from '../../src/interpret/float64.js'
import { sigmoid, tanh } from '../../src/model/activation.js'
import type { Cell, CellShape } from '../../src/model/cell.js'
import { gru } from '../../src/model/gru.js'
import type { Gru } from '../../src/model/gru.js'
import { characters, units } from '../../src/model/input.js'
import { lstm } from '../../src/model/lstm.js'
import type { Lstm } from '../../src/model/lstm.js'
import type { Network } from '../../src/model/model.js'
import type { Hidden, Lower, Previous, Rows } from '../../src/model/parameters.js'
import { rnn } from '../../src/model/rnn.js'
import type { Rnn } from '../../src/model/rnn.js'
import { layer, layers } from '../../src/model/layers.js'
import type { Characters, Layers, LayersShape } from '../../src/model/layers.js'

export type F = 'float64'
export type Float64Network = Network<F, LayersShape>

export interface CellMistake {
  readonly mistake: string
  /** How people come to make it. */
  readonly made: string
  readonly network: Float64Network
}

type Tensor<A extends Axes> = Kind<F, A>
const { add, axesOf, fill, matmulNT, matmulTN, mul, oneMinus, rename, sub } = float64
const [sigma, phi] = [sigmoid(float64), tanh(float64)]
const zero = <A extends Axes>(a: Tensor<A>): Tensor<A> => fill<A>(axesOf(a), 0)

export const rightLstm = lstm(float64)
export const rightGru = gru(float64)
const gruOfTwo = gru(float64, characters(float64), 'two')
const rnnOfTwo = rnn(float64, phi, characters(float64), 'two')
export const upper = rnn(float64, phi, units(float64))
/** Networks of whatever cells: a test knows what they are, and the compiler need not. */
const networkOf = (made: unknown): Float64Network => ({ layers: () => made as Layers<F, LayersShape> })
export const alone = (cell: unknown): Float64Network => networkOf(layer(float64, cell as Cell<F, Rnn>))
/** A layer on a plain cell. */
const onPlain = (above: unknown): Float64Network => networkOf(layers(float64, rnn(float64, phi), above as typeof upper))
type Backward<C extends CellShape> = Cell<F, C>['backward']
/** The arguments of a cell's gradients, over the rows of a minibatch. */
type Gradients<C extends CellShape> = readonly [
  X: Characters<F>,
  tape: Tensors<F, Along<Rows, C['tape']>>,
  dInput: Tensors<F, Along<Rows, C['adjoint']>>,
]

/** The LSTM whose backward step is another function of the right one's arguments and answer. */
export const lstmBut = (f: (right: ReturnType<Backward<Lstm>>, ...its: Parameters<Backward<Lstm>>) => unknown) => ({
  ...rightLstm,
  backward: (...its: Parameters<Backward<Lstm>>) => f(rightLstm.backward(...its), ...its) as never,
})
const gruBut = (f: (right: ReturnType<Backward<Gru>>, ...its: Parameters<Backward<Gru>>) => unknown) => ({
  ...rightGru,
  backward: (...its: Parameters<Backward<Gru>>) => f(rightGru.backward(...its), ...its) as never,
})

const lstmButNetwork = (...its: Parameters<typeof lstmBut>) => alone(lstmBut(...its))
const gruButNetwork = (...its: Parameters<typeof gruBut>) => alone(gruBut(...its))

/** The layer above, which hands dZ W_hh^T down instead of dZ W_xh^T. */
const throughTheWrongWeights = {
  ...upper,
  dX: <R extends AnyAxis>(p: Tensors<F, Rnn<'units'>['parameters']>, { dZ }: { readonly dZ: Tensor<[R, Hidden]> }) =>
    rename<R, Previous, Lower>(matmulNT(dZ, p.W_hh), axesOf(p.W_xh)[0]),
}

/** What the wrong ones are made from. */
export const rightNetworks: readonly Float64Network[] = [
  ...[rightLstm, rightGru, gruOfTwo, rnnOfTwo].map(alone),
  onPlain(upper),
]

export const mistakes: readonly CellMistake[] = [
  {
    mistake: 'LSTM: dH does not go through the tanh of C',
    made: 'H = o * tanh(C) is read as H = o * C when the adjoint of C is written.',
    network: lstmButNetwork((right, p, tape, dState, dH) => {
      const dC = add(dState.C, mul(add(dH, dState.H), tape.o))
      const dZ_i = mul(mul(dC, tape.g), sigma.derivative(tape.i))
      return { ...right, dInput: { ...right.dInput, dZ_i } }
    }),
  },
  {
    mistake: 'LSTM: what the next step has for dC is left out',
    made: 'The cell state is taken for an intermediate result of its step.',
    network: lstmButNetwork((_, p, tape, dState, dH) =>
      rightLstm.backward(p, tape, { ...dState, C: zero(dState.C) }, dH),
    ),
  },
  {
    mistake: 'LSTM: the adjoint of C is handed on without the forget gate',
    made: 'C_t = C_{t-1} + i * g was the cell of 1997, before there was a forget gate.',
    network: lstmButNetwork((right, _, tape, dState, dH) => {
      const dC = add(dState.C, mul(mul(add(dH, dState.H), tape.o), phi.derivative(tape.tanhC)))
      return { ...right, dState: { ...right.dState, C: dC } }
    }),
  },
  {
    mistake: 'LSTM: the gradients of the input gate and of the forget gate are exchanged',
    made: 'Frameworks lay the four blocks out in different orders, and all have the same shape.',
    network: lstmButNetwork(({ dState, dInput }) => ({
      dState,
      dInput: { ...dInput, dZ_i: dInput.dZ_f, dZ_f: dInput.dZ_i },
    })),
  },
  {
    mistake: 'GRU: z * dH is left out of what is handed back',
    made: 'H_{t-1} is seen in three products, and its fourth place, the update itself, is overlooked.',
    network: gruButNetwork((right, _, tape, dState, dH) => ({
      ...right,
      dState: { H: sub(right.dState.H, mul(add(dH, dState.H), tape.z)) },
    })),
  },
  {
    mistake: 'GRU: 1 - z and z are exchanged',
    made: 'The paper and the frameworks call opposite gates z.',
    network: gruButNetwork((right, _, tape, dState, dH) => {
      const dZ_n = mul(mul(add(dH, dState.H), tape.z), phi.derivative(tape.n))
      return { ...right, dInput: { ...right.dInput, dZ_n } }
    }),
  },
  {
    mistake: 'GRU: the gradient of W_hn is that of a reset before the product',
    made: 'The paper resets the state before it is multiplied, the frameworks the product.',
    network: alone({
      ...rightGru,
      gradients: (...[X, tape, dInput]: Gradients<Gru>) => {
        const { gates } = rightGru.gradients(X, tape, dInput)
        const reset = mul(tape.H_prev, rename(tape.r, axesOf(tape.H_prev)[1]))
        return { gates: { ...gates, n: { ...gates.n, W_h: matmulTN(reset, dInput.dZ_n) } } }
      },
    }),
  },
  {
    mistake: 'GRU: the derivative of the reset gate is that of its sum',
    made: 'sigmoid is applied in one function and differentiated in another, which is given r and not Z_r.',
    network: gruButNetwork((right, _, tape) => ({
      ...right,
      dInput: { ...right.dInput, dZ_r: mul(right.dInput.dZ_r, oneMinus(tape.r)) },
    })),
  },
  {
    mistake: "GRU with two biases: the candidate's second bias has the gradient of the first",
    made: 'In every other gate the two are equal.',
    network: alone({
      ...gruOfTwo,
      gradients: (...its: Gradients<Gru>) => {
        const { gates } = gruOfTwo.gradients(...its)
        return { gates: { ...gates, n: { ...gates.n, b_h: gates.n.b } } }
      },
    }),
  },
  {
    mistake: 'RNN with two biases: the second has no gradient',
    made: 'The bias was added to a cell of one, and its gradient to nothing.',
    network: alone({
      ...rnnOfTwo,
      gradients: (...its: Gradients<Rnn>) => {
        const right = rnnOfTwo.gradients(...its)
        return { ...right, b_hh: zero(right.b_h) }
      },
    }),
  },
  {
    mistake: 'two layers: the adjoint is handed down through the recurrent weights',
    made: 'Both matrices are square, and no shape objects.',
    network: onPlain(throughTheWrongWeights),
  },
]
