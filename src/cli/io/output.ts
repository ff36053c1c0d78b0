/**
 * What the command writes: so that a name always stands for a whole file, and nothing is replaced that was not meant.
 */
import { constants } from 'node:fs'
import { access, lstat, open, readFile, readdir, realpath, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { quoted } from '../../failure.js'
import { readSafetensors } from '../../files/safetensors.js'
import { badSetting, codeOf } from '../problem.js'
import type { Problem } from '../problem.js'
import { explained, writingReason } from './folder.js'
import { identityOf } from './identity.js'
import { hold } from './lock.js'
import { CREATE, TEMPORARY, randomName, temporaryFor } from './saving.js'
import type { OutputPath } from './saving.js'

/** What is read beside the output, and is never replaced by it: a path, or the number of an open file. */
export interface Source {
  /** The option that names it. */
  readonly flag: string
  readonly file: string | number
}

/** What may be written where. */
export interface OutputWish {
  readonly name: string
  /** Whether a file that is there may be replaced: --overwrite. */
  readonly overwrite: boolean
  readonly sources: readonly Source[]
  /** The model that goes on, whose own file is replaced without asking. */
  readonly resumes?: string | undefined
  /** What may be there: a file of tensors, or any file. */
  readonly over: 'tensors' | 'anything'
}

/** Reports go there: a model that took their place would lose them. */
const printed: readonly Source[] = [
  { flag: 'standard output', file: 1 },
  { flag: 'standard error', file: 2 },
]

/**
 * Does something with places that files can be saved at: into folders that can be written to, over nothing that was
 * not meant, and where no other run saves. They are held until it has ended.
 */
export const withOutputs =
  (wishes: readonly OutputWish[]) =>
  <A>(use: (places: readonly OutputPath[]) => TaskEither<Problem, A>): TaskEither<Problem, A> =>
    wishes.reduceRight<(places: readonly OutputPath[]) => TaskEither<Problem, A>>(
      (then, wish) => (places) =>
        TE.bracket(
          reserve(wish),
          ({ place }) => then([...places, place]),
          ({ release }) => TE.fromTask(release),
        ),
      use,
    )([])

/** The same for one. */
export const withOutput =
  (wish: OutputWish) =>
  <A>(use: (place: OutputPath) => TaskEither<Problem, A>): TaskEither<Problem, A> =>
    withOutputs([wish])(([place]) => use(place))

interface Reserved {
  readonly place: OutputPath
  readonly release: () => Promise<void>
}

const reserve = (wish: OutputWish): TaskEither<Problem, Reserved> =>
  pipe(
    TE.tryCatch(
      () => explained(wish.name, () => reserved(wish)),
      (error) => unwritable(wish.name, writingReason(error)),
    ),
    TE.chainEitherK((result) => result),
  )

const reserved = async (wish: OutputWish): Promise<Either<Problem, Reserved>> => {
  const { name } = wish
  const path = (await exists(name)) ? await realpath(name) : name
  if (path === '') return E.left(unwritable(name, 'which is not a name'))
  if (path.endsWith('/') || basename(path) === '..') return E.left(unwritable(name, 'which is a directory'))
  const held = await hold(path)
  if (held === undefined) return E.left(taken(name))
  const release = () => held.release()
  try {
    const refused = await objection(wish, path)
    if (refused === undefined) {
      await removeLeftOvers(path)
      return E.right({ place: { name, path }, release })
    }
    await release()
    return E.left(refused)
  } catch (error) {
    await release()
    throw error
  }
}

const taken = (name: string): Problem => ({
  message: `${quoted(name)} is being written by another run: let it end, or give --out another name`,
  exitCode: 2,
})

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

/** Why nothing is saved there, if the folder lets itself be written to; rejects where it does not. */
const objection = async (wish: OutputWish, path: string): Promise<Problem | undefined> => {
  if (await exists(path)) {
    const refused = await protection(wish, path)
    if (refused !== undefined) return refused
  }
  const temporary = temporaryFor(path, randomName())
  await (await open(temporary, CREATE)).close()
  await rm(temporary)
  return undefined
}

/** Why what is there is not replaced. */
const protection = async (
  { name, overwrite, sources, resumes, over }: OutputWish,
  path: string,
): Promise<Problem | undefined> => {
  const status = await stat(path)
  if (status.isDirectory()) return unwritable(name, 'which is a directory')
  if (!status.isFile()) return unwritable(name, 'which is not a file')

  const itself = await identityOf(path)
  const same = (file: string | number) => identityOf(file).then((other) => other !== undefined && other === itself)
  for (const { flag, file } of [...sources, ...printed]) {
    if (await same(file)) return badSetting('--out', `another file than ${flag}`, `${quoted(name)}, which is the same`)
  }
  if (status.size === 0) return (await refusesWriting(path)) ? unwritable(name, 'which may not be written') : undefined
  if (over === 'tensors' && E.isLeft(readSafetensors('')(await readFile(path)))) {
    return unwritable(name, 'which holds something else')
  }
  if (!overwrite && !(resumes !== undefined && (await same(resumes)))) return kept(name, resumes)
  return (await refusesWriting(path)) ? unwritable(name, 'which may not be written') : undefined
}

const kept = (name: string, resumes: string | undefined): Problem =>
  badSetting(
    '--out',
    `a new file${resumes === undefined ? '' : ", --resume's own,"} or given with --overwrite, which replaces one`,
    `${quoted(name)}, which is there already`,
  )

const refusesWriting = (path: string): Promise<boolean> =>
  access(path, constants.W_OK).then(
    () => false,
    () => true,
  )

/** Removes the temporary files of runs that were killed while they saved there. Only who holds the place may. */
const removeLeftOvers = async (path: string): Promise<void> => {
  const beginning = `.${basename(path)}.`
  const entries = await readdir(dirname(path), { withFileTypes: true }).catch(() => [])
  for (const entry of entries.filter((one) => one.isFile() && one.name.startsWith(beginning))) {
    const id = TEMPORARY.exec(entry.name.slice(beginning.length))?.[1]
    if (id !== undefined && isGone(Number(id))) await rm(join(dirname(path), entry.name)).catch(() => undefined)
  }
}

/** Whether no process of that id is left that could write: this one has not begun to. */
const isGone = (id: number): boolean => {
  if (id === process.pid) return true
  try {
    process.kill(id, 0)
    return false
  } catch (error) {
    return codeOf(error) === 'ESRCH'
  }
}
