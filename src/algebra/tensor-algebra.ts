/**
 * What an equation may say: the operations of tensors with named axes, as a type class.
 *
 * An interpreter is an instance of this class. It gives the operations a meaning (numbers in a
 * Float32Array, nodes of a graph, ...) and knows nothing of recurrent networks. An equation is a
 * function of an instance, written once.
 *
 * Legend: M, N, K, R, C stand for any axis; A for any tuple of axes. `[R, C]` is a matrix of R
 * rows and C columns, `[C]` a vector, `[]` a scalar. No operation branches on a value.
 */
import type { Kind, URIS } from 'fp-ts/HKT'
import type { AnyAxis, Axes, Product } from './axis.js'

/**
 * The one-hot tensors of each interpreter. `OneHot<F, [R, C]>` denotes the dense R x C matrix with a
 * single 1 in each row; it is represented by the R column indices.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type, @typescript-eslint/no-unused-vars -- open for interpreters, as fp-ts's URItoKind is
export interface URItoOneHot<A> {}

/** The interpreters: the keys under which a kind of tensor and a kind of one-hot tensor are registered. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as fp-ts's URIS
export type Carrier = URIS & keyof URItoOneHot<any>

/** One-hot rows in the reading F: the axes of the dense matrix that they stand for, N x V or [.., V]. */
export type OneHot<F extends Carrier, A> = URItoOneHot<A>[F]

/** The shape of a record of tensors: the axes of each field. */
export type Signature = Readonly<Record<string, Axes>>

/**
 * The shape of a tree of tensors: the axes of each field. Under `gates` stands a signature for each gate, under
 * `layers` a shape for each layer, the lowest first.
 */
export type Shape = {
  readonly [field: string]: Axes | { readonly [gate: string]: Signature } | readonly Shape[] | undefined
}

/** A tree of tensors: one for each field of the signature, with a record for each gate and a tree for each layer. */
export type Tensors<F extends Carrier, S> = {
  readonly [Field in keyof S]: Field extends 'gates' | 'layers'
    ? EachOf<F, S[Field]>
    : Kind<F, NonNullable<S[Field]>>
}

/** The trees of a record of gates, or of a list of layers. */
export type EachOf<F extends Carrier, S> = { readonly [Place in keyof S]: Tensors<F, S[Place]> }

/** The signature with one more axis in front of every field. */
export type Along<R extends AnyAxis, S> = {
  readonly [Field in keyof S]: S[Field] extends Axes ? [R, ...S[Field]] : never
}

/** Elementwise arithmetic. Both operands have the same axes: nothing is broadcast. */
export interface Arithmetic<F extends Carrier> {
  readonly add: <A extends Axes>(a: Kind<F, A>, b: Kind<F, A>) => Kind<F, A>
  readonly sub: <A extends Axes>(a: Kind<F, A>, b: Kind<F, A>) => Kind<F, A>
  readonly mul: <A extends Axes>(a: Kind<F, A>, b: Kind<F, A>) => Kind<F, A>
  readonly div: <A extends Axes>(a: Kind<F, A>, b: Kind<F, A>) => Kind<F, A>
  readonly min: <A extends Axes>(a: Kind<F, A>, b: Kind<F, A>) => Kind<F, A>
  readonly max: <A extends Axes>(a: Kind<F, A>, b: Kind<F, A>) => Kind<F, A>
  /** c a, for a scalar c. */
  readonly scale: <A extends Axes>(c: Kind<F, []>, a: Kind<F, A>) => Kind<F, A>
  /** 1 - a. */
  readonly oneMinus: <A extends Axes>(a: Kind<F, A>) => Kind<F, A>
  readonly sqrt: <A extends Axes>(a: Kind<F, A>) => Kind<F, A>
  readonly exp: <A extends Axes>(a: Kind<F, A>) => Kind<F, A>
  readonly tanh: <A extends Axes>(a: Kind<F, A>) => Kind<F, A>
  /** 1 / (1 + exp(-a)) */
  readonly sigmoid: <A extends Axes>(a: Kind<F, A>) => Kind<F, A>
  /** max(a, 0), keeping NaN. */
  readonly relu: <A extends Axes>(a: Kind<F, A>) => Kind<F, A>
  /** 1 where a > 0, else 0: the derivative of relu, with the subgradient 0 at the kink. */
  readonly heaviside: <A extends Axes>(a: Kind<F, A>) => Kind<F, A>
}

