/**
 * The loops that fill fresh typed arrays: the only mutation in the project's mathematics.
 *
 * Every function here allocates its result, writes to nothing else, and is pure seen from outside.
 * Where an operand is transposed or broadcast, it is an ndarray view, and the arithmetic is ndarray-ops'.
 * Arrays of one length are worked through by loops of our own: that library looks its loop up by the
 * views' layout at every call, which for small arrays takes longer than the arithmetic. Sums are
 * accumulated in double precision and rounded once, whatever the storage.
 */
import ndarray from 'ndarray'
import type { NdArray } from 'ndarray'
import ops from 'ndarray-ops'
import type { ReadonlyFloatArray, ReadonlyInt32Array } from './readonly-array.js'

/** The typed array that holds an interpreter's numbers. */
export type Storage = Float32ArrayConstructor | Float64ArrayConstructor
type Floats = Float32Array | Float64Array

/** A strided view. ndarray's own types are mutable; nothing here writes through a view of an argument. */
type View = NdArray<Floats>

const mutable = (a: ReadonlyFloatArray): Floats => a as unknown as Floats
const done = (a: Floats): ReadonlyFloatArray => a

/** The rows x columns view of a row-major array. */
export const matrix = (a: ReadonlyFloatArray, rows: number, columns: number): View =>
  ndarray(mutable(a), [rows, columns])

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

export type Unary = 'oneMinus' | 'sqrt' | 'exp' | 'tanh' | 'sigmoid' | 'relu' | 'step'

/** Each writes f(a) to out, entry by entry. */
const unaries: Readonly<Record<Unary, (out: Floats, a: ReadonlyFloatArray) => void>> = {
  oneMinus: (out, a) => { for (let i = 0; i < out.length; i++) out[i] = 1 - a[i] },
  sqrt: (out, a) => { for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(a[i]) },
  exp: (out, a) => { for (let i = 0; i < out.length; i++) out[i] = Math.exp(a[i]) },
  tanh: (out, a) => { for (let i = 0; i < out.length; i++) out[i] = Math.tanh(a[i]) },
  sigmoid: (out, a) => { for (let i = 0; i < out.length; i++) out[i] = 1 / (1 + Math.exp(-a[i])) },
  relu: (out, a) => { for (let i = 0; i < out.length; i++) out[i] = Math.max(a[i], 0) },
  step: (out, a) => { for (let i = 0; i < out.length; i++) out[i] = a[i] > 0 ? 1 : 0 },
}

/** The unary operation on each entry. */
export const unary = (storage: Storage, operation: Unary, a: ReadonlyFloatArray): ReadonlyFloatArray => {
  const out = new storage(a.length)
  unaries[operation](out, a)
  return done(out)
}

/** Every entry c. */
export const fill = (storage: Storage, length: number, c: number): ReadonlyFloatArray =>
  done(new storage(length).fill(c))

/** A copy of the numbers, rounded to the storage's precision. */
export const copy = (storage: Storage, values: ArrayLike<number>): ReadonlyFloatArray => done(storage.from(values))

/** The numbers as a plain array, by a loop: `Array.from` iterates over a typed array, which takes ten times as long. */
export const numbers = (a: ReadonlyFloatArray): readonly number[] => {
  const out = new Array<number>(a.length)
  for (let i = 0; i < out.length; i++) out[i] = a[i]
  return out
}

export const copyIndices = (values: ArrayLike<number>): ReadonlyInt32Array =>
  Int32Array.from(values)

/** The row b added to each row of a, through a view of b whose rows are all the same. */
export const addRow = (
  storage: Storage,
  a: ReadonlyFloatArray,
  b: ReadonlyFloatArray,
  rows: number,
): ReadonlyFloatArray => {
  const shape = [rows, b.length]
  const out = new storage(a.length)
  ops.add(ndarray(out, shape), ndarray(mutable(a), shape), ndarray(mutable(b), shape, [0, 1]))
  return done(out)
}

