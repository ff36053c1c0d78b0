/**
 * Trees of tensors: what is meant by "all parameters together".
 *
 * A tree is a tensor, or a record or list of trees. A value with the field `axes`, or that is no object, is a tensor.
 * TypeScript cannot express that a function acts on `Kind<F, A>` for whatever axes a tensor has and keep the
 * tree's type, so the casts of such functions stand here.
 */
import type { Kind } from 'fp-ts/HKT'
import type { AnyAxis, Axes, Product } from './axis.js'
import { defect } from './defect.js'
import { requireRecord, requireTensor } from './require.js'
import type { Along, Carrier, Layout, Signature, Tensors } from './tensor-algebra.js'

/** Where in a tree something stands: `['gates', 'r', 'W_x']`. */
export type Path = readonly string[]

/** What stands at the end of a path, and the record or list that it is a field of. */
export interface Leaf<A> {
  readonly path: Path
  readonly value: A
  readonly parent: object
}

/** The fields of a record of tensors. Their order is the record's own. */
export const fields = <F extends Carrier, S extends Signature>(a: Tensors<F, S>): readonly (keyof S & string)[] =>
  namesIn('fields', a)

/** A record or a list of tensors. */
const requireNode = <T extends object>(operation: string, tree: T): T =>
  Array.isArray(tree) ? tree : requireRecord(operation, 'what holds the tensors', tree)

const namesIn = (operation: string, a: object): readonly string[] =>
  Object.keys(requireRecord(operation, 'what holds the tensors', a))

type IsLeaf = (node: unknown) => boolean

const isTensor: IsLeaf = (node) => typeof node !== 'object' || node === null || 'axes' in node

const isAxis = (node: unknown): boolean => typeof node === 'object' && node !== null && 'size' in node

/** Whether a node of a tree of axes is a list of axes; a list of layers is a list of records. */
const isAxes: IsLeaf = (node) => Array.isArray(node) && node.every(isAxis)

const leavesBy =
  (isLeaf: IsLeaf) =>
  <A>(node: object, path: Path = []): readonly Leaf<A>[] =>
    Object.entries(node).flatMap(([field, child]: readonly [string, unknown]) =>
      isLeaf(child)
        ? [{ path: [...path, field], value: child as A, parent: node }]
        : leavesBy(isLeaf)<A>(child as object, [...path, field]),
    )

/** The tensors of a tree, with their paths, in the order of the fields. */
export const leaves = <F extends Carrier>(tree: object): readonly Leaf<Kind<F, Axes>>[] => leavesBy(isTensor)(tree)

/** The axes at the leaves of a tree of axes, with their paths. */
export const axesLeaves = (shape: object): readonly Leaf<Axes>[] => leavesBy(isAxes)(shape)

/** The tree, if it has a tensor at every place of the shape: `forward: parameters.W_hh must be a tensor`. */
export const requireTree = <T extends object>(operation: string, what: string, shape: object, tree: T): T => {
  requireRecord(operation, what, tree)
  axesLeaves(shape).forEach((leaf) => {
    requireTensor(operation, [what, ...leaf.path].join('.'), at(tree, leaf.path))
  })
  return tree
}

/** What stands at the end of a path, undefined where the path leads nowhere. */
const at = (tree: unknown, [first, ...rest]: Path): unknown =>
  first === undefined
    ? tree
    : typeof tree === 'object' && tree !== null
      ? at((tree as Readonly<Record<string, unknown>>)[first], rest)
      : undefined

/** The tree with f applied to every leaf. */
const replace =
  <A>(isLeaf: IsLeaf, f: (leaf: Leaf<A>) => unknown) =>
  (node: object, path: Path = []): unknown => {
    const child = ([field, value]: readonly [string, unknown]): unknown =>
      isLeaf(value)
        ? f({ path: [...path, field], value: value as A, parent: node })
        : replace(isLeaf, f)(value as object, [...path, field])
    return Array.isArray(node)
      ? Object.entries(node).map(child)
      : Object.fromEntries(Object.entries(node).map((entry) => [entry[0], child(entry)]))
  }

