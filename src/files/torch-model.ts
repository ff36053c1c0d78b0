/**
 * Which model a state dict is of.
 *
 * No single tensor is believed: the first layer's weights and biases and the output layer are held against every cell
 * and size that any of them suggests, and the model that most of them fit is the one meant. What does not fit it is
 * then named by itself: a matrix that is transposed or of another cell does not make the rest of the file look wrong.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { quoted } from '../failure.js'
import type { Failure } from '../failure.js'
import { cellNames, gatesOf } from '../model/cells.js'
import type { CellName } from '../model/cells.js'
import type { Sizes } from '../model/parameters.js'
import { MOST_LAYERS } from './settings.js'
import type { StoredTensor } from './stored-tensor.js'

/** A state dict's model: its cell, how many layers, and its sizes. */
export interface TorchModel {
  readonly cell: CellName
  readonly layers: number
  readonly sizes: Sizes
}

type Shape = readonly number[]
type ShapeOf = (tensor: string) => Shape | undefined

/** Each tensor of a layer, by a name that ends in the layer's number. */
const OF_A_LAYER = /^rnn\.(?:weight|bias)_(?:ih|hh)_l(0|[1-9]\d*)$/

/**
 * The model that most tensors fit.
 *
 * @param what how messages call the file
 * @returns the model, or a failure where no tensor bears the name of a layer's, or no shape suggests a size
 */
export const recognised = (
  what: string,
  tensors: ReadonlyMap<string, StoredTensor>,
): Either<Failure, TorchModel> => {
  const names = [...tensors.keys()]
  const highest = names.reduce((most, name) => Math.max(most, Number(OF_A_LAYER.exec(name)?.[1] ?? -1)), -1)
  const shapeOf: ShapeOf = (tensor) => tensors.get(tensor)?.shape
  const best = candidates(shapeOf)
    .map((candidate) => ({ candidate, score: fit(shapeOf, candidate) }))
    .reduce<Scored | undefined>((kept, its) => (its.score > (kept?.score ?? 0) ? its : kept), undefined)
  return highest < 0
    ? mismatch(what, 'tensors named as rnn.weight_ih_l0, rnn.weight_hh_l0 and on', someOf(names))
    : highest >= MOST_LAYERS
      ? mismatch(what, `a state dict of at most ${String(MOST_LAYERS)} layers`, `layer ${String(highest)}`)
      : best === undefined
        ? mismatch(what, 'weights of 1, 3 or 4 gates by H rows and linear.weight of shape [V, H]', 'none that fit')
        : E.right({ ...best.candidate, layers: highest + 1 })
}

/** A state dict that does not fit: what was expected of it, what was got and, where it is not clear, what to do. */
export const mismatch = (what: string, expected: string, got: string, advice?: string): Either<Failure, never> =>
  E.left({ _tag: 'Mismatch', what, expected, got, ...(advice === undefined ? {} : { advice }) })

const SHOWN = 3
const someOf = (names: readonly string[]): string =>
  names.length === 0
    ? 'none'
    : names.slice(0, SHOWN).map(quoted).join(', ') + (names.length > SHOWN ? ', ...' : '')

interface Candidate {
  readonly cell: CellName
  readonly sizes: Sizes
}

interface Scored {
  readonly candidate: Candidate
  readonly score: number
}

/** The tensors that tell: their shapes in a model of this cell and these sizes. */
const telling = ({ cell, sizes: { vocabulary, hidden } }: Candidate): readonly (readonly [string, Shape])[] => {
  const rows = gatesOf[cell].length * hidden
  return [
    ['linear.weight', [vocabulary, hidden]],
    ['linear.bias', [vocabulary]],
    ['rnn.weight_ih_l0', [rows, vocabulary]],
    ['rnn.weight_hh_l0', [rows, hidden]],
    ['rnn.bias_ih_l0', [rows]],
    ['rnn.bias_hh_l0', [rows]],
  ]
}

/** All cells with all sizes that a tensor suggests: H as it stands, or times the number of gates. */
const candidates = (shapeOf: ShapeOf): readonly Candidate[] => {
  const anyOf = telling({ cell: 'rnn', sizes: { vocabulary: 1, hidden: 1 } }).map(([name]) => shapeOf(name) ?? [])
  const suggested = [...new Set(anyOf.filter(({ length }) => length <= 2).flat())].filter((size) => size > 0)
  return cellNames.flatMap((cell) => {
    const gates = gatesOf[cell].length
    const units = [...new Set([...suggested, ...suggested.map((size) => size / gates)])].filter(Number.isSafeInteger)
    return units.flatMap((hidden) => suggested.map((vocabulary) => ({ cell, sizes: { vocabulary, hidden } })))
  })
}

/** How well tensors fit: 2 for each that has the shape, 1 for a matrix that is transposed. */
const fit = (shapeOf: ShapeOf, candidate: Candidate): number =>
  telling(candidate)
    .map(([name, wanted]): number => {
      const its = shapeOf(name)
      return sameShape(its, wanted) ? 2 : isTransposed(its, wanted) ? 1 : 0
    })
    .reduce((a, b) => a + b, 0)

const sameShape = (one: Shape | undefined, other: Shape): boolean =>
  one?.length === other.length && one.every((size, i) => size === other[i])

/** Whether a shape is that of the transpose, and of no square matrix. */
export const isTransposed = (one: Shape | undefined, other: Shape): boolean =>
  other.length === 2 && other[0] !== other[1] && sameShape(one, [...other].reverse())
