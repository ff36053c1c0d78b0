/**
 * What is checked: anybody's implementation of the model, as functions of nested lists of numbers.
 *
 * An implementation says what it is and answers questions. A program does so line by line in JSON (`pure-rnn check`), a
 * JavaScript module as functions of the same questions and answers (`checkModel`). Names are those of the equations:
 * `W_xh`, `H_0` the state before the first step, `H_T` after the last, `dH_0` and `dH_T` their adjoints; a layer above
 * the first has its number before the name, `1.W_hh`, `1.H_0`.
 *
 * Legend: V characters, H hidden units, N rows, T steps.
 */
import type { ActivationName } from '../../model/activation.js'
import type { Biases } from '../../model/bias.js'
import type { CellName } from '../../model/cells.js'
import type { SamplingName } from '../../data/samplers.js'
import type { OptimiserChoice } from '../mistakes/optimisers.js'

/** A tensor as nested lists, the first axis outermost: what `tolist()` gives of a NumPy array. */
export type Nested = number | readonly Nested[]

/** Tensors by their names. */
export type NestedRecord = Readonly<Record<string, Nested>>

/** Characters by their numbers from 0, T lists of N; N lists of T where the layout is batch-first. */
export type Characters = readonly (readonly number[])[]

/** The optimisers that may be asked for. */
export type OptimiserName = 'sgd' | 'momentum' | 'adam'
/** The optimisers by their names. */
export const optimiserNames: readonly OptimiserName[] = ['sgd', 'momentum', 'adam']
/** An optimiser with its settings; `rate` is eta. */
export type OptimiserQuestion = OptimiserChoice

/** A minibatch: characters, the ones that follow them, and whether the state is set to zeros before it. */
export interface PlannedCharacters {
  readonly X: Characters
  readonly Y: Characters
  readonly reset: boolean
}

/** What an implementation can be asked, by what it is asked for. */
export interface Questions {
  readonly forward: { readonly parameters: NestedRecord; readonly state: NestedRecord; readonly X: Characters }
  readonly loss: Questions['forward'] & { readonly Y: Characters }
  /** `dState` is asked of those that take it: the slopes, in the state after the last step, of what follows. */
  readonly backpropagate: Questions['loss'] & { readonly dState?: NestedRecord }
  readonly clip: { readonly gradients: NestedRecord; readonly theta: number }
  readonly optimise: {
    readonly optimiser: OptimiserQuestion
    readonly parameters: NestedRecord
    /** The gradients of each step. */
    readonly gradients: readonly NestedRecord[]
  }
  /** Of a text of `length` characters, all different: character i is i. */
  readonly sample: {
    readonly sampling: SamplingName
    readonly length: number
    readonly batch: number
    readonly steps: number
    readonly seed: number
  }
  /** Greedy, from a state of zeros. */
  readonly generate: { readonly parameters: NestedRecord; readonly prefix: readonly number[]; readonly length: number }
  /** Each minibatch in turn: gradients, clipped at theta, then a step of the optimiser. */
  readonly train: {
    readonly parameters: NestedRecord
    readonly minibatches: readonly PlannedCharacters[]
    readonly theta: number
    readonly optimiser: OptimiserQuestion
  }
}

/** What it answers. */
export interface Answers {
  /** O: the scores, T x N x V; H where it says so, T x N x H; the state after the last step. */
  readonly forward: { readonly O: Nested; readonly H?: Nested; readonly state: NestedRecord }
  /** The mean over all T N labels, in nats. */
  readonly loss: { readonly loss: number }
  /** Of the loss, and of <dState, state after the last step> where that was given; `dState` is dH_0. */
  readonly backpropagate: {
    readonly gradients: NestedRecord
    readonly loss?: number
    readonly dState?: NestedRecord
  }
  readonly clip: { readonly gradients: NestedRecord }
  /** The parameters after each step. */
  readonly optimise: { readonly parameters: readonly NestedRecord[] }
  /** One epoch. */
  readonly sample: { readonly minibatches: readonly PlannedCharacters[] }
  /** The prefix, and `length` characters more. */
  readonly generate: { readonly text: readonly number[] }
  /** The loss of each minibatch before its step, and the parameters after the last. */
  readonly train: { readonly losses: readonly number[]; readonly parameters: NestedRecord }
}

/** What an implementation may be asked for. */
export type Ability = keyof Questions
/** All of it, in the order in which it is checked. A beginner needs the first three. */
export const abilities: readonly Ability[] = [
  ...(['forward', 'loss', 'backpropagate', 'clip', 'optimise', 'sample', 'generate', 'train'] as const),
]

/** What an implementation says of itself. What it leaves out is the first of each list. */
export interface Description {
  readonly name: string
  readonly cell: CellName
  /** phi of a plain cell: tanh, relu, identity. */
  readonly activation: ActivationName
  /** 'one', or 'two' as PyTorch has it: b_ih and b_hh. */
  readonly biases: Biases
  readonly layers: number
  /** In which it computes; bounds on rounding follow from it. */
  readonly precision: 'double' | 'single'
  /** Whether X, Y, O and H have T or N outermost. */
  readonly layout: 'time-major' | 'batch-first'
  /** Whether W_xh is V x H, or H x V as in PyTorch; all matrices likewise. */
  readonly weights: 'input-by-output' | 'output-by-input'
  /** Where the GRU resets: the product H_{t-1} W_hn, as PyTorch does, or H_{t-1} before it, as the paper does. */
  readonly reset: 'after' | 'before'
  /** What is added to the norm that clips: 0 from scratch, 1e-6 in PyTorch. */
  readonly dialect: 'scratch' | 'torch'
  /** Whether it takes dH_T and answers dH_0. */
  readonly stateAdjoint: boolean
  readonly optimisers: readonly OptimiserName[]
  readonly samplings: readonly SamplingName[]
  readonly can: readonly Ability[]
}

/** An implementation: what it says of itself, and how it answers each thing that it can. */
export interface Subject {
  readonly description: Description
  /** Whatever it answers; what it should be is looked at by those who ask. It may throw. */
  readonly answer: <A extends Ability>(ability: A, question: Questions[A]) => unknown
}
