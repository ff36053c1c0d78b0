/**
 * The gradient of a minibatch as a sum over shards of its rows.
 *
 * The loss is a mean over rows, and rows do not see one another: so the gradient over N rows is the mean of the
 * gradients over parts of them, weighted by their rows. This is what makes training on many machines possible. Tasks
 * and results are plain data, which any thread or machine can be sent.
 */
import type { Axes } from '../algebra/axis.js'
import { product } from '../algebra/axis.js'
import { flatten, unflattenLike } from '../algebra/names.js'
import { leaves, mapTensors, zipTensors } from '../algebra/tensors.js'
import { float32 } from '../interpret/float32.js'
import type { Float32Tensor } from '../interpret/float32.js'
import type { CellChoice } from '../model/cells.js'
import { networkOf } from '../model/cells.js'
import { languageModel } from '../model/language-model.js'
import type { LayersShape } from '../model/layers.js'
import { backpropagate, zeroAdjoint } from '../model/model.js'
import type { Parameters, State } from '../model/model.js'
import { batchAxis, timeAxis, vocabularyAxis } from '../model/parameters.js'
import type { Sizes } from '../model/parameters.js'
import type { Minibatch } from '../train/engine.js'

type Parameters32 = Parameters<'float32', LayersShape>
type State32 = State<'float32', LayersShape>

/** What it takes to compute a gradient. */
export interface GradientTask {
  readonly choice: CellChoice
  readonly sizes: Sizes
  readonly parameters: Parameters32
  /** The state of every row before the minibatch; zero is taken instead where the minibatch resets it. */
  readonly hidden: State32
  readonly minibatch: Minibatch
}

/** The gradient of a shard: a mean over its rows, and what it is to be weighted by. */
export interface GradientResult {
  /** N, how many rows the loss is a mean over. */
  readonly batch: number
  /** The mean loss in nats. */
  readonly loss: number
  readonly gradients: Parameters32
  /** The state of every row after the minibatch. */
  readonly hidden: State32
  /** The adjoint of the state before it. */
  readonly dHidden: State32
}

/** The gradient of a task, computed here. */
export const gradientOf = ({ choice, sizes, parameters, hidden, minibatch }: GradientTask): GradientResult => {
  const { batch, steps, inputs, labels, reset } = minibatch
  const axes = [product(timeAxis(steps), batchAxis(batch)), vocabularyAxis(sizes.vocabulary)] as const
  const zero = zeroAdjoint(float32)(hidden)
  const run = backpropagate(float32, languageModel(networkOf(choice), sizes))(
    parameters,
    reset ? zero : hidden,
    float32.oneHot([...axes], inputs),
    float32.oneHot([...axes], labels),
    zero,
  )
  return {
    batch,
    loss: float32.toArray(run.loss)[0],
    gradients: run.gradients,
    hidden: run.state,
    dHidden: run.dState,
  }
}

/** The rows from `begin` up to `end`. */
interface Range {
  readonly begin: number
  readonly end: number
}

/** The task cut into at most so many of almost equal rows, in their order. */
export const shardsOf = (task: GradientTask, shards: number): readonly GradientTask[] => {
  const { batch } = task.minibatch
  const count = Math.max(1, Math.min(shards, batch))
  const bounds = Array.from({ length: count + 1 }, (_, k) => Math.floor((k * batch) / count))
  return bounds.slice(1).map((end, k) => ({
    ...task,
    hidden: mapTensors<'float32'>((a) => rowsOf(a, { begin: bounds[k], end }))(task.hidden),
    minibatch: columnsOf(task.minibatch, { begin: bounds[k], end }),
  }))
}

/** Some rows of a state: its first axis is the batch. */
const rowsOf = <A extends Axes>({ axes, data }: Float32Tensor<A>, { begin, end }: Range): Float32Tensor<A> => {
  const width = data.length / axes[0].size
  const shape: Axes = [batchAxis(end - begin), ...axes.slice(1)]
  return float32.tensor<A>(shape as A, Array.from(data).slice(begin * width, end * width))
}

/** Some rows of a minibatch: columns, where its numbers are laid out time-major. */
const columnsOf = (minibatch: Minibatch, { begin, end }: Range): Minibatch => {
  const { batch, inputs, labels } = minibatch
  const kept = (_: number, i: number) => i % batch >= begin && i % batch < end
  return { ...minibatch, batch: end - begin, inputs: inputs.filter(kept), labels: labels.filter(kept) }
}

/** The gradient over all rows from those over its shards, in their order; there must be at least one. */
export const combined = (results: readonly GradientResult[]): GradientResult => {
  const batch = results.reduce((total, result) => total + result.batch, 0)
  const weighted = results.map(({ batch: own, loss, gradients, dHidden }) => {
    const share = float32.fill([], own / batch)
    const scaled = mapTensors<'float32'>((a) => float32.scale(share, a))
    return { loss: (loss * own) / batch, gradients: scaled(gradients), dHidden: scaled(dHidden) }
  })
  const [first, ...others] = weighted.map(({ gradients }) => gradients)
  return {
    batch,
    loss: weighted.reduce((total, { loss }) => total + loss, 0),
    gradients: others.reduce(zipTensors<'float32'>(float32.add), first),
    hidden: joined(results.map(({ hidden }) => hidden)),
    dHidden: joined(weighted.map(({ dHidden }) => dHidden)),
  }
}

/** States of some rows each, one under the other. */
const joined = (states: readonly State32[]): State32 => {
  const parts = states.map((state) => leaves<'float32'>(state).map(({ value }) => value))
  const all = Object.entries(flatten<'float32'>(states[0])).map(([name, { axes }], i) => {
    const rows = parts.flatMap((part) => Array.from(part[i].data))
    const batch = parts.reduce((total, part) => total + part[i].axes[0].size, 0)
    return [name, float32.tensor([batchAxis(batch), ...axes.slice(1)], rows)] as const
  })
  return unflattenLike(states[0], Object.fromEntries(all))
}
