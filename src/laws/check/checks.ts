/**
 * Every law that an implementation may be held to: the laws of this package, on what it answers.
 *
 * A law of its own stands here only where the others are of an algebra or of a state that no question shows: that an
 * answer is the one of the equations, within what rounding allows.
 */
import type fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { product } from '../../algebra/axis.js'
import type { Carrier, Concrete, Tensors } from '../../algebra/tensor-algebra.js'
import { samplings } from '../../data/samplers.js'
import type { BatchSampler, SamplingName } from '../../data/samplers.js'
import { greedy } from '../../generate/decoding.js'
import { float32 } from '../../interpret/float32.js'
import { float64 } from '../../interpret/float64.js'
import { batchAxis, timeAxis, vocabularyAxis } from '../../model/parameters.js'
import type { Rows, Vocabulary } from '../../model/parameters.js'
import { seeded } from '../../random.js'
import type { OptimiserState } from '../../train/optimisers/optimiser.js'
import { accurateAll, agreeNumbers } from '../agreement.js'
import { samplerLaws } from '../data/sampler.js'
import type { SamplerFamily, SamplerSample } from '../data/sampler.js'
import { consecutiveSamplerLaws, randomSamplerLaws } from '../data/sampling.js'
import { greedyPredictionLaws, predictionLaws } from '../generate/prediction.js'
import type { PredictionSample, Predictor } from '../generate/prediction.js'
import { sameNumbers } from '../law.js'
import type { EquationId, Law } from '../law.js'
import type { DescentSample } from '../mistakes/index.js'
import { objectiveOf, startOf } from '../model/check-model.js'
import { forwardLaws, tanhLaws } from '../model/forward.js'
import { checkGradient, GRADIENT_BOUND } from '../model/gradient-check.js'
import { differenceLaws, gradientLaws } from '../model/gradient.js'
import type { ModelUnderTest } from '../model/model-under-test.js'
import { rowsOf, stepsOf, vocabularyOf, zeros } from '../model/sample.js'
import type { Plains, Sample, SampleWithCuts } from '../model/sample.js'
import { truncationLaws } from '../model/truncation.js'
import { maximum, numbersWithin, range } from '../plain.js'
import { clipLaws } from '../train/clip.js'
import type { Clipping, ClipSample } from '../train/clip.js'
import { entriesOf, readAll, writeAll } from '../train/records.js'
import { clipEpsilonIn, zeroStateOf } from './plain-subject.js'
import type { ContinuationSample, PlainSubject, PlanSample, TrainingSample } from './plain-subject.js'
import {
  clipSamples,
  continuations,
  cutPassages,
  descentSamples,
  passages,
  plansWith,
  trainingSamples,
} from './samples.js'
import { optimiserNames } from './subject.js'
import type { Ability, Description, OptimiserName } from './subject.js'

/** Who is asked, who answers right, and how far apart the two may be. */
export interface Given {
  readonly description: Description
  readonly asked: PlainSubject
  readonly right: PlainSubject
  readonly errors: PlainSubject
}

/** One law, on samples of its own. */
export interface Check {
  readonly law: string
  readonly cites: readonly EquationId[]
  readonly ability: Ability
  /** Which optimiser or sampling it is about. */
  readonly variant?: OptimiserName | SamplingName
  /** The share of the samples that a law usually takes. */
  readonly share: number
  readonly samples: (description: Description) => fc.Arbitrary<unknown>
  /** Whether it holds for one of its samples. */
  readonly holds: (given: Given, sample: unknown) => boolean
  /** What tells how large one of its samples is. */
  readonly sizes: (sample: unknown) => Readonly<Record<string, number>>
}

interface Kind<Instance, S> extends Pick<Check, 'ability' | 'variant'> {
  readonly share?: number
  readonly instance: (given: Given) => Instance
  readonly samples: (description: Description) => fc.Arbitrary<S>
  readonly sizes: (sample: S) => Readonly<Record<string, number>>
}

/** Laws of one kind, each as a check. */
const checksOf =
  <Instance, S>({ ability, variant, share = 1, instance, samples, sizes }: Kind<Instance, S>) =>
  (laws: readonly Law<Instance, S>[]): readonly Check[] =>
    laws.map(({ name, cites, holds }) => ({
      law: name,
      cites,
      ability,
      share,
      samples,
      ...(variant === undefined ? {} : { variant }),
      // A check is given no samples but those that its own generator made.
      holds: (given, sample) => holds(instance(given), sample as S),
      sizes: (sample) => sizes(sample as S),
    }))

