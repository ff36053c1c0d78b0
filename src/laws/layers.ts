/**
 * Laws of second biases, and of layers on layers.
 */
import type { Axes } from '../algebra/axis.js'
import { accurateAll } from './agreement.js'
import type { Gradients, LanguageModel } from './language-model.js'
import type { Law } from './law.js'
import { added, equal, equalAll, filled, mapPlains, withFields } from './passage.js'
import type { Passage, Plains, Trial } from './passage.js'
import type { Plain } from './plain.js'

/** The same cell with one bias a gate and with two, and bounds on the errors of either. */
export interface BiasSubject {
  readonly one: LanguageModel
  readonly two: LanguageModel
  readonly errorsOfOne: LanguageModel
  readonly errorsOfTwo: LanguageModel
}

/** Each pair b_ig, b_hg as one tensor b_g made of them by f, in the place of the first; all else as it is. */
const paired = (a: Plains, f: (input: Plain<Axes>, recurrent: Plain<Axes>) => Plain<Axes>): Plains =>
  Object.fromEntries(
    Object.entries(a).flatMap(([field, value]) => {
      const [, g] = /^b_i(.)$/.exec(field) ?? []
      return g !== undefined
        ? [[`b_${g}`, f(value, a[`b_h${g}`])] as const]
        : /^b_h.$/.test(field)
          ? []
          : [[field, value] as const]
    }),
  )

const sumOf = (a: Plain<Axes>, b: Plain<Axes>): Plain<Axes> => ({
  axes: a.axes,
  values: a.values.map((x, i) => x + b.values[i]),
})

/** The passage with every bias a whole multiple of 2^-10, so that the sum of two is exact. */
const withCoarseBiases = (passage: Passage): Passage => ({
  ...passage,
  parameters: mapPlains(
    (a, field) => (/^b_[ih].$/.test(field) ? { ...a, values: a.values.map((b) => Math.round(1024 * b) / 1024) } : a),
    passage.parameters,
  ),
})

/** Laws of cells whose two biases are only ever added: of all but the GRU. */
export const biasLaws: readonly Law<BiasSubject, Trial>[] = [
  {
    name: 'two biases are one, their sum, and each has the gradient of that one',
    cites: ['hidden', 'bptt-w'],
    holds: ({ one, two, errorsOfOne, errorsOfTwo }, sample) => {
      const apart = withCoarseBiases(sample)
      const together = { ...apart, parameters: paired(apart.parameters, sumOf) }
      const [a, offA] = [two.backpropagate(apart), errorsOfTwo.backpropagate(apart)]
      const [b, offB] = [one.backpropagate(together), errorsOfOne.backpropagate(together)]
      const bySide = (side: 'input' | 'recurrent') => (answer: Gradients) =>
        paired(answer.gradients, (input, recurrent) => (side === 'input' ? input : recurrent))
      return (
        accurateAll(added(offA.state, offB.state), a.state, b.state) &&
        accurateAll(added(offA.dState, offB.dState), a.dState, b.dState) &&
        (['input', 'recurrent'] as const).every((side) =>
          accurateAll(added(bySide(side)(offA), offB.gradients), bySide(side)(a), b.gradients),
        )
      )
    },
  },
]

/** A plain cell that stands on another as layer 1, and the lower one alone. The upper one's phi is the identity. */
export interface LayerSubject {
  readonly stack: LanguageModel
  readonly lower: LanguageModel
}

const isUpper = (field: string): boolean => field.startsWith('1.')
const isOutput = (field: string): boolean => field === 'W_hq' || field === 'b_q'
const where = (a: Plains, keep: (field: string) => boolean): Plains =>
  Object.fromEntries(Object.entries(a).filter(([field]) => keep(field)))
const lowerOf = (a: Plains): Plains => where(a, (field) => !isUpper(field))

/** 1 where row and column are the same. */
const identityLike = ({ axes }: Plain<Axes>): Plain<Axes> => {
  const [{ size }] = axes
  return { axes, values: Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0)) }
}

/** Laws of layers. */
export const layerLaws: readonly Law<LayerSubject, Passage>[] = [
  {
    name: 'a layer with weights of zero gives its bias, whatever the layer below does, and hands nothing down',
    cites: ['layers', 'hidden', 'bptt-w'],
    holds: ({ stack }, passage) => {
      const blind = withFields(passage, { '1.W_xh': 0, '1.W_hh': 0 })
      const nothingLater = { ...blind, dState: mapPlains((a) => filled(a, 0), passage.dState) }
      const { values: bias } = passage.parameters['1.b_h']
      const { gradients } = stack.backpropagate(nothingLater)
      return (
        stack.forward(blind).hidden.values.every((x, i) => x === bias[i % bias.length]) &&
        Object.entries(gradients)
          .filter(([field]) => !isUpper(field) && !isOutput(field))
          .every(([, { values }]) => values.every((x) => x === 0))
      )
    },
  },
  {
    name: 'a layer that passes on what it is given makes no difference to the layer below, forward or backward',
    cites: ['layers', 'hidden', 'bptt-h', 'bptt-w'],
    holds: ({ stack, lower }, passage) => {
      const open = withFields(passage, { '1.W_hh': 0, '1.b_h': 0 })
      const W = open.parameters['1.W_xh']
      const passing = { ...open, parameters: { ...open.parameters, '1.W_xh': identityLike(W) } }
      const through = { ...passing, dState: { ...passage.dState, '1.H': filled(passage.dState['1.H'], 0) } }
      const alone: Passage = {
        ...passage,
        parameters: lowerOf(passage.parameters),
        state: lowerOf(passage.state),
        dState: lowerOf(passage.dState),
      }
      const [a, b] = [stack.backpropagate(through), lower.backpropagate(alone)]
      return (
        equal(stack.forward(through).scores, lower.forward(alone).scores) &&
        equalAll(lowerOf(a.gradients), b.gradients) &&
        equalAll(lowerOf(a.dState), b.dState)
      )
    },
  },
]

/** Three layers, of which the lower two are put together first, or the upper two. */
export interface TowerSubject {
  /** `on(on(a, b, '1'), c, '2')` */
  readonly lowerFirst: LanguageModel
  /** `on(a, on(b, c, '2'), '1')`, in which the third layer's fields begin with `1.2.` */
  readonly upperFirst: LanguageModel
}

/** The record under other names, in the same order. */
const renamed = (name: (field: string) => string, a: Plains): Plains =>
  Object.fromEntries(Object.entries(a).map(([field, value]) => [name(field), value]))

const nested = (a: Plains): Plains => renamed((field) => field.replace(/^2\./, '1.2.'), a)

/** Laws of three layers. */
export const towerLaws: readonly Law<TowerSubject, Passage>[] = [
  {
    name: 'of three layers it makes no difference which two are put together first, to the bit',
    cites: ['layers', 'bptt-h', 'bptt-w', 'bptt-state'],
    holds: ({ lowerFirst, upperFirst }, passage) => {
      const { parameters, state, dState } = passage
      const other = { parameters: nested(parameters), state: nested(state), dState: nested(dState) }
      const [a, b] = [lowerFirst.backpropagate(passage), upperFirst.backpropagate({ ...passage, ...other })]
      return (
        a.loss === b.loss &&
        equalAll(nested(a.state), b.state) &&
        equalAll(nested(a.dState), b.dState) &&
        equalAll(nested(a.gradients), b.gradients)
      )
    },
  },
]
