/** What the adapters in JavaScript share: lines of JSON in and out, and nested lists. */
import { createInterface } from 'node:readline'

/**
 * Answers questions until there are no more; what it can do is what there are answers for.
 *
 * @param description what it says of itself
 * @param answers a function for each question, which may take its time
 */
export const speak = async (description, answers) => {
  const hello = () => ({ ...description, can: Object.keys(answers) })
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, ask, ...question } = JSON.parse(line)
    const answer = ask === 'hello' ? hello() : await answers[ask](question)
    process.stdout.write(`${JSON.stringify({ id, ...answer })}\n`)
  }
}

export const transposed = (matrix) => matrix[0].map((_, j) => matrix.map((row) => row[j]))

/** Matrices side by side: [input, output] each, as the gates of one matrix. */
export const beside = (matrices) => matrices[0].map((_, i) => matrices.flatMap((matrix) => matrix[i]))

/** A matrix cut into so many of one width. */
export const cut = (matrix, count) =>
  Array.from({ length: count }, (_, k) => {
    const width = matrix[0].length / count
    return matrix.map((row) => row.slice(k * width, (k + 1) * width))
  })

/** Rows of numbers of a flat array. */
export const rowsOf = (flat, width) =>
  Array.from({ length: flat.length / width }, (_, i) => Array.from(flat.slice(i * width, (i + 1) * width)))

export const oneHot = (X, V) => X.map((row) => row.map((x) => Array.from({ length: V }, (_, v) => (v === x ? 1 : 0))))

/** The record of a function of each field, and its name. */
export const mapRecord = (record, f) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]))
