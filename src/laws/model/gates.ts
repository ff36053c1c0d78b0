/**
 * Laws of the cells beside the plain one: what they are where gates stand open or shut.
 *
 * A gate is shut by a bias at which sigmoid rounds to 0, open by one at which it rounds to 1, with weights of zero.
 * Then the sentences hold to the bit.
 */
import type { PlainModel } from './plain-model.js'
import type { Law } from '../law.js'
import { equal, filled, withFields } from './sample.js'
import type { Sample, Plains } from './sample.js'

/** sigmoid(-800) = e^-800 underflows in every precision; 1 - sigmoid(40) = 4e-18 is less than half of 2^-53. */
const SHUT = -800
const OPEN = 40

/** A gate that is what its bias says, whatever is read. Where it has two biases, the second is zero. */
const stuck = (g: string, bias: number): Readonly<Record<string, number>> => ({
  [`W_x${g}`]: 0,
  [`W_h${g}`]: 0,
  [`b_${g}`]: bias,
  [`b_i${g}`]: bias,
  [`b_h${g}`]: 0,
})

/** Laws of the LSTM, one bias a gate or two. */
export const lstmLaws: readonly Law<PlainModel, Sample>[] = [
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
export interface GruUnderTest {
  readonly gru: PlainModel
  readonly rnn: PlainModel
}

/** The candidate's fields as those of a plain cell. */
const asPlain = (passage: Sample, biases: Plains): Sample => {
  const { W_xn, W_hn, W_hq, b_q } = passage.parameters
  return { ...passage, parameters: { W_xh: W_xn, W_hh: W_hn, ...biases, W_hq, b_q } }
}

const candidateBiases = ({ parameters }: Sample): Plains =>
  'b_n' in parameters ? { b_h: parameters.b_n } : { b_ih: parameters.b_in, b_hh: parameters.b_hn }

/** Laws of the GRU, one bias a gate or two. */
export const gruLaws: readonly Law<GruUnderTest, Sample>[] = [
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
