/**
 * Chapter 7, continued: memory. The engine lets go of what a step no longer needs. `npm run spec:long` runs it.
 */
import { expect, test } from 'vitest'
import { float32 } from '../src/interpret/index.js'
import { initialRunState } from '../src/train/index.js'
import { seeded } from '../src/random.js'
import { beginner, corpus, trained, withEngine } from './onnx/engines.js'
import { setups, sized } from './onnx/examples.js'

const isLong = process.env['SPEC_LONG'] !== undefined

/** By when everything has been allocated once, and garbage is collected as it comes. */
const WARM = 1000
const STEPS = 5000
/** A learner of these sizes has 160,000 bytes, so that keeping one a step would take 640 million. */
const [BATCH, TIME] = [8, 10]
const HIDDEN = 64
/** What garbage may come to before it is collected. */
const MOST_GROWTH_IN_BYTES = 64e6
const PATIENCE_IN_MILLISECONDS = 600_000

test.runIf(isLong)(
  'does not grow over 5,000 steps',
  async () => {
    const { path, alphabet } = corpus(2000, 'random', BATCH, TIME)
    const sizes = { vocabulary: alphabet.characters.length, hidden: HIDDEN }
    const request = { ...sized(setups['rnn, clipped'], sizes), batch: BATCH, steps: TIME }
    await withEngine(request, async (engine) => {
      const begun = initialRunState(engine.load(beginner(float32, request, 0.01)), seeded(1))
      const { progress } = await trained(path, engine.step, begun, WARM)
      const before = process.memoryUsage().rss
      await trained(path, engine.step, progress, STEPS - WARM)
      expect(process.memoryUsage().rss - before).toBeLessThan(MOST_GROWTH_IN_BYTES)
    })
  },
  PATIENCE_IN_MILLISECONDS,
)