/** The laws but those whose sentence holds one of these words: they are about what no question can hold. */
const without = <L extends { readonly name: string }>(
  laws: readonly L[],
  words: readonly string[],
): readonly L[] => laws.filter(({ name }) => !words.some((word) => name.includes(word)))

const modelUnderTest = ({ asked, right, errors }: Given): ModelUnderTest => ({
  model: asked.model,
  precise: right.model,
  errors: errors.model,
})

const sizesOfPassage = (passage: Sample) => ({
  V: vocabularyOf(passage),
  H: passage.parameters.W_hq.axes[0].size,
  N: rowsOf(passage),
  T: stepsOf(passage),
})

const ofPassages = (ability: Ability, share = 1) => ({
  ...{ ability, share, instance: modelUnderTest, samples: passages, sizes: sizesOfPassage },
})

/** Laws of the loss of a passage, as it is asked for. */
const lossLaws: readonly Law<ModelUnderTest, SampleWithCuts>[] = [
  {
    name: 'with an output layer of zeros the loss is log V',
    cites: ['loss'],
    holds: ({ model, errors }, passage) => {
      const { W_hq, b_q } = passage.parameters
      const level = { ...passage, parameters: { ...passage.parameters, ...zeros({ W_hq, b_q }) } }
      return agreeNumbers(errors.evaluate(level).loss, model.evaluate(level).loss, Math.log(vocabularyOf(passage)))
    },
  },
  {
    name: 'the loss of a passage is as far from that of double precision as its roundings allow, and no further',
    cites: ['loss'],
    holds: ({ model, precise, errors }, passage) =>
      Math.abs(model.evaluate(passage).loss - precise.evaluate(passage).loss) <= errors.evaluate(passage).loss,
  },
]

/** The law of central differences for what computes in single precision: those of the loss in double precision. */
const singleDifferenceLaws: readonly Law<ModelUnderTest, SampleWithCuts>[] = differenceLaws.map((law) => ({
  ...law,
  holds: ({ model, precise, errors }, passage) => {
    const [{ gradients, dState }, off] = [model.backpropagate(passage), errors.backpropagate(passage)]
    const roundings = maximum([off.gradients, off.dState].flatMap(entriesOf))
    const check = checkGradient(objectiveOf(precise)(passage), GRADIENT_BOUND + roundings)
    return E.isRight(check(startOf(passage), startOf({ parameters: gradients, state: dState })))
  },
}))

const modelChecks = ({ cell, activation, precision, stateAdjoint }: Description): readonly Check[] => {
  const differences = precision === 'double' ? differenceLaws : singleDifferenceLaws
  return [
    ...checksOf(ofPassages('forward'))([
      ...without(forwardLaws, ['reading nothing']),
      ...(cell === 'rnn' && activation === 'tanh' ? tanhLaws : []),
    ]),
    ...checksOf(ofPassages('loss'))(lossLaws),
    // At a kink of relu the one-sided slopes differ, and differences are neither.
    ...checksOf(ofPassages('backpropagate', 1 / 4))(cell === 'rnn' && activation === 'relu' ? [] : differences),
    ...checksOf(ofPassages('backpropagate'))(
      without(gradientLaws, stateAdjoint ? [] : ['what follows counts linearly']),
    ),
    ...checksOf({ ...ofPassages('backpropagate'), samples: cutPassages })(stateAdjoint ? truncationLaws : []),
  ]
}

/** What clips, as the laws of clipping have it. */
const clippingIn =
  <F extends Carrier>(algebra: Concrete<F>) =>
  ({ asked, description }: Given): Clipping<F> => ({
    algebra,
    epsilon: clipEpsilonIn(description),
    clip: (theta) => ({
      init: () => ({}),
      update: <S>(gradients: Tensors<F, S>, state: OptimiserState) => ({
        // A clip gives back the fields that it was given, which reading its answer has seen.
        updates: readAll(algebra, asked.clip({ theta, gradients: writeAll(algebra, gradients as object) })) as Tensors<
          F,
          S
        >,
        state,
      }),
    }),
  })

const sizesOfRecord = (record: Plains) => ({
  parameters: Object.keys(record).length,
  entries: entriesOf(record).length,
})

