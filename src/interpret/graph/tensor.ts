/**
 * Tensors of the graph reading: axes, and the node of an expression graph that stands for the numbers.
 */
import { isProduct, showAxes } from '../../algebra/axis.js'
import type { AnyAxis, Axes } from '../../algebra/axis.js'
import { defect } from '../../algebra/defect.js'
import type { Node } from './node.js'

/** A tensor of the graph reading: its axes, and the node that it is the result of. */
export interface GraphTensor<A> {
  readonly axes: Readonly<A>
  readonly node: Node
}

/** One-hot rows: the node holds the indices along the last axis. */
export interface GraphOneHot<A> {
  readonly axes: Readonly<A>
  readonly index: Node
}

declare module 'fp-ts/HKT' {
  interface URItoKind<A> {
    readonly graph: GraphTensor<A>
  }
}
declare module '../../algebra/tensor-algebra.js' {
  interface URItoOneHot<A> {
    readonly graph: GraphOneHot<A>
  }
}

/** How the graph is laid out; the meaning is the same. */
export interface GraphOptions {
  /** A scan of at most this many steps is written out step by step instead of as a loop. */
  readonly unrollUpTo: number
  /** Axes, by name, along which an unfold runs as often as this node says; their size stands for any. */
  readonly lengths?: Readonly<Record<string, Node>>
  /**
   * Whether the graph will only ever run on one thread. Rows are then added by ScatterND, which is several times
   * faster than ScatterElements; on more threads ONNX Runtime loses additions to a row named twice.
   *
   * Source: https://github.com/microsoft/onnxruntime/issues/18048, and 1.30 does the same.
   */
  readonly onOneThread?: boolean
}

export const shapeOf = (axes: Axes): readonly number[] => axes.map(({ size }) => size)

/** A tensor from axes that a typing rule returned. */
export const typed = <A extends Axes>(axes: Axes, node: Node): GraphTensor<A> => ({
  axes: axes as A,
  node,
})

/** Axes that an operation lays out by their sizes must have one: a length that is fed in is known too late. */
export const requireFixed = (operation: string, { lengths = {} }: GraphOptions, axes: Axes): void => {
  const isFree = (a: AnyAxis): boolean =>
    Object.hasOwn(lengths, a.name as string) || (isProduct(a) && (isFree(a.outer) || isFree(a.inner)))
  if (axes.some(isFree)) {
    defect(operation, `the sizes must be known before the graph is run, and those of ${showAxes(axes)} are not`)
  }
}
