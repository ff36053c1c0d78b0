/**
 * Chapter 9, continued: known mistakes are told by their numbers. Each is found as itself, two at once are found, and
 * nothing is found where nothing is wrong.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { axis } from '../src/algebra/axis.js'
import { minibatchOf, samplerNamed } from '../src/data/samplers.js'
import { orThrow } from '../src/failure.js'
import { float64 } from '../src/interpret/index.js'
import {
  clippingZoo,
  diagnose,
  forwardZoo,
  generationZoo,
  gradientZoo,
  isSeenAt,
  lossZoo,
  optimiserZoo,
  pointOfForward,
  pointOfGradients,
  pointOfMinibatches,
  pointOfPlains,
  pointOfSteps,
  pointOfTraining,
  samplingZoo,
  sectionOf,
  trainingZoo,
} from '../src/laws/mistakes/index.js'
import type {
  Close,
  DescentSample,
  Findings,
  GenerationSample,
  Least,
  Mistake,
  SamplingSample,
  SizeName,
  TextMinibatch,
  Told,
  TrainingSample,
  Zoo,
} from '../src/laws/mistakes/index.js'
import type { Point } from '../src/laws/model/gradient-check.js'
import { plainModel } from '../src/laws/model/plain-model.js'
import { mapPlains, zeros } from '../src/laws/model/sample.js'
import type { Plains, Sample } from '../src/laws/model/sample.js'
import { norm, range } from '../src/laws/plain.js'
import type { ClipSample } from '../src/laws/train/clip.js'
import { descend, entriesOf } from '../src/laws/train/records.js'
import { networkOf } from '../src/model/cells.js'
import type { CellChoice } from '../src/model/cells.js'
import { seeded } from '../src/random.js'
import { clipByGlobalNorm } from '../src/train/optimisers/clip.js'
import { sgd } from '../src/train/optimisers/sgd.js'
import { root } from './house/parts.js'
import * as markdown from './house/markdown.js'
import { choiceOf, choices, zoos } from './mistakes/zoos.js'
import { listOf, plain } from '../src/laws/samples/tensors.js'
import { severalRevealingSamples, telling, revealingSizes } from '../src/laws/samples/model.js'
import type { SampleSizes } from '../src/laws/samples/model.js'
import { forAll, law } from './runner/run.js'

/** Wide enough for rounding in double precision, far too narrow for a mistake. */
const close: Close = (expected, got) => {
  const largest = [...expected, ...got].reduce((most, x) => Math.max(most, Math.abs(x)), 1e-3)
  return expected.every((x, i) => Math.abs(x - got[i]) <= 1e-10 * largest)
}

/** Every so many samples of something, each of the same sizes. */
type Several<S> = fc.Arbitrary<readonly S[]>

/** One of them. */
const some = fc.nat({ max: 10_000 })
const among = <A>(list: readonly A[], i: number): A => list[i % list.length]

const namesOf = <P>({ whole }: Findings<P>): readonly string[] =>
  whole.map((made) => made.map(({ mistake }) => mistake).toSorted().join(' + '))

const nothing = <P>({ wrong, whole, byField }: Findings<P>): boolean =>
  wrong.length + whole.length + Object.keys(byField).length === 0

const answersOf = <P, S>({ answer, right }: Zoo<P, S>, samples: readonly S[], ...made: readonly Mistake<P>[]) =>
  samples.map((sample) => answer(sample)(made.reduce((parts, { change }) => change(parts), right)))

const same = (a: readonly Point[], b: readonly Point[]): boolean =>
  a.every((point, i) => {
    const fields = Object.keys(point)
    return (
      fields.join() === Object.keys(b[i]).join() &&
      fields.every(
        (field) =>
          point[field].length === b[i][field].length &&
          (point[field].some(Number.isNaN)
            ? point[field].every((x, k) => Number.isNaN(x) === Number.isNaN(b[i][field][k]))
            : close(point[field], b[i][field], field)),
      )
    )
  })