const clipChecks = ({ precision }: Description): readonly Check[] => {
  const ofClips = {
    ability: 'clip',
    samples: () => clipSamples,
    sizes: ({ gradients }: ClipSample) => sizesOfRecord(gradients),
  } as const
  const words = ['a threshold that is 0', 'an infinite threshold']
  return precision === 'single'
    ? checksOf({ ...ofClips, instance: clippingIn(float32) })(without(clipLaws<'float32'>(), words))
    : checksOf({ ...ofClips, instance: clippingIn(float64) })(without(clipLaws<'float64'>(), words))
}

const descentLaws = (name: OptimiserName, cites: readonly EquationId[]): readonly Law<Given, DescentSample>[] => [
  {
    name: `after each step of ${name} the parameters are those of the equations, within what rounding allows`,
    cites,
    holds: ({ asked, right, errors }, { optimiser, ...descent }) => {
      const [ours, exact, off] = [asked, right, errors].map(({ optimise }) => optimise(optimiser, descent))
      return range(descent.gradients.length).every((k) => accurateAll(off[k], ours[k], exact[k]))
    },
  },
  {
    name: `the first of several steps of ${name} are those steps alone`,
    cites,
    holds: ({ asked, errors }, { optimiser, ...descent }) => {
      const [whole, off] = [asked, errors].map(({ optimise }) => optimise(optimiser, descent))
      const first = asked.optimise(optimiser, { ...descent, gradients: descent.gradients.slice(0, 1) })
      return accurateAll(off[0], first[0], whole[0])
    },
  },
]

const optimiserChecks: readonly Check[] = optimiserNames.flatMap((name) =>
  checksOf({
    ability: 'optimise',
    variant: name,
    instance: (given: Given) => given,
    samples: () => descentSamples(name),
    sizes: ({ parameters, gradients }: DescentSample) => ({ ...sizesOfRecord(parameters), steps: gradients.length }),
  })(descentLaws(name, [name])),
)

/** Laws of the characters of a plan, in a text in which character i is i. */
const readingLaws: readonly Law<PlainSubject, PlanSample>[] = [
  {
    name: 'every row reads T characters that follow one another in the text',
    cites: ['minibatch'],
    holds: ({ sample }, plan) =>
      sample(plan).every(({ inputs }) => inputs.every((x, i) => i < plan.batch || x === inputs[i - plan.batch] + 1)),
  },
  {
    name: 'every label is the character after the one that is read',
    cites: ['minibatch'],
    holds: ({ sample }, plan) =>
      sample(plan).every(({ inputs, labels }) =>
        sameNumbers(
          labels,
          inputs.map((x) => x + 1),
        ),
      ),
  },
]

/** A sampler whose plans are where the rows begin that are answered. */
const samplerOf =
  (asked: PlainSubject, sampling: SamplingName): SamplerFamily =>
  (batch, steps): BatchSampler =>
  (length) =>
    E.right((random) => {
      const minibatches = asked.sample({ sampling, length, batch, steps, seed: random[0] >>> 0 })
      const starts = minibatches.map(({ inputs, reset }) => ({ starts: inputs.slice(0, batch), reset }))
      return [{ batch, steps, minibatches: starts }, random]
    })

const sizesOfPlan = ({
  batch,
  steps,
  length,
}: {
  readonly batch: number
  readonly steps: number
  readonly length: number
}) => ({
  ...{ N: batch, T: steps, length },
})

const samplerChecks: readonly Check[] = samplings.flatMap((sampling) => {
  const kind = { ability: 'sample', variant: sampling, sizes: sizesOfPlan } as const
  const cites: readonly EquationId[] = [sampling === 'random' ? 'sampling-random' : 'sampling-consecutive']
  const ofPlans = checksOf({
    ...kind,
    instance: ({ asked }: Given) => samplerOf(asked, sampling),
    samples: () =>
      plansWith(sampling).map(({ batch, steps, length, seed }): SamplerSample => ({
        ...{ batch, steps, length, random: seeded(seed) },
      })),
  })
  const ofItsKind = sampling === 'random' ? randomSamplerLaws : consecutiveSamplerLaws
  /** What holds of both, as a law of this one. */
  const ofThis = <L extends { readonly name: string }>(law: L) => ({
    ...law,
    name: `${sampling} sampling: ${law.name}`,
    cites,
  })
  return [
    ...checksOf({ ...kind, instance: ({ asked }: Given) => asked, samples: () => plansWith(sampling) })(
      readingLaws.map(ofThis),
    ),
    ...ofPlans(without(samplerLaws, ['the least length', 'too short', 'no whole number']).map(ofThis)),
    ...ofPlans(without(ofItsKind, ['each plan is drawn from', 'nothing is left to chance'])),
  ]
})

