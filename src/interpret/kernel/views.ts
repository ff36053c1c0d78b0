/**
 * Views by ndarray, worked through by ndarray-ops, in Node, Deno and Bun; by loops elsewhere.
 *
 * Both packages generate code from strings, ndarray-ops at import. They are therefore not imported but required, which
 * fails under a policy against that (`node --disallow-code-generation-from-strings`), in a bundle that leaves them out,
 * and in a browser, which has no `process`: there loops take over.
 */
import type ndarrayOf from 'ndarray'
import type { NdArray } from 'ndarray'
import type opsOf from 'ndarray-ops'
import type { Floats } from './floats.js'
import { loops } from './loops.js'
import type { View, Views } from './view.js'

const byLibrary = (ndarray: typeof ndarrayOf, ops: typeof opsOf): Views => {
  const of = ({ data, shape, stride, offset }: View): NdArray<Floats> => ndarray(data, [...shape], [...stride], offset)
  return {
    matrix: (data, rows, columns) => ndarray(data, [rows, columns]),
    transposed: (data, rows, columns) => ndarray(data, [rows, columns]).transpose(1, 0),
    repeated: (row, rows) => ndarray(row, [rows, row.length], [0, 1]),
    assign: (out, a) => { ops.assign(ndarray(out, [...a.shape]), of(a)) },
    add: (out, a, b) => { ops.add(ndarray(out, [...a.shape]), of(a), of(b)) },
  }
}

/** By the libraries if they can be loaded from here, by loops otherwise. */
const load = (): Views => {
  try {
    const require = process.getBuiltinModule('node:module').createRequire(import.meta.url)
    return byLibrary(require('ndarray') as typeof ndarrayOf, require('ndarray-ops') as typeof opsOf)
  } catch {
    return loops
  }
}

export const views = load()
