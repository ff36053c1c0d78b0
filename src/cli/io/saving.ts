/**
 * Saving: a name always stands for a whole file, and files that belong together are all saved, or none.
 */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, link, open, rename, rm, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { quoted } from '../../failure.js'
import { codeOf } from '../problem.js'
import type { Problem } from '../problem.js'

/** Where a file can be saved: its place if it is a link. */
export interface OutputPath {
  /** As it was given, for messages. */
  readonly name: string
  readonly path: string
}

/** A file that is not there yet, and is no link to another. */
export const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0)

/** Nobody can put something there beforehand. */
export const randomName = (): string => randomBytes(8).toString('hex')

/** The temporary file beside a place: the process's id in it tells whether it is still being written. */
export const temporaryFor = (path: string, random: string): string =>
  join(dirname(path), `.${basename(path)}.${String(process.pid)}-${random}.tmp`)

/** What its name ends in, after the name of the place. */
export const TEMPORARY = /^(\d+)-[0-9a-f]{16}\.tmp$/

/** What saving asks of the system. */
export interface FileSystem {
  readonly open: (path: string, flags: string | number, mode?: number) => Promise<SavedFile>
  readonly rename: (from: string, to: string) => Promise<void>
  readonly remove: (path: string) => Promise<void>
  /** Gives a file a second name that is free, or copies it where there are no such names; false where there is none. */
  readonly keep: (path: string, as: string) => Promise<boolean>
  /** The permissions of a file; undefined where there is none. */
  readonly modeOf: (path: string) => Promise<number | undefined>
  readonly randomName: () => string
}

export type SavedFile = Pick<FileHandle, 'chmod' | 'close' | 'sync' | 'writeFile'>

const PERMISSIONS = 0o777
/** What a new file may be at most; the process's mask takes from it. */
const NEW_FILE = 0o666

export const fileSystem: FileSystem = {
  open,
  rename,
  remove: rm,
  keep: async (path, as) => {
    try {
      await link(path, as).catch((error: unknown) =>
        codeOf(error) === 'ENOENT' ? Promise.reject(error as Error) : copyFile(path, as, constants.COPYFILE_EXCL),
      )
      return true
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false
      throw error
    }
  },
  modeOf: (path) =>
    stat(path).then(
      ({ mode }) => mode & PERMISSIONS,
      () => undefined,
    ),
  randomName,
}

/** A place, and what is to stand there. */
export interface Content {
  readonly place: OutputPath
  readonly bytes: Uint8Array
}

/**
 * Saves a file in one step: it is written beside its place, brought to the disk, and then given its name, so that
 * a program that opens that name finds the last file whole at any moment. The permissions are those of the last file.
 */
export const save = (place: OutputPath, bytes: Uint8Array, files?: FileSystem): TaskEither<Problem, void> =>
  saveAll([{ place, bytes }], files)

/**
 * Saves files, all or none: each is on the disk before the first is given its name, and where one cannot be given its
 * name, those before it give way to what was there. A process that is killed in between leaves some new and some old.
 */
export const saveAll =
  (contents: readonly Content[], files: FileSystem = fileSystem): TaskEither<Problem, void> =>
  async () => {
    const all = contents.map((content) => ({ ...content, ...namesBeside(content.place, files) }))
    const [written, kept, named] = [new Set<string>(), new Set<string>(), new Set<(typeof all)[number]>()]
    let now = all[0]
    try {
      for (now of all) await write(now, files, () => written.add(now.temporary))
      for (now of all.slice(0, -1)) if (await files.keep(now.place.path, now.last)) kept.add(now.last)
      for (now of all) {
        await files.rename(now.temporary, now.place.path)
        named.add(now)
        written.delete(now.temporary)
      }
    } catch (error) {
      for (const { place, last } of named) {
        await (kept.delete(last) ? files.rename(last, place.path) : files.remove(place.path)).catch(() => undefined)
      }
      await removeAll([...written, ...kept], files)
      return E.left(unsaved(now.place, error))
    }
    await removeAll([...kept], files)
    const folders = new Set(all.map(({ place }) => dirname(place.path)))
    for (const path of folders) await syncFolder(path, files).catch(() => undefined)
    return E.right(undefined)
  }

/** Names beside a place: of the file before it has its name, and of the last file until all have theirs. */
const namesBeside = ({ path }: OutputPath, { randomName: random }: FileSystem) => ({
  temporary: temporaryFor(path, random()),
  last: temporaryFor(path, random()),
})

/** Writes a file under its temporary name, and tells as soon as there is something under it. */
const write = async (
  { place, bytes, temporary }: Content & { readonly temporary: string },
  files: FileSystem,
  begun: () => void,
): Promise<void> => {
  const mode = await files.modeOf(place.path)
  const file = await files.open(temporary, CREATE, mode ?? NEW_FILE)
  begun()
  await closing(file, async () => {
    if (mode !== undefined) await file.chmod(mode)
    await file.writeFile(bytes)
    await file.sync()
  })
}

const removeAll = async (paths: readonly string[], files: FileSystem): Promise<void> => {
  for (const path of paths) await files.remove(path).catch(() => undefined)
}

const unsaved = ({ name }: OutputPath, error: unknown): Problem => ({
  message: `the model could not be saved as ${quoted(name)} (${codeOf(error)}): make room, or choose another place`,
  exitCode: 1,
})

/** The new name too is brought to the disk, where the system can. */
const syncFolder = async (path: string, { open: opened }: FileSystem): Promise<void> => {
  const file = await opened(path, 'r')
  await closing(file, () => file.sync())
}

const closing = async (file: SavedFile, act: () => Promise<void>): Promise<void> => {
  try {
    await act()
  } finally {
    await file.close()
  }
}