/** What holds of every zoo on samples that are large enough to see all of its mistakes, and most of them apart. */
const zooLaws = <P, S>(
  name: string,
  zoo: Zoo<P, S>,
  ample: Several<S>,
  { runs = 2, pairs = 3, distinct = true } = {},
): void => {
  const { mistakes } = zoo
  describe(name, () => {
    law(
      distinct ? 'no two mistakes are the same, and none is right' : 'no mistake is right',
      forAll(ample, (samples) => {
        const right = answersOf(zoo, samples)
        const all = mistakes.map((each) => answersOf(zoo, samples, each))
        if (!distinct) return !all.some((one) => same(one, right))
        return all.every((one, i) => !same(one, right) && all.slice(0, i).every((other) => !same(one, other)))
      }),
      { runs },
    )
    law(
      distinct ? 'a mistake is found as itself, and no other' : 'a mistake is found as itself',
      forAll(ample, some, (samples, i) => {
        const mistake = among(mistakes, i)
        const names = namesOf(diagnose(zoo, samples, answersOf(zoo, samples, mistake), close))
        return names.includes(mistake.mistake) && (names.length === 1 || !distinct)
      }),
      { runs: 5 * runs },
    )
    law(
      'what is right has no mistake',
      forAll(ample, (samples) => nothing(diagnose(zoo, samples, answersOf(zoo, samples), close))),
      { runs },
    )
    law(
      'two mistakes are found together, where they are not the same as one or none',
      forAll(ample, some, some, (samples, i, j) => {
        const two = [among(mistakes, i), among(mistakes, i + 1 + (j % (mistakes.length - 1)))]
        const answers = answersOrNone(zoo, samples, two)
        if (answers.length === 0) return true
        const found = diagnose(zoo, samples, answers, close)
        const alone = found.whole.length > 0 && found.whole.every((made) => made.length === 1)
        return nothing(found) || alone || namesOf(found).includes(both(two))
      }),
      { runs: pairs },
    )
  })
}

const both = (two: readonly Told[]): string => two.map(({ mistake }) => mistake).toSorted().join(' + ')

/** Nothing of two mistakes that cannot be made together. */
const answersOrNone = <P, S>(zoo: Zoo<P, S>, samples: readonly S[], two: readonly Mistake<P>[]): readonly Point[] => {
  try {
    return answersOf(zoo, samples, ...two)
  } catch {
    return []
  }
}

/** Sizes at which every mistake shows: no two are equal. */
const ampleSizes: fc.Arbitrary<SampleSizes> = fc.constantFrom(
  { vocabulary: 5, hidden: 3, batch: 2, steps: 4 },
  { vocabulary: 4, hidden: 3, batch: 2, steps: 5 },
  { vocabulary: 6, hidden: 2, batch: 4, steps: 3 },
)

/** Something follows: slopes in the state after the last step. */
const followed = (passages: readonly Sample[]): readonly Sample[] =>
  passages.map((passage) => ({ ...passage, dState: passage.state }))

const passagesOf = (choice: CellChoice, sizes = ampleSizes): Several<Sample> =>
  severalRevealingSamples(networkOf(choice), sizes).map(followed)

const titleOf = ({ cell, activation, biases, layers }: CellChoice): string =>
  `${cell}, ${activation}, ${biases}, ${String(layers)}`

