/** Laws as predicates, for anybody's test framework and anybody's implementation. */
export * from './algebra/index.js'
export * from './model/index.js'
export * from './law.js'
export * from './train/index.js'
export * from './plain.js'
export * from './data/index.js'
