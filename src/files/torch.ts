/**
 * A model's parameters as PyTorch names and lays them out, and back.
 *
 *   rnn.weight_ih_l<k>   [gates * H, in]   the gates' W_x, transposed, one block under the other
 *   rnn.weight_hh_l<k>   [gates * H, H]    the gates' W_h, likewise
 *   rnn.bias_ih_l<k>, rnn.bias_hh_l<k>     the gates' biases; with one bias a gate, that and zeros
 *   linear.weight, linear.bias             W_hq transposed, b_q
 *
 * These are the state dict of a module with `rnn = torch.nn.RNN(V, H)` (or GRU, LSTM, of so many layers) and
 * `linear = torch.nn.Linear(H, V)`. Numbers are moved, never computed with: a round trip keeps every bit.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Axes } from '../algebra/axis.js'
import { axis, entries } from '../algebra/axis.js'
import { flatten, unflatten } from '../algebra/names.js'
import type { Named } from '../algebra/names.js'
import { quoted } from '../failure.js'
import type { Failure } from '../failure.js'
import { float32 } from '../interpret/float32.js'
import type { Float32Tensor } from '../interpret/float32.js'
import { cellNames, gatesOf, networkOf } from '../model/cells.js'
import type { CellChoice, CellName } from '../model/cells.js'
import { languageModel } from '../model/language-model.js'
import type { LayersShape } from '../model/layers.js'
import { parameterAxes } from '../model/model.js'
import type { Parameters } from '../model/model.js'
import type { Sizes } from '../model/parameters.js'
import { layoutOf, zerosOf } from './torch-layout.js'
import type { Layout, Shaped } from './torch-layout.js'
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

/** The state dict of these parameters. */
export const toTorch = (choice: CellChoice, sizes: Sizes, parameters: Parameters32): StateDict => {
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
      dimensionsOf(what, tensors),
      E.chain(({ cell, layers, sizes }) => {
        const choice = { cell, layers, activation, biases }
        const layout = layoutOf(choice, sizes)
        const zeros = zerosOf(choice, sizes)
        return pipe(
          onlyThese(what, tensors, [...layout, ...zeros]),
          E.chain(() => E.traverseArray((each: Layout) => fieldsOf(what, tensors, each))(layout)),
          E.chainFirst(() => E.traverseArray((each: Shaped) => zero(what, tensors, each))(zeros)),
          E.map((read) => ({ choice, sizes, parameters: inOrder(choice, sizes, Object.fromEntries(read.flat())) })),
        )
      }),
    )

const mismatch = (what: string, expected: string, got: string): Either<Failure, never> =>
  E.left({ _tag: 'Mismatch', what, expected, got })

/** More layers than anybody stacks, and few enough that a damaged file cannot exhaust the stack. */
const MOST_LAYERS = 100

/** The cell, its layers and sizes, as the shapes of the first layer's weights and the number of layers tell them. */
const dimensionsOf = (
  what: string,
  tensors: StateDict,
): Either<Failure, { readonly cell: CellName; readonly layers: number; readonly sizes: Sizes }> => {
  const [input, recurrent] = ['rnn.weight_ih_l0', 'rnn.weight_hh_l0'].map((name) => tensors.get(name)?.shape ?? [])
  const [rows, vocabulary] = input
  const [, hidden] = recurrent
  const cell = cellNames.find((name) => gatesOf[name].length * hidden === rows)
  const layers = [...tensors.keys()].filter((name) => /^rnn\.weight_hh_l\d+$/.test(name)).length
  return input.length !== 2 || recurrent.length !== 2
    ? mismatch(what, 'the matrices rnn.weight_ih_l0 and rnn.weight_hh_l0 of a state dict', 'none')
    : hidden === 0 || vocabulary === 0 || cell === undefined
      ? mismatch(
          what,
          'rnn.weight_ih_l0 to have 1, 3 or 4 times as many rows as rnn.weight_hh_l0 has columns',
          `${String(rows)} and ${String(hidden)}`,
        )
      : layers > MOST_LAYERS
        ? mismatch(what, `a state dict of at most ${String(MOST_LAYERS)} layers`, String(layers))
        : E.right({ cell, layers, sizes: { vocabulary, hidden } })
}

/** Every tensor of the list is there with its shape, and no other. */
const onlyThese = (
  what: string,
  tensors: StateDict,
  wanted: readonly Shaped[],
): Either<Failure, unknown> => {
  const wrong = wanted.find(({ tensor, shape }) => String(tensors.get(tensor)?.shape) !== String(shape))
  const other = [...tensors.keys()].find((name) => !wanted.some(({ tensor }) => tensor === name))
  return wrong !== undefined
    ? mismatch(
        what,
        `the tensor ${wrong.tensor} of shape [${wrong.shape.join(', ')}]`,
        tensors.has(wrong.tensor) ? `shape ${quoted(tensors.get(wrong.tensor)?.shape)}` : 'none',
      )
    : other !== undefined
      ? mismatch(what, `the tensors ${wanted.map(({ tensor }) => tensor).join(', ')} alone`, quoted(other))
      : E.right(undefined)
}

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
