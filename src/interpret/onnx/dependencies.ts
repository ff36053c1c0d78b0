/**
 * What the body of a loop takes from outside it.
 */
import type { Loop, Node, Part, Scan, Slice, Token } from '../graph/node.js'
import { extended, lookup } from './levels.js'
import type { Levels } from './levels.js'

/** The slices that its steps look at, and values that are the same at each step. */
interface Dependencies {
  readonly slices: readonly Slice[]
  readonly outside: readonly Node[]
}

interface Found extends Dependencies {
  readonly seen: Levels<Node, true>
}

/**
 * The dependencies of a loop's body, each once, in the order in which they are met. A scan knows how long it is by its
 * slices, so that it is given one even where no step looks at any.
 */
export const dependencies = (loop: Scan | Loop): Dependencies => {
  const { next, outputs, token } = loop
  const { slices, outside } = searchAll([...next, ...outputs], [token], { slices: [], outside: [], seen: [] })
  return { slices: slices.length === 0 && loop.kind === 'scan' ? loop.slices.slice(0, 1) : slices, outside }
}

const searchAll = (nodes: readonly Node[], within: readonly Token[], found: Found): Found =>
  nodes.reduce<Found>((before, node) => search(node, within, before), found)

/** @param within the loop itself, then the loops in its body that the node stands in */
const search = (node: Node, within: readonly Token[], found: Found): Found => {
  if (lookup(found.seen, node) === true) return found
  const seen = { ...found, seen: extended(found.seen, node, true) }
  if (!within.some((token) => node.scopes.includes(token))) return { ...seen, outside: [...seen.outside, node] }
  switch (node.kind) {
    case 'slice':
      return node.token === within[0] ? { ...seen, slices: [...seen.slices, node] } : search(node.of, within, seen)
    case 'apply':
      return searchAll(node.inputs, within, seen)
    case 'part':
      return searchPart(node, within, seen)
    default:
      return seen
  }
}

const searchPart = ({ of }: Part, within: readonly Token[], found: Found): Found => {
  if (of.kind === 'split') return search(of.of, within, found)
  // What it runs along, even where its body looks at none of it. How often a loop without slices runs depends on no
  // loop: it is an input or a constant.
  const along = dependencies(of).slices.map((slice) => slice.of)
  const begun = searchAll([...along, ...of.initial], within, found)
  return searchAll([...of.next, ...of.outputs], [...within, of.token], begun)
}
