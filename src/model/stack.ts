/**
 * Layers: one cell that stands on another, as one cell. Its H is the upper cell's.
 *
 *   layers   X_t of the upper cell = H_t of the lower one; the lower one's dH_t = dX_t of the upper one
 *
 * The upper cell reads the hidden units of the lower one at the same step. Its fields carry the prefix `name.`, the
 * lower cell's keep their names; so layers are added one by one, `on(on(first, second, '1'), third, '2')`. As well may
 * two be put together first, and then stand on another.
 */
import type { Kind } from 'fp-ts/HKT'
import type { AnyAxis } from '../algebra/axis.js'
import { defect } from '../algebra/defect.js'
import type { Carrier, Signature, TensorAlgebra } from '../algebra/tensor-algebra.js'
import type { Cell, CellShape } from './cell.js'
import { belowAxis } from './intake.js'
import type { Below, IntakeName } from './intake.js'
import { hiddenAxis } from './parameters.js'
import type { Hidden, Sizes } from './parameters.js'

/** A signature with a prefix before each field's name. */
export type Prefixed<P extends string, S> = { readonly [Field in keyof S & string as `${P}.${Field}`]: S[Field] }

/** The signatures of a cell on another. The lower cell's tape is kept under `P.below.`, since both have an H. */
export type On<C extends CellShape, D extends CellShape, P extends string> = {
  readonly parameters: C['parameters'] & Prefixed<P, D['parameters']> & Signature
  readonly state: C['state'] & Prefixed<P, D['state']> & Signature
  readonly input: C['input']
  readonly tape: Prefixed<`${P}.below`, C['tape']> & D['tape']
  readonly adjoint: C['adjoint'] & Prefixed<P, D['adjoint']> & Signature
}

/**
 * The upper cell on the lower one; both are of the sizes they are asked for.
 *
 * @param name the prefix of the upper cell's fields
 * @throws Defect if a field of either cell begins with the name and a dot, so that it could not be told apart
 */
export const on = <
  F extends Carrier,
  C extends CellShape,
  D extends CellShape,
  I extends IntakeName,
  P extends string,
>(
  { axesOf, rename }: TensorAlgebra<F>,
  lower: Cell<F, C, I>,
  upper: Cell<F, D, 'units'>,
  name: P,
): Cell<F, On<C, D, P>, I> => {
  requireNewName(name, { ...lower.parameterAxes(SMALLEST), ...upper.parameterAxes(SMALLEST) })
  const asBelow = <R extends AnyAxis>(H: Kind<F, [R, Hidden]>): Kind<F, [R, Below]> =>
    rename(H, belowAxis(axesOf(H)[1].size))
  const asHidden = <R extends AnyAxis>(X: Kind<F, [R, Below]>): Kind<F, [R, Hidden]> =>
    rename(X, hiddenAxis(axesOf(X)[1].size))
  /** The upper cell's share of a record, and the lower cell's. */
  const up = (record: object): never => under(`${name}.`, record)
  const low = (record: object): never => notUnder(`${name}.`, record)
  const lowerTape = `${name}.below.`
  const both = (lowers: object, uppers: object): never => ({ ...lowers, ...prefixed(`${name}.`, uppers) }) as never

  return {
    parameterAxes: (sizes) => both(lower.parameterAxes(sizes), upper.parameterAxes(sizes)),
    stateAxes: (sizes, batch) => both(lower.stateAxes(sizes, batch), upper.stateAxes(sizes, batch)),

    project: (parameters, X) => lower.project(low(parameters), X),

    forward: (parameters, state, input) => {
      const first = lower.forward(low(parameters), low(state), input)
      const X = asBelow(outputOf(first.tape))
      const second = upper.forward(up(parameters), up(state), upper.project(up(parameters), X as never))
      return {
        state: both(first.state, second.state),
        tape: { ...second.tape, ...prefixed(lowerTape, first.tape) } as never,
      }
    },

    backward: (parameters, tape, dState, dH) => {
      const second = upper.backward(up(parameters), notUnder(lowerTape, tape), up(dState), dH)
      const dX = asHidden(upper.below(up(parameters), second.dInput))
      const first = lower.backward(low(parameters), under(lowerTape, tape), low(dState), dX)
      return { dState: both(first.dState, second.dState), dInput: both(first.dInput, second.dInput) }
    },

    gradients: (X, tape, dInput) => {
      const first: never = under(lowerTape, tape)
      const ofLower = lower.gradients(X, first, low(dInput))
      const ofUpper = upper.gradients(asBelow(outputOf(first)) as never, notUnder(lowerTape, tape), up(dInput))
      return both(ofLower, ofUpper)
    },

    below: (parameters, dInput) => lower.below(low(parameters), low(dInput)),
  }
}

/** Any sizes do to ask a cell for the names of its fields. */
const SMALLEST: Sizes = { vocabulary: 1, hidden: 1 }

const requireNewName = (name: string, fields: object): void => {
  const taken = Object.keys(fields).find((field) => field.startsWith(`${name}.`))
  if (taken !== undefined) defect('on', `a layer is called ${JSON.stringify(name)} already: there is a field ${taken}`)
}

/** The output that every tape holds. */
const outputOf = (tape: object): never => (tape as { readonly H: never }).H

const prefixed = (prefix: string, record: object): object =>
  Object.fromEntries(entriesOf(record).map(([field, a]) => [prefix + field, a]))

/** The fields under a prefix, without it. Which they are the compiler does not follow; the signatures above say. */
const under = (prefix: string, record: object): never =>
  Object.fromEntries(
    entriesOf(record)
      .filter(([field]) => field.startsWith(prefix))
      .map(([field, a]) => [field.slice(prefix.length), a]),
  ) as never

const notUnder = (prefix: string, record: object): never =>
  Object.fromEntries(entriesOf(record).filter(([field]) => !field.startsWith(prefix))) as never

const entriesOf = (record: object): readonly (readonly [string, unknown])[] => Object.entries(record)
