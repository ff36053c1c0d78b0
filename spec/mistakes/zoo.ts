/**
 * A zoo of wrong gradients: each is BPTT with one thing changed, a mistake that people make, and each must be
 * rejected by the gradient checker at every size at which it is a mistake at all.
 *
 * With a vocabulary of one character every gradient is zero and little can be wrong, so V is 2 or more throughout.
 */
import type { AnyAxis, Axes } from '../../src/algebra/axis.js'
import type { OneHot } from '../../src/algebra/tensor-algebra.js'
import { mapTensors } from '../../src/algebra/tensors.js'
import { float64 } from '../../src/interpret/float64.js'
import type { PlainModel } from '../../src/laws/model/plain-model.js'
import { range } from '../../src/laws/plain.js'
import { clipFactor } from '../../src/train/optimisers/clip.js'
import { relu, tanh } from '../../src/model/activation.js'
import type { Cell } from '../../src/model/cell.js'
import type { OneLayer } from '../../src/model/layers.js'
import { crossEntropyBackward } from '../../src/model/loss.js'
import { forward } from '../../src/model/model.js'
import type { Parameters } from '../../src/model/model.js'
import { outputBackward } from '../../src/model/output.js'
import type { Hidden, Rows, Vocabulary } from '../../src/model/parameters.js'
import { rnn } from '../../src/model/rnn.js'
import type { Rnn } from '../../src/model/rnn.js'
import { assembled, cell, network } from './zoo-parts.js'
import type { Adjoints, F, Parts, Run, Tensor } from './zoo-parts.js'

const { add, axesOf, exp, fill, logSoftmax, matmul, matmulTN, scale, sub, tensor, toArray, transpose } = float64

/** The least sizes at which something is seen; 1 where not said. */
export interface Least {
  readonly steps?: number
  readonly batch?: number
  readonly hidden?: number
}

export interface Mistake {
  readonly mistake: string
  /** How people come to make it. */
  readonly made: string
  /** It is seen at sizes as large as any of these; at others it changes nothing. */
  readonly seenFrom: readonly Least[]
  readonly model: PlainModel
}

/** The threshold of the standard run. */
const THETA = 0.01
/** A usual weight decay. */
const DECAY = 0.01

const ALWAYS: readonly Least[] = [{}]
const FROM_TWO_STEPS: readonly Least[] = [{ steps: 2 }]
const FROM_TWO_UNITS: readonly Least[] = [{ hidden: 2 }]
const FROM_TWO_ROWS: readonly Least[] = [{ steps: 2 }, { batch: 2 }]

const zero = <A extends Axes>(a: Tensor<A>): Tensor<A> => fill<A>(axesOf(a), 0)
const times = <A extends Axes>(c: number, a: Tensor<A>): Tensor<A> => scale<A>(fill<[]>([], c), a)
/** The tensor with numbers that f makes of its own. */
const remade = <A extends Axes>(a: Tensor<A>, f: (values: readonly number[]) => readonly number[]): Tensor<A> =>
  tensor<A>(axesOf(a), f(toArray(a)))
/** The transpose of a square matrix under the axes of the matrix itself: what an unnamed axis lets happen. */
const flipped = <A extends Axes>(a: Tensor<A>): Tensor<A> =>
  remade(a, () => toArray(transpose(a as unknown as Tensor<[Hidden, Vocabulary]>)))

const without = (a: object, field: string): object =>
  Object.fromEntries(Object.entries(a).filter(([name]) => name !== field))

const every = (f: <A extends Axes>(a: Tensor<A>) => Tensor<A>) => (adjoints: Adjoints): Adjoints => ({
  gradients: mapTensors<F>(f)(adjoints.gradients),
  dState: mapTensors<F>(f)(adjoints.dState),
})

