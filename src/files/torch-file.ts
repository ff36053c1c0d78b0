/**
 * Models that come from PyTorch and go to it: a safetensors file of a state dict.
 *
 * A file that is written here also carries settings and vocabulary, so that it can be read back bit for bit; the
 * optimiser's state and the progress of the run are not in it. A state dict from elsewhere has no vocabulary: that is
 * taken from the text that the model was trained on.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { count } from '../failure.js'
import type { Failure } from '../failure.js'
import { conventions } from '../train/conventions.js'
import type { CharacterSet } from '../data/vocabulary.js'
import type { Checkpoint } from './checkpoint.js'
import { readManifest, showManifest } from './manifest.js'
import type { Manifest } from './manifest.js'
import { readSafetensors, writeSafetensors } from './safetensors.js'
import type { Safetensors } from './safetensors.js'
import type { Settings } from './settings.js'
import { beginning, choiceOf, modelOf } from './setup.js'
import type { Fingerprint } from './fingerprint.js'
import { fromTorch, toTorch } from './torch.js'
import type { FromTorch } from './torch.js'

/** The key under which a description stands in the metadata. */
const DESCRIPTION = 'pure-rnn'

/** The state dict of a model, as a safetensors file; a model that no module of torch.nn computes is a failure. */
export const writeTorch = (checkpoint: Checkpoint): Either<Failure, Uint8Array> => {
  const { settings, vocabulary, progress } = checkpoint
  const { sizes } = modelOf(settings, vocabulary)
  // `pt` is how readers of the format know tensors of PyTorch.
  const metadata = new Map([
    ['format', 'pt'],
    [DESCRIPTION, showManifest(checkpoint)],
  ])
  return pipe(
    toTorch(choiceOf(settings), sizes, progress.learner.parameters),
    E.map((tensors) => writeSafetensors({ metadata, tensors })),
  )
}

/** A file of a state dict, with what it says of itself, if it comes from here. */
export interface TorchFile {
  readonly tensors: Safetensors['tensors']
  readonly description: Manifest | undefined
}

/** The tensors of a file and its description; `what` is how messages call it. */
export const readTorch =
  (what: string) =>
  (bytes: Uint8Array): Either<Failure, TorchFile> =>
    pipe(
      readSafetensors(what)(bytes),
      E.chain(({ tensors, metadata }): Either<Failure, TorchFile> => {
        const text = metadata.get(DESCRIPTION)
        return text === undefined
          ? E.right({ tensors, description: undefined })
          : E.map((description: Manifest) => ({ tensors, description }))(readManifest(text))
      }),
    )

/** What a run needs besides parameters: from the file's own description, or as the import is told. */
export interface Surroundings {
  readonly settings: Settings
  readonly vocabulary: CharacterSet
  readonly text: Fingerprint
}

/**
 * A run that begins with the parameters of a state dict.
 *
 * The cell, its layers and its size are what the tensors say. A description that says otherwise, or a vocabulary of
 * another size, is a failure.
 */
export const importTorch =
  (what: string) =>
  ({ tensors, description }: TorchFile, { settings, vocabulary, text }: Surroundings): Either<Failure, Checkpoint> =>
    pipe(
      fromTorch(what, { activation: settings.activation, biases: conventions[settings.dialect].biases })(tensors),
      E.chain((model) => agreeing(what, model, vocabulary, description)),
      E.chain(({ choice: { cell, layers }, sizes, parameters }) => {
        const own = { ...settings, cell, layers, hidden: sizes.hidden }
        return pipe(
          beginning(own, vocabulary),
          E.map((progress) => ({
            settings: own,
            vocabulary,
            text,
            progress: { ...progress, learner: { ...progress.learner, parameters } },
          })),
        )
      }),
    )

const agreeing = (
  what: string,
  model: FromTorch,
  { characters }: CharacterSet,
  description: Manifest | undefined,
): Either<Failure, FromTorch> => {
  const { choice, sizes } = model
  const said = description === undefined ? undefined : inWords(description.settings)
  const got = inWords({ ...choice, hidden: sizes.hidden })
  return said !== undefined && said !== got
    ? E.left({ _tag: 'Mismatch', what, expected: `the tensors of the model that it describes, ${said}`, got })
    : characters.length !== sizes.vocabulary
      ? E.left({
          _tag: 'Mismatch',
          what,
          expected: `a model of the ${count(characters.length, 'character')} of the text`,
          got: `one of ${String(sizes.vocabulary)}`,
          advice: 'give the text that the model was trained on',
        })
      : E.right(model)
}

/** What the tensors say of the model. */
const inWords = ({ cell, layers, hidden }: Pick<Settings, 'cell' | 'layers' | 'hidden'>): string =>
  `${cell}, layers: ${String(layers)}, hidden units: ${String(hidden)}`
