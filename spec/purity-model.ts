/** A call of every function that `src/model` exports, and of every part of a cell and of an activation. */
import type { Carrier, Concrete, OneHot } from '../src/algebra/index.js'
import { read, readOneHot } from '../src/laws/plain.js'
import * as ofModel from '../src/model/index.js'
import type {
  Batch,
  Cell,
  Gru,
  Hidden,
  Parameters,
  Rnn,
  Rows,
  State,
  Vocabulary,
} from '../src/model/index.js'
import { call, ofCopies } from './purity.js'
import type { Call, Calls } from './purity.js'
import type { PlainWorld } from './purity-calls.js'

/** A model and a minibatch, read in an algebra. */
const modelOf = <F extends Carrier>(algebra: Concrete<F>, world: PlainWorld) => {
  const cell = ofModel.rnn(algebra, ofModel.tanh(algebra))
  const parameters: Parameters<F, Rnn> = {
    W_xh: read(algebra, world.W_xh),
    W_hh: read(algebra, world.W_hh),
    b_h: read(algebra, world.b_h),
    W_hq: read(algebra, world.W_hq),
    b_q: read(algebra, world.b_q),
  }
  const state: State<F, Rnn> = { H: read(algebra, world.H) }
  const dState: State<F, Rnn> = { H: read(algebra, world.dH) }
  const X: OneHot<F, [Rows, Vocabulary]> = readOneHot(algebra, world.X)
  const Y: OneHot<F, [Rows, Vocabulary]> = readOneHot(algebra, world.Y)
  const inputs = ofCopies(cell.project<Rows>, parameters, X)
  const { H, tape } = ofCopies(ofModel.unrollForward(algebra, cell), parameters, state, inputs)
  return { cell, parameters, state, dState, X, Y, inputs, tape, H }
}

/** One call of each function of `src/model`. */
export const modelCalls = <F extends Carrier>(
  algebra: Concrete<F>,
  world: PlainWorld,
): Calls => {
  const { cell, parameters, state, dState, X, Y, inputs, tape, H } = modelOf(algebra, world)
  const { sizes, batch } = world
  const onUnits = ofModel.gru(algebra, ofModel.units(algebra))
  const O = ofCopies(ofModel.outputForward(algebra)<Rows>, parameters, H)
  return {
    activation: call(ofModel.activation<F>, algebra, 'relu'),
    tanh: call(ofModel.tanh<F>, algebra),
    relu: call(ofModel.relu<F>, algebra),
    sigmoid: call(ofModel.sigmoid<F>, algebra),
    identity: call(ofModel.identity<F>, algebra),
    crossEntropyForward: call(ofModel.crossEntropyForward(algebra)<Rows, Vocabulary>, O, Y),
    crossEntropyBackward: call(
      ofModel.crossEntropyBackward(algebra)<Rows, Vocabulary>,
      ofCopies(algebra.logSoftmax<Rows, Vocabulary>, O),
      Y,
    ),
    meanLoss: call(ofModel.meanLoss, { total: 3, rows: 2 }),
    perplexity: call(ofModel.perplexity, { total: 3, rows: 2 }),
    parameterAxes: call(ofModel.parameterAxes<F, Rnn>, cell, sizes),
    zeroState: call(ofModel.zeroState<F, Rnn>, algebra, cell, sizes, batch),
    zeroAdjoint: call(ofModel.zeroAdjoint(algebra)<{ H: [Batch, Hidden] }>, state),
    forward: call(ofModel.forward(algebra, cell), parameters, state, X),
    backpropagate: call(ofModel.backpropagate(algebra, cell), parameters, state, X, Y, dState),
    outputForward: call(ofModel.outputForward(algebra)<Rows>, parameters, H),
    outputBackward: call(ofModel.outputBackward(algebra)<Rows>, parameters, H, O),
    vocabularyAxis: call(ofModel.vocabularyAxis, sizes.vocabulary),
    hiddenAxis: call(ofModel.hiddenAxis, sizes.hidden),
    previousAxis: call(ofModel.previousAxis, sizes.hidden),
    batchAxis: call(ofModel.batchAxis, batch.size),
    timeAxis: call(ofModel.timeAxis, batch.size),
    belowAxis: call(ofModel.belowAxis, sizes.hidden),
    characters: call(ofModel.characters<F>, algebra),
    units: call(ofModel.units<F>, algebra),
    gate: call(ofModel.gate<F, 'h', 'characters', 'two'>, algebra, ofModel.characters(algebra), 'h', 'two'),
    places: call((H) => ofModel.places(algebra).asPrevious<Batch>(H), read(algebra, world.H)),
    rnn: call(ofModel.rnn<F>, algebra, ofModel.tanh(algebra)),
    gru: call(ofModel.gru<F>, algebra),
    lstm: call(ofModel.lstm<F>, algebra),
    cellOf: call(ofModel.cellOf({ cell: 'gru', activation: 'tanh', layers: 2, biases: 'two' })<F>, algebra),
    on: call(ofModel.on<F, Rnn, Gru<'units'>, 'characters', 'top'>, algebra, cell, onUnits, 'top'),
    unrollForward: call(ofModel.unrollForward(algebra, cell), parameters, state, inputs),
    unrollBackward: call(ofModel.unrollBackward(algebra, cell), parameters, tape, dState, H),
  }
}

/** One call of each part of a cell. */
export const cellCalls = <F extends Carrier>(
  algebra: Concrete<F>,
  world: PlainWorld,
): Readonly<Record<keyof Cell<F, Rnn>, Call>> => {
  const { cell, parameters, state, dState, X, tape, inputs } = modelOf(algebra, world)
  const H = read(algebra, world.H)
  const tapeOfStep = { H, H_prev: read(algebra, world.H_prev) }
  return {
    parameterAxes: call(cell.parameterAxes, world.sizes),
    stateAxes: call(cell.stateAxes, world.sizes, world.batch),
    project: call(cell.project<Rows>, parameters, X),
    forward: call(cell.forward, parameters, state, { Z: H }),
    backward: call(cell.backward, parameters, tapeOfStep, dState, H),
    gradients: call(cell.gradients<Rows>, X, tape, inputs),
    below: call(cell.below<Rows>, parameters, inputs),
  }
}

/** One call of each part of each activation. */
export const activationCalls = <F extends Carrier>(
  algebra: Concrete<F>,
  world: PlainWorld,
): Calls =>
  Object.fromEntries(
    ofModel.activationNames.flatMap((name) => {
      const { of, derivative } = ofModel.activation(algebra, name)
      const H = read(algebra, world.H)
      return [
        [`${name} of Z`, call(of<[Batch, Hidden]>, H)],
        [`${name}' given H`, call(derivative<[Batch, Hidden]>, H)],
      ]
    }),
  )
