/**
 * Views worked through by loops, where ndarray is not: outside of Node, and where a policy forbids generating code from
 * strings, which that library does at import.
 */
import type { Views } from './view.js'

export const loops: Views = {
  matrix: (data, rows, columns) => ({ data, offset: 0, shape: [rows, columns], stride: [columns, 1] }),
  transposed: (data, rows, columns) => ({ data, offset: 0, shape: [columns, rows], stride: [1, columns] }),
  repeated: (data, rows) => ({ data, offset: 0, shape: [rows, data.length], stride: [0, 1] }),
  assign: (out, { data, offset, shape: [rows, columns], stride: [down, right] }) => {
    for (let r = 0, i = 0; r < rows; r++) {
      for (let c = 0, j = offset + r * down; c < columns; c++, i++, j += right) out[i] = data[j]
    }
  },
  add: (out, a, b) => {
    const { data: A, shape: [rows, columns], stride: [downA, rightA] } = a
    const { data: B, stride: [downB, rightB] } = b
    for (let r = 0, i = 0; r < rows; r++) {
      for (let c = 0, j = a.offset + r * downA, k = b.offset + r * downB; c < columns; c++, j += rightA, k += rightB) {
        out[i++] = A[j] + B[k]
      }
    }
  },
}
