/**
 * From expression graphs to the nodes of an ONNX graph.
 *
 * Nodes are written in the order in which they are needed and named by number, so that the same function gives
 * the same file. Shared subterms stay shared, and a loop's body is written once however many steps it runs.
 */
import { defect } from '../../algebra/defect.js'
import type { ElementType, Loop, Many, Node, Part, Scan, Split } from '../graph/node.js'
import { dependencies } from './dependencies.js'
import { lookup } from './levels.js'
import { appended, fresh, named, write, writeConstant } from './emission.js'
import type { Emission, Names } from './emission.js'
import { attributesOf, bodyOf, valueInfo } from './schema.js'
import type { GraphProto } from './schema.js'

/** Writes a value and all it needs, unless they are written already. */
const emit = (node: Node, emission: Emission): readonly [name: string, emission: Emission] => {
  const known = lookup(emission.names, node)
  if (known !== undefined) return [known[0], emission]
  const [names, after] = emitNew(node, emission)
  return [names[0], named(node, names, after)]
}

const emitNew = (node: Node, emission: Emission): readonly [Names, Emission] => {
  switch (node.kind) {
    case 'input':
      return [[node.name], emission]
    case 'constant':
      return writeConstant(node, emission)
    case 'apply': {
      const [inputs, after] = emitAll(node.inputs, emission)
      return write(node.operator, inputs, 1, attributesOf(node.attributes), after)
    }
    case 'part':
      return emitPart(node, emission)
    case 'slice':
    case 'state':
      return defect('emit', 'a placeholder of a scan was met outside the body of its scan')
  }
}

export const emitAll = (nodes: readonly Node[], emission: Emission): readonly [Names, Emission] =>
  nodes.reduce<readonly [Names, Emission]>(
    ([names, before], node) => {
      const [name, after] = emit(node, before)
      return [[...names, name], after]
    },
    [[], emission],
  )

const emitPart = ({ of, index }: Part, emission: Emission): readonly [Names, Emission] => {
  const known = lookup(emission.names, of)
  const [names, after] = known !== undefined ? [known, emission] : emitMany(of, emission)
  return [[names[index]], after]
}

const emitMany = (of: Many, emission: Emission): readonly [Names, Emission] => {
  const [names, after] =
    of.kind === 'split' ? emitSplit(of, emission) : of.kind === 'scan' ? emitScan(of, emission) : emitLoop(of, emission)
  return [names, named(of, names, after)]
}

const emitSplit = ({ of, parts }: Split, emission: Emission): readonly [Names, Emission] => {
  const [input, after] = emit(of, emission)
  return write('Split', [input], parts, attributesOf({ axis: 0 }), after)
}

const emitScan = (scan: Scan, emission: Emission): readonly [Names, Emission] => {
  const { reverse, outputs } = scan
  const { states, stacked, body, after } = emitBody(scan, emission, [])
  const direction = reverse ? 1 : 0
  const attributes = attributesOf({
    num_scan_inputs: stacked.length,
    scan_input_directions: stacked.map(() => direction),
    // The standard knows no empty list.
    ...(outputs.length === 0 ? {} : { scan_output_directions: outputs.map(() => direction) }),
  })
  const results = scan.next.length + outputs.length
  return write('Scan', [...states, ...stacked], results, [bodyOf(body), ...attributes], after)
}

/** A loop's body receives the count and whether to go on, and returns that it does. */
const emitLoop = (loop: Loop, emission: Emission): readonly [Names, Emission] => {
  const [trips, begun] = emit(loop.trips, emission)
  const [[trip, goOn, goesOn], counted] = fresh('loop', 3, begun)
  const { states, body, after } = emitBody(loop, counted, [
    { name: trip, type: 'int64' },
    { name: goOn, type: 'bool' },
  ])
  const handedOn = appended('Identity', [goOn], [goesOn], { ...after, nodes: body.node }).nodes
  const output = [valueInfo(goesOn, { type: 'bool', shape: [] }), ...body.output]
  const results = loop.next.length + loop.outputs.length
  return write('Loop', [trips, '', ...states], results, [bodyOf({ ...body, node: handedOn, output })], after)
}

/** A body, with the names of what it begins from, and what had to be written outside it first. */
interface Body {
  readonly states: Names
  readonly stacked: Names
  readonly body: GraphProto
  readonly after: Emission
}

/** @param scalars what the body receives before the state */
const emitBody = (
  loop: Scan | Loop,
  emission: Emission,
  scalars: readonly { readonly name: string; readonly type: ElementType }[],
): Body => {
  const { slices, outside } = dependencies(loop)
  const [states, afterStates] = emitAll(loop.initial, emission)
  const [stacked, afterSlices] = emitAll(slices.map(({ of }) => of), afterStates)
  const [, before] = emitAll(outside, afterSlices)

  const placeholders = [...loop.state, ...slices]
  const [held, begun] = fresh('given', placeholders.length, { ...before, nodes: [], initializers: [] })
  const inside = placeholders.reduce<Emission>((known, node, i) => named(node, [held[i]], known), begun)
  const results = [...loop.next, ...loop.outputs]
  const [names, written] = emitAll(results, inside)
  const [distinct, { nodes, initializers, count }] = distinctResults(names, results, loop, written)
  return {
    states,
    stacked,
    body: {
      name: `body_${String(before.count)}`,
      node: nodes,
      initializer: initializers,
      input: [
        ...scalars.map(({ name, type }) => valueInfo(name, { type, shape: [] })),
        ...placeholders.map((node, i) => valueInfo(held[i], node)),
      ],
      output: results.map((node, i) => valueInfo(distinct[i], node)),
    },
    after: { ...before, count },
  }
}

/**
 * The results of a body under names of their own: a result that is a placeholder, stands outside the body, or
 * is another result too is handed through an Identity. (ONNX Runtime mistakes one value that is listed twice.)
 */
const distinctResults = (
  results: Names,
  nodes: readonly Node[],
  { token }: Scan | Loop,
  emission: Emission,
): readonly [Names, Emission] =>
  results.reduce<readonly [Names, Emission]>(
    ([names, before], name, i) => {
      const own = nodes[i].kind === 'apply' && nodes[i].scopes.includes(token) && !names.includes(name)
      if (own) return [[...names, name], before]
      const [[copy], after] = fresh('Identity', 1, before)
      return [[...names, copy], appended('Identity', [name], [copy], after)]
    },
    [[], emission],
  )
