/**
 * Mistakes that people make, as data: what is wrong, how one comes to make it, which equation it breaks and where that
 * is derived, and the change itself.
 *
 * A mistake is a function of what is right, so that two can be made one after the other.
 */
import type { EquationId } from '../../equations.js'
import type { Point } from '../model/gradient-check.js'

/** The least sizes at which something is seen, by name; 1 where not said. */
export type Least = Readonly<Partial<Record<SizeName, number>>>

/**
 * T, N and H; the number of parameters; minibatches of an epoch; characters of a prefix; and what is 1 or 0:
 * `following`, where the loss goes on after the last step (dState is not zero); `remainder`, where minibatches do not
 * use up the text; `whole`, where N divides the length of the text.
 */
export type SizeName =
  | 'steps'
  | 'batch'
  | 'hidden'
  | 'parameters'
  | 'minibatches'
  | 'prefix'
  | 'following'
  | 'remainder'
  | 'whole'

/** What is said of a mistake. */
export interface Told {
  /** What is wrong, as a sentence. */
  readonly mistake: string
  /** How people come to make it. */
  readonly made: string
  /** The equation that it breaks. */
  readonly equation: EquationId
  /** The page of the documents, with its anchor: `docs/03-model-gradient.md#...`. */
  readonly section: string
  /** It is seen at sizes as large as any of these; at others it changes nothing. */
  readonly seenFrom: readonly Least[]
}

/**
 * A mistake in something that has the parts P. Where P is a record, the change makes each part anew of that same part
 * alone: two that change different parts give the same in either order.
 */
export interface Mistake<P> extends Told {
  /** The parts with this mistake, of the parts without it. */
  readonly change: (parts: P) => P
}

/** What can be got wrong, with the mistakes that people make in it. */
export interface Zoo<P, S> {
  /** What it is a zoo of, in a few words. */
  readonly title: string
  readonly right: P
  /** What parts answer to a sample, lists of numbers by name. The sample comes first: many parts are asked the same. */
  readonly answer: (sample: S) => (parts: P) => Point
  readonly mistakes: readonly Mistake<P>[]
}

/** Where each equation is derived, a page of the documents with its anchor. */
export const sectionOf: Readonly<Record<EquationId, string>> = {
  'one-hot': 'docs/01-algebra.md#one-hot-a-representation-with-a-meaning',
  hidden: 'docs/03-model.md#hidden-the-hidden-state',
  output: 'docs/03-model.md#output-the-scores',
  loss: 'docs/03-model.md#loss-softmax-cross-entropy',
  perplexity: 'docs/03-model.md#perplexity',
  'bptt-o': 'docs/03-model-gradient.md#bptt-o-the-adjoint-of-the-scores',
  'bptt-h': 'docs/03-model-gradient.md#bptt-h-the-adjoint-of-the-hidden-state',
  'bptt-w': 'docs/03-model-gradient.md#bptt-w-the-gradients-of-the-parameters',
  'bptt-state': 'docs/03-model-gradient.md#bptt-state-the-adjoint-of-the-first-state',
  truncation: 'docs/03-model-gradient.md#truncation-what-is-cut-as-a-theorem',
  clip: 'docs/05-train.md#clip-the-gradients-length',
  sgd: 'docs/05-train.md#sgd-gradient-descent',
  momentum: 'docs/05-train.md#momentum',
  adam: 'docs/05-train.md#adam',
  schedule: 'docs/05-train.md#schedule-rates-that-change',
  frozen: 'docs/05-train.md#frozen-parameters-held-fixed',
  initial: 'docs/05-train.md#initial-the-first-parameters',
  'training-step': 'docs/05-train.md#training-step',
  vocabulary: 'docs/04-data.md#vocabulary',
  minibatch: 'docs/04-data.md#minibatch-the-characters-of-a-plan',
  'sampling-random': 'docs/04-data.md#sampling-random',
  'sampling-consecutive': 'docs/04-data.md#sampling-consecutive',
  predict: 'docs/06-generate.md#predict-writing-on',
  choice: 'docs/06-generate.md#choice-the-next-character',
  gru: 'docs/03-model-cells.md#gru',
  lstm: 'docs/03-model-cells.md#lstm',
  layers: 'docs/03-model-cells.md#layers-a-cell-on-another',
}

export const ALWAYS: readonly Least[] = [{}]
export const FROM_TWO_STEPS: readonly Least[] = [{ steps: 2 }]
export const FROM_TWO_ROWS: readonly Least[] = [{ steps: 2 }, { batch: 2 }]

/** Mistakes that break an equation: what is wrong, how it is made, the change, and from which sizes it is seen. */
export const breaking =
  <P>(equation: EquationId, section: string = sectionOf[equation]) =>
  (mistake: string, made: string, change: (parts: P) => P, seenFrom: readonly Least[] = ALWAYS): Mistake<P> => ({
    mistake,
    made,
    equation,
    section,
    seenFrom,
    change,
  })

/** Whether a mistake is seen at these sizes. */
export const isSeenAt =
  (sizes: Readonly<Partial<Record<SizeName, number>>>) =>
  ({ seenFrom }: Told): boolean =>
    seenFrom.some((least) =>
      Object.entries(least).every(([name, size]) => size <= (sizes[name as SizeName] ?? 0)),
    )
