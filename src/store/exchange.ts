/**
 * Models that come from PyTorch and go to it: a safetensors file of a state dict.
 *
 * A file that is written here also carries settings and vocabulary, so that it comes back as it went, bit for bit; what
 * the optimiser remembers and how far the run was stay behind. A state dict of other origin has no vocabulary: the
 * text that the model was trained on says it.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Failure } from '../failure.js'
import { dialects } from '../learn/dialect.js'
import type { CharacterSet } from '../text/vocabulary.js'
import type { Checkpoint } from './checkpoint.js'
import { readDescription, showDescription } from './description.js'
import type { Description } from './description.js'
import { readSafetensors, writeSafetensors } from './safetensors.js'
import type { Safetensors } from './safetensors.js'
import type { Settings } from './settings.js'
import { beginning, choiceOf } from './setup.js'
import type { TextMark } from './text-mark.js'
import { fromTorch, toTorch } from './torch.js'
import type { FromTorch } from './torch.js'

/** The key under which a description stands in the metadata. */
const DESCRIPTION = 'pure-rnn'

/** The state dict of a model, as a safetensors file. */
export const writeTorch = (checkpoint: Checkpoint): Uint8Array => {
  const { settings, vocabulary, progress } = checkpoint
  const sizes = { vocabulary: vocabulary.characters.length, hidden: settings.hidden }
  return writeSafetensors({
    // `pt` is how readers of the format know tensors of PyTorch.
    metadata: new Map([
      ['format', 'pt'],
      [DESCRIPTION, showDescription(checkpoint)],
    ]),
    tensors: toTorch(choiceOf(settings), sizes, progress.learner.parameters as never),
  })
}

/** A file of a state dict, with what it says of itself, if it comes from here. */
export interface TorchFile {
  readonly tensors: Safetensors['tensors']
  readonly description: Description | undefined
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
          : E.map((description: Description) => ({ tensors, description }))(readDescription(text))
      }),
    )

/** What a run needs besides parameters: from the file's own description, or from whoever imports it. */
export interface Surroundings {
  readonly settings: Settings
  readonly vocabulary: CharacterSet
  readonly text: TextMark
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
      fromTorch(what, { activation: settings.activation, biases: dialects[settings.dialect].biases })(tensors),
      E.chain((model) => agreeing(what, model, vocabulary, description)),
      E.chain(({ choice: { cell, layers }, sizes, parameters }) => {
        const own = { ...settings, cell, layers, hidden: sizes.hidden }
        return pipe(
          beginning(own, sizes.vocabulary),
          E.map((progress) => ({
            settings: own,
            vocabulary,
            text,
            progress: { ...progress, learner: { ...progress.learner, parameters: parameters as never } },
          })),
        )
      }),
    )

const agreeing = (
  what: string,
  model: FromTorch,
  { characters }: CharacterSet,
  description: Description | undefined,
): Either<Failure, FromTorch> => {
  const { choice, sizes } = model
  const said = description === undefined ? undefined : inWords(description.settings)
  const came = inWords({ ...choice, hidden: sizes.hidden })
  return said !== undefined && said !== came
    ? E.left({ _tag: 'Mismatch', what, expected: `the tensors of the model that it describes, ${said}`, came })
    : characters.length !== sizes.vocabulary
      ? E.left({
          _tag: 'Mismatch',
          what,
          expected: `a model of the ${String(characters.length)} characters of the text`,
          came: `one of ${String(sizes.vocabulary)}`,
          advice: 'give the text that the model was trained on',
        })
      : E.right(model)
}

/** What the tensors of a model tell of it. */
const inWords = ({ cell, layers, hidden }: Pick<Settings, 'cell' | 'layers' | 'hidden'>): string =>
  `${cell}, layers: ${String(layers)}, hidden units: ${String(hidden)}`
