/** Axes, records of tensors, and the type class that every equation is written against. */
export * from './axis.js'
export { Defect } from './defect.js'
export type * from './tensor-algebra.js'
export * from './tensors.js'
