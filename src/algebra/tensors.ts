/**
 * Records of tensors, field by field: what is meant by "all parameters together".
 *
 * TypeScript cannot express that a function acts on `Kind<F, A>` for whatever axes a field has and
 * keep the record's type, so the casts of such functions stand here and nowhere else.
 */
import type { Kind } from 'fp-ts/HKT'
import type { AnyAxis, Axes, Product } from './axis.js'
import { defect } from './defect.js'
import type { Along, Carrier, Layout, Signature, Tensors } from './tensor-algebra.js'

/** The fields' names. Their order is the record's own. */
export const fields = <F extends Carrier, S extends Signature>(a: Tensors<F, S>): readonly (keyof S & string)[] =>
  Object.keys(a)

/** The record with f applied to every field; f may change the interpreter or the axes. */
export const mapTensors =
  <F extends Carrier, G extends Carrier = F>(f: <A extends Axes>(a: Kind<F, A>, field: string) => Kind<G, A>) =>
  <S extends Signature>(a: Tensors<F, S>): Tensors<G, S> =>
    Object.fromEntries(fields(a).map((field) => [field, f(a[field], field)])) as Tensors<G, S>

/** The record of f(a, b), field by field; records with different fields are a defect. */
export const zipTensors =
  <F extends Carrier>(f: <A extends Axes>(a: Kind<F, A>, b: Kind<F, A>) => Kind<F, A>) =>
  <S extends Signature>(a: Tensors<F, S>, b: Tensors<F, S>): Tensors<F, S> =>
    sameFields(a, b)
      ? (Object.fromEntries(fields(a).map((field) => [field, f(a[field], b[field])])) as Tensors<F, S>)
      : defect('zipTensors', `the fields must be the same, and are ${showFields(a)} and ${showFields(b)}`)

/** The fields folded from the first to the last. */
export const foldTensors =
  <F extends Carrier, B>(initial: B, f: <A extends Axes>(accumulated: B, a: Kind<F, A>, field: string) => B) =>
  <S extends Signature>(a: Tensors<F, S>): B =>
    fields(a).reduce<B>((accumulated, field) => f(accumulated, a[field] as never, field), initial)

/** Each field's two leading axes as one. */
export const mergeTensors =
  <F extends Carrier>(algebra: Layout<F>) =>
  <R extends AnyAxis, B extends AnyAxis, S extends Signature>(
    a: Tensors<F, Along<R, Along<B, S>>>,
  ): Tensors<F, Along<Product<R, B>, S>> =>
    mapTensors<F>(algebra.merge as never)(a as Tensors<F, Signature>) as unknown as Tensors<F, Along<Product<R, B>, S>>

/** Each field's leading product axis as the two that made it. */
export const splitTensors =
  <F extends Carrier>(algebra: Layout<F>) =>
  <R extends AnyAxis, B extends AnyAxis, S extends Signature>(
    a: Tensors<F, Along<Product<R, B>, S>>,
  ): Tensors<F, Along<R, Along<B, S>>> =>
    mapTensors<F>(algebra.split as never)(a as Tensors<F, Signature>) as unknown as Tensors<F, Along<R, Along<B, S>>>

const sameFields = (a: object, b: object): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.keys(a).every((field) => Object.hasOwn(b, field))

const showFields = (a: object): string => `{${Object.keys(a).join(', ')}}`
