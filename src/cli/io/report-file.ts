/**
 * The file of a report: new, or in place of an earlier report.
 */
import { access, constants, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { quoted } from '../../failure.js'
import { badSetting, codeOf } from '../problem.js'
import type { Problem } from '../problem.js'
import { writingReason } from './folder.js'

const unwritable = (path: string, what: string): Problem =>
  badSetting('--junit', 'a file that can be written, new or with such a report in it', `${quoted(path)}, ${what}`)

/** Refuses a place where no report can be written, and what is there and is no report. */
export const reportFile = (path: string): TaskEither<Problem, void> =>
  pipe(
    TE.tryCatch(
      () => objection(path),
      (error) => unwritable(path, writingReason(error)),
    ),
    TE.chainEitherK((what) => (what === undefined ? E.right(undefined) : E.left(unwritable(path, what)))),
  )

/** What a report begins with. */
const BEGINNING = /^\s*(<\?xml[^>]*\?>\s*)?<testsuite/

const objection = async (path: string): Promise<string | undefined> => {
  if (path === '') return 'which is no name'
  const status = await stat(path).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error
  })
  if (status?.isDirectory() === true || path.endsWith('/')) return 'which is a directory'
  if (status?.isFile() === false) return 'which is not a file'
  if (status !== undefined && status.size > 0 && !BEGINNING.test(await readFile(path, 'utf8')))
    return 'which holds something else'
  await access(status === undefined ? dirname(path) : path, constants.W_OK)
  return undefined
}

/** Writes it. */
export const saveReport = (path: string, text: string): TaskEither<Problem, void> =>
  TE.tryCatch(
    () => writeFile(path, text),
    (error) => ({
      message:
        `the report could not be saved as ${quoted(path)} (${codeOf(error)}): ` + 'make room, or choose another place',
      exitCode: 2,
    }),
  )
