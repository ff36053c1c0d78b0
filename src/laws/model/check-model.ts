/**
 * The gradient checker for records of tensors: for a cell or a loss of one's own, and for a whole model.
 *
 * The algebra must be one of double precision, such as `float64`.
 */
import type { Either } from 'fp-ts/lib/Either.js'
import type { Kind } from 'fp-ts/HKT'
import { flatten, unflatten } from '../../algebra/names.js'
import type { Carrier, Concrete, OneHot, Signature, Tensors } from '../../algebra/tensor-algebra.js'
import type { Cell, CellShape } from '../../model/cell.js'
import type { Hidden, Rows, Vocabulary } from '../../model/parameters.js'
import { unrollBackward, unrollForward } from '../../model/unroll.js'
import { checkGradient } from './gradient-check.js'
import type { GradientFailure, GradientReport, Point } from './gradient-check.js'
import type { PlainModel } from './plain-model.js'
import { atPoint, pointOf } from './sample.js'
import type { Sample, Plains } from './sample.js'
import { inner, read, readOneHot, total } from '../plain.js'
import type { Plain, PlainOneHot } from '../plain.js'

/** Right if a gradient agrees with differences, Left if not; `explainGradient` says either in words. */
export type Verdict = Either<GradientFailure, GradientReport>

/** The numbers of a tree of tensors, by their names. */
const numbersOf = <F extends Carrier>(algebra: Concrete<F>, a: object): Point =>
  Object.fromEntries(Object.entries(flatten<F>(a)).map(([name, tensor]) => [name, algebra.toArray(tensor)]))

/** The record of tensors with these axes and numbers. */
const tensorsAt = <F extends Carrier, S extends Signature>(
  algebra: Concrete<F>,
  a: Plains,
  point: Point,
): Tensors<F, S> =>
  Object.fromEntries(
    Object.entries(a).map(([field, { axes }]) => [field, read(algebra, { axes, values: point[field] })]),
  ) as Tensors<F, S>

/** Checks a claimed gradient of a scalar function of a record of tensors. */
export const checkTensors =
  <F extends Carrier, S extends Signature>(algebra: Concrete<F>, f: (at: Tensors<F, S>) => Kind<F, []>) =>
  (at: Plains, claims: Tensors<F, S>): Verdict =>
    checkGradient((point) => algebra.toArray<[]>(f(tensorsAt(algebra, at, point)))[0])(
      pointOf(at),
      numbersOf<F>(algebra, claims),
    )

/** A part of the state, as a field beside the parameters: H_0 for H. */
const before = (field: string): string => `${field}_0`
const renamed = <A>(rename: (field: string) => string, a: Readonly<Record<string, A>>): Readonly<Record<string, A>> =>
  Object.fromEntries(Object.entries(a).map(([field, value]) => [rename(field), value]))

/** The parameters and the state before the first step, as one point. */
export const startOf = ({ parameters, state }: Pick<Sample, 'parameters' | 'state'>): Point => ({
  ...pointOf(parameters),
  ...renamed(before, pointOf(state)),
})

/** The same sample with its parameters and state at that point. */
export const startingAt = <P extends Pick<Sample, 'parameters' | 'state'>>(passage: P, point: Point): P => ({
  ...passage,
  parameters: atPoint(passage.parameters, point),
  state: atPoint(passage.state, Object.fromEntries(Object.keys(passage.state).map((f) => [f, point[before(f)]]))),
})

/** <a, b>, over all fields of two points; NaN where one has an entry that the other has not. */
export const innerPoints = (a: Point, b: Point): number =>
  total(Object.entries(a).flatMap(([field, xs]) => xs.map((x, i) => x * b[field][i])))

/** What the gradients of a passage are the gradients of: loss + <dState, state after the last step>. */
export const objectiveOf =
  (model: PlainModel) =>
  (passage: Sample) =>
  (at: Point): number => {
    const { loss, state } = model.evaluate(startingAt(passage, at))
    return loss + innerPoints(pointOf(passage.dState), pointOf(state))
  }

