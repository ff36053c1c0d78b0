/**
 * A program that speaks the protocol, asked and waited for: pipes with names are read and written like files.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import { SubjectFault } from '../../src/laws/check/fault.js'
import { helloLine, questionLine, readAnswer, readDescription } from '../../src/laws/check/protocol.js'
import type { Subject } from '../../src/laws/check/subject.js'
import { explain } from '../../src/failure.js'

interface LineProgram {
  /** Writes a line, and gives back the line that answers it. */
  readonly ask: (line: string) => string
  readonly end: () => void
}

const CHUNK = 2 ** 16
/** The seconds after which a program is ended: fewer than a test may take. */
const PATIENCE = 50

const startLineProgram = (command: readonly string[]): LineProgram => {
  const folder = mkdtempSync(join(tmpdir(), 'pure-rnn-'))
  const [input, output] = ['input', 'output'].map((name) => join(folder, name))
  execFileSync('mkfifo', [input, output])
  const redirected = 'i=$1 o=$2; shift 2; exec "$@" < "$i" > "$o"'
  const program = spawn('sh', ['-c', redirected, 'sh', input, output, ...command], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  // Nothing else could end the wait for a program that hangs: this thread sleeps until it answers.
  const guard = spawn('sh', ['-c', `sleep ${String(PATIENCE)}; kill -9 ${String(program.pid)}`], {
    detached: true,
    stdio: 'ignore',
  })
  const [asking, answering] = [openSync(input, 'w'), openSync(output, 'r')]
  const buffer = Buffer.alloc(CHUNK)
  let rest = ''
  return {
    ask: (line) => {
      writeSync(asking, `${line}\n`)
      while (!rest.includes('\n')) {
        const bytes = readSync(answering, buffer)
        if (bytes === 0) throw new Error(`${command.join(' ')} ended before it answered ${line}`)
        rest += buffer.toString('utf8', 0, bytes)
      }
      const [first] = rest.split('\n', 1)
      rest = rest.slice(first.length + 1)
      return first
    },
    end: () => {
      if (guard.pid !== undefined) process.kill(-guard.pid)
      closeSync(asking)
      closeSync(answering)
      rmSync(folder, { recursive: true })
    },
  }
}

const orFault = <A>(answer: E.Either<string, A>): A => {
  if (E.isLeft(answer)) throw new SubjectFault(answer.left)
  return answer.right
}

/** Starts a program, hears what it is, and lets it be asked; it is ended when that is over. */
export const withProgram = <A>(command: readonly string[], use: (subject: Subject) => A): A => {
  const { ask, end } = startLineProgram(command)
  try {
    const said = orFault(readAnswer(0, 'hello')(ask(helloLine)))
    const description = orFault(E.mapLeft(explain)(readDescription(said)))
    let id = 0
    return use({
      description,
      answer: (ability, question) => {
        id += 1
        return orFault(readAnswer(id, ability)(ask(questionLine(id, ability, question))))
      },
    })
  } finally {
    end()
  }
}

/** The first Python that has the module: a machine may have several. */
export const pythonWith = (module: string): ((path: string) => readonly string[]) | undefined => {
  const python = ['python3', '/usr/bin/python3'].find(
    (each) => spawnSync(each, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0,
  )
  return python === undefined ? undefined : (path) => [python, path]
}
