/**
 * What the body of a loop takes from outside it.
 */
import type { Loop, Node, Scan, Slice, Token } from '../graph/node.js'

/** The slices of its own scan, and values that do not depend on it. */
interface Dependencies {
  readonly slices: readonly Slice[]
  readonly outside: readonly Node[]
  readonly seen: ReadonlySet<Node>
}

/** The dependencies of a loop's body, each once, in the order in which they are met. */
export const dependencies = ({ next, outputs, token }: Scan | Loop): Dependencies =>
  [...next, ...outputs].reduce<Dependencies>((found, root) => dependenciesOf(root, token, found), {
    slices: [],
    outside: [],
    seen: new Set(),
  })

const dependenciesOf = (node: Node, token: Token, found: Dependencies): Dependencies => {
  if (found.seen.has(node)) return found
  const seen = { ...found, seen: new Set([...found.seen, node]) }
  return !node.scopes.includes(token)
    ? { ...seen, outside: [...seen.outside, node] }
    : node.kind === 'slice' && node.token === token
      ? { ...seen, slices: [...seen.slices, node] }
      : operandsOf(node).reduce<Dependencies>((before, operand) => dependenciesOf(operand, token, before), seen)
}

/** The values that a value is computed from. */
const operandsOf = (node: Node): readonly Node[] => {
  switch (node.kind) {
    case 'apply':
      return node.inputs
    case 'slice':
      return [node.of]
    case 'part':
      return node.of.kind === 'split'
        ? [node.of.of]
        : [...(node.of.kind === 'loop' ? [node.of.trips] : []), ...node.of.initial, ...node.of.next, ...node.of.outputs]
    default:
      return []
  }
}