/** Checks all gradients of a model at a passage, and the adjoint of the state before its first step. */
export const checkModelGradients =
  (model: PlainModel) =>
  (passage: Sample): Verdict => {
    const { gradients, dState } = model.backpropagate(passage)
    const claims = startOf({ parameters: gradients, state: dState })
    return checkGradient(objectiveOf(model)(passage))(startOf(passage), claims)
  }

/** What a cell alone is checked on. */
export interface CellSample {
  readonly parameters: Plains
  readonly state: Plains
  readonly X: PlainOneHot<[Rows, Vocabulary]>
  /** The adjoints that the output layer adds to H, and those of the state after the last step. */
  readonly dH: Plain<[Rows, Hidden]>
  readonly dState: Plains
}

/**
 * Checks the adjoints of a cell along time, without an output layer or a loss: the gradients of
 *
 *   <dH, H> + <dState, state after the last step>
 *
 * in the cell's parameters and the state before the first step.
 */
export const checkCell =
  <F extends Carrier, C extends CellShape>(algebra: Concrete<F>, cell: Cell<F, C>) =>
  (sample: CellSample): Verdict => {
    const X = readOneHot(algebra, sample.X)
    const [rows, { size: vocabulary }] = sample.X.axes
    const sizes = { vocabulary, hidden: sample.dH.axes[1].size }
    const [parameterShape, stateShape] = [cell.parameterAxes(sizes), cell.stateAxes(sizes, rows.inner)]
    const named = (a: Plains) => tensorsAt<F, Signature>(algebra, a, pointOf(a))
    const dH = read(algebra, sample.dH)
    const later = pointOf(sample.dState)
    const run = (at: Pick<Sample, 'parameters' | 'state'>) => {
      const parameters = unflatten<F, C['parameters']>(parameterShape, named(at.parameters))
      const state = unflatten<F, typeof stateShape>(stateShape, named(at.state))
      return { parameters, ...unrollForward(algebra, cell)(parameters, state, cell.project(parameters, X)) }
    }
    const objective = (point: Point): number => {
      const { H, state } = run(startingAt(sample, point))
      return inner<F, [Rows, Hidden]>(algebra, dH, H) + innerPoints(later, numbersOf<F>(algebra, state))
    }
    const { parameters, tape } = run(sample)
    const dState = unflatten<F, typeof stateShape>(stateShape, named(sample.dState))
    const { dState: dFirst, dInputs } = unrollBackward(algebra, cell)(parameters, tape, dState, dH)
    return checkGradient(objective)(startOf(sample), {
      ...numbersOf<F>(algebra, cell.gradients(X, tape, dInputs)),
      ...renamed(before, numbersOf<F>(algebra, dFirst)),
    })
  }

/** A loss of T*N rows of scores: the mean and its tape beside the adjoint of the scores. */
export interface Loss<F extends Carrier, Tape> {
  readonly forward: (
    O: Kind<F, [Rows, Vocabulary]>,
    Y: OneHot<F, [Rows, Vocabulary]>,
  ) => { readonly loss: Kind<F, []>; readonly tape: Tape }
  readonly backward: (tape: Tape, Y: OneHot<F, [Rows, Vocabulary]>) => Kind<F, [Rows, Vocabulary]>
}

/** Scores and the labels they are scores of. */
export interface Scored {
  readonly O: Plain<[Rows, Vocabulary]>
  readonly Y: PlainOneHot<[Rows, Vocabulary]>
}

/** Checks the adjoint of a loss in its scores. */
export const checkLoss =
  <F extends Carrier, Tape>(algebra: Concrete<F>, { forward, backward }: Loss<F, Tape>) =>
  ({ O, Y }: Scored): Verdict => {
    const labels = readOneHot(algebra, Y)
    type Scores = { readonly O: [Rows, Vocabulary] }
    return checkTensors<F, Scores>(algebra, (at) => forward(at.O, labels).loss)(
      { O },
      { O: backward(forward(read(algebra, O), labels).tape, labels) },
    )
  }
