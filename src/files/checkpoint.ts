/**
 * The model file: a safetensors file that holds a whole run.
 *
 *   W_xh, W_hh, ...      the parameters, by their names
 *   optimiser.<field>    what the optimiser remembers
 *   hidden.<part>        the hidden state after the last minibatch
 *   __metadata__         crc32: the file's checksum; format: pure-rnn; version: 2; pure-rnn: the description, as JSON
 *
 * A run that is written and read goes on bit for bit as if it had not been. Files of version 1 have no checksum, and
 * are read as well.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Axes } from '../algebra/axis.js'
import { flatAxes, flatten, unflatten, unflattenLike } from '../algebra/names.js'
import { quoted } from '../failure.js'
import type { Failure } from '../failure.js'
import { float32 } from '../interpret/float32.js'
import type { Float32Tensor } from '../interpret/float32.js'
import type { RunState } from '../train/run.js'
import { parameterAxes } from '../model/model.js'
import { batchAxis } from '../model/parameters.js'
import { CHECKSUM, NO_CHECKSUM, checksumOf, hasPlace, sealed } from './checksum.js'
import { readManifest, showManifest } from './manifest.js'
import type { Manifest } from './manifest.js'
import { readSafetensors, writeSafetensors } from './safetensors.js'
import type { Safetensors } from './safetensors.js'
import { modelOf, optimiserIn } from './setup.js'
import type { AnyLearner } from './setup.js'
import { decoded, encoded } from './stored-tensor.js'
import type { StoredTensor } from './stored-tensor.js'

/** A model file's contents: vocabulary, settings, the text's fingerprint, and where training stands. */
export interface Checkpoint extends Omit<Manifest, 'progress'> {
  readonly progress: RunState<AnyLearner>
}

/** What was read of a model file. */
export interface StoredCheckpoint extends Checkpoint {
  /**
   * Whether the file has a checksum, which was right. One of version 0.1.0 has none: damage to its numbers would go
   * unseen. Written again, it has one.
   */
  readonly checked: boolean
}

const FORMAT = 'pure-rnn'
const VERSION = '2'
/** The version of files that have no checksum. */
const UNCHECKED = '1'
const OPTIMISER = 'optimiser.'
const HIDDEN = 'hidden.'

type Record32 = Readonly<Record<string, Float32Tensor<Axes>>>
type Stored = readonly (readonly [string, StoredTensor])[]

/** The file of a run, with its checksum. The same run is always the same bytes. */
export const writeCheckpoint = (checkpoint: Checkpoint): Uint8Array => {
  const { parameters, optimiser, hidden } = checkpoint.progress.learner
  const file = writeSafetensors({
    metadata: new Map([
      [CHECKSUM, NO_CHECKSUM],
      ['format', FORMAT],
      ['version', VERSION],
      [FORMAT, showManifest(checkpoint)],
    ]),
    tensors: new Map([
      ...stored('', flatten<'float32'>(parameters)),
      ...stored(OPTIMISER, flatten<'float32'>(optimiser)),
      ...stored(HIDDEN, flatten<'float32'>(hidden)),
    ]),
  })
  return sealed(file)
}

const stored = (prefix: string, tensors: Record32): Stored =>
  Object.entries(tensors).map(([field, { axes, data }]) => [prefix + field, encoded(shapeOf(axes), data)])

const shapeOf = (axes: Axes): readonly number[] => axes.map(({ size }) => size)

/**
 * The run of a file.
 *
 * @param what how messages call the file
 * @returns the run, or a failure where the file is damaged, comes from something else or from a later version, or
 *   where its parts do not fit together. No count in it is relied on before tensors of that size have been found there
 */
export const readCheckpoint =
  (what: string) =>
  (bytes: Uint8Array): Either<Failure, StoredCheckpoint> =>
    pipe(
      readSafetensors(what)(bytes),
      E.bindTo('file'),
      E.bind('version', ({ file }) => versionOf(what, file)),
      E.bind('checked', ({ file, version }) => checkedBy(what, file, version, bytes)),
      E.bind('description', ({ file }) => E.mapLeft(within(what))(readManifest(file.metadata.get(FORMAT) ?? ''))),
      E.bind('learner', ({ file, description }) => learnerIn(what, file, description)),
      E.map(({ description, learner, checked }) => ({
        ...description,
        progress: { ...description.progress, learner },
        checked,
      })),
    )

const versionOf = (what: string, { metadata }: Safetensors): Either<Failure, string> => {
  const [format, version] = [metadata.get('format'), metadata.get('version')]
  return format !== FORMAT
    ? E.left({
        _tag: 'Mismatch',
        what,
        expected: `a model that ${FORMAT} has saved`,
        got: format === undefined ? 'a file without a format' : `the format ${quoted(format)}`,
      })
    : version !== VERSION && version !== UNCHECKED
      ? E.left({
          _tag: 'Mismatch',
          what,
          expected: `version ${UNCHECKED} or ${VERSION} of the model file`,
          got: quoted(version),
          advice: `read it with the ${FORMAT} that has saved it`,
        })
      : E.right(version)
}

