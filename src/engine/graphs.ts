/**
 * The model's graphs: one training step, the forward pass, and greedy generation, each compiled from the same
 * equations that `float32` computes.
 *
 * Inputs and outputs are named after a learner's fields (`parameters.W_xh`, `hidden.H`, ...). A field's new value is
 * `next.` and its name, so that the next run of the graph takes each `next.x` as its `x`.
 */
import type { Axes } from '../algebra/axis.js'
import { axis, product } from '../algebra/axis.js'
import { flatten, unflattenLike } from '../algebra/names.js'
import type { GraphTensor } from '../interpret/graph/tensor.js'
import { compile } from '../interpret/onnx/compile.js'
import { stateless } from '../train/optimisers/optimiser.js'
import type { AnyOptimiser } from '../train/optimisers/optimiser.js'
import { trainingStep } from '../train/step.js'
import type { LanguageModel } from '../model/language-model.js'
import type { LayersShape } from '../model/layers.js'
import { forward } from '../model/model.js'
import { batchAxis, timeAxis, vocabularyAxis } from '../model/parameters.js'
import { unfoldGreedily } from '../generate/greedy-loop.js'
import {
  fieldsDocumented,
  gradientsDocumented,
  HIDDEN,
  LARGEST,
  axesOfFields,
  learnerPattern,
  LEARNT,
  NEXT,
  packedFields,
  REPORT,
  under,
  withPrefix,
} from './fields.js'

/** What to compile: a model and its optimiser, for minibatches of N rows (`batch`) and T steps. */
export interface GraphRequest<L extends LayersShape> {
  readonly model: LanguageModel<L>
  readonly optimiser: AnyOptimiser
  readonly batch: number
  readonly steps: number
  /** Whether the graph will only ever run on one thread, on which a training step is faster; no unless asked. */
  readonly onOneThread?: boolean
  /** Whether a training step takes and gives the learner as two vectors, faster where it is small; no unless asked. */
  readonly packed?: boolean
  /** Settings and vocabulary, for people who open the file. */
  readonly metadata?: Readonly<Record<string, string>>
}

/** Parameters to build into a graph, by their names. */
export type BuiltIn = Readonly<Record<string, ArrayLike<number>>>

const TIME_MAJOR = 'time-major: all rows of step 1, then of step 2, ...;'

/** One training step: forward, BPTT, the optimiser's update, the loss, and the largest |entry| of each gradient. */
export const trainingGraph = <L extends LayersShape>(request: GraphRequest<L>): Uint8Array => {
  const { model, optimiser, batch, steps, metadata = {}, onOneThread = false, packed = false } = request
  const pattern = learnerPattern(model, optimiser, batch)
  const learner = axesOfFields(pattern)
  const characters = [product(timeAxis(steps), batchAxis(batch)), vocabularyAxis(model.sizes.vocabulary)]
  return compile(
    { tensors: learner, oneHots: { inputs: characters, labels: characters } },
    (algebra, { tensors, oneHots }) => {
      const step = trainingStep(algebra, model, optimiser(algebra))
      const before = unflattenLike<'graph', typeof pattern>(pattern, tensors)
      const stepped = step(before, oneHots['inputs'], oneHots['labels'])
      return {
        tensors: {
          ...withPrefix<GraphTensor<Axes>>(NEXT, flatten<'graph'>(stepped.learner)),
          loss: stepped.loss,
          ...withPrefix<GraphTensor<Axes>>(LARGEST, stepped.largest),
        },
      }
    },
    {
      name: 'training_step',
      description: 'One training step: forward, backpropagation through time, and the update of every parameter.',
      documentation: {
        ...fieldsDocumented(learner),
        ...gradientsDocumented(learner),
        inputs: `the numbers of the characters read, ${TIME_MAJOR}`,
        labels: `the numbers of the characters that come next, ${TIME_MAJOR}`,
        loss: 'the mean loss in nats, before the update;',
      },
      metadata,
      onOneThread,
      packs: packed ? packsOf(learner) : {},
    },
  )
}

