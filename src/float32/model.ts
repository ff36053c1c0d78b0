/**
 * The equations of the model in single precision: the same names as in pure-rnn/model, without an algebra's argument.
 */
import type { Tensors } from '../algebra/tensor-algebra.js'
import { float32 } from '../interpret/float32.js'
import type { Float32Tensor } from '../interpret/float32.js'
import type { OneHotTensor } from '../interpret/float-tensor.js'
import type { Initialisation } from '../train/initial.js'
import * as learn from '../train/initial.js'
import { gruKind, layersKind, lstmKind, rnnKind } from '../model/cells.js'
import type { LanguageModel } from '../model/language-model.js'
import type { LayersShape } from '../model/layers.js'
import * as loss from '../model/loss.js'
import * as model from '../model/model.js'
import type { Batch, Rows, Vocabulary } from '../model/parameters.js'
import type { Random } from '../random.js'

/**
 * The plain recurrent cell, H_t = phi(X_t W_xh + H_{t-1} W_hh + b_h).
 *
 * @param phi the activation's name: 'tanh' unless asked otherwise, 'relu' or 'identity'; any other is a defect
 * @param options `{ biases: 'two' }` adds the second bias b_hh of torch.nn.RNN
 * @returns a kind of cell, for `languageModel` and `layers`
 *
 * Source: Elman, Finding structure in time (1990).
 *
 * ```ts
 * import { languageModel, rnn } from 'pure-rnn'
 *
 * languageModel(rnn('relu'), { vocabulary: 28, hidden: 32 }).sizes.hidden // => 32
 * ```
 */
export const rnn: typeof rnnKind = rnnKind

/**
 * The gated recurrent unit, H_t = (1 - z) * n + z * H_{t-1}.
 *
 *   r = sigmoid(X W_xr + H_{t-1} W_hr + b_r), likewise z, and n = tanh(X W_xn + b_n + r * (H_{t-1} W_hn))
 *
 * @param options `{ biases: 'two' }` adds the second biases of torch.nn.GRU
 * @returns a kind of cell, for `languageModel` and `layers`
 *
 * Source: Cho et al. (2014). Resets after the product, as torch.nn.GRU and cuDNN; the paper resets before it.
 *
 * ```ts
 * import { gru, languageModel } from 'pure-rnn'
 *
 * languageModel(gru(), { vocabulary: 28, hidden: 32 }).choice?.cell // => 'gru'
 * ```
 */
export const gru: typeof gruKind = gruKind

/**
 * The long short-term memory, C_t = f * C_{t-1} + i * g, H_t = o * tanh(C_t).
 *
 *   i = sigmoid(X W_xi + H_{t-1} W_hi + b_i), likewise f and o, and g = tanh(X W_xg + H_{t-1} W_hg + b_g)
 *
 * @param options `{ biases: 'two' }` adds the second biases of torch.nn.LSTM
 * @returns a kind of cell, for `languageModel` and `layers`
 *
 * Source: Hochreiter and Schmidhuber (1997), with the forget gate of Gers, Schmidhuber and Cummins (2000). The same as
 * torch.nn.LSTM; Keras begins with a forget bias of 1.
 *
 * ```ts
 * import { languageModel, lstm } from 'pure-rnn'
 *
 * languageModel(lstm(), { vocabulary: 28, hidden: 32 }).choice?.cell // => 'lstm'
 * ```
 */
export const lstm: typeof lstmKind = lstmKind

/**
 * Cells on one another: each layer reads the hidden units of the layer below it, at the same step.
 *
 * @param first the lowest layer, which reads characters
 * @param uppers the layers above it, from below; they may be of different kinds
 * @returns layers, for `languageModel`; their parameters stand under `layers`, the lowest first
 *
 * Differs from torch.nn.LSTM(num_layers=2) in that kinds can be mixed.
 *
 * ```ts
 * import { gru, initialParameters, languageModel, layers, lstm, seeded } from 'pure-rnn'
 *
 * const model = languageModel(layers(lstm(), gru()), { vocabulary: 5, hidden: 4 })
 * const [parameters] = initialParameters(model)(seeded(1))
 * parameters.layers[1].gates.r.W_h.axes.map(({ size }) => size) // => [4, 4]
 * ```
 */
export const layers: typeof layersKind = layersKind

/**
 * A float32 tensor of these axes.
 *
 * @param axes from `batchAxis`, `hiddenAxis`, ..., or `axis(name, size)`
 * @param values the entries, the last axis running fastest; as many as the axes hold, else it is a defect
 * @returns `{ axes, data }`, data a Float32Array that nobody writes
 *
 * ```ts
 * import { hiddenAxis, tensor, toArray } from 'pure-rnn'
 *
 * toArray(tensor([hiddenAxis(2)], [0.5, -1])) // => [0.5, -1]
 * ```
 */
