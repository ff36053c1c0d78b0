/**
 * Scan and unfold, read as graphs: a loop whose body is written once, or all of its steps written out.
 */
import type { AnyAxis, Axes } from '../../algebra/axis.js'
import type {
  Along,
  ScanResult,
  ScanStep,
  Signature,
  Tensors,
  UnfoldResult,
  UnfoldStep,
} from '../../algebra/tensor-algebra.js'
import { fields } from '../../algebra/tensors.js'
import * as typing from '../typing.js'
import type { Node, Token } from './node.js'
import { filled, partsOf, scopesOf, stateFields, wholeNumber } from './node.js'
import { sliceOf, slicesOf, stack } from './slices.js'
import { requireFixed, typed } from './tensor.js'
import type { GraphOneHot, GraphOptions } from './tensor.js'

type Named = Tensors<'graph', Signature>
type Step = ScanStep<'graph', Signature, Signature, Signature>

/** A record with these tensors' fields and axes, and other nodes. */
const withNodes = (pattern: Named, nodes: readonly Node[], axesOf: (axes: Axes) => Axes = (axes) => axes): Named =>
  Object.fromEntries(fields(pattern).map((field, i) => [field, typed(axesOf(pattern[field].axes), nodes[i])]))

const nodesOf = (a: Named): readonly Node[] => fields(a).map((field) => a[field].node)

const axesOf = (a: Named): typing.RecordAxes => Object.fromEntries(fields(a).map((field) => [field, a[field].axes]))

const withoutFirst = (axes: Axes): Axes => axes.slice(1)

/** A record with the fields and axes of a pattern, its fields in the pattern's order. */
const like = (operation: string, pattern: Named, a: Named): Named => {
  typing.sameRecord(operation, axesOf(pattern), axesOf(a))
  return Object.fromEntries(fields(pattern).map((field) => [field, a[field]]))
}

/** The last state, and stacked nodes under the axes of one step's outputs. */
interface Run {
  readonly state: Named
  readonly outputs: Named
}

/** A scan in either direction, as a loop or written out. */
export const scanIn =
  (reverse: boolean, options: GraphOptions) =>
  <T extends AnyAxis, S extends Signature, X extends Signature, Y extends Signature>(
    step: ScanStep<'graph', S, X, Y>,
    initial: Tensors<'graph', S>,
    along: Tensors<'graph', Along<T, X>>,
  ): ScanResult<'graph', T, S, Y> => {
    // A node is a node whatever the record's fields are called: from here on records are `Named`.
    const slices = along as unknown as Named
    const time = typing.time(axesOf(slices))
    requireFixed('scan', options, [time])
    const run = time.size === 0 ? none : time.size <= options.unrollUpTo ? unrolled : looped
    const { state, outputs } = run(step as never, initial as Named, slices, time.size, reverse)
    const stacked = withNodes(outputs, nodesOf(outputs), (axes) => typing.distinct('scan', [time, ...axes]))
    return { state, outputs: stacked } as unknown as ScanResult<'graph', T, S, Y>
  }

/** No step at all. There is no output to learn the axes from, so one is made from slices of zeros. */
const none = (step: Step, initial: Named, slices: Named): Run => {
  const zeros = nodesOf(slices).map(({ shape }) => filled(shape.slice(1), 0))
  const { state, output } = step(initial, withNodes(slices, zeros, withoutFirst))
  typing.sameRecord('scan', axesOf(initial), axesOf(state))
  return { state: initial, outputs: withNodes(output, nodesOf(output).map(({ shape }) => filled([0, ...shape], 0))) }
}

const looped = (step: Step, initial: Named, slices: Named, steps: number, reverse: boolean): Run => {
  const token: Token = { loop: 'scan' }
  const state = stateFields(nodesOf(initial), token)
  const current = nodesOf(slices).map((node) => sliceOf(node, token))
  const { state: next, output } = step(withNodes(initial, state), withNodes(slices, current, withoutFirst))
  const body = { initial: nodesOf(initial), next: nodesOf(like('scan', initial, next)), outputs: nodesOf(output) }
  const scan = { kind: 'scan' as const, token, reverse, state, slices: current, ...body }
  const parts = partsOf({ ...scan, scopes: scopesAround({ ...body, slices: current }) }, [steps])
  return { state: withNodes(initial, parts.state), outputs: withNodes(output, parts.outputs) }
}

/** What a loop depends on: its own token is among it, which matters to nobody else. */
const scopesAround = (parts: Readonly<Record<string, readonly Node[]>>): readonly Token[] =>
  scopesOf(Object.values(parts).flat())

const unrolled = (step: Step, initial: Named, slices: Named, steps: number, reverse: boolean): Run => {
  const cut = nodesOf(slices).map((node) => slicesOf(node, steps))
  const order = [...Array(steps).keys()]
  const { state, outputs } = (reverse ? order.toReversed() : order).reduce<{
    readonly state: Named
    readonly outputs: readonly Named[]
  }>(
    ({ state: previous, outputs: before }, t) => {
      const { state: next, output } = step(previous, withNodes(slices, cut.map((parts) => parts[t]), withoutFirst))
      return { state: like('scan', initial, next), outputs: [...before, like('scan', before[0] ?? output, output)] }
    },
    { state: initial, outputs: [] },
  )
  const forward = reverse ? outputs.toReversed() : outputs
  const stacked = nodesOf(forward[0]).map((_, i) => stack(forward.map((output) => nodesOf(output)[i])))
  return { state, outputs: withNodes(forward[0], stacked) }
}

/** How often an unfold along this axis runs: a number known now, or one fed in. */
const tripsAlong = (time: AnyAxis, { lengths = {} }: GraphOptions): Node =>
  Object.hasOwn(lengths, time.name as string) ? lengths[time.name as string] : wholeNumber(time.size)

export const unfoldIn =
  (options: GraphOptions) =>
  <T extends AnyAxis, S extends Signature, A extends Axes>(
    time: T,
    step: UnfoldStep<'graph', S, A>,
    initial: Tensors<'graph', S>,
    first: GraphOneHot<A>,
  ): UnfoldResult<'graph', T, S, A> => {
    const token: Token = { loop: 'unfold' }
    const start = [...nodesOf(initial as Named), first.index]
    const state = stateFields(start, token)
    const input = { ...first, index: state[state.length - 1] }
    const { state: next, output } = step(withNodes(initial as Named, state.slice(0, -1)) as typeof initial, input)
    typing.same('unfold', first.axes as Axes, output.axes as Axes)
    const body = {
      initial: start,
      next: [...nodesOf(like('unfold', initial as Named, next as Named)), output.index],
      outputs: [output.index],
    }
    const loop = { kind: 'loop' as const, token, trips: tripsAlong(time, options), state, ...body }
    const axes: readonly [T, ...A] = [time, ...(first.axes as A)]
    const parts = partsOf({ ...loop, scopes: scopesAround(body) }, [time.size])
    return {
      state: withNodes(initial as Named, parts.state.slice(0, -1)) as typeof initial,
      outputs: { axes: typing.distinct('unfold', axes), index: parts.outputs[0] },
    }
  }
