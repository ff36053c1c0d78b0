/**
 * The interpreters of the algebra, in one table: whatever is claimed of an algebra is run on each of them.
 */
import type { Carrier, Concrete } from '../../src/algebra/tensor-algebra.js'
import { float32, float64 } from '../../src/interpret/index.js'
import { compiled } from '../onnx/compiled.js'
import type { Settings } from '../onnx/compiled.js'

/** What is done with an interpreter, whichever it is. */
export type WithInterpreter = <F extends Carrier>(name: string, algebra: Concrete<F>) => void

const interpreters: readonly ((run: WithInterpreter) => void)[] = [
  (run) => {
    run('float32', float32)
  },
  (run) => {
    run('float64', float64)
  },
]

/** Does the same with every interpreter of the table. */
export const onEachInterpreter = (run: WithInterpreter): void => {
  interpreters.forEach((onOne) => {
    onOne(run)
  })
}

/**
 * The graph reading, run by ONNX Runtime, in each way that it may be laid out. A model is compiled and opened for each
 * number that is asked for, so these have a chapter of their own, with fewer samples.
 */
export const layouts: Readonly<Record<string, Settings>> = {
  'onnx, loops written out': { numbers: 'fed in', unrollUpTo: 16 },
  'onnx, loops kept': { numbers: 'fed in', unrollUpTo: 0, onOneThread: true },
  'onnx, all numbers known': { numbers: 'built in', unrollUpTo: 16 },
}

/** Does the same with the graph reading in every layout. */
export const onEachLayout = (run: WithInterpreter): void => {
  Object.entries(layouts).forEach(([name, settings]) => {
    run(name, compiled(settings))
  })
}
