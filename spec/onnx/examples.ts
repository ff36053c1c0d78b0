/**
 * Models to look at: every graph that the engine makes, for every cell, and the awkward loops in every layout.
 */
import fc from 'fast-check'
import { exportGraphs } from '../../src/engine/index.js'
import { float32 } from '../../src/interpret/index.js'
import { encodeModel } from '../../src/interpret/onnx/schema.js'
import { initialParameters, normalWeights } from '../../src/learn/initial.js'
import { adam, chain, clipByGlobalNorm, frozen, scheduled, sgd, warmUp } from '../../src/learn/index.js'
import type { Recipe } from '../../src/learn/recipe.js'
import { cellOf } from '../../src/model/cells.js'
import type { CellChoice } from '../../src/model/cells.js'
import type { CellShape } from '../../src/model/cell.js'
import { seeded } from '../../src/random.js'
import { adjoints } from '../algebra-samples.js'
import { layouts } from '../interpreters.js'
import { seed } from '../run.js'
import { compiled, modelFor } from './compiled.js'
import { loops } from './loops.js'

const plain: CellChoice = { cell: 'rnn', activation: 'tanh', layers: 1, biases: 'one' }

/** A cell with an optimiser each, so that each of either is among them. */
export const recipes: Readonly<Record<string, Recipe<CellShape>>> = {
  'rnn, clipped': {
    cell: cellOf(plain),
    optimiser: (algebra) => chain(clipByGlobalNorm(algebra)(0.01), sgd(algebra)(1)),
  },
  'relu, frozen': {
    cell: cellOf({ ...plain, activation: 'relu' }),
    optimiser: (algebra) => frozen(algebra)(['W_hh', 'b_q'], sgd(algebra)(0.5)),
  },
  'identity, warming up': {
    cell: cellOf({ ...plain, activation: 'identity' }),
    optimiser: (algebra) => chain(sgd(algebra)(0.1), scheduled(algebra)(warmUp(10))),
  },
  'two layers of gru, Adam': {
    cell: cellOf({ ...plain, cell: 'gru', layers: 2 }),
    optimiser: (algebra) => chain(clipByGlobalNorm(algebra)(1), adam(algebra)(1e-3)),
  },
  'lstm with two biases': {
    cell: cellOf({ ...plain, cell: 'lstm', biases: 'two' }),
    optimiser: (algebra) => sgd(algebra)(1),
  },
}

export const sizes = { vocabulary: 5, hidden: 3 }
const alphabet = { characters: ['a', 'b', 'c', 'd', 'e'] }

/** The graphs of a recipe, for so many steps of two rows. */
export const graphsOf = (recipe: Recipe<CellShape>, steps: number) => {
  const cell = recipe.cell(float32)
  const [parameters] = initialParameters(float32, cell, sizes, normalWeights(0.5))(seeded(1))
  return exportGraphs({ recipe, sizes, batch: 2, steps }, parameters, alphabet)
}

/** Steps of which loops are written out, and steps of which they are kept. */
export const STEPS = { few: 3, many: 80 }

type Named = readonly [name: string, model: Uint8Array]

const ofEngine = Object.entries(recipes).flatMap(([name, recipe]) =>
  Object.values(STEPS).flatMap((steps) =>
    Object.entries(graphsOf(recipe, steps)).map(
      ([kind, model]): Named => [`${kind}, ${name}, T = ${String(steps)}`, model],
    ),
  ),
)

const ofLoops = Object.entries(layouts).flatMap(([layout, settings]) =>
  loops.flatMap((term) => {
    const [sample] = fc.sample(adjoints(fc.constant(2)), { numRuns: 1, seed })
    const model = encodeModel(modelFor({ tensors: term.of(compiled(settings), sample) }))
    return [[`${term.name}, ${layout}`, model] satisfies Named]
  }),
)

export const examples: readonly Named[] = [...ofEngine, ...ofLoops]
