/**
 * Chapter 5, continued: what one training step does, and what it leaves alone.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as IOE from 'fp-ts/lib/IOEither.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { axis, entries, product, showAxes } from '../src/algebra/axis.js'
import { flatten, unflatten, unflattenLike } from '../src/algebra/names.js'
import type { Carrier, Concrete, Signature } from '../src/algebra/tensor-algebra.js'
import { mapTensors } from '../src/algebra/tensors.js'
import { explain } from '../src/failure.js'
import { float32, float64 } from '../src/interpret/index.js'
import { looksNormal } from '../src/laws/chance.js'
import { checkGradient } from '../src/laws/model/gradient-check.js'
import type { Point } from '../src/laws/model/gradient-check.js'
import { closeNumbers, sameNumbers } from '../src/laws/law.js'
import { added, atPoint, pointOf, scaled } from '../src/laws/model/sample.js'
import type { Plains } from '../src/laws/model/sample.js'
import { unitRoundoff } from '../src/laws/plain.js'
import { readAll, writeAll } from '../src/laws/train/records.js'
import { carryLaws, stepLaws } from '../src/laws/train/step.js'
import * as learn from '../src/train/index.js'
import type { Learner, Minibatch, Optimiser } from '../src/train/index.js'
import {
  crossEntropyForward,
  forward,
  languageModel,
  parameterAxes,
  rnnKind,
  zeroState,
} from '../src/model/index.js'
import type { ActivationName, OneLayer, Rnn } from '../src/model/index.js'
import { batchAxis, hiddenAxis, timeAxis, vocabularyAxis } from '../src/model/parameters.js'
import { seeded, uniforms } from '../src/random.js'
import { onEachInterpreter } from './runner/interpreters.js'
import { forAll, law, runLaws } from './runner/run.js'
import { seeds } from '../src/laws/samples/data.js'
import { carrySamples, learnerOf, learnerRows, learnerSizes, stepSamples } from '../src/laws/samples/training.js'
import { datasetOf, numbersOf, ROUNDINGS } from './runner/learners.js'

/** The parameters of a plain RNN. */
const FIELDS = ['W_xh', 'W_hh', 'b_h', 'W_hq', 'b_q']
/** Samples of laws that take whole steps. */
const FEW = 50
const phis: readonly ActivationName[] = ['tanh', 'relu']

describe('steps', () => {
  onEachInterpreter(<F extends Carrier>(name: string, algebra: Concrete<F>) => {
    const optimiser = learn.chain(learn.clipByGlobalNorm(algebra)(1), learn.sgd(algebra)(0.5))
    const still = learn.sgd(algebra)(0)
    phis.forEach((phi) => {
      const { model } = learnerOf(algebra, phi, optimiser, 1)
      const step = learn.directStep(algebra, model, optimiser)
      const samples = stepSamples(algebra, phi, optimiser)
      const stepping = { step, numbersOf: numbersOf(algebra) }
      runLaws(`${phi}, ${name}`, stepping, stepLaws<Learner<F, OneLayer<Rnn>>>(), samples, { runs: FEW })
      const standing = {
        step: learn.directStep(algebra, model, still),
        numbersOf: numbersOf(algebra),
        bound: ROUNDINGS * unitRoundoff(algebra),
      }
      const cuts = carrySamples(algebra, phi, still)
      runLaws(`${phi}, ${name}`, standing, carryLaws<Learner<F, OneLayer<Rnn>>>(), cuts, { runs: FEW })
    })

    law(
      `flattening a learner and back changes nothing: ${name}`,
      forAll(stepSamples(algebra, 'tanh', optimiser), ({ learner }) => {
        const back = unflattenLike<F, typeof learner>(learner, flatten<F>(learner))
        const fields = Object.keys(flatten<F>(learner))
        const named = [...FIELDS.map((field) => `parameters.${field}`), 'hidden.H']
        return fc.stringify(back) === fc.stringify(learner) && fields.join() === named.join()
      }),
      { runs: 10 },
    )
  })
})

/**
 * How far a difference quotient may be from the slope of a loss: where weights as large as 1.6 act eight times over,
 * the third derivative exceeds 10^4, and its part in the quotient 1e-7.
 */
const WITHIN = 1e-6

