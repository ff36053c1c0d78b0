/**
 * What a page of prose claims that can be checked: blocks of code, what their lines are said to give, links, commands.
 */
import { format, inspect, isDeepStrictEqual } from 'node:util'
import ts from 'typescript'

export interface Page {
  readonly path: string
  /** Its markdown. A line of it stands at the same place in the file. */
  readonly text: string
}

export interface Block {
  readonly path: string
  /** The line of the page on which the code begins, from 1. */
  readonly line: number
  readonly language: string
  /** The words after the language. */
  readonly marks: readonly string[]
  readonly code: string
}

/** The markdown of a source file's documentation comments, line by line where it stands. */
export const docstrings = (source: string): string =>
  source
    .split('\n')
    .map((line) => /^\s*\* ?(?!\/)(.*)$/.exec(line)?.[1] ?? '')
    .join('\n')

const FENCE = /^( *)(`{3,})(.*)$/

/** The fenced blocks of a page, in order. A fence that is never closed is an error. */
export const blocks = ({ path, text }: Page): readonly Block[] => {
  const lines = text.split('\n')
  const from = (start: number): readonly Block[] => {
    const opening = lines.findIndex((line, i) => i >= start && FENCE.test(line))
    if (opening === -1) return []
    const [, indent, fence, info] = FENCE.exec(lines[opening]) as unknown as readonly string[]
    const closing = lines.findIndex((line, i) => i > opening && line.trim() === fence)
    if (closing === -1) throw new Error(`${path}:${opening + 1}: the block is never closed`)
    const code = lines.slice(opening + 1, closing).map((line) => line.replace(new RegExp(`^ {0,${indent.length}}`), ''))
    const [language = '', ...marks] = info.trim().split(/\s+/)
    return [{ path, line: opening + 2, language, marks, code: code.join('\n') }, ...from(closing + 1)]
  }
  return from(0)
}

/** The page with its blocks emptied, each line where it was. */
const prose = (page: Page): string => {
  const inside = new Set(blocks(page).flatMap(({ line, code }) => code.split('\n').map((_, i) => line - 1 + i)))
  return page.text
    .split('\n')
    .map((line, i) => (inside.has(i) ? '' : line))
    .join('\n')
}

/** The code of each block marked `continued` with that of the blocks it continues before it. */
export const chained = (list: readonly Block[]): readonly (Block & { readonly before: string })[] =>
  list.reduce<readonly (Block & { readonly before: string })[]>((done, block) => {
    const last = done.at(-1)
    if (!block.marks.includes('continued')) return [...done, { ...block, before: '' }]
    if (last?.path !== block.path) throw new Error(`${block.path}:${block.line}: there is no block to continue`)
    return [...done, { ...block, before: `${last.before}${last.code}\n` }]
  }, [])

const CLAIM = /\/\/ => (.+)$/

/** What the code says that its lines give: the text after `// =>`, by the line of the code, from 1. */
export const claims = (code: string): ReadonlyMap<number, string> =>
  new Map(
    code.split('\n').flatMap((line, i) => {
      const claimed = CLAIM.exec(line)?.[1].trim()
      return claimed === undefined ? [] : [[i + 1, claimed] as const]
    }),
  )

/** The innermost statement that ends on the line, or before it if the line holds nothing but the claim. */
const statementOf = (file: ts.SourceFile, code: string, line: number): ts.Statement => {
  const lines = code.split('\n')
  const isBare = (n: number) => /^\s*(\/\/.*)?$/.test(lines[n - 1])
  const back = (n: number): number => (n > 0 && isBare(n) ? back(n - 1) : n)
  const end = back(line)
  const visit = (node: ts.Node): ts.Statement | undefined =>
    ts.forEachChild(node, visit) ??
    ((ts.isExpressionStatement(node) || ts.isVariableStatement(node)) &&
    file.getLineAndCharacterOfPosition(node.getEnd()).line + 1 === end
      ? node
      : undefined)
  const found = visit(file)
  if (found === undefined) throw new Error(`line ${line}: no statement ends where "// =>" claims a value`)
  return found
}

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** How a statement tells `observe` what it gives: what it prints, its value, or the value of the name it declares. */
const observing = (statement: ts.Statement, line: number): readonly Edit[] => {
  const around = (node: ts.Node, before: string, after: string): readonly Edit[] => [
    { start: node.getStart(), end: node.getStart(), text: before },
    { start: node.getEnd(), end: node.getEnd(), text: after },
  ]
  if (ts.isVariableStatement(statement)) {
    const { name } = statement.declarationList.declarations[statement.declarationList.declarations.length - 1]
    if (!ts.isIdentifier(name)) throw new Error(`line ${line}: a claim about a declaration needs a single name`)
    return [{ start: statement.getEnd(), end: statement.getEnd(), text: `; observe.value(${line}, ${name.text})` }]
  }
  const { expression } = statement as ts.ExpressionStatement
  const called = ts.isCallExpression(expression) ? expression.expression : undefined
  return called?.getText() === 'console.log'
    ? [{ start: called.getStart(), end: called.getEnd(), text: `observe.printed(${line})` }]
    : around(expression, `observe.value(${line}, `, ')')
}

/** The code in which every line with a claim tells `observe.value(line, value)` or `observe.printed(line)(...)`. */
export const instrumented = (code: string): string => {
  const file = ts.createSourceFile('block.ts', code, ts.ScriptTarget.Latest, true)
  const edits = [...claims(code).keys()].flatMap((line) => observing(statementOf(file, code, line), line))
  return edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), code)
}

