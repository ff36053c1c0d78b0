/**
 * Chapter 5, continued: where parameters begin, and the conventions in which implementations differ.
 */
import { describe, expect, test } from 'vitest'
import { axis } from '../src/algebra/axis.js'
import { float64 } from '../src/interpret/index.js'
import { initialisationLaws, normalWeightsLaws, uniformEntriesLaws } from '../src/laws/train/initial.js'
import type { InitialisationRule } from '../src/laws/train/initial.js'
import { descend, sameWay } from '../src/laws/train/records.js'
import * as learn from '../src/train/index.js'
import { seeded, uniforms } from '../src/random.js'
import { descents, initialSamples } from '../src/laws/samples/optimisers.js'
import { forAll, law, runLaws } from './runner/run.js'
import { refuted } from './runner/teeth.js'

/** Samples of laws that draw thousands of numbers for each. */
const FEW = 20

describe('initial parameters', () => {
  runLaws('normal weights', learn.normalWeights, [...initialisationLaws, ...normalWeightsLaws], initialSamples, {
    runs: FEW,
  })
  runLaws('uniform entries', learn.uniformEntries, [...initialisationLaws, ...uniformEntriesLaws], initialSamples, {
    runs: FEW,
  })
})

describe('conventions', () => {
  const { adam, chain, clipByGlobalNorm, initialisationOf, optimiserOf, scratch, sgd, torch } = learn
  const theta = 0.01
  /** What the words of each set of conventions say. */
  const byHand = {
    scratch: chain(clipByGlobalNorm(float64)(theta), sgd(float64)(100)),
    torch: chain(clipByGlobalNorm(float64)(theta, 1e-6), adam(float64)(1e-3)),
  }

  law(
    'conventions clip, and then descend, as their words say',
    forAll(descents, (descent) =>
      learn.conventionsNames.every((name) =>
        sameWay(
          descend(float64, optimiserOf(learn.conventions[name], theta)(float64), descent),
          descend(float64, byHand[name], descent),
        ),
      ),
    ),
    { runs: FEW },
  )

  test('conventions are data, and say which rules they take', () => {
    const words = learn.conventionsNames.map((name) => {
      const { initial, optimiser } = learn.conventions[name]
      return [name, initial.rule, optimiser.rule]
    })
    expect(words).toEqual([
      ['scratch', 'normal', 'sgd'],
      ['torch', 'uniform', 'adam'],
    ])
  })

  test('conventions begin as their words say', () => {
    const axes = [axis('previous', 16), axis('hidden', 16)]
    expect(initialisationOf(scratch, 16)(axes)(seeded(1))).toEqual(learn.normalWeights(0.01)(axes)(seeded(1)))
    expect(initialisationOf(torch, 16)(axes)(seeded(1))).toEqual(learn.uniformEntries(0.25)(axes)(seeded(1)))
  })
})

describe('teeth', () => {
  const drawing =
    (alter: (spread: number, u: number) => number): InitialisationRule =>
    (spread) =>
    (axes) =>
    (state) => {
      const [us, after] = uniforms(axes.reduce((count, { size }) => count * size, 1))(state)
      return [us.map((u) => alter(spread, u)), after]
    }
  refuted('wrong normal weights are refused', normalWeightsLaws, initialSamples, [
    { mistake: 'half the deviation', refusedBy: 'are normal', instance: (spread) => learn.normalWeights(spread / 2) },
    {
      mistake: 'draws of the right deviation are spread evenly',
      refusedBy: 'are normal',
      instance: drawing((spread, u) => spread * Math.sqrt(12) * (u - 0.5)),
    },
    { mistake: 'biases are drawn too', refusedBy: 'biases are zero', instance: drawing((spread, u) => spread * u) },
  ])
  refuted('wrong uniform entries are refused', [...initialisationLaws, ...uniformEntriesLaws], initialSamples, [
    { mistake: 'all are positive', refusedBy: 'spread evenly', instance: drawing((spread, u) => spread * u) },
    { mistake: 'all are the same', refusedBy: 'other draws', instance: drawing((spread) => spread) },
    {
      mistake: 'there is one for each row',
      refusedBy: 'one number for each entry',
      instance: (spread) => (axes) => learn.uniformEntries(spread)(axes.slice(0, 1)),
    },
  ])
})
