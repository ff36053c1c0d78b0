/**
 * Defects: mistakes that only a programmer can make (axes of different sizes, an index out of
 * range), thrown where they are found. Mistakes in data are `Failure` values instead.
 */
import { visible } from './quoted.js'

/** A mistake of the program: what was called, and what is wrong with how it was called. */
export class Defect extends Error {
  override readonly name = 'Defect'
  constructor(
    readonly operation: string,
    readonly reason: string,
  ) {
    super(visible(`${operation}: ${reason}`))
  }
}

/** Throws a `Defect` that names the operation. */
export const defect = (operation: string, reason: string): never => {
  throw new Defect(operation, reason)
}
