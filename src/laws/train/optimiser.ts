/**
 * Laws of optimisers, whatever they compute: of one, and of several in a chain.
 */
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import { applyUpdates } from '../../train/optimisers/optimiser.js'
import type { chain, Optimiser } from '../../train/optimisers/optimiser.js'
import { sameNumbers } from '../law.js'
import type { Law } from '../law.js'
import type { Plains } from '../model/sample.js'
import { descend, entriesOf, readAll, sameRecord, sameShape, sameWay, writeAll } from './records.js'
import type { Descent } from './records.js'

/** What is tried: an optimiser in an algebra. */
export interface Optimising<F extends Carrier> {
  readonly algebra: Concrete<F>
  readonly optimiser: Optimiser<F>
}

const renamed = (names: readonly string[], record: Plains): Plains =>
  Object.fromEntries(Object.values(record).map((plain, i) => [names[i], plain]))

/** Names that a chain's prefixes might be taken for. */
const awkward = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${'01'.repeat(i % 2)}1.${String(i)}.`)

/** Laws of every optimiser. */
export const optimiserLaws = <F extends Carrier>(): readonly Law<Optimising<F>, Descent>[] => [
  {
    name: 'updates have the fields and axes of the parameters, in their order',
    cites: [],
    holds: ({ algebra, optimiser }, descent) => {
      const { updates } = descend(algebra, optimiser, descent)
      return updates.length === descent.gradients.length && updates.every((each) => sameShape(each, descent.parameters))
    },
  },
  {
    name: 'the state keeps its fields and axes from the first step to the last',
    cites: [],
    holds: ({ algebra, optimiser }, descent) => {
      const fresh = descend(algebra, optimiser, { ...descent, gradients: [] })
      return sameShape(fresh.state, descend(algebra, optimiser, descent).state)
    },
  },
  {
    name: 'a step leaves gradients, state and parameters as they were, and a second one from them is the same',
    cites: [],
    holds: ({ algebra, optimiser }, { parameters, gradients }) => {
      const [p, g] = [readAll(algebra, parameters), readAll(algebra, gradients[0])]
      const fresh = optimiser.init(p)
      const { state } = optimiser.update(g, fresh, p)
      const numbers = () => [p, g, fresh, state].map((record) => writeAll(algebra, record)).flatMap(entriesOf)
      const before = numbers()
      const [one, other] = [optimiser.update(g, state, p), optimiser.update(g, state, p)]
      return (
        sameNumbers(before, numbers()) &&
        sameRecord(writeAll(algebra, one.updates), writeAll(algebra, other.updates)) &&
        sameRecord(writeAll(algebra, one.state), writeAll(algebra, other.state))
      )
    },
  },
  {
    name: 'a parameter may have any name: it is not taken for a field of the state',
    cites: [],
    holds: ({ algebra, optimiser }, { parameters, gradients }) => {
      const names = awkward(Object.keys(parameters).length)
      const plainly = descend(algebra, optimiser, { parameters, gradients })
      const awkwardly = descend(algebra, optimiser, {
        parameters: renamed(names, parameters),
        gradients: gradients.map((each) => renamed(names, each)),
      })
      return sameRecord(renamed(names, plainly.parameters), awkwardly.parameters)
    },
  },
]

/** What is tried: a way to chain optimisers, on some of them. */
export interface Chaining<F extends Carrier> {
  readonly algebra: Concrete<F>
  readonly chain: typeof chain<F>
  readonly parts: readonly Optimiser<F>[]
}

/** These parts as one chain. It takes them as arguments, and they are few. */
const chainOf = <F extends Carrier>({ chain: chained }: Chaining<F>, parts: readonly Optimiser<F>[]): Optimiser<F> =>
  // eslint-disable-next-line house/fixed-spread -- see above
  chained(...parts)

/** A descent whose updates are turned by each part in turn, and which keeps each part's state by itself. */
const partByPart = <F extends Carrier>({ algebra, parts }: Chaining<F>, { parameters, gradients }: Descent): Plains => {
  const start = readAll(algebra, parameters)
  const end = gradients.reduce(
    ({ at, states }, gradient) => {
      const turned = parts.reduce<{ readonly updates: typeof at; readonly states: typeof states }>(
        (before, part, i) => {
          const { updates, state } = part.update(before.updates, states[i], at)
          return { updates, states: [...before.states, state] }
        },
        { updates: readAll(algebra, gradient), states: [] },
      )
      return { at: applyUpdates(algebra)(at, turned.updates), states: turned.states }
    },
    { at: start, states: parts.map(({ init }) => init(start)) },
  )
  return writeAll(algebra, end.at)
}

/** Laws of chains. */
export const chainLaws = <F extends Carrier>(): readonly Law<Chaining<F>, Descent>[] => [
  {
    name: "a chain is its parts one after the other, each with a state of its own: no part's state is another's",
    cites: [],
    holds: (chaining, descent) => {
      const chained = chainOf(chaining, chaining.parts)
      return sameRecord(descend(chaining.algebra, chained, descent).parameters, partByPart(chaining, descent))
    },
  },
  {
    name: 'a chain of one is that one, and a chain of none hands gradients on as they are',
    cites: [],
    holds: ({ algebra, chain: chained, parts }, descent) =>
      sameWay(descend(algebra, chained(parts[0]), descent), descend(algebra, parts[0], descent)) &&
      descend(algebra, chained(), descent).updates.every((each, k) => sameRecord(each, descent.gradients[k])),
  },
  {
    name: 'how a chain is bracketed makes no difference',
    cites: [],
    holds: (chaining, descent) => {
      const { algebra, parts } = chaining
      const flat = descend(algebra, chainOf(chaining, parts), descent)
      return parts.every((_, i) => {
        const halves = [parts.slice(0, i), parts.slice(i)].map((half) => chainOf(chaining, half))
        return sameWay(flat, descend(algebra, chainOf(chaining, halves), descent))
      })
    },
  },
]
