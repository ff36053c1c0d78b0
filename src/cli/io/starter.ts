/**
 * Programs to begin an implementation of one's own with, which come with the package.
 */
import { readFile, writeFile } from 'node:fs/promises'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { quoted } from '../../failure.js'
import { badSetting, codeOf } from '../problem.js'
import type { Problem } from '../problem.js'
import type { StarterName } from '../parsed.js'
import { writingReason } from './folder.js'

const files: Readonly<Record<StarterName, string>> = {
  python: 'python/starter.py',
  pytorch: 'pytorch/starter.py',
  octave: 'octave/starter.m',
  c: 'c/starter.c',
  javascript: 'javascript/starter.mjs',
}

/** The program in that language. */
export const starterIn = (name: StarterName): TaskEither<Problem, string> => {
  const file = new URL(`../../../docs/check/${files[name]}`, import.meta.url)
  return TE.tryCatch(
    () => readFile(file, 'utf8'),
    (error) => ({
      message: `docs/check/${files[name]} of the package cannot be read (${codeOf(error)}): install pure-rnn again`,
      exitCode: 2,
    }),
  )
}

/** Saves it where nothing is yet. */
export const saveStarter = (path: string, text: string): TaskEither<Problem, void> =>
  path === ''
    ? TE.left(unwritable(path, 'which is no name'))
    : TE.tryCatch(
        () => writeFile(path, text, { flag: 'wx' }),
        (error) => unwritable(path, codeOf(error) === 'EEXIST' ? 'which exists' : writingReason(error)),
      )

const unwritable = (path: string, what: string): Problem =>
  badSetting('--out', 'a new file that can be written', `${quoted(path)}, ${what}`)
