/**
 * The documents tell the truth: every block of TypeScript in README, docs and docstrings compiles and runs, and
 * gives what it says it gives; every link leads somewhere; every command exists.
 *
 * A block of TypeScript is one of
 *
 *   ts                 compiled, and run; what a line is said to give after `// =>` is compared with what it gives
 *   ts continued       the same, with the block before it
 *   ts no-run          compiled
 *   ts from=src/x.ts   a quotation: it stands in that file, line by line
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { format } from 'node:util'
import ts from 'typescript'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import {
  checkOptions,
  evaluateOptions,
  exportOptions,
  flagOf,
  generateOptions,
  importOptions,
  trainOptions,
} from '../src/cli/options.js'
import * as markdown from './house/markdown.js'
import type { Block, Page } from './house/markdown.js'
import { manifest, root } from './house/parts.js'

/** Where blocks are laid to be compiled and run: no tool looks into a folder whose name begins with a dot. */
const place = join(root, 'spec', '.docs')

const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const under = (folder: string): readonly string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)).sort()
    : []

const documents: readonly Page[] = [
  ...['README.md', 'CHANGELOG.md'].filter((path) => existsSync(join(root, path))),
  ...[...under('docs'), ...under('src')].filter((path) => path.endsWith('.md')),
].map((path) => ({ path, text: read(path) }))
const comments: readonly Page[] = under('src')
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: markdown.docstrings(read(path)) }))

type Chained = Block & { readonly before: string }

const at = ({ path, line }: Block): string => `${path}:${String(line)}`
/** Where a block is laid. Its name ends in a digest, since a module that was imported once is not run again. */
const fileOf = ({ path, line, before, code }: Chained, kind: string): string => {
  const digest = createHash('sha256').update(before).update(code).digest('hex').slice(0, 8)
  return join(place, `${path.replace(/\W/g, '-')}-${String(line)}-${digest}.${kind}.ts`)
}

const MODULES = /^(pure-rnn(\/|$)|node:|fp-ts\/(HKT$|lib\/.*\.js$)|fast-check$|onnxruntime-node$|vitest$)/

/** What is wrong with the imports of a block: they must work for someone who has installed the package. */
const strangers = ({ code }: Block): readonly string[] =>
  markdown.imported(code).filter((name) => !MODULES.test(name))

/** Runs a block and returns each claim that does not hold. */
const run = async (block: Chained): Promise<readonly string[]> => {
  const code = block.before + block.code
  const claimed = markdown.claims(code)
  const kept = new Set<number>()
  const wrong: string[] = []
  const judge = (line: number, holds: boolean, got: string): void => {
    kept.add(line)
    if (!holds) wrong.push(`"// => ${claimed.get(line) ?? ''}", got ${got}`)
  }
  const observe = {
    value: (line: number, value: unknown) => {
      judge(line, markdown.isAsClaimed(claimed.get(line) ?? '', value), markdown.shown(value))
    },
    printed: (line: number) => (...values: readonly unknown[]) => {
      judge(line, markdown.isPrintedAsClaimed(claimed.get(line) ?? '', values), format(...values))
    },
  }
  const file = fileOf(block, 'run')
  const channel = `pure-rnn ${file}`
  writeFileSync(file, `const observe = (globalThis as any)[${JSON.stringify(channel)}]; ${markdown.instrumented(code)}`)
  const silence = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  try {
    Object.assign(globalThis, { [channel]: observe })
    await import(file)
  } finally {
    silence.mockRestore()
  }
  const missed = [...claimed.keys()].filter((line) => !kept.has(line)).map((line) => `line ${String(line)} never ran`)
  return [...wrong, ...missed]
}

/** What the compiler says about blocks, by where they stand. */
const compile = (list: readonly Chained[]): ReadonlyMap<string, readonly string[]> => {
  const config = ts.getParsedCommandLineOfConfigFile(join(root, 'spec/tsconfig.json'), {}, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
      throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'))
    },
  })
  list.forEach((block) => {
    writeFileSync(fileOf(block, 'types'), `${block.before}${block.code}\nexport {}\n`)
  })
  const files = list.map((block) => fileOf(block, 'types'))
  const program = ts.createProgram(files, { ...config?.options, noUnusedLocals: false })
  const complaintsAbout = (file: string): readonly string[] => {
    const source = program.getSourceFile(file)
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'),
    )
  }
  return new Map(list.map((block) => [at(block), complaintsAbout(fileOf(block, 'types'))]))
}

const isTypeScript = ({ language }: Block): boolean => /^(ts|typescript)$/.test(language)
const quotationOf = ({ marks }: Block): string | undefined =>
  marks.find((mark) => mark.startsWith('from='))?.slice('from='.length)