/** A fresh row-major copy of a view. */
export const materialise = (storage: Storage, a: View): ReadonlyFloatArray => {
  const out = new storage(a.size)
  ops.assign(ndarray(out, a.shape), a)
  return done(out)
}

/** Sums, at the storage's precision. The constructor copies at once what `from` would iterate over. */
const rounded = (storage: Storage, sums: Float64Array): Floats => (storage === Float64Array ? sums : new storage(sums))

export const sumRows = (
  storage: Storage,
  a: ReadonlyFloatArray,
  rows: number,
  columns: number,
): ReadonlyFloatArray => {
  const sums = new Float64Array(columns)
  for (let r = 0, i = 0; r < rows; r++) for (let c = 0; c < columns; c++, i++) sums[c] += a[i]
  return done(rounded(storage, sums))
}

export const sum = (a: ReadonlyFloatArray): number => {
  let total = 0
  for (let i = 0; i < a.length; i++) total += a[i]
  return total
}

/** The largest absolute value, NaN if any entry is. */
export const maxAbs = (a: ReadonlyFloatArray): number => {
  let largest = 0
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]))
  return largest
}

export const logSoftmax = (
  storage: Storage,
  a: ReadonlyFloatArray,
  rows: number,
  columns: number,
): ReadonlyFloatArray => {
  const out = new storage(a.length)
  for (let r = 0; r < rows; r++) {
    const begin = r * columns
    const end = begin + columns
    let largest = -Infinity
    for (let i = begin; i < end; i++) largest = Math.max(largest, a[i])
    let total = 0
    for (let i = begin; i < end; i++) total += Math.exp(a[i] - largest)
    const logTotal = Math.log(total)
    for (let i = begin; i < end; i++) out[i] = a[i] - largest - logTotal
  }
  return done(out)
}

/** The column of each row's largest entry, the lowest on ties. */
export const argmax = (a: ReadonlyFloatArray, rows: number, columns: number): ReadonlyInt32Array => {
  const out = new Int32Array(rows)
  for (let r = 0; r < rows; r++) {
    let best = 0
    for (let c = 1; c < columns; c++) if (a[r * columns + c] > a[r * columns + best]) best = c
    out[r] = best
  }
  return out
}

/** Rows x columns zeros, with a 1 in each row at its index. */
export const dense = (storage: Storage, index: ReadonlyInt32Array, columns: number): ReadonlyFloatArray => {
  const out = new storage(index.length * columns)
  for (let r = 0; r < index.length; r++) out[r * columns + index[r]] = 1
  return done(out)
}

/** Row r of the result is row index[r] of w. */
export const select = (
  storage: Storage,
  index: ReadonlyInt32Array,
  w: ReadonlyFloatArray,
  columns: number,
): ReadonlyFloatArray => {
  const out = new storage(index.length * columns)
  const source = mutable(w)
  for (let r = 0; r < index.length; r++) {
    out.set(source.subarray(index[r] * columns, (index[r] + 1) * columns), r * columns)
  }
  return done(out)
}

/** Row r of a added to row index[r] of `rows` zero rows. */
export const scatterAdd = (
  storage: Storage,
  index: ReadonlyInt32Array,
  a: ReadonlyFloatArray,
  rows: number,
  columns: number,
): ReadonlyFloatArray => {
  const sums = new Float64Array(rows * columns)
  for (let r = 0, i = 0; r < index.length; r++) {
    const begin = index[r] * columns
    for (let c = 0; c < columns; c++, i++) sums[begin + c] += a[i]
  }
  return done(rounded(storage, sums))
}

/** Entry index[r] of each row. */
export const pick = (
  storage: Storage,
  a: ReadonlyFloatArray,
  index: ReadonlyInt32Array,
  columns: number,
): ReadonlyFloatArray => {
  const out = new storage(index.length)
  for (let r = 0; r < index.length; r++) out[r] = a[r * columns + index[r]]
  return done(out)
}

