/** Datasets and learners that the chapter of training is tried on. */
import * as E from 'fp-ts/lib/Either.js'
import type { Carrier, Concrete } from '../../src/algebra/tensor-algebra.js'
import { flatten } from '../../src/algebra/names.js'
import { samplerNamed } from '../../src/data/index.js'
import type { SamplingName } from '../../src/data/index.js'
import { explain } from '../../src/failure.js'
import { entriesOf, writeAll } from '../../src/laws/train/records.js'
import type { OneLayer, Rnn } from '../../src/model/index.js'
import { dataset } from '../../src/train/index.js'
import type { Dataset, Learner } from '../../src/train/index.js'

/** The dataset of a text, which must be long enough. */
export const datasetOf = (sampling: SamplingName, text: readonly number[], batch: number, steps: number): Dataset => {
  const verdict = dataset(text, samplerNamed(sampling, batch, steps))
  if (E.isLeft(verdict)) throw new Error(explain(verdict.left))
  return verdict.right
}

export const numbersOf =
  <F extends Carrier>(algebra: Concrete<F>) =>
  (learner: Learner<F, OneLayer<Rnn>>): readonly number[] =>
    entriesOf(writeAll(algebra, flatten<F>(learner)))

/** How many roundings' worth the two readings of a passage may differ: a sum of a few hundred terms. */
export const ROUNDINGS = 512
