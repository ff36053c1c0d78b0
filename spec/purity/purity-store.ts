/** A call of every function that `src/files` exports. */
import fc from 'fast-check'
import { flatten } from '../../src/algebra/names.js'
import type { Signature } from '../../src/algebra/tensor-algebra.js'
import { float32 } from '../../src/interpret/index.js'
import { conventionsNames } from '../../src/train/index.js'
import { cellNames } from '../../src/model/cells.js'
import { parameterAxes } from '../../src/model/index.js'
import type { RandomState } from '../../src/random.js'
import * as store from '../../src/files/index.js'
import type { Checkpoint, Safetensors, Settings } from '../../src/files/index.js'
import { encode, samplings, vocabularyOf } from '../../src/data/index.js'
import { call, ofCopies } from './purity.js'
import type { Calls } from './purity.js'
import { damaged, file, right } from '../runner/store-samples.js'
import { randomStates, textSamples } from '../../src/laws/samples/data.js'

/** A run that has not begun. */
export interface Beginning {
  readonly settings: Settings
  readonly text: string
}

const few = fc.integer({ min: 1, max: 3 })

export const beginnings: fc.Arbitrary<Beginning> = fc.record({
  settings: fc
    .record({
      dialect: fc.constantFrom(...conventionsNames),
      cell: fc.constantFrom(...cellNames),
      layers: fc.integer({ min: 1, max: 2 }),
      activation: fc.constantFrom('tanh', 'relu'),
      hidden: few,
      steps: few,
      batch: few,
      sampling: fc.constantFrom(...samplings),
      seed: fc.nat(),
    })
    .map((some) => ({ ...store.standard, ...some })),
  text: textSamples.map(({ codePoints }) => String.fromCodePoint(...codePoints)),
})

/** Its text as numbers, its sizes, and all that its file holds. */
export const begun = ({ settings, text }: Beginning) => {
  const vocabulary = right(vocabularyOf(text))
  const numbers = ofCopies((of, it) => right(encode(of)(it, 'it')), vocabulary, text)
  const sizes = { vocabulary: vocabulary.characters.length, hidden: settings.hidden }
  const progress = ofCopies((its) => right(store.beginning(its, vocabulary)), settings)
  const checkpoint: Checkpoint = { settings, vocabulary, text: ofCopies(store.fingerprint, numbers), progress }
  return { numbers, sizes, checkpoint, parameters: progress.learner.parameters }
}

/** A run, a file of any tensors, and one that is damaged. */
export interface FileWorld {
  readonly beginning: Beginning
  readonly contents: Safetensors
  readonly damage: Uint8Array
}

export const fileWorlds: fc.Arbitrary<FileWorld> = fc.record({
  beginning: beginnings,
  contents: file,
  damage: damaged(file.map(store.writeSafetensors)),
})

/** One call of each function that is about bytes. */
export const fileCalls = ({ beginning, contents, damage }: FileWorld): Calls => {
  const { sizes, checkpoint, parameters } = begun(beginning)
  const { settings, vocabulary, text } = checkpoint
  const choice = ofCopies(store.choiceOf, settings)
  const toTorch = (...its: Parameters<typeof store.toTorch>) => right(store.toTorch(...its))
  const dict = ofCopies(toTorch, choice, sizes, parameters)
  const modelFile = ofCopies(store.writeCheckpoint, checkpoint)
  const torchFile = ofCopies((its) => right(store.writeTorch(its)), checkpoint)
  const shape = [sizes.vocabulary]
  return {
    writeSafetensors: call(store.writeSafetensors, contents),
    readSafetensors: call(
      (whole, broken) => [right(store.readSafetensors('it')(whole)), store.readSafetensors('it')(broken)],
      ofCopies(store.writeSafetensors, contents),
      damage,
    ),
    writeCheckpoint: call(store.writeCheckpoint, checkpoint),
    readCheckpoint: call((bytes) => right(store.readCheckpoint('it')(bytes)), modelFile),
    writeTorch: call(store.writeTorch, checkpoint),
    readTorch: call((bytes) => right(store.readTorch('it')(bytes)), torchFile),
    importTorch: call(
      (its, around) => right(store.importTorch('it')(its, around)),
      ofCopies((bytes) => right(store.readTorch('it')(bytes)), torchFile),
      { settings, vocabulary, text },
    ),
    toTorch: call(store.toTorch, choice, sizes, parameters),
    fromTorch: call((unsaid, its) => right(store.fromTorch('it', unsaid)(its)), choice, dict),
    encoded: call(store.encoded, shape, parameters['b_q'].data),
    decoded: call((its) => right(store.decoded('it', its)), ofCopies(store.encoded, shape, parameters['b_q'].data)),
  }
}

/** A run, and a state of the generator. */
export interface SettingWorld {
  readonly beginning: Beginning
  readonly random: RandomState
}

export const settingWorlds: fc.Arbitrary<SettingWorld> = fc.record({ beginning: beginnings, random: randomStates })

/** One call of each function that is about settings, and what they name. */
export const settingCalls = ({ beginning, random }: SettingWorld): Calls => {
  const { numbers, checkpoint, parameters } = begun(beginning)
  const { settings } = checkpoint
  const length = settings.batch * (settings.steps + 1)
  return {
    standardIn: call(store.standardIn, settings.dialect),
    settingsOf: call((value) => right(store.settingsOf(value)), settings),
    choiceOf: call(store.choiceOf, settings),
    modelOf: call((its, of) => parameterAxes(float32, store.modelOf(its, of)), settings, checkpoint.vocabulary),
    optimiserIn: call(
      (its, p) => {
        const { init, update } = store.optimiserIn(its)(float32)
        return update<Signature>(p, init<Signature>(p), p)
      },
      settings,
      flatten<'float32'>(parameters),
    ),
    samplerOf: call((its, from) => right(store.samplerOf(its)(length))(from), settings, random),
    beginning: call((its) => right(store.beginning(its, checkpoint.vocabulary)), settings),
    fingerprint: call(store.fingerprint, numbers),
    sameText: call((mark, text) => right(store.sameText(mark, text)), checkpoint.text, numbers),
  }
}
