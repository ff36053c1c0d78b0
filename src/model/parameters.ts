/**
 * The axes of the model and the signatures of its records.
 *
 * Legend: V vocabulary, H hidden units, N rows of a minibatch (batch), T steps (time).
 */
import type { Axis, Product } from '../algebra/axis.js'
import { axis } from '../algebra/axis.js'

/** The V characters, in the order of their numbers. */
export type Vocabulary = Axis<'vocabulary'>
/** The H hidden units of this step. */
export type Hidden = Axis<'hidden'>
/** The hidden units of the step before: W_hh is [Previous, Hidden], so that its transpose is another type. */
export type Previous = Axis<'previous'>
/** The hidden units of the layer below, at the same step. */
export type Lower = Axis<'lower'>
/** The N rows of a minibatch. */
export type Batch = Axis<'batch'>
/** The T steps of a minibatch. */
export type Time = Axis<'time'>
/** The T*N rows of a minibatch, time-major: all rows of step 1, then step 2, ... */
export type Rows = Product<Time, Batch>

/** The axis of V characters. */
export const vocabularyAxis = (size: number): Vocabulary => axis('vocabulary', size)
/** The axis of H hidden units. */
export const hiddenAxis = (size: number): Hidden => axis('hidden', size)
/** The axis of the H hidden units of the step before. */
export const previousAxis = (size: number): Previous => axis('previous', size)
/** The axis of the H hidden units of the layer below. */
export const lowerAxis = (size: number): Lower => axis('lower', size)
/** The axis of N rows. */
export const batchAxis = (size: number): Batch => axis('batch', size)
/** The axis of T steps. */
export const timeAxis = (size: number): Time => axis('time', size)

/** How large a model is: V characters and H hidden units. */
export interface Sizes {
  readonly vocabulary: number
  readonly hidden: number
}

/** The output layer's fields: W_hq and b_q. */
export type OutputParameters = {
  readonly W_hq: [Hidden, Vocabulary]
  readonly b_q: [Vocabulary]
}
