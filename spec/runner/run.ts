/**
 * The runner of the spec: how a law becomes a test.
 *
 * A law is run on generated samples, from a fixed seed so that a run can be repeated. It must answer
 * `true` for each of them: an answer of `undefined`, or of anything else that merely looks true, fails.
 *
 * Environment: SPEC_SEED, the seed; SPEC_TIMES, how many times the usual number of samples each law is
 * given; SPEC_PATH, where in the sequence of samples to start, as a failure prints it. Given its usual number, a law
 * that fails is shown the smallest sample that it is found to fail for; given more, the first.
 */
import fc from 'fast-check'
import { describe, test } from 'vitest'
import type { Law } from '../../src/laws/law.js'

/** Samples a law is given, unless it says otherwise: enough to meet each pair of sizes from 1 to 8 about once. */
const RUNS = 100
/** The seed of an ordinary run. Any other would do. */
const SEED = 1990
/** How long a law may take before it is taken for hung. */
const PATIENCE_IN_MILLISECONDS = 60_000

/** The setting as a whole number; anything else is refused, for a run of no samples would prove nothing. */
export const wholeNumber = (name: string, given: string | undefined, ordinary: number, least: number): number => {
  const value = given === undefined ? ordinary : /^-?\d+$/.test(given) ? Number(given) : NaN
  if (!(Number.isSafeInteger(value) && value >= least)) {
    throw new Error(`${name} must be a whole number from ${String(least)} up, and is ${JSON.stringify(given)}`)
  }
  return value
}

/** Seeds are 32-bit whole numbers, of either sign. */
export const seed = wholeNumber('SPEC_SEED', process.env['SPEC_SEED'], SEED, -(2 ** 31))
/** How many times the usual number of samples each law is given. */
const TIMES = wholeNumber('SPEC_TIMES', process.env['SPEC_TIMES'], 1, 1)

/** A claim about every sample of some arbitraries. Only `forAll` makes one. */
export interface Claim {
  readonly property: fc.IProperty<[unknown]>
}

type Arbitraries<Samples> = { [I in keyof Samples]: fc.Arbitrary<Samples[I]> }

/** The claim that the predicate, the last argument, answers `true` for every sample of the arbitraries before it. */
export const forAll = <Samples extends [unknown, ...unknown[]]>(
  ...args: [...arbitraries: Arbitraries<Samples>, predicate: (...samples: Samples) => boolean]
): Claim => {
  const arbitraries = args.slice(0, -1) as unknown as Arbitraries<Samples>
  const predicate = args[args.length - 1] as unknown as (...samples: Samples) => unknown
  const strict = (samples: Samples): boolean => {
    const answer = predicate(...samples)
    if (typeof answer === 'boolean') return answer
    throw new TypeError(`a law must answer true or false, and this one answered ${fc.stringify(answer)}`)
  }
  const samples = fc.tuple(...(arbitraries as readonly fc.Arbitrary<unknown>[])) as unknown as fc.Arbitrary<Samples>
  return { property: fc.property(samples, strict) }
}

export interface Options {
  /** How many samples, before SPEC_TIMES multiplies them. */
  readonly runs?: number
  /** Multiplies them; SPEC_TIMES, unless it is said. */
  readonly times?: number
}

/** Tries a claim on generated samples; throws one it fails for, with the seed and path that lead there. */
export const check = ({ property }: Claim, { runs = RUNS, times = TIMES }: Options = {}): void => {
  const path = process.env['SPEC_PATH']
  const details = fc.check(property, {
    seed,
    numRuns: runs * times,
    includeErrorInReport: true,
    // Nothing else stops a predicate, or a search for the smallest among samples of thousands of numbers.
    interruptAfterTimeLimit: PATIENCE_IN_MILLISECONDS * times,
    markInterruptAsFailure: true,
    endOnFailure: times > 1,
    ...(path === undefined ? {} : { path }),
  })
  if (details.failed) {
    const replay = `SPEC_SEED=${String(details.seed)} SPEC_PATH=${String(details.counterexamplePath)}`
    throw new Error(`${String(fc.defaultReportMessage(details))}\nTo see it again: ${replay}, with this test alone`, {
      cause: details.errorInstance,
    })
  }
}

/** A test named by the sentence, which tries the claim. */
export const law = (sentence: string, claim: Claim, options: Options = {}): void => {
  test(sentence, { timeout: 2 * PATIENCE_IN_MILLISECONDS * (options.times ?? TIMES) }, () => {
    check(claim, options)
  })
}

/** How a law's test is called: its sentence and the ids of the equations it is about. */
export const title = ({ name, cites }: Pick<Law<never, never>, 'name' | 'cites'>): string =>
  cites.length === 0 ? name : `${name} [${cites.join(', ')}]`

/** Every law of a list as a test of its own, for one instance. */
export const runLaws = <Instance, Sample>(
  instanceName: string,
  instance: Instance,
  laws: readonly Law<Instance, Sample>[],
  arbitrary: fc.Arbitrary<Sample>,
  options: Options = {},
): void => {
  describe(instanceName, () => {
    laws.forEach((each) => {
      law(title(each), forAll(arbitrary, (sample) => each.holds(instance, sample)), options)
    })
  })
}
