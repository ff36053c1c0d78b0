/**
 * A program that answers lines with lines, asked and waited for: pipes with names are read and written like files.
 */
import { execFileSync, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface LineProgram {
  /** Writes a line, and gives back the line that answers it. */
  readonly ask: (line: string) => string
  readonly end: () => void
}

const CHUNK = 2 ** 16

export const startLineProgram = (command: readonly string[]): LineProgram => {
  const folder = mkdtempSync(join(tmpdir(), 'pure-rnn-'))
  const [input, output] = ['input', 'output'].map((name) => join(folder, name))
  execFileSync('mkfifo', [input, output])
  const redirected = 'i=$1 o=$2; shift 2; exec "$@" < "$i" > "$o"'
  spawn('sh', ['-c', redirected, 'sh', input, output, ...command], { stdio: ['ignore', 'ignore', 'inherit'] })
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
      closeSync(asking)
      closeSync(answering)
      rmSync(folder, { recursive: true })
    },
  }
}