/** A copy of base with source[i] written at place(i), in the order of i. */
export const scatter = (
  storage: Storage,
  base: ReadonlyFloatArray,
  source: ReadonlyFloatArray,
  place: (i: number) => number,
): ReadonlyFloatArray => {
  const out = new storage(mutable(base))
  for (let i = 0; i < source.length; i++) out[place(i)] = source[i]
  return done(out)
}

/** The numbers from begin up to end, without copying: safe because nobody writes. */
export const slice = (a: ReadonlyFloatArray, begin: number, end: number): ReadonlyFloatArray =>
  done(mutable(a).subarray(begin, end))

/** Arrays of one length, one after the other. */
export const concatenate = (storage: Storage, parts: readonly ReadonlyFloatArray[]): ReadonlyFloatArray => {
  const out = new storage(parts.length === 0 ? 0 : parts.length * parts[0].length)
  parts.forEach((part, i) => {
    out.set(mutable(part), i * part.length)
  })
  return done(out)
}

export const concatenateIndices = (parts: readonly ReadonlyInt32Array[]): ReadonlyInt32Array =>
  copyIndices(parts.flatMap((part) => Array.from(part)))

/** Bytes, one part after the other. */
export const concatenateBytes = (parts: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let place = 0
  for (const part of parts) {
    out.set(part, place)
    place += part.length
  }
  return out
}

/** `step` at each of the places, in their order, handing the state on: the last state, and every output. */
export const mapAccum = <S, Y>(
  step: (state: S, place: number) => { readonly state: S; readonly output: Y },
  initial: S,
  places: readonly number[],
): { readonly state: S; readonly outputs: readonly Y[] } => {
  const outputs: Y[] = []
  let state = initial
  for (const place of places) {
    const next = step(state, place)
    state = next.state
    outputs.push(next.output)
  }
  return { state, outputs }
}

/** The rows of a strided matrix, or its columns: what a product multiplies with each other. */
interface Lines {
  readonly data: Floats
  readonly offset: number
  readonly lines: number
  readonly lineStride: number
  readonly depth: number
  readonly depthStride: number
}

const rowsOf = ({ data, offset, shape: [lines, depth], stride: [lineStride, depthStride] }: View): Lines =>
  ({ data, offset, lines, lineStride, depth, depthStride })
const columnsOf = ({ data, offset, shape: [depth, lines], stride: [depthStride, lineStride] }: View): Lines =>
  ({ data, offset, lines, lineStride, depth, depthStride })

/** The product of two strided matrices, M x K and K x N, as a fresh row-major M x N array. */
export const product = (storage: Storage, a: View, b: View): ReadonlyFloatArray => {
  const rows = rowsOf(a)
  const columns = columnsOf(b)
  const fill = isWorthPacking(rows, columns) ? fillByTiles : fillByRows
  const out = new storage(rows.lines * columns.lines)
  fill(storage, out, rows, columns)
  return done(out)
}

/**
 * Packing copies (M + N) K numbers, so that the M N K multiplications go faster: it pays where M N / (M + N), half the
 * harmonic mean of M and N, is large. At 16 both ways were found to take the same time.
 */
const isWorthPacking = ({ lines: M }: Lines, { lines: N }: Lines): boolean => M * N > 16 * (M + N)

/** Each row of A with eight columns of B at a time, both read where they lie. */
const fillByRows = (_: Storage, out: Floats, rows: Lines, columns: Lines): void => {
  for (let m = 0, begin = rows.offset; m < rows.lines; m++, begin += rows.lineStride) {
    fillRow(out, m * columns.lines, rows, begin, columns)
  }
}

