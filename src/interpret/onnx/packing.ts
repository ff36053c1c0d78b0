/**
 * Tensors that travel together: several small ones laid end to end as one vector, in and out of a model.
 *
 * To feed and fetch a tensor costs a runtime microseconds, whatever its size; where tensors are small that is most of
 * the time. What is computed stays the same.
 */
import { axis } from '../../algebra/axis.js'
import { defect } from '../../algebra/defect.js'
import { apply, elements, input, wholes } from '../graph/node.js'
import type { Node } from '../graph/node.js'
import { reshape } from '../graph/slices.js'
import type { Port } from './ports.js'

/** The names of each pack's members, in their order, by the name of the vector. */
export type Packs = Readonly<Record<string, readonly string[]>>

const lengthOf = (ports: readonly Port[]): number =>
  ports.reduce((total, { node }) => total + elements(node.shape), 0)

/** The ports of a pack, in its order; undefined where it is not one of these ports'. */
const membersOf = (names: readonly string[], ports: readonly Port[]): readonly Port[] | undefined => {
  const members = names.flatMap((name) => ports.filter((port) => port.name === name))
  return members.length === 0
    ? undefined
    : members.length === names.length
      ? members
      : defect('compile', `all of ${names.join(', ')} must be inputs, or all outputs, to be packed`)
}

/** The port of a vector in place of its members, for each pack that is one of these ports'. */
const together = (ports: readonly Port[], packs: Packs, nodeOf: (name: string, members: readonly Port[]) => Node) => {
  const found = Object.entries(packs).flatMap(([name, names]) => {
    const members = membersOf(names, ports)
    return members === undefined ? [] : [{ name, members }]
  })
  const packed = new Set(found.flatMap(({ members }) => members))
  const vectors = found.map(({ name, members }) => ({
    members,
    port: { name, axes: [axis(name, lengthOf(members))], node: nodeOf(name, members) },
  }))
  return { vectors, alone: ports.filter((port) => !packed.has(port)) }
}

/** What is fed in, and every port that this makes: the members of a pack are cut out of its vector. */
export const unpacked = (
  ports: readonly Port[],
  packs: Packs,
): { readonly fed: readonly Port[]; readonly ports: readonly Port[] } => {
  const { vectors, alone } = together(ports, packs, (name, members) => input(name, 'float', [lengthOf(members)]))
  const cut = vectors.flatMap(({ members, port: { node: vector } }) =>
    members.map((member, i): Port => {
      const begin = lengthOf(members.slice(0, i))
      const size = elements(member.node.shape)
      const part = apply('Slice', [vector, wholes([begin]), wholes([begin + size])], [size])
      return { ...member, node: reshape(part, member.node.shape) }
    }),
  )
  const all = [...alone, ...cut]
  return {
    fed: [...alone, ...vectors.map(({ port }) => port)],
    ports: ports.map(({ name }) => all.find((port) => port.name === name) as Port),
  }
}

/** What is handed out: one vector for each pack. */
export const packed = (ports: readonly Port[], packs: Packs): readonly Port[] => {
  const { vectors, alone } = together(ports, packs, (_, members) => {
    const flat = members.map(({ node }) => reshape(node, [elements(node.shape)]))
    return apply('Concat', flat, [lengthOf(members)], { axis: 0 })
  })
  return [...alone, ...vectors.map(({ port }) => port)]
}
