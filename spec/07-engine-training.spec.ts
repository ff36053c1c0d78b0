/**
 * Chapter 7, continued: training on real text. The same loop, the same data, another engine.
 */
import { describe, expect, test } from 'vitest'
import { product } from '../src/algebra/index.js'
import { builtIn, generationGraph, NEXT } from '../src/engine/index.js'
import { float32, float64 } from '../src/interpret/index.js'
import { readingOf } from '../src/laws/algebra/agreement-of-readings.js'
import { accurateAll } from '../src/laws/agreement.js'
import { zeros } from '../src/laws/model/sample.js'
import type { Plains } from '../src/laws/model/sample.js'
import { sameNumbers } from '../src/laws/law.js'
import { entriesOf, writeAll } from '../src/laws/train/records.js'
import { initialRunState, nextMinibatch } from '../src/train/index.js'
import type { Learner, Minibatch, Step } from '../src/train/index.js'
import type { LayersShape } from '../src/model/layers.js'
import { batchAxis, timeAxis, vocabularyAxis } from '../src/model/parameters.js'
import type { Rows, Vocabulary } from '../src/model/parameters.js'
import { seeded } from '../src/random.js'
import { samplings } from '../src/data/index.js'
import { greedy, predict, reader } from '../src/generate/index.js'
import type { SamplingName } from '../src/data/index.js'
import { numbersIn, runAtOnce } from './onnx/at-once.js'
import { beginner, corpus, stepIn, trained, withEngine } from './onnx/engines.js'
import { compiledErrors } from './onnx/errors.js'
import { setups, sized } from './onnx/examples.js'
import { fedFrom, stepOf } from './onnx/steps.js'
import type { StepSample } from './onnx/steps.js'
import { withPrefix } from '../src/engine/fields.js'

/** How long a run may take before it is taken for hung. */
const PATIENCE_IN_MILLISECONDS = 60_000

/** The first 1,000 characters of the corpus, of which 296 are different, in minibatches of 4 rows of 8 steps. */
const LENGTH = 1000
const [BATCH, TIME] = [4, 8]
const MINIBATCHES = 100
/** Weights of the standard run begin so small that the state hardly matters; these begin where it does. */
const DEVIATION = 0.1

const prepared = (sampling: SamplingName, setup = setups['rnn, clipped']) => {
  const { path, alphabet } = corpus(LENGTH, sampling, BATCH, TIME)
  const sizes = { vocabulary: alphabet.characters.length, hidden: 16 }
  return { path, alphabet, setup, request: { ...sized(setup, sizes), batch: BATCH, steps: TIME } }
}

const numbersOf = (learner: Learner<'float32', LayersShape>): readonly number[] =>
  entriesOf(writeAll(float32, learner))

/** The minibatch that a run comes to next, as what the term of a training step is evaluated on. */
const sampleOf = (
  learner: Learner<'float32', LayersShape>,
  { inputs, labels, reset }: Minibatch,
  V: number,
): StepSample => {
  const axes: [Rows, Vocabulary] = [product(timeAxis(TIME), batchAxis(BATCH)), vocabularyAxis(V)]
  const characters = (indices: readonly number[]) => ({ axes, indices })
  const record = writeAll(float32, learner)
  const hidden = Object.entries(record).filter(([field]) => field.startsWith('hidden.'))
  const from = reset ? zeros(Object.fromEntries(hidden)) : {}
  return { learner: { ...record, ...from }, X: characters(inputs), Y: characters(labels) }
}