/** A mistake in the parameters' gradients alone. */
const inGradients =
  (f: (gradients: Parameters<F, OneLayer<Rnn>>, run: Run) => Partial<Parameters<F, OneLayer<Rnn>>>): Parts['result'] =>
  ({ gradients, dState }, run) => ({ gradients: { ...gradients, ...f(gradients, run) }, dState })

const backwardStep = (backward: Cell<F, Rnn>['backward']): Partial<Parts> => ({ cell: { ...cell, backward } })

/** The rows of one step, zero in all others. */
const onlyStep = <A extends Axes>(t: number, T: number, a: Tensor<A>): Tensor<A> =>
  remade(a, (values) => values.map((x, i) => (Math.floor((i * T) / values.length) === t ? x : 0)))

/** A tape at whose H tanh' is 1. */
const linear = <A extends { readonly H: Tensor<Axes> }>(tape: A): A => ({ ...tape, H: zero(tape.H) })

/** Each row of `a` written, not added, to the row that X names: the last one stays. */
const scatterLast = <R extends AnyAxis, V extends AnyAxis, C extends AnyAxis>(
  X: OneHot<F, [R, V]>,
  a: Tensor<[R, C]>,
): Tensor<[V, C]> => {
  const [indices, columns, values] = [float64.indicesOf(X), axesOf(a)[1], toArray(a)]
  const rowOf = (v: number): readonly number[] => {
    const row = indices.lastIndexOf(v)
    return range(columns.size).map((c) => (row < 0 ? 0 : values[row * columns.size + c]))
  }
  return tensor<[V, C]>([X.axes[1], columns], range(X.axes[1].size).flatMap(rowOf))
}

const inTheLoss: readonly Mistake[] = [
  {
    mistake: 'dO = softmax(O), without the one-hot labels',
    made: 'The softmax is differentiated, and the entry of the label, where the derivative has its other term, is not.',
    seenFrom: ALWAYS,
    model: assembled({ adjointOfScores: (logP, _, { T, N }) => times(1 / (T * N), exp(logP)) }),
  },
  {
    mistake: 'the loss is the mean over the rows N, not over T*N',
    made: 'The losses of the steps are summed in the loop over time, and only the minibatch is averaged.',
    seenFrom: FROM_TWO_STEPS,
    model: assembled({ adjointOfScores: (logP, Y, { T }) => times(T, crossEntropyBackward(float64)(logP, Y)) }),
  },
  {
    mistake: 'the loss is the mean over the steps T, not over T*N',
    made: 'The code was written for one sequence, and a minibatch came later.',
    seenFrom: [{ batch: 2 }],
    model: assembled({ adjointOfScores: (logP, Y, { N }) => times(N, crossEntropyBackward(float64)(logP, Y)) }),
  },
  {
    mistake: 'the gradient is of the sum of the losses, the loss reported is their mean',
    made: 'A framework is asked for reduction="sum" in one place and for the mean in the other.',
    seenFrom: FROM_TWO_ROWS,
    model: assembled({ adjointOfScores: (logP, Y, { T, N }) => times(T * N, crossEntropyBackward(float64)(logP, Y)) }),
  },
  {
    mistake: 'softmax along the rows instead of along the vocabulary',
    made: 'softmax(axis=0) is the default of the library at hand, or the axes were permuted since.',
    seenFrom: ALWAYS,
    model: assembled({
      adjointOfScores: (_, Y, { O }) => crossEntropyBackward(float64)(transpose(logSoftmax(transpose(O))), Y),
    }),
  },
  {
    mistake: 'the labels are laid out row by row, the scores step by step',
    made: 'Y has shape N x T as the sampler gives it, and is flattened without being transposed first.',
    seenFrom: [{ steps: 2, batch: 2 }],
    model: assembled({
      labels: ({ Y, T, N }) => {
        const indices = float64.indicesOf(Y)
        return float64.oneHot<[Rows, Vocabulary]>(
          Y.axes,
          range(N).flatMap((n) => range(T).map((t) => indices[t * N + n])),
        )
      },
    }),
  },
  {
    mistake: 'only the last step has a loss',
    made: 'The code comes from a classifier of sequences, where the last output is the answer.',
    seenFrom: FROM_TWO_STEPS,
    model: assembled({
      adjointOfScores: (logP, Y, { T }) => onlyStep(T - 1, T, crossEntropyBackward(float64)(logP, Y)),
    }),
  },
  {
    mistake: 'the gradient of perplexity, not of the loss',
    made: 'The loop backpropagates what it prints.',
    seenFrom: ALWAYS,
    model: assembled({ result: (adjoints, { loss }) => every((g) => scale(exp(loss), g))(adjoints) }),
  },
  {
    mistake: 'the gradient of the loss in bits',
    made: 'The loss is reported in bits per character and the factor 1 / ln 2 got into the backward pass.',
    seenFrom: ALWAYS,
    model: assembled({ result: every((g) => times(1 / Math.LN2, g)) }),
  },
]

