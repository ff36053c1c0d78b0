/**
 * Chapter 13: other cells. GRU and LSTM, one bias a gate and two, layers on layers: whatever is claimed of the plain
 * cell holds for each of them, and each does what its gates say. Mistakes in each are refused.
 */
import { isRight } from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { Defect } from '../src/algebra/defect.js'
import type { Carrier, Concrete, TensorAlgebra } from '../src/algebra/tensor-algebra.js'
import { float64 } from '../src/interpret/index.js'
import { checkModel } from '../src/laws/check-model.js'
import { gruLaws, lstmLaws } from '../src/laws/gates.js'
import { differenceLaws, gradientLaws } from '../src/laws/gradient.js'
import { languageModel } from '../src/laws/language-model.js'
import { biasLaws, layerLaws, towerLaws } from '../src/laws/layers.js'
import { forwardLaws } from '../src/laws/model.js'
import type { AnyCell } from '../src/laws/subject.js'
import { truncationDifferenceLaws, truncationLaws } from '../src/laws/truncation.js'
import { identity, tanh } from '../src/model/activation.js'
import type { Cell, CellShape } from '../src/model/cell.js'
import { cellNames, cellOf, gatesOf } from '../src/model/cells.js'
import { gru } from '../src/model/gru.js'
import { belowAxis, units } from '../src/model/intake.js'
import { lstm } from '../src/model/lstm.js'
import { parameterAxes } from '../src/model/model.js'
import { batchAxis, hiddenAxis, previousAxis, timeAxis, vocabularyAxis } from '../src/model/parameters.js'
import { rnn } from '../src/model/rnn.js'
import { on } from '../src/model/stack.js'
import { anySizes, cutTrials, fewSizes, severalTelling, tellingPassages, tellingSizes, trials } from './arbitraries-model.js'
import { cells, layersOf } from './cells.js'
import { onEachInterpreter } from './interpreters.js'
import { forAll, law, runLaws } from './run.js'
import { subjectOf } from './subjects.js'
import { refuted } from './teeth.js'
import { lstmBut, mistakes, rightCells, rightGru, rightLstm, upper } from './zoo-cells.js'
import type { Float64Cell } from './zoo-cells.js'

/** Nine cells in two interpreters, with sizes up to 8 in three layers, make up for the few samples of each. */
const FEW = { runs: 4 }
/** A run of the model for each of up to three hundred parameters, twice. */
const DIFFERENCES = { runs: 2 }
const ZOO = { runs: 5 }

describe.each(cells)('%s', (_, cell) => {
  runLaws('float64', subjectOf(cell, float64), differenceLaws, trials(cell, fewSizes), DIFFERENCES)
  runLaws('float64', subjectOf(cell, float64), truncationDifferenceLaws, cutTrials(cell, fewSizes), DIFFERENCES)
  onEachInterpreter((name, algebra) => {
    runLaws(name, subjectOf(cell, algebra), forwardLaws, trials(cell, anySizes), FEW)
    runLaws(name, subjectOf(cell, algebra), gradientLaws, trials(cell, anySizes), FEW)
    runLaws(name, subjectOf(cell, algebra), truncationLaws, cutTrials(cell, anySizes), FEW)
  })
})

/** A plain cell that hands on what it is given, on an LSTM. */
const underIdentity = <F extends Carrier>(algebra: TensorAlgebra<F>): Cell<F, CellShape> =>
  on(algebra, lstm(algebra), rnn(algebra, identity(algebra), units(algebra)), '1') as unknown as Cell<F, CellShape>

const modelOf = <F extends Carrier>(algebra: Concrete<F>, cell: AnyCell<CellShape>) =>
  languageModel(algebra, cell(algebra))

describe('what gates do', () => {
  onEachInterpreter((name, algebra) => {
    ;(['one', 'two'] as const).forEach((biases) => {
      const [ofGru, ofLstm, ofRnn] = (['gru', 'lstm', 'rnn'] as const).map((each) => layersOf(each, 1, biases))
      const label = `${name}, ${biases} bias${biases === 'one' ? '' : 'es'}`
      runLaws(label, modelOf(algebra, ofLstm), lstmLaws, trials(ofLstm, anySizes), { runs: 10 })
      const gated = { gru: modelOf(algebra, ofGru), rnn: modelOf(algebra, ofRnn) }
      runLaws(label, gated, gruLaws, trials(ofGru, anySizes), { runs: 10 })
    })
  })
})

describe('what biases do', () => {
  onEachInterpreter((name, algebra) => {
    ;(['rnn', 'lstm'] as const).forEach((cell) => {
      const two = layersOf(cell, 1, 'two')
      const [ofOne, ofTwo] = [subjectOf(layersOf(cell, 1, 'one'), algebra), subjectOf(two, algebra)]
      const pair = { one: ofOne.model, two: ofTwo.model, errorsOfOne: ofOne.errors, errorsOfTwo: ofTwo.errors }
      runLaws(`${cell}, ${name}`, pair, biasLaws, trials(two, anySizes), { runs: 10 })
    })
  })
})

