/**
 * Truncated backpropagation through time, as a theorem.
 *
 * A passage of T steps, cut into stretches, is gone through forward with the state handed on, and backward stretch by
 * stretch. If each stretch is given the adjoint that the one after it returns, the result is BPTT through the whole.
 * If each is given zero, it is truncated BPTT. The two differ by what truncation discards.
 *
 *   truncation   L = T1/T L1 + T2/T L2, and dL = T2/T BPTT(2) + T1/T BPTT(1, T2/T1 dH_0 of the second)
 *
 * for a passage of T = T1 + T2 steps, whose loss is a mean.
 */
import { isRight } from 'fp-ts/lib/Either.js'
import { agreeAll, agreeNumbers } from '../agreement.js'
import { innerPoints, startingAt, startOf } from './check-model.js'
import type { Verdict } from './check-model.js'
import { checkGradient } from './gradient-check.js'
import type { Point } from './gradient-check.js'
import type { Gradients, PlainModel } from './plain-model.js'
import type { Law } from '../law.js'
import { added, duringSteps, pointOf, scaled, stepsOf, zeros } from './sample.js'
import type { Sample, Plains, SampleWithCuts } from './sample.js'
import { norm, total } from '../plain.js'
import type { ModelUnderTest } from './model-under-test.js'

/** What a stretch is given of the adjoint that the next one returns. */
export type Carry = (dState: Plains) => Plains

/** All of it: BPTT through the whole passage. */
export const carried: Carry = (dState) => dState
/** Nothing: truncated BPTT. */
export const truncated: Carry = zeros

/** The passage cut after every `steps` steps, each stretch with the state that the one before it hands on. */
const stretchesOf =
  (model: PlainModel) =>
  (passage: Sample, steps: number): readonly Sample[] => {
    const T = stepsOf(passage)
    if (T <= steps) return [passage]
    const first = duringSteps(passage, 0, steps)
    const rest = { ...duringSteps(passage, steps, T), state: model.forward(first).state }
    return [first, ...stretchesOf(model)(rest, steps)]
  }

/** Forward through all stretches, then backward from the last to the first; dState is that of the whole passage. */
export const backpropagateInStretches =
  (model: PlainModel, carry: Carry) =>
  (passage: Sample, steps: number): Gradients => {
    const weightOf = (stretch: Sample): number => stepsOf(stretch) / stepsOf(passage)
    const backward = (stretch: Sample, dState: Plains): Gradients => {
      const result = model.backpropagate({ ...stretch, dState: scaled(1 / weightOf(stretch), dState) })
      return {
        gradients: scaled(weightOf(stretch), result.gradients),
        dState: scaled(weightOf(stretch), result.dState),
        loss: weightOf(stretch) * result.loss,
        state: result.state,
      }
    }
    const stretches = stretchesOf(model)(passage, steps)
    return stretches.slice(0, -1).reduceRight<Gradients>(
      (later, stretch) => {
        const { gradients, dState, loss } = backward(stretch, carry(later.dState))
        return { ...later, gradients: added(gradients, later.gradients), dState, loss: loss + later.loss }
      },
      backward(stretches[stretches.length - 1], passage.dState),
    )
  }

/** Euclidean norms of one parameter's gradient. */
export interface Discarded {
  /** of BPTT through the whole passage */
  readonly whole: number
  /** of truncated BPTT */
  readonly truncated: number
  /** of their difference */
  readonly discarded: number
}

/** How much of each parameter's gradient is discarded where BPTT is truncated after every `steps` steps. */
export const discardedByTruncation =
  (model: PlainModel) =>
  (passage: Sample, steps: number): Readonly<Record<string, Discarded>> => {
    const [whole, cut] = [carried, truncated].map(
      (carry) => backpropagateInStretches(model, carry)(passage, steps).gradients,
    )
    const discarded = added(whole, scaled(-1, cut))
    return Object.fromEntries(
      Object.keys(whole).map((field) => [
        field,
        {
          whole: norm(whole[field].values),
          truncated: norm(cut[field].values),
          discarded: norm(discarded[field].values),
        },
      ]),
    )
  }

/**
 * Checks truncated BPTT against what it is the gradient of: the loss of all stretches, where the state that a stretch
 * is handed is a constant, whatever the parameters that made it.
 */
export const checkTruncated =
  (model: PlainModel) =>
  (passage: Sample, steps: number): Verdict => {
    const stretches = stretchesOf(model)(passage, steps)
    const last = stretches.length - 1
    const objective = (point: Point): number => {
      const there = startingAt(passage, point)
      const moved = stretches.map((stretch, k) => ({
        ...stretch,
        parameters: there.parameters,
        state: k === 0 ? there.state : stretch.state,
      }))
      const answers = moved.map(model.evaluate)
      const losses = answers.map(({ loss }, k) => (stepsOf(stretches[k]) / stepsOf(passage)) * loss)
      return total(losses) + innerPoints(pointOf(passage.dState), pointOf(answers[last].state))
    }
    const { gradients, dState } = backpropagateInStretches(model, truncated)(passage, steps)
    return checkGradient(objective)(startOf(passage), startOf({ parameters: gradients, state: dState }))
  }

/** The laws of cutting a passage; `cut` is the length of a stretch. */
export const truncationLaws: readonly Law<ModelUnderTest, SampleWithCuts>[] = [
  {
    name: 'stretch by stretch, with the adjoint of the state carried back, is BPTT through the whole',
    cites: ['truncation', 'bptt-h', 'bptt-w', 'bptt-state'],
    holds: ({ model, errors }, passage) => {
      const [whole, off] = [model.backpropagate(passage), errors.backpropagate(passage)]
      const parts = backpropagateInStretches(model, carried)(passage, passage.cut)
      return (
        agreeAll(off.gradients, whole.gradients, parts.gradients) && agreeAll(off.dState, whole.dState, parts.dState)
      )
    },
  },
  {
    name: 'truncation changes no loss and no state, only gradients',
    cites: ['truncation', 'loss', 'hidden'],
    holds: ({ model, errors }, passage) => {
      const [whole, off] = [model.backpropagate(passage), errors.backpropagate(passage)]
      const parts = backpropagateInStretches(model, truncated)(passage, passage.cut)
      return agreeNumbers(off.loss, whole.loss, parts.loss) && agreeAll(off.state, whole.state, parts.state)
    },
  },
  {
    name: 'truncation discards nothing of the output layer, whose gradient does not go through the state',
    cites: ['truncation', 'bptt-w'],
    holds: ({ model }, passage) => {
      const { W_hq, b_q } = discardedByTruncation(model)(passage, passage.cut)
      return W_hq.discarded === 0 && b_q.discarded === 0
    },
  },
]

/** The same, of a subject in double precision. */
export const truncationDifferenceLaws: readonly Law<ModelUnderTest, SampleWithCuts>[] = [
  {
    name: 'with zero for the adjoint, it is the gradient of a loss in which every state handed on is a constant',
    cites: ['truncation', 'bptt-h', 'bptt-w', 'bptt-state'],
    holds: ({ model }, passage) => isRight(checkTruncated(model)(passage, passage.cut)),
  },
]
