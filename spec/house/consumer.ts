/**
 * A program such as an importer writes. The smoke test compiles it against the packed types, strictly, and runs it:
 * the gradient of the untrained model on a word of two letters, with the loss of a guess among three.
 */
import * as pureRnn from 'pure-rnn'
import type { Float32Tensor } from 'pure-rnn/interpret'
import { float32 } from 'pure-rnn/interpret'
import type { Hidden, Vocabulary } from 'pure-rnn/model'

const { backpropagate, batchAxis, initialParameters, languageModel, normalWeights, oneHot, product, rnn } = pureRnn
const { seeded, timeAxis, toArray, vocabularyAxis, zeroAdjoint, zeroState } = pureRnn

const batch = batchAxis(1)
const model = languageModel(rnn(), { vocabulary: 3, hidden: 2 })
const [parameters] = initialParameters(model, normalWeights(0))(seeded(1))
const state = zeroState(model, batch)
const letters = (...indices: readonly number[]) =>
  oneHot([product(timeAxis(indices.length), batch), vocabularyAxis(3)], indices)

const { loss, gradients } = backpropagate(model)(parameters, state, letters(0, 1), letters(1, 2), zeroAdjoint(state))
const expected = { loss: Math.log(3), db_q: [1 / 3, 1 / 3 - 1 / 2, 1 / 3 - 1 / 2] }
const came = { loss: toArray(loss)[0], db_q: toArray(gradients.b_q) }
const errors = [came.loss - expected.loss, ...came.db_q.map((entry, i) => entry - expected.db_q[i])]
/** A few roundings of single precision. */
const TOLERANCE = 1e-6
if (!errors.every((error) => Math.abs(error) <= TOLERANCE)) throw new Error(`got ${JSON.stringify(came)}`)

/** The axes are part of the types that reach an importer: this product compiles, and its mirror image does not. */
export const logits = (H: Float32Tensor<[pureRnn.Batch, Hidden]>, W_hq: Float32Tensor<[Hidden, Vocabulary]>) =>
  float32.matmul(H, W_hq)
export const nonsense = (H: Float32Tensor<[pureRnn.Batch, Hidden]>, W_hq: Float32Tensor<[Hidden, Vocabulary]>) =>
  // @ts-expect-error -- the columns of W_hq are not the rows of H
  float32.matmul(W_hq, H)
