/**
 * Chapter 2, products by the WebAssembly module: the loops' bits, whatever is multiplied.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import wabt from 'wabt'
import { axis } from '../src/algebra/index.js'
import { float32 } from '../src/interpret/index.js'
import { matrix, transposed } from '../src/interpret/kernel/index.js'
import { columnsOf, rowsOf } from '../src/interpret/kernel/lines.js'
import type { Lines } from '../src/interpret/kernel/lines.js'
import { bytes } from '../src/interpret/kernel/product-bytes.js'
import { productByLoops } from '../src/interpret/kernel/product-loops.js'
import { instantiate, loaded, productByModule } from '../src/interpret/kernel/product-module.js'
import type { Platform, ProductModule } from '../src/interpret/kernel/product-module.js'
import { root } from './house/parts.js'
import { forAll, law } from './runner/run.js'

/** Every remainder of the sizes by those of tiles is met in each way of the loops, and nothing at all as well. */
const LARGEST_SIZE = 89
/** What the module may keep of memory. */
const MOST_BYTES = 64 * 2 ** 20
const size = fc.oneof({ weight: 1, arbitrary: fc.nat(4) }, { weight: 4, arbitrary: fc.nat(LARGEST_SIZE) })

/** Entries whose products and sums are rounded, overflow, are subnormal or cancel. */
const entry = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: -2, max: 2, noNaN: true }) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.constantFrom(-0, 0, 1, -1, 2 ** -149, 2 ** -126, 5e-324, 3.4e38, -3.4e38) },
)
/** They are few, since whatever they meet is one of them. */
const special = fc.record({ value: fc.constantFrom(NaN, Infinity, -Infinity), place: fc.nat() })

/** What a matrix is filled from, which takes less time than a generated number an entry. */
const contents = fc.record({
  palette: fc.array(entry, { minLength: 20, maxLength: 40 }),
  step: fc.integer({ min: 1, max: 1000 }),
  specials: fc.array(special, { maxLength: 2 }),
  isTransposed: fc.boolean(),
  /** How much of the array that holds the numbers lies before them, as before a slice. */
  skipped: fc.nat(3),
})
type Contents = typeof contents extends fc.Arbitrary<infer C> ? C : never
type Storage = Float32ArrayConstructor | Float64ArrayConstructor

const viewOf = (storage: Storage, its: Contents, rows: number, columns: number) => {
  const { palette, step, specials, isTransposed, skipped } = its
  const numbers = new storage(skipped + rows * columns).map((_, i) => palette[(i * step + (i >> 3)) % palette.length])
  const data = numbers.subarray(skipped)
  specials.forEach(({ value, place }) => {
    if (data.length > 0) data[place % data.length] = value
  })
  return isTransposed ? transposed(data, columns, rows) : matrix(data, rows, columns)
}

const operands = fc
  .record({
    storage: fc.constantFrom<Storage[]>(Float32Array, Float64Array),
    ...{ M: size, N: size, K: size, a: contents, b: contents },
  })
  .map(({ storage, M, N, K, a, b }) => ({
    storage,
    rows: rowsOf(viewOf(storage, a, M, K)),
    columns: columnsOf(viewOf(storage, b, K, N)),
  }))

/** The bits of the numbers; those of any NaN are the same ones. */
const bitsOf = (a: Float32Array | Float64Array): Uint8Array => {
  const one = a.map((x) => (Number.isNaN(x) ? NaN : x))
  return new Uint8Array(one.buffer)
}

describe('the module', () => {
  test('is what its source says', async () => {
    const source = readFileSync(join(root, 'src/interpret/kernel/product.wat'), 'utf8')
    const module = (await wabt()).parseWat('product.wat', source, { simd: true })
    module.validate()
    expect(Buffer.from(module.toBinary({}).buffer).toString('base64')).toBe(bytes)
  })

  law(
    'gives the loops\' bits, for singles and doubles, transposed or not, with infinities and NaN, of matmul',
    forAll(operands, ({ storage, rows, columns }) => {
      const expected = bitsOf(productByLoops(storage, rows, columns))
      const got = productByModule(loaded(), storage, rows, columns)
      return got instanceof storage && Buffer.compare(bitsOf(got), expected) === 0
    }),
    { runs: 150 },
  )

  test('multiplies what is large', () => {
    const n = 300
    const [a, b, c] = [axis('a', n), axis('b', n), axis('c', n)]
    float32.matmul(float32.fill([a, b], 1), float32.fill([b, c], 1))
    expect(loaded()?.memory.buffer.byteLength).toBeGreaterThan(2 * n * n * Float64Array.BYTES_PER_ELEMENT)
  })
})

describe('there is no module, and loops take over', () => {
  const refused = (): never => {
    throw new Error('refused')
  }
  /** `new` throws too, since an arrow function makes nothing. */
  const Refused = refused as unknown as Platform['Module'] & Platform['Instance']
  const Empty = Object as unknown as Platform['Module']
  const lines = (count: number, depth: number): Lines => ({
    data: new Float32Array(count * depth),
    ...{ offset: 0, lines: count, lineStride: depth, depth, depthStride: 1 },
  })

  /** An instance of its own, whose memory nobody else grows. */
  const fresh = (): ProductModule => {
    const module = instantiate(() => (globalThis as unknown as { readonly WebAssembly: Platform }).WebAssembly)
    if (module === undefined) throw new Error('this platform has no WebAssembly with vectors, which these tests need')
    return module
  }

  test.each([
    ['without WebAssembly', () => undefined as never],
    ['where naming it throws', refused],
    ['where compiling is refused', () => ({ Module: Refused, Instance: Refused })],
    ['where instances are refused', () => ({ Module: Empty, Instance: Refused })],
  ])('%s', (_, platform) => {
    const module = instantiate(platform)
    expect(module).toBeUndefined()
    expect(productByModule(module, Float32Array, lines(2, 2), lines(2, 2))).toBeUndefined()
  })

  test('where the numbers are too many for its memory, which then does not grow', () => {
    const module = fresh()
    const before = module.memory.buffer.byteLength
    // Eight lines packed as doubles, four of singles, and three that a panel may read behind those.
    const depth = Math.floor(MOST_BYTES / (8 * 8 + (4 + 3) * 4))
    expect(productByModule(module, Float32Array, lines(4, depth + 1), lines(4, depth + 1))).toBeUndefined()
    expect(module.memory.buffer.byteLength).toBe(before)
    expect(productByModule(module, Float32Array, lines(4, depth), lines(4, depth))).toHaveLength(16)
    expect(() => module.memory.grow(1024)).toThrow(RangeError)
  })

  test('where the platform gives it no memory', () => {
    const poor = {
      ...fresh(),
      memory: {
        buffer: new ArrayBuffer(0),
        grow: () => {
          throw new RangeError('no')
        },
      },
    }
    expect(productByModule(poor, Float32Array, lines(2, 2), lines(2, 2))).toBeUndefined()
  })
})
