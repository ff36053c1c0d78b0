/**
 * What is probably wrong with an implementation: the known mistakes that give the numbers it gives.
 *
 * Samples at which mistakes show are drawn anew, and asked of it once. Where what it answers is wrong, the zoo of what
 * was asked for is searched, one mistake at a time and then two.
 */
import fc from 'fast-check'
import { product } from '../../algebra/axis.js'
import { float64 } from '../../interpret/float64.js'
import type { CellChoice } from '../../model/cells.js'
import { batchAxis, timeAxis, vocabularyAxis } from '../../model/parameters.js'
import type { Rows, Vocabulary } from '../../model/parameters.js'
import {
  clippingZoo,
  diagnose,
  forwardZoo,
  generationZoo,
  gradientZoo,
  lossZoo,
  optimiserZoo,
  pointOfForward,
  pointOfGradients,
  pointOfMinibatches,
  pointOfPlains,
  pointOfSteps,
  pointOfTraining,
  samplingZoo,
  trainingZoo,
} from '../mistakes/index.js'
import type { Findings, Made, TrainingSample as TrainingSampleInZoo, Zoo } from '../mistakes/index.js'
import type { Point } from '../model/gradient-check.js'
import type { Sample } from '../model/sample.js'
import { maximum, range } from '../plain.js'
import { revealingSamples, revealingSizes } from '../samples/index.js'
import type { Given } from './checks.js'
import { clipEpsilonIn, networkIn, zeroStateOf } from './plain-subject.js'
import type { FlatMinibatch, PlanSample, TrainingSample } from './plain-subject.js'
import { clipSamples, continuations, descentSamples, plansWith, trainingSamples } from './samples.js'
import type { Ability, Description } from './subject.js'
import type { Diagnosis } from './verdict.js'

/** Samples that are asked: enough that no mistake agrees by accident. */
const SAMPLES = 6
/** How far apart numbers count as equal, relative to the largest of their tensor: rounding is far below. */
const CLOSE = { double: 1e-8, single: 1e-4 }

const within =
  (bound: number) =>
  (expected: readonly number[], got: readonly number[]): boolean => {
    const size = Math.max(1e-3, maximum(expected.map(Math.abs)))
    return expected.every((x, i) => Math.abs(x - got[i]) <= bound * size)
  }

const told = <P>(made: Made<P>, field?: string): Diagnosis => ({
  ...(field === undefined ? {} : { field }),
  mistakes: made.map(({ mistake, made: how, equation, section }) => ({ mistake, made: how, equation, section })),
})

/** As many as are worth reading, where no sample tells one from another. */
const MOST = 3

const diagnosesOf = <P>({ whole, byField }: Findings<P>): readonly Diagnosis[] => [
  ...whole.slice(0, MOST).map((made) => told(made)),
  ...Object.entries(byField).flatMap(([field, some]) => some.slice(0, MOST).map((made) => told(made, field))),
]

/** Asks for the samples, and looks for what explains the answers. */
const looked = <P, S>(
  { description, seed }: { readonly description: Description; readonly seed: number },
  zoo: Zoo<P, S>,
  samples: fc.Arbitrary<S>,
  answered: (sample: S) => Point,
): readonly Diagnosis[] => {
  const drawn = fc.sample(samples, { seed, numRuns: SAMPLES })
  return diagnosesOf(diagnose(zoo, drawn, drawn.map(answered), within(CLOSE[description.precision])))
}

const inRows = (numbers: readonly number[], N: number): readonly (readonly number[])[] =>
  range(numbers.length / N).map((t) => numbers.slice(t * N, (t + 1) * N))

const textMinibatch =
  (N: number) =>
  ({ inputs, labels, reset }: FlatMinibatch) => ({ X: inRows(inputs, N), Y: inRows(labels, N), reset })

/** A sample of training as its zoo has it: with axes, and the state of zeros that it begins with. */
const trainingInZoo = (description: Description, sample: TrainingSample): TrainingSampleInZoo => {
  const { batch, steps, parameters, theta, optimiser } = sample
  const [hidden, vocabulary] = parameters.W_hq.axes.map(({ size }) => size)
  const axes: readonly [Rows, Vocabulary] = [product(timeAxis(steps), batchAxis(batch)), vocabularyAxis(vocabulary)]
  return {
    ...{ parameters, theta, optimiser },
    state: zeroStateOf(description, { vocabulary, hidden }, batch),
    minibatches: sample.minibatches.map(({ inputs, labels, reset }) => ({
      X: { axes: [...axes], indices: inputs },
      Y: { axes: [...axes], indices: labels },
      reset,
    })),
  }
}

/**
 * The known mistakes that explain what an implementation answers to this ability.
 *
 * @param seed from which the samples are drawn
 */
export const diagnosed = (
  { description, asked }: Pick<Given, 'description' | 'asked'>,
  ability: Ability,
  seed: number,
): readonly Diagnosis[] => {
  const { cell, activation, biases, layers, stateAdjoint, optimisers, samplings, reset } = description
  // Mistakes are made of the cells that settings can name, and this GRU is none of them.
  const known = cell !== 'gru' || reset === 'after'
  const choice: CellChoice = { cell, activation, biases, layers }
  const at = { description, seed }
  // Something follows, where that is asked for: numbers that are told apart as well as those of the state.
  const passages: fc.Arbitrary<Sample> = revealingSamples(networkIn(description), revealingSizes).map((passage) =>
    stateAdjoint ? { ...passage, dState: passage.state } : passage,
  )
  const by: Readonly<Record<Ability, () => readonly Diagnosis[]>> = {
    forward: () =>
      looked(at, forwardZoo(float64, choice), passages, (passage) => {
        const { scores, state } = asked.model.forward(passage)
        return pointOfForward({ scores, state })
      }),
    loss: () =>
      looked(at, lossZoo(float64, choice), passages, (passage) => ({ loss: [asked.model.evaluate(passage).loss] })),
    backpropagate: () =>
      looked(at, gradientZoo(float64, choice, { stateAdjoint }), passages, (passage) => {
        const { gradients, dState } = asked.model.backpropagate(passage)
        return pointOfGradients(stateAdjoint ? { gradients, dState } : { gradients })
      }),
    clip: () =>
      looked(at, clippingZoo(float64, clipEpsilonIn(description)), clipSamples, (sample) =>
        pointOfPlains(asked.clip(sample)),
      ),
    optimise: () =>
      optimisers.flatMap((name) =>
        looked(at, optimiserZoo(float64), descentSamples(name), ({ optimiser, ...descent }) =>
          pointOfSteps(asked.optimise(optimiser, descent)),
        ),
      ),
    sample: () =>
      samplings.flatMap((sampling) =>
        looked(at, samplingZoo(sampling), plansWith(sampling), (plan: PlanSample) =>
          pointOfMinibatches(plan, asked.sample(plan).map(textMinibatch(plan.batch))),
        ),
      ),
    generate: () =>
      looked(at, generationZoo(float64, choice), continuations(description), (sample) => ({
        text: asked.generate(sample),
      })),
    train: () => {
      const zoo = trainingZoo(float64, choice, clipEpsilonIn(description))
      const both = trainingSamples(description).map((asIs) => ({ asIs, inZoo: trainingInZoo(description, asIs) }))
      return looked(at, { ...zoo, answer: ({ inZoo }) => zoo.answer(inZoo) }, both, ({ asIs }) =>
        pointOfTraining(asked.train(asIs)),
      )
    },
  }
  return known ? by[ability]() : []
}
