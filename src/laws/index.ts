/** Laws as predicates, for anybody's test framework and anybody's implementation. */
export * from './algebra.js'
export * from './equations.js'
export * from './law.js'
export * from './learning.js'
export * from './plain.js'
export * from './text.js'
