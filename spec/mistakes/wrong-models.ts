/**
 * Models that are wrong on purpose, one for each law of the model, so that it is seen that the law can fail. (What
 * is wrong in the gradients of the zoo is the business of central differences; here are the mistakes that other laws
 * are for.)
 */
import type { Axes } from '../../src/algebra/axis.js'
import { float64 } from '../../src/interpret/float64.js'
import type { Gradients, PlainModel } from '../../src/laws/model/plain-model.js'
import type { LossOfScores, LossUnderTest } from '../../src/laws/model/loss.js'
import { mapPlains, rowsOf, scaled, stepsOf, vocabularyOf, zeros } from '../../src/laws/model/sample.js'
import type { Sample, Plains } from '../../src/laws/model/sample.js'
import type { Plain } from '../../src/laws/plain.js'
import type { ModelUnderTest } from '../../src/laws/model/model-under-test.js'
import { meanLoss, perplexity } from '../../src/model/loss.js'
import type { LossSum } from '../../src/model/loss.js'
import { lossSubjectOf, rnnWith, subjectOf } from '../runner/subjects.js'
import type { Wrong } from '../runner/teeth.js'

const right = subjectOf(rnnWith('tanh'), float64)
const rightLoss = lossSubjectOf(float64)

type Spoken = ReturnType<PlainModel['forward']>

/** The right model, but for the part that is given. */
const but = (part: (model: PlainModel) => Partial<PlainModel>): ModelUnderTest => ({
  ...right,
  model: { ...right.model, ...part(right.model) },
})
const forwardBut = (f: (answer: Spoken, passage: Sample) => Partial<Spoken>): ModelUnderTest =>
  but(({ forward }) => ({
    forward: (passage) => {
      const answer = forward(passage)
      return { ...answer, ...f(answer, passage) }
    },
  }))
const backwardBut = (f: (answer: Gradients, passage: Sample) => Partial<Gradients>): ModelUnderTest =>
  but(({ backpropagate }) => ({
    backpropagate: (passage) => {
      const answer = backpropagate(passage)
      return { ...answer, ...f(answer, passage) }
    },
  }))

const remade = (a: Plain<Axes>, f: (x: number, place: number) => number): Plain<Axes> => ({
  ...a,
  values: a.values.map(f),
})
const everyEntry = (a: Plains, f: (x: number, place: number) => number): Plains =>
  mapPlains((tensor) => remade(tensor, f), a)
/** Less than single precision can tell, more than double precision may be off. */
const SLIGHTLY = 1 + 1e-9

export const wrongForward: readonly Wrong<ModelUnderTest>[] = [
  {
    mistake: 'the state that comes in is not read',
    instance: but(({ forward }) => ({ forward: (passage) => forward({ ...passage, state: zeros(passage.state) }) })),
    refusedBy: 'reading xs and then ys',
  },
  {
    mistake: 'the state that goes out is halved',
    instance: forwardBut(({ state }) => ({ state: scaled(0.5, state) })),
    refusedBy: 'reading nothing',
  },
  {
    mistake: 'the scores depend on how long the passage is',
    instance: forwardBut(({ scores }, passage) => ({ scores: remade(scores, (x) => x * (1 + stepsOf(passage))) })),
    refusedBy: 'what comes later',
  },
  {
    mistake: 'the scores depend on where in the minibatch a row stands',
    instance: forwardBut(({ scores }, passage) => ({
      scores: remade(scores, (x, i) => x + (Math.floor(i / vocabularyOf(passage)) % rowsOf(passage))),
    })),
    refusedBy: 'in another order',
  },
  {
    mistake: 'the scores depend on how many rows there are',
    instance: forwardBut(({ scores }, passage) => ({ scores: remade(scores, (x) => x + rowsOf(passage)) })),
    refusedBy: 'some of them alone',
  },
  {
    mistake: 'the state is that of a minibatch of other size',
    instance: forwardBut(({ state }, passage) => ({ state: everyEntry(state, (x) => x / rowsOf(passage)) })),
    refusedBy: 'stands in the minibatch twice',
  },
  {
    mistake: 'the scores depend on the number that a character has',
    instance: forwardBut(({ scores }, passage) => ({
      scores: remade(scores, (x, i) => x + (i % vocabularyOf(passage))),
    })),
    refusedBy: 'calling the characters by other numbers',
  },
  {
    mistake: 'the output bias is added twice',
    instance: forwardBut(({ scores }, { parameters: { b_q } }) => ({
      scores: remade(scores, (x, i) => x + b_q.values[i % b_q.values.length]),
    })),
    refusedBy: 'every row of scores is the output bias',
  },
  {
    mistake: 'the scores are off in their ninth digit',
    instance: forwardBut(({ scores }) => ({ scores: remade(scores, (x) => x * SLIGHTLY) })),
    refusedBy: 'as far from those of double precision',
  },
]