/** The tree with f(place) at each place, instead of its tensor or its axes. */
export const replaceTensors = (f: (leaf: Leaf<unknown>) => unknown) => replace(isTensor, f)
export const replaceAxes = (f: (leaf: Leaf<Axes>) => unknown) => replace(isAxes, f)

/** The tree with f applied to every tensor; f may change the interpreter or the axes. */
export const mapTensors =
  <F extends Carrier, G extends Carrier = F>(f: <A extends Axes>(a: Kind<F, A>, path: Path) => Kind<G, A>) =>
  <S>(a: Tensors<F, S>): Tensors<G, S> =>
    replace<Kind<F, Axes>>(isTensor, ({ value, path }) => f(value, path))(requireNode('mapTensors', a)) as Tensors<G, S>

/** The tree of tensors f(axes), for a tree of axes. */
export const tensorsOf =
  <F extends Carrier>(f: <A extends Axes>(axes: Readonly<A>, leaf: Leaf<Axes>) => Kind<F, A>) =>
  <S>(shape: S): Tensors<F, S> =>
    replaceAxes((leaf) => f(leaf.value, leaf))(shape as object) as Tensors<F, S>

/** The tree of f(a, b), tensor by tensor; trees with different fields are a defect. */
export const zipTensors =
  <F extends Carrier>(f: <A extends Axes>(a: Kind<F, A>, b: Kind<F, A>) => Kind<F, A>) =>
  <S>(a: Tensors<F, S>, b: Tensors<F, S>): Tensors<F, S> => {
    const own = leaves<F>(requireNode('zipTensors', a))
    const others = new Map(
      leaves<F>(requireNode('zipTensors', b)).map(({ path, value }) => [path.join('.'), value] as const),
    )
    return own.length === others.size && own.every(({ path }) => others.has(path.join('.')))
      ? (replace<Kind<F, Axes>>(isTensor, ({ value, path }) => f(value, others.get(path.join('.')) as Kind<F, Axes>))(
          a,
        ) as Tensors<F, S>)
      : defect('zipTensors', `expected the same fields, got ${showFields(a)} and ${showFields(b)}`)
  }

/** The tensors folded from the first to the last. */
export const foldTensors =
  <F extends Carrier, B>(initial: B, f: <A extends Axes>(accumulated: B, a: Kind<F, A>, path: Path) => B) =>
  <S>(a: Tensors<F, S>): B =>
    leaves<F>(a).reduce<B>((accumulated, { value, path }) => f(accumulated, value, path), initial)

/** Each field's two leading axes as one. */
export const mergeTensors =
  <F extends Carrier>(algebra: Layout<F>) =>
  <R extends AnyAxis, B extends AnyAxis, S extends Signature>(
    a: Tensors<F, Along<R, Along<B, S>>>,
  ): Tensors<F, Along<Product<R, B>, S>> =>
    replace<Kind<F, [R, B]>>(isTensor, ({ value }) => algebra.merge<R, B, []>(value))(a) as Tensors<
      F,
      Along<Product<R, B>, S>
    >

/** Each field's leading product axis as the two that made it. */
export const splitTensors =
  <F extends Carrier>(algebra: Layout<F>) =>
  <R extends AnyAxis, B extends AnyAxis, S extends Signature>(
    a: Tensors<F, Along<Product<R, B>, S>>,
  ): Tensors<F, Along<R, Along<B, S>>> =>
    replace<Kind<F, [Product<R, B>]>>(isTensor, ({ value }) => algebra.split<R, B, []>(value))(a) as Tensors<
      F,
      Along<R, Along<B, S>>
    >

const showFields = (a: object): string =>
  `{${leaves(a)
    .map(({ path }) => path.join('.'))
    .join(', ')}}`

