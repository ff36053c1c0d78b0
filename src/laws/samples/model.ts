/**
 * Generators of the samples that the laws of the model are tried on: parameters, states and text for any layers.
 */
import fc from 'fast-check'
import { product } from '../../algebra/axis.js'
import type { Axes } from '../../algebra/axis.js'
import { float64 } from '../../interpret/float64.js'
import type { CellSample, Scored } from '../model/check-model.js'
import type { LossSample } from '../model/loss.js'
import type { Sample, Plains, SampleWithCuts } from '../model/sample.js'
import { flatAxes } from '../../algebra/names.js'
import type { AnyNetwork } from '../../model/cells.js'
import type { LayersShape, OneLayer } from '../../model/layers.js'
import type { LossSum } from '../../model/loss.js'
import { parameterAxes } from '../../model/model.js'
import { batchAxis, hiddenAxis, timeAxis, vocabularyAxis } from '../../model/parameters.js'
import type { Hidden, Rows, Vocabulary } from '../../model/parameters.js'
import type { Rnn } from '../../model/rnn.js'
import { listOf, plain, plainOneHot, realWithin, size } from './tensors.js'

/** The sizes of a sample: V, H, N and T. */
export interface SampleSizes {
  readonly vocabulary: number
  readonly hidden: number
  readonly batch: number
  readonly steps: number
}

/** Sizes from 1 to 8. */
export const anySizes: fc.Arbitrary<SampleSizes> = fc.record({
  vocabulary: size,
  hidden: size,
  batch: size,
  steps: size,
})

const few = fc.integer({ min: 1, max: 4 })

/** Sizes from 1 to 4, for what takes a run of the model for each of its parameters. */
export const smallSizes: fc.Arbitrary<SampleSizes> = fc.record({ vocabulary: few, hidden: few, batch: few, steps: few })

/** The same sizes, but of at least two steps, so that there is a place to cut. */
const ofTwoStepsOrMore = (sizes: fc.Arbitrary<SampleSizes>): fc.Arbitrary<SampleSizes> =>
  sizes.map((some) => ({ ...some, steps: Math.max(2, some.steps) }))

/**
 * How large entries are. A matrix that the state is multiplied with at each step has entries up to 1.5 / H, so that
 * T = 8 steps of an activation without a bound grow it by 1.5^8 = 26 at most; everything else lies within -1..1.
 */
const magnitude = (axes: Axes): number => (axes[0].name === 'previous' ? 1.5 / axes[0].size : 1)

const ofMagnitude =
  (scale: number) =>
  (axes: Axes): fc.Arbitrary<number> =>
    realWithin(scale * magnitude(axes))

const plains = (
  axes: Readonly<Record<string, Axes>>,
  entry: (axes: Axes) => fc.Arbitrary<number> = ofMagnitude(1),
): fc.Arbitrary<Plains> =>
  fc.record(Object.fromEntries(Object.entries(axes).map(([field, its]) => [field, plain(its, entry(its))])))

const permutation = (length: number): fc.Arbitrary<readonly number[]> => {
  const all = [...Array(length).keys()]
  return fc.shuffledSubarray(all, { minLength: length, maxLength: length })
}

const textAxes = ({ vocabulary, batch, steps }: SampleSizes): readonly [Rows, Vocabulary] => [
  product(timeAxis(steps), batchAxis(batch)),
  vocabularyAxis(vocabulary),
]

/** No adjoint from later steps in one sample of three, so that truncated BPTT is tried as it is. */
const adjointOf = (axes: Readonly<Record<string, Axes>>): fc.Arbitrary<Plains> =>
  fc.oneof({ weight: 1, arbitrary: plains(axes, () => fc.constant(0)) }, { weight: 2, arbitrary: plains(axes) })

/**
 * Samples of `forwardLaws`, `gradientLaws` and `truncationLaws` for a network: parameters, a state, text, and where to
 * cut and how to reorder it. Parameters are `scale` times as large as usual.
 *
 * ```ts
 * import fc from 'fast-check'
 * import { smallSizes, samplesWithCuts } from 'pure-rnn/laws/samples'
 * import { lstmKind } from 'pure-rnn/model'
 *
 * const [sample] = fc.sample(samplesWithCuts(lstmKind(), smallSizes), { numRuns: 1, seed: 1 })
 * Object.keys(sample.state) // => ['H', 'C']
 * ```
 */
