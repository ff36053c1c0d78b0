/**
 * The checksum of a safetensors file, in the file itself: eight hexadecimal digits in its metadata, under the key
 * `crc32`, which is the first of all, so that the digits always stand at the same place.
 *
 *   checksum   CRC-32 of every byte of the file, the eight digits taken as 00000000
 *
 * Source: the CRC of IEEE 802.3 and of zip, with the reflected polynomial EDB88320. In a file of any length it detects
 * every change of a single bit and every burst of up to 32 bits, and misses other damage one time in 2^32. It protects
 * against accidents, not against deliberate changes.
 */
import { concatenateBytes } from '../interpret/kernel/index.js'
import { WORD } from './bytes.js'
import { METADATA } from './header.js'

/** The key under which the checksum stands: it sorts before the model file's other ones. */
export const CHECKSUM = 'crc32'
/** What holds the place of the digits until they are known, and while they are computed. */
export const NO_CHECKSUM = '00000000'

const POLYNOMIAL = 0xedb88320
/** The remainder of each byte alone. */
const table = Int32Array.from({ length: 256 }, (_, byte) =>
  Array.from({ length: 8 }).reduce<number>((rest) => (rest >>> 1) ^ ((rest & 1) * POLYNOMIAL), byte),
)

/** The CRC-32 of bytes, or of all bytes so far, given that of those before. */
const crc32 = (bytes: Uint8Array, before = 0): number =>
  ~bytes.reduce((rest, byte) => (rest >>> 8) ^ table[(rest ^ byte) & 0xff], ~before)

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const ZEROS = encode(NO_CHECKSUM)
const BEFORE = encode(`{"${METADATA}":{"${CHECKSUM}":"`)
const BEGIN = WORD + BEFORE.length
const END = BEGIN + ZEROS.length

/** Whether a file has its checksum where it belongs. */
export const hasPlace = (bytes: Uint8Array): boolean => BEFORE.every((byte, i) => bytes[WORD + i] === byte)

/** The checksum of a file that has a place for it, whatever stands there. */
export const checksumOf = (bytes: Uint8Array): string => {
  const crc = crc32(bytes.subarray(END), crc32(ZEROS, crc32(bytes.subarray(0, BEGIN))))
  return (crc >>> 0).toString(16).padStart(NO_CHECKSUM.length, '0')
}

/** A file that has a place for its checksum, with the checksum in it. */
export const sealed = (bytes: Uint8Array): Uint8Array =>
  concatenateBytes([bytes.subarray(0, BEGIN), encode(checksumOf(bytes)), bytes.subarray(END)])
