/**
 * Chapter 3: other cells. GRU and LSTM, one bias a gate and two, layers on layers: whatever is claimed of the plain
 * cell holds for each of them, and each does what its gates say. Mistakes in each are refused.
 */
import { isRight } from 'fp-ts/lib/Either.js'
import type { Kind } from 'fp-ts/HKT'
import { describe, expect, test } from 'vitest'
import { product } from '../src/algebra/axis.js'
import type { Axes } from '../src/algebra/axis.js'
import { flatAxes } from '../src/algebra/names.js'
import { tensorsOf } from '../src/algebra/tensors.js'
import { float64 } from '../src/interpret/index.js'
import { checkModelGradients } from '../src/laws/model/check-model.js'
import { gruLaws, lstmLaws } from '../src/laws/model/gates.js'
import { differenceLaws, gradientLaws } from '../src/laws/model/gradient.js'
import { plainModel } from '../src/laws/model/plain-model.js'
import type { PlainModel } from '../src/laws/model/plain-model.js'
import { assembledModel, gradientZoo } from '../src/laws/mistakes/index.js'
import { biasLaws, layerLaws } from '../src/laws/model/layers.js'
import { forwardLaws } from '../src/laws/model/forward.js'
import type { Sample } from '../src/laws/model/sample.js'
import { truncationDifferenceLaws, truncationLaws } from '../src/laws/model/truncation.js'
import { identity, tanh } from '../src/model/activation.js'
import { cellNames, gatesOf, layersKind, lstmKind, networkOf, rnnKind } from '../src/model/cells.js'
import { units } from '../src/model/input.js'
import { languageModel } from '../src/model/language-model.js'
import type { AnyNetwork } from '../src/model/cells.js'
import { layers } from '../src/model/layers.js'
import type { LayersShape } from '../src/model/layers.js'
import { lstm } from '../src/model/lstm.js'
import { forward, parameterAxes, zeroState } from '../src/model/model.js'
import { batchAxis, hiddenAxis, lowerAxis, previousAxis, timeAxis, vocabularyAxis } from '../src/model/parameters.js'
import { gruResetBefore } from '../src/model/gru-reset-before.js'
import { layer } from '../src/model/layers.js'
import { rnn } from '../src/model/rnn.js'
import { anySizes, samplesCutInside, smallSizes, severalRevealingSamples, revealingSamples, revealingSizes, samplesWithCuts } from '../src/laws/samples/model.js'
import { cells, erased, layersOf } from './runner/cells.js'
import { onEachInterpreter } from './runner/interpreters.js'
import { forAll, law, runLaws } from './runner/run.js'
import { subjectOf } from './runner/subjects.js'
import { refuted } from './runner/teeth.js'
import { alone, lstmBut, rightGru, rightLstm, upper } from './mistakes/wrong-cells.js'
import { choices, wrongInOthers } from './mistakes/zoos.js'

/** Nine cells in two interpreters, with sizes up to 8 in three layers, make up for the few samples of each. */
const FEW = { runs: 4 }
/** A run of the model for each of up to three hundred parameters, twice. */
const DIFFERENCES = { runs: 2 }
const ZOO = { runs: 5 }

describe.each(cells)('%s', (_, cell) => {
  runLaws('float64', subjectOf(cell, float64), differenceLaws, samplesWithCuts(cell, smallSizes), DIFFERENCES)
  const withCut = samplesCutInside(cell, smallSizes)
  runLaws('float64', subjectOf(cell, float64), truncationDifferenceLaws, withCut, DIFFERENCES)
  onEachInterpreter((name, algebra) => {
    runLaws(name, subjectOf(cell, algebra), forwardLaws, samplesWithCuts(cell, anySizes), FEW)
    runLaws(name, subjectOf(cell, algebra), gradientLaws, samplesWithCuts(cell, anySizes), FEW)
    runLaws(name, subjectOf(cell, algebra), truncationLaws, samplesCutInside(cell, anySizes), FEW)
  })
})

