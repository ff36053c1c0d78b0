/**
 * The axes of the model and the signatures of its records.
 *
 * Legend: V vocabulary, H hidden units, N rows of a minibatch (batch), T steps (time).
 */
import type { Axis, Product } from '../algebra/axis.js'
import { axis } from '../algebra/axis.js'

export type Vocabulary = Axis<'vocabulary'>
export type Hidden = Axis<'hidden'>
/** The hidden units of the step before: W_hh is [Previous, Hidden], so that its transpose is another type. */
export type Previous = Axis<'previous'>
export type Batch = Axis<'batch'>
export type Time = Axis<'time'>
/** The T*N rows of a minibatch, time-major: all rows of step 1, then step 2, ... */
export type Rows = Product<Time, Batch>

export const vocabularyAxis = (size: number): Vocabulary => axis('vocabulary', size)
export const hiddenAxis = (size: number): Hidden => axis('hidden', size)
export const previousAxis = (size: number): Previous => axis('previous', size)
export const batchAxis = (size: number): Batch => axis('batch', size)
export const timeAxis = (size: number): Time => axis('time', size)

/** How large a model is. */
export interface Sizes {
  readonly vocabulary: number
  readonly hidden: number
}

/** The output layer's fields: W_hq and b_q. */
export type OutputParameters = {
  readonly W_hq: [Hidden, Vocabulary]
  readonly b_q: [Vocabulary]
}