/** Products and sums. N and T after `matmul` are BLAS's letters: as it is, transposed. */
export interface Contraction<F extends Carrier> {
  /** A B */
  readonly matmul: <M extends AnyAxis, K extends AnyAxis, N extends AnyAxis>(
    a: Kind<F, [M, K]>,
    b: Kind<F, [K, N]>,
  ) => Kind<F, [M, N]>
  /** A^T B */
  readonly matmulTN: <M extends AnyAxis, K extends AnyAxis, N extends AnyAxis>(
    a: Kind<F, [K, M]>,
    b: Kind<F, [K, N]>,
  ) => Kind<F, [M, N]>
  /** A B^T */
  readonly matmulNT: <M extends AnyAxis, K extends AnyAxis, N extends AnyAxis>(
    a: Kind<F, [M, K]>,
    b: Kind<F, [N, K]>,
  ) => Kind<F, [M, N]>
  readonly transpose: <R extends AnyAxis, C extends AnyAxis>(a: Kind<F, [R, C]>) => Kind<F, [C, R]>
  /** a_rc + b_c: the row b added to every row of a. */
  readonly addRow: <R extends AnyAxis, C extends AnyAxis>(a: Kind<F, [R, C]>, b: Kind<F, [C]>) => Kind<F, [R, C]>
  /** The sum of the rows, sum_r a_rc: the adjoint of `addRow` in its second argument. */
  readonly sumRows: <R extends AnyAxis, C extends AnyAxis>(a: Kind<F, [R, C]>) => Kind<F, [C]>
  /** The sum of all entries; 0 for none. */
  readonly sum: <A extends Axes>(a: Kind<F, A>) => Kind<F, []>
  /** The largest absolute value; 0 for none. */
  readonly maxAbs: <A extends Axes>(a: Kind<F, A>) => Kind<F, []>
  /** a_rc - log sum_k exp(a_rk), row by row, shifted by the row's largest entry so that no exponential overflows. */
  readonly logSoftmax: <R extends AnyAxis, C extends AnyAxis>(a: Kind<F, [R, C]>) => Kind<F, [R, C]>
}

/**
 * One-hot matrices: products with them select, add up and replace entries.
 *
 *   one-hot   X = zeros with a 1 in each row, at the column of its index: R x V, represented by its R indices
 */
export interface Selection<F extends Carrier> {
  /** The dense matrix that a one-hot tensor denotes. */
  readonly dense: <A extends Axes>(x: OneHot<F, A>) => Kind<F, A>
  /** X W: row r of the result is the row of W that X's row r names. */
  readonly gatherRows: <R extends AnyAxis, V extends AnyAxis, C extends AnyAxis>(
    x: OneHot<F, [R, V]>,
    w: Kind<F, [V, C]>,
  ) => Kind<F, [R, C]>
  /** X^T A: each row of A added to the row that X names. The adjoint of `gatherRows`. */
  readonly scatterAdd: <R extends AnyAxis, V extends AnyAxis, C extends AnyAxis>(
    x: OneHot<F, [R, V]>,
    a: Kind<F, [R, C]>,
  ) => Kind<F, [V, C]>
  /** One entry of each row: a_r,x(r). */
  readonly takeAlongRows: <R extends AnyAxis, C extends AnyAxis>(
    a: Kind<F, [R, C]>,
    x: OneHot<F, [R, C]>,
  ) => Kind<F, [R]>
  /**
   * A copy of `base` in which, in each row r, the entries at columns index(r, k) are source(r, k), for every k.
   * Where indices repeat, the last k wins. PyTorch's `scatter(1, index, source)` is the same where none do, and
   * leaves open which k wins where some do; so does ONNX.
   */
  readonly scatterColumns: <R extends AnyAxis, K extends AnyAxis, C extends AnyAxis>(
    base: Kind<F, [R, C]>,
    index: OneHot<F, [R, K, C]>,
    source: Kind<F, [R, K]>,
  ) => Kind<F, [R, C]>
  /**
   * A copy of `base` in which, in each column c, the entries at rows index(k, c) are source(k, c), for every k.
   * Where indices repeat, the last k wins. PyTorch's `scatter(0, index, source)` is the same where none do, and
   * leaves open which k wins where some do; so does ONNX.
   */
  readonly scatterRows: <R extends AnyAxis, K extends AnyAxis, C extends AnyAxis>(
    base: Kind<F, [R, C]>,
    index: OneHot<F, [K, C, R]>,
    source: Kind<F, [K, C]>,
  ) => Kind<F, [R, C]>
  /** The column of each row's largest entry, the lowest on ties, as a one-hot matrix. */
  readonly argmax: <R extends AnyAxis, C extends AnyAxis>(a: Kind<F, [R, C]>) => OneHot<F, [R, C]>
}