export const tensor: typeof float32.tensor = float32.tensor

/**
 * A one-hot tensor: rows with a 1 at the given columns, kept as the columns' numbers.
 *
 * @param axes the last one is the one that the indices number
 * @param indices whole numbers from 0 up to the size of the last axis; anything else is a defect
 *
 * ```ts
 * import { batchAxis, oneHot, product, timeAxis, vocabularyAxis } from 'pure-rnn'
 *
 * oneHot([product(timeAxis(2), batchAxis(1)), vocabularyAxis(3)], [0, 2]).index.length // => 2
 * ```
 */
export const oneHot: typeof float32.oneHot = float32.oneHot

/**
 * The entries of a tensor as plain numbers, the last axis running fastest.
 *
 * ```ts
 * import { hiddenAxis, tensor, toArray } from 'pure-rnn'
 *
 * toArray(tensor([hiddenAxis(2)], [1, 2])) // => [1, 2]
 * ```
 */
export const toArray: typeof float32.toArray = float32.toArray

/** All parameters of a model, as float32 tensors. */
export type ModelParameters<L extends LayersShape> = model.Parameters<'float32', L>

/** The state of N rows between two steps, as float32 tensors. */
export type State<L extends LayersShape> = model.State<'float32', L>

/** The one-hot rows of T steps of N rows, time-major. */
type Characters = OneHotTensor<[Rows, Vocabulary]>

/**
 * The scores of what comes after each character.
 *
 * @returns a function of the parameters, the state before the first step (N x H each part) and the characters X
 *   (T*N x V, time-major) to O, the scores before softmax (T*N x V), the state after the last step, the tape that the
 *   backward pass needs, and H (T*N x H)
 *
 * ```ts
 * import { batchAxis, forward, initialParameters, languageModel } from 'pure-rnn'
 * import { oneHot, product, rnn, seeded, timeAxis } from 'pure-rnn'
 * import { vocabularyAxis, zeroState } from 'pure-rnn'
 *
 * const model = languageModel(rnn(), { vocabulary: 3, hidden: 2 })
 * const [parameters] = initialParameters(model)(seeded(1))
 * const X = oneHot([product(timeAxis(4), batchAxis(1)), vocabularyAxis(3)], [0, 1, 2, 1])
 * forward(model)(parameters, zeroState(model, batchAxis(1)), X).O.data.length // => 12
 * ```
 */
export const forward = <L extends LayersShape>(
  its: LanguageModel<L>,
): ((parameters: ModelParameters<L>, state: State<L>, X: Characters) => model.Forward<'float32', L>) =>
  model.forward(float32, its)

/**
 * Backpropagation through time: the mean loss of labels Y after characters X, and its gradients.
 *
 * @returns a function of the parameters, the state before the first step, X and Y (T*N x V each, time-major) and
 *   `dState`, the adjoint of the state after the last step (zero for truncated BPTT, and where nothing follows) to
 *   the loss in nats, the state after the last step, a gradient for every parameter, and the adjoint of the state
 *   before the first step. No rows are a defect.
 *
 * Source: Werbos, Backpropagation through time: what it does and how to do it (1990).
 *
 * ```ts
 * import { backpropagate, batchAxis, initialParameters, languageModel, oneHot, product, rnn, seeded } from 'pure-rnn'
 * import { timeAxis, vocabularyAxis, zeroAdjoint, zeroState } from 'pure-rnn'
 *
 * const model = languageModel(rnn(), { vocabulary: 3, hidden: 2 })
 * const [parameters] = initialParameters(model)(seeded(1))
 * const characters = (...numbers: number[]) =>
 *   oneHot([product(timeAxis(numbers.length), batchAxis(1)), vocabularyAxis(3)], numbers)
 * const state = zeroState(model, batchAxis(1))
 * const { loss, gradients } = backpropagate(model)(
 *   parameters, state, characters(0, 1), characters(1, 2), zeroAdjoint(state),
 * )
 * loss.data[0].toFixed(1) // => '1.1'
 * gradients.W_hh.data.length // => 4
 * ```
 */
export const backpropagate = <L extends LayersShape>(
  its: LanguageModel<L>,
): ((
  parameters: ModelParameters<L>,
  state: State<L>,
  X: Characters,
  Y: Characters,
  dState: State<L>,
) => model.Backpropagated<'float32', L>) => model.backpropagate(float32, its)

