/**
 * Chapter 3: the gradient. Three witnesses that know nothing of each other (central differences, dual numbers over
 * nested lists, a closed form without recursion) and laws that a gradient obeys whatever the model is.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { product } from '../src/algebra/axis.js'
import { float64 } from '../src/interpret/index.js'
import { differenceLaws, gradientLaws } from '../src/laws/model/gradient.js'
import { identityLaws, kinkLaws } from '../src/laws/model/gradient-of-activation.js'
import { closeNumbers } from '../src/laws/law.js'
import type { PlainModel } from '../src/laws/model/plain-model.js'
import { norm } from '../src/laws/plain.js'
import { duringSteps, zeros } from '../src/laws/model/sample.js'
import type { Sample, Plains, SampleWithCuts } from '../src/laws/model/sample.js'

import {
  backpropagateInStretches,
  discardedByTruncation,
  truncated,
  truncationDifferenceLaws,
  truncationLaws,
} from '../src/laws/model/truncation.js'
import { activationNames, relu } from '../src/model/activation.js'
import type { ActivationName } from '../src/model/activation.js'
import { batchAxis, hiddenAxis, previousAxis, timeAxis, vocabularyAxis } from '../src/model/parameters.js'
import { rnn } from '../src/model/rnn.js'
import type { Carrier, TensorAlgebra } from '../src/algebra/tensor-algebra.js'
import type { Cell } from '../src/model/cell.js'
import type { AnyNetwork } from '../src/model/cells.js'
import { layer } from '../src/model/layers.js'
import type { OneLayer } from '../src/model/layers.js'
import type { Rnn } from '../src/model/rnn.js'
import { anySizes, samplesCutInside, smallSizes, samplesAtKinks, samplesWithCuts } from '../src/laws/samples/model.js'
import { onEachInterpreter } from './runner/interpreters.js'
import { oracleAnswer, preactivationsOf } from './witnesses/oracle.js'
import { forAll, law, runLaws, seed } from './runner/run.js'
import { rnnWith, subjectOf } from './runner/subjects.js'
import { refuted } from './runner/teeth.js'
import { notTheIdentity, wrongBackward, wrongByDifferences, wrongCuts, wrongTruncation } from './mistakes/wrong-models.js'

/** Samples for each of three activations in each interpreter. A witness runs the model hundreds of times for each. */
const FEW = { runs: 40 }

/** How close the oracle and BPTT are in double precision: rounding of sums of up to 8 x 8 x 8 terms, 2^-53 each. */
const ORACLE_BOUND = 1e-12

/** Further from a kink of relu than the 6e-6 of a difference quotient's step, times a few units, moves any Z. */
const CLEAR_OF_STEPS = 1e-3
/** Further from a kink than the order of additions moves any Z: on which side of it a Z of 1e-17 lies says nothing. */
const CLEAR_OF_ROUNDING = 1e-12

const kinksIn = (passage: SampleWithCuts, margin: number): number =>
  preactivationsOf('relu', passage).filter((Z) => Math.abs(Z) <= margin).length
const clearOfKinks =
  (phi: ActivationName, margin: number) =>
  (passage: SampleWithCuts): boolean =>
    phi !== 'relu' || kinksIn(passage, margin) === 0

describe.each(activationNames)('gradients, phi = %s', (phi) => {
  const cell = rnnWith(phi)
  const inDoubles = subjectOf(cell, float64)

  describe('central differences', () => {
    const clear = clearOfKinks(phi, CLEAR_OF_STEPS)
    runLaws('float64', inDoubles, differenceLaws, samplesWithCuts(cell, smallSizes).filter(clear), FEW)
    runLaws('float64', inDoubles, truncationDifferenceLaws, samplesCutInside(cell, smallSizes).filter(clear), FEW)
  })

  describe('the oracle', () => {
    law(
      'loss, state and every gradient are those of dual numbers over nested lists [loss, hidden, bptt-w, bptt-state]',
      forAll(samplesWithCuts(cell, anySizes).filter(clearOfKinks(phi, CLEAR_OF_ROUNDING)), (passage) => {
        const ours = inDoubles.model.backpropagate(passage)
        const answer = oracleAnswer(phi, passage)
        const close = (a: readonly number[], b: readonly number[]) => closeNumbers(ORACLE_BOUND, a, b)
        return (
          close([ours.loss], [answer.loss]) &&
          close(ours.state.H.values, answer.state) &&
          close(ours.dState.H.values, answer.dState) &&
          Object.keys(ours.gradients).join() === Object.keys(answer.gradients).join() &&
          Object.keys(answer.gradients).every((field) =>
            close(ours.gradients[field].values, answer.gradients[field]),
          )
        )
      }),
      FEW,
    )
  })

  onEachInterpreter((name, algebra) => {
    runLaws(name, subjectOf(cell, algebra), gradientLaws, samplesWithCuts(cell, anySizes), FEW)
    runLaws(name, subjectOf(cell, algebra), truncationLaws, samplesCutInside(cell, anySizes), FEW)
  })
})