const codeOf = (pages: readonly Page[]) => markdown.chained(pages.flatMap(markdown.blocks).filter(isTypeScript))

/** What is wrong with the links of a page. */
const deadLinks = (page: Page): readonly string[] =>
  markdown.links(page).flatMap(({ line, target }) => {
    if (/^[a-z]+:/.test(target)) return []
    const [path, anchor] = target.split('#')
    const file = relative(root, resolve(root, dirname(page.path), decodeURI(path)))
    const there = path === '' || existsSync(join(root, file))
    const text = anchor && there ? (path === '' ? page.text : read(file)) : ''
    const known = !anchor || markdown.anchors({ path: file, text }).includes(decodeURI(anchor))
    return there && known ? [] : [`${page.path}:${String(line)}: ${target} leads nowhere`]
  })

const NPM_OWN = ['ci', 'install', 'pack', 'init']
/** The scripts that a page mentions and the package does not have. */
const missingScripts = (page: Page): readonly string[] =>
  markdown.scripts(page).filter((script) => !(script in manifest.scripts) && !NPM_OWN.includes(script))

const OF_EVERY_COMMAND = ['--help', '--version']
const optionsOf: Readonly<Record<string, readonly string[] | undefined>> = {
  train: trainOptions.map(flagOf),
  generate: generateOptions.map(flagOf),
  evaluate: evaluateOptions.map(flagOf),
  export: exportOptions.map(flagOf),
  import: importOptions.map(flagOf),
  check: checkOptions.map(flagOf),
}
/** The options that a page gives to the command and the command does not know; or the subcommand itself. */
const unknownOptions = (page: Page): readonly string[] =>
  markdown.commands(page).flatMap((typed) => {
    const [name] = typed.split(' ')
    const known = name.startsWith('--') ? [] : optionsOf[name]
    const used = [...typed.matchAll(/(?<=^| )--?[a-z][-a-z]*/g)].map(([option]) => option)
    return known === undefined
      ? [name]
      : used.filter((option) => ![...known, ...OF_EVERY_COMMAND].includes(option)).map((option) => `${name} ${option}`)
  })

const all = codeOf([...documents, ...comments])
const quoted = all.filter((block) => quotationOf(block) !== undefined)
const compiled = all.filter((block) => quotationOf(block) === undefined)
const runnable = compiled.filter(({ marks }) => !marks.includes('no-run'))

beforeAll(() => {
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
})

/** A page of one block, to see that each check can fail. */
const sample = (code: string, mark = ''): Page => ({ path: 'sample.md', text: `\`\`\`ts ${mark}\n${code}\n\`\`\`\n` })

