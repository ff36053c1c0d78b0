/**
 * The loops that fill fresh typed arrays: the only mutation in the project's mathematics.
 *
 * Every function here allocates its result, writes to nothing else, and is pure seen from outside.
 * Where an operand is transposed or broadcast, it is an ndarray view, and the arithmetic is ndarray-ops' (views.ts says
 * where it is not). Arrays of one length are worked through by loops of our own: that library looks its loop up by the
 * views' layout at every call, which for small arrays takes longer than the arithmetic. Sums are
 * accumulated in double precision and rounded once, whatever the storage. Large products are a WebAssembly module's,
 * where there is one: product-loops.ts says what they are, and the module gives the same bits.
 */
export * from './elementwise.js'
export type { Storage } from './floats.js'
export * from './layout.js'
export * from './one-hot.js'
export * from './product.js'
export * from './rows.js'
export * from './scan.js'
