/**
 * Chapter 2: the model. What is said of a passage as a whole is what is said of its parts, for every activation and
 * in every interpreter.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lossLaws } from '../src/laws/loss.js'
import { forwardLaws, saturatedLaws, tanhLaws } from '../src/laws/model.js'
import { perplexityLaws } from '../src/laws/perplexity.js'
import { activationNames } from '../src/model/activation.js'
import { meanLoss, noLoss, perplexity } from '../src/model/loss.js'
import { anySizes, lossTrials, trials } from './arbitraries-model.js'
import { onEachInterpreter } from './interpreters.js'
import { runLaws } from './run.js'
import { lossSubjectOf, rnnWith, subjectOf } from './subjects.js'

describe.each(activationNames)('forward, phi = %s', (phi) => {
  const cell = rnnWith(phi)
  onEachInterpreter((name, algebra) => {
    runLaws(name, subjectOf(cell, algebra), forwardLaws, trials(cell, anySizes))
  })
})

describe('the hidden state', () => {
  const cell = rnnWith('tanh')
  onEachInterpreter((name, algebra) => {
    runLaws(name, subjectOf(cell, algebra), tanhLaws, trials(cell, anySizes))
    runLaws(name, subjectOf(cell, algebra), saturatedLaws, trials(cell, anySizes, 1000))
  })
})

describe('loss', () => {
  onEachInterpreter((name, algebra) => {
    runLaws(name, lossSubjectOf(algebra), lossLaws, lossTrials)
  })
})

/** Minibatches with losses of up to 500 nats, whose exponential is finite. */
const losses = fc.array(
  fc.record({ loss: fc.integer({ min: 0, max: 5000 }), rows: fc.integer({ min: 1, max: 8 }) }),
  { minLength: 1, maxLength: 8 },
).map((each) => each.map(({ loss, rows }) => ({ total: (loss / 10) * rows, rows })))

describe('perplexity', () => {
  runLaws('over an epoch', perplexity, perplexityLaws, losses)

  test('the mean over no rows is not a number', () => {
    expect(meanLoss(noLoss)).toBeNaN()
    expect(perplexity(noLoss)).toBeNaN()
  })
})
