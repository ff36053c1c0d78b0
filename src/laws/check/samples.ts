/**
 * Samples that questions are made of: small, so that many are asked in a second and the smallest is soon found.
 */
import fc from 'fast-check'
import { axis, product } from '../../algebra/axis.js'
import type { Axes } from '../../algebra/axis.js'
import { flatAxes } from '../../algebra/names.js'
import type { SamplingName } from '../../data/samplers.js'
import { float64 } from '../../interpret/float64.js'
import { languageModel } from '../../model/language-model.js'
import { parameterAxes } from '../../model/model.js'
import { batchAxis, timeAxis, vocabularyAxis } from '../../model/parameters.js'
import type { Rows, Sizes, Vocabulary } from '../../model/parameters.js'
import type { DescentSample } from '../mistakes/index.js'
import type { Plains, SampleWithCuts } from '../model/sample.js'
import { range } from '../plain.js'
import { listOf, plain, plainOneHot, smallSizes } from '../samples/index.js'
import type { ClipSample } from '../train/clip.js'
import { networkIn } from './plain-subject.js'
import type { ContinuationSample, PlanSample, TrainingSample } from './plain-subject.js'
import type { Description, OptimiserName, OptimiserQuestion } from './subject.js'

/** From 1 to 4. */
const few = fc.integer({ min: 1, max: 4 })

/**
 * Eighths from -1 to 1: any precision holds them, a smaller one is found in a few steps, and they are read at a glance.
 */
const eighth = fc.integer({ min: -8, max: 8 }).map((k) => k / 8)
/** Numbers whose squares lose nothing: from 1/16 to 2, of either sign. */
const middling = fc.tuple(fc.integer({ min: 1, max: 32 }), fc.boolean()).map(([k, up]) => ((up ? 1 : -1) * k) / 16)

const filled = (shape: Readonly<Record<string, Axes>>, entry: fc.Arbitrary<number>): fc.Arbitrary<Plains> =>
  fc.record(Object.fromEntries(Object.entries(shape).map(([field, its]) => [field, plain(its, entry)])))

/** A few parameters by the names of a model's: two matrices and a bias. */
const shapes: fc.Arbitrary<Readonly<Record<string, Axes>>> = fc.tuple(few, few).map(([V, H]) => ({
  W_xh: [axis('vocabulary', V), axis('hidden', H)],
  W_hh: [axis('previous', H), axis('hidden', H)],
  b_h: [axis('hidden', H)],
}))

/** Gradients whose norm is above theta in some samples and below in others. */
export const clipSamples: fc.Arbitrary<ClipSample> = shapes.chain((shape) =>
  fc.record({
    theta: fc.constantFrom(1 / 128, 1 / 8, 1 / 2, 1, 2, 8),
    gradients: filled(shape, eighth),
  }),
)

const rate = fc.constantFrom(1 / 128, 1 / 16, 1 / 2, 1)

/** An optimiser of that name, with settings. */
const optimiserSettings = (name: OptimiserName): fc.Arbitrary<OptimiserQuestion> => {
  const settings: Readonly<Record<OptimiserName, fc.Arbitrary<OptimiserQuestion>>> = {
    sgd: fc.record({ name: fc.constant('sgd'), rate }),
    momentum: fc.record({ name: fc.constant('momentum'), rate, beta: fc.constantFrom(1 / 2, 7 / 8, 0) }),
    adam: fc.record({
      name: fc.constant('adam'),
      rate,
      beta1: fc.constantFrom(1 / 2, 7 / 8),
      beta2: fc.constantFrom(3 / 4, 63 / 64),
      epsilon: fc.constantFrom(1 / 1024, 1 / 8),
    }),
  }
  return settings[name]
}

/** One step to four of an optimiser. */
export const descentSamples = (name: OptimiserName): fc.Arbitrary<DescentSample> =>
  fc.tuple(shapes, few).chain(([shape, steps]) =>
    fc.record({
      optimiser: optimiserSettings(name),
      parameters: filled(shape, eighth),
      gradients: listOf(steps, filled(shape, middling)),
    }),
  )

const permutation = (length: number): fc.Arbitrary<readonly number[]> =>
  fc.shuffledSubarray([...range(length)], { minLength: length, maxLength: length })

/** Parameters of a model of these sizes. */
const parametersOf = (description: Description, sizes: Sizes): fc.Arbitrary<Plains> =>
  filled(flatAxes(parameterAxes(float64, languageModel(networkIn(description), sizes))), eighth)

/** Passages for a cell, small in all their sizes; nothing follows where no adjoint is handed on. */
export const passages = (description: Description): fc.Arbitrary<SampleWithCuts> =>
  smallSizes.chain((sizes) => {
    const { vocabulary, batch, steps } = sizes
    const state = flatAxes(networkIn(description).layers(float64).stateAxes(sizes, batchAxis(batch)))
    const text = plainOneHot<[Rows, Vocabulary]>([
      product(timeAxis(steps), batchAxis(batch)),
      vocabularyAxis(vocabulary),
    ])
    return fc.record({
      parameters: parametersOf(description, sizes),
      state: filled(state, eighth),
      X: text,
      Y: text,
      dState: filled(state, description.stateAdjoint ? eighth : fc.constant(0)),
      cut: fc.integer({ min: 0, max: steps }),
      share: fc.integer({ min: 0, max: batch }),
      rowOrder: permutation(batch),
      newLabels: permutation(vocabulary),
    })
  })

/** The same, cut into stretches of one step or more. */
export const cutPassages = (description: Description): fc.Arbitrary<SampleWithCuts> =>
  passages(description).map((passage) => ({ ...passage, cut: Math.max(1, passage.cut) }))

/** Texts that are long enough for a minibatch, and up to twenty characters longer. */
export const plansWith = (sampling: SamplingName): fc.Arbitrary<PlanSample> =>
  fc
    .record({ batch: few, steps: few, more: fc.nat({ max: 20 }), seed: fc.nat({ max: 2 ** 31 - 1 }) })
    .map(({ batch, steps, more, seed }) => ({ sampling, batch, steps, length: batch * (steps + 1) + more, seed }))

/** A prefix, and lengths of what is written after it, on parameters of a model. */
export const continuations = (description: Description): fc.Arbitrary<ContinuationSample> =>
  smallSizes.chain((sizes) =>
    fc.record({
      parameters: parametersOf(description, sizes),
      prefix: fc.array(fc.nat({ max: sizes.vocabulary - 1 }), { minLength: 1, maxLength: 4 }),
      length: fc.nat({ max: 4 }),
      second: fc.nat({ max: 4 }),
    }),
  )

/** One to three minibatches on the parameters of a passage; the state is reset before the first. */
export const trainingSamples = (description: Description): fc.Arbitrary<TrainingSample> =>
  smallSizes.chain((sizes) => {
    const { vocabulary, batch, steps } = sizes
    const characters = listOf(batch * steps, fc.nat({ max: vocabulary - 1 }))
    return fc
      .record({
        parameters: parametersOf(description, sizes),
        minibatches: fc.array(fc.record({ inputs: characters, labels: characters, reset: fc.boolean() }), {
          minLength: 1,
          maxLength: 3,
        }),
        theta: fc.constantFrom(1 / 128, 1 / 2, 8),
        optimiser: fc
          .nat({ max: description.optimisers.length - 1 })
          .chain((i) => optimiserSettings(description.optimisers[i])),
      })
      .map(({ minibatches, ...others }) => ({
        ...others,
        ...{ batch, steps },
        minibatches: minibatches.map((each, k) => (k === 0 ? { ...each, reset: true } : each)),
      }))
  })
