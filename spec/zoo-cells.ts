/**
 * The zoo of wrong cells: GRU, LSTM, two biases and layers, each with one thing changed, a mistake that people make.
 */
import type { Kind } from 'fp-ts/HKT'
import type { AnyAxis, Axes } from '../src/algebra/axis.js'
import type { Tensors } from '../src/algebra/tensor-algebra.js'
import { float64 } from '../src/interpret/float64.js'
import { sigmoid, tanh } from '../src/model/activation.js'
import type { Cell, CellShape } from '../src/model/cell.js'
import { gru } from '../src/model/gru.js'
import type { Gru } from '../src/model/gru.js'
import { characters, units } from '../src/model/intake.js'
import { lstm } from '../src/model/lstm.js'
import type { Lstm } from '../src/model/lstm.js'
import type { Hidden } from '../src/model/parameters.js'
import { rnn } from '../src/model/rnn.js'
import type { Rnn } from '../src/model/rnn.js'
import { on } from '../src/model/stack.js'

export type F = 'float64'
export type Float64Cell = Cell<F, CellShape>

export interface CellMistake {
  readonly mistake: string
  /** How people come to make it. */
  readonly made: string
  readonly cell: unknown
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
/** A layer on a plain cell. */
const onPlain = (above: unknown): unknown => on(float64, rnn(float64, phi), above as never, '1')
type Backward<C extends CellShape> = Cell<F, C>['backward']

/** The LSTM whose backward step is another function of the right one's arguments and answer. */
export const lstmBut = (f: (right: ReturnType<Backward<Lstm>>, ...its: Parameters<Backward<Lstm>>) => unknown) => ({
  ...rightLstm,
  backward: (...its: Parameters<Backward<Lstm>>) => f(rightLstm.backward(...its), ...its) as never,
})
const gruBut = (f: (right: ReturnType<Backward<Gru>>, ...its: Parameters<Backward<Gru>>) => unknown) => ({
  ...rightGru,
  backward: (...its: Parameters<Backward<Gru>>) => f(rightGru.backward(...its), ...its) as never,
})

/** The layer above, which hands dZ W_hh^T down instead of dZ W_xh^T. */
const throughTheWrongWeights = {
  ...upper,
  below: ((p: Tensors<F, Rnn<'units'>['parameters']>, { Z }: { readonly Z: Tensor<[AnyAxis, Hidden]> }) =>
    rename(matmulNT(Z, p.W_hh), axesOf(p.W_xh)[0])) as never,
}

/** The cells that the wrong ones are made from. */
export const rightCells: readonly unknown[] = [rightLstm, rightGru, gruOfTwo, rnnOfTwo, onPlain(upper)]

export const mistakes: readonly CellMistake[] = [
  {
    mistake: 'LSTM: dH does not go through the tanh of C',
    made: 'H = o * tanh(C) is read as H = o * C when the adjoint of C is written.',
    cell: lstmBut((right, p, tape, dState, dH) => {
      const dC = add(dState.C, mul(add(dH, dState.H), tape.o))
      const Z_i = mul(mul(dC, tape.g), sigma.derivative(tape.i))
      return { ...right, dInput: { ...right.dInput, Z_i } }
    }),
  },
  {
    mistake: 'LSTM: what the next step has for dC is left out',
    made: 'The cell state is taken for an intermediate result of its step.',
    cell: lstmBut((_, p, tape, dState, dH) => rightLstm.backward(p, tape, { ...dState, C: zero(dState.C) }, dH)),
  },
  {
    mistake: 'LSTM: the adjoint of C is handed on without the forget gate',
    made: 'C_t = C_{t-1} + i * g was the cell of 1997, before there was a forget gate.',
    cell: lstmBut((right, _, tape, dState, dH) => {
      const dC = add(dState.C, mul(mul(add(dH, dState.H), tape.o), phi.derivative(tape.tanhC)))
      return { ...right, dState: { ...right.dState, C: dC } }
    }),
  },
  {
    mistake: 'LSTM: the gradients of the input gate and of the forget gate are exchanged',
    made: 'Frameworks lay the four blocks out in different orders, and all have the same shape.',
    cell: lstmBut(({ dState, dInput }) => ({ dState, dInput: { ...dInput, Z_i: dInput.Z_f, Z_f: dInput.Z_i } })),
  },
  {
    mistake: 'GRU: z * dH is left out of what is handed back',
    made: 'H_{t-1} is seen in three products, and its fourth place, the update itself, is overlooked.',
    cell: gruBut((right, _, tape, dState, dH) => ({
      ...right,
      dState: { H: sub(right.dState.H, mul(add(dH, dState.H), tape.z)) },
    })),
  },
  {
    mistake: 'GRU: 1 - z and z are exchanged',
    made: 'The paper and the frameworks call opposite gates z.',
    cell: gruBut((right, _, tape, dState, dH) => {
      const Z_n = mul(mul(add(dH, dState.H), tape.z), phi.derivative(tape.n))
      return { ...right, dInput: { ...right.dInput, Z_n } }
    }),
  },
  {
    mistake: 'GRU: the gradient of W_hn is that of a reset before the product',
    made: 'The paper resets the state before it is multiplied, the frameworks the product.',
    cell: {
      ...rightGru,
      gradients: ((X: never, tape: never, dInput: never) => {
        const { H_prev, r } = tape as { readonly H_prev: never; readonly r: never }
        const { Z_n } = dInput as { readonly Z_n: never }
        const reset = mul(H_prev, rename(r, axesOf<[never, never]>(H_prev)[1]))
        return { ...rightGru.gradients(X, tape, dInput), W_hn: matmulTN(reset, Z_n) }
      }) as never,
    },
  },
  {
    mistake: 'GRU: the derivative of the reset gate is that of its sum',
    made: 'sigmoid is applied in one function and differentiated in another, which is given r and not Z_r.',
    cell: gruBut((right, _, tape) => ({
      ...right,
      dInput: { ...right.dInput, Z_r: mul(right.dInput.Z_r, oneMinus(tape.r)) },
    })),
  },
  {
    mistake: "GRU with two biases: the candidate's second bias has the gradient of the first",
    made: 'In every other gate the two are equal.',
    cell: {
      ...gruOfTwo,
      gradients: ((X: never, tape: never, dInput: never) => {
        const right = gruOfTwo.gradients(X, tape, dInput)
        return { ...right, b_hn: right.b_in }
      }) as never,
    },
  },
  {
    mistake: 'RNN with two biases: the second has no gradient',
    made: 'The bias was added to a cell of one, and its gradient to nothing.',
    cell: {
      ...rnnOfTwo,
      gradients: ((X: never, tape: never, dInput: never) => {
        const right = rnnOfTwo.gradients(X, tape, dInput)
        return { ...right, b_hh: zero(right.b_hh) }
      }) as never,
    },
  },
  {
    mistake: 'two layers: the adjoint is handed down through the recurrent weights',
    made: 'Both matrices are square, and no shape objects.',
    cell: onPlain(throughTheWrongWeights),
  },
]
