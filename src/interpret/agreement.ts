/**
 * What every operation on numbers checks of its operands: that they have the axes it speaks of, and that
 * these agree in name and size. A defect names the operation and what it was given.
 */
import { defect } from '../algebra/defect.js'
import { sameAxes, sameAxis, showAxes } from '../algebra/axis.js'
import type { Axes } from '../algebra/axis.js'

export { isProduct } from '../algebra/axis.js'

/** All axes but the last. */
export const leading = (axes: Axes): Axes => axes.slice(0, -1)

interface Operand {
  readonly axes: Axes
}

/** Each operand has this many axes: 0 for a scalar, 1 for a vector, 2 for a matrix. */
export const requireRank = (operation: string, rank: number, ...operands: readonly Operand[]): void => {
  const odd = operands.find(({ axes }) => axes.length !== rank)
  if (odd !== undefined) {
    defect(operation, `an operand of ${axesCounted(rank)} is needed, and ${showAxes(odd.axes)} came`)
  }
}

/** The operand has this many axes or more. */
export const requireRankFrom = (operation: string, least: number, { axes }: Operand): void => {
  if (axes.length < least) {
    defect(operation, `an operand of ${axesCounted(least)} or more is needed, and ${showAxes(axes)} came`)
  }
}

/** The operands have the same axes. */
export const requireSame = (operation: string, a: Operand, b: Operand): void => {
  if (!sameAxes(a.axes, b.axes)) {
    defect(operation, `both operands need the same axes, and have ${showAxes(a.axes)} and ${showAxes(b.axes)}`)
  }
}

/** Axis i of one operand is axis j of the other. */
export const requireMatch = (operation: string, a: Operand, i: number, b: Operand, j: number): void => {
  if (!sameAxis(a.axes[i], b.axes[j])) {
    defect(
      operation,
      `axis ${String(i)} of ${showAxes(a.axes)} must be axis ${String(j)} of ${showAxes(b.axes)}, in name and size`,
    )
  }
}

/** Two records have the same fields, of the same axes: what a step hands on is what it was handed. */
export const requireSameRecord = (
  operation: string,
  a: Readonly<Record<string, Operand>>,
  b: Readonly<Record<string, Operand>>,
): void => {
  const [these, those] = [Object.keys(a), Object.keys(b)]
  if (these.length !== those.length || !these.every((field) => Object.hasOwn(b, field))) {
    defect(operation, `each step must give the same fields, and they are {${these.join(', ')}} and {${those.join(', ')}}`)
  }
  these.forEach((field) => {
    if (!sameAxes(a[field].axes, b[field].axes)) {
      const [first, second] = [showAxes(a[field].axes), showAxes(b[field].axes)]
      defect(operation, `${field} must have the same axes at each step, and has ${first} and ${second}`)
    }
  })
}

const axesCounted = (count: number): string => `${String(count)} ${count === 1 ? 'axis' : 'axes'}`