describe('wrong gradients', () => {
  choices.forEach((choice, i) => {
    zooLaws(titleOf(choice), gradientZoo(float64, choice), passagesOf(choice), i === 0 ? {} : { runs: 1, pairs: 1 })
  })

  const zoo = gradientZoo(float64, choices[0])
  law(
    'a mistake is found at every size at which it is one, beside those that are the same there',
    forAll(
      revealingSizes.chain((sizes) => fc.tuple(fc.constant(sizes), passagesOf(choices[0], fc.constant(sizes)))),
      some,
      ([sizes, samples], i) => {
        const seen = zoo.mistakes.filter(isSeenAt({ ...sizes, following: 1 }))
        const mistake = among(seen, i)
        return namesOf(diagnose(zoo, samples, answersOf(zoo, samples, mistake), close)).includes(mistake.mistake)
      },
    ),
    { runs: 25 },
  )
  law(
    'where one gradient alone is wrong it is named, with the mistakes that make it so',
    forAll(passagesOf(choices[0]), some, some, (samples, i, j) => {
      const mistake = among(zoo.mistakes, i)
      const [right, wrong] = [answersOf(zoo, samples), answersOf(zoo, samples, mistake)]
      const fields = Object.keys(right[0]).filter((name) => name in wrong[0] && wrong[0][name].every(Number.isFinite))
      const field = among(fields, j)
      const answers = right.map((point, k) => ({ ...point, [field]: wrong[k][field] }))
      const found = diagnose(zoo, samples, answers, close)
      const names = [...found.whole, ...(found.byField[field] ?? [])].map(([one, other]) => (other ? '' : one.mistake))
      const isWrong = answers.some((point, k) => !same([point], [right[k]]))
      return isWrong ? found.wrong.join() === field && names.includes(mistake.mistake) : nothing(found)
    }),
    { runs: 4 },
  )
  law(
    'two gradients that are wrong in two ways are each named',
    forAll(passagesOf(choices[0]), (samples) => {
      const [bits, first] = ['in bits', 'leaves out the first step'].map((words) =>
        answersOf(zoo, samples, ...zoo.mistakes.filter(({ mistake }) => mistake.includes(words))),
      )
      const answers = answersOf(zoo, samples).map((point, k) => ({
        ...point,
        dW_hh: first[k].dW_hh,
        db_h: bits[k].db_h,
      }))
      const { wrong, whole, byField } = diagnose(zoo, samples, answers, close)
      return (
        wrong.join() === 'dW_hh,db_h' &&
        whole.length === 0 &&
        byField.dW_hh.map(([{ mistake }]) => mistake).join() === 'dW_hh leaves out the first step' &&
        byField.db_h.some(([{ mistake }]) => mistake.includes('in bits'))
      )
    }),
    { runs: 1 },
  )
  law(
    'numbers that no mistake gives are called wrong, and no more is said',
    forAll(passagesOf(choices[0]), (samples) => {
      const answers = answersOf(zoo, samples).map((point) => ({ ...point, db_q: point.db_q.map((x, i) => x + i + 1) }))
      const { wrong, whole, byField } = diagnose(zoo, samples, answers, close)
      return wrong.join() === 'db_q' && whole.length === 0 && Object.keys(byField).length === 0
    }),
    { runs: 1 },
  )
  law(
    "the zoo's right answer is the model's",
    forAll(fc.constantFrom(...choices).chain((choice) => fc.tuple(fc.constant(choice), passagesOf(choice))), (it) => {
      const [choice, samples] = it
      const model = plainModel(float64, networkOf(choice))
      return (
        same(
          answersOf(gradientZoo(float64, choice), samples),
          samples.map((each) => pointOfGradients(model.backpropagate(each))),
        ) &&
        same(answersOf(forwardZoo(float64, choice), samples), samples.map(model.forward).map(withoutHidden))
      )
    }),
    { runs: 10 },
  )
  test('what is asked for no adjoint of a state answers none, and has no mistakes in it', () => {
    const without = gradientZoo(float64, choices[0], { stateAdjoint: false })
    const [samples] = fc.sample(passagesOf(choices[0]), { numRuns: 1, seed: 1 })
    expect(Object.keys(answersOf(without, samples)[0])).toEqual(['dW_xh', 'dW_hh', 'db_h', 'dW_hq', 'db_q'])
    expect(without.mistakes.some(({ mistake }) => mistake === 'dH_0 is zero')).toBe(false)
  })
})

const withoutHidden = (answer: { readonly scores: Plains[string]; readonly state: Plains }): Point =>
  pointOfForward({ scores: answer.scores, state: answer.state })

describe('wrong forward passes', () => {
  const others = [choiceOf('rnn', { activation: 'identity' }), choiceOf('lstm', { biases: 'two', layers: 2 })]
  ;[...choices, ...others].forEach((choice) => {
    zooLaws(titleOf(choice), forwardZoo(float64, choice), passagesOf(choice), { runs: 1, pairs: 1 })
  })
})

zooLaws('wrong losses', lossZoo(float64, choices[0]), passagesOf(choices[0]))

/** Gradients of a matrix, a bias and a matrix. */
const gradients: fc.Arbitrary<Plains> = fc
  .tuple(fc.integer({ min: 2, max: 3 }), fc.integer({ min: 2, max: 3 }))
  .chain(([m, n]) =>
    fc.record({
      first: plain([axis('m', m), axis('n', n)], telling),
      bias: plain([axis('n', n)], telling),
      last: plain([axis('n', n), axis('m', m)], telling),
    }),
  )

/** Thresholds below the norm and above it, and one parameter after the other with the largest gradient. */
const clipSamples: Several<ClipSample> = fc
  .tuple(listOf(6, gradients), telling)
  .map(([all, size]) =>
    all.map((its, i) => {
      const largest = Object.keys(its)[i % 3]
      const sized = mapPlains(
        ({ axes, values }, field) => ({
          axes,
          values: values.map((g) => 3 * size * g * (field === largest ? 5 : 1)),
        }),
        its,
      )
      return { gradients: sized, theta: [0.1, 0.1, 0.1, 0.8, 1.7, 4][i] * norm(entriesOf(sized)) }
    }),
  )

