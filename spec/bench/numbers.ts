/**
 * The numbers that everybody computes with: a hash of their place, so that baseline.py makes the same ones.
 */
import { DEVIATION, MINIBATCHES } from './tasks.js'
import type { Size } from './tasks.js'

/** The finaliser `lowbias32` of 32-bit hashes (Wellons, 2018). */
const hash = (x: number): number => {
  const a = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  const b = Math.imul(a ^ (a >>> 15), 0x846ca68b)
  return (b ^ (b >>> 16)) >>> 0
}

/** `count` numbers, as if uniform from 0 to 1, different for each stream. */
export const uniforms = (stream: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => hash(Math.imul(stream, 0x9e3779b9) + i) / 2 ** 32)

/** Numbers of mean 0 and this deviation. */
export const centred = (stream: number, count: number, deviation: number): readonly number[] =>
  uniforms(stream, count).map((u) => (u - 0.5) * Math.sqrt(12) * deviation)

/** The streams of the parameters that are not zero at first. */
const STREAMS: Readonly<Record<string, number>> = { W_xh: 1, W_hh: 2, W_hq: 3 }
const FIRST_MINIBATCH_STREAM = 16

/** The entries of a parameter: weights of the stated deviation, biases zero. */
export const parameter = (field: string, count: number): readonly number[] =>
  field in STREAMS ? centred(STREAMS[field], count, DEVIATION) : Array.from({ length: count }, () => 0)

/** The minibatches that go round, as a sampler gives them. */
export const minibatches = ({ V, N, T }: Size) =>
  Array.from({ length: MINIBATCHES }, (_, i) => {
    const characters = (stream: number) => uniforms(stream, T * N).map((u) => Math.floor(u * V))
    const stream = FIRST_MINIBATCH_STREAM + 2 * i
    return { batch: N, steps: T, reset: true, inputs: characters(stream), labels: characters(stream + 1) }
  })
