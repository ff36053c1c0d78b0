/** A call of every function that `src/model` exports, and of every part of a cell and of an activation. */
import type { Carrier, Concrete, OneHot, TensorAlgebra } from '../../src/algebra/index.js'
import { read, readOneHot } from '../../src/laws/plain.js'
import * as ofModel from '../../src/model/index.js'
import type {
  Batch,
  Cell,
  Gru,
  Hidden,
  OneLayer,
  Parameters,
  Rnn,
  Rows,
  State,
  Vocabulary,
} from '../../src/model/index.js'
import { call, ofCopies } from './purity.js'
import type { Call, Calls } from './purity.js'
import type { PlainWorld } from './purity-calls.js'

/** A model and a minibatch, read in an algebra. */
const modelOf = <F extends Carrier>(algebra: Concrete<F>, world: PlainWorld) => {
  const cell = ofModel.rnn(algebra, ofModel.tanh(algebra))
  const network = { layers: (of: TensorAlgebra<F>) => ofModel.layer(of, cell) }
  const parameters: Parameters<F, OneLayer<Rnn>> = {
    W_xh: read(algebra, world.W_xh),
    W_hh: read(algebra, world.W_hh),
    b_h: read(algebra, world.b_h),
    W_hq: read(algebra, world.W_hq),
    b_q: read(algebra, world.b_q),
  }
  const state: State<F, OneLayer<Rnn>> = { H: read(algebra, world.H) }
  const dState: State<F, OneLayer<Rnn>> = { H: read(algebra, world.dH) }
  const X: OneHot<F, [Rows, Vocabulary]> = readOneHot(algebra, world.X)
  const Y: OneHot<F, [Rows, Vocabulary]> = readOneHot(algebra, world.Y)
  const inputs = ofCopies(cell.project<Rows>, parameters, X)
  const { H, tape } = ofCopies(ofModel.unrollForward(algebra, cell), parameters, state, inputs)
  return { cell, model: { ...network, sizes: world.sizes }, parameters, state, dState, X, Y, inputs, tape, H }
}

/** One call of each function of `src/model`. */
export const modelCalls = <F extends Carrier>(
  algebra: Concrete<F>,
  world: PlainWorld,
): Calls => {
  const { cell, model, parameters, state, dState, X, Y, inputs, tape, H } = modelOf(algebra, world)
  const { sizes, batch } = world
  const onUnits = ofModel.gru(algebra, ofModel.units(algebra))
  const choice = { cell: 'gru', activation: 'tanh', layers: 2, biases: 'two' } as const
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
    parameterAxes: call(ofModel.parameterAxes<F, OneLayer<Rnn>>, algebra, model),
    whole: call(ofModel.whole<F, OneLayer<Rnn>>, parameters),
    zeroState: call(ofModel.zeroState<F, OneLayer<Rnn>>, algebra, model, batch),
    zeroAdjoint: call(ofModel.zeroAdjoint(algebra)<OneLayer<Rnn>['state']>, state),
    forward: call(ofModel.forward<F, OneLayer<Rnn>>(algebra, model), parameters, state, X),
    backpropagate: call(ofModel.backpropagate<F, OneLayer<Rnn>>(algebra, model), parameters, state, X, Y, dState),
    outputForward: call(ofModel.outputForward(algebra)<Rows>, parameters, H),
    outputBackward: call(ofModel.outputBackward(algebra)<Rows>, parameters, H, O),
    vocabularyAxis: call(ofModel.vocabularyAxis, sizes.vocabulary),
    hiddenAxis: call(ofModel.hiddenAxis, sizes.hidden),
    previousAxis: call(ofModel.previousAxis, sizes.hidden),
    batchAxis: call(ofModel.batchAxis, batch.size),
    timeAxis: call(ofModel.timeAxis, batch.size),
    lowerAxis: call(ofModel.lowerAxis, sizes.hidden),
    characters: call(ofModel.characters<F>, algebra),
    units: call(ofModel.units<F>, algebra),
    gateAxes: call(ofModel.gateAxes<F, 'characters'>, ofModel.characters(algebra), sizes, 'two'),
    secondBias: call((its) => ofModel.secondBias(algebra, 'two').gradient('b_h', its), read(algebra, world.H)),
    axisRenames: call((its) => ofModel.axisRenames(algebra).asPrevious<Batch>(its), read(algebra, world.H)),
    rnn: call(ofModel.rnn<F>, algebra, ofModel.tanh(algebra)),
    gru: call(ofModel.gru<F>, algebra),
    gruResetBefore: call(ofModel.gruResetBefore<F>, algebra),
    lstm: call(ofModel.lstm<F>, algebra),
    layer: call(ofModel.layer<F, Rnn>, algebra, cell),
    layers: call(ofModel.layers<F, Rnn, [Gru<'units'>]>, algebra, cell, onUnits),
    layersOf: call((its) => ofModel.layersOf(its)(algebra), choice),
    networkOf: call(ofModel.networkOf, choice),
    rnnKind: call(ofModel.rnnKind, 'relu', { biases: 'two' }),
    gruKind: call(ofModel.gruKind, { biases: 'two' }),
    lstmKind: call(ofModel.lstmKind, { biases: 'two' }),
    layersKind: call(ofModel.layersKind<Rnn, [Gru<'units'>]>, ofModel.rnnKind(), ofModel.gruKind()),
    languageModel: call((its) => ofModel.languageModel(ofModel.rnnKind(), its), sizes),
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
    forward: call(cell.forward, parameters, state, { XW: H }),
    backward: call(cell.backward, parameters, tapeOfStep, dState, H),
    gradients: call(cell.gradients<Rows>, X, tape, { dZ: inputs.XW }),
    dX: call(cell.dX<Rows>, parameters, { dZ: inputs.XW }),
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
