/**
 * Where a training step left the finite numbers: the first tensor, in the order of the computation, that holds an
 * infinite number or NaN, and the place in it.
 */
import type { Kind } from 'fp-ts/HKT'
import { isProduct } from '../algebra/axis.js'
import type { AnyAxis, Axes } from '../algebra/axis.js'
import { flatten } from '../algebra/names.js'
import type { Carrier, Concrete } from '../algebra/tensor-algebra.js'
import type { EquationId } from '../equations.js'
import type { Origin } from '../failure.js'
import type { CellChoice } from '../model/cells.js'
import type { LayersShape } from '../model/layers.js'
import type { Learner, Stepped } from './step.js'

/** The tensors of one equation. Those of a recurrence are computed time by time, all others one after the other. */
interface Stage {
  readonly equation: EquationId
  readonly tensors: object
  readonly order: 'forward' | 'backward' | 'whole'
}

const CELLS: Readonly<Record<CellChoice['cell'], EquationId>> = { rnn: 'hidden', gru: 'gru', lstm: 'lstm' }

/** Each layer's part of a tree with `layers`, under its number, or the tree itself. */
const byLayer = (tree: object): readonly object[] =>
  'layers' in tree
    ? Object.entries(tree.layers as object).map(([k, own]) => ({ layers: { [k]: own as object } }))
    : [tree]

/** A step's tensors in the order in which they are computed. */
const stages = <F extends Carrier, L extends LayersShape>(
  hidden: EquationId,
  before: Learner<F, L>,
  { learner, loss, run, updates }: Stepped<F, L>,
): readonly Stage[] => {
  const { tape, O, logP, dO, dH, dInputs } = run.trace
  const all = (equation: EquationId, tensors: object): Stage => ({ equation, tensors, order: 'whole' })
  return [
    ...held(before),
    ...byLayer(tape).map((tensors): Stage => ({ equation: hidden, tensors, order: 'forward' })),
    all('output', { O }),
    all('loss', { logP, loss }),
    all('bptt-o', { dO }),
    all('bptt-h', { dH }),
    ...byLayer(dInputs)
      .toReversed()
      .map((tensors): Stage => ({ equation: 'bptt-h', tensors, order: 'backward' })),
    all('bptt-w', run.gradients),
    all('training-step', { optimiser: learner.optimiser, hidden: learner.hidden }),
    all('training-step', { update: updates }),
    all('training-step', learner.parameters),
  ]
}

/** A tensor's first entry that is not finite, in the order of the computation. */
interface Found {
  readonly tensor: string
  readonly axes: Axes
  readonly index: number
  readonly value: number
  /** How early it was computed: by time in a recurrence. */
  readonly turn: number
}

const foundIn =
  <F extends Carrier>({ axesOf, toArray }: Concrete<F>, order: Stage['order']) =>
  ([tensor, a]: readonly [string, Kind<F, Axes>]): readonly Found[] => {
    const [axes, data] = [axesOf(a), toArray(a)]
    const wrong = (x: number) => !Number.isFinite(x)
    const perTime = order === 'whole' || data.length === 0 ? data.length : data.length / times(axes[0])
    const last = order === 'backward' ? data.findLastIndex(wrong) : data.findIndex(wrong)
    if (last < 0) return []
    const time = Math.floor(last / perTime)
    const start = time * perTime
    const index = start + data.slice(start, start + perTime).findIndex(wrong)
    return [{ tensor, axes, index, value: data[index], turn: order === 'backward' ? -time : time }]
  }

const times = (rows: AnyAxis): number => (isProduct(rows) ? rows.outer.size : rows.size)

/** The indices along the axes, a product of two as two. */
const placeOf = (axes: Axes, index: number): Origin['place'] => {
  const each = axes.flatMap((of) => (isProduct(of) ? [of.outer, of.inner] : [of]))
  const indices = each.reduceRight<{ readonly rest: number; readonly named: readonly (readonly [string, number])[] }>(
    ({ rest, named }, { name, size }) => ({
      rest: Math.floor(rest / size),
      named: [[String(name), rest % size], ...named],
    }),
    { rest: index, named: [] },
  )
  return Object.fromEntries(indices.named)
}

/** The first number of these stages that is infinite or NaN. */
const firstOf = <F extends Carrier>(algebra: Concrete<F>, all: readonly Stage[]): Origin | undefined => {
  const firsts = all.flatMap(({ equation, tensors, order }) => {
    const found = Object.entries(flatten<F>(tensors)).flatMap(foundIn(algebra, order))
    const first = found.reduce<Found | undefined>((a, b) => (a === undefined || b.turn < a.turn ? b : a), undefined)
    return first === undefined ? [] : [{ equation, ...first }]
  })
  if (firsts.length === 0) return undefined
  const { equation, tensor, axes, index, value } = firsts[0]
  return { equation, tensor, place: placeOf(axes, index), value }
}

/** What a learner holds, as stages. */
const held = <F extends Carrier, L extends LayersShape>({ parameters, ...rest }: Learner<F, L>): readonly Stage[] =>
  [parameters, { optimiser: rest.optimiser, hidden: rest.hidden }].map((tensors) => ({
    equation: 'training-step',
    tensors,
    order: 'whole',
  }))

/**
 * The first number of a learner that is infinite or NaN: in its parameters, in what the optimiser remembers, or in the
 * hidden state. Such a learner is of no use: a model file of it is not read.
 */
export const notFiniteIn =
  <F extends Carrier>(algebra: Concrete<F>) =>
  <L extends LayersShape>(learner: Learner<F, L>): Origin | undefined =>
    firstOf(algebra, held(learner))

/**
 * The first number of a training step that is infinite or NaN.
 *
 * @param cell the cell's name, for its equation; `hidden` is cited for a cell of one's own
 * @param before the learner that the step began with
 * @returns undefined where every number is finite
 */
export const firstNotFinite =
  <F extends Carrier>(algebra: Concrete<F>, cell?: CellChoice['cell']) =>
  <L extends LayersShape>(before: Learner<F, L>, stepped: Stepped<F, L>): Origin | undefined =>
    firstOf(algebra, stages(cell === undefined ? 'hidden' : CELLS[cell], before, stepped))
