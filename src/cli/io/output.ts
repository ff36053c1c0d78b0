/**
 * What the command writes: models, so that a name always stands for a whole one.
 */
import { constants } from 'node:fs'
import { access, lstat, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { quoted } from '../../failure.js'
import { readSafetensors } from '../../files/safetensors.js'
import { badSetting, codeOf } from '../problem.js'
import type { Problem } from '../problem.js'

/** Where a model can be saved: its place if it is a link, and the temporary file beside it. */
export interface OutputPath {
  /** As it was given, for messages. */
  readonly name: string
  readonly path: string
  readonly temporary: string
}

/**
 * The place of an output file, once it is certain that a model can be written there: into a folder that can be
 * written to, over nothing but another file of tensors.
 */
export const outputPath = (name: string): TaskEither<Problem, OutputPath> =>
  pipe(
    TE.tryCatch(
      async () => {
        const path = (await exists(name)) ? await realpath(name) : name
        const place = { name, path, temporary: join(dirname(path), `.${basename(path)}.${String(process.pid)}.tmp`) }
        const refused = await objection(place)
        return refused === undefined ? E.right(place) : E.left(unwritable(name, refused))
      },
      (error) =>
        unwritable(name, `a file whose folder ${folderReasons[codeOf(error)] ?? `fails with ${codeOf(error)}`}`),
    ),
    TE.chainEitherK((result) => result),
  )

/** The place of a file of that name in a folder; what stands there is replaced. */
export const outputPathIn = (directory: string, name: string): OutputPath => ({
  name: join(directory, name),
  path: join(directory, name),
  temporary: join(directory, `.${name}.${String(process.pid)}.tmp`),
})

/** Sees to it that a folder is there. */
export const folder = (name: string): TaskEither<Problem, void> =>
  TE.tryCatch(
    async () => {
      await mkdir(name, { recursive: true })
    },
    (error) =>
      badSetting(
        '--out',
        'a folder, or a name for one',
        `${quoted(name)}, which ${existing[codeOf(error)] ?? codeOf(error)}`,
      ),
  )

const existing: Readonly<Record<string, string>> = {
  EEXIST: 'is a file',
  ENOTDIR: 'stands in what is no folder',
  EACCES: 'may not be made',
  EPERM: 'may not be made',
  EROFS: 'may not be made',
}

const folderReasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'is no folder',
  EACCES: 'may not be written to',
  EPERM: 'may not be written to',
  EROFS: 'may not be written to',
}

const unwritable = (name: string, what: string): Problem =>
  badSetting('--out', 'a file that can be written, new or with a model in it', `${quoted(name)}, ${what}`)

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') return false
      throw error
    },
  )

/** Why a model cannot be saved there, if the folder lets itself be written to; rejects where it does not. */
const objection = async ({ path, temporary }: OutputPath): Promise<string | undefined> => {
  if (path === '') return 'which is no name'
  if (path.endsWith('/') || basename(path) === '..') return 'which is a directory'
  if (await exists(path)) {
    const status = await stat(path)
    if (status.isDirectory()) return 'which is a directory'
    if (!status.isFile()) return 'which is not a file'
    if (await refusesWriting(path)) return 'which may not be written'
    if (status.size > 0 && E.isLeft(readSafetensors('')(await readFile(path)))) return 'which holds something else'
  }
  await (await open(temporary, 'w')).close()
  await rm(temporary)
  return undefined
}

const refusesWriting = (path: string): Promise<boolean> =>
  access(path, constants.W_OK).then(
    () => false,
    () => true,
  )

/**
 * Saves a file in one step: it is written beside its place, brought to the disk, and then given its name, so that
 * a program that opens that name finds the last file whole at any moment.
 */
export const save = ({ name, path, temporary }: OutputPath, bytes: Uint8Array): TaskEither<Problem, void> =>
  TE.tryCatch(
    async () => {
      try {
        await synced(await open(temporary, 'w'), (file) => file.writeFile(bytes))
        await rename(temporary, path)
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
      await synced(await open(dirname(path), 'r'), () => Promise.resolve()).catch(() => undefined)
    },
    (error): Problem => ({
      message: `the model could not be saved as ${quoted(name)} (${codeOf(error)}): make room, or choose another place`,
      exitCode: 1,
    }),
  )

const synced = async (file: FileHandle, write: (file: FileHandle) => Promise<void>): Promise<void> => {
  try {
    await write(file)
    await file.sync()
  } finally {
    await file.close()
  }
}
