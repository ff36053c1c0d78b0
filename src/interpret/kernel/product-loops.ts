/**
 * The product of two matrices by loops: what a product is. The module that may be asked instead gives the same bits.
 */
import type { Floats, Storage } from './floats.js'
import type { Lines } from './lines.js'

/** The product of M rows and N columns, as a fresh row-major M x N array. */
export const productByLoops = (storage: Storage, rows: Lines, columns: Lines): Floats => {
  const fill = isWorthPacking(rows, columns) ? fillByTiles : fillByRows
  const out = new storage(rows.lines * columns.lines)
  fill(storage, out, rows, columns)
  return out
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