const fillRow = (out: Floats, first: number, rows: Lines, begin: number, columns: Lines): void => {
  const { data: A, depth: K, depthStride: toNextA } = rows
  const { data: B, offset, lines: N, lineStride: line, depthStride: toNextB } = columns
  let n = 0
  for (; n + 8 <= N; n += 8) {
    let c0 = 0, c1 = 0, c2 = 0, c3 = 0, c4 = 0, c5 = 0, c6 = 0, c7 = 0
    for (let k = 0, i = begin, j = offset + n * line; k < K; k++, i += toNextA, j += toNextB) {
      const x = A[i]
      c0 += x * B[j]; c1 += x * B[j + line]; c2 += x * B[j + 2 * line]; c3 += x * B[j + 3 * line]
      c4 += x * B[j + 4 * line]; c5 += x * B[j + 5 * line]; c6 += x * B[j + 6 * line]; c7 += x * B[j + 7 * line]
    }
    const o = first + n
    out[o] = c0; out[o + 1] = c1; out[o + 2] = c2; out[o + 3] = c3
    out[o + 4] = c4; out[o + 5] = c5; out[o + 6] = c6; out[o + 7] = c7
  }
  for (; n < N; n++) {
    let c = 0
    for (let k = 0, i = begin, j = offset + n * line; k < K; k++, i += toNextA, j += toNextB) c += A[i] * B[j]
    out[first + n] = c
  }
}

/** The tile of the product that is held in registers. 3 x 4 was the fastest of seven tried (5.8 GFLOP/s). */
const TILE_ROWS = 3
const TILE_COLUMNS = 4

/**
 * The lines, `width` at a time and padded with zeros, so that the product's inner loop reads both operands from
 * consecutive places: a transposed operand costs nothing more.
 */
const pack = (
  storage: Storage,
  { data, offset, lines, lineStride, depth, depthStride }: Lines,
  width: number,
): Floats => {
  const out = new storage(Math.ceil(lines / width) * width * depth)
  for (let first = 0, place = 0; first < lines; first += width) {
    const present = Math.min(width, lines - first)
    for (let k = 0; k < depth; k++, place += width) {
      const from = offset + first * lineStride + k * depthStride
      for (let line = 0; line < present; line++) out[place + line] = data[from + line * lineStride]
    }
  }
  return out
}

/** Tile by tile, both operands packed. */
const fillByTiles = (storage: Storage, out: Floats, rows: Lines, columns: Lines): void => {
  const { lines: M, depth: K } = rows
  const N = columns.lines
  const A = pack(storage, rows, TILE_ROWS)
  const B = pack(storage, columns, TILE_COLUMNS)
  const tile = new Float64Array(TILE_ROWS * TILE_COLUMNS)
  for (let m = 0; m < M; m += TILE_ROWS) {
    const present = Math.min(TILE_ROWS, M - m)
    for (let n = 0; n < N; n += TILE_COLUMNS) {
      const width = Math.min(TILE_COLUMNS, N - n)
      fillTile(tile, A, m * K, B, n * K, K)
      for (let r = 0; r < present; r++) {
        for (let c = 0; c < width; c++) out[(m + r) * N + n + c] = tile[r * TILE_COLUMNS + c]
      }
    }
  }
}

/** tile = the K-term sums of products of three packed lines of A with four packed lines of B. */
const fillTile = (tile: Float64Array, A: Floats, beginA: number, B: Floats, beginB: number, K: number): void => {
  let c00 = 0, c01 = 0, c02 = 0, c03 = 0
  let c10 = 0, c11 = 0, c12 = 0, c13 = 0
  let c20 = 0, c21 = 0, c22 = 0, c23 = 0
  for (let k = 0, i = beginA, j = beginB; k < K; k++, i += TILE_ROWS, j += TILE_COLUMNS) {
    const a0 = A[i], a1 = A[i + 1], a2 = A[i + 2]
    const b0 = B[j], b1 = B[j + 1], b2 = B[j + 2], b3 = B[j + 3]
    c00 += a0 * b0; c01 += a0 * b1; c02 += a0 * b2; c03 += a0 * b3
    c10 += a1 * b0; c11 += a1 * b1; c12 += a1 * b2; c13 += a1 * b3
    c20 += a2 * b0; c21 += a2 * b1; c22 += a2 * b2; c23 += a2 * b3
  }
  tile[0] = c00; tile[1] = c01; tile[2] = c02; tile[3] = c03
  tile[4] = c10; tile[5] = c11; tile[6] = c12; tile[7] = c13
  tile[8] = c20; tile[9] = c21; tile[10] = c22; tile[11] = c23
}
