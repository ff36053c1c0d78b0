/**
 * Laws of second biases, and of layers on layers.
 */
import type { Axes } from '../../algebra/axis.js'
import { accurateAll } from '../agreement.js'
import type { Gradients, PlainModel } from './plain-model.js'
import type { Law } from '../law.js'
import { added, equal, equalAll, filled, mapPlains, withFields } from './sample.js'
import type { Sample, Plains, SampleWithCuts } from './sample.js'
import type { Plain } from '../plain.js'

/** The same cell with one bias a gate and with two, and bounds on the errors of either. */
export interface BiasesUnderTest {
  readonly one: PlainModel
  readonly two: PlainModel
  readonly errorsOfOne: PlainModel
  readonly errorsOfTwo: PlainModel
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
const withCoarseBiases = (passage: Sample): Sample => ({
  ...passage,
  parameters: mapPlains(
    (a, field) => (/^b_[ih].$/.test(field) ? { ...a, values: a.values.map((b) => Math.round(1024 * b) / 1024) } : a),
    passage.parameters,
  ),
})

/** Laws of cells whose two biases are only ever added: of all but the GRU. */
export const biasLaws: readonly Law<BiasesUnderTest, SampleWithCuts>[] = [
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

/** Layers whose uppermost is a plain cell with phi = identity, and the same without it. */
export interface LayersUnderTest {
  /** The number of the uppermost layer: 1, where it stands on one. */
  readonly upper: number
  readonly stack: PlainModel
  readonly lower: PlainModel
}

const isOf = (upper: number, field: string): boolean => field.startsWith(`${String(upper)}.`)
const isOutput = (field: string): boolean => field === 'W_hq' || field === 'b_q'
const where = (a: Plains, keep: (field: string) => boolean): Plains =>
  Object.fromEntries(Object.entries(a).filter(([field]) => keep(field)))
const below = (upper: number, a: Plains): Plains => where(a, (field) => !isOf(upper, field))

/** 1 where row and column are the same. */
const identityLike = ({ axes }: Plain<Axes>): Plain<Axes> => {
  const [{ size }] = axes
  return { axes, values: Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0)) }
}

/** Laws of layers. */
export const layerLaws: readonly Law<LayersUnderTest, Sample>[] = [
  {
    name: 'a layer with weights of zero gives its bias, whatever the layer below does, and hands nothing down',
    cites: ['layers', 'hidden', 'bptt-w'],
    holds: ({ stack, upper }, passage) => {
      const own = (field: string) => `${String(upper)}.${field}`
      const blind = withFields(passage, { [own('W_xh')]: 0, [own('W_hh')]: 0 })
      const nothingLater = { ...blind, dState: mapPlains((a) => filled(a, 0), passage.dState) }
      const { values: bias } = passage.parameters[own('b_h')]
      const { gradients } = stack.backpropagate(nothingLater)
      return (
        stack.forward(blind).hidden.values.every((x, i) => x === bias[i % bias.length]) &&
        Object.entries(gradients)
          .filter(([field]) => !isOf(upper, field) && !isOutput(field))
          .every(([, { values }]) => values.every((x) => x === 0))
      )
    },
  },
  {
    name: 'a layer that passes on what it is given makes no difference to the layer below, forward or backward',
    cites: ['layers', 'hidden', 'bptt-h', 'bptt-w'],
    holds: ({ stack, lower, upper }, passage) => {
      const own = (field: string) => `${String(upper)}.${field}`
      const open = withFields(passage, { [own('W_hh')]: 0, [own('b_h')]: 0 })
      const W = open.parameters[own('W_xh')]
      const passing = { ...open, parameters: { ...open.parameters, [own('W_xh')]: identityLike(W) } }
      const through = { ...passing, dState: { ...passage.dState, [own('H')]: filled(passage.dState[own('H')], 0) } }
      const alone: Sample = {
        ...passage,
        parameters: below(upper, passage.parameters),
        state: below(upper, passage.state),
        dState: below(upper, passage.dState),
      }
      const [a, b] = [stack.backpropagate(through), lower.backpropagate(alone)]
      return (
        equal(stack.forward(through).scores, lower.forward(alone).scores) &&
        equalAll(below(upper, a.gradients), b.gradients) &&
        equalAll(below(upper, a.dState), b.dState)
      )
    },
  },
]
