/**
 * The chapter `Check your own`: every step of it is taken, from the starter on, and what a check prints is compared.
 * With `--update` it is written anew.
 *
 *   python    where it begins with def: the function in place of the one of that name; or lines of a program
 *   diff      lines of the program, and those that come in or go
 *   text      what a check of the program prints
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { checkSubject } from '../src/laws/check/check.js'
import { SubjectFault } from '../src/laws/check/fault.js'
import { reportAsText } from '../src/laws/check/report.js'
import { blocks } from './house/markdown.js'
import type { Block } from './house/markdown.js'
import { root } from './house/parts.js'
import { pythonWith, withProgram } from './runner/line-program.js'

const CHAPTER = 'docs/09-laws-check.md'
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const programs = ['python', 'pytorch'].map((name) => read(`docs/check/${name}/complete.py`)).join('\n')

const place = mkdtempSync(join(tmpdir(), 'pure-rnn-chapter-'))
afterAll(() => {
  rmSync(place, { recursive: true })
})

/** Enough for the first sample that fails there. */
const SAMPLES = 5
/** Python is started six times. */
const PATIENCE = 120_000
const python = pythonWith('numpy')

/** What a check of the program prints. */
const printed = (program: string): readonly string[] => {
  const path = join(place, 'my_rnn.py')
  writeFileSync(path, program)
  try {
    const report = withProgram(python?.(path) ?? [], (subject) => checkSubject(subject, { samples: SAMPLES }))
    return reportAsText(report, { columns: 80, program: ['python3', 'my_rnn.py'] })
  } catch (error) {
    if (!(error instanceof SubjectFault)) throw error
    return [`pure-rnn: ${error.message}`]
  }
}

/** The text with the one place of it that is `before` replaced. */
const replaced = (text: string, before: string, after: string): string => {
  expect(text.split(before), before).toHaveLength(2)
  return text.split(before).join(after)
}

/** The program after a step of the chapter. */
const after = (program: string, { language, code }: Block): string => {
  if (language === 'diff') {
    const lines = code.split('\n')
    const without = (sign: string): string =>
      lines.filter((line) => !line.startsWith(sign)).map((line) => `${line.slice(1)}\n`).join('')
    return replaced(program, without('+'), without('-'))
  }
  if (!code.startsWith('def ')) {
    expect(programs).toContain(code)
    return program
  }
  const [name] = code.split('(', 1)
  const [old] = new RegExp(`^${name}\\([^]*?(?=\\n\\n\\n)`, 'm').exec(program) ?? [name]
  return replaced(program, old, code)
}

test.skipIf(python === undefined)(
  `each check prints what the chapter says${python === undefined ? ' (skipped: NumPy is not installed here)' : ''}`,
  async () => {
    const text = read(CHAPTER)
    const lines = text.split('\n')
    const { page, line } = blocks({ path: CHAPTER, text }).reduce<{
      readonly program: string
      readonly page: readonly string[]
      /** The first line that is not in the page yet. */
      readonly line: number
    }>(
      (so, block) => {
        if (block.language === 'python' || block.language === 'diff')
          return { ...so, program: after(so.program, block) }
        if (block.language !== 'text') return so
        const before = [...so.page, ...lines.slice(so.line, block.line - 1)]
        const closing = lines.indexOf('```', block.line - 1)
        return { program: so.program, page: [...before, ...printed(so.program)], line: closing }
      },
      { program: read('docs/check/python/starter.py'), page: [], line: 0 },
    )
    await expect([...page, ...lines.slice(line)].join('\n')).toMatchFileSnapshot(join(root, CHAPTER))
  },
  PATIENCE,
)
