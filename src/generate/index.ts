/** How a trained model writes: decoding, prediction. */
export * from './decoding.js'
export * from './greedy-loop.js'
export * from './prediction.js'
