/**
 * The runner of the spec can fail: each of these claims is false, or answers something that is not true.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { check, forAll, seed, title, wholeNumber } from './runner/run.js'
import { size } from '../src/laws/samples/tensors.js'

/** The message with which a claim fails, or undefined if it holds. */
const failure = (claim: Parameters<typeof check>[0], options = {}): string | undefined => {
  try {
    check(claim, options)
    return undefined
  } catch (error) {
    return String(error)
  }
}

describe('the runner', () => {
  const falseForSome = forAll(fc.nat({ max: 99 }), (n) => n < 50)

  test('lets a true law pass', () => {
    expect(failure(forAll(size, size, (a, b) => a + b === b + a))).toBeUndefined()
  })

  test('fails a law that is false for one sample in many, and prints the smallest', () => {
    expect(failure(falseForSome, { times: 1 })).toContain('Counterexample: [[50]]')
  })

  test('stops at the first sample that a law fails for, where it is given more than the usual number', () => {
    const message = failure(falseForSome, { times: 2 })
    expect(message).toMatch(/Counterexample: \[\[[5-9]\d\]\]/)
    expect(message).toContain('Shrunk 0 time(s)')
  })

  test('fails a law that answers nothing', () => {
    expect(failure(forAll(size, (() => undefined) as never))).toContain('answered undefined')
  })

  const answers: readonly unknown[] = [1, 'yes', {}, [], () => true, Promise.resolve(true), null, 0, NaN]
  const untrue = answers.map((answer) => [answer] as const)
  test.each(untrue)('fails a law that answers %s', (answer) => {
    expect(failure(forAll(size, (() => answer) as never))).toContain('must answer true or false')
  })

  test('fails a law that throws', () => {
    const claim = forAll(size, () => {
      throw new Error('out of range')
    })
    expect(failure(claim)).toContain('out of range')
  })

  test('fails a law that excuses every sample', () => {
    const claim = forAll(size, () => {
      fc.pre(false)
      return true
    })
    expect(failure(claim)).toContain('Failed to run property, too many pre-condition failures')
  })

  test('prints the seed and the path that lead back to the sample', () => {
    expect(failure(falseForSome)).toMatch(
      new RegExp(`SPEC_SEED=${String(seed)} SPEC_PATH=\\d+(:\\d+)*,`),
    )
  })

  test.each(['0', '-1', '', ' ', '1.5', 'ten', '1e400'])('refuses to give each law %j times its samples', (given) => {
    expect(() => wholeNumber('SPEC_TIMES', given, 1, 1)).toThrow('SPEC_TIMES must be a whole number from 1 up')
  })

  test('takes its settings as they are given, or the ordinary ones', () => {
    expect(wholeNumber('SPEC_SEED', '-7', 0, -8)).toBe(-7)
    expect(wholeNumber('SPEC_SEED', undefined, 3, -8)).toBe(3)
  })

  test('names a law by its sentence and the equations it is about', () => {
    expect(title({ name: 'the loss of equal logits is log V', cites: ['loss', 'output'] })).toBe(
      'the loss of equal logits is log V [loss, output]',
    )
    expect(title({ name: 'a sum has no order', cites: [] })).toBe('a sum has no order')
  })
})