describe.each(samplings)('100 minibatches of real text, %s sampling', (sampling) => {
  const { path, request, setup } = prepared(sampling)
  const start = <L>(learner: L) => initialRunState(learner, seeded(2))

  /**
   * A rounding here is an error of the parameters there, which the next step turns into an error of the gradient, and
   * so on: how fast errors grow depends on the text, and no bound that holds for all of them is sharp. In these runs
   * both engines stay within 10^-6 of double precision, two units in the last place of a loss of 5, and they are held
   * to ten times that.
   */
  const DRIFT = 1e-5

  test(
    'the losses are those of float32, step by step, and both are those of double precision',
    async () => {
      const run = <L>(step: Step<'TaskEither', L>, learner: L) => trained(path, step, start(learner), MINIBATCHES)
      const precise = await run(stepIn(float64, request), beginner(float64, request, DEVIATION))
      const reference = await run(stepIn(float32, request), beginner(float32, request, DEVIATION))
      const compiled = await withEngine(request, (engine) =>
        run(engine.step, engine.load(beginner(float32, request, DEVIATION))),
      )
      const apart = ({ losses }: Pick<typeof precise, 'losses'>): number =>
        Math.max(...losses.map((loss, i) => Math.abs(loss - precise.losses[i])))
      expect(compiled.losses).toHaveLength(MINIBATCHES)
      expect(precise.losses[0] - precise.losses[MINIBATCHES - 1]).toBeGreaterThan(0.05)
      expect(apart(reference)).toBeLessThan(DRIFT)
      expect(apart(compiled)).toBeLessThan(DRIFT)
    },
    PATIENCE_IN_MILLISECONDS,
  )

  test(
    'each tenth step, from wherever the run has come, is that of double precision within its roundings',
    async () => {
      const term = stepOf(setup)
      await withEngine(request, async (engine) => {
        let progress = start(engine.load(beginner(float32, request, DEVIATION)))
        for (let k = 0; k < MINIBATCHES; k += 10) {
          const before = engine.save(progress.learner)
          const sample = sampleOf(before, nextMinibatch(path, progress), request.model.sizes.vocabulary)
          const after = await trained(path, engine.step, progress, 1)
          const ours = withPrefix(NEXT, writeAll(float32, engine.save(after.progress.learner)))
          const only = (all: Plains): Plains =>
            Object.fromEntries(Object.keys(ours).map((field) => [field, all[field]]))
          const exact = readingOf(float64).evaluate(term, sample)
          const errors = readingOf(compiledErrors).evaluate(term, sample)
          expect(accurateAll(only(errors), ours, only(exact))).toBe(true)
          expect(Math.abs(after.losses[0] - exact['loss'].values[0])).toBeLessThanOrEqual(errors['loss'].values[0])
          progress = (await trained(path, engine.step, after.progress, 9)).progress
        }
      })
    },
    PATIENCE_IN_MILLISECONDS,
  )

  test('the text that is written then is the text that float32 writes', async () => {
    const { alphabet } = prepared(sampling)
    const learner = await withEngine(request, async (engine) => {
      const from = start(engine.load(beginner(float32, request, DEVIATION)))
      return engine.save((await trained(path, engine.step, from, MINIBATCHES)).progress.learner)
    })
    const model = generationGraph(request, builtIn(learner.parameters))
    const read = reader(float32, request.model, learner.parameters)
    alphabet.characters.slice(0, 20).forEach((_, first) => {
      const expected = predict(read, greedy, seeded(1))([first], 30).slice(1)
      const written = runAtOnce(model, {
        ...withPrefix('hidden.', fedFrom(writeAll(float32, read.start))),
        first: { type: 'int64', data: BigInt64Array.of(BigInt(first)), dims: [1] },
        length: { type: 'int64', data: BigInt64Array.of(30n), dims: [] },
      })
      expect(numbersIn(written['characters'])).toEqual(expected)
    })
  })
})

describe.each(Object.entries(setups))('a run that is cut, saved and taken up again: %s', (_, setup) => {
  const { path, request } = prepared('consecutive', setup)

  test('goes on bit for bit as if it had not been; the states it passed can be gone on from again', async () => {
    await withEngine(request, async (engine) => {
      const begun = initialRunState(engine.load(beginner(float32, request, DEVIATION)), seeded(3))
      const [cut, rest] = [37, 23]
      const whole = await trained(path, engine.step, begun, cut + rest)
      const first = await trained(path, engine.step, begun, cut)
      const stored = { ...first.progress, learner: engine.save(first.progress.learner) }
      const second = await trained(path, engine.step, { ...stored, learner: engine.load(stored.learner) }, rest)
      expect([...first.losses, ...second.losses]).toEqual(whole.losses)
      expect(second.progress.losses).toEqual(whole.progress.losses)
      const [atOnce, inTwo] = [whole, second].map(({ progress }) => numbersOf(engine.save(progress.learner)))
      expect(sameNumbers(inTwo, atOnce)).toBe(true)
    })
  })
})
