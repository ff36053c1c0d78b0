/**
 * Laws of backpropagation through time, for every cell.
 */
import { isRight } from 'fp-ts/lib/Either.js'
import { sameAxes } from '../../algebra/axis.js'
import { accurateAll, agreeAll, agreeNumbers } from '../agreement.js'
import { checkModelGradients } from './check-model.js'
import type { Gradients } from './plain-model.js'
import type { Law } from '../law.js'
import { added, mapPlains, relabelled, rowsOf, scaled, taken, vocabularyOf, withLabels, withRows } from './sample.js'
import type { Sample, Plains, SampleWithCuts } from './sample.js'
import { range, total } from '../plain.js'
import type { ModelUnderTest } from './model-under-test.js'

/** Whether gradients, adjoint and loss agree; the state's rows may be fewer or in another order, so it is left out. */
const sameGradients = (errors: Gradients, a: Gradients, b: Gradients): boolean =>
  agreeAll(errors.gradients, a.gradients, b.gradients) &&
  agreeAll(errors.dState, a.dState, b.dState) &&
  agreeNumbers(errors.loss, a.loss, b.loss)

const sameAxesAs = (a: Plains, b: Plains): boolean =>
  Object.keys(a).join() === Object.keys(b).join() &&
  Object.keys(a).every((field) => sameAxes(a[field].axes, b[field].axes))

const rowsOfState = (a: Plains, rows: readonly number[]): Plains => mapPlains((tensor) => taken(0, rows, tensor), a)

const ofItsShape: readonly Law<ModelUnderTest, SampleWithCuts>[] = [
  {
    name: 'there is a gradient for every parameter and an adjoint for every part of the state, of the same axes',
    cites: ['bptt-w', 'bptt-state'],
    holds: ({ model }, passage) => {
      const { gradients, dState, state } = model.backpropagate(passage)
      return (
        sameAxesAs(gradients, passage.parameters) &&
        sameAxesAs(dState, passage.state) &&
        sameAxesAs(state, passage.state)
      )
    },
  },
  {
    name: 'the loss and the state that come with the gradients are those of the forward pass',
    cites: ['loss', 'hidden'],
    holds: ({ model, errors }, passage) => {
      const [{ loss, state }, off] = [model.backpropagate(passage), errors.backpropagate(passage)]
      const [alone, read] = [model.evaluate(passage), model.forward(passage)]
      return (
        agreeNumbers(off.loss, loss, alone.loss) &&
        agreeAll(off.state, state, alone.state) &&
        agreeAll(off.state, state, read.state)
      )
    },
  },
]

const inRows: readonly Law<ModelUnderTest, SampleWithCuts>[] = [
  {
    name: 'the order of the rows changes no gradient, and the adjoint of the state stands in that order',
    cites: ['bptt-w', 'bptt-state'],
    holds: ({ model, errors }, passage) => {
      const inOrder = (a: Gradients): Gradients => ({ ...a, dState: rowsOfState(a.dState, passage.rowOrder) })
      return sameGradients(
        inOrder(errors.backpropagate(passage)),
        inOrder(model.backpropagate(passage)),
        model.backpropagate(withRows(passage, passage.rowOrder)),
      )
    },
  },
  {
    name: 'the gradient over N1 + N2 rows is the mean of the two gradients, weighted by rows',
    cites: ['loss', 'bptt-o', 'bptt-w'],
    holds: ({ model, errors }, passage) => {
      const again = passage.rowOrder.slice(0, Math.max(1, passage.share))
      const [N1, N2] = [rowsOf(passage), again.length]
      const whole = withRows(passage, [...range(N1), ...again])
      // What follows is a sum over rows, not a mean: it is divided by the weight it will be given.
      const part = (rows: readonly number[]): Gradients => {
        const weight = rows.length / (N1 + N2)
        const some = withRows(passage, rows)
        const answer = model.backpropagate({ ...some, dState: scaled(1 / weight, some.dState) })
        return { ...answer, gradients: scaled(weight, answer.gradients), loss: weight * answer.loss }
      }
      const [a, b] = [part(range(N1)), part(again)]
      const [off, together] = [errors.backpropagate(whole), model.backpropagate(whole)]
      return (
        agreeAll(off.gradients, together.gradients, added(a.gradients, b.gradients)) &&
        agreeNumbers(off.loss, together.loss, a.loss + b.loss)
      )
    },
  },
]

