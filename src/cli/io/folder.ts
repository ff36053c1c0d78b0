/**
 * Folders that the command writes to, and what the system says of them.
 */
import { lstat, mkdir, rmdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { quoted } from '../../failure.js'
import { badSetting, codeOf } from '../problem.js'
import type { Problem } from '../problem.js'

/** Does something with a folder that is there, or is made; where that fails, what was made of it is removed. */
export const withFolder =
  (name: string) =>
  <A>(use: TaskEither<Problem, A>): TaskEither<Problem, A> =>
  async () => {
    const fresh: string[] = []
    const done = await pipe(
      TE.tryCatch(
        () => (name === '' ? Promise.reject(coded(NO_NAME)) : made(name, (path) => fresh.unshift(path))),
        (error) => notAFolder(name, error),
      ),
      TE.chain(() => use),
    )()
    // A folder with something in it stays.
    if (E.isLeft(done)) for (const path of fresh) await rmdir(path).catch(() => undefined)
    return done
  }

const notAFolder = (name: string, error: unknown): Problem =>
  badSetting(
    '--out',
    'a folder, or a name for one',
    `${quoted(name)}, which ${existing[codeOf(error)] ?? `fails with ${codeOf(error)}`}`,
  )

/** Our own codes. */
const NO_NAME = 'ENONAME'
const NO_FILES = 'ENOFILES'
const NOWHERE = 'ENOWHERE'

const coded = (code: string): Error => Object.assign(new Error(code), { code })

const existing: Readonly<Record<string, string>> = {
  EEXIST: 'is a file',
  ENOTDIR: 'is inside a file',
  EACCES: 'may not be made',
  EPERM: 'may not be made',
  EROFS: 'may not be made',
  ENAMETOOLONG: 'is too long a name',
  ERR_INVALID_ARG_VALUE: 'cannot be the name of a folder',
  [NO_NAME]: 'is not a name',
  [NO_FILES]: 'may not be made',
  [NOWHERE]: 'is a link to what is not there',
}

/** Makes a folder and those it stands in. Node's own way of it tries for ever where /proc refuses. */
const made = async (path: string, tell: (path: string) => void): Promise<void> => {
  try {
    await mkdir(path)
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await isFolder(path))) return
    if (codeOf(error) !== 'ENOENT') throw error
    const parent = dirname(path)
    if (parent === path || (await isFolder(parent))) throw coded(NO_FILES)
    await made(parent, tell)
    await mkdir(path)
  }
  tell(path)
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  )

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  )

const folderReasons: Readonly<Record<string, string>> = {
  ENOENT: 'a file whose folder does not exist',
  ENOTDIR: 'a file whose folder is a file',
  EACCES: 'a file whose folder may not be written to',
  EPERM: 'a file whose folder may not be written to',
  EROFS: 'a file whose folder may not be written to',
  [NO_FILES]: 'a file whose folder may not be written to',
  ENAMETOOLONG: 'which is too long a name',
  ELOOP: 'which is a link that leads back to itself',
  ERR_INVALID_ARG_VALUE: 'which cannot be the name of a file',
  [NOWHERE]: 'which is a link to what is not there',
}

/** Why a file cannot be written, by the error of the attempt. */
export const writingReason = (error: unknown): string =>
  folderReasons[codeOf(error)] ?? `a file whose folder fails with ${codeOf(error)}`

/** What an attempt to write to a place gives. That something is not there is said of more than a missing folder. */
export const explained = async <A>(name: string, attempt: () => Promise<A>): Promise<A> => {
  try {
    return await attempt()
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    if (await isThere(name)) throw coded(NOWHERE)
    throw (await isFolder(dirname(name))) ? coded(NO_FILES) : error
  }
}
