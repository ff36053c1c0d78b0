/**
 * Every export has hover text: what an editor shows of a name where it is imported.
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

/** The exports of these files without hover text, each file's by their names. */
const undocumented = (program: ts.Program, file: string): readonly string[] => {
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(file)
  const module = source && checker.getSymbolAtLocation(source)
  if (module === undefined) throw new Error(`${file} exports nothing`)
  const meant = (symbol: ts.Symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const textOf = (symbol: ts.Symbol): string => ts.displayPartsToString(symbol.getDocumentationComment(checker))
  /** A namespace, `export * as typing`, has the text of the line that exports it. */
  const hasText = (symbol: ts.Symbol): boolean => textOf(meant(symbol)) !== '' || isNamespace(meant(symbol))
  const isNamespace = ({ flags }: ts.Symbol): boolean => Boolean(flags & ts.SymbolFlags.ValueModule)
  return checker.getExportsOfModule(module).flatMap((symbol) => (hasText(symbol) ? [] : [symbol.getName()]))
}

describe('hover text', () => {
  const program = ts.createProgram(entries.map(([, file]) => file), options)
  test.each(entries)('stands at every export of %s', (_, file) => {
    expect(undocumented(program, file)).toEqual([])
  })

  test('is missed where it is missing', () => {
    const file = join(root, 'spec', 'no-such-file.ts')
    const text = '/** Said. */\nexport const a = 1\nexport const b = 2\n// Not hover text.\nexport type C = number\n'
    const host = ts.createCompilerHost(options)
    const reading: ts.CompilerHost = {
      ...host,
      fileExists: (name) => name === file || host.fileExists(name),
      readFile: (name) => (name === file ? text : host.readFile(name)),
      getSourceFile: (name, ...rest) =>
        name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2023) : host.getSourceFile(name, ...rest),
    }
    expect(undocumented(ts.createProgram([file], options, reading), file)).toEqual(['b', 'C'])
  })
})