const packsOf = (learner: Readonly<Record<string, Axes>>): Readonly<Record<string, readonly string[]>> => {
  const { learnt, hidden } = packedFields(Object.keys(learner))
  const next = (fields: readonly string[]) => fields.map((field) => NEXT + field)
  const largest = Object.keys(under('parameters.', learner)).map((field) => LARGEST + field)
  return {
    [LEARNT]: learnt,
    [HIDDEN]: hidden,
    [NEXT + LEARNT]: next(learnt),
    [NEXT + HIDDEN]: next(hidden),
    [REPORT]: ['loss', ...largest],
  }
}

/** The forward pass: the scores of what comes next, and the next state. */
export const forwardGraph = <L extends LayersShape>(
  request: Omit<GraphRequest<L>, 'optimiser'>,
  weights: BuiltIn,
): Uint8Array => {
  const { model, batch, steps, metadata = {} } = request
  const pattern = readerPattern(model, batch)
  const { parameters, hidden } = separate(axesOfFields(pattern))
  const characters = [product(timeAxis(steps), batchAxis(batch)), vocabularyAxis(model.sizes.vocabulary)]
  return compile(
    { tensors: { ...parameters, ...hidden }, oneHots: { inputs: characters } },
    (algebra, { tensors, oneHots }) => {
      const before = unflattenLike<'graph', typeof pattern>(pattern, tensors)
      const { O, state } = forward(algebra, model)(before.parameters, before.hidden, oneHots['inputs'])
      return { tensors: { scores: O, ...withPrefix<GraphTensor<Axes>>(`${NEXT}hidden.`, flatten<'graph'>(state)) } }
    },
    {
      name: 'forward',
      description: 'The forward pass: the scores, before softmax, of what comes after each character.',
      documentation: {
        ...fieldsDocumented(hidden),
        inputs: `the numbers of the characters read, ${TIME_MAJOR}`,
        scores: 'the scores of all characters, before softmax;',
      },
      weights: withPrefix('parameters.', weights),
      metadata,
    },
  )
}

/** Greedy generation: reads one character and writes on, as many as `length` says, all in one run. */
export const generationGraph = <L extends LayersShape>(
  { model, metadata = {} }: Pick<GraphRequest<L>, 'model' | 'metadata'>,
  weights: BuiltIn,
): Uint8Array => {
  const pattern = readerPattern(model, 1)
  const { parameters, hidden } = separate(axesOfFields(pattern))
  const one = [product(timeAxis(1), batchAxis(1)), vocabularyAxis(model.sizes.vocabulary)]
  return compile(
    { tensors: { ...parameters, ...hidden }, oneHots: { first: one } },
    (algebra, { tensors, oneHots }) => {
      const before = unflattenLike<'graph', typeof pattern>(pattern, tensors)
      const { characters, state } = unfoldGreedily(algebra, model)(
        before.parameters,
        before.hidden,
        oneHots['first'],
        axis('length', 1),
      )
      return {
        tensors: withPrefix<GraphTensor<Axes>>(`${NEXT}hidden.`, flatten<'graph'>(state)),
        // A record of graphs does not know the axes' names of what it holds.
        oneHots: { characters: characters as never },
      }
    },
    {
      name: 'generation',
      description: 'Reads one character and writes on, each time the character that scores best.',
      documentation: {
        ...fieldsDocumented(hidden),
        first: 'the number of the character to read first, not yet part of the state;',
        length: 'how many characters to write;',
        characters: 'their numbers; the last one is chosen but not yet read: feed it back as first;',
      },
      weights: withPrefix('parameters.', weights),
      lengths: ['length'],
      metadata,
    },
  )
}

/** Parameters and state alone: what is read with, and not learnt. */
const readerPattern = <L extends LayersShape>(model: LanguageModel<L>, batch: number) => {
  const { parameters, hidden } = learnerPattern(model, () => stateless((gradients) => gradients), batch)
  return { parameters, hidden }
}

const separate = (axes: Readonly<Record<string, Axes>>) => {
  const part = (prefix: string) => withPrefix(prefix, under(prefix, axes))
  return { parameters: part('parameters.'), hidden: part('hidden.') }
}
