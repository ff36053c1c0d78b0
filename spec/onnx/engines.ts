/**
 * Engines to train with: ONNX Runtime's, and the interpreters as engines that answer later, too.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Carrier, Concrete } from '../../src/algebra/tensor-algebra.js'
import { nativeRuntime, onnxEngine } from '../../src/engine/index.js'
import type { GraphRequest, OnnxEngine, Runtime } from '../../src/engine/index.js'
import { explain } from '../../src/failure.js'
import type { Failure } from '../../src/failure.js'
import * as learn from '../../src/train/index.js'
import type { Dataset, Learner, RunState, Step } from '../../src/train/index.js'
import type { LayersShape } from '../../src/model/layers.js'
import { batchAxis } from '../../src/model/parameters.js'
import { seeded } from '../../src/random.js'
import { characters, encode, lineBreaksToSpaces, samplerNamed, vocabularyOf } from '../../src/data/index.js'
import type { CharacterSet, SamplingName } from '../../src/data/index.js'
import { root } from '../house/parts.js'

/** What there is, or an error that says why there is nothing. */
const right = <A>(answer: Either<Failure, A>): A => {
  if (E.isRight(answer)) return answer.right
  throw new Error(explain(answer.left))
}

export const native = async (): Promise<Runtime> => right(await nativeRuntime())

/** An engine that is closed when its use is over. */
export const withEngine = async <A>(
  request: GraphRequest<LayersShape>,
  use: (engine: OnnxEngine<LayersShape>) => Promise<A>,
  threads = 1,
): Promise<A> => {
  const engine = right(await onnxEngine(await native(), request, threads)())
  try {
    return await use(engine)
  } finally {
    right(await engine.close())
  }
}

/** The step of an interpreter, as one that answers later. */
export const stepIn = <F extends Carrier>(
  algebra: Concrete<F>,
  { model, optimiser }: Pick<GraphRequest<LayersShape>, 'model' | 'optimiser'>,
): Step<'TaskEither', Learner<F, LayersShape>> => {
  const step = learn.directStep(algebra, model, optimiser(algebra))
  return (learner, minibatch) => TE.fromIOEither(step(learner, minibatch))
}

/** A learner that has learnt nothing, from a seed. */
export const beginner = <F extends Carrier>(
  algebra: Concrete<F>,
  { model, optimiser, batch }: Pick<GraphRequest<LayersShape>, 'model' | 'optimiser' | 'batch'>,
  deviation: number,
): Learner<F, LayersShape> => {
  const [parameters] = learn.initialParameters(algebra, model, learn.normalWeights(deviation))(seeded(1))
  return learn.freshLearner(algebra, model, optimiser(algebra), batchAxis(batch), parameters)
}

/** The first characters of the corpus, as a course of minibatches. */
export const corpus = (
  length: number,
  sampling: SamplingName,
  batch: number,
  steps: number,
): { readonly path: Dataset; readonly alphabet: CharacterSet } => {
  const whole = readFileSync(join(root, 'src/corpus/a-handful-of-small-change.txt'), 'utf8')
  const text = characters(lineBreaksToSpaces(whole)).slice(0, length).join('')
  const alphabet = right(vocabularyOf(text))
  const numbers = right(encode(alphabet)(text, 'the corpus'))
  return { path: right(learn.dataset(numbers, samplerNamed(sampling, batch, steps))), alphabet }
}

/** Where a run stands after so many minibatches more, and the loss of each. */
export const trained = async <L>(
  path: Dataset,
  step: Step<'TaskEither', L>,
  from: RunState<L>,
  minibatches: number,
): Promise<{ readonly progress: RunState<L>; readonly losses: readonly number[] }> => {
  const next = learn.trainMinibatch(TE.Bifunctor)(path, step)
  const losses: number[] = []
  let progress = from
  for (let i = 0; i < minibatches; i++) {
    const after = right(await next(progress)())
    const before = after.minibatch === 1 ? learn.initialRunState(0, after.random).losses : progress.losses
    losses.push((after.losses.total - before.total) / (after.losses.rows - before.rows))
    progress = after
  }
  return { progress, losses }
}
