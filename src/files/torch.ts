/**
 * A model's parameters as PyTorch names and lays them out, and back.
 *
 *   rnn.weight_ih_l<k>   [gates * H, in]   the gates' W_x, transposed, one block under the other
 *   rnn.weight_hh_l<k>   [gates * H, H]    the gates' W_h, likewise
 *   rnn.bias_ih_l<k>, rnn.bias_hh_l<k>     the gates' biases; with one bias a gate, that and zeros
 *   linear.weight, linear.bias             W_hq transposed, b_q
 *
 * These are the state dict of a module with `rnn = torch.nn.RNN(V, H)` (or GRU, LSTM, of so many layers) and
 * `linear = torch.nn.Linear(H, V)`. Numbers are moved, never computed with: a round trip keeps every bit. An RNN with
 * phi = relu is one of `nonlinearity='relu'`, which the state dict does not say; with phi = identity it is none.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Axes } from '../algebra/axis.js'
import { axis, entries } from '../algebra/axis.js'
import { flatten, unflatten } from '../algebra/names.js'
import type { Named } from '../algebra/names.js'
import { count, quoted } from '../failure.js'
import type { Failure } from '../failure.js'
import { float32 } from '../interpret/float32.js'
import type { Float32Tensor } from '../interpret/float32.js'
import { networkOf } from '../model/cells.js'
import type { CellChoice } from '../model/cells.js'
import { languageModel } from '../model/language-model.js'
import type { LayersShape } from '../model/layers.js'
import { parameterAxes } from '../model/model.js'
import type { Parameters } from '../model/model.js'
import type { Sizes } from '../model/parameters.js'
import { layoutOf, zerosOf } from './torch-layout.js'
import type { Layout, Shaped } from './torch-layout.js'
import { isTransposed, mismatch, recognised } from './torch-model.js'
import type { TorchModel } from './torch-model.js'
import { decoded, encoded } from './stored-tensor.js'
import type { StoredTensor } from './stored-tensor.js'

type Parameters32 = Parameters<'float32', LayersShape>
type Named32 = Named<'float32'>
type StateDict = ReadonlyMap<string, StoredTensor>

/** A matrix of rows of numbers, or a vector. */
type Plain = readonly number[]

/** The transpose of rows x columns numbers. */
const transpose = (values: ArrayLike<number>, rows: number, columns: number): Plain =>
  Array.from({ length: rows * columns }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)])

/**
 * The state dict of these parameters.
 *
 * @returns the tensors, or a failure where no module of torch.nn computes what the model does: an RNN with identity
 */
export const toTorch = (
  choice: CellChoice,
  sizes: Sizes,
  parameters: Parameters32,
): Either<Failure, StateDict> =>
  choice.cell !== 'rnn' || nonlinearities.includes(choice.activation)
    ? E.right(tensorsOf(choice, sizes, parameters))
    : mismatch(
        'the model',
        `an rnn with ${nonlinearities.join(' or ')}, which is all that torch.nn.RNN computes`,
        choice.activation,
        'export it as onnx, or train one with such an activation',
      )

/** The nonlinearities of torch.nn.RNN. The gates of its GRU and LSTM are those of the cells here. */
export const nonlinearities: readonly CellChoice['activation'][] = ['tanh', 'relu']

const tensorsOf = (choice: CellChoice, sizes: Sizes, parameters: Parameters32): StateDict => {
  const named: Named32 = flatten<'float32'>(parameters)
  const blockOf = ({ field, transposed, axes }: Layout['blocks'][number]): Plain => {
    const { data } = named[field]
    return transposed ? transpose(data, axes[0].size, axes[1].size) : Array.from(data)
  }
  return new Map([
    ...layoutOf(choice, sizes).map(({ tensor, shape, blocks }) => stored(tensor, shape, blocks.flatMap(blockOf))),
    ...zerosOf(choice, sizes).map(({ tensor, shape: [length] }) =>
      stored(tensor, [length], Array.from({ length }, () => 0)),
    ),
  ])
}

const stored = (tensor: string, shape: readonly number[], values: Plain): readonly [string, StoredTensor] => [
  tensor,
  encoded(shape, float32.tensor([axis('entries', values.length)], values).data),
]

/** A model that was read: what it is, how large, and its parameters. */
export interface FromTorch {
  readonly choice: CellChoice
  readonly sizes: Sizes
  readonly parameters: Parameters32
}