export const wrongTanh: readonly Wrong<ModelUnderTest>[] = [
  {
    mistake: 'the hidden state is that of relu',
    instance: subjectOf(rnnWith('relu'), float64),
    refusedBy: '|H| <',
  },
]

/** The first entry of b_q, and nothing else, is off. */
const firstOfBias = (gradients: Plains, by: number): Plains => ({
  ...gradients,
  b_q: remade(gradients.b_q, (x, i) => (i === 0 ? x + by : x)),
})

export const wrongBackward: readonly Wrong<ModelUnderTest>[] = [
  {
    mistake: 'the gradient of a matrix comes as a list',
    instance: backwardBut(({ gradients }) => ({
      gradients: { ...gradients, W_xh: { ...gradients.W_xh, axes: [gradients.W_xh.axes[0]] } },
    })),
    refusedBy: 'of the same axes',
  },
  {
    mistake: 'the loss that comes with the gradients is their sum, not their mean',
    instance: backwardBut(({ loss }, passage) => ({ loss: loss * stepsOf(passage) * rowsOf(passage) })),
    refusedBy: 'those of the forward pass',
  },
  {
    mistake: 'the gradient depends on the place of a row',
    instance: backwardBut(({ dState }) => ({ dState: everyEntry(dState, (x, i) => x + i) })),
    refusedBy: 'the order of the rows',
  },
  {
    mistake: 'the mean is over steps only',
    instance: backwardBut(({ gradients }, passage) => ({ gradients: scaled(rowsOf(passage), gradients) })),
    refusedBy: 'weighted by rows',
  },
  {
    mistake: 'the gradient depends on the number that a character has',
    instance: backwardBut(({ gradients }) => ({ gradients: everyEntry(gradients, (x, i) => x * (1 + i)) })),
    refusedBy: 'calling the characters by other numbers',
  },
  {
    mistake: 'all rows of dW_xh decay a little',
    instance: backwardBut(({ gradients }) => ({
      gradients: { ...gradients, W_xh: remade(gradients.W_xh, (x) => x + 1e-30) },
    })),
    refusedBy: 'exactly zero',
  },
  {
    mistake: 'one entry of db_q is off',
    instance: backwardBut(({ gradients }) => ({ gradients: firstOfBias(gradients, 1e-9) })),
    refusedBy: 'sum to zero',
  },
  {
    mistake: 'what follows is squared',
    instance: but(({ backpropagate }) => ({
      backpropagate: (passage) => backpropagate({ ...passage, dState: everyEntry(passage.dState, (x) => x * x) }),
    })),
    refusedBy: 'what follows counts linearly',
  },
  {
    mistake: 'the gradients are off in their ninth digit',
    instance: backwardBut(({ gradients }) => ({ gradients: scaled(SLIGHTLY, gradients) })),
    refusedBy: 'as far from that of double precision',
  },
]

export const wrongTruncation: readonly Wrong<ModelUnderTest>[] = [
  {
    mistake: 'the adjoint of what follows is ignored',
    instance: but(({ backpropagate }) => ({
      backpropagate: (passage) => backpropagate({ ...passage, dState: zeros(passage.dState) }),
    })),
    refusedBy: 'is BPTT through the whole',
  },
  {
    mistake: 'the state is reset where the gradient should be cut',
    instance: but(({ forward }) => ({ forward: (passage) => ({ ...forward(passage), state: zeros(passage.state) }) })),
    refusedBy: 'changes no loss and no state',
  },
  {
    mistake: 'what follows leaks into the output layer',
    instance: backwardBut(({ gradients }, { dState }) => ({
      gradients: firstOfBias(gradients, Math.max(...dState.H.values)),
    })),
    refusedBy: 'discards nothing of the output layer',
  },
]

