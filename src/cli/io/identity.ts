/**
 * Which file it is, by whatever name or link.
 */
import { fstat } from 'node:fs'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'

/** The device and number of a file, given its path or the number it is open under; undefined where there is none. */
export const identityOf = async (file: string | number): Promise<string | undefined> => {
  try {
    const bigint = { bigint: true } as const
    const { dev, ino } = await (typeof file === 'number' ? promisify(fstat)(file, bigint) : stat(file, bigint))
    return `${String(dev)}:${String(ino)}`
  } catch {
    return undefined
  }
}
