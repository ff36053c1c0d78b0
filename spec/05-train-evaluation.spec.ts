/**
 * Chapter 5, continued: how well a model predicts, and what it can learn.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as IOE from 'fp-ts/lib/IOEither.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Carrier, Concrete } from '../src/algebra/tensor-algebra.js'
import { explain } from '../src/failure.js'
import type { Failure } from '../src/failure.js'
import { float32, float64 } from '../src/interpret/index.js'
import { FALSE_ALARM } from '../src/laws/chance.js'
import { evaluationLaws } from '../src/laws/train/evaluation.js'
import { total, unitRoundoff } from '../src/laws/plain.js'
import * as learn from '../src/train/index.js'
import { languageModel, meanLoss, perplexity, rnnKind } from '../src/model/index.js'
import { batchAxis } from '../src/model/parameters.js'
import { seeded, uniforms } from '../src/random.js'
import { samplings } from '../src/data/index.js'
import { reader } from '../src/generate/index.js'
import { onEachInterpreter } from './runner/interpreters.js'
import { runLaws } from './runner/run.js'
import { evaluationSamples } from '../src/laws/samples/data.js'
import { learnerOf, learnerSizes } from '../src/laws/samples/training.js'
import { datasetOf, ROUNDINGS } from './runner/learners.js'

describe('evaluation', () => {
  onEachInterpreter(<F extends Carrier>(name: string, algebra: Concrete<F>) => {
    const { model, learner } = learnerOf(algebra, 'tanh', learn.sgd(algebra)(1), 5)
    const read = reader(algebra, model, learner.parameters)
    const evaluating = {
      evaluate: (text: readonly number[]) => learn.evaluate(algebra, model)(learner.parameters, text),
      scoresOf: (text: readonly number[]) =>
        text.reduce<{ readonly hidden: typeof read.start; readonly scores: readonly (readonly number[])[] }>(
          ({ hidden, scores }, character) => {
            const reading = read.read(hidden, character)
            return { hidden: reading.hidden, scores: [...scores, reading.scores] }
          },
          { hidden: read.start, scores: [] },
        ).scores,
      bound: ROUNDINGS * unitRoundoff(algebra),
    }
    const textOf = (length: fc.Arbitrary<number>) => evaluationSamples(learnerSizes.vocabulary, length)
    runLaws(`short texts, ${name}`, evaluating, evaluationLaws, textOf(fc.integer({ min: 1, max: 20 })), { runs: 30 })
    // A text is read 256 characters at a time: around one, two and three times that many.
    const around = fc.constantFrom(255, 256, 257, 258, 512, 513, 514, 770)
    runLaws(`long texts, ${name}`, evaluating, evaluationLaws, textOf(around), { runs: 8 })
  })

  test('a model that knows nothing has the perplexity V, log2 V bits a character', () => {
    const { model, learner } = learnerOf(float64, 'tanh', learn.sgd(float64)(1), 1)
    const { W_hq } = learner.parameters
    const indifferent = { ...learner.parameters, W_hq: float64.scale(float64.fill([], 0), W_hq) }
    const losses = learn.evaluate(float64, model)(indifferent, [0, 1, 2, 1, 0])
    expect(losses.rows).toBe(4)
    expect(perplexity(losses)).toBeCloseTo(3, 12)
    expect(learn.bitsPerCharacter(losses)).toBeCloseTo(Math.log2(3), 12)
    expect(learn.bitsPerCharacter({ total: Math.LN2 * 6, rows: 3 })).toBeCloseTo(2, 12)
  })
})

/**
 * A source of known entropy: each character is the one two before it with probability 0.9, else the other one. A
 * model that knows it loses h(0.1) = 0.325 nats a character; one that remembers only one character, log 2 = 0.693.
 */
const FIDELITY = 0.9
const drawnText = (length: number, seed: number): readonly number[] =>
  uniforms(length)(seeded(seed))[0].reduce<readonly number[]>(
    (text, u, i) => text.concat(i < 2 ? Number(u < 0.5) : u < FIDELITY ? text[i - 2] : 1 - text[i - 2]),
    [],
  )
const lossOfKnowing = (text: readonly number[]): number =>
  total(text.slice(2).map((character, i) => -Math.log(character === text[i] ? FIDELITY : 1 - FIDELITY)))
const ENTROPY = -FIDELITY * Math.log(FIDELITY) - (1 - FIDELITY) * Math.log(1 - FIDELITY)

/** The progresses at the ends of the first n epochs. */
const endsOfEpochs = <L>(
  n: number,
  states: Iterable<E.Either<Failure, learn.Report<L>>>,
): readonly learn.RunState<L>[] => {
  const ends: learn.RunState<L>[] = []
  for (const state of states) {
    if (E.isLeft(state)) throw new Error(explain(state.left))
    if (state.right.epochEnded) ends.push(state.right.progress)
    if (ends.length === n) break
  }
  return ends
}

describe('what can be learnt', () => {
  const sizes = { vocabulary: 2, hidden: 8 }
  const [N, T, EPOCHS] = [8, 16, 5]

  /**
   * What a model without foresight may gain on the source by luck, in nats: the odds p(model) / p(source) are a
   * martingale of mean 1, which exceeds 1 / a with probability a at most (Ville, 1939).
   */
  const LUCK = -Math.log(FALSE_ALARM)
  /** How near a model comes that has learnt the rule, in nats a character. */
  const NEAR = 0.03

  test.each(samplings)('a source is learnt, and no more than there is to learn: %s sampling', (sampling) => {
    const model = languageModel(rnnKind(), sizes)
    const optimiser = learn.chain(learn.clipByGlobalNorm(float32)(1), learn.sgd(float32)(0.5))
    const [parameters, random] = learn.initialParameters(float32, model, learn.normalWeights(0.3))(seeded(1))
    const learner = learn.freshLearner(float32, model, optimiser, batchAxis(N), parameters)
    const path = datasetOf(sampling, drawnText(3000, 2), N, T)
    const run = learn.train(IOE.Bifunctor)(path, learn.directStep(float32, model, optimiser))
    const fresh = drawnText(3000, 3)
    const knowing = lossOfKnowing(fresh)

    const ends = endsOfEpochs(EPOCHS, learn.states(run(learn.initialRunState(learner, random))))
    const learnt = ends.map(({ learner: { parameters: now } }) => learn.evaluate(float32, model)(now, fresh))
    expect(learnt).toHaveLength(EPOCHS)
    learnt.forEach(({ total: loss }) => {
      expect(loss).toBeGreaterThan(knowing - LUCK)
    })
    // Perplexities fall from 2, that of a coin, towards exp(h(0.1)) = 1.38.
    expect(perplexity(ends[0].losses)).toBeLessThan(2)
    expect(perplexity(ends[EPOCHS - 1].losses)).toBeLessThan(perplexity(ends[0].losses))
    expect(Math.abs(meanLoss(ends[EPOCHS - 1].losses) - ENTROPY)).toBeLessThan(NEAR)
    expect(meanLoss(learnt[EPOCHS - 1]) - knowing / fresh.length).toBeLessThan(NEAR)
  })
})
