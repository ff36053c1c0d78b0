/**
 * A library such as is built on this one. It exports what the compiler infers, so that its declaration files have to
 * name the types of this package: the smoke test compiles it with `declaration: true`.
 */
import { onnx, orThrow, readText } from 'pure-rnn'
import * as root from 'pure-rnn'
import { float64 } from 'pure-rnn/interpret'
import * as equations from 'pure-rnn/model'
import { applyUpdates } from 'pure-rnn/train'

export const text = orThrow(readText('to be or not to be'))

export const plain = root.languageModel(root.rnn(), { vocabulary: 3, hidden: 2 })
export const deep = root.languageModel(root.layers(root.lstm(), root.gru()), { vocabulary: text.vocabulary, hidden: 2 })

export const forward = root.forward(plain)
export const gradients = root.backpropagate(plain)
export const deepGradients = root.backpropagate(deep)
export const state = root.zeroState(deep, root.batchAxis(2))
export const [parameters, random] = root.initialParameters(deep)(root.seeded(1))
export const reader = root.reader(deep, parameters)
export const optimiser = root.chain(root.clipByGlobalNorm(1), root.adam(0.1))
export const step = root.trainingStep(deep, optimiser)
export const run = root.train(deep, optimiser, text, root.consecutiveSampler(1, 5))
export const compiled = root.train(deep, optimiser, text, root.consecutiveSampler(1, 5), { engine: onnx() })

export const sharp = equations.backpropagate(float64, equations.languageModel(equations.gruKind(), plain.sizes))
export const loss = equations.crossEntropyForward(float64)
export const update = applyUpdates(float64)
export const cell = equations.lstm(float64)
