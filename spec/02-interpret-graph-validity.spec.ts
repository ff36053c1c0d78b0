/**
 * Chapter 2, continued: validity. Every model is what the ONNX standard calls valid.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { encodeModel } from '../src/interpret/onnx/encode.js'
import type { ModelProto } from '../src/interpret/onnx/schema.js'
import { complaintsAbout } from './onnx/checker.js'
import { decodeModel, encodedByProtobufjs } from './onnx/decode.js'
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

/** A model with a field of each type: absent, 0, empty, negative, beyond 2^32, beyond ASCII, and in a nested graph. */
const everyField: ModelProto = {
  ir_version: 8,
  opset_import: [{ version: 18 }],
  producer_name: 'μ',
  graph: {
    name: '',
    doc_string: 'd',
    node: [
      {
        name: 'n',
        op_type: 'Scan',
        input: ['a', '', 'b'],
        output: [],
        attribute: [
          { name: 'i', type: 2, i: 0 },
          { name: 'j', type: 2, i: -1 },
          { name: 's', type: 3, s: new Uint8Array([0, 255]) },
          { name: 't', type: 3, s: new Uint8Array(0) },
          { name: 'g', type: 5, g: { name: 'body', node: [], initializer: [], input: [], output: [] } },
          { name: 'ints', type: 7, ints: [0, -2, 2 ** 33] },
        ],
      },
    ],
    initializer: [
      { name: 'w', dims: [3], data_type: 1, float_data: Float32Array.of(-0, 1.5, Infinity) },
      { name: 'k', dims: [], data_type: 7, int64_data: [300] },
    ],
    input: [
      {
        name: 'x',
        doc_string: undefined,
        type: {
          tensor_type: { elem_type: 1, shape: { dim: [{ dim_value: 0 }, { dim_value: 128 }, { dim_param: 'T' }] } },
        },
      },
    ],
    output: [],
  },
  metadata_props: [{ key: 'k', value: '' }],
}

/** Its bytes, written down from protobufjs' own encoder. */
const GOLDEN = [
  '08081202cebc3aae010a6d0a01610a000a01621a016e22045363616e2a060a0169a001022a110a016a18ffffffffffff',
  'ffffff01a001022a0a0a0173220200ffa001032a060a0174a001032a0e0a016732061204626f6479a001052a1b0a0469',
  '6e7473421000feffffffffffffffff018080808020a001072a160a01031001220c000000800000c03f0000807f420177',
  '2a0910073a02ac0242016b5201645a170a017812120a100801120c0a000a030880010a031201544202101272030a016b',
].join('')

describe('the bytes of a model', () => {
  test('are those that protobufjs writes', () => {
    examples.forEach(([, bytes]) => {
      const model = decodeModel(bytes)
      expect(encodeModel(model)).toEqual(encodedByProtobufjs(model))
    })
    expect(encodeModel(everyField)).toEqual(encodedByProtobufjs(everyField))
  })

  test('are those that they always were', () => {
    expect(Buffer.from(encodeModel(everyField)).toString('hex')).toBe(GOLDEN)
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
