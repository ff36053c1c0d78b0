/** A call of every function that `src/engine` exports, but of what needs a runtime. */
import fc from 'fast-check'
import * as engine from '../../src/engine/index.js'
import type { GraphRequest } from '../../src/engine/index.js'
import type { LayersShape } from '../../src/model/index.js'
import { modelOf, optimiserIn } from '../../src/files/index.js'
import { call, ofCopies } from './purity.js'
import type { Calls } from './purity.js'
import { beginnings, begun } from './purity-store.js'
import type { Beginning } from './purity-store.js'

/** A model, and how its training step is laid out. */
export interface EngineWorld {
  readonly beginning: Beginning
  readonly onOneThread: boolean
  readonly packed: boolean
}

export const engineWorlds: fc.Arbitrary<EngineWorld> = fc.record({
  beginning: beginnings,
  onOneThread: fc.boolean(),
  packed: fc.boolean(),
})

/** What has no call in the table, and why. */
export const engineExceptions = {
  nativeRuntime: 'loads a package, where it is installed',
  runtimeOf: 'hands on what a package does',
  onnxEngine: 'opens a session of a runtime',
}

export const engineCalls = ({ beginning, onOneThread, packed }: EngineWorld): Calls => {
  const { checkpoint, parameters } = begun(beginning)
  const { settings, vocabulary } = checkpoint
  const { batch, steps } = settings
  const metadata = { text: beginning.text }
  const request: GraphRequest<LayersShape> = {
    ...{ model: ofCopies(modelOf, settings, vocabulary), optimiser: ofCopies(optimiserIn, settings), batch, steps },
    ...{ onOneThread, packed, metadata },
  }
  const weights = ofCopies(engine.builtIn, parameters)
  return {
    builtIn: call(engine.builtIn, parameters),
    trainingGraph: call(engine.trainingGraph<LayersShape>, request),
    forwardGraph: call(engine.forwardGraph<LayersShape>, request, weights),
    generationGraph: call(engine.generationGraph<LayersShape>, request, weights),
    exportGraphs: call(engine.exportGraphs<LayersShape>, request, parameters, vocabulary),
  }
}
