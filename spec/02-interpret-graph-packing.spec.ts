/**
 * Chapter 2, continued: tensors that travel together, as one vector.
 */
import { describe, expect, test } from 'vitest'
import { axis } from '../src/algebra/index.js'
import { compile, modelOf } from '../src/interpret/onnx/compile.js'
import { nativeRuntime } from '../src/engine/index.js'
import type { Runtime } from '../src/engine/index.js'

const [R, C] = [axis('R', 2), axis('C', 3)]
const signatures = { tensors: { a: [R, C], b: [C], c: [] }, oneHots: {} }
const options = { name: 'packed', description: 'sums and products' }
const packs = { all: ['c', 'a', 'b'], sums: ['second', 'first'] }
type F = Parameters<typeof compile>[1]
const f: F = (algebra, { tensors: { a, b, c } }) => ({
  tensors: {
    first: algebra.addRow<typeof R, typeof C>(a, b),
    second: algebra.scale<[typeof C]>(c, b) as never,
    third: algebra.sum(a),
    fourth: c,
  },
})

const runtimeOrThrow = async (): Promise<Runtime> => {
  const runtime = await nativeRuntime()
  if (runtime._tag === 'Left') throw new Error(runtime.left._tag)
  return runtime.right
}

describe('a model with packs', () => {
  test('takes and gives one vector for each, its members end to end in their order', async () => {
    const runtime = await runtimeOrThrow()
    const session = await runtime.createSession(compile(signatures, f, { ...options, packs }), 1)
    const all = Float32Array.from([2, 1, 2, 3, 4, 5, 6, 10, 20, 30])
    const results = await session.run({ all: runtime.tensor('float32', all, [10]) })
    expect(Object.keys(results).sort()).toEqual(['fourth', 'sums', 'third'])
    expect(Array.from(results['sums'].data as Float32Array)).toEqual([20, 40, 60, 11, 22, 33, 14, 25, 36])
    expect(Array.from(results['third'].data as Float32Array)).toEqual([21])
    expect([results['fourth'].dims, Array.from(results['fourth'].data as Float32Array)]).toEqual([[], [2]])
    await session.release()
  })

  test('says how long each vector is', () => {
    const { graph, metadata_props } = modelOf(signatures, f, { ...options, packs })
    const sizes = [...graph.input, ...graph.output].map(({ name, type }) => [name, type.tensor_type.shape.dim])
    expect(sizes).toEqual([
      ['all', [{ dim_value: 10 }]],
      ['third', []],
      ['fourth', []],
      ['sums', [{ dim_value: 9 }]],
    ])
    expect(metadata_props.map(({ key, value }) => `${key}: ${value}`)).toEqual([
      ...['input all: [all 10]', 'output third: []', 'output fourth: []', 'output sums: [sums 9]'],
    ])
  })

  test('without packs is the model that it was', () => {
    expect(modelOf(signatures, f, { ...options, packs: {} })).toEqual(modelOf(signatures, f, options))
  })

  test('a pack with a member that is no tensor of that side is a defect', () => {
    expect(() => modelOf(signatures, f, { ...options, packs: { some: ['a', 'first'] } })).toThrow(
      'compile: all of a, first must be inputs, or all outputs, to be packed',
    )
    expect(() => modelOf(signatures, f, { ...options, packs: { some: ['a', 'd'] } })).toThrow(/to be packed/)
  })
})
