/**
 * What the command reads: texts and models.
 */
import { createReadStream } from 'node:fs'
import type { Stats } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import process from 'node:process'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { flatten } from '../../algebra/names.js'
import { quoted } from '../../failure.js'
import type { Failure } from '../../failure.js'
import { readCheckpoint } from '../../files/checkpoint.js'
import type { Checkpoint } from '../../files/checkpoint.js'
import { badSetting, codeOf, problemOf } from '../problem.js'
import type { Problem } from '../problem.js'
import { decodeText, enoughBytes } from './reading.js'
import type { Portion } from './reading.js'
import type { Terminal } from './terminal.js'

/** The text of the standard run, beside the code. */
const CORPUS = fileURLToPath(new URL('../../../src/corpus/a-handful-of-small-change.txt', import.meta.url))

/** Our own codes: for a socket, a device and the like, and for a file beyond the bound. */
const NO_FILE = 'ENOFILE'
const TOO_LARGE = 'ETOOLARGE'

/** The most bytes of a model file: the largest model with its optimiser's state has fewer. */
const MOST_BYTES = 2 ** 30

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'which does not exist',
  ENOTDIR: 'which does not exist',
  EISDIR: 'which is a directory',
  EACCES: 'which may not be read',
  EPERM: 'which may not be read',
  ENAMETOOLONG: 'which is too long a name',
  ELOOP: 'which is a link that leads back to itself',
  ERR_INVALID_ARG_VALUE: 'which cannot be the name of a file',
  [NO_FILE]: 'which is not a file',
  [TOO_LARGE]: `which is larger than ${String(MOST_BYTES)} bytes`,
}

const unreadable =
  (flag: string, expected: string, path: string) =>
  (error: unknown): Problem => {
    const reason = reasons[codeOf(error)] ?? `which cannot be read (${codeOf(error)})`
    return badSetting(flag, expected, `${quoted(path)}, ${reason}`)
  }

/** The file that a text is read from: its path, or the number that standard input is open under. */
export const textFile = (source: string | undefined): string | number => (source === '-' ? 0 : (source ?? CORPUS))

/** How messages call the text: the file's name, or its source. */
export const sourceName = (source: string | undefined): string =>
  source === '-' ? 'standard input' : basename(source ?? CORPUS)

const TEXT = 'a file of text in UTF-8, or - for standard input'

/** The text of a file, of standard input for `-`, or of the standard run; no more of it than the portion needs. */
export const readText = (source: string | undefined, portion: Portion): TaskEither<Problem, string> =>
  pipe(
    TE.tryCatch(
      async () => {
        const stream = source === '-' ? process.stdin : await streamOf(source ?? CORPUS)
        return bytesUpTo(stream, enoughBytes(portion))
      },
      unreadable('--text', TEXT, source ?? CORPUS),
    ),
    TE.chainEitherK(({ bytes, ended }) =>
      pipe(
        decodeText(bytes, ended),
        E.mapLeft((what) => badSetting('--text', TEXT, `${quoted(sourceName(source))}, ${what}`)),
      ),
    ),
  )

/** What shells call a descriptor that is open already, as that of a process substitution. */
const DESCRIPTOR = /^\/(dev|proc\/self)\/fd\/\d+$|^\/dev\/stdin$/

/** The bytes of a file, or of a pipe that is open already: to open one by its name may take for ever. */
const streamOf = async (path: string): Promise<AsyncIterable<Uint8Array | string>> => {
  const status = await stat(path)
  if (status.isFIFO() && DESCRIPTOR.test(path)) return createReadStream(path)
  requireFile(status)
  return status.size === 0 ? Readable.from([]) : createReadStream(path)
}

/** Rejects what is not a file. One without a size, as in /proc, is not read either: that may take for ever. */
const requireFile = (status: Stats): void => {
  if (status.isDirectory()) throw coded('EISDIR')
  if (!status.isFile()) throw coded(NO_FILE)
}

const coded = (code: string): Error => Object.assign(new Error(code), { code })

const bytesUpTo = async (
  stream: AsyncIterable<Uint8Array | string>,
  most: number,
): Promise<{ readonly bytes: Uint8Array; readonly ended: boolean }> => {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    chunks.push(bytes)
    length += bytes.length
    if (length >= most) return { bytes: Buffer.concat(chunks), ended: false }
  }
  return { bytes: Buffer.concat(chunks), ended: true }
}

/** The bytes of a model file. */
export const readBytes = (flag: string, path: string): TaskEither<Problem, Uint8Array> =>
  TE.tryCatch(
    async () => {
      const status = await stat(path)
      requireFile(status)
      if (status.size > MOST_BYTES) throw coded(TOO_LARGE)
      return status.size === 0 ? new Uint8Array() : readFile(path)
    },
    unreadable(flag, 'a model file', path),
  )

/** The model in a file; a note where the file has no checksum. */
export const readModel = (
  flag: string,
  path: string,
  { note }: Pick<Terminal, 'note'>,
): TaskEither<Problem, Checkpoint> =>
  pipe(
    readBytes(flag, path),
    TE.chainEitherK((bytes) => pipe(readCheckpoint(path)(bytes), E.chain(converged(path)), E.mapLeft(problemOf))),
    TE.map((model) => {
      if (!model.checked) note(`${quoted(path)} ${UNCHECKED}`)
      return model
    }),
  )

const UNCHECKED =
  'has no checksum, because an earlier version saved it: damage goes unnoticed until it is saved again'

/** The model, if every parameter is finite. A file may hold any numbers; a model with others is of no use. */
export const converged =
  (what: string) =>
  <C extends Checkpoint>(model: C): Either<Failure, C> => {
    const wrong = (data: ArrayLike<number>) => Array.from(data).find((x) => !Number.isFinite(x))
    const parameters = Object.entries(flatten<'float32'>(model.progress.learner.parameters))
    const found = parameters.find(([, { data }]) => wrong(data) !== undefined)
    return found === undefined
      ? E.right(model)
      : E.left({
          _tag: 'Mismatch',
          what: `the tensor ${found[0]} of ${what}`,
          expected: 'finite numbers',
          got: String(wrong(found[1].data)),
          advice: 'take a model from earlier in its training, before it diverged',
        })
  }