describe('the checks of documents', () => {
  const outcome = async (code: string) => run(codeOf([sample(code)])[0])

  test.each([
    ["import { axis } from 'pure-rnn/algebra'\naxis('hidden', 3).size // => 3"],
    ['const a = [0.1 + 0.2, -0] // => [0.30000000000000004, -0]'],
    ["console.log('two', [1, 2]) // => two [ 1, 2 ]"],
    ['const f = (a: number) =>\n  Math.sqrt(a)\nf(2) // => 1.4142...\nawait Promise.resolve(1) // => 1'],
    ['for (const a of [1, 1]) {\n  console.log(a) // => 1\n}'],
    ["'alone'\n// => 'alone'"],
  ])('pass what is true: %s', async (code) => {
    expect(await outcome(code)).toEqual([])
  })

  test.each([
    ['1 + 1 // => 3', '"// => 3", got 2'],
    ['const a = [1, 2] // => [1, 2, 3]', 'got [ 1, 2 ]'],
    ['const a = 0 // => -0', 'got 0'],
    ["console.log('one') // => two", 'got one'],
    ['[1, 2].map((a) => a + 1) // => [2, 2]', 'got [ 2, 3 ]'],
    ['for (const a of [1, 2]) {\n  console.log(a) // => 1\n}', 'got 2'],
    ['if (1 > 2) {\n  console.log(1) // => 1\n}', 'line 2 never ran'],
    ['Math.sqrt(2) // => 1.4143...', 'got 1.4142'],
  ])('report what is false: %s', async (code, report) => {
    expect((await outcome(code)).join()).toContain(report)
  })

  test.each([
    ['throw new Error("on the way")', 'on the way'],
    ["import { nothing } from 'pure-rnn/nowhere'\nnothing()", './nowhere'],
    ['export interface A {\n  readonly a: number // => 1\n}', 'no statement ends'],
    ['const { a } = { a: 1 } // => 1', 'a single name'],
  ])('fail on what cannot run: %s', async (code, reason) => {
    await expect(outcome(code)).rejects.toThrow(reason)
  })

  test('report what does not compile, each block by itself', () => {
    const codes = ["import { axis } from 'pure-rnn/algebra'\naxis('hidden', 'three')", 'export const b = 1']
    const pages = codes.map((code, i) => ({ ...sample(code), path: `sample-${String(i)}.md` }))
    const complaints = compile(codeOf(pages))
    expect(complaints.get('sample-0.md:2')).toEqual([
      "Argument of type 'string' is not assignable to parameter of type 'number'.",
    ])
    expect(complaints.get('sample-1.md:2')).toEqual([])
  })

  test('compile and run a continued block with the one before it', async () => {
    const text = sample('const a = 1').text + sample('a + 1 // => 2', 'continued').text
    const [, second] = codeOf([{ path: 'sample.md', text }])
    expect(await run(second)).toEqual([])
    expect(compile([second]).get(at(second))).toEqual([])
    expect(() => codeOf([sample('a', 'continued')])).toThrow('no block to continue')
  })

  test('refuse imports that an installed package does not give', () => {
    const names = ['../src/index.js', 'fp-ts/Either', 'fp-ts/lib/Either.js', 'pure-rnn/model']
    const [block] = codeOf([sample(names.map((name) => `import '${name}'`).join('\n'))])
    expect(strangers(block)).toEqual(['../src/index.js', 'fp-ts/Either'])
  })

  test('tell a quotation from a misquotation', () => {
    expect(markdown.isQuoted('b\n  c', 'a\n  b\n    c\nd')).toBe(true)
    expect(markdown.isQuoted('b\nd', 'a\n  b\n    c\nd')).toBe(false)
  })

  test('report dead links and unknown scripts', () => {
    const text =
      '# A word, two\n[a](nothing.md) [b](#a-word-two) [c](#nowhere) [d](https://example.org) `npm run nothing`'
    const page = { path: 'sample.md', text }
    expect(deadLinks(page)).toEqual(['sample.md:2: nothing.md leads nowhere', 'sample.md:2: #nowhere leads nowhere'])
    expect(missingScripts(page)).toEqual(['nothing'])
  })

  test('report commands that do not exist', () => {
    const lines = ['npx pure-rnn train --hidden 3 \\', '  --wings 2', 'pure-rnn fly', 'npm start -- --epochs 1 --tail']
    const text = `\`\`\`sh\n${lines.join('\n')}\n\`\`\`\n\`pure-rnn evaluate --top-k 3\`, pure-rnn --help`
    expect(unknownOptions({ path: 'sample.md', text })).toEqual([
      'train --wings',
      'fly',
      'evaluate --top-k',
      'train --tail',
    ])
  })

  test('read blocks out of docstrings and lists, and refuse one that is never closed', () => {
    const source = '/**\n * Adds.\n * ```ts\n * 1 + 1 // => 2\n * ```\n */\nexport const a = 1\n'
    expect(markdown.blocks({ path: 'a.ts', text: markdown.docstrings(source) })).toEqual([
      { path: 'a.ts', line: 4, language: 'ts', marks: [], code: '1 + 1 // => 2' },
    ])
    const list = '- a\n  ```sh\n  npm test\n  ```'
    expect(markdown.blocks({ path: 'a.md', text: list })[0]).toMatchObject({ language: 'sh', code: 'npm test' })
    expect(() => markdown.blocks({ path: 'a.md', text: '```ts\n1' })).toThrow('a.md:1: the block is never closed')
  })
})

if (runnable.length > 0)
  describe('a block of code runs and gives what it says:', () => {
    test.each(runnable.map((block) => [at(block), block] as const))('%s', async (_, block) => {
      expect(strangers(block)).toEqual([])
      expect(await run(block)).toEqual([])
    })
  })

describe('the documents', () => {
  test('hold code that compiles', () => {
    const wrong = [...compile(compiled)].filter(([, complaints]) => complaints.length > 0)
    expect(wrong).toEqual([])
  })

  test('quote the source as it is', () => {
    const misquoted = quoted.filter((block) => !markdown.isQuoted(block.code, read(quotationOf(block) ?? '')))
    expect(misquoted.map(at)).toEqual([])
  })

  test('link to what is there', () => {
    expect(documents.flatMap(deadLinks)).toEqual([])
  })

  test('name options that the command has', () => {
    const wrong = documents.map((page) => [page.path, unknownOptions(page)]).filter(([, unknown]) => unknown.length > 0)
    expect(wrong).toEqual([])
  })

  test('name scripts that the package has', () => {
    const wrong = documents.map((page) => [page.path, missingScripts(page)]).filter(([, missing]) => missing.length > 0)
    expect(wrong).toEqual([])
  })
})
