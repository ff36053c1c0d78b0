/** Axes, records of tensors, and the type class that every equation is written against. */
export * from './axis.js'
export { Defect } from './defect.js'
export type * from './tensor-algebra.js'
export * from './names.js'
export {
  fields,
  foldTensors,
  leaves,
  mapTensors,
  mergeTensors,
  splitTensors,
  tensorsOf,
  zipTensors,
} from './tensors.js'
export type { Leaf, Path } from './tensors.js'
