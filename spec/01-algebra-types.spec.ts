/**
 * Chapter 1, continued: illegal products do not compile, for the reason they should not, and do not run either.
 */
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { axis, Defect, product } from '../src/algebra/index.js'
import type { Carrier, Concrete } from '../src/algebra/index.js'
import { batchAxis, hiddenAxis, previousAxis, timeAxis, vocabularyAxis } from '../src/model/index.js'
import { illegalProducts, legal } from './mistakes/illegal-products.js'
import type { Symbols } from './mistakes/illegal-products.js'
import { onEachInterpreter } from './runner/interpreters.js'

const SIZE = 3

/** Every symbol, with axes that are told apart by their names alone. */
const symbols = <F extends Carrier>({ fill, oneHot }: Concrete<F>): Symbols<F> => {
  const [N, H, H_prev, V] = [batchAxis(SIZE), hiddenAxis(SIZE), previousAxis(SIZE), vocabularyAxis(SIZE)]
  const [T, K] = [timeAxis(SIZE), axis('K', SIZE)]
  return {
    c: fill([], 1),
    x: oneHot([N, V], [0, 1, 2]),
    index: oneHot([N, K, V], [0, 1, 2, 0, 1, 2, 0, 1, 2]),
    source: fill([N, K], 1),
    H: fill([N, H], 1),
    H_prev: fill([N, H_prev], 1),
    O: fill([N, V], 1),
    W_xh: fill([V, H], 1),
    W_hh: fill([H_prev, H], 1),
    W_hq: fill([H, V], 1),
    b_h: fill([H], 1),
    b_q: fill([V], 1),
    Z: fill([product(T, N), H], 1),
    inTime: fill([T, N, H], 1),
  }
}

onEachInterpreter((name, algebra) => {
  describe(`without types, in ${name}`, () => {
    test.each(Object.entries(illegalProducts(algebra, symbols(algebra))))('%s is refused', (_, mistake) => {
      expect(mistake).toThrow(Defect)
    })
    test.each(Object.entries(legal(algebra, symbols(algebra))))('%s is not', (_, meant) => {
      expect(meant).not.toThrow()
    })
  })
})

describe('with types', () => {
  const file = fileURLToPath(new URL('mistakes/illegal-products.ts', import.meta.url))
  const written = ts.sys.readFile(file) ?? ''
  const settings = fileURLToPath(new URL('tsconfig.json', import.meta.url))
  const configuration = ts.getParsedCommandLineOfConfigFile(settings, {}, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: () => undefined,
  })
  const options = configuration?.options ?? {}

  /** What the compiler says of the table if this is what stands in it: the code and line of each error. */
  const errorsOf = (text: string): readonly { readonly code: number; readonly line: number }[] => {
    const host = ts.createCompilerHost(options)
    const withText: ts.CompilerHost = {
      ...host,
      getSourceFile: (path, ...others) =>
        path === file
          ? ts.createSourceFile(path, text, options.target ?? ts.ScriptTarget.ES2022)
          : host.getSourceFile(path, ...others),
    }
    const program = ts.createProgram([file], options, withText)
    return program.getSemanticDiagnostics(program.getSourceFile(file)).map(({ code, file: source, start }) => ({
      code,
      line: source?.getLineAndCharacterOfPosition(start ?? 0).line ?? -1,
    }))
  }

  const lines = written.split('\n')
  const expected = lines.flatMap((line, i) => (line.includes('@ts-expect-error --') ? [i + 1] : []))

  /** "Not assignable" as an argument, as a value, and to a property or an index that is only read. */
  const NOT_ASSIGNABLE = [2345, 2322, 2540, 2542]

  test('each mistake is an error of assignment on its own line, and nothing else is', { timeout: 60_000 }, () => {
    const errors = errorsOf(written.replaceAll('@ts-expect-error', 'what follows is an error'))
    expect(errors.map(({ line }) => line)).toEqual(expected)
    expect(errors.filter(({ code }) => !NOT_ASSIGNABLE.includes(code))).toEqual([])
    expect(expected.length).toBeGreaterThan(50)
  })

  test('a mistake that compiles is noticed', { timeout: 60_000 }, () => {
    const UNUSED_EXPECTATION = 2578
    const mended = written.replace("'H W_xh': () => matmul(H, W_xh)", "'H W_xh': () => matmul(H, W_hq)")
    expect(errorsOf(written)).toEqual([])
    expect(errorsOf(mended).map(({ code }) => code)).toEqual([UNUSED_EXPECTATION])
  })
})
