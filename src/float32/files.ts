/**
 * Model files of the library's own runs: the same files as the command's.
 */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Result } from '../failure.js'
import { conventions } from '../train/conventions.js'
import type { ConventionsName } from '../train/conventions.js'
import type { LanguageModel } from '../model/language-model.js'
import type { LayersShape } from '../model/layers.js'
import { readCheckpoint, writeCheckpoint } from '../files/checkpoint.js'
import { standardIn } from '../files/settings.js'
import { beginning, modelOf } from '../files/setup.js'
import { fingerprint } from '../files/fingerprint.js'
import type { ModelParameters } from './model.js'
import { requireModel, requireParametersOf } from './require.js'

/** A model that was read from a file. */
export interface LoadedModel {
  readonly model: LanguageModel<LayersShape>
  readonly parameters: ModelParameters<LayersShape>
  /** Whether the file has a checksum, which was right. Files of version 0.1.0 have none; saved again, they have one. */
  readonly checked: boolean
}

const unsayable = (what: string, got: string): Result<never> =>
  E.left({ _tag: 'InvalidSetting', setting: what, expected: 'one that a model file can describe', got })

/** The conventions whose cells have as many biases. */
const conventionsFor = (biases: 'one' | 'two'): ConventionsName =>
  conventions.scratch.biases === biases ? 'scratch' : 'torch'

/**
 * The bytes of a model file: parameters, cell, sizes and vocabulary, with a checksum, as `pure-rnn generate` and
 * `evaluate` read it. What the optimiser remembers is not in it.
 *
 * @returns a failure for a model with a cell of one's own, or with layers of different kinds, and for one that was made
 *   without its characters; a defect for parameters that are not this model's
 *
 * ```ts
 * import { initialParameters, languageModel, loadModel, lstm, orThrow, readText, saveModel, seeded } from 'pure-rnn'
 *
 * const { vocabulary } = orThrow(readText('hello'))
 * const model = languageModel(lstm(), { vocabulary, hidden: 4 })
 * const [parameters] = initialParameters(model)(seeded(1))
 * const bytes = orThrow(saveModel(model, parameters))
 * orThrow(loadModel(bytes)).model.vocabulary?.characters.join('') // => 'ehlo'
 * ```
 */
export const saveModel = <L extends LayersShape>(
  model: LanguageModel<L>,
  parameters: ModelParameters<L>,
): Result<Uint8Array> => {
  const { choice, vocabulary, sizes } = requireModel('saveModel', model)
  requireParametersOf('saveModel', model, parameters)
  if (choice === undefined) return unsayable('the cell', 'a cell of your own, or layers of different kinds')
  if (vocabulary === undefined) return unsayable('the vocabulary', 'the number of its characters alone')
  const { cell, activation, layers, biases } = choice
  const settings = {
    ...standardIn(conventionsFor(biases)),
    ...{ cell, activation, layers, hidden: sizes.hidden, prefixes: vocabulary.characters.slice(0, 1) },
  }
  return pipe(
    beginning(settings, vocabulary),
    E.map((progress) =>
      writeCheckpoint({
        settings,
        vocabulary,
        text: fingerprint([0]),
        // The settings are those of the model, and so is the shape of its parameters.
        progress: { ...progress, learner: { ...progress.learner, parameters } },
      }),
    ),
  )
}

/**
 * The model in a file's bytes: one that `saveModel` or the command `pure-rnn train` has written.
 *
 * @param what how messages call the file
 * @returns the model and its parameters; a failure for a file that is damaged, of something else or of a later version
 *
 * ```ts
 * import { loadModel } from 'pure-rnn'
 *
 * loadModel(new Uint8Array(3), 'my.model')._tag // => 'Left'
 * ```
 */
export const loadModel = (bytes: Uint8Array, what = 'the model file'): Result<LoadedModel> =>
  pipe(
    readCheckpoint(what)(bytes),
    E.map(({ settings, vocabulary, progress, checked }) => ({
      model: modelOf(settings, vocabulary),
      parameters: progress.learner.parameters,
      checked,
    })),
  )