/** A plain cell that hands on what it is given, on an LSTM; and on two layers. */
const underIdentity = erased(layersKind(lstmKind(), rnnKind('identity')))
const twoUnderIdentity = erased(layersKind(rnnKind(), lstmKind(), rnnKind('identity')))
const twoAlone = erased(layersKind(rnnKind(), lstmKind()))

describe('what gates do', () => {
  onEachInterpreter((name, algebra) => {
    ;(['one', 'two'] as const).forEach((biases) => {
      const [ofGru, ofLstm, ofRnn] = (['gru', 'lstm', 'rnn'] as const).map((each) => layersOf(each, 1, biases))
      const label = `${name}, ${biases} bias${biases === 'one' ? '' : 'es'}`
      runLaws(label, plainModel(algebra, ofLstm), lstmLaws, samplesWithCuts(ofLstm, anySizes), { runs: 10 })
      const gated = { gru: plainModel(algebra, ofGru), rnn: plainModel(algebra, ofRnn) }
      runLaws(label, gated, gruLaws, samplesWithCuts(ofGru, anySizes), { runs: 10 })
    })
    const ofPaper = erased({ layers: (its) => layer(its, gruResetBefore(its)) })
    const gated = { gru: plainModel(algebra, ofPaper), rnn: plainModel(algebra, layersOf('rnn', 1, 'one')) }
    runLaws(`${name}, reset before the product`, gated, gruLaws, samplesWithCuts(ofPaper, anySizes), { runs: 10 })
  })
})

describe('what biases do', () => {
  onEachInterpreter((name, algebra) => {
    ;(['rnn', 'lstm'] as const).forEach((cell) => {
      const two = layersOf(cell, 1, 'two')
      const [ofOne, ofTwo] = [subjectOf(layersOf(cell, 1, 'one'), algebra), subjectOf(two, algebra)]
      const pair = { one: ofOne.model, two: ofTwo.model, errorsOfOne: ofOne.errors, errorsOfTwo: ofTwo.errors }
      runLaws(`${cell}, ${name}`, pair, biasLaws, samplesWithCuts(two, anySizes), { runs: 10 })
    })
  })
})

describe('what layers do', () => {
  onEachInterpreter((name, algebra) => {
    const one = plainModel(algebra, layersOf('lstm', 1, 'one'))
    const onOne = { upper: 1, stack: plainModel(algebra, underIdentity), lower: one }
    runLaws(`${name}, on one layer`, onOne, layerLaws, samplesWithCuts(underIdentity, anySizes), { runs: 10 })
    const onTwo = { upper: 2, stack: plainModel(algebra, twoUnderIdentity), lower: plainModel(algebra, twoAlone) }
    runLaws(`${name}, on two layers`, onTwo, layerLaws, samplesWithCuts(twoUnderIdentity, anySizes), { runs: 10 })
  })
})

describe('the axes of a model', () => {
  test('are called as the types say', () => {
    const made = [vocabularyAxis, hiddenAxis, previousAxis, batchAxis, timeAxis, lowerAxis].map((make) => make(3))
    expect(made.map(({ name }) => name)).toEqual(['vocabulary', 'hidden', 'previous', 'batch', 'time', 'lower'])
    expect(made.map(({ size }) => size)).toEqual([3, 3, 3, 3, 3, 3])
  })
})