describe('gradients of one activation alone', () => {
  onEachInterpreter((name, algebra) => {
    runLaws(name, subjectOf(rnnWith('identity'), algebra), identityLaws, samplesWithCuts(rnnWith('identity'), anySizes))
  })

  const cell = rnnWith('relu')
  const atOneKink = samplesAtKinks(cell, smallSizes).filter((passage) => kinksIn(passage, CLEAR_OF_STEPS) === 1)
  runLaws('float64', subjectOf(cell, float64), kinkLaws, atOneKink, FEW)

  /** relu whose derivative at the kink is 2, which no slope is. */
  const steepCell = <F extends Carrier>(algebra: TensorAlgebra<F>): Cell<F, Rnn> => {
    const { of, derivative } = relu(algebra)
    return rnn(algebra, {
      of,
      derivative: (H) => {
        const atZero = algebra.oneMinus(algebra.heaviside(H))
        return algebra.add(derivative(H), algebra.add(atZero, atZero))
      },
    })
  }
  const steep: AnyNetwork<OneLayer<Rnn>> = { layers: (algebra) => layer(algebra, steepCell(algebra)) }
  test('a derivative of 2 at the kink is not between the slopes', () => {
    const [{ holds }] = kinkLaws
    const subject = subjectOf(steep, float64)
    expect(fc.sample(atOneKink, { numRuns: 20, seed }).every((passage) => holds(subject, passage))).toBe(false)
  })

  test('where two units are at their kinks, both slopes may be -1/2 and the gradient 0', () => {
    const { model } = subjectOf(cell, float64)
    const passage: Sample = {
      parameters: {
        W_xh: { axes: [vocabularyAxis(2), hiddenAxis(2)], values: [0, 0, 0, 0] },
        W_hh: { axes: [previousAxis(2), hiddenAxis(2)], values: [1, -1, 0, 0] },
        b_h: { axes: [hiddenAxis(2)], values: [0, 0] },
        W_hq: { axes: [hiddenAxis(2), vocabularyAxis(2)], values: [1, 0, -1, 0] },
        b_q: { axes: [vocabularyAxis(2)], values: [0, 0] },
      },
      state: { H: { axes: [batchAxis(1), hiddenAxis(2)], values: [0, 0] } },
      X: { axes: [product(timeAxis(1), batchAxis(1)), vocabularyAxis(2)], indices: [0] },
      Y: { axes: [product(timeAxis(1), batchAxis(1)), vocabularyAxis(2)], indices: [0] },
      dState: { H: { axes: [batchAxis(1), hiddenAxis(2)], values: [0, 0] } },
    }
    const lossAt = (h: number): number =>
      model.evaluate({ ...passage, state: { H: { ...passage.state.H, values: [h, 0] } } }).loss
    const step = 1e-6
    expect((lossAt(step) - lossAt(0)) / step).toBeCloseTo(-0.5, 5)
    expect((lossAt(0) - lossAt(-step)) / step).toBeCloseTo(-0.5, 5)
    expect(model.backpropagate(passage).dState.H.values.map(Math.abs)).toEqual([0, 0])
  })
})

describe('the laws of gradients can fail', () => {
  refuted('gradients are refused', gradientLaws, samplesWithCuts(rnnWith('tanh'), anySizes), wrongBackward)
  refuted('a closed form is refused', identityLaws, samplesWithCuts(rnnWith('tanh'), anySizes), notTheIdentity)
  refuted('differences refuse', differenceLaws, samplesWithCuts(rnnWith('tanh'), smallSizes), wrongByDifferences)
  const withCut = samplesCutInside(rnnWith('tanh'), smallSizes)
  refuted('differences with a cut refuse', truncationDifferenceLaws, withCut, wrongCuts)
  refuted('truncation is refused', truncationLaws, samplesCutInside(rnnWith('tanh'), anySizes), wrongTruncation)
})