/** What a state dict does not say of itself. */
export interface Unsaid {
  /** The nonlinearity of an RNN. */
  readonly activation: CellChoice['activation']
  /** 'one' reads the second biases as none, and refuses any that are not zero. */
  readonly biases: CellChoice['biases']
}

/**
 * The model of a state dict.
 *
 * @param what how messages call the file
 * @returns the model, or a failure where a tensor is missing, of another type or shape, or none of this model's
 *   (a second direction, a projection)
 */
export const fromTorch =
  (what: string, { activation, biases }: Unsaid) =>
  (tensors: StateDict): Either<Failure, FromTorch> =>
    pipe(
      recognised(what, tensors),
      E.chain((model) => {
        const { cell, layers, sizes } = model
        const choice = { cell, layers, activation, biases }
        const layout = layoutOf(choice, sizes)
        const zeros = zerosOf(choice, sizes)
        return pipe(
          onlyThese(what, tensors, model, [...layout, ...zeros]),
          E.chain(() => E.traverseArray((each: Layout) => fieldsOf(what, tensors, each))(layout)),
          E.chainFirst(() => E.traverseArray((each: Shaped) => zero(what, tensors, each))(zeros)),
          E.map((read) => ({ choice, sizes, parameters: inOrder(choice, sizes, Object.fromEntries(read.flat())) })),
        )
      }),
    )

/** Every tensor of the list is there with its shape, and no other; what is missing or too much is said first. */
const onlyThese = (
  what: string,
  tensors: StateDict,
  model: TorchModel,
  wanted: readonly Shaped[],
): Either<Failure, unknown> => {
  const names = new Set(wanted.map(({ tensor }) => tensor))
  const missing = wanted.find(({ tensor }) => !tensors.has(tensor))
  const other = [...tensors.keys()].find((name) => !names.has(name))
  const wrong = wanted.find(({ tensor, shape }) => String(tensors.get(tensor)?.shape) !== String(shape))
  return missing !== undefined
    ? mismatch(what, asIn(model, missing), other === undefined ? 'none' : `none, but ${quoted(other)}`)
    : other !== undefined
      ? mismatch(what, `no tensors but ${wordsOf(model)} and the output layer`, quoted(other))
      : wrong !== undefined
        ? mismatch(
            what,
            asIn(model, wrong),
            `shape ${quoted(tensors.get(wrong.tensor)?.shape)}`,
            isTransposed(tensors.get(wrong.tensor)?.shape, wrong.shape)
              ? 'transpose it: PyTorch has a row for each output'
              : undefined,
          )
        : E.right(undefined)
}

/** A tensor, and the model that the others are of. */
const asIn = (model: TorchModel, { tensor, shape }: Shaped): string => {
  const { vocabulary, hidden } = model.sizes
  return (
    `the tensor ${tensor} of shape [${shape.join(', ')}] (as in a model of ${count(vocabulary, 'character')}, ` +
    `${count(hidden, 'hidden unit')} and ${wordsOf(model)})`
  )
}

const wordsOf = ({ cell, layers }: TorchModel): string => count(layers, `${cell} layer`)

const numbersIn = (what: string, tensors: StateDict, tensor: string): Either<Failure, ArrayLike<number>> =>
  decoded(`the tensor ${tensor} of ${what}`, tensors.get(tensor) as StoredTensor)

/** The parameters that a tensor holds. */
const fieldsOf = (
  what: string,
  tensors: StateDict,
  { tensor, blocks }: Layout,
): Either<Failure, readonly (readonly [string, Float32Tensor<Axes>])[]> =>
  E.map((values: ArrayLike<number>) =>
    blocks.map(({ field, block, transposed, axes }) => {
      const size = entries(axes)
      const own = Array.from({ length: size }, (_, i) => values[block * size + i])
      return [field, float32.tensor(axes, transposed ? transpose(own, axes[1].size, axes[0].size) : own)] as const
    }),
  )(numbersIn(what, tensors, tensor))

const zero = (what: string, tensors: StateDict, { tensor }: Shaped): Either<Failure, unknown> =>
  pipe(
    numbersIn(what, tensors, tensor),
    E.chain((values) =>
      Array.from(values).every((value) => value === 0)
        ? E.right(undefined)
        : mismatch(what, `the second bias ${tensor} to be zero, since the model has one a gate`, 'other numbers'),
    ),
  )

/** The parameters as the model has them. */
const inOrder = (choice: CellChoice, sizes: Sizes, named: Named32): Parameters32 => {
  const shape = parameterAxes(float32, languageModel(networkOf(choice), sizes))
  return unflatten<'float32', typeof shape>(shape, named)
}
