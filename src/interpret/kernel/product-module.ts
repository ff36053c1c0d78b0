/**
 * The product of two matrices by a WebAssembly module, two doubles at a time: product.wat, of which product-bytes.ts
 * has the bytes. Its numbers are those of the loops, bit for bit: the same products are rounded to doubles, and added
 * up in the same order. Only which of the NaNs a NaN is may differ.
 *
 * The module is compiled when it is first asked for, synchronously: under 4 kB, as here, even a browser's page may do
 * that. Where it fails, for want of WebAssembly or of its vectors, or by a policy, loops do the work.
 */
import type { Floats, Storage } from './floats.js'
import type { Lines } from './lines.js'
import { bytes } from './product-bytes.js'

/** What is used of WebAssembly, which TypeScript declares only together with the DOM. */
export interface Platform {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}
declare const WebAssembly: Platform

interface Memory {
  readonly buffer: ArrayBuffer
  readonly grow: (pages: number) => number
}
type Pack = (from: number, line: number, step: number, to: number, depth: number, end: number) => void

/** An instance of the module. Its memory is scratch: each product writes whatever it reads. */
export interface ProductModule {
  readonly memory: Memory
  readonly pack32: Pack
  readonly pack64: Pack
  readonly product: (a: number, b: number, end: number, c: number, K: number, row: number, isDouble: number) => void
}

/** A new instance; nothing where the platform has no WebAssembly, or refuses it. */
export const instantiate = (platform: () => Platform): ProductModule | undefined => {
  try {
    const { Module, Instance } = platform()
    const binary = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0))
    return new Instance(new Module(binary)).exports as ProductModule
  } catch {
    return undefined
  }
}

let instance: ProductModule | undefined
let isLoaded = false

/** The instance that all products share, if there is one. It is made once. */
export const loaded = (): ProductModule | undefined => {
  if (!isLoaded) instance = instantiate(() => WebAssembly)
  isLoaded = true
  return instance
}

const PAGE = 65_536

/** Whether the memory has so many bytes, or could be given them: it keeps them, and takes no more than 64 MiB. */
const hasRoom = ({ memory }: ProductModule, need: number): boolean => {
  const lack = Math.ceil((need - memory.buffer.byteLength) / PAGE)
  if (lack <= 0) return true
  try {
    memory.grow(lack)
    return true
  } catch {
    return false
  }
}

/** Lines in a panel. */
const WIDTH = 4
const toPanels = (lines: number): number => Math.ceil(lines / WIDTH) * WIDTH
const BYTES_OF_DOUBLE = 8

/** Bytes that packing reads: the numbers, and behind them what a panel that is not full reads. */
const bytesRead = ({ data, lineStride }: Lines): number =>
  (data.length + (WIDTH - 1) * lineStride) * data.BYTES_PER_ELEMENT

/** The product as a fresh row-major M x N array; nothing without a module, or where the numbers are too many for it. */
export const productByModule = (
  module: ProductModule | undefined,
  storage: Storage,
  rows: Lines,
  columns: Lines,
): Floats | undefined => {
  const { lines: M, depth: K } = rows
  const { lines: N } = columns
  if (M * N * K === 0) return new storage(M * N)
  // A packed, B packed, and then C, where either lies unpacked before.
  const b = toPanels(M) * K * BYTES_OF_DOUBLE
  const c = b + toPanels(N) * K * BYTES_OF_DOUBLE
  const bytesWritten = (toPanels(M) * N + WIDTH) * storage.BYTES_PER_ELEMENT
  const need = c + Math.max(bytesWritten, bytesRead(rows), bytesRead(columns))
  if (module === undefined || !hasRoom(module, need)) return undefined
  pack(module, rows, c, 0, b)
  pack(module, columns, c, b, c)
  module.product(0, b, c, c, K, N * storage.BYTES_PER_ELEMENT, storage === Float64Array ? 1 : 0)
  return new storage(module.memory.buffer, c, M * N).slice()
}

/** Lays the numbers down unpacked, and packs them from `to` up to `end`. */
const pack = (module: ProductModule, its: Lines, unpacked: number, to: number, end: number): void => {
  const { data, offset, lineStride, depth, depthStride } = its
  const { BYTES_PER_ELEMENT: size } = data
  const isDouble = data instanceof Float64Array
  const room = isDouble ? Float64Array : Float32Array
  new room(module.memory.buffer, unpacked, data.length).set(data)
  const from = unpacked + offset * size
  const packLines = isDouble ? module.pack64 : module.pack32
  packLines(from, lineStride * size, depthStride * size, to, depth, end)
}