describe('truncation', () => {
  const model = subjectOf(rnnWith('tanh'), float64).model
  // V = 3, H = 2, N = 1, T = 4; any numbers do.
  const passage: Sample = {
    parameters: {
      W_xh: { axes: [vocabularyAxis(3), hiddenAxis(2)], values: [0.5, -0.25, -0.75, 0.5, 0.25, 1] },
      W_hh: { axes: [previousAxis(2), hiddenAxis(2)], values: [0.75, -0.5, 0.25, 0.5] },
      b_h: { axes: [hiddenAxis(2)], values: [0.125, -0.25] },
      W_hq: { axes: [hiddenAxis(2), vocabularyAxis(3)], values: [1, -0.5, 0.25, -0.75, 0.5, 1] },
      b_q: { axes: [vocabularyAxis(3)], values: [0, 0.25, -0.25] },
    },
    state: { H: { axes: [batchAxis(1), hiddenAxis(2)], values: [0.5, -0.5] } },
    X: { axes: [product(timeAxis(4), batchAxis(1)), vocabularyAxis(3)], indices: [0, 1, 2, 1] },
    Y: { axes: [product(timeAxis(4), batchAxis(1)), vocabularyAxis(3)], indices: [1, 2, 1, 0] },
    dState: { H: { axes: [batchAxis(1), hiddenAxis(2)], values: [0, 0] } },
  }
  const whole = model.backpropagate(passage)
  const cut = backpropagateInStretches(model, truncated)(passage, 2)
  const [first, second] = [duringSteps(passage, 0, 2), duringSteps(passage, 2, 4)]
  // The state is reset: the second stretch is read from zero, as the first minibatch of an epoch is.
  const reset = [
    model.backpropagate({ ...first, state: zeros(passage.state) }),
    model.backpropagate({ ...second, state: zeros(passage.state) }),
  ]

  test('cutting the gradient and resetting the state are two things: only the second changes what is read', () => {
    expect(cut.loss).toBeCloseTo(whole.loss, 12)
    const lossAfterReset = (reset[0].loss + reset[1].loss) / 2
    expect(Math.abs(lossAfterReset - whole.loss)).toBeGreaterThan(0.001)
    expect(cut.state.H.values).toEqual(whole.state.H.values)
    expect(reset[1].state.H.values).not.toEqual(whole.state.H.values)
  })

  test('a reset forgets everything: what the second stretch answers is the same whatever the first was', () => {
    const other = { ...first, X: { ...first.X, indices: [2, 2] } }
    const after = (before: Sample, hand: (state: Plains) => Plains) =>
      model.forward({ ...second, state: hand(model.forward(before).state) }).scores.values
    expect(after(other, zeros)).toEqual(after(first, zeros))
    expect(after(other, (state) => state)).not.toEqual(after(first, (state) => state))
  })

  test('what truncation discards is data: some of the cell, nothing of the output layer', () => {
    const report = discardedByTruncation(model)(passage, 2)
    expect(Object.keys(report)).toEqual(['W_xh', 'W_hh', 'b_h', 'W_hq', 'b_q'])
    expect([report.W_hq.discarded, report.b_q.discarded]).toEqual([0, 0])
    const [full, short] = [norm(whole.gradients.W_hh.values), norm(cut.gradients.W_hh.values)]
    expect(report.W_hh.whole).toBeCloseTo(full, 12)
    expect(report.W_hh.truncated).toBeCloseTo(short, 12)
    expect(report.W_hh.discarded).toBeGreaterThan(Math.abs(full - short))
  })

  test('what truncation discards is measured at the standard size, V = 1027 and H = 256', () => {
    // A model whose every stretch has the same gradient; carried back, it has half as much again.
    const ones = (size: number): Plains => ({
      W_xh: { axes: [vocabularyAxis(1027), hiddenAxis(256)], values: Array.from({ length: 1027 * 256 }, () => size) },
    })
    const large: PlainModel = {
      ...model,
      forward: () => ({ scores: passage.parameters.W_hq, hidden: passage.state.H, state: passage.state }),
      backpropagate: ({ dState }) => ({
        gradients: ones(dState.H.values[0] === 0 ? 1 : 1.5),
        dState: { H: { ...passage.dState.H, values: [1, 1] } },
        loss: 0,
        state: passage.state,
      }),
    }
    const { W_xh } = discardedByTruncation(large)(passage, 2)
    const root = Math.sqrt(1027 * 256)
    expect([W_xh.whole / root, W_xh.truncated / root, W_xh.discarded / root].map((x) => x.toFixed(9))).toEqual([
      ...['1.250000000', '1.000000000', '0.250000000'],
    ])
  })

  test('every stretch more discards more here, and a cut at the end discards nothing', () => {
    const discarded = [1, 2, 4, 5].map((steps) => discardedByTruncation(model)(passage, steps).W_hh.discarded)
    expect(discarded[0]).toBeGreaterThan(discarded[1])
    expect(discarded.slice(2)).toEqual([0, 0])
  })
})