describe('the fields of a cell', () => {
  const sizes = { vocabulary: 5, hidden: 3 }
  const axesOf = (network: AnyNetwork<LayersShape>) =>
    Object.entries(flatAxes(parameterAxes(float64, { ...network, sizes }))).map(
      ([field, axes]) => `${field}[${axes.map(({ name }) => String(name)).join(' ')}]`,
    )

  test.each(cellNames)('%s: the weights and biases of each gate, layer by layer, then the output layer', (name) => {
    const gates = gatesOf[name]
    const field = (prefix: string, from: string) => (g: string) => [
      `${prefix}W_x${g}[${from} hidden]`,
      `${prefix}W_h${g}[previous hidden]`,
      `${prefix}b_i${g}[hidden]`,
      `${prefix}b_h${g}[hidden]`,
    ]
    expect(axesOf(layersOf(name, 3, 'two'))).toEqual([
      ...gates.flatMap(field('', 'vocabulary')),
      ...gates.flatMap(field('1.', 'lower')),
      ...gates.flatMap(field('2.', 'lower')),
      'W_hq[hidden vocabulary]',
      'b_q[vocabulary]',
    ])
    const one = axesOf(layersOf(name, 1, 'one')).filter((each) => each.startsWith('b_'))
    expect(one).toEqual([...gates.map((g) => `b_${g}[hidden]`), 'b_q[vocabulary]'])
  })

  test('an LSTM has a state of two parts in each layer, the others of one', () => {
    const parts = (name: (typeof cellNames)[number]) =>
      Object.keys(flatAxes(layersOf(name, 2, 'one').layers(float64).stateAxes(sizes, batchAxis(2))))
    expect(cellNames.map(parts)).toEqual([['H', '1.H'], ['H', '1.H'], ['H', 'C', '1.H', '1.C']])
  })

  test('a plain cell has the activation that is asked for', () => {
    const of = (activation: 'tanh' | 'relu' | 'identity') => {
      const model = languageModel(rnnKind(activation), { vocabulary: 1, hidden: 1 })
      const parameters = tensorsOf<'float64'>((axes) => float64.fill(axes, -1))(parameterAxes(float64, model))
      const X = float64.oneHot([product(timeAxis(1), batchAxis(1)), vocabularyAxis(1)], [0])
      return float64.toArray(forward(float64, model)(parameters, zeroState(float64, model, batchAxis(1)), X).H)
    }
    expect([of('tanh'), of('relu'), of('identity')]).toEqual([[Math.tanh(-2)], [0], [-2]])
  })
})