/** Of each matrix with a row for each character: its gradient in the rows of the characters that do not occur. */
const unseen = ({ X }: Sample, gradients: Plains): readonly number[] => {
  const absent = range(X.axes[1].size).filter((character) => !X.indices.includes(character))
  return Object.values(gradients)
    .filter(({ axes }) => axes[0].name === 'vocabulary' && axes.length === 2)
    .flatMap((gradient) => taken(0, absent, gradient).values)
}

const inTheVocabulary: readonly Law<ModelUnderTest, SampleWithCuts>[] = [
  {
    name: 'calling the characters by other numbers permutes the gradients along the vocabulary and nothing else',
    cites: ['one-hot', 'bptt-w'],
    holds: ({ model, errors }, passage) => {
      const renamed = (a: Gradients): Gradients => ({ ...a, gradients: relabelled(a.gradients, passage.newLabels) })
      return sameGradients(
        renamed(errors.backpropagate(passage)),
        renamed(model.backpropagate(passage)),
        model.backpropagate(withLabels(passage, passage.newLabels)),
      )
    },
  },
  {
    name: 'the rows of dW_xh of characters that do not occur are exactly zero',
    cites: ['one-hot', 'bptt-w'],
    holds: ({ model }, passage) =>
      unseen(passage, model.backpropagate(passage).gradients).every((entry) => entry === 0),
  },
  {
    name: 'the output bias has a gradient whose entries sum to zero, as the rows of dO do',
    cites: ['bptt-o', 'bptt-w'],
    holds: ({ model, errors }, passage) => {
      const [ours, off] = [model, errors].map((each) => each.backpropagate(passage).gradients.b_q.values)
      return ours.length === vocabularyOf(passage) && agreeNumbers(total(off), total(ours), 0)
    },
  },
]

const inTheState: readonly Law<ModelUnderTest, SampleWithCuts>[] = [
  {
    name: 'what follows counts linearly: twice its slopes in the state add twice as much to every gradient',
    cites: ['bptt-h', 'bptt-state'],
    holds: ({ model, errors }, passage) => {
      const times = (c: number): Sample => ({ ...passage, dState: scaled(c, passage.dState) })
      const [none, once, twice] = [0, 1, 2].map((c) => model.backpropagate(times(c)))
      const off = errors.backpropagate(times(2))
      const from = (a: Plains, b: Plains): Plains => added(b, scaled(-1, a))
      return (
        agreeAll(off.gradients, from(none.gradients, once.gradients), from(once.gradients, twice.gradients)) &&
        agreeAll(off.dState, from(none.dState, once.dState), from(once.dState, twice.dState))
      )
    },
  },
]

const inRounding: readonly Law<ModelUnderTest, SampleWithCuts>[] = [
  {
    name: 'every gradient is as far from that of double precision as its roundings allow, and no further',
    cites: ['bptt-o', 'bptt-h', 'bptt-w', 'bptt-state'],
    holds: ({ model, precise, errors }, passage) => {
      const [ours, exact, off] = [model, precise, errors].map((each) => each.backpropagate(passage))
      return (
        accurateAll(off.gradients, ours.gradients, exact.gradients) &&
        accurateAll(off.dState, ours.dState, exact.dState) &&
        Math.abs(ours.loss - exact.loss) <= off.loss
      )
    },
  },
]

/** The laws of BPTT that every cell obeys, in every precision. */
export const gradientLaws: readonly Law<ModelUnderTest, SampleWithCuts>[] = [
  ...ofItsShape,
  ...inRows,
  ...inTheVocabulary,
  ...inTheState,
  ...inRounding,
]

/** The law of laws, of a subject in double precision, away from the kinks of relu. */
export const differenceLaws: readonly Law<ModelUnderTest, SampleWithCuts>[] = [
  {
    name: 'BPTT gives what central differences give, for every parameter and the state before the first step',
    cites: ['bptt-o', 'bptt-h', 'bptt-w', 'bptt-state'],
    holds: ({ model }, passage) => isRight(checkModelGradients(model)(passage)),
  },
]