export const samplesWithCuts = <L extends LayersShape>(
  network: AnyNetwork<L>,
  sizes: fc.Arbitrary<SampleSizes>,
  scale = 1,
): fc.Arbitrary<SampleWithCuts> =>
  sizes.chain((some) => {
    const its = network.layers(float64)
    const stateAxes = flatAxes(its.stateAxes(some, batchAxis(some.batch)))
    return fc.record({
      parameters: plains(flatAxes(parameterAxes(float64, { ...network, sizes: some })), ofMagnitude(scale)),
      state: plains(stateAxes),
      X: plainOneHot(textAxes(some)),
      Y: plainOneHot(textAxes(some)),
      dState: adjointOf(stateAxes),
      cut: fc.integer({ min: 0, max: some.steps }),
      share: fc.integer({ min: 0, max: some.batch }),
      rowOrder: permutation(some.batch),
      newLabels: permutation(some.vocabulary),
    })
  })

/** Samples of at least two steps, with a cut between two of them. */
export const samplesCutInside = <L extends LayersShape>(
  network: AnyNetwork<L>,
  sizes: fc.Arbitrary<SampleSizes>,
): fc.Arbitrary<SampleWithCuts> =>
  samplesWithCuts(network, ofTwoStepsOrMore(sizes)).map((trial) => ({
    ...trial,
    cut: Math.min(Math.max(1, trial.cut), trial.X.axes[0].outer.size - 1),
  }))

/**
 * Samples of `checkCell`, for layers without an output layer.
 *
 * ```ts
 * import fc from 'fast-check'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { float64 } from 'pure-rnn/interpret'
 * import { checkCell } from 'pure-rnn/laws'
 * import { cellSamples, smallSizes } from 'pure-rnn/laws/samples'
 * import { gru, gruKind } from 'pure-rnn/model'
 *
 * const isRight = fc.property(cellSamples(gruKind(), smallSizes), (sample) =>
 *   E.isRight(checkCell(float64, gru(float64))(sample)),
 * )
 * fc.check(isRight, { numRuns: 5, seed: 1 }).failed // => false
 * ```
 */
export const cellSamples = <L extends LayersShape>(
  network: AnyNetwork<L>,
  sizes: fc.Arbitrary<SampleSizes>,
): fc.Arbitrary<CellSample> =>
  sizes.chain((some) => {
    const its = network.layers(float64)
    const stateAxes = flatAxes(its.stateAxes(some, batchAxis(some.batch)))
    const [rows, vocabulary] = textAxes(some)
    return fc.record({
      parameters: plains(flatAxes(its.parameterAxes(some))),
      state: plains(stateAxes),
      X: plainOneHot<[Rows, Vocabulary]>([rows, vocabulary]),
      dH: plain<[Rows, Hidden]>([rows, hiddenAxis(some.hidden)], realWithin(1)),
      dState: plains(stateAxes),
    })
  })

/** Whole multiples of 2^-8 up to 8: adding a whole number to one is exact in single precision. */
const score = fc.integer({ min: -2048, max: 2048 }).map((k) => k / 256)
const LARGEST_SHIFT = 64

/** Samples of `lossLaws`: scores and labels of up to 8 x 8 rows, in single precision exact under the shift. */
export const lossSamples: fc.Arbitrary<LossSample> = anySizes.chain((some) => {
  const axes = textAxes(some)
  const rows = axes[0].size
  return fc.record({
    O: plain<[Rows, Vocabulary]>(axes, score),
    Y: plainOneHot<[Rows, Vocabulary]>(axes),
    rowOrder: permutation(rows),
    share: fc.integer({ min: 1, max: rows }),
    shift: fc.integer({ min: -LARGEST_SHIFT, max: LARGEST_SHIFT }),
  })
})