/** The modules that the code imports. */
export const imported = (code: string): readonly string[] =>
  ts.preProcessFile(code).importedFiles.map(({ fileName }) => fileName)

/** Targets of links and images in prose, with their line. */
export const links = (page: Page): readonly { readonly line: number; readonly target: string }[] =>
  prose(page)
    .split('\n')
    .flatMap((text, i) =>
      [...text.replace(/`[^`]*`/g, '').matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)|^\[[^\]]+\]: (\S+)/g)].map(
        ([, inline, reference]) => ({ line: i + 1, target: inline ?? reference }),
      ),
    )

/** The text of a page's headings. */
export const headings = (page: Page): readonly string[] =>
  prose(page)
    .split('\n')
    .flatMap((line) => /^#{1,6} (.*?)\s*#*$/.exec(line)?.[1] ?? [])

/** The anchors of a page's headings, as GitHub makes them. */
export const anchors = (page: Page): readonly string[] =>
  headings(page)
    .map((heading) => heading.toLowerCase().replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '').replaceAll(' ', '-'))
    .map((anchor, i, all) => {
      const earlier = all.slice(0, i).filter((other) => other === anchor).length
      return earlier === 0 ? anchor : `${anchor}-${earlier}`
    })

/** The scripts that a page tells the reader to run: `npm run x`, `npm test`, `npm start`. */
export const scripts = ({ text }: Page): readonly string[] =>
  [...text.matchAll(/\bnpm (?:run(?: -s| --silent)? ([\w:-]+)|(test|start)\b)/g)].map(([, run, short]) => run ?? short)

/** What a page tells the reader to type after `pure-rnn`, or after `npm start --`, which is `pure-rnn train`. */
export const commands = ({ text }: Page): readonly string[] => {
  const lines = text.replace(/\\\n\s*/g, '')
  const typed = (pattern: RegExp) => [...lines.matchAll(pattern)].map(([, rest]) => rest.trim())
  const command = /(?:^|npx |\| |\$ |`)pure-rnn +([-\w][^`\n|;&>]*)/gm
  return [...typed(command), ...typed(/\bnpm start -- ([^`\n|;&>]*)/g).map((rest) => `train ${rest}`)]
}

/** Whether code stands in a source, line by line, whatever its indentation. */
export const isQuoted = (code: string, source: string): boolean => {
  const trim = (text: string) => text.split('\n').map((line) => line.trim())
  const [wanted, lines] = [trim(code.trim()), trim(source)]
  return lines.some((_, i) => wanted.every((line, k) => line === lines[i + k]))
}

/** A value as Node shows it, on one line. */
export const shown = (value: unknown): string =>
  inspect(value, { breakLength: Infinity, depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity })

/** The value that a claim spells out, if it is an expression. */
const spelled = (claimed: string): { readonly value: unknown } | undefined => {
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the project's own documents
    return { value: new Function(`'use strict'; return (${claimed})`)() }
  } catch {
    return undefined
  }
}

/** Whether a value is as claimed: as Node shows it, as an equal expression, or up to a final `...`. */
export const isAsClaimed = (claimed: string, value: unknown): boolean => {
  const text = typeof value === 'string' ? value : shown(value)
  if (claimed.endsWith('...')) return text.startsWith(claimed.slice(0, -3))
  const expected = spelled(claimed)
  return shown(value) === claimed || (expected !== undefined && isDeepStrictEqual(value, expected.value))
}

/** The same of what `console.log` was given. */
export const isPrintedAsClaimed = (claimed: string, values: readonly unknown[]): boolean =>
  format(...values).trimEnd() === claimed || (values.length === 1 && isAsClaimed(claimed, values[0]))