const judgedBut = (
  f: (answer: ReturnType<LossOfScores>, rows: number) => Partial<ReturnType<LossOfScores>>,
): LossUnderTest => ({
  ...rightLoss,
  lossOfScores: (scored) => {
    const answer = rightLoss.lossOfScores(scored)
    return { ...answer, ...f(answer, scored.O.axes[0].size) }
  },
})

export const wrongLosses: readonly Wrong<LossUnderTest>[] = [
  {
    mistake: 'the loss is in bits',
    instance: judgedBut(({ loss }) => ({ loss: loss / Math.LN2 })),
    refusedBy: 'of equal scores',
  },
  {
    mistake: 'there is a floor under the probabilities',
    instance: judgedBut(({ loss }) => ({ loss: Math.min(loss, -Math.log(1e-8)) })),
    refusedBy: 'however far apart',
  },
  {
    mistake: 'the loss is the log likelihood, without the minus',
    instance: judgedBut(({ loss }) => ({ loss: -loss })),
    refusedBy: 'never negative',
  },
  {
    mistake: 'the adjoint is weighted by the place of a row',
    instance: judgedBut(({ dO }) => ({ dO: remade(dO, (x, i) => x * (1 + i)) })),
    refusedBy: 'whichever order the rows stand in',
  },
  {
    mistake: 'the loss is a sum',
    instance: judgedBut(({ loss }, rows) => ({ loss: loss * rows })),
    refusedBy: 'weighted by rows',
  },
  {
    mistake: 'large scores are penalised',
    instance: {
      ...rightLoss,
      lossOfScores: (scored) => {
        const { loss, dO } = rightLoss.lossOfScores(scored)
        return { loss: loss + 0.01 * Math.abs(scored.O.values[scored.O.values.length - 1]), dO }
      },
    },
    refusedBy: 'adding a number to every score',
  },
  {
    mistake: 'the loss is off in its ninth digit',
    instance: judgedBut(({ loss }) => ({ loss: loss * SLIGHTLY })),
    refusedBy: 'as far from those of double precision',
  },
  {
    mistake: 'the labels are left out of the adjoint',
    instance: judgedBut(({ dO }) => ({ dO: remade(dO, (x) => x + 0.1) })),
    refusedBy: 'each row of dO sums to zero',
  },
  {
    mistake: 'the sign of the adjoint is flipped',
    instance: judgedBut(({ dO }) => ({ dO: remade(dO, (x) => -x) })),
    refusedBy: 'pulls the label up',
  },
  {
    mistake: 'the adjoint is that of another temperature',
    instance: judgedBut(({ dO }) => ({ dO: remade(dO, (x) => x / 2) })),
    refusedBy: 'how likely the label is',
  },
]

export const wrongPerplexities: readonly Wrong<(losses: LossSum) => number>[] = [
  { mistake: 'it is two to the loss', instance: (losses) => 2 ** meanLoss(losses), refusedBy: 'exp(sum of L' },
  { mistake: 'it is concave', instance: (losses) => Math.sqrt(1 + meanLoss(losses)), refusedBy: 'weighted by rows' },
  { mistake: 'it grows with the rows', instance: ({ total }) => Math.exp(total), refusedBy: 'lies between' },
  {
    mistake: 'it is capped',
    instance: (losses) => Math.min(Number.MAX_VALUE, perplexity(losses)),
    refusedBy: 'an overflowing perplexity',
  },
]

/** Mistakes against the laws that hold for one activation, and those of differences. */
export const notTheIdentity: readonly Wrong<ModelUnderTest>[] = [
  { mistake: 'phi is not the identity', instance: right, refusedBy: 'for phi = identity' },
]
export const wrongByDifferences: readonly Wrong<ModelUnderTest>[] = [
  {
    mistake: 'the gradients are off in their fifth digit',
    instance: backwardBut(({ dState }) => ({ dState: everyEntry(dState, (x) => x * 1.0001) })),
    refusedBy: 'what central differences give',
  },
]
export const wrongCuts: readonly Wrong<ModelUnderTest>[] = [
  {
    mistake: 'the adjoint of what follows is ignored',
    instance: but(({ backpropagate }) => ({
      backpropagate: (passage) => backpropagate({ ...passage, dState: zeros(passage.dState) }),
    })),
    refusedBy: 'every state handed on is a constant',
  },
]
