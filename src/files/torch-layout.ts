/**
 * Where each of a model's parameters stands in PyTorch's state dict: in which tensor, and in which of its blocks.
 */
import type { Axes } from '../algebra/axis.js'
import { flatAxes } from '../algebra/names.js'
import { float32 } from '../interpret/float32.js'
import { gatesOf, networkOf } from '../model/cells.js'
import type { CellChoice } from '../model/cells.js'
import { languageModel } from '../model/language-model.js'
import { parameterAxes } from '../model/model.js'
import type { Sizes } from '../model/parameters.js'

const prefixOf = (layer: number): string => (layer === 0 ? '' : `${String(layer)}.`)
const layersUpTo = (layers: number): readonly number[] => [...Array(layers).keys()]

/** The places of a layer's parameters in PyTorch's state dict: the tensor, and which of its blocks of H rows. */
export interface TensorBlock {
  readonly field: string
  readonly tensor: string
  readonly block: number
  readonly transposed: boolean
}

const placesOf = ({ cell, biases, layers }: CellChoice): readonly TensorBlock[] => [
  ...layersUpTo(layers).flatMap((k) =>
    gatesOf[cell].flatMap((g, block) => {
      const at = (field: string, tensor: string, transposed: boolean): TensorBlock => ({
        field: prefixOf(k) + field,
        tensor: `rnn.${tensor}_l${String(k)}`,
        block,
        transposed,
      })
      return [
        at(`W_x${g}`, 'weight_ih', true),
        at(`W_h${g}`, 'weight_hh', true),
        ...(biases === 'two'
          ? [at(`b_i${g}`, 'bias_ih', false), at(`b_h${g}`, 'bias_hh', false)]
          : [at(`b_${g}`, 'bias_ih', false)]),
      ]
    }),
  ),
  { field: 'W_hq', tensor: 'linear.weight', block: 0, transposed: true },
  { field: 'b_q', tensor: 'linear.bias', block: 0, transposed: false },
]

/** A tensor of the state dict by its name, and its shape. */
export interface Shaped {
  readonly tensor: string
  readonly shape: readonly number[]
}

/** A tensor with the places that make it up, block by block. */
export interface Layout extends Shaped {
  readonly blocks: readonly (TensorBlock & { readonly axes: Axes })[]
}

/** Every tensor of the state dict of a model of these sizes, but the zeros that stand for a second bias. */
export const layoutOf = (choice: CellChoice, sizes: Sizes): readonly Layout[] => {
  const axesOf = flatAxes(parameterAxes(float32, languageModel(networkOf(choice), sizes)))
  const places = placesOf(choice).map((place) => ({ ...place, axes: axesOf[place.field] }))
  return [...new Set(places.map(({ tensor }) => tensor))].map((tensor) => {
    const blocks = places.filter((place) => place.tensor === tensor)
    const [{ axes, transposed }] = blocks
    const rows = blocks.length * axes[axes.length - 1].size
    return { tensor, blocks, shape: transposed ? [rows, axes[0].size] : [rows] }
  })
}

/** The shapes of the second biases of a model that has one. */
export const zerosOf = ({ cell, biases, layers }: CellChoice, { hidden }: Sizes): readonly Shaped[] =>
  layersUpTo(biases === 'one' ? layers : 0).map((k) => ({
    tensor: `rnn.bias_hh_l${String(k)}`,
    shape: [gatesOf[cell].length * hidden],
  }))