/** Whether the file has a checksum, unless it is wrong, or there must be one. */
const checkedBy = (
  what: string,
  { metadata }: Safetensors,
  version: string,
  bytes: Uint8Array,
): Either<Failure, boolean> => {
  const said = metadata.get(CHECKSUM)
  const damaged = (expected: string, got: string): Either<Failure, never> =>
    E.left({ _tag: 'DamagedFile', what, expected, got, advice: 'it has changed since it was saved, take another copy' })
  return said === undefined
    ? version === UNCHECKED
      ? E.right(false)
      : damaged(`a checksum, ${CHECKSUM} in its metadata`, 'none')
    : !hasPlace(bytes)
      ? damaged(`the checksum ${CHECKSUM} at the beginning of its header`, 'it elsewhere')
      : said !== checksumOf(bytes)
        ? damaged(`bytes whose checksum is ${quoted(said)}, as it says`, quoted(checksumOf(bytes)))
        : E.right(true)
}

/** A failure of a part, as one of the file. */
const within =
  (what: string) =>
  (failure: Failure): Failure =>
    failure._tag === 'InvalidSetting'
      ? { _tag: 'DamagedFile', what, expected: `${failure.setting} to be ${failure.expected}`, got: failure.got }
      : failure

const learnerIn = (
  what: string,
  file: Safetensors,
  { settings, vocabulary }: Manifest,
): Either<Failure, AnyLearner> => {
  const model = modelOf(settings, vocabulary)
  const parameterShape = parameterAxes(float32, model)
  const stateShape = model.layers(float32).stateAxes(model.sizes, batchAxis(settings.batch))
  const read = (prefix: string, signature: Readonly<Record<string, Axes>>) => tensorsIn(what, file, prefix, signature)
  return pipe(
    read('', flatAxes(parameterShape)),
    E.map((named) => unflatten<'float32', typeof parameterShape>(parameterShape, named)),
    E.bindTo('parameters'),
    E.bind('optimiser', ({ parameters }) => {
      const initial = optimiserIn(settings)(float32).init(parameters)
      const axes = Object.entries(flatten<'float32'>(initial)).map(([field, tensor]) => [field, tensor.axes] as const)
      return E.map((named: Record32) => unflattenLike<'float32', object>(initial, named))(
        read(OPTIMISER, Object.fromEntries(axes)),
      )
    }),
    E.bind('hidden', () =>
      E.map((named: Record32) => unflatten<'float32', typeof stateShape>(stateShape, named))(
        read(HIDDEN, flatAxes(stateShape)),
      ),
    ),
    E.chain((learner) => nothingElse(what, file, learner)),
  )
}

/** The tensors of a signature, in its order: the order in which sums over all parameters are taken. */
const tensorsIn = (
  what: string,
  { tensors }: Safetensors,
  prefix: string,
  signature: Readonly<Record<string, Axes>>,
): Either<Failure, Record32> =>
  pipe(
    Object.entries(signature),
    E.traverseArray(([field, axes]) =>
      pipe(
        tensorIn(what, prefix + field, axes, tensors.get(prefix + field)),
        E.map((tensor) => [field, tensor] as const),
      ),
    ),
    E.map((named) => Object.fromEntries(named)),
  )

const tensorIn = (
  what: string,
  name: string,
  axes: Axes,
  tensor: StoredTensor | undefined,
): Either<Failure, Float32Tensor<Axes>> =>
  tensor === undefined || !sameShape(tensor.shape, axes)
    ? E.left({
        _tag: 'Mismatch',
        what,
        expected: `the tensor ${name} of shape ${quoted(shapeOf(axes))}`,
        got: tensor === undefined ? 'none' : `one of shape ${quoted(tensor.shape)}`,
      })
    : pipe(
        decoded(`the tensor ${name} of ${what}`, tensor),
        E.map((data) => ({ axes, data })),
      )

const sameShape = (shape: readonly number[], axes: Axes): boolean =>
  shape.length === axes.length && shape.every((size, i) => size === axes[i].size)

const nothingElse = (what: string, { tensors }: Safetensors, learner: AnyLearner): Either<Failure, AnyLearner> => {
  const names = [
    ...Object.keys(flatten(learner.parameters)),
    ...Object.keys(flatten(learner.optimiser)).map((field) => OPTIMISER + field),
    ...Object.keys(flatten(learner.hidden)).map((part) => HIDDEN + part),
  ]
  const other = [...tensors.keys()].find((name) => !names.includes(name))
  return other === undefined
    ? E.right(learner)
    : E.left({ _tag: 'Mismatch', what, expected: `the tensors ${names.join(', ')} alone`, got: quoted(other) })
}
