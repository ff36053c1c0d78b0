/** A call of every function that `src/data` and `src/generate` exports. */
import fc from 'fast-check'
import type { Carrier, Concrete } from '../../src/algebra/tensor-algebra.js'
import { axis } from '../../src/algebra/axis.js'
import type { ChoiceSample } from '../../src/laws/generate/choice.js'
import type { GatherSample } from '../../src/laws/data/minibatch.js'
import { duringSteps, rowsOf, vocabularyOf } from '../../src/laws/model/sample.js'
import type { SampleWithCuts } from '../../src/laws/model/sample.js'
import { readOneHot } from '../../src/laws/plain.js'
import type { DrawSample } from '../../src/laws/random.js'
import { readAll } from '../../src/laws/train/records.js'
import type { SamplerSample } from '../../src/laws/data/sampler.js'
import type { LinesSample, TextSample } from '../../src/laws/data/vocabulary.js'
import { unflatten } from '../../src/algebra/names.js'
import { batchAxis, languageModel, parameterAxes, rnnKind, zeroState } from '../../src/model/index.js'
import type { OneLayer, Rnn, State } from '../../src/model/index.js'
import { seeded } from '../../src/random.js'
import type { RandomState } from '../../src/random.js'
import * as ofData from '../../src/data/index.js'
import * as ofGenerate from '../../src/generate/index.js'
import type { BatchSampler } from '../../src/data/index.js'
import { smallSizes, samplesWithCuts } from '../../src/laws/samples/model.js'
import { call, ofCopies } from './purity.js'
import type { Calls } from './purity.js'
import { refusal, right } from '../runner/store-samples.js'
import { rnnWith } from '../runner/subjects.js'
import { choiceSamples, drawSamples, gatherSamples, linesSamples, samplerSamples, textSamples } from '../../src/laws/samples/data.js'

const text = { ...ofData, ...ofGenerate }

/** What is chosen from, sampled, written and read. */
export interface TextWorld {
  readonly choice: ChoiceSample
  readonly sampler: SamplerSample
  readonly gather: GatherSample
  readonly text: TextSample
  readonly lines: LinesSample
}

export const textWorlds: fc.Arbitrary<TextWorld> = fc.record({
  choice: choiceSamples,
  sampler: samplerSamples,
  gather: gatherSamples,
  text: textSamples,
  lines: linesSamples,
})

/** One call of each function that is about characters. */
export const textCalls = ({ choice, sampler, gather, text: { codePoints, stranger }, lines }: TextWorld): Calls => {
  const { scores, temperature, topK } = choice
  const { batch, steps, length } = sampler
  const { starts } = gather
  const planned = (of: BatchSampler, from: RandomState) => right(of(length))(from)
  const written = String.fromCodePoint(...codePoints)
  const vocabulary = right(text.vocabularyOf(written))
  const numbers = ofCopies((of, it) => right(text.encode(of)(it, 'it')), vocabulary, written)
  return {
    argmax: call(text.argmax, scores),
    greedy: call((of, from) => text.greedy(of)(from), scores, choice.random),
    sampling: call(
      (setting, of, from) => right(text.sampling(setting))(of)(from),
      { temperature, topK },
      scores,
      choice.random,
    ),
    randomSampler: call((from) => planned(text.randomSampler(batch, steps), from), sampler.random),
    consecutiveSampler: call((from) => planned(text.consecutiveSampler(batch, steps), from), sampler.random),
    samplerNamed: call((from) => planned(text.samplerNamed('random', batch, steps), from), sampler.random),
    minibatchOf: call(
      text.minibatchOf,
      gather.text,
      { batch: starts.length, steps: gather.steps, minibatches: [] },
      { starts, reset: true },
    ),
    characters: call(text.characters, written),
    lineBreaksToSpaces: call(text.lineBreaksToSpaces, lines.lines.join('\r\n')),
    vocabularyOf: call(text.vocabularyOf, written),
    encode: call(
      (of, known, unknown) => [right(text.encode(of)(known, 'it')), refusal(text.encode(of)(unknown, 'it'))],
      vocabulary,
      written,
      written + String.fromCodePoint(stranger),
    ),
    readText: call((its) => text.readText(its), written),
    decode: call((of, its) => right(text.decode(of)(its)), vocabulary, numbers),
  }
}

/** A model that reads and writes. */
export interface ReaderWorld {
  readonly passage: SampleWithCuts
  readonly draw: DrawSample
}

export const readerWorlds: fc.Arbitrary<ReaderWorld> = fc.record({
  passage: samplesWithCuts(rnnWith('tanh'), smallSizes),
  draw: drawSamples,
})

/** The most characters that a model writes here. */
const LONGEST = 5

/** One call of each function that is about a model that reads. */
export const readerCalls = <F extends Carrier>(algebra: Concrete<F>, { passage, draw }: ReaderWorld): Calls => {
  const sizes = { vocabulary: vocabularyOf(passage), hidden: passage.state['H'].axes[1].size }
  const its = languageModel(rnnKind(), sizes)
  const shape = parameterAxes(algebra, its)
  const states = its.layers(algebra).stateAxes(its.sizes, batchAxis(rowsOf(passage)))
  const parameters = unflatten<F, typeof shape>(shape, readAll(algebra, passage.parameters))
  const model = ofCopies((of, at) => text.reader(algebra, of, at), its, parameters)
  const choose = right(text.sampling({ temperature: 1 }))
  const prefix = passage.X.indices
  const [first, ...others] = prefix
  const reading = model.read(ofCopies((of) => zeroState(algebra, of, batchAxis(1)), its), first)
  const prediction = { ...reading, random: seeded(draw.seed) }
  const length = draw.first % (LONGEST + 1)
  return {
    reader: call(
      (of, at, hidden) => {
        const { start, read } = text.reader(algebra, of, at)
        return [start, read(hidden, first)]
      },
      its,
      parameters,
      reading.hidden,
    ),
    readPrefix: call(text.readPrefix<State<F, OneLayer<Rnn>>>, { ...model, start: reading.hidden }, [first, ...others]),
    writeCharacter: call((from) => text.writeCharacter(model, choose)(from), prediction),
    writeCharacters: call((from) => text.writeCharacters(model, choose, length)(from), prediction),
    predict: call((from, begun) => text.predict(model, choose, from)(begun, length), prediction.random, prefix),
    unfoldGreedily: call(
      (...given) => text.unfoldGreedily(algebra, its)(...given),
      parameters,
      unflatten<F, typeof states>(states, readAll(algebra, passage.state)),
      readOneHot(algebra, duringSteps(passage, 0, 1).X),
      axis('length', 1 + length),
    ),
  }
}
