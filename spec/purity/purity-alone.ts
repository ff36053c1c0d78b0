/** A call of every function of the modules that belong to no part: `src/random.ts` and `src/failure.ts`. */
import fc from 'fast-check'
import { equationIds } from '../../src/equations.js'
import * as failure from '../../src/failure.js'
import type { Failure } from '../../src/failure.js'
import type { DrawSample } from '../../src/laws/random.js'
import * as random from '../../src/random.js'
import { call, ofCopies } from './purity.js'
import type { Calls } from './purity.js'

/** One call of each function that draws. */
export const randomCalls = ({ seed, first }: DrawSample): Calls => {
  const state = random.seeded(seed)
  return {
    seeded: call(random.seeded, seed),
    isRandomState: call(random.isRandomState, state),
    uniforms: call((count, from) => random.uniforms(count)(from), first, state),
    requireRandomState: call(random.requireRandomState, 'uniforms', state),
    uniform: call(random.uniform, state),
    normals: call((count, from) => random.normals(count)(from), first, state),
    shuffled: call((items, from) => random.shuffled(items)(from), ofCopies(random.uniforms(first), state)[0], state),
  }
}

/** A failure, and a value that a failure might quote. */
export interface FailureWorld {
  readonly failure: Failure
  readonly value: unknown
}

type Fields<Tag> = Omit<Extract<Failure, { readonly _tag: Tag }>, '_tag'>

const [words, count] = [fc.string(), fc.nat()]
const difference = { expected: words, got: words, advice: words }

/** What each kind of failure says. */
const fields: { readonly [Tag in Failure['_tag']]: fc.Arbitrary<Fields<Tag>> } = {
  InvalidSetting: fc.record({ setting: words, ...difference }),
  TextTooShort: fc.record({
    sampling: fc.constantFrom('random', 'consecutive'),
    batch: count,
    steps: count,
    least: count,
    length: count,
  }),
  EmptyText: fc.record({ what: words }),
  UnknownCharacter: fc.record({ character: words, position: count, what: words }),
  NotFinite: fc.record(
    {
      what: words,
      epoch: count,
      minibatch: count,
      origin: fc.record({
        equation: fc.constantFrom(...equationIds),
        tensor: words,
        place: fc.dictionary(words, count),
        value: fc.constantFrom(NaN, Infinity, -Infinity),
      }),
    },
    { requiredKeys: ['what', 'epoch', 'minibatch'] },
  ),
  EngineMissing: fc.record({ engine: words, package: words, reason: words }),
  EngineFailed: fc.record({ engine: words, reason: words }),
  DamagedFile: fc.record({ what: words, expected: words, got: words }),
  Mismatch: fc.record({ what: words, ...difference }),
}

export const failureWorlds: fc.Arbitrary<FailureWorld> = fc.record({
  failure: fc.oneof(
    ...Object.entries(fields).map(([_tag, its]) => its.map((said) => ({ _tag, ...said }) as unknown as Failure)),
  ),
  value: fc.oneof(fc.jsonValue(), fc.constant(undefined)),
})

export const failureCalls = ({ failure: got, value }: FailureWorld): Calls => ({
  count: call((n, noun) => failure.count(n, noun), 2, 'row'),
  explain: call(failure.explain, got),
  quoted: call(failure.quoted, value),
  orThrow: call((its) => failure.orThrow({ _tag: 'Right', right: its }), value),
})
