/**
 * The flat names of a tree's tensors: what files and graphs call them.
 *
 *   W_xh, b_h, W_hq     the fields of a plain cell and of the output layer, as they are
 *   W_xr, W_hr, b_r     the fields `W_x`, `W_h`, `b` of the gate r
 *   1.W_xh              the layer 1; layer 0 has no number
 *   b_ih, b_hh          the two biases where there are two; those of the gate r are b_ir and b_hr
 *   1.m.W_hh            any other tree, field by field
 *
 * Names are made from paths here, and never parsed: a tree is filled by looking up the name of each of its places.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axes } from './axis.js'
import { defect } from './defect.js'
import type { Carrier, Tensors } from './tensor-algebra.js'
import { axesLeaves, leaves, replaceAxes, replaceTensors } from './tensors.js'
import type { Leaf, Path } from './tensors.js'

/** The first of two biases is named after the input. */
const biasName = (field: string, beside: object): string =>
  field === 'b' && 'b_h' in beside ? 'b_i' : field === 'b_h' && 'b_hh' in beside ? 'b_ih' : field

const words = ([first, second, ...rest]: Path): readonly string[] =>
  first === undefined
    ? []
    : first === 'layers' && second !== undefined
      ? [...(second === '0' ? [] : [second]), ...words(rest)]
      : first === 'gates' && rest.length === 1
        ? [joined(rest[0], second)]
        : [first, ...words([...(second === undefined ? [] : [second]), ...rest])]

/** `W_xr` for W_x of the gate r, `b_r` for its b. */
const joined = (field: string, gate: string): string => (field.includes('_') ? field + gate : `${field}_${gate}`)

const nameOf = ({ path, parent }: Leaf<unknown>): string =>
  words([...path.slice(0, -1), biasName(path[path.length - 1], parent)]).join('.')

/** A record of tensors by their flat names. */
export type Named<F extends Carrier> = Readonly<Record<string, Kind<F, Axes>>>

/** The tensors of a tree by their flat names, in the order of the fields. */
export const flatten = <F extends Carrier>(tree: object): Named<F> =>
  Object.fromEntries(leaves<F>(tree).map((leaf) => [nameOf(leaf), leaf.value]))

/** The axes of a tree's places by their flat names. */
export const flatAxes = (shape: object): Readonly<Record<string, Axes>> =>
  Object.fromEntries(axesLeaves(shape).map((leaf) => [nameOf(leaf), leaf.value]))

const at = <F extends Carrier>(record: Named<F>, name: string): Kind<F, Axes> =>
  Object.hasOwn(record, name)
    ? record[name]
    : defect('unflatten', `expected a tensor called ${name}, got only ${Object.keys(record).join(', ') || 'none'}`)

/** The tree of this shape with the tensors of the record: the inverse of `flatten`. A name that lacks is a defect. */
export const unflatten = <F extends Carrier, S>(shape: S, record: Named<F>): Tensors<F, S> =>
  replaceAxes((leaf) => at(record, nameOf(leaf)))(shape as object) as Tensors<F, S>

/** The same, shaped as a tree of tensors, of any interpreter, is. */
export const unflattenLike = <F extends Carrier, T extends object>(tree: object, record: Named<F>): T =>
  replaceTensors((leaf) => at(record, nameOf(leaf)))(tree) as T
