/**
 * Arithmetic entry by entry, on arrays of one length.
 */
import type { ReadonlyFloatArray } from '../readonly-array.js'
import { done } from './floats.js'
import type { Floats, Storage } from './floats.js'

export type Binary = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max'

/** Each writes a op b to out, entry by entry. Written out, since a loop that calls back is several times slower. */
const binaries: Readonly<Record<Binary, (out: Floats, a: ReadonlyFloatArray, b: ReadonlyFloatArray) => void>> = {
  add: (out, a, b) => { for (let i = 0; i < out.length; i++) out[i] = a[i] + b[i] },
  sub: (out, a, b) => { for (let i = 0; i < out.length; i++) out[i] = a[i] - b[i] },
  mul: (out, a, b) => { for (let i = 0; i < out.length; i++) out[i] = a[i] * b[i] },
  div: (out, a, b) => { for (let i = 0; i < out.length; i++) out[i] = a[i] / b[i] },
  min: (out, a, b) => { for (let i = 0; i < out.length; i++) out[i] = Math.min(a[i], b[i]) },
  max: (out, a, b) => { for (let i = 0; i < out.length; i++) out[i] = Math.max(a[i], b[i]) },
}

/** The binary operation on arrays of one length. */
export const binary = (
  storage: Storage,
  operation: Binary,
  a: ReadonlyFloatArray,
  b: ReadonlyFloatArray,
): ReadonlyFloatArray => {
  const out = new storage(a.length)
  binaries[operation](out, a, b)
  return done(out)
}

/** c a */
export const scale = (storage: Storage, c: number, a: ReadonlyFloatArray): ReadonlyFloatArray => {
  const out = new storage(a.length)
  for (let i = 0; i < out.length; i++) out[i] = c * a[i]
  return done(out)
}

export type Unary = 'oneMinus' | 'sqrt' | 'exp' | 'tanh' | 'sigmoid' | 'relu' | 'heaviside'

/** Each writes f(a) to out, entry by entry. */
const unaries: Readonly<Record<Unary, (out: Floats, a: ReadonlyFloatArray) => void>> = {
  oneMinus: (out, a) => { for (let i = 0; i < out.length; i++) out[i] = 1 - a[i] },
  sqrt: (out, a) => { for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(a[i]) },
  exp: (out, a) => { for (let i = 0; i < out.length; i++) out[i] = Math.exp(a[i]) },
  tanh: (out, a) => { for (let i = 0; i < out.length; i++) out[i] = Math.tanh(a[i]) },
  sigmoid: (out, a) => { for (let i = 0; i < out.length; i++) out[i] = 1 / (1 + Math.exp(-a[i])) },
  relu: (out, a) => { for (let i = 0; i < out.length; i++) out[i] = Math.max(a[i], 0) },
  heaviside: (out, a) => { for (let i = 0; i < out.length; i++) out[i] = a[i] > 0 ? 1 : 0 },
}

/** The unary operation on each entry. */
export const unary = (storage: Storage, operation: Unary, a: ReadonlyFloatArray): ReadonlyFloatArray => {
  const out = new storage(a.length)
  unaries[operation](out, a)
  return done(out)
}
