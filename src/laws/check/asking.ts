/**
 * How questions are written for an implementation, and its answers read: plain tensors on this side, nested lists in
 * its own layout on the other. Shapes, and that every number is finite, are looked at as an answer is read.
 */
import type { Axes } from '../../algebra/axis.js'
import { quoted } from '../../failure.js'
import type { PlainModel } from '../model/plain-model.js'
import { rowsOf, stepsOf } from '../model/sample.js'
import type { DescentSample, GenerationSample } from '../mistakes/index.js'
import type { Plains, Sample } from '../model/sample.js'
import { range } from '../plain.js'
import type { Plain } from '../plain.js'
import type { ClipSample } from '../train/clip.js'
import { fault } from './fault.js'
import { flatNumbers, nested, readNested, readWeight, written, writtenWeight } from './nested.js'
import type {
  FlatMinibatch,
  PlainSubject,
  PlanSample,
  Trained,
  TrainingSample,
} from './plain-subject.js'
import type {
  Ability,
  Answers,
  Characters,
  Description,
  Nested,
  NestedRecord,
  PlannedCharacters,
  Questions,
} from './subject.js'

type Layout = Description['layout']
type Shape = readonly number[]

/** Entries in blocks of `each`, `outer` times `inner` of them, with the two exchanged. */
const swapped = (outer: number, inner: number, each: number, values: readonly number[]): readonly number[] =>
  range(inner).flatMap((i) =>
    range(outer).flatMap((o) => values.slice((o * inner + i) * each, (o * inner + i + 1) * each)),
  )

const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1)

/** Time-major numbers of shape T x N x ... in the layout asked for. */
const writtenSteps = (layout: Layout, [T, N, ...inner]: Shape, values: readonly number[]): Nested =>
  layout === 'batch-first'
    ? nested([N, T, ...inner], swapped(T, N, sizeOf(inner), values))
    : nested([T, N, ...inner], values)

/** The same numbers, read. */
const readSteps = (layout: Layout, what: string, [T, N, ...inner]: Shape, value: unknown): readonly number[] =>
  layout === 'batch-first'
    ? swapped(N, T, sizeOf(inner), flatNumbers(what, [N, T, ...inner], value))
    : flatNumbers(what, [T, N, ...inner], value)

const writtenCharacters = (layout: Layout, T: number, N: number, numbers: readonly number[]): Characters =>
  writtenSteps(layout, [T, N], numbers) as Characters

/** `1.H` as `1.H_0`, or as `1.dH_0`: a part of the state by the name that the equations give it. */
const partName = (field: string, adjoint: '' | 'd', when: '0' | 'T'): string => {
  const dot = field.lastIndexOf('.') + 1
  return `${field.slice(0, dot)}${adjoint}${field.slice(dot)}_${when}`
}

const mapRecord = <A, B>(
  f: (value: A, name: string) => B,
  record: Readonly<Record<string, A>>,
): Readonly<Record<string, B>> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]))

const writtenState = (state: Plains, adjoint: '' | 'd', when: '0' | 'T'): NestedRecord =>
  Object.fromEntries(Object.entries(state).map(([field, value]) => [partName(field, adjoint, when), written(value)]))

