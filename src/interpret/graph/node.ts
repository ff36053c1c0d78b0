/**
 * Expression graphs: the nodes that a function of tensors leaves behind when it is read symbolically.
 *
 * A node is plain data. What is computed inside a scan depends on that scan's token, by way of the
 * placeholders for its state and slices; `scopes` lists the tokens a node depends on, so that
 * whatever depends on none stands outside, once. Shared subterms are the same object, or are found
 * to be the same when the graph is written out.
 */
export type ElementType = keyof typeof ELEMENT_TYPES

/** What numbers there are, and the numbers by which ONNX knows their types. */
export const ELEMENT_TYPES = { float: 1, int64: 7, bool: 9 } as const

/** Stands for one loop; two loops differ by the identity of their tokens. */
export interface Token {
  readonly loop: 'scan' | 'unfold'
}

interface Value {
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly scopes: readonly Token[]
}

export type Attribute = number | string | readonly number[]

/** A tensor that is fed in when the graph runs. */
export interface Input extends Value {
  readonly kind: 'input'
  readonly name: string
}

/** Numbers that are part of the graph. */
export interface Constant extends Value {
  readonly kind: 'constant'
  readonly values: ArrayLike<number>
  /** What the file calls it, where that matters to readers. */
  readonly name?: string
}

/** An ONNX operator with one result. */
export interface Apply extends Value {
  readonly kind: 'apply'
  readonly operator: string
  readonly inputs: readonly Node[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

/** One of the results of an operation that has several. */
export interface Part extends Value {
  readonly kind: 'part'
  readonly of: Many
  readonly index: number
}

/** Inside a scan, the slice of a stacked value at the current step. */
export interface Slice extends Value {
  readonly kind: 'slice'
  readonly of: Node
  readonly token: Token
}

/** Inside a scan, one field of the state at the beginning of the current step. */
export interface StateField extends Value {
  readonly kind: 'state'
  readonly token: Token
  readonly index: number
}

export type Node = Input | Constant | Apply | Part | Slice | StateField

/** A value cut into equal parts along its first axis. */
export interface Split {
  readonly kind: 'split'
  readonly of: Node
  readonly parts: number
  readonly scopes: readonly Token[]
}

/** A body that is run again and again. Its parts are the last state's fields, then the stacked outputs. */
interface Repeated {
  readonly token: Token
  readonly initial: readonly Node[]
  readonly state: readonly StateField[]
  readonly next: readonly Node[]
  readonly outputs: readonly Node[]
  readonly scopes: readonly Token[]
}

/** A loop along the first axis of its slices. */
export interface Scan extends Repeated {
  readonly kind: 'scan'
  readonly reverse: boolean
  /** All slices that a step is given, whether or not it looks at them. */
  readonly slices: readonly Slice[]
}

/** A loop without slices, run as often as `trips` says. */
export interface Loop extends Repeated {
  readonly kind: 'loop'
  readonly trips: Node
}

/** An operation with several results. */
export type Many = Split | Scan | Loop

/** The tokens that any of these depend on. */
export const scopesOf = (nodes: readonly { readonly scopes: readonly Token[] }[]): readonly Token[] => [
  ...new Set(nodes.flatMap(({ scopes }) => scopes)),
]

export const input = (name: string, type: ElementType, shape: readonly number[]): Input => ({
  kind: 'input',
  name,
  type,
  shape,
  scopes: [],
})

export const constant = (
  values: ArrayLike<number>,
  shape: readonly number[],
  type: ElementType = 'float',
): Constant => ({
  kind: 'constant',
  values,
  type,
  shape,
  scopes: [],
})

export const scalar = (value: number): Constant => constant([value], [])

export const wholeNumber = (value: number): Constant => constant([value], [], 'int64')

/** A vector of whole numbers: axes, shapes. */
export const wholes = (values: readonly number[]): Constant => constant(values, [values.length], 'int64')

export const apply = (
  operator: string,
  inputs: readonly Node[],
  shape: readonly number[],
  attributes: Readonly<Record<string, Attribute>> = {},
  type: ElementType = 'float',
): Apply => ({ kind: 'apply', operator, inputs, attributes, type, shape, scopes: scopesOf(inputs) })

/** A tensor with every entry c. */
export const filled = (shape: readonly number[], c: number): Node =>
  shape.length === 0 ? scalar(c) : apply('Expand', [scalar(c), wholes(shape)], shape)

/** Every node of a loop's last state and stacked outputs; `before` stands in front of an output's own shape. */
export const partsOf = (
  loop: Scan | Loop,
  before: readonly number[],
): { readonly state: readonly Node[]; readonly outputs: readonly Node[] } => {
  const part = ({ type, shape }: Node, index: number): Part => ({
    kind: 'part',
    of: loop,
    index,
    type,
    shape,
    scopes: loop.scopes,
  })
  return {
    state: loop.next.map(part),
    outputs: loop.outputs.map((node, i) =>
      part({ ...node, shape: [...before, ...node.shape] }, loop.next.length + i),
    ),
  }
}

/** The placeholders of a loop's state. */
export const stateFields = (initial: readonly Node[], token: Token): readonly StateField[] =>
  initial.map(({ type, shape }, index) => ({ kind: 'state', token, index, type, shape, scopes: [token] }))

export const isConstantScalar = (node: Node): node is Constant => node.kind === 'constant' && node.shape.length === 0

export const isApply = (node: Node, operator: string): node is Apply =>
  node.kind === 'apply' && node.operator === operator

export const elements = (shape: readonly number[]): number => shape.reduce((count, size) => count * size, 1)
