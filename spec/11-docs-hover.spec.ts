/**
 * Every export has hover text: what an editor shows of a name where it is imported. Every function of the package's
 * root has an example in it, and 11-docs.spec.ts runs that.
 */
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { root, sources } from './house/parts.js'

const entries = sources.map(([part, path]) => [part, join(root, path)] as const)

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  noEmit: true,
  skipLibCheck: true,
}

/** What an export is, behind the line that exports it. */
interface Meant {
  readonly name: string
  readonly symbol: ts.Symbol
}

const exportsOf = (program: ts.Program, file: string): readonly Meant[] => {
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(file)
  const module = source && checker.getSymbolAtLocation(source)
  if (module === undefined) throw new Error(`${file} exports nothing`)
  return checker.getExportsOfModule(module).map((symbol) => ({
    name: symbol.getName(),
    symbol: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
  }))
}

/** The exports of a file without hover text, by their names. */
const undocumented = (program: ts.Program, file: string): readonly string[] => {
  const textOf = ({ symbol }: Meant): string =>
    ts.displayPartsToString(symbol.getDocumentationComment(program.getTypeChecker()))
  /** A namespace, `export * as typing`, has the text of the line that exports it. */
  const isNamespace = ({ symbol: { flags } }: Meant): boolean => Boolean(flags & ts.SymbolFlags.ValueModule)
  return exportsOf(program, file).flatMap((it) => (textOf(it) !== '' || isNamespace(it) ? [] : [it.name]))
}

/** The functions that a file exports without an example in their hover text, by their names. */
const withoutExample = (program: ts.Program, file: string): readonly string[] => {
  const checker = program.getTypeChecker()
  const isFunction = ({ symbol }: Meant): boolean =>
    checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0 && Boolean(symbol.flags & ts.SymbolFlags.Value)
  // An example below @returns belongs to that tag.
  const hasExample = ({ symbol }: Meant): boolean =>
    [symbol.getDocumentationComment(checker), ...symbol.getJsDocTags(checker).map(({ text }) => text)].some((parts) =>
      /^```ts\b/m.test(ts.displayPartsToString(parts)),
    )
  return exportsOf(program, file).flatMap((it) => (isFunction(it) && !hasExample(it) ? [it.name] : []))
}

/** Functions of the root that need no example, each with the reason. */
const withoutNeed = {
  batchAxis: 'a size is all that it takes: examples of `oneHot` and `product` call it',
  hiddenAxis: 'the same: the example of `tensor` calls it',
  lowerAxis: 'the same',
  previousAxis: 'the same: the README calls it',
  timeAxis: 'the same: the example of `product` calls it',
  vocabularyAxis: 'the same: the example of `oneHot` calls it',
}

/** A program of one file that is not there, with this text. */
const programOf = (file: string, text: string): ts.Program => {
  const host = ts.createCompilerHost(options)
  return ts.createProgram([file], { ...options, noLib: true }, {
    ...host,
    fileExists: (name) => name === file || host.fileExists(name),
    readFile: (name) => (name === file ? text : host.readFile(name)),
    getSourceFile: (name, ...rest) =>
      name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2023) : host.getSourceFile(name, ...rest),
  })
}

describe('hover text', () => {
  const program = ts.createProgram(entries.map(([, file]) => file), options)
  test.each(entries)('stands at every export of %s', (_, file) => {
    expect(undocumented(program, file)).toEqual([])
  })

  test('has an example at every function of the root, but for those named here', () => {
    expect(withoutExample(program, join(root, 'src', 'index.ts')).toSorted()).toEqual(Object.keys(withoutNeed))
  })

  const file = join(root, 'spec', 'no-such-file.ts')
  test('is missed where it is missing', () => {
    const text = '/** Said. */\nexport const a = 1\nexport const b = 2\n// Not hover text.\nexport type C = number\n'
    expect(undocumented(programOf(file, text), file)).toEqual(['b', 'C'])
  })

  test('is missed where it has no example', () => {
    const example = '```ts\n * f()\n * ```'
    const text = [
      `/**\n * Shown.\n *\n * ${example}\n */\nexport const a = () => 1`,
      `/**\n * Shown.\n * @returns one\n *\n * ${example}\n */\nexport const b = () => 1`,
      '/** Not shown. */\nexport const c = () => 1',
      '/** Not shown, and of a type that is a function: `ts`. */\nexport const d: typeof c = c',
      '/** No function. */\nexport const e = 1',
      '/** No value. */\nexport type F = () => void',
    ].join('\n')
    expect(withoutExample(programOf(file, text), file)).toEqual(['c', 'd'])
  })
})