const recordOf = (what: string, value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { ...value }
    : fault(`${what} to be an object`, quoted(value))

/** The field of an object, which must be one. */
const fieldOf = (what: string, value: unknown, name: string): unknown => {
  const record = recordOf(what, value)
  const others = Object.keys(record).slice(0, SHOWN).map(quoted).join(', ')
  return Object.hasOwn(record, name)
    ? record[name]
    : fault(`${what} to have ${quoted(name)}`, others === '' ? 'nothing' : `only ${others}`)
}

const SHOWN = 8

const listOf = (what: string, value: unknown, length?: number): readonly unknown[] =>
  Array.isArray(value) && (length === undefined || value.length === length)
    ? (value as readonly unknown[])
    : fault(`${what} to be a list${length === undefined ? '' : ` of ${String(length)}`}`, quoted(value))

const wholeNumber = (what: string, value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value)
    ? value
    : fault(`${what} to be a whole number`, quoted(value))

const truth = (what: string, value: unknown): boolean =>
  typeof value === 'boolean' ? value : fault(`${what} to be true or false`, quoted(value))

const readState = (like: Plains, adjoint: '' | 'd', when: '0' | 'T', what: string, value: unknown): Plains =>
  Object.fromEntries(
    Object.entries(like).map(([field, { axes }]) => {
      const name = partName(field, adjoint, when)
      return [field, readNested(name, axes, fieldOf(what, value, name))]
    }),
  )

/** What each thing is asked of, in plain tensors. */
export interface SampleOf {
  readonly forward: Sample
  readonly loss: Sample
  readonly backpropagate: Sample
  readonly clip: ClipSample
  readonly optimise: DescentSample
  readonly sample: PlanSample
  readonly generate: GenerationSample
  readonly train: TrainingSample
}

/** How each question is written, and each answer, as an implementation of that description has them. */
export interface Writing {
  readonly questions: { readonly [A in Ability]: (sample: SampleOf[A]) => Questions[A] }
  /** The answers of an implementation in plain tensors. */
  readonly answers: (by: PlainSubject) => { readonly [A in Ability]: (sample: SampleOf[A]) => Answers[A] }
}

export const writing = (description: Description): Writing => {
  const { layout } = description
  const exchanged = description.weights === 'output-by-input'
  const weights = (plains: Plains): NestedRecord => mapRecord((plain) => writtenWeight(exchanged, plain), plains)
  const characters = (passage: Sample, of: 'X' | 'Y'): Characters =>
    writtenCharacters(layout, stepsOf(passage), rowsOf(passage), passage[of].indices)
  const forward = (passage: Sample): Questions['forward'] => ({
    parameters: weights(passage.parameters),
    state: writtenState(passage.state, '', '0'),
    X: characters(passage, 'X'),
  })
  const loss = (passage: Sample): Questions['loss'] => ({ ...forward(passage), Y: characters(passage, 'Y') })
  const steps = (passage: Sample, { axes, values }: Plain<Axes>): Nested =>
    writtenSteps(layout, [stepsOf(passage), rowsOf(passage), axes[1].size], values)
  const minibatches = (T: number, N: number, all: readonly FlatMinibatch[]): readonly PlannedCharacters[] =>
    all.map(({ inputs, labels, reset }) => ({
      X: writtenCharacters(layout, T, N, inputs),
      Y: writtenCharacters(layout, T, N, labels),
      reset,
    }))
  const adjoint = (dState: Plains, when: '0' | 'T') =>
    description.stateAdjoint ? { dState: writtenState(dState, 'd', when) } : {}

  return {
    questions: {
      forward,
      loss,
      backpropagate: (passage) => ({ ...loss(passage), ...adjoint(passage.dState, 'T') }),
      clip: ({ gradients, theta }) => ({ gradients: weights(gradients), theta }),
      optimise: ({ optimiser, parameters, gradients }) => ({
        optimiser,
        parameters: weights(parameters),
        gradients: gradients.map(weights),
      }),
      sample: (plan) => plan,
      generate: ({ parameters, prefix, length }) => ({ parameters: weights(parameters), prefix, length }),
      train: (sample) => ({
        parameters: weights(sample.parameters),
        minibatches: minibatches(sample.steps, sample.batch, sample.minibatches),
        theta: sample.theta,
        optimiser: sample.optimiser,
      }),
    },
    answers: (by) => ({
      forward: (passage) => {
        const { scores, hidden, state } = by.model.forward(passage)
        return { O: steps(passage, scores), H: steps(passage, hidden), state: writtenState(state, '', 'T') }
      },
      loss: (passage) => ({ loss: by.model.evaluate(passage).loss }),
      backpropagate: (passage) => {
        const { gradients, dState, loss: mean } = by.model.backpropagate(passage)
        return { loss: mean, gradients: weights(gradients), ...adjoint(dState, '0') }
      },
      clip: (sample) => ({ gradients: weights(by.clip(sample)) }),
      optimise: ({ optimiser, ...descent }) => ({ parameters: by.optimise(optimiser, descent).map(weights) }),
      sample: (plan) => ({ minibatches: minibatches(plan.steps, plan.batch, by.sample(plan)) }),
      generate: (sample) => ({ text: by.generate(sample) }),
      train: (sample) => {
        const { losses, parameters } = by.train(sample)
        return { losses, parameters: weights(parameters) }
      },
    }),
  }
}

/** Asks an implementation: the question as it is written for it, and what it is about. */
export type Ask = <A extends Ability>(ability: A, question: Questions[A], sample: SampleOf[A]) => unknown

/**
 * An implementation in plain tensors, which asks for each answer and reads it.
 *
 * What it need not answer is taken from `right`: what it does not offer, H where it says no hidden states, dH_0 where
 * it hands no adjoint on, and all that there is to say of no rows or no steps.
 */
export const asked = (description: Description, right: PlainSubject, ask: Ask): PlainSubject => {
  const { questions } = writing(description)
  const { layout } = description
  const exchanged = description.weights === 'output-by-input'
  const put = <A extends Ability>(ability: A, sample: SampleOf[A]): Readonly<Record<string, unknown>> =>
    recordOf(`the answer to ${quoted(ability)}`, ask(ability, questions[ability](sample), sample))
  const weights = (like: Plains, what: string, value: unknown): Plains => {
    const record = recordOf(what, value)
    return mapRecord(
      ({ axes }, name) => readWeight(exchanged, `${what}.${name}`, axes, fieldOf(what, record, name)),
      like,
    )
  }
  const number = (what: string, value: unknown): number => flatNumbers(what, [], value)[0]
  const offers = (ability: Ability): boolean => description.can.includes(ability)
  const state = (passage: Sample, value: unknown): Plains => readState(passage.state, '', 'T', 'state', value)
  const nothing = (passage: Sample): boolean => stepsOf(passage) * rowsOf(passage) === 0

  const forward: PlainModel['forward'] = (passage) => {
    if (nothing(passage) || !offers('forward')) return right.model.forward(passage)
    const answer = put('forward', passage)
    const [T, N] = [stepsOf(passage), rowsOf(passage)]
    const [{ axes: ofScores }, { axes: ofHidden }] = [passage.X, passage.parameters.W_hq]
    const its = (what: string, last: Axes[number], value: unknown): Plain<Axes> => ({
      axes: [passage.X.axes[0], last],
      values: readSteps(layout, what, [T, N, last.size], value),
    })
    return {
      scores: its('O', ofScores[1], fieldOf('the answer to "forward"', answer, 'O')),
      hidden: 'H' in answer ? its('H', ofHidden[0], answer['H']) : right.model.forward(passage).hidden,
      state: state(passage, fieldOf('the answer to "forward"', answer, 'state')),
    }
  }
  const loss = (passage: Sample): number =>
    nothing(passage) || !offers('loss')
      ? right.model.evaluate(passage).loss
      : number('loss', fieldOf('the answer to "loss"', put('loss', passage), 'loss'))

  return {
    model: {
      forward,
      evaluate: (passage) => ({ loss: loss(passage), state: forward(passage).state }),
      backpropagate: (passage) => {
        if (nothing(passage)) return right.model.backpropagate(passage)
        const answer = put('backpropagate', passage)
        const what = 'the answer to "backpropagate"'
        return {
          gradients: weights(passage.parameters, 'gradients', fieldOf(what, answer, 'gradients')),
          loss: 'loss' in answer ? number('loss', answer['loss']) : loss(passage),
          dState: description.stateAdjoint
            ? readState(passage.state, 'd', '0', 'dState', fieldOf(what, answer, 'dState'))
            : right.model.backpropagate(passage).dState,
          state: forward(passage).state,
        }
      },
    },
    clip: (sample) => {
      const gradients = fieldOf('the answer to "clip"', put('clip', sample), 'gradients')
      return weights(sample.gradients, 'gradients', gradients)
    },
    optimise: (optimiser, descent) => {
      const answer = put('optimise', { ...descent, optimiser })
      const after = fieldOf('the answer to "optimise"', answer, 'parameters')
      return listOf('parameters', after, descent.gradients.length).map((each, k) =>
        weights(descent.parameters, `parameters[${String(k)}]`, each),
      )
    },
    sample: (plan) => {
      const answer = put('sample', plan)
      const T = plan.steps
      return listOf('minibatches', fieldOf('the answer to "sample"', answer, 'minibatches')).map((each, k) => {
        const what = `minibatches[${String(k)}]`
        const of = (name: string) =>
          readSteps(layout, `${what}.${name}`, [T, plan.batch], fieldOf(what, each, name)).map((character) =>
            wholeNumber(`every entry of ${what}.${name}`, character),
          )
        return { inputs: of('X'), labels: of('Y'), reset: truth(`${what}.reset`, fieldOf(what, each, 'reset')) }
      })
    },
    generate: (sample) => {
      const text = listOf('text', fieldOf('the answer to "generate"', put('generate', sample), 'text'))
      return text.map((character, i) => wholeNumber(`text[${String(i)}]`, character))
    },
    train: (sample): Trained => {
      const answer = put('train', sample)
      const what = 'the answer to "train"'
      return {
        losses: flatNumbers('losses', [sample.minibatches.length], fieldOf(what, answer, 'losses')),
        parameters: weights(sample.parameters, 'parameters', fieldOf(what, answer, 'parameters')),
      }
    },
  }
}