const inTheState: readonly Mistake[] = [
  {
    mistake: 'nothing is carried from step to step',
    made: 'The state is detached at every step instead of once a minibatch, or dH_t is taken for dO_t W_hq^T alone.',
    seenFrom: FROM_TWO_STEPS,
    model: assembled(
      backwardStep((parameters, tape, dState, dH) => cell.backward(parameters, tape, { H: zero(dState.H) }, dH)),
    ),
  },
  {
    mistake: 'W_hh is not transposed in the carry',
    made: 'dZ W_hh has the right shape, since W_hh is square, and nothing complains.',
    seenFrom: FROM_TWO_UNITS,
    model: assembled(
      backwardStep((parameters, tape, dState, dH) =>
        cell.backward({ ...parameters, W_hh: flipped(parameters.W_hh) }, tape, dState, dH),
      ),
    ),
  },
  {
    mistake: "the carry is added after the multiplication by phi'",
    made: "dZ_t = dO_t W_hq^T * phi' + carry: the carry is taken for an adjoint of Z, but it is one of H.",
    seenFrom: FROM_TWO_STEPS,
    model: assembled(
      backwardStep((parameters, tape, dState, dH) => {
        const { dInput } = cell.backward(parameters, tape, { H: zero(dState.H) }, dH)
        const dZ = add(dInput.dZ, dState.H)
        return { dState: cell.backward(parameters, linear(tape), { H: dZ }, zero(dH)).dState, dInput: { dZ } }
      }),
    ),
  },
  {
    mistake: 'the last step counts twice',
    made: 'The carry is initialised with dO_T W_hq^T, and the loop adds it once more when it comes to step T.',
    seenFrom: ALWAYS,
    model: assembled({
      later: ({ T, N, initial }, dH) => ({
        H: remade(initial.H, () => toArray(dH).slice(((T - 1) * N * toArray(dH).length) / (T * N))),
      }),
    }),
  },
  {
    mistake: 'the steps are gone through forward, not backward',
    made: 'The loop of the forward pass was copied and its range was not reversed.',
    seenFrom: FROM_TWO_STEPS,
    model: assembled({ algebra: { ...float64, scanReverse: float64.scan } }),
  },
  {
    mistake: 'the backward pass is run over states that started from zero',
    made: 'Activations are recomputed to save memory, and the state the minibatch began with was not kept.',
    seenFrom: ALWAYS,
    model: assembled({
      tape: ({ parameters, initial, X }) => forward(float64, network)(parameters, { H: zero(initial.H) }, X).tape,
    }),
  },
  {
    mistake: 'dH_0 is zero',
    made: 'Nobody asks for it while the state is reset, so it is not computed, and then the state is carried.',
    seenFrom: ALWAYS,
    model: assembled({ result: ({ gradients, dState }) => ({ gradients, dState: { H: zero(dState.H) } }) }),
  },
  {
    mistake: "the carry is dH_t W_hh^T, without phi'",
    made: "dZ gets a name of its own for the parameters' gradients, and the line of the carry goes on using dH.",
    seenFrom: ALWAYS,
    model: assembled(
      backwardStep((parameters, tape, dState, dH) => ({
        dInput: cell.backward(parameters, tape, dState, dH).dInput,
        dState: cell.backward(parameters, linear(tape), dState, dH).dState,
      })),
    ),
  },
]

