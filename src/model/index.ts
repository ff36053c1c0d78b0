/** The equations of the model, for any algebra. */
export * from './activation.js'
export type * from './cell.js'
export * from './loss.js'
export * from './model.js'
export * from './output.js'
export * from './parameters.js'
export * from './rnn.js'
export * from './unroll.js'
