/**
 * Chapter 2, continued: validity. Every model is what the ONNX standard calls valid.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { decodeModel, encodeModel } from '../src/interpret/onnx/schema.js'
import type { ModelProto } from '../src/interpret/onnx/schema.js'
import { complaintsAbout } from './onnx/checker.js'
import { examples } from './onnx/examples.js'

describe('models are valid', () => {
  test.each(examples)('%s', (_, model) => {
    expect(complaintsAbout(decodeModel(model))).toEqual([])
  })

  test('and are the same after they were read and written again', () => {
    examples.forEach(([, model]) => {
      expect(encodeModel(decodeModel(model))).toEqual(model)
    })
  })

  describe('and the check finds what is not', () => {
    const [, bytes] = examples[0]
    const valid = decodeModel(bytes)
    const graph = (change: (of: ModelProto['graph']) => Partial<ModelProto['graph']>): ModelProto => ({
      ...valid,
      graph: { ...valid.graph, ...change(valid.graph) },
    })
    test.each([
      ['nodes in another order', graph(({ node }) => ({ node: node.toReversed() })), 'before it is given'],
      ['a node twice', graph(({ node }) => ({ node: [...node, node[0]] })), 'is given twice'],
      ['a constant too few', graph(() => ({ initializer: [] })), 'before it is given'],
      [
        'inputs of another type',
        graph(({ input }) => ({ input: input.map((each) => ({ ...each, type: input[input.length - 1].type })) })),
        'does not take its operands',
      ],
      [
        'an output too many',
        graph(({ input, output }) => ({ output: [...output, input[0]] })),
        'is not made in its graph',
      ],
      [
        'an operator that is unknown',
        graph(({ node }) => ({ node: node.map((each) => ({ ...each, op_type: 'Median' })) })),
        'Median is not known',
      ],
      ['another version', { ...valid, ir_version: 3 }, 'the versions are others'],
    ])('%s', (_, model, complaint) => {
      expect(complaintsAbout(model).join('\n')).toContain(complaint)
    })
  })
})

/** The standard's own checker, where Debian's python3-onnx, or the like, is installed. */
const PYTHON = '/usr/bin/python3'
const hasChecker = spawnSync(PYTHON, ['-c', 'import onnx']).status === 0
const checkAll = `
import onnx, sys
for path in sys.argv[1:]:
    onnx.checker.check_model(onnx.load(path), full_check=True)
print(len(sys.argv) - 1)
`

describe(`the ONNX checker${hasChecker ? '' : `, which ${PYTHON} does not have here: skipped`}`, () => {
  test.skipIf(!hasChecker)('passes every model, shapes included', () => {
    const place = mkdtempSync(join(tmpdir(), 'pure-rnn-models-'))
    const paths = examples.map(([, model], i) => {
      const path = join(place, `${String(i)}.onnx`)
      writeFileSync(path, model)
      return path
    })
    try {
      expect(Number(execFileSync(PYTHON, ['-c', checkAll, ...paths], { encoding: 'utf8' }))).toBe(examples.length)
    } finally {
      rmSync(place, { recursive: true })
    }
  })
})
