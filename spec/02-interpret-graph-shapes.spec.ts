/**
 * Chapter 2, continued: shapes. What a node says of its type and its shape is what the runtime finds.
 */
import { describe } from 'vitest'
import { axis } from '../src/algebra/index.js'
import type { Axes } from '../src/algebra/index.js'
import type { Signature, Tensors } from '../src/algebra/tensor-algebra.js'
import type { AdjointSample } from '../src/laws/algebra/adjoints.js'
import type { Term } from '../src/laws/algebra/agreement-of-readings.js'
import { exactOperations, operands, roundedOperations } from '../src/laws/algebra/operations.js'
import { adjointSamples } from '../src/laws/samples/algebra.js'
import { size } from '../src/laws/samples/tensors.js'
import { layouts } from './runner/interpreters.js'
import { compiled, found, nodesAround } from './onnx/compiled.js'
import { loops } from './onnx/loops.js'
import { forAll, law } from './runner/run.js'

/** Every shape that a term can have is met in few samples: no operation looks at a number. */
const FEW = { runs: 3 }

/** What the runtime calls the types. */
const TYPES = { float: 'float32', int64: 'int64', bool: 'bool' } as const

/** Terms whose shape something else depends on. */
const depending: readonly Term<AdjointSample>[] = [
  {
    name: 'a transpose, multiplied',
    cites: [],
    of: (algebra, sample) => {
      const { A, Y } = operands(algebra, sample)
      return { result: algebra.matmul(algebra.transpose(A), Y) as never }
    },
  },
  {
    name: 'picked entries, along an axis of their own',
    cites: [],
    of: (algebra, sample) => {
      const { A, x, y } = operands(algebra, sample)
      return { result: algebra.add(algebra.takeAlongRows(A, x), y) as never }
    },
  },
  {
    name: 'a factor of a product, and of a sum of squares',
    cites: [],
    of: (algebra, sample) => {
      const { A, A2, c } = operands(algebra, sample)
      const { mul, scale, sum } = algebra
      return { product: scale(c, mul(A, A2)), squares: scale(c, sum(mul(A, A))) } as never
    },
  },
  {
    name: 'steps of no length',
    cites: [],
    of: (algebra) => {
      const none = algebra.fill([axis('T', 0), axis('K', 3)], 1)
      const { outputs } = algebra.scan(
        (state, slice) => ({ state, output: slice }),
        {},
        { x: none as never },
      )
      return outputs as never
    },
  },
]

const sizesOf = (axes: Axes): readonly number[] => axes.map(({ size: entries }) => entries)

const terms = [...exactOperations, ...roundedOperations, ...loops, ...depending]

describe.each(['onnx, loops written out', 'onnx, loops kept'])('nodes have the type and shape they say: %s', (name) => {
  terms.forEach((term) => {
    law(
      term.name,
      forAll(adjointSamples(size), (sample) => {
        const tensors: Tensors<'graph', Signature> = term.of(compiled(layouts[name]), sample)
        const nodes = nodesAround({ tensors })
        const said = nodes.map(({ type, shape }) => ({ type: TYPES[type], shape }))
        return (
          JSON.stringify(said) === JSON.stringify(found(nodes)) &&
          Object.values(tensors).every(({ axes, node: { shape } }) => sizesOf(axes).join() === shape.join())
        )
      }),
      FEW,
    )
  })
})