describe('what a step does', () => {
  type L = Learner<'float64', OneLayer<Rnn>>
  const model = languageModel(rnnKind(), learnerSizes)
  const { chain, clipByGlobalNorm, frozen, sgd } = learn
  const samples = stepSamples(float64, 'tanh', sgd(float64)(1))
  const shape = parameterAxes(float64, model)
  const open = (a: Plains) => unflatten<'float64', typeof shape>(shape, readAll(float64, a))
  const plainly = (parameters: unknown) => writeAll(float64, parameters as object)

  /** The mean loss of a minibatch at these parameters, from a state that is given. */
  const lossFrom = (parameters: Plains, hidden: L['hidden'], { steps, batch, inputs, labels }: Minibatch): number => {
    const rows = product(timeAxis(steps), batchAxis(batch))
    const vocabulary = vocabularyAxis(learnerSizes.vocabulary)
    const oneHot = (numbers: readonly number[]) => float64.oneHot([rows, vocabulary], numbers)
    const { O } = forward(float64, model)(open(parameters), hidden, oneHot(inputs))
    return float64.toArray(crossEntropyForward(float64)(O, oneHot(labels)).loss)[0]
  }
  /** The learner with an optimiser that has seen nothing. */
  const begun = <M extends Pick<L, 'parameters'>>(learner: M, { init }: Optimiser<'float64'>) => ({
    ...learner,
    optimiser: init<Signature>(flatten<'float64'>(learner.parameters)),
  })
  const taken = (optimiser: Optimiser<'float64'>, learner: L, minibatch: Minibatch): learn.Outcome<L> =>
    E.getOrElse((): learn.Outcome<L> => ({ learner, loss: NaN }))(
      learn.directStep(float64, model, optimiser)(learner, minibatch)(),
    )

  law(
    'the parameters move by eta times the slope of the loss, the state before the minibatch held fixed [sgd, bptt-w]',
    forAll(samples, fc.constantFrom(1, 0.25), ({ learner, minibatch }, eta) => {
      const outcome = taken(sgd(float64)(eta), learner, minibatch)
      const [before, after] = [plainly(learner.parameters), plainly(outcome.learner.parameters)]
      const hidden = minibatch.reset ? zeroState(float64, model, batchAxis(learnerRows)) : learner.hidden
      const slopes = pointOf(scaled(1 / eta, added(before, scaled(-1, after))))
      const loss = (point: Point) => lossFrom(atPoint(before, point), hidden, minibatch)
      return (
        Math.abs(outcome.loss - loss(pointOf(before))) <= ROUNDINGS * 2 ** -53 &&
        E.isRight(checkGradient(loss, WITHIN)(pointOf(before), slopes))
      )
    }),
    { runs: 30 },
  )

  law(
    'frozen parameters keep every bit in training, and the others learn',
    forAll(samples, fc.subarray(FIELDS, { maxLength: 4 }), ({ learner, minibatch }, names) => {
      const clip = clipByGlobalNorm(float64)(0.1)
      const around = frozen(float64)(names, chain(clip, sgd(float64)(1)))
      const within = chain(clip, frozen(float64)(names, sgd(float64)(1)))
      const before = plainly(learner.parameters)
      return [around, within].every((optimiser) => {
        const after = plainly(taken(optimiser, begun(learner, optimiser), minibatch).learner.parameters)
        const moved = Object.keys(after).filter((field) => !sameNumbers(after[field].values, before[field].values))
        // The output bias has a slope whatever the state.
        return moved.every((field) => !names.includes(field)) && (moved.includes('b_q') || names.includes('b_q'))
      })
    }),
  )

  law(
    'what the optimiser remembers is handed on with the learner',
    forAll(samples, ({ learner, minibatch }) => {
      const remembering = chain(learn.momentum(float64)(0.5), sgd(float64)(1))
      const fresh = begun(learner, remembering)
      // From p0 to p1 by g1, and to p2 by g1 / 2 + g2; a forgetful descent goes from p1 by g2 alone.
      const [first, other] = [taken(remembering, fresh, minibatch), { ...minibatch, inputs: minibatch.labels }]
      const [p0, p1] = [learner, first.learner].map(({ parameters }) => plainly(parameters))
      const [p2, forgetful] = [remembering, sgd(float64)(1)].map((optimiser) =>
        plainly(taken(optimiser, first.learner, other).learner.parameters),
      )
      const expected = added(forgetful, scaled(0.5, added(p1, scaled(-1, p0))))
      return FIELDS.every((field) =>
        closeNumbers(ROUNDINGS * 2 ** -53, expected[field].values, p2[field].values),
      )
    }),
    { runs: 30 },
  )

  /** Where a learner is after three steps on one minibatch. */
  const afterThree = <M>(step: learn.Step<'IOEither', M>, from: M, minibatch: Minibatch): E.Either<unknown, M> =>
    [1, 2, 3].reduce<E.Either<learn.StepFailure, M>>(
      (at) =>
        E.chain((now: M) => E.map(({ learner }: learn.Outcome<M>) => learner)(step(now, minibatch)()))(at),
      E.right(from),
    )

  law(
    'unclipped, two biases that are only ever added learn as one whose rate is doubled [sgd, hidden]',
    forAll(samples, ({ learner, minibatch }) => {
      const { b_h, ...shared } = learner.parameters
      // -1/3 of the bias and 4/3 of it: how they share it makes no difference.
      const part = (c: number) => float64.scale(float64.fill([], c), b_h)
      const pair = { ...learner, parameters: { ...shared, b_h: part(-1 / 3), b_hh: part(4 / 3) } }
      const twoBiases = languageModel(rnnKind('tanh', { biases: 'two' }), learnerSizes)
      const ofTwo = learn.directStep(float64, twoBiases, sgd(float64)(0.5))

      const doubled = mapTensors<'float64'>((g, [field]) => (field === 'b_h' ? float64.add(g, g) : g))
      const faster = chain<'float64'>(learn.stateless(doubled), sgd(float64)(0.5))
      const ofOne = learn.directStep(float64, model, faster)

      const [two, one] = [afterThree(ofTwo, pair, minibatch), afterThree(ofOne, begun(learner, faster), minibatch)]
      if (E.isLeft(two) || E.isLeft(one)) return false
      const { b_h: b_ih, b_hh, ...rest } = two.right.parameters
      const [a, b] = [{ ...rest, b_h: float64.add(b_ih, b_hh ?? b_ih) }, one.right.parameters].map(plainly)
      return FIELDS.every((field) => closeNumbers(ROUNDINGS * 2 ** -53, a[field].values, b[field].values))
    }),
    { runs: 30 },
  )
})

