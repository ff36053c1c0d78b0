/**
 * The golden vectors of docs/golden: numbers that others made, in the terms of the laws.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { product } from '../../src/algebra/axis.js'
import type { Axes } from '../../src/algebra/axis.js'
import { float32 } from '../../src/interpret/float32.js'
import { zeros } from '../../src/laws/model/sample.js'
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
import { root } from '../house/parts.js'
import { f32, right } from '../runner/store-samples.js'

/** A tensor of PyTorch's: its shape, and its entries in row-major order. */
export interface Written {
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

/** What every file of the folder says of itself. */
interface About {
  readonly version: number
  /** Of the equations that it holds numbers of. */
  readonly equations: readonly string[]
  readonly program: string
  readonly versions: Readonly<Record<string, string>>
}

/** A file of docs/golden/models: a small model, what it answers, and how it learns. */
export interface Golden extends About, Answers {
  readonly conventions: ConventionsName
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

/** A file of docs/golden/equations: cases of one equation. */
export interface Cases extends About {
  readonly cases: readonly Case[]
}

export interface Case {
  readonly name: string
  readonly given: Readonly<Record<string, unknown>>
  readonly expected: Readonly<Record<string, unknown>>
}

/** What docs/golden/manifest.json says. */
export interface Manifest {
  readonly version: number
  /** How far an answer may be from what is written, by the largest entry of the tensor it belongs to. */
  readonly tolerances: Readonly<Record<'double' | 'single', Tolerance>>
  readonly files: readonly {
    readonly file: string
    readonly equations: readonly string[]
    readonly bytes: number
    readonly sha256: string
  }[]
}

export interface Tolerance {
  readonly answers: number
  /** Of the losses of 20 steps of training. */
  readonly losses: number
}

export const folder = join(root, 'docs', 'golden')

const parsed = (path: string): unknown => JSON.parse(readFileSync(join(folder, path), 'utf8'))

export const manifest = parsed('manifest.json') as Manifest

/** Every file in one of the folder's folders, with its name. */
const filesIn = <A>(part: string): readonly (readonly [string, A])[] =>
  readdirSync(join(folder, part))
    .sort()
    .map((file) => [file.replace('.json', ''), parsed(join(part, file)) as A])

/** Every model, by its file's name. */
export const goldens = filesIn<Golden>('models')

/** The cases of single equations, by their file's name. */
export const equationFiles = filesIn<Cases>('equations')

export const choiceOf = ({ cell, activation, layers, conventions: its }: Golden): CellChoice => ({
  cell,
  activation,
  layers,
  biases: conventions[its].biases,
})

/** The conventions with the file's own rate. */
export const conventionsOf = ({ conventions: its, training }: Golden): Conventions => ({
  ...conventions[its],
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
  const state = stateOf(golden, golden.state)
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

/** The answers that are further off than the bound, by name. */
export const offIn = (
  a: Readonly<Record<string, readonly number[]>>,
  b: Readonly<Record<string, readonly number[]>>,
  bound: number,
): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])]
      .map((name) => [name, distance(a[name] ?? [NaN], b[name] ?? [])] as const)
      .filter(([, off]) => !(off <= bound)),
  )
