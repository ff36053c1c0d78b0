/** The laws of what moves parameters, and what they are tried on. */
export * from './clip.js'
export * from './frozen.js'
export * from './optimiser.js'
export type { Descent } from './records.js'
export * from './sgd.js'
