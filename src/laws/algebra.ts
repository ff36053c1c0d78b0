/** The laws of a tensor algebra, by what they are about. Each list says which samples it is meant for. */
export * from './adjoints.js'
export * from './elementwise.js'
export * from './layout.js'
export * from './log-softmax.js'
export * from './products.js'
export * from './recurrence.js'
export * from './scattering.js'
export * from './selection.js'
