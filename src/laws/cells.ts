/**
 * Laws of the cells beside the plain one, and of biases and layers: what they are where gates stand open or shut.
 *
 * A gate is shut by a bias at which sigmoid rounds to 0, open by one at which it rounds to 1, with weights of zero.
 * Then the sentences hold to the bit.
 */
import type { Axes } from '../algebra/axis.js'
import { agreeAll } from './agreement.js'
import type { Gradients, LanguageModel } from './language-model.js'
import type { Law } from './law.js'
import { mapPlains } from './passage.js'
import type { Passage, Plains, Trial } from './passage.js'
import { equalNumbers } from './plain.js'
import type { Plain } from './plain.js'

/** sigmoid(-800) = e^-800 underflows in every precision; 1 - sigmoid(40) = 4e-18 is less than half of 2^-53. */
const SHUT = -800
const OPEN = 40

const filled = (a: Plain<Axes>, x: number): Plain<Axes> => ({ axes: a.axes, values: a.values.map(() => x) })

/** The passage with these fields filled with a number each. */
const withFields = <P extends Passage>(passage: P, numbers: Readonly<Record<string, number>>): P => ({
  ...passage,
  parameters: mapPlains((a, field) => (field in numbers ? filled(a, numbers[field]) : a), passage.parameters),
})

/** A gate that is what its bias says, whatever is read. Where it has two biases, the second is zero. */
const stuck = (g: string, bias: number): Readonly<Record<string, number>> => ({
  [`W_x${g}`]: 0,
  [`W_h${g}`]: 0,
  [`b_${g}`]: bias,
  [`b_i${g}`]: bias,
  [`b_h${g}`]: 0,
})

const equal = (a: Plain<Axes>, b: Plain<Axes>): boolean => equalNumbers(a.values, b.values)

/** Laws of the LSTM, one bias a gate or two. */
export const lstmLaws: readonly Law<LanguageModel, Passage>[] = [
  {
    name: 'an LSTM whose forget gate is open and whose input gate is shut keeps C, to the bit',
    cites: ['lstm', 'hidden'],
    holds: (model, passage) => {
      const keeping = withFields(passage, { ...stuck('f', OPEN), ...stuck('i', SHUT) })
      return equal(model.forward(keeping).state.C, passage.state.C)
    },
  },
  {
    name: 'an LSTM that keeps C and shows nothing of it hands the adjoint of C back, to the bit',
    cites: ['lstm', 'bptt-h', 'bptt-state'],
    holds: (model, passage) => {
      const gates = { ...stuck('f', OPEN), ...stuck('i', SHUT), ...stuck('o', SHUT) }
      return equal(model.backpropagate(withFields(passage, gates)).dState.C, passage.dState.C)
    },
  },
  {
    name: 'an LSTM whose forget gate is shut forgets C: it makes no difference, and its adjoint is zero',
    cites: ['lstm', 'hidden', 'bptt-state'],
    holds: (model, passage) => {
      const forgetting = withFields(passage, stuck('f', SHUT))
      const other = { ...forgetting, state: { ...passage.state, C: filled(passage.state.C, 1) } }
      return (
        equal(model.forward(forgetting).scores, model.forward(other).scores) &&
        model.backpropagate(forgetting).dState.C.values.every((x) => x === 0)
      )
    },
  },
]

/** A GRU, and the plain cell with tanh, of as many biases. */
export interface GruSubject {
  readonly gru: LanguageModel
  readonly rnn: LanguageModel
}

/** The candidate's fields as those of a plain cell. */
const asPlain = (passage: Passage, biases: Plains): Passage => {
  const { W_xn, W_hn, W_hq, b_q } = passage.parameters
  return { ...passage, parameters: { W_xh: W_xn, W_hh: W_hn, ...biases, W_hq, b_q } }
}

const candidateBiases = ({ parameters }: Passage): Plains =>
  'b_n' in parameters ? { b_h: parameters.b_n } : { b_ih: parameters.b_in, b_hh: parameters.b_hn }

/** Laws of the GRU, one bias a gate or two. */
export const gruLaws: readonly Law<GruSubject, Passage>[] = [
  {
    name: 'a GRU whose update gate is open keeps H, to the bit',
    cites: ['gru', 'hidden'],
    holds: ({ gru }, passage) =>
      equal(gru.forward(withFields(passage, stuck('z', OPEN))).state.H, passage.state.H),
  },
  {
    name: 'a GRU that keeps H, and whose output is not looked at, hands the adjoint of H back, to the bit',
    cites: ['gru', 'bptt-h', 'bptt-state'],
    holds: ({ gru }, passage) => {
      const unseen = withFields(passage, { ...stuck('z', OPEN), W_hq: 0 })
      return equal(gru.backpropagate(unseen).dState.H, passage.dState.H)
    },
  },
  {
    name: 'a GRU that resets nothing and keeps nothing is the plain cell, forward and backward, to the bit',
    cites: ['gru', 'hidden', 'bptt-h', 'bptt-w'],
    holds: ({ gru, rnn }, passage) => {
      const gated = withFields(passage, { ...stuck('r', OPEN), ...stuck('z', SHUT) })
      const plain = asPlain(passage, candidateBiases(passage))
      const [a, b] = [gru.backpropagate(gated), rnn.backpropagate(plain)]
      return (
        equal(gru.forward(gated).scores, rnn.forward(plain).scores) &&
        equal(a.dState.H, b.dState.H) &&
        equal(a.gradients.W_xn, b.gradients.W_xh) &&
        equal(a.gradients.W_hn, b.gradients.W_hh)
      )
    },
  },
  {
    name: 'a GRU that resets all and keeps nothing sees neither the state nor the bias that stands with it',
    cites: ['gru', 'hidden'],
    holds: ({ gru, rnn }, passage) => {
      const gated = withFields(passage, { ...stuck('r', SHUT), ...stuck('z', SHUT) })
      const stateless = withFields(asPlain(passage, candidateBiases(passage)), { W_hh: 0, b_hh: 0 })
      return equal(gru.forward(gated).scores, rnn.forward(stateless).scores)
    },
  },
]

/** The same cell with one bias a gate and with two, and bounds on the errors of the second. */
export interface BiasSubject {
  readonly one: LanguageModel
  readonly two: LanguageModel
  readonly errors: LanguageModel
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

/** Laws of cells whose two biases are only ever added: of all but the GRU. */
export const biasLaws: readonly Law<BiasSubject, Trial>[] = [
  {
    name: 'two biases are one, their sum, and each has the gradient of that one',
    cites: ['hidden', 'bptt-w'],
    holds: ({ one, two, errors }, passage) => {
      const [a, off] = [two.backpropagate(passage), errors.backpropagate(passage)]
      const b = one.backpropagate({ ...passage, parameters: paired(passage.parameters, sumOf) })
      const bySide = (side: 'input' | 'recurrent') => (answer: Gradients) =>
        paired(answer.gradients, (input, recurrent) => (side === 'input' ? input : recurrent))
      return (
        agreeAll(off.state, a.state, b.state) &&
        agreeAll(off.dState, a.dState, b.dState) &&
        (['input', 'recurrent'] as const).every((side) =>
          agreeAll(bySide(side)(off), bySide(side)(a), b.gradients),
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

const equalAll = (a: Plains, b: Plains): boolean =>
  Object.keys(a).join() === Object.keys(b).join() && Object.keys(a).every((field) => equal(a[field], b[field]))

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
