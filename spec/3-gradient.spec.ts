/**
 * Chapter 3: the gradient. Three witnesses that know nothing of each other (central differences, dual numbers over
 * nested lists, a closed form without recursion) and laws that a gradient obeys whatever the model is.
 */
import { describe } from 'vitest'
import { float64 } from '../src/interpret/index.js'
import { differenceLaws, gradientLaws } from '../src/laws/gradient.js'
import { identityLaws } from '../src/laws/gradient-of-activation.js'
import { closeNumbers } from '../src/laws/law.js'
import type { Trial } from '../src/laws/passage.js'
import { truncationDifferenceLaws, truncationLaws } from '../src/laws/truncation.js'
import { activationNames } from '../src/model/activation.js'
import type { ActivationName } from '../src/model/activation.js'
import { anySizes, cutTrials, fewSizes, trials } from './arbitraries-model.js'
import { onEachInterpreter } from './interpreters.js'
import { oracleAnswer, preactivationsOf } from './oracle.js'
import { forAll, law, runLaws } from './run.js'
import { rnnWith, subjectOf } from './subjects.js'

/** Runs of a witness that evaluates the model hundreds of times for each sample. */
const FEW = { runs: 40 }

/** How close the oracle and BPTT are in double precision: rounding of sums of up to 8 x 8 x 8 terms, 2^-53 each. */
const ORACLE_BOUND = 1e-12

/** Further from a kink of relu than the 6e-6 of a difference quotient's step, times a few units, moves any Z. */
const CLEAR_OF_KINKS = 1e-3

const clearOfKinks =
  (phi: ActivationName) =>
  (passage: Trial): boolean =>
    phi !== 'relu' || preactivationsOf(phi, passage).every((Z) => Math.abs(Z) > CLEAR_OF_KINKS)

describe.each(activationNames)('gradients, phi = %s', (phi) => {
  const cell = rnnWith(phi)
  const inDoubles = subjectOf(cell, float64)

  describe('central differences', () => {
    runLaws('float64', inDoubles, differenceLaws, trials(cell, fewSizes).filter(clearOfKinks(phi)), FEW)
    runLaws('float64', inDoubles, truncationDifferenceLaws, cutTrials(cell, fewSizes).filter(clearOfKinks(phi)), FEW)
  })

  describe('the oracle', () => {
    law(
      'loss, state and every gradient are those of dual numbers over nested lists [loss, hidden, bptt-w, bptt-state]',
      forAll(trials(cell, anySizes), (passage) => {
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
    runLaws(name, subjectOf(cell, algebra), gradientLaws, trials(cell, anySizes))
    runLaws(name, subjectOf(cell, algebra), truncationLaws, cutTrials(cell, anySizes))
  })
})

describe('gradients of one activation alone', () => {
  onEachInterpreter((name, algebra) => {
    runLaws(name, subjectOf(rnnWith('identity'), algebra), identityLaws, trials(rnnWith('identity'), anySizes))
  })
})