describe('what layers do', () => {
  onEachInterpreter((name, algebra) => {
    const layered = { stack: modelOf(algebra, underIdentity), lower: modelOf(algebra, layersOf('lstm', 1, 'one')) }
    runLaws(name, layered, layerLaws, trials(underIdentity, anySizes), { runs: 10 })
  })
})

/** A plain cell, an LSTM on it and a GRU on that, put together from below. */
const lowerFirst = <F extends Carrier>(algebra: TensorAlgebra<F>): Cell<F, CellShape> =>
  on(
    algebra,
    on(algebra, rnn(algebra, tanh(algebra)), lstm(algebra, units(algebra)), '1'),
    gru(algebra, units(algebra), 'two'),
    '2',
  ) as unknown as Cell<F, CellShape>

/** The same three layers, put together from above; `above` is the LSTM with the GRU on it. */
const upperFirst = <F extends Carrier>(
  algebra: TensorAlgebra<F>,
  above: object = on(algebra, lstm(algebra, units(algebra)), gru(algebra, units(algebra), 'two'), '2'),
): Cell<F, CellShape> =>
  on(algebra, rnn(algebra, tanh(algebra)), above as Cell<F, CellShape, 'units'>, '1') as unknown as Cell<F, CellShape>

describe('what towers do', () => {
  onEachInterpreter((name, algebra) => {
    const towers = { lowerFirst: modelOf(algebra, lowerFirst), upperFirst: modelOf(algebra, upperFirst) }
    runLaws(name, towers, towerLaws, trials(lowerFirst, anySizes), { runs: 10 })
  })
})

describe('the axes of a model', () => {
  test('are called as the types say', () => {
    const made = [vocabularyAxis, hiddenAxis, previousAxis, batchAxis, timeAxis, belowAxis].map((make) => make(3))
    expect(made.map(({ name }) => name)).toEqual(['vocabulary', 'hidden', 'previous', 'batch', 'time', 'below'])
    expect(made.map(({ size }) => size)).toEqual([3, 3, 3, 3, 3, 3])
  })
})

describe('the name of a layer', () => {
  const first = rnn(float64, tanh(float64))
  const next = rnn(float64, tanh(float64), units(float64))

  test.each([
    ['below', () => on(float64, on(float64, first, next, '1'), next, '1')],
    ['above', () => on(float64, first, on(float64, next, next, '1'), '1')],
  ])('is refused where a layer %s has it', (_, make) => {
    expect(make).toThrow(new Defect('on', 'a layer is called "1" already: there is a field 1.W_xh'))
  })

  test('may begin with that of another layer', () => {
    expect(() => on(float64, on(float64, first, next, '1'), next, '11')).not.toThrow()
    expect(() => on(float64, on(float64, first, next, '11'), next, '1')).not.toThrow()
  })
})

describe('the fields of a cell', () => {
  const axesOf = (cell: AnyCell<CellShape>) =>
    Object.entries(parameterAxes(cell(float64), { vocabulary: 5, hidden: 3 })).map(
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
      ...gates.flatMap(field('1.', 'below')),
      ...gates.flatMap(field('2.', 'below')),
      'W_hq[hidden vocabulary]',
      'b_q[vocabulary]',
    ])
    const one = axesOf(layersOf(name, 1, 'one')).filter((each) => each.startsWith('b_'))
    expect(one).toEqual([...gates.map((g) => `b_${g}[hidden]`), 'b_q[vocabulary]'])
  })

  test('an LSTM has a state of two parts in each layer, the others of one', () => {
    const parts = (name: (typeof cellNames)[number]) =>
      Object.keys(layersOf(name, 2, 'one')(float64).stateAxes({ vocabulary: 5, hidden: 3 }, batchAxis(2)))
    expect(cellNames.map(parts)).toEqual([['H', '1.H'], ['H', '1.H'], ['H', 'C', '1.H', '1.C']])
  })

  test('a plain cell has the activation that is asked for', () => {
    const of = (activation: 'tanh' | 'relu' | 'identity') => {
      const cell = cellOf({ cell: 'rnn', activation, layers: 1, biases: 'one' })(float64)
      const axes = cell.parameterAxes({ vocabulary: 1, hidden: 1 })
      const parameters = Object.fromEntries(Object.entries(axes).map(([field, its]) => [field, float64.fill(its, -1)]))
      const state = { H: float64.fill([batchAxis(1), axes.b_h[0]], 0) }
      const X = float64.oneHot([batchAxis(1), vocabularyAxis(1)], [0])
      return float64.toArray(cell.forward(parameters, state as never, cell.project(parameters, X)).tape.H)
    }
    expect([of('tanh'), of('relu'), of('identity')]).toEqual([[Math.tanh(-2)], [0], [-2]])
  })
})