describe('numbers that are no longer finite', () => {
  const stepOf = (phi: ActivationName, theta = 1) =>
    learn.directStep(
      float32,
      languageModel(rnnKind(phi), learnerSizes),
      optimiserOf(theta),
    )
  const optimiserOf = (theta: number) => learn.chain(learn.clipByGlobalNorm(float32)(theta), learn.sgd(float32)(1))
  const minibatch: Minibatch = { batch: 2, steps: 2, inputs: [0, 1, 2, 0], labels: [1, 2, 0, 1], reset: true }
  const filled = (values: Readonly<Record<string, number>>) => {
    const { learner } = learnerOf(float32, 'relu', optimiserOf(1), 1)
    const parameters = mapTensors<'float32'>((p, [field]) =>
      field in values ? float32.fill(float32.axesOf(p), values[field]) : p,
    )(learner.parameters)
    return { ...learner, parameters }
  }

  /** The learner with one weight to the first character, and another to the others. */
  const withOutput = (learner: Learner<'float32', OneLayer<Rnn>>, first: number, others: number): typeof learner => {
    const weights = Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? first : others))
    const W_hq = float32.tensor([hiddenAxis(learnerSizes.hidden), vocabularyAxis(learnerSizes.vocabulary)], weights)
    return { ...learner, parameters: { ...learner.parameters, W_hq } }
  }

  test('a gradient that overflows is named', () => {
    // H is 0 everywhere, so the scores are equal and the loss is log 3; the adjoint of H_1 overflows on its way to H_0.
    const learner = withOutput(filled({ W_xh: 0, W_hh: 1e3, b_h: 0, b_q: 0 }), 3e38, -3e38)
    const answer = stepOf('identity')(learner, minibatch)()
    expect(answer).toMatchObject(E.left({ _tag: 'StepNotFinite', what: 'the gradient of W_xh' }))
    expect(E.isLeft(answer) && answer.left).toMatchObject({ origin: { equation: 'bptt-h', tensor: 'dZ' } })
  })

  test.each(FIELDS)('%s that is infinite or not a number ends the run', (field) => {
    ;[NaN, Infinity, -Infinity].forEach((value) => {
      const answer = stepOf('identity')(filled({ [field]: value }), { ...minibatch, reset: false })()
      expect(E.isLeft(answer)).toBe(true)
    })
  })

  test('the first field whose gradient is not finite is named; then the loss, and what is handed on', () => {
    const said = (loss: number, largest: Readonly<Record<string, number>>, lost?: string) =>
      learn.finiteOutcome('a learner', loss, largest, lost)
    expect(said(1, { a: 2, b: 3 })).toEqual(E.right({ learner: 'a learner', loss: 1 }))
    expect(said(1, { a: 2, b: Infinity, c: NaN })).toEqual(E.left({ _tag: 'StepNotFinite', what: 'the gradient of b' }))
    expect(said(NaN, { a: 2, b: 3 })).toEqual(E.left({ _tag: 'StepNotFinite', what: 'the loss' }))
    expect(said(Infinity, {})).toEqual(E.left({ _tag: 'StepNotFinite', what: 'the loss' }))
    expect(said(1, { a: 2 }, 'hidden.H')).toEqual(E.left({ _tag: 'StepNotFinite', what: 'hidden.H' }))
    expect(said(NaN, { a: 2 }, 'hidden.H')).toEqual(E.left({ _tag: 'StepNotFinite', what: 'the loss' }))
    expect(said(1, { a: NaN }, 'hidden.H')).toEqual(E.left({ _tag: 'StepNotFinite', what: 'the gradient of a' }))
  })

  test('a gradient that is huge and finite is clipped, and the step goes on', () => {
    const learner = withOutput(filled({ W_xh: 0, W_hh: 0, b_h: 1 }), 1e30, 0)
    const answer = stepOf('relu')(learner, { ...minibatch, labels: [1, 2, 1, 2] })()
    if (E.isLeft(answer)) throw new Error(answer.left._tag)
    const { loss, learner: after } = answer.right
    expect(loss).toBeGreaterThan(1e30)
    // The slope of the loss in each entry of b_h is 1e30 twice over; clipped, all of it together is 1.
    expect(float32.toArray(after.parameters.b_h).every((b) => b < 1 && b > 0)).toBe(true)
    expect(numbersOf(float32)(after).every(Number.isFinite)).toBe(true)
  })

  test('training says in which epoch and minibatch, and what to do', () => {
    const path = datasetOf('consecutive', [0, 1, 2, 0, 1, 2, 0, 1, 2, 0], 2, 2)
    const start = learn.initialRunState(filled({ b_q: NaN }), seeded(1))
    const verdict = learn.trainMinibatch(IOE.Bifunctor)(path, stepOf('relu'))(start)()
    expect(E.isLeft(verdict) ? explain(verdict.left) : '').toBe(
      'the gradient of W_xh is no longer finite in epoch 1, minibatch 1; ' +
        'the first such number is NaN in b_q (equation training-step) at vocabulary 0: ' +
        'lower the learning rate or the clipping threshold',
    )
  })
})

