/**
 * Models to look at: every graph that the engine makes, for every cell, and the awkward loops in every layout.
 */
import fc from 'fast-check'
import { exportGraphs } from '../../src/engine/index.js'
import { float32 } from '../../src/interpret/index.js'
import { encodeModel } from '../../src/interpret/onnx/encode.js'
import { initialParameters, normalWeights } from '../../src/train/initial.js'
import { adam, chain, clipByGlobalNorm, frozen, scheduled, sgd, warmUp } from '../../src/train/index.js'
import type { AnyOptimiser } from '../../src/train/index.js'
import type { AnyNetwork, CellChoice } from '../../src/model/cells.js'
import { networkOf } from '../../src/model/cells.js'
import { languageModel } from '../../src/model/language-model.js'
import type { LayersShape } from '../../src/model/layers.js'
import type { Sizes } from '../../src/model/parameters.js'
import { seeded } from '../../src/random.js'
import { adjointSamples } from '../../src/laws/samples/algebra.js'
import { layouts } from '../runner/interpreters.js'
import { seed } from '../runner/run.js'
import { compiled, modelFor } from './compiled.js'
import { loops } from './loops.js'

const plain: CellChoice = { cell: 'rnn', activation: 'tanh', layers: 1, biases: 'one' }

/** Layers, and what they are trained by. */
export interface Setup extends AnyNetwork<LayersShape> {
  readonly optimiser: AnyOptimiser
}

/** The model of a setup at these sizes, with its optimiser. */
export const sized = (setup: Setup, its: Sizes) => ({ model: languageModel(setup, its), optimiser: setup.optimiser })

/** A cell with an optimiser each, so that each of either is among them. */
export const setups: Readonly<Record<string, Setup>> = {
  'rnn, clipped': {
    ...networkOf(plain),
    optimiser: (algebra) => chain(clipByGlobalNorm(algebra)(0.01), sgd(algebra)(1)),
  },
  'relu, frozen': {
    ...networkOf({ ...plain, activation: 'relu' }),
    optimiser: (algebra) => frozen(algebra)(['W_hh', 'b_q'], sgd(algebra)(0.5)),
  },
  'identity, warming up': {
    ...networkOf({ ...plain, activation: 'identity' }),
    optimiser: (algebra) => chain(sgd(algebra)(0.1), scheduled(algebra)(warmUp(10))),
  },
  'two layers of gru, Adam': {
    ...networkOf({ ...plain, cell: 'gru', layers: 2 }),
    optimiser: (algebra) => chain(clipByGlobalNorm(algebra)(1), adam(algebra)(1e-3)),
  },
  'lstm with two biases': {
    ...networkOf({ ...plain, cell: 'lstm', biases: 'two' }),
    optimiser: (algebra) => sgd(algebra)(1),
  },
}

export const sizes = { vocabulary: 5, hidden: 3 }
const alphabet = { characters: ['a', 'b', 'c', 'd', 'e'] }

/** The graphs of a setup, for so many steps of two rows. */
export const graphsOf = (setup: Setup, steps: number) => {
  const its = sized(setup, sizes)
  const [parameters] = initialParameters(float32, its.model, normalWeights(0.5))(seeded(1))
  return exportGraphs({ ...its, batch: 2, steps }, parameters, alphabet)
}

/** Steps of which loops are written out, and steps of which they are kept. */
export const STEPS = { few: 3, many: 80 }

type Named = readonly [name: string, model: Uint8Array]

const ofEngine = Object.entries(setups).flatMap(([name, setup]) =>
  Object.values(STEPS).flatMap((steps) =>
    Object.entries(graphsOf(setup, steps)).map(
      ([kind, model]): Named => [`${kind}, ${name}, T = ${String(steps)}`, model],
    ),
  ),
)

const ofLoops = Object.entries(layouts).flatMap(([layout, settings]) =>
  loops.flatMap((term) => {
    const [sample] = fc.sample(adjointSamples(fc.constant(2)), { numRuns: 1, seed })
    const model = encodeModel(modelFor({ tensors: term.of(compiled(settings), sample) }))
    return [[`${term.name}, ${layout}`, model] satisfies Named]
  }),
)

export const examples: readonly Named[] = [...ofEngine, ...ofLoops]
