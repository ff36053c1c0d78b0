/**
 * Laws of frozen parameters: some are held fixed, and the others learn as if they were alone.
 */
import type { Carrier } from '../../algebra/tensor-algebra.js'
import type { chain, Optimiser } from '../../train/optimisers/optimiser.js'
import type { Law } from '../law.js'
import type { Optimising } from './optimiser.js'
import { allBut, descend, only, readAll, refuses, sameRecord, sameWay } from './records.js'
import type { Descent } from './records.js'

/** What is tried: a way to hold parameters fixed, around an optimiser. */
export interface Freezing<F extends Carrier> extends Optimising<F> {
  readonly frozen: (names: readonly string[], optimiser: Optimiser<F>) => Optimiser<F>
  readonly chain: typeof chain<F>
}

/** What the laws of `frozen` are tried on. */
export interface FreezingSample extends Descent {
  /** Some of the parameters' names. */
  readonly names: readonly string[]
}

/** Laws of frozen parameters. */
export const frozenLaws = <F extends Carrier>(): readonly Law<Freezing<F>, FreezingSample>[] => [
  {
    name: 'frozen parameters keep every bit',
    cites: ['frozen'],
    holds: ({ algebra, optimiser, frozen, chain: chained }, { names, ...descent }) =>
      [frozen(names, optimiser), chained(optimiser, frozen(names, optimiser)), chained(frozen(names, optimiser))].every(
        (each) =>
          sameRecord(only(names, descend(algebra, each, descent).parameters), only(names, descent.parameters)),
      ),
  },
  {
    name: 'the others move as if alone: what is frozen is neither clipped with them nor remembered',
    cites: ['frozen', 'clip'],
    holds: ({ algebra, optimiser, frozen }, { names, parameters, gradients }) => {
      const { parameters: moved, state } = descend(algebra, frozen(names, optimiser), { parameters, gradients })
      const alone = descend(algebra, optimiser, {
        parameters: allBut(names, parameters),
        gradients: gradients.map((each) => allBut(names, each)),
      })
      return sameRecord(allBut(names, moved), alone.parameters) && sameRecord(state, alone.state)
    },
  },
  {
    name: 'at the end of a chain, the others move as the chain moves them',
    cites: ['frozen', 'clip'],
    holds: ({ algebra, optimiser, frozen, chain: chained }, { names, ...descent }) => {
      const held = descend(algebra, chained(optimiser, frozen(names, chained())), descent)
      const free = descend(algebra, optimiser, descent)
      return (
        held.updates.length === free.updates.length &&
        held.updates.every((each, k) => sameRecord(allBut(names, each), allBut(names, free.updates[k])))
      )
    },
  },
  {
    name: 'with no name nothing is frozen, with all of them everything is',
    cites: ['frozen'],
    holds: ({ algebra, optimiser, frozen }, { parameters, gradients }) => {
      const descent = { parameters, gradients }
      return (
        sameWay(descend(algebra, frozen([], optimiser), descent), descend(algebra, optimiser, descent)) &&
        sameRecord(descend(algebra, frozen(Object.keys(parameters), optimiser), descent).parameters, parameters)
      )
    },
  },
  {
    name: 'to freeze some, and then others, is to freeze them all',
    cites: ['frozen'],
    holds: ({ algebra, optimiser, frozen }, { names, ...descent }) =>
      names.every((_, i) =>
        sameWay(
          descend(algebra, frozen(names.slice(0, i), frozen(names.slice(i), optimiser)), descent),
          descend(algebra, frozen(names, optimiser), descent),
        ),
      ),
  },
  {
    name: 'a name that no parameter has is refused',
    cites: ['frozen'],
    holds: ({ algebra, optimiser, frozen }, { names, ...descent }) => {
      const strange = frozen([...names, `none of ${Object.keys(descent.parameters).join()}`], optimiser)
      const p = readAll(algebra, descent.parameters)
      return refuses(() => strange.init(p)) && refuses(() => strange.update(p, optimiser.init(p), p))
    },
  },
]
