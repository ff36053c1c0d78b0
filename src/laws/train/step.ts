/**
 * Laws of training steps: what a step leaves alone, what a reset forgets, what is carried.
 *
 * Legend: T the steps of a minibatch.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Minibatch, Outcome, Step } from '../../train/engine.js'
import { sameData, stored } from '../same-data.js'
import { sameNumbers } from '../law.js'
import type { Law } from '../law.js'
import { numbersWithin } from '../plain.js'

/** What is tried: steps that are computed at once, and a way to see what a learner holds. */
export interface Stepping<L> {
  readonly step: Step<'IOEither', L>
  /** All numbers of a learner: its parameters, what its optimiser remembers, its hidden state. */
  readonly numbersOf: (learner: L) => readonly number[]
}

/** What the laws of a training step are tried on. */
export interface StepSample<L> {
  readonly learner: L
  /** The same but for its hidden state. */
  readonly other: L
  readonly minibatch: Minibatch
}

const outcomes = <L>({ step }: Stepping<L>, learner: L, minibatch: Minibatch): readonly Outcome<L>[] => {
  const answer = step(learner, minibatch)()
  return E.isRight(answer) ? [answer.right] : []
}

const everything = <L>({ numbersOf }: Stepping<L>, taken: readonly Outcome<L>[]): readonly number[] =>
  taken.flatMap(({ learner, loss }) => [loss, ...numbersOf(learner)])

/** Whether both succeeded, with the same numbers. */
const sameOutcome = <L>(stepping: Stepping<L>, a: readonly Outcome<L>[], b: readonly Outcome<L>[]): boolean =>
  a.length === 1 && sameNumbers(everything(stepping, a), everything(stepping, b))

/** Laws of every engine. */
export const stepLaws = <L>(): readonly Law<Stepping<L>, StepSample<L>>[] => [
  {
    name: 'a step leaves learner and minibatch as they were, and taken again it gives the same bits',
    cites: ['training-step'],
    holds: (stepping, { learner, minibatch }) => {
      const [numbers, characters] = [[...stepping.numbersOf(learner)], stored(minibatch)]
      const [one, other] = [outcomes(stepping, learner, minibatch), outcomes(stepping, learner, minibatch)]
      return (
        sameOutcome(stepping, one, other) &&
        sameNumbers(numbers, stepping.numbersOf(learner)) &&
        sameData(characters, minibatch)
      )
    },
  },
  {
    name: 'nothing happens before a step is run, and a run that is repeated repeats its outcome',
    cites: ['training-step'],
    holds: (stepping, { learner, minibatch }) => {
      const prepared = stepping.step(learner, minibatch)
      const between = outcomes(stepping, learner, { ...minibatch, inputs: minibatch.labels })
      const [one, other] = [prepared(), prepared()]
      return (
        between.length === 1 && E.isRight(one) && E.isRight(other) && sameOutcome(stepping, [one.right], [other.right])
      )
    },
  },
  {
    name: 'a reset forgets the hidden state: what was before it makes no difference',
    cites: ['training-step', 'hidden'],
    holds: (stepping, { learner, other, minibatch }) =>
      sameOutcome(
        stepping,
        outcomes(stepping, learner, { ...minibatch, reset: true }),
        outcomes(stepping, other, { ...minibatch, reset: true }),
      ),
  },
]

/** What is tried: steps that move no parameter, and how far rounding may take two ways to read one passage apart. */
export interface Standing<L> extends Stepping<L> {
  readonly bound: number
}

/** What laws about a state that is carried on are tried on. */
export interface CarrySample<L> {
  readonly learner: L
  readonly minibatch: Minibatch
  /** From 1 to T - 1. */
  readonly cut: number
}

/** The first `cut` steps, and the others without a reset. */
const cutAt = (cut: number, minibatch: Minibatch): readonly [Minibatch, Minibatch] => {
  const { batch, inputs, labels, steps } = minibatch
  return [
    { ...minibatch, steps: cut, inputs: inputs.slice(0, cut * batch), labels: labels.slice(0, cut * batch) },
    { batch, steps: steps - cut, inputs: inputs.slice(cut * batch), labels: labels.slice(cut * batch), reset: false },
  ]
}

/** Laws of engines whose optimiser moves nothing. */
export const carryLaws = <L>(): readonly Law<Standing<L>, CarrySample<L>>[] => [
  {
    name: 'without a reset the state is carried: a minibatch cut in two is read as if it were whole',
    cites: ['training-step', 'hidden', 'loss'],
    holds: (standing, { learner, minibatch, cut }) => {
      const [before, behind] = cutAt(cut, minibatch)
      return outcomes(standing, learner, minibatch).some((whole) =>
        outcomes(standing, learner, before).some((first) =>
          outcomes(standing, first.learner, behind).some((second) => {
            const loss = (first.loss * before.steps + second.loss * behind.steps) / minibatch.steps
            const [ofParts, ofWhole] = [everything(standing, [{ ...second, loss }]), everything(standing, [whole])]
            return numbersWithin((i) => standing.bound * (1 + Math.abs(ofWhole[i])), ofWhole, ofParts)
          }),
        ),
      )
    },
  },
]