const inPhi: readonly Mistake[] = [
  {
    mistake: "phi' is taken at Z as if Z were the output: 1 - Z^2",
    made: 'The formula 1 - x^2 is remembered, and which x it wants is not.',
    seenFrom: ALWAYS,
    model: assembled({
      tape: ({ tape, X, parameters }) => {
        const XW = cell.project<Rows>(parameters, X).XW
        return { ...tape, H: add(XW, matmul(tape.H_prev, parameters.W_hh)) }
      },
    }),
  },
  {
    mistake: "phi' is taken at H as if H were the input: 1 - tanh(H)^2",
    made: 'The derivative is written for an input, and handed the only thing that was kept.',
    seenFrom: ALWAYS,
    model: assembled({ tape: ({ tape }) => ({ ...tape, H: float64.tanh(tape.H) }) }),
  },
  {
    mistake: "phi' of another activation: the step of relu under tanh",
    made: 'The activation was changed in the forward pass only.',
    seenFrom: ALWAYS,
    model: assembled({
      cell: rnn(float64, { of: tanh(float64).of, derivative: relu(float64).derivative }),
    }),
  },
  {
    mistake: "phi' is left out",
    made: 'The cell was tried with the identity first.',
    seenFrom: ALWAYS,
    model: assembled({ tape: ({ tape }) => linear(tape) }),
  },
]

const inTheParameters: readonly Mistake[] = [
  {
    mistake: 'dW_hh is made of H_t instead of H_(t-1)',
    made: 'The list of states is indexed by t in both passes, and its place 0 holds H_0 in one of them only.',
    seenFrom: ALWAYS,
    model: assembled({
      tape: ({ tape, H, parameters }) => ({ ...tape, H_prev: float64.rename(H, axesOf(parameters.W_hh)[0]) }),
    }),
  },
  {
    mistake: 'dW_hh leaves out the first step',
    made: 'H_0 is zero in the test, so the sum starts where there is something to add.',
    seenFrom: ALWAYS,
    model: assembled({
      tape: ({ tape, T }) => ({ ...tape, H_prev: sub(tape.H_prev, onlyStep(0, T, tape.H_prev)) }),
    }),
  },
  {
    mistake: 'dW_hq is made of H_(t-1) instead of H_t',
    made: 'The output is read off before the state is replaced in one pass, and after it in the other.',
    seenFrom: ALWAYS,
    model: assembled({
      ofOutput: ({ parameters, H, tape }, dO) =>
        outputBackward(float64)(parameters, remade(H, () => toArray(tape.H_prev)), dO),
    }),
  },
  {
    mistake: 'dW_hq is that of the last step',
    made: 'The gradient is assigned in the loop, where it should be added to.',
    seenFrom: FROM_TWO_STEPS,
    model: assembled({
      result: inGradients((_, { H, logP, Y, T }) => ({
        W_hq: matmulTN(H, onlyStep(T - 1, T, crossEntropyBackward(float64)(logP, Y))),
      })),
    }),
  },
  {
    mistake: 'dW_hh is returned transposed',
    made: 'dZ^T H_prev has the right shape too.',
    seenFrom: FROM_TWO_UNITS,
    model: assembled({ result: inGradients(({ W_hh }) => ({ W_hh: flipped(W_hh) })) }),
  },
  {
    mistake: 'a character that occurs twice has the gradient of one occurrence',
    made: 'dW[indices] += dZ assigns where indices repeat, and does not add.',
    seenFrom: FROM_TWO_ROWS,
    model: assembled({
      cell: {
        ...cell,
        gradients: (X, tape, dInput) => ({
          ...cell.gradients(X, tape, dInput),
          W_xh: rnn({ ...float64, scatterAdd: scatterLast }, tanh(float64)).gradients(X, tape, dInput).W_xh,
        }),
      },
    }),
  },
  {
    mistake: 'the hidden bias is counted twice',
    made: 'Two biases, b_ih and b_hh, were merged into one, and both of their gradients are added to it.',
    seenFrom: ALWAYS,
    model: assembled({ result: inGradients(({ b_h }) => ({ b_h: add(b_h, b_h) })) }),
  },
  {
    mistake: 'db_q is the mean of the rows of dO, not their sum',
    made: 'A bias is broadcast over the minibatch, and its adjoint is taken with the mean that is already in dO.',
    seenFrom: FROM_TWO_ROWS,
    model: assembled({ result: inGradients(({ b_q }, { T, N }) => ({ b_q: times(1 / (T * N), b_q) })) }),
  },
  {
    mistake: 'the hidden states are given the adjoint of output weights that have moved on already',
    made: 'Layers are updated one by one on the way back, the output layer before dO W_hq^T is taken.',
    seenFrom: ALWAYS,
    model: assembled({
      ofOutput: ({ parameters, H }, dO) => {
        const { gradients } = outputBackward(float64)(parameters, H, dO)
        const W_hq = sub(parameters.W_hq, gradients.W_hq)
        return { gradients, dH: outputBackward(float64)({ ...parameters, W_hq }, H, dO).dH }
      },
    }),
  },
]

