/** Whether laws have teeth: which of them refuse something that is wrong on purpose. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Law } from '../../src/laws/law.js'
import { seed } from './run.js'

/** Samples until a wrong instance must have been found out. */
const RUNS = 1000

const isRefuted = <Instance, Sample>(
  { holds }: Law<Instance, Sample>,
  instance: Instance,
  arbitrary: fc.Arbitrary<Sample>,
): boolean => {
  const property = fc.property(arbitrary, (sample) => holds(instance, sample))
  return fc.check(property, { seed, numRuns: RUNS, endOnFailure: true }).failed
}

/** Something wrong, and the words by which the law that must refuse it is known. */
export interface Wrong<Instance> {
  readonly mistake: string
  readonly instance: Instance
  readonly refusedBy: string
}

/** A test for each mistake: the one law that is to find it does. */
export const refuted = <Instance, Sample>(
  sentence: string,
  laws: readonly Law<Instance, Sample>[],
  arbitrary: fc.Arbitrary<Sample>,
  mistakes: readonly Wrong<Instance>[],
): void => {
  describe(sentence, () => {
    test.each(mistakes)('$mistake', ({ instance, refusedBy }) => {
      const meant = laws.filter(({ name }) => name.includes(refusedBy))
      expect(meant).toHaveLength(1)
      expect(isRefuted(meant[0], instance, arbitrary)).toBe(true)
    })
  })
}
