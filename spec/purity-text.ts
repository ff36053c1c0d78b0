/** A call of every function that `src/text` exports. */
import fc from 'fast-check'
import type { Carrier, Concrete } from '../src/algebra/tensor-algebra.js'
import { axis } from '../src/algebra/axis.js'
import type { ChoiceSample } from '../src/laws/choice.js'
import type { GatherSample } from '../src/laws/minibatch.js'
import { duringSteps, vocabularyOf } from '../src/laws/passage.js'
import type { Trial } from '../src/laws/passage.js'
import { readOneHot } from '../src/laws/plain.js'
import type { DrawSample } from '../src/laws/random.js'
import { readAll } from '../src/laws/records.js'
import type { SamplerSample } from '../src/laws/sampler.js'
import type { LinesSample, TextSample } from '../src/laws/vocabulary.js'
import { batchAxis, zeroState } from '../src/model/index.js'
import type { Parameters, Rnn, State } from '../src/model/index.js'
import { seeded } from '../src/random.js'
import type { RandomState } from '../src/random.js'
import * as text from '../src/text/index.js'
import type { Sampler } from '../src/text/index.js'
import { fewSizes, trials } from './arbitraries-model.js'
import { call, ofCopies } from './purity.js'
import type { Calls } from './purity.js'
import { refusal, right } from './store-samples.js'
import { rnnWith } from './subjects.js'
import { choices, drawSamples, gatherSamples, lines, samplerSamples, texts } from './text-samples.js'

/** What is chosen from, sampled, written and read. */
export interface TextWorld {
  readonly choice: ChoiceSample
  readonly sampler: SamplerSample
  readonly gather: GatherSample
  readonly text: TextSample
  readonly lines: LinesSample
}

export const textWorlds: fc.Arbitrary<TextWorld> = fc.record({
  choice: choices,
  sampler: samplerSamples,
  gather: gatherSamples,
  text: texts,
  lines,
})

/** One call of each function that is about characters. */
export const textCalls = ({ choice, sampler, gather, text: { codePoints, stranger }, lines }: TextWorld): Calls => {
  const { scores, temperature, topK } = choice
  const { batch, steps, length } = sampler
  const { starts } = gather
  const planned = (of: Sampler, from: RandomState) => right(of(length))(from)
  const written = String.fromCodePoint(...codePoints)
  const vocabulary = right(text.vocabularyOf(written))
  const numbers = ofCopies((of, it) => right(text.encode(of)(it, 'it')), vocabulary, written)
  return {
    argmax: call(text.argmax, scores),
    greedy: call((of, from) => text.greedy(of)(from), scores, choice.random),
    sampled: call(
      (setting, of, from) => right(text.sampled(setting))(of)(from),
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
    decode: call((of, its) => right(text.decode(of)(its)), vocabulary, numbers),
  }
}

/** A model that reads and writes. */
export interface ReaderWorld {
  readonly passage: Trial
  readonly draw: DrawSample
}

export const readerWorlds: fc.Arbitrary<ReaderWorld> = fc.record({
  passage: trials(rnnWith('tanh'), fewSizes),
  draw: drawSamples,
})

/** The most characters that a model writes here. */
const LONGEST = 5

/** One call of each function that is about a model that reads. */
export const readerCalls = <F extends Carrier>(algebra: Concrete<F>, { passage, draw }: ReaderWorld): Calls => {
  const cell = rnnWith('tanh')(algebra)
  const sizes = { vocabulary: vocabularyOf(passage), hidden: passage.state['H'].axes[1].size }
  const parameters = readAll(algebra, passage.parameters) as unknown as Parameters<F, Rnn>
  const model = ofCopies((its, of) => text.reader(algebra, cell, its, of), sizes, parameters)
  const choose = right(text.sampled({ temperature: 1 }))
  const prefix = passage.X.indices
  const [first, ...others] = prefix
  const reading = model.read(ofCopies((its) => zeroState(algebra, cell, its, batchAxis(1)), sizes), first)
  const prediction = { ...reading, random: seeded(draw.seed) }
  const length = draw.first % (LONGEST + 1)
  return {
    reader: call(
      (its, of, hidden) => {
        const { start, read } = text.reader(algebra, cell, its, of)
        return [start, read(hidden, first)]
      },
      sizes,
      parameters,
      reading.hidden,
    ),
    readPrefix: call(text.readPrefix<State<F, Rnn>>, { ...model, start: reading.hidden }, [first, ...others]),
    writeCharacter: call((from) => text.writeCharacter(model, choose)(from), prediction),
    writeCharacters: call((from) => text.writeCharacters(model, choose, length)(from), prediction),
    predict: call((from, begun) => text.predict(model, choose, from)(begun, length), prediction.random, prefix),
    unfoldGreedily: call(
      (...given) => text.unfoldGreedily(algebra, cell)(...given),
      parameters,
      readAll(algebra, passage.state) as unknown as State<F, Rnn>,
      readOneHot(algebra, duringSteps(passage, 0, 1).X),
      axis('length', 1 + length),
    ),
  }
}
