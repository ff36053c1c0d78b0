/** A call of each function that makes a generator of samples: what is drawn from it, from one seed. */
import fc from 'fast-check'
import { axis } from '../../src/algebra/index.js'
import { greedy } from '../../src/generate/index.js'
import { float64 } from '../../src/interpret/index.js'
import * as samples from '../../src/laws/samples/index.js'
import { gruKind, rnnKind } from '../../src/model/index.js'
import { sgd } from '../../src/train/index.js'
import { call } from './purity.js'
import type { Calls } from './purity.js'

export const samplesCalls = (seed: number): Calls => {
  /** What a function's generators give; functions among it are not looked into. */
  const drawn =
    <Operands extends readonly unknown[]>(make: (...operands: Operands) => fc.Arbitrary<unknown>) =>
    (...operands: Operands) =>
      fc.sample(make(...operands), { numRuns: 3, seed })
  const { anySizes, real, size, smallInteger, smallSizes } = samples
  const ofEntries = (make: (entry: fc.Arbitrary<number>) => fc.Arbitrary<unknown>) => call(drawn(make), real)
  return {
    axisNamed: call(drawn(samples.axisNamed), 'R', size),
    axesNamed: call(drawn(samples.axesNamed), ['R', 'C'], size),
    realWithin: call(drawn(samples.realWithin), 3),
    listOf: call(drawn(samples.listOf), 3, size),
    plain: call(drawn(samples.plain), [axis('R', 2), axis('C', 3)], smallInteger),
    plainOneHot: call(drawn(samples.plainOneHot), [axis('R', 2), axis('C', 3)]),
    indices: call(drawn(samples.indices), 2, 3),
    productSamples: ofEntries(samples.productSamples),
    adjointSamples: call(drawn(samples.adjointSamples), size, real),
    selectionSamples: ofEntries(samples.selectionSamples),
    scatterSamples: ofEntries(samples.scatterSamples),
    elementwiseSamples: ofEntries(samples.elementwiseSamples),
    rowSamples: ofEntries(samples.rowSamples),
    logitsSamples: ofEntries(samples.logitsSamples),
    layoutSamples: ofEntries(samples.layoutSamples),
    recurrenceSamples: call(drawn(samples.recurrenceSamples), size),
    samplesWithCuts: call(drawn((sizes) => samples.samplesWithCuts(gruKind(), sizes)), anySizes),
    samplesCutInside: call(drawn((sizes) => samples.samplesCutInside(gruKind(), sizes)), smallSizes),
    cellSamples: call(drawn((sizes) => samples.cellSamples(gruKind(), sizes)), smallSizes),
    revealingSamples: call(drawn((sizes) => samples.revealingSamples(gruKind(), sizes)), smallSizes),
    severalRevealingSamples: call(drawn((sizes) => samples.severalRevealingSamples(gruKind(), sizes)), smallSizes),
    samplesAtKinks: call(drawn((sizes) => samples.samplesAtKinks(rnnKind('relu'), sizes)), smallSizes),
    adamSamples: call(drawn(samples.adamSamples), size, [0.5, 2]),
    evaluationSamples: call(drawn(samples.evaluationSamples), 3, size),
    predictionSamples: call(drawn(samples.predictionSamples), 3, fc.constant(greedy)),
    stepSamples: call(drawn((rate: number) => samples.stepSamples(float64, 'tanh', sgd(float64)(rate))), 0.5),
    carrySamples: call(drawn((rate: number) => samples.carrySamples(float64, 'tanh', sgd(float64)(rate))), 0.5),
  }
}