const inTheAnswer: readonly Mistake[] = [
  {
    mistake: 'the sign is flipped',
    made: 'What is returned is the step to take, not the gradient.',
    seenFrom: ALWAYS,
    model: assembled({ result: every((g) => times(-1, g)) }),
  },
  {
    mistake: 'the gradient is clipped before it is checked',
    made: 'Clipping stands at the end of the backward pass, where it is easily forgotten.',
    seenFrom: ALWAYS,
    model: assembled({
      result: ({ gradients, dState }) => {
        const factor = clipFactor(float64)(THETA, gradients)
        return every((g) => scale(factor, g))({ gradients, dState })
      },
    }),
  },
  {
    mistake: 'the gradient of weight decay is in it',
    made: 'The optimiser adds it to the gradient in place, and the loss that is checked knows nothing of it.',
    seenFrom: ALWAYS,
    model: assembled({
      result: inGradients(({ W_hh }, { parameters }) => ({ W_hh: add(W_hh, times(DECAY, parameters.W_hh)) })),
    }),
  },
  {
    mistake: 'the gradient of the minibatch before is still in it',
    made: 'Gradients are accumulated, and nobody set them to zero.',
    seenFrom: ALWAYS,
    model: assembled({ result: every((g) => add(g, g)) }),
  },
  {
    mistake: 'the gradients stand in another order than the parameters',
    made: 'A list of gradients is zipped with a list of parameters, and one of the lists was sorted.',
    seenFrom: ALWAYS,
    model: assembled({
      result: inGradients(({ W_xh, W_hh }) => ({ W_xh: W_hh as never, W_hh: W_xh as never })),
    }),
  },
  {
    mistake: 'one parameter has no gradient',
    made: 'It was added to the model and to the forward pass.',
    seenFrom: ALWAYS,
    model: assembled({
      result: ({ gradients, dState }) => ({ gradients: without(gradients, 'b_q') as never, dState }),
    }),
  },
  {
    mistake: 'one entry is not a number',
    made: 'An entry is 0 / 0, and NaN > bound is false.',
    seenFrom: ALWAYS,
    model: assembled({
      result: inGradients(({ b_h }) => ({ b_h: remade(b_h, (values) => values.with(0, NaN)) })),
    }),
  },
]

export const zoo: readonly Mistake[] = [
  ...inTheLoss,
  ...inTheState,
  ...inPhi,
  ...inTheParameters,
  ...inTheAnswer,
]