describe('a fresh learner', () => {
  const sizes = { vocabulary: 40, hidden: 30 }
  const model = languageModel(rnnKind(), sizes)
  const drawn = (seed: number, deviation = 0.01) =>
    learn.initialParameters(float64, model, learn.normalWeights(deviation))(seeded(seed))

  law(
    'weights are normal with mean 0 and the deviation asked for, each drawn once; biases are zero',
    forAll(seeds, fc.constantFrom(0.01, 2), (seed, deviation) => {
      const [{ W_xh, W_hh, W_hq, b_h, b_q }] = drawn(seed, deviation)
      const weights = [W_xh, W_hh, W_hq].flatMap((W) => Array.from(W.data))
      const biases = [...float64.toArray(b_h), ...float64.toArray(b_q)]
      return (
        weights.length === 40 * 30 + 30 * 30 + 30 * 40 &&
        looksNormal(weights.map((w) => w / deviation)) &&
        new Set(weights).size === weights.length &&
        sameNumbers(biases, Array.from({ length: 70 }, () => 0))
      )
    }),
    { runs: 20 },
  )

  test('the parameters have the axes of the cell, in the order in which they are drawn', () => {
    const [parameters, after] = drawn(1)
    expect(Object.entries(parameters).map(([field, { axes }]) => field + showAxes(axes))).toEqual([
      'W_xh[vocabulary 40, hidden 30]',
      'W_hh[previous 30, hidden 30]',
      'b_h[hidden 30]',
      'W_hq[hidden 30, vocabulary 40]',
      'b_q[vocabulary 40]',
    ])
    // 1200 + 900 + 1200 normal numbers, of two uniform ones each.
    expect(after).toEqual(uniforms(2 * 3300)(seeded(1))[1])
    expect(drawn(1)).toEqual(drawn(1))
    expect(drawn(2)).not.toEqual(drawn(1))
  })

  test('its state is zero, and its optimiser has seen nothing', () => {
    const [parameters] = drawn(1)
    const remembering: Optimiser<'float64'> = {
      init: (all) => ({ fields: float64.fill([axis('fields', Object.keys(all).length)], 7) }),
      update: (gradients, state) => ({ updates: gradients, state }),
    }
    const learner = learn.freshLearner(float64, model, remembering, batchAxis(3), parameters)
    expect(learner.parameters).toBe(parameters)
    expect(learner.hidden).toEqual(zeroState(float64, model, batchAxis(3)))
    expect(entries(learner.hidden.H.axes)).toBe(90)
    expect(float64.toArray(learner.hidden.H).every((h) => Object.is(h, 0))).toBe(true)
    expect(learner.optimiser).toEqual({ fields: float64.fill([axis('fields', 5)], 7) })
  })
})