describe('mistakes in the new cells', () => {
  const { axesOf, fill, mul } = float64
  const accepted = (cell: Float64Cell, passage: Parameters<ReturnType<typeof checkModel>>[0]): boolean =>
    isRight(checkModel(languageModel(float64, cell))(passage))
  /** Two units and two steps, so that there is something to exchange and something to hand back. */
  const sizes = tellingSizes.map((some) => ({
    ...some,
    hidden: Math.max(2, some.hidden),
    steps: Math.max(2, some.steps),
  }))
  const passages = (cell: Float64Cell) => tellingPassages((() => cell) as never, sizes)

  mistakes.forEach(({ mistake, cell: wrong }) => {
    const cell = wrong as Float64Cell
    const several = severalTelling((() => cell) as never, sizes)
    law(`rejected: ${mistake}`, forAll(several, (some) => some.some((passage) => !accepted(cell, passage))), ZOO)
  })

  rightCells.forEach((right, i) => {
    const cell = right as Float64Cell
    law(
      `not rejected: what they are made from, ${String(i)}`,
      forAll(passages(cell), (passage) => accepted(cell, passage)),
      ZOO,
    )
  })

  /** The model of a cell of the zoo. */
  const wrongModel = (beginning: string) => {
    const found = mistakes.filter(({ mistake }) => mistake.startsWith(beginning))
    expect(found).toHaveLength(1)
    return languageModel(float64, found[0].cell as Float64Cell)
  }

  const wrongLstm = wrongModel('LSTM: the adjoint of C is handed on')
  const leaky = languageModel(float64, {
    ...rightLstm,
    forward: (...its: Parameters<typeof rightLstm.forward>) => {
      const { state, tape } = rightLstm.forward(...its)
      return { state: { ...state, C: mul(state.C, fill(axesOf(state.C), 0.999)) }, tape }
    },
  } as never)
  const leakyAdjoint = languageModel(
    float64,
    lstmBut((right) => ({
      ...right,
      dState: { ...right.dState, C: mul(right.dState.C, fill(axesOf(right.dState.C), 0.999)) },
    })) as unknown as Float64Cell,
  )
  refuted('a wrong LSTM is refused', lstmLaws, trials(layersOf('lstm', 1, 'one'), anySizes), [
    { mistake: 'C leaks', instance: leaky, refusedBy: 'keeps C, to the bit' },
    { mistake: 'the adjoint of C is never shut off', instance: wrongLstm, refusedBy: 'forgets C' },
    { mistake: 'the adjoint of C leaks', instance: leakyAdjoint, refusedBy: 'hands the adjoint of C back' },
  ])

  const leakyGru = languageModel(float64, {
    ...rightGru,
    forward: (...its: Parameters<typeof rightGru.forward>) => {
      const { state, tape } = rightGru.forward(...its)
      const H = mul(state.H, fill(axesOf(state.H), 0.999))
      return { state: { H }, tape: { ...tape, H } }
    },
  } as never)
  const plain = modelOf(float64, layersOf('rnn', 1, 'one'))
  refuted('a wrong GRU is refused', gruLaws, trials(layersOf('gru', 1, 'one'), anySizes), [
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
  refuted('a wrong second bias is refused', biasLaws, trials(two, anySizes), [
    {
      mistake: 'it has no gradient',
      instance: {
        one: plain,
        two: wrongModel('RNN with two biases'),
        errorsOfOne: subjectOf(layersOf('rnn', 1, 'one'), float64).errors,
        errorsOfTwo: subjectOf(two, float64).errors,
      },
      refusedBy: 'two biases are one',
    },
  ])

  const lower = modelOf(float64, layersOf('lstm', 1, 'one'))
  const stacked = (above: unknown) =>
    languageModel(float64, on(float64, lstm(float64), above as never, '1') as unknown as Float64Cell)
  refuted('wrong layers are refused', layerLaws, trials(underIdentity, anySizes), [
    {
      mistake: 'the upper layer has another activation',
      instance: { lower, stack: stacked(upper) },
      refusedBy: 'passes on what it is given',
    },
    {
      mistake: 'the adjoint goes down whatever the weights',
      instance: {
        lower,
        stack: stacked({
          ...rnn(float64, identity(float64), units(float64)),
          below: (p: { readonly W_xh: never }, { Z }: { readonly Z: never }) =>
            float64.rename(Z, axesOf<[never, never]>(p.W_xh)[0]),
        }),
      },
      refusedBy: 'hands nothing down',
    },
  ])

  const pair = on(float64, lstm(float64, units(float64)), gru(float64, units(float64), 'two'), '2')
  const nothingDown = {
    ...pair,
    below: (...its: Parameters<typeof pair.below>) => mul(pair.below(...its), fill(axesOf(pair.below(...its)), 0)),
  }
  refuted('wrong towers are refused', towerLaws, trials(lowerFirst, anySizes), [
    {
      mistake: 'two layers together hand nothing down',
      instance: {
        lowerFirst: modelOf(float64, lowerFirst),
        upperFirst: languageModel(float64, upperFirst(float64, nothingDown)),
      },
      refusedBy: 'of three layers',
    },
  ])
})