/** Naming and layout of axes; the numbers stay where they are. */
export interface Layout<F extends Carrier> {
  readonly axesOf: <A extends Axes>(a: Kind<F, A>) => Readonly<A>
  /** The tensor with every entry c. */
  readonly fill: <A extends Axes>(axes: Readonly<A>, c: number) => Kind<F, A>
  /** The same matrix with its last axis renamed; the sizes must agree. */
  readonly rename: <R extends AnyAxis, C extends AnyAxis, D extends AnyAxis>(
    a: Kind<F, [R, C]>,
    last: D & { readonly size: C['size'] },
  ) => Kind<F, [R, D]>
  /** The two leading axes as one. */
  readonly merge: <R extends AnyAxis, B extends AnyAxis, A extends Axes>(
    a: Kind<F, [R, B, ...A]>,
  ) => Kind<F, [Product<R, B>, ...A]>
  /** A leading product axis as the two that made it: the inverse of `merge`. */
  readonly split: <R extends AnyAxis, B extends AnyAxis, A extends Axes>(
    a: Kind<F, [Product<R, B>, ...A]>,
  ) => Kind<F, [R, B, ...A]>
}

/** The state after a scan's last step, and its outputs along the time axis. */
export interface ScanResult<F extends Carrier, T extends AnyAxis, S extends Signature, Y extends Signature> {
  readonly state: Tensors<F, S>
  readonly outputs: Tensors<F, Along<T, Y>>
}

/** What one step of a scan takes and returns. */
export type ScanStep<F extends Carrier, S extends Signature, X extends Signature, Y extends Signature> = (
  state: Tensors<F, S>,
  slice: Tensors<F, X>,
) => { readonly state: Tensors<F, S>; readonly output: Tensors<F, Y> }

/** The state after an unfold's last step, and its one-hot outputs along the time axis. */
export interface UnfoldResult<F extends Carrier, T extends AnyAxis, S extends Signature, A extends Axes> {
  readonly state: Tensors<F, S>
  readonly outputs: OneHot<F, [T, ...A]>
}

/** What one step of an unfold takes and returns. */
export type UnfoldStep<F extends Carrier, S extends Signature, A extends Axes> = (
  state: Tensors<F, S>,
  input: OneHot<F, A>,
) => { readonly state: Tensors<F, S>; readonly output: OneHot<F, A> }

/** Operations along time: the equations of a step, repeated. */
export interface Recurrence<F extends Carrier> {
  /**
   * Runs `step` along the leading axis T of every field of `slices`, handing the state on, and
   * stacks the outputs along T: a mapAccum. No step at all returns the state as it was.
   */
  readonly scan: <T extends AnyAxis, S extends Signature, X extends Signature, Y extends Signature>(
    step: ScanStep<F, S, X, Y>,
    initial: Tensors<F, S>,
    slices: Tensors<F, Along<T, X>>,
  ) => ScanResult<F, T, S, Y>
  /** The same from the last slice to the first; output t stands at place t. */
  readonly scanReverse: <T extends AnyAxis, S extends Signature, X extends Signature, Y extends Signature>(
    step: ScanStep<F, S, X, Y>,
    initial: Tensors<F, S>,
    slices: Tensors<F, Along<T, X>>,
  ) => ScanResult<F, T, S, Y>
  /**
   * Runs `step` as many times as `time` has entries, each step's one-hot result being the next step's input, and
   * stacks the results along it: how a model writes on by itself.
   */
  readonly unfold: <T extends AnyAxis, S extends Signature, A extends Axes>(
    time: T,
    step: UnfoldStep<F, S, A>,
    initial: Tensors<F, S>,
    first: OneHot<F, A>,
  ) => UnfoldResult<F, T, S, A>
}

/** The type class that every equation is written against; F says what a tensor is. */
export interface TensorAlgebra<F extends Carrier>
  extends Arithmetic<F>, Contraction<F>, Selection<F>, Layout<F>, Recurrence<F> {}

/** An algebra whose tensors hold numbers that can be written and read. */
export interface Concrete<F extends Carrier> extends TensorAlgebra<F> {
  readonly tensor: <A extends Axes>(axes: Readonly<A>, values: ArrayLike<number>) => Kind<F, A>
  /** The one-hot tensor of these axes; the indices number the last axis, in row-major order of the others. */
  readonly oneHot: <A extends Axes>(axes: Readonly<A>, indices: ArrayLike<number>) => OneHot<F, A>
  readonly toArray: <A extends Axes>(a: Kind<F, A>) => readonly number[]
  readonly indicesOf: <A extends Axes>(x: OneHot<F, A>) => readonly number[]
}