/** A float32 scalar. */
type Scalar = Float32Tensor<[]>
type Scores = Float32Tensor<[Rows, Vocabulary]>

/**
 * The mean loss of scores O for labels Y, in nats: minus the mean over the rows of log softmax(O)[y].
 *
 * @param O the scores before softmax, T*N x V, as `forward` gives them
 * @param Y the characters that come next, T*N x V
 * @returns the loss, and logP = log softmax(O), T*N x V, which `crossEntropyBackward` needs; no rows are a defect
 *
 * Differs from log(softmax(O) + 1e-8) in having no floor; torch.nn.CrossEntropyLoss takes the same mean.
 *
 * ```ts
 * import { batchAxis, crossEntropyForward, oneHot, product, tensor, timeAxis, vocabularyAxis } from 'pure-rnn'
 *
 * const [rows, V] = [product(timeAxis(2), batchAxis(1)), vocabularyAxis(3)]
 * const { loss } = crossEntropyForward(tensor([rows, V], [0, 0, 0, 0, 0, 0]), oneHot([rows, V], [2, 0]))
 * Math.exp(loss.data[0]).toFixed(3) // => '3.000'
 * ```
 */
export const crossEntropyForward: (O: Scores, Y: Characters) => { readonly loss: Scalar; readonly logP: Scores } =
  loss.crossEntropyForward(float32)

/**
 * dO = (softmax(O) - onehot(Y)) / (T*N): the adjoint of the scores, T*N x V.
 *
 * @param logP log softmax(O), T*N x V, from `crossEntropyForward`
 * @param Y the labels, T*N x V; no rows are a defect
 *
 * ```ts
 * import { batchAxis, crossEntropyBackward, oneHot, product } from 'pure-rnn'
 * import { tensor, timeAxis, toArray, vocabularyAxis } from 'pure-rnn'
 *
 * const [rows, V] = [product(timeAxis(1), batchAxis(1)), vocabularyAxis(2)]
 * const logP = tensor([rows, V], [Math.log(0.25), Math.log(0.75)])
 * toArray(crossEntropyBackward(logP, oneHot([rows, V], [0]))).map((d) => d.toFixed(2)) // => ['-0.75', '0.75']
 * ```
 */
export const crossEntropyBackward: (logP: Scores, Y: Characters) => Scores = loss.crossEntropyBackward(float32)

/**
 * The state before the first character: zero, N x H each part (H; of an LSTM, H and C).
 *
 * @param batch the N rows, `batchAxis(N)`
 *
 * ```ts
 * import { batchAxis, languageModel, lstm, zeroState } from 'pure-rnn'
 *
 * Object.keys(zeroState(languageModel(lstm(), { vocabulary: 3, hidden: 2 }), batchAxis(4))) // => ['H', 'C']
 * ```
 */
export const zeroState = <L extends LayersShape>(its: LanguageModel<L>, batch: Batch): State<L> =>
  model.zeroState(float32, its, batch)

/**
 * The adjoint of a state that nothing later depends on: zero, of the state's own axes. With it as its last argument,
 * `backpropagate` is truncated BPTT.
 *
 * ```ts
 * import { batchAxis, hiddenAxis, tensor, toArray, zeroAdjoint } from 'pure-rnn'
 *
 * const { H } = zeroAdjoint({ H: tensor([batchAxis(1), hiddenAxis(2)], [0.3, -1]) })
 * toArray(H) // => [0, 0]
 * ```
 */
export const zeroAdjoint: <S>(state: Tensors<'float32', S>) => Tensors<'float32', S> = model.zeroAdjoint(float32)

/**
 * Initial parameters, drawn from a generator's state.
 *
 * @param initialisation `normalWeights(deviation)` or `uniformEntries(bound)`; uniform within 1 / sqrt(H), as
 *   PyTorch has it, unless asked otherwise
 * @returns a function of the generator's state to the parameters and the generator's next state
 *
 * ```ts
 * import { initialParameters, languageModel, rnn, seeded, uniformEntries } from 'pure-rnn'
 *
 * const model = languageModel(rnn(), { vocabulary: 3, hidden: 2 })
 * const [parameters, next] = initialParameters(model, uniformEntries(0.5))(seeded(1))
 * Object.keys(parameters) // => ['W_xh', 'W_hh', 'b_h', 'W_hq', 'b_q']
 * next.length // => 4
 * ```
 */
export const initialParameters = <L extends LayersShape>(
  its: LanguageModel<L>,
  initialisation: Initialisation = learn.usualInitialisation(its.sizes),
): Random<ModelParameters<L>> => learn.initialParameters(float32, its, initialisation)