zooLaws('wrong clipping', clippingZoo(float64), clipSamples, { runs: 8, pairs: 8 })
zooLaws('wrong clipping, with an epsilon', clippingZoo(float64, 1e-6), clipSamples, { runs: 2, pairs: 2 })

/** Every optimiser once, with settings that show. */
const optimisers = fc
  .record({ rate: telling.map(Math.abs), beta: telling.map((x) => 0.8 * Math.abs(x)), epsilon: telling.map(Math.abs) })
  .map(({ rate, beta, epsilon }) => [
    { name: 'sgd' as const, rate },
    { name: 'momentum' as const, rate, beta },
    { name: 'adam' as const, rate, beta1: beta, beta2: 0.4 + 0.5 * beta, epsilon: 0.1 * epsilon },
  ])

const descents: Several<DescentSample> = fc
  .tuple(optimisers, fc.integer({ min: 3, max: 4 }).chain((steps) => listOf(steps, gradients)), gradients)
  .map(([choicesOfOptimisers, some, parameters]) =>
    choicesOfOptimisers.map((optimiser) => ({ optimiser, parameters, gradients: some.map(like(parameters)) })),
  )

/** The numbers of one record, again and again, in the shape of another. */
const like =
  (shape: Plains) =>
  (numbers: Plains): Plains => {
    const all = entriesOf(numbers)
    return mapPlains(({ axes, values }, field) => ({
      axes,
      values: values.map((_, i) => all[(i + 2 * field.length) % all.length] * (1 + i / 7)),
    }), shape)
  }

zooLaws('wrong optimisers', optimiserZoo(float64), descents, { runs: 4, pairs: 3 })

/** Texts of all lengths from enough for three minibatches, so that some divide and some do not. */
const samplesOf = (sampling: SamplingSample['sampling']): Several<SamplingSample> =>
  fc.tuple(fc.integer({ min: 2, max: 3 }), fc.integer({ min: 2, max: 3 })).map(([batch, steps]) =>
    range(batch * steps + 1).map((more) => ({ sampling, batch, steps, length: batch * (3 * steps + 1) + more })),
  )

;(['random', 'consecutive'] as const).forEach((sampling) => {
  zooLaws(`wrong samplers, ${sampling}`, samplingZoo(sampling), samplesOf(sampling), { runs: 10, pairs: 20 })
})

/** Weights of models that remember for long, and tell scores apart. */
const SCALES: Readonly<Record<string, number>> = { W_xh: 0.7, W_hh: 5, W_hq: 3 }

/** Such models, and prefixes of five characters. */
const generationSamples: Several<GenerationSample> = severalRevealingSamples(
  networkOf(choices[0]),
  fc.constant({ vocabulary: 7, hidden: 6, batch: 1, steps: 5 }),
).map((passages) =>
  passages.map(({ parameters, X }) => ({
    parameters: mapPlains((a, name) => ({ ...a, values: a.values.map((x) => (SCALES[name] ?? 1) * x) }), parameters),
    prefix: X.indices,
    length: 15,
  })),
)

zooLaws(
  'wrong generation',
  generationZoo(float64, choices[0]),
  fc.tuple(generationSamples, generationSamples).map((two) => two.flat()),
  { runs: 2, pairs: 1 },
)

/** Three minibatches, of which the second goes on and the third begins anew. */
const trainingSamples: Several<TrainingSample> = fc
  .tuple(
    optimisers,
    ampleSizes.chain((sizes) => severalRevealingSamples(networkOf(choices[0]), fc.constant(sizes))),
    fc.tuple(telling, telling),
  )
  .map(([choicesOfOptimisers, [first, second, third], [short, long]]) =>
    choicesOfOptimisers.flatMap((optimiser) =>
      [0.03 * Math.abs(short), 5 * Math.abs(long)].map((theta) => ({
        parameters: first.parameters,
        state: zeros(first.state),
        minibatches: [first, second, third].map(({ X, Y }, k) => ({ X, Y, reset: k !== 1 })),
        theta,
        optimiser,
      })),
    ),
  )

zooLaws('wrong training', trainingZoo(float64, choices[0]), trainingSamples, { runs: 1, pairs: 1, distinct: false })

/** The right minibatches that chance draws from this seed. */
const drawnFrom =
  (from: number) =>
  ({ sampling, batch, steps, length }: SamplingSample): readonly TextMinibatch[] => {
    const [plan] = orThrow(samplerNamed(sampling, batch, steps)(length))(seeded(from))
    return plan.minibatches.map((minibatch) => {
      const { inputs, labels } = minibatchOf(range(length), plan, minibatch)
      const inSteps = (all: readonly number[]) => range(steps).map((t) => all.slice(t * batch, (t + 1) * batch))
      return { X: inSteps(inputs), Y: inSteps(labels), reset: minibatch.reset }
    })
  }