const predictorOf =
  ({ asked }: Given, parameters: Plains): Predictor =>
  () =>
  (prefix, length) =>
    asked.generate({ parameters, prefix, length })

/** A law of predictions, of samples that hold the model's parameters too. */
const ofContinuations = ({ name, cites, holds }: Law<Predictor, PredictionSample>): Law<Given, ContinuationSample> => ({
  name,
  cites,
  holds: (given, { parameters, prefix, length, second }) =>
    holds(predictorOf(given, parameters), { prefix, first: length, second, choose: greedy, random: seeded(0) }),
})

/** The passage that reads a text from the zero state, in one row. */
const passageOf = (description: Description, parameters: Plains, text: readonly number[]): Sample => {
  const [hidden, vocabulary] = parameters.W_hq.axes.map(({ size }) => size)
  const [rows, characters] = [product(timeAxis(text.length), batchAxis(1)), vocabularyAxis(vocabulary)]
  const state = zeroStateOf(description, { vocabulary, hidden }, 1)
  const X = { axes: [rows, characters] as [Rows, Vocabulary], indices: text }
  return { parameters, state, X, Y: X, dState: state }
}

const greedyLaws: readonly Law<Given, ContinuationSample>[] = [
  {
    name: 'each character that is written has the largest score after all that stands before it',
    cites: ['predict'],
    holds: ({ description, asked, right, errors }, sample) => {
      const text = asked.generate(sample)
      const vocabulary = sample.parameters.b_q.values.length
      if (text.length !== sample.prefix.length + sample.length || text.some((x) => x < 0 || x >= vocabulary))
        return false
      const passage = passageOf(description, sample.parameters, text)
      const [scores, off] = [right, errors].map(({ model }) => model.forward(passage).scores.values)
      return range(sample.length).every((k) => {
        const before = (sample.prefix.length + k - 1) * vocabulary
        const [row, bounds] = [scores, off].map((all) => all.slice(before, before + vocabulary))
        const chosen = text[sample.prefix.length + k]
        return row.every((score, x) => row[chosen] + bounds[chosen] >= score - bounds[x])
      })
    },
  },
]

const writingChecks: readonly Check[] = checksOf({
  ability: 'generate',
  instance: (given: Given) => given,
  samples: continuations,
  sizes: ({ parameters, prefix, length, second }: ContinuationSample) => ({
    V: parameters.b_q.values.length,
    H: parameters.W_hq.axes[0].size,
    prefix: prefix.length,
    length: length + second,
  }),
})([...[...without(predictionLaws, ['the same seed']), ...greedyPredictionLaws].map(ofContinuations), ...greedyLaws])

const trainingLaws: readonly Law<Given, TrainingSample>[] = [
  {
    name: 'the losses of a few steps and the parameters after them are those of the equations, within rounding',
    cites: ['training-step', 'clip', 'hidden'],
    holds: ({ asked, right, errors }, sample) => {
      const [ours, exact, off] = [asked, right, errors].map(({ train }) => train(sample))
      return (
        numbersWithin((k) => off.losses[k], ours.losses, exact.losses) &&
        accurateAll(off.parameters, ours.parameters, exact.parameters)
      )
    },
  },
]

const trainingChecks: readonly Check[] = checksOf({
  ability: 'train',
  share: 1 / 4,
  instance: (given: Given) => given,
  samples: trainingSamples,
  sizes: ({ parameters, batch, steps, minibatches }: TrainingSample) => ({
    V: parameters.b_q.values.length,
    H: parameters.W_hq.axes[0].size,
    N: batch,
    T: steps,
    minibatches: minibatches.length,
  }),
})(trainingLaws)

/** Every check of an implementation of that description, in the order in which things are asked for. */
export const checksFor = (description: Description): readonly Check[] => {
  const { can, optimisers, samplings: offered } = description
  const variants: readonly (OptimiserName | SamplingName)[] = [...optimisers, ...offered]
  const all = [
    ...modelChecks(description),
    ...clipChecks(description),
    ...[...optimiserChecks, ...samplerChecks].filter(
      ({ variant }) => variant !== undefined && variants.includes(variant),
    ),
    ...writingChecks,
    ...trainingChecks,
  ]
  return all.filter(({ ability }) => can.includes(ability))
}
