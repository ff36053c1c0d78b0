/**
 * The interpreters of the algebra, in one table: whatever is claimed of an algebra is run on each of them.
 */
import type { Carrier, Concrete } from '../src/algebra/tensor-algebra.js'
import { float32, float64 } from '../src/interpret/index.js'

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
