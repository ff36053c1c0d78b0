/**
 * The golden vectors of spec/golden: numbers that PyTorch made, in the terms of the laws.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { product } from '../../src/algebra/axis.js'
import type { Axes } from '../../src/algebra/axis.js'
import { float32 } from '../../src/interpret/float32.js'
import { mapPlains, zeros } from '../../src/laws/model/sample.js'
import type { Sample, Plains } from '../../src/laws/model/sample.js'
import { maximum, range } from '../../src/laws/plain.js'
import { conventions } from '../../src/train/conventions.js'
import type { Conventions, ConventionsName } from '../../src/train/conventions.js'
import type { ActivationName } from '../../src/model/activation.js'
import { flatAxes, flatten } from '../../src/algebra/names.js'
import { networkOf } from '../../src/model/cells.js'
import type { CellChoice, CellName } from '../../src/model/cells.js'
import { batchAxis, timeAxis, vocabularyAxis } from '../../src/model/parameters.js'
import type { Sizes } from '../../src/model/parameters.js'
import { encoded, fromTorch } from '../../src/files/index.js'
import type { FromTorch, StoredTensor } from '../../src/files/index.js'
import { layoutOf } from '../../src/files/torch-layout.js'
import type { EpochStart, SamplingName } from '../../src/data/samplers.js'
import { f32, right } from '../runner/store-samples.js'

/** A tensor of PyTorch's: its shape, and its entries in row-major order. */
interface Written {
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

/** Tensors by PyTorch's names. */
export type StateDict = Readonly<Record<string, Written>>

export interface Answers {
  readonly logits: readonly number[]
  readonly loss: number
  readonly lastState: StateDict
  readonly gradients: StateDict
  readonly stateGradient: StateDict
}

interface Run {
  readonly starts: readonly (readonly number[])[]
  readonly resets: readonly boolean[]
  readonly losses: readonly number[]
}

/** A file of spec/golden, as make.py writes it. */
export interface Golden extends Answers {
  readonly program: string
  readonly versions: Readonly<Record<string, string>>
  readonly dialect: ConventionsName
  readonly cell: CellName
  readonly activation: ActivationName
  readonly layers: number
  readonly vocabulary: number
  readonly hidden: number
  readonly batch: number
  readonly steps: number
  readonly parameters: StateDict
  readonly state: StateDict
  readonly inputs: readonly number[]
  readonly labels: readonly number[]
  readonly training: {
    readonly rate: number
    readonly theta: number
    readonly clipEpsilon: number
    readonly epochStart: EpochStart
    readonly text: readonly number[]
    readonly samplings: Readonly<Record<SamplingName, Run>>
  }
  /** The same in single precision, for a few. */
  readonly single?: Answers & { readonly losses: Readonly<Record<SamplingName, readonly number[]>> }
}

export const folder = join(import.meta.dirname, 'golden')

/** Every model of the folder, with its file's name. */
export const goldens: readonly (readonly [string, Golden])[] = readdirSync(folder)
  .filter((file) => /^(scratch|torch)-.*\.json$/.test(file))
  .sort()
  .map((file) => [
    file.replace('.json', ''),
    JSON.parse(readFileSync(join(folder, file), 'utf8')) as Golden,
  ])

export const choiceOf = ({ cell, activation, layers, dialect }: Golden): CellChoice => ({
  cell,
  activation,
  layers,
  biases: conventions[dialect].biases,
})

/** The dialect with the file's own rate. */
export const dialectOf = ({ dialect, training }: Golden): Conventions => ({
  ...conventions[dialect],
  rate: training.rate,
})

const storedOf = (stateDict: StateDict): ReadonlyMap<string, StoredTensor> =>
  new Map(Object.entries(stateDict).map(([name, { shape, values }]) => [name, encoded(shape, f32(...values))]))

/** The model as the importer reads it. */
export const imported = (golden: Golden): FromTorch => {
  const { activation, biases } = choiceOf(golden)
  return right(fromTorch('the golden file', { activation, biases })(storedOf(golden.parameters)))
}

/** The axes of every part of the state, each layer by itself. */
const stateAxesOf = (golden: Golden, sizes: Sizes): Readonly<Record<string, Axes>> =>
  flatAxes(networkOf(choiceOf(golden)).layers(float32).stateAxes(sizes, batchAxis(golden.batch)))

/** PyTorch's [layers, N, H] tensors as a record of parts: H and C, then 1.H and 1.C. */
export const stateOf = (golden: Golden, written: StateDict): Plains =>
  Object.fromEntries(
    Object.entries(stateAxesOf(golden, golden)).map(([field, axes]) => {
      const [layer, part] = field.includes('.') ? field.split('.') : ['0', field]
      const size = golden.batch * golden.hidden
      return [field, { axes, values: written[part].values.slice(Number(layer) * size, (Number(layer) + 1) * size) }]
    }),
  )

/** Numbers in PyTorch's layout under the parameters' own names and axes. */
export const parametersOf = (golden: Golden, written: StateDict): Plains =>
  Object.fromEntries(
    layoutOf(choiceOf(golden), golden).flatMap(({ tensor, blocks }) =>
      blocks.map(({ field, block, transposed, axes }) => {
        const [rows, columns] = [axes[0].size, axes[1]?.size ?? 1]
        const own = written[tensor].values.slice(block * rows * columns, (block + 1) * rows * columns)
        // Entry (r, c) here is entry (c, r) there.
        const turned = range(rows).flatMap((r) => range(columns).map((c) => own[c * rows + r]))
        return [field, { axes, values: transposed ? turned : own }]
      }),
    ),
  )

/** The passage whose logits and gradients the file holds, with the parameters that were imported. */
export const passageOf = (golden: Golden): Sample => {
  const { inputs, labels, vocabulary, batch, steps } = golden
  const axes = [product(timeAxis(steps), batchAxis(batch)), vocabularyAxis(vocabulary)] as const
  // make.py writes numbers of single precision in the fewest digits that tell them apart.
  const state = mapPlains(
    (part) => ({ axes: part.axes, values: part.values.map(Math.fround) }),
    stateOf(golden, golden.state),
  )
  return {
    parameters: Object.fromEntries(
      Object.entries(flatten<'float32'>(imported(golden).parameters)).map(([field, a]) => [
        field,
        { axes: float32.axesOf(a), values: float32.toArray(a) },
      ]),
    ),
    state,
    X: { axes: [...axes], indices: inputs },
    Y: { axes: [...axes], indices: labels },
    dState: zeros(state),
  }
}

/** The largest |a - b| over the largest |b|; Infinity where they have other lengths or anything is not finite. */
export const distance = (a: readonly number[], b: readonly number[]): number => {
  const largest = Math.max(maximum(b.map(Math.abs)), Number.MIN_VALUE)
  const differences = a.map((x, i) => Math.abs(x - b[i]) / largest)
  return a.length === b.length && differences.every(Number.isFinite) ? Math.max(0, maximum(differences)) : Infinity
}