describe('what an implementation answers, in the terms of a zoo', () => {
  law(
    'clipping',
    forAll(clipSamples, (samples) => {
      const clipped = ({ theta, gradients: its }: ClipSample): Plains =>
        descend(float64, clipByGlobalNorm(float64)(theta), { parameters: its, gradients: [its] }).updates[0]
      return same(answersOf(clippingZoo(float64), samples), samples.map(clipped).map(pointOfPlains))
    }),
    { runs: 5 },
  )
  law(
    'the steps of an optimiser',
    forAll(descents, ([ofSgd]) => {
      const { optimiser, parameters, gradients: all } = ofSgd
      const steps = all.map((_, k) =>
        descend(float64, sgd(float64)(optimiser.rate), { parameters, gradients: all.slice(0, k + 1) }),
      )
      return same(answersOf(optimiserZoo(float64), [ofSgd]), [pointOfSteps(steps.map((step) => step.parameters))])
    }),
    { runs: 5 },
  )
  ;(['random', 'consecutive'] as const).forEach((sampling) => {
    law(
      `an epoch of ${sampling} sampling, whatever chance draws`,
      forAll(samplesOf(sampling), fc.nat(), (samples, from) => {
        return same(
          answersOf(samplingZoo(sampling), samples),
          samples.map((sample) => pointOfMinibatches(sample, drawnFrom(from)(sample))),
        )
      }),
      { runs: 10 },
    )
    law(
      `a mistake in ${sampling} sampling, whatever chance draws`,
      forAll(samplesOf(sampling), fc.nat(), some, (samples, from, i) => {
        const zoo = samplingZoo(sampling)
        const { change, mistake } = among(zoo.mistakes, i)
        const answers = samples.map((sample) => zoo.answer(sample)(change(drawnFrom(from))))
        return namesOf(diagnose(zoo, samples, answers, close)).join() === mistake
      }),
      { runs: 30 },
    )
  })
  law(
    'one step of training',
    forAll(trainingSamples, ([{ optimiser, ...sample }]) => {
      const [minibatch] = sample.minibatches
      const once = { ...sample, optimiser, theta: Infinity, minibatches: [minibatch] }
      const { loss, gradients: its } = plainModel(float64, networkOf(choices[0])).backpropagate({
        ...sample,
        ...minibatch,
        dState: sample.state,
      })
      const { parameters } = descend(float64, sgd(float64)(optimiser.rate), { ...sample, gradients: [its] })
      const answer = pointOfTraining({ losses: [loss], parameters })
      return same(answersOf(trainingZoo(float64, choices[0]), [once]), [answer])
    }),
    { runs: 5 },
  )
})

describe('what is said of a mistake', () => {
  const pages = readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => ({ path: `docs/${name}`, text: readFileSync(join(root, 'docs', name), 'utf8') }))
  const all = zoos.flatMap(([, mistakes]) => mistakes)
  test('every section that is named is one of the documents', () => {
    const anchors = pages.flatMap((page) => markdown.anchors(page).map((anchor) => `${page.path}#${anchor}`))
    expect(all.map(({ section }) => section).filter((section) => !anchors.includes(section))).toEqual([])
    expect(Object.values(sectionOf).filter((section) => !anchors.includes(section))).toEqual([])
  })
  test('the section of an equation is the one that has its id', () => {
    expect(Object.entries(sectionOf).filter(([id, section]) => !new RegExp(`#${id}(-|$)`).test(section))).toEqual([])
  })
  test('every mistake says how it is made, in a sentence', () => {
    expect(all.filter(({ made }) => !/^.{10,}[.]$/.test(made))).toEqual([])
  })
  test('isSeenAt: where every size that is named is reached', () => {
    const told = (...seenFrom: readonly Least[]) => ({ ...all[0], seenFrom })
    const at = (sizes: Partial<Record<SizeName, number>>, ...least: readonly Least[]) => isSeenAt(sizes)(told(...least))
    expect(at({ steps: 1 }, {})).toBe(true)
    expect(at({ steps: 1, batch: 2 }, { steps: 2 }, { batch: 2 })).toBe(true)
    expect(at({ steps: 1, batch: 2 }, { steps: 2, batch: 2 })).toBe(false)
  })
})