describe('mistakes in the new cells', () => {
  const { axesOf, fill, mul } = float64
  const accepted = (model: PlainModel, passage: Sample): boolean => isRight(checkModelGradients(model)(passage))
  /** Two units and two steps, so that there is something to exchange and something to hand back. */
  const sizes = revealingSizes.map((some) => ({
    ...some,
    hidden: Math.max(2, some.hidden),
    steps: Math.max(2, some.steps),
  }))

  wrongInOthers.forEach(({ mistake, model, choice }) => {
    const several = severalRevealingSamples(networkOf(choice), sizes)
    law(`rejected: ${mistake}`, forAll(several, (some) => some.some((passage) => !accepted(model, passage))), ZOO)
  })

  choices.forEach((choice) => {
    const right = assembledModel(float64, choice, gradientZoo(float64, choice).right)
    law(
      `not rejected: what they are made from, ${choice.cell}, ${choice.activation}, ${choice.biases}, ${choice.layers}`,
      forAll(revealingSamples(networkOf(choice), sizes), (passage) => accepted(right, passage)),
      ZOO,
    )
  })

  /** The model of the zoo whose mistake begins with these words. */
  const wrongModel = (beginning: string) => {
    const found = wrongInOthers.filter(({ mistake }) => mistake.startsWith(beginning))
    expect(found).toHaveLength(1)
    return found[0].model
  }

  const wrongLstm = wrongModel('LSTM: the adjoint of C is handed on')
  const leaky = plainModel(float64, alone({
    ...rightLstm,
    forward: (...its: Parameters<typeof rightLstm.forward>) => {
      const { state, tape } = rightLstm.forward(...its)
      return { state: { ...state, C: mul(state.C, fill(axesOf(state.C), 0.999)) }, tape }
    },
  }))
  const leakyAdjoint = plainModel(
    float64,
    alone(
      lstmBut((right) => ({
        ...right,
        dState: { ...right.dState, C: mul(right.dState.C, fill(axesOf(right.dState.C), 0.999)) },
      })),
    ),
  )
  refuted('a wrong LSTM is refused', lstmLaws, samplesWithCuts(layersOf('lstm', 1, 'one'), anySizes), [
    { mistake: 'C leaks', instance: leaky, refusedBy: 'keeps C, to the bit' },
    { mistake: 'the adjoint of C is never shut off', instance: wrongLstm, refusedBy: 'forgets C' },
    { mistake: 'the adjoint of C leaks', instance: leakyAdjoint, refusedBy: 'hands the adjoint of C back' },
  ])

  const leakyGru = plainModel(float64, alone({
    ...rightGru,
    forward: (...its: Parameters<typeof rightGru.forward>) => {
      const { state, tape } = rightGru.forward(...its)
      const H = mul(state.H, fill(axesOf(state.H), 0.999))
      return { state: { H }, tape: { ...tape, H } }
    },
  }))
  const plain = plainModel(float64, layersOf('rnn', 1, 'one'))
  refuted('a wrong GRU is refused', gruLaws, samplesWithCuts(layersOf('gru', 1, 'one'), anySizes), [
    { mistake: 'H leaks', instance: { gru: leakyGru, rnn: plain }, refusedBy: 'keeps H, to the bit' },
    { mistake: 'H leaks', instance: { gru: leakyGru, rnn: plain }, refusedBy: 'is the plain cell' },
    { mistake: 'H leaks', instance: { gru: leakyGru, rnn: plain }, refusedBy: 'resets all' },
    {
      mistake: 'z * dH is left out',
      instance: { gru: wrongModel('GRU: z * dH'), rnn: plain },
      refusedBy: 'hands the adjoint of H back',
    },
  ])

  const two = layersOf('rnn', 1, 'two')
  refuted('a wrong second bias is refused', biasLaws, samplesWithCuts(two, anySizes), [
    {
      mistake: 'it has no gradient',
      instance: {
        one: plain,
        two: wrongModel('the second bias has no gradient'),
        errorsOfOne: subjectOf(layersOf('rnn', 1, 'one'), float64).errors,
        errorsOfTwo: subjectOf(two, float64).errors,
      },
      refusedBy: 'two biases are one',
    },
  ])

  const lower = plainModel(float64, layersOf('lstm', 1, 'one'))
  const stacked = (above: typeof upper) => plainModel(float64, { layers: () => layers(float64, rightLstm, above) })
  refuted('wrong layers are refused', layerLaws, samplesWithCuts(underIdentity, anySizes), [
    {
      mistake: 'the upper layer has another activation',
      instance: { upper: 1, lower, stack: stacked(upper) },
      refusedBy: 'passes on what it is given',
    },
    {
      mistake: 'the adjoint goes down whatever the weights',
      instance: {
        upper: 1,
        lower,
        stack: stacked({
          ...rnn(float64, identity(float64), units(float64)),
          dX: (p, { dZ }) => float64.rename(dZ, axesOf(p.W_xh)[0]),
        }),
      },
      refusedBy: 'hands nothing down',
    },
  ])

  const zeroOf = <A extends Axes>(a: Kind<'float64', A>) => fill<A>(axesOf<A>(a), 0)
  const deaf = {
    ...upper,
    dX: (...its: Parameters<typeof upper.dX>) => mul(upper.dX(...its), zeroOf(upper.dX(...its))),
  }
  refuted('wrong middle layers are refused', layerLaws, samplesWithCuts(twoUnderIdentity, anySizes), [
    {
      mistake: 'the uppermost of three layers hands nothing down',
      instance: {
        upper: 2,
        lower: plainModel(float64, twoAlone),
        stack: plainModel(float64, {
          layers: () =>
            layers(float64, rnn(float64, tanh(float64)), lstm(float64, units(float64)), {
              ...rnn(float64, identity(float64), units(float64)),
              dX: deaf.dX,
            } as typeof upper),
        }),
      },
      refusedBy: 'passes on what it is given',
    },
  ])
})