/** Samples of `perplexityLaws`: the losses of one to eight minibatches, up to 500 nats, whose exponential is finite. */
export const perplexitySamples: fc.Arbitrary<readonly LossSum[]> = fc
  .array(fc.record({ loss: fc.integer({ min: 0, max: 5000 }), rows: fc.integer({ min: 1, max: 8 }) }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((each) => each.map(({ loss, rows }) => ({ total: (loss / 10) * rows, rows })))

/**
 * Numbers of middling size, from 1/4 to 1 and either sign, drawn evenly from so many that no two are equal or cancel
 * but by rare accident: at such a point a wrong gradient is not right by coincidence.
 */
export const telling: fc.Arbitrary<number> = fc.noBias(
  fc.tuple(fc.integer({ min: 2 ** 20, max: 2 ** 22 }), fc.boolean()).map(([k, up]) => ((up ? 1 : -1) * k) / 2 ** 22),
)

/** Sizes from 1 to 4 with a vocabulary of 2 or more: of one character, every prediction is right. */
export const revealingSizes: fc.Arbitrary<SampleSizes> = smallSizes.map((some) => ({
  ...some,
  vocabulary: Math.max(2, some.vocabulary),
}))

/**
 * Samples at which mistakes show: the first character occurs again at the end, so that there is something to add up,
 * and rows and steps have different labels in their corner, so that they cannot be exchanged. Nothing follows.
 */
export const revealingSamples = <L extends LayersShape>(
  network: AnyNetwork<L>,
  sizes: fc.Arbitrary<SampleSizes>,
): fc.Arbitrary<Sample> =>
  sizes.chain((some) => {
    const its = network.layers(float64)
    const stateAxes = flatAxes(its.stateAxes(some, batchAxis(some.batch)))
    const last = some.steps * some.batch - 1
    return fc
      .record({
        parameters: plains(flatAxes(parameterAxes(float64, { ...network, sizes: some })), (axes) =>
          telling.map((x) => x * magnitude(axes)),
        ),
        state: plains(stateAxes, () => telling),
        X: plainOneHot(textAxes(some)),
        Y: plainOneHot(textAxes(some)),
        dState: plains(stateAxes, () => fc.constant(0)),
      })
      .map((passage) => ({
        ...passage,
        X: { ...passage.X, indices: passage.X.indices.with(last, passage.X.indices[0]) },
        Y: { ...passage.Y, indices: withCorners(some, passage.Y.indices) },
      }))
  })

/**
 * Lists of four such samples of the same sizes. At one of them a wrong gradient may be right by accident, as phi' at Z
 * is where Z happens to be near 0; a mistake that none of them shows is none.
 */
export const severalRevealingSamples = <L extends LayersShape>(
  network: AnyNetwork<L>,
  sizes: fc.Arbitrary<SampleSizes>,
): fc.Arbitrary<readonly Sample[]> => sizes.chain((some) => listOf(4, revealingSamples(network, fc.constant(some))))

/**
 * Samples of `checkLoss`: scores of at least two rows and two characters, small enough that softmax leaves every entry
 * of dO of some size.
 */
export const revealingScores: fc.Arbitrary<Scored> = ofTwoStepsOrMore(revealingSizes).chain((some) =>
  fc.record({
    O: plain<[Rows, Vocabulary]>(textAxes(some), telling),
    Y: plainOneHot<[Rows, Vocabulary]>(textAxes(some)),
  }),
)

/** The labels with different ones at step 1, row 2 and at step 2, row 1, where there are such places. */
const withCorners = ({ steps, batch }: SampleSizes, labels: readonly number[]): readonly number[] =>
  steps > 1 && batch > 1 ? labels.with(1, 0).with(batch, 1) : labels

/**
 * Samples of `kinkLaws`: one unit of the first row stands exactly at Z = 0 in the first step. The row's state is zero,
 * and the unit's bias is what its character adds, negated.
 */
export const samplesAtKinks = (
  network: AnyNetwork<OneLayer<Rnn>>,
  sizes: fc.Arbitrary<SampleSizes>,
): fc.Arbitrary<SampleWithCuts> =>
  fc.tuple(samplesWithCuts(network, sizes), fc.nat()).map(([trial, pick]) => {
    const { W_xh, b_h } = trial.parameters
    const units = b_h.values.length
    const unit = pick % units
    const bias = -W_xh.values[trial.X.indices[0] * units + unit]
    const { H } = trial.state
    return {
      ...trial,
      parameters: { ...trial.parameters, b_h: { ...b_h, values: b_h.values.with(unit, bias) } },
      state: { H: { ...H, values: H.values.map((x, i) => (i < units ? 0 : x)) } },
    }
  })
