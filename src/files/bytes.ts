/**
 * Numbers as bytes, the lowest byte first, whatever the machine's own order.
 *
 * Bytes are copied, never computed with, so that -0, subnormals and the payload of a NaN stay as they are.
 */

const lowestFirst = new Uint8Array(Int32Array.of(1).buffer)[0] === 1

/** The same numbers of `width` bytes each, with the bytes of each in reverse order. */
export const reversed = (bytes: Uint8Array, width: number): Uint8Array =>
  Uint8Array.from(bytes, (_, i) => bytes[i - 2 * (i % width) + width - 1])

const inFileOrder = (bytes: Uint8Array): Uint8Array =>
  lowestFirst ? bytes : reversed(bytes, Float32Array.BYTES_PER_ELEMENT)

/** The bytes of an array. They may be the array's own: nobody writes them. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  inFileOrder(new Uint8Array(buffer, byteOffset, byteLength))

/** A fresh array of the numbers whose bytes these are, wherever in memory they begin. */
export const numbersOf = (bytes: Uint8Array): Float32Array =>
  new Float32Array(inFileOrder(new Uint8Array(bytes)).buffer)

/** The bytes that a length takes at the beginning of a file. */
export const WORD = 8

/** A whole number from 0 up as eight bytes. */
export const bytesOfLength = (length: number): Uint8Array =>
  Uint8Array.from({ length: WORD }, (_, i) => Math.floor(length / 256 ** i) % 256)

/** The whole number of the first eight bytes; above 2^53 the nearest that a number can be. */
export const lengthOf = (bytes: Uint8Array): number =>
  bytes.subarray(0, WORD).reduce((length, byte, i) => length + byte * 256 ** i, 0)
