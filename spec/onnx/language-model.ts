/**
 * The language model of the model's laws, with all that it answers compiled into one graph.
 */
import type { Concrete, Carrier, Signature, Tensors } from '../../src/algebra/tensor-algebra.js'
import type { Reading, Term } from '../../src/laws/agreement-of-readings.js'
import type { LanguageModel } from '../../src/laws/language-model.js'
import type { Passage, Plains } from '../../src/laws/passage.js'
import { readOneHot } from '../../src/laws/plain.js'
import { readAll } from '../../src/laws/records.js'
import type { AnyCell } from '../../src/laws/subject.js'
import type { CellShape } from '../../src/model/cell.js'
import { crossEntropyForward } from '../../src/model/loss.js'
import { backpropagate, forward } from '../../src/model/model.js'

const prefixed = (prefix: string, a: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(a).map(([field, value]) => [prefix + field, value]))
const under = (prefix: string, a: Plains): Plains =>
  Object.fromEntries(
    Object.entries(a).flatMap(([field, value]) =>
      field.startsWith(prefix) ? [[field.slice(prefix.length), value] as const] : [],
    ),
  )

const opened = <F extends Carrier>(algebra: Concrete<F>, { parameters, state, X, Y, dState }: Passage) => ({
  parameters: readAll(algebra, parameters) as never,
  state: readAll(algebra, state) as never,
  X: readOneHot(algebra, X),
  Y: readOneHot(algebra, Y),
  dState: readAll(algebra, dState) as never,
})

export const forwardOf = <C extends CellShape>(cell: AnyCell<C>): Term<Passage> => ({
  name: 'forward',
  cites: ['hidden', 'output'],
  of: <F extends Carrier>(algebra: Concrete<F>, passage: Passage): Tensors<F, Signature> => {
    const { parameters, state, X } = opened(algebra, passage)
    const { O, H, state: last } = forward(algebra, cell(algebra))(parameters, state, X)
    return { scores: O, hidden: H, ...prefixed('state.', last) } as never
  },
})

const lossOf = <C extends CellShape>(cell: AnyCell<C>): Term<Passage> => ({
  name: 'loss',
  cites: ['loss'],
  of: <F extends Carrier>(algebra: Concrete<F>, passage: Passage): Tensors<F, Signature> => {
    const { parameters, state, X, Y } = opened(algebra, passage)
    const { O, state: last } = forward(algebra, cell(algebra))(parameters, state, X)
    return { loss: crossEntropyForward(algebra)(O, Y).loss, ...prefixed('state.', last) } as never
  },
})

const backpropagateOf = <C extends CellShape>(cell: AnyCell<C>): Term<Passage> => ({
  name: 'backpropagate',
  cites: ['bptt-o', 'bptt-h', 'bptt-w', 'bptt-state'],
  of: <F extends Carrier>(algebra: Concrete<F>, passage: Passage): Tensors<F, Signature> => {
    const { parameters, state, X, Y, dState } = opened(algebra, passage)
    const run = backpropagate(algebra, cell(algebra))(parameters, state, X, Y, dState)
    return {
      loss: run.loss,
      ...prefixed('gradients.', run.gradients),
      ...prefixed('dState.', run.dState),
      ...prefixed('state.', run.state),
    } as never
  },
})

export const languageModelIn = <C extends CellShape>({ evaluate }: Reading, cell: AnyCell<C>): LanguageModel => {
  const [ahead, mean, back] = [forwardOf(cell), lossOf(cell), backpropagateOf(cell)]
  return {
    forward: (passage) => {
      const answer = evaluate(ahead, passage)
      return { scores: answer['scores'], hidden: answer['hidden'], state: under('state.', answer) }
    },
    evaluate: (passage) => {
      const answer = evaluate(mean, passage)
      return { loss: answer['loss'].values[0], state: under('state.', answer) }
    },
    backpropagate: (passage) => {
      const answer = evaluate(back, passage)
      return {
        loss: answer['loss'].values[0],
        gradients: under('gradients.', answer),
        dState: under('dState.', answer),
        state: under('state.', answer),
      }
    },
  }
}
