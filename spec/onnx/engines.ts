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
import * as learn from '../../src/learn/index.js'
import type { Course, Learner, Progress, Recipe, Step } from '../../src/learn/index.js'
import type { CellShape } from '../../src/model/cell.js'
import { batchAxis } from '../../src/model/parameters.js'
import type { Sizes } from '../../src/model/parameters.js'
import { seeded } from '../../src/random.js'
import { characters, encode, lineBreaksToSpaces, samplerNamed, vocabularyOf } from '../../src/text/index.js'
import type { CharacterSet, Sampling } from '../../src/text/index.js'
import { root } from '../house/parts.js'

/** What there is, or an error that says why there is nothing. */
const right = <A>(answer: Either<Failure, A>): A => {
  if (E.isRight(answer)) return answer.right
  throw new Error(explain(answer.left))
}

export const native = async (): Promise<Runtime> => right(await nativeRuntime())

/** An engine that is closed when its use is over. */
export const withEngine = async <A>(
  request: GraphRequest<CellShape>,
  use: (engine: OnnxEngine<CellShape>) => Promise<A>,
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
  { cell, optimiser }: Recipe<CellShape>,
  { vocabulary }: Sizes,
): Step<'TaskEither', Learner<F, CellShape>> => {
  const step = learn.directStep(algebra, cell(algebra), optimiser(algebra), vocabulary)
  return (learner, minibatch) => TE.fromIOEither(step(learner, minibatch))
}

/** A learner that has learnt nothing, from a seed. */
export const beginner = <F extends Carrier>(
  algebra: Concrete<F>,
  { recipe, sizes, batch }: Pick<GraphRequest<CellShape>, 'recipe' | 'sizes' | 'batch'>,
  deviation: number,
): Learner<F, CellShape> => {
  const cell = recipe.cell(algebra)
  const [parameters] = learn.initialParameters(algebra, cell, sizes, learn.normalWeights(deviation))(seeded(1))
  return learn.freshLearner(algebra, cell, recipe.optimiser(algebra), sizes, batchAxis(batch), parameters)
}

/** The first characters of the corpus, as a course of minibatches. */
export const corpus = (
  length: number,
  sampling: Sampling,
  batch: number,
  steps: number,
): { readonly path: Course; readonly alphabet: CharacterSet } => {
  const whole = readFileSync(join(root, 'src/corpus/a-handful-of-small-change.txt'), 'utf8')
  const text = characters(lineBreaksToSpaces(whole)).slice(0, length).join('')
  const alphabet = right(vocabularyOf(text))
  const numbers = right(encode(alphabet)(text, 'the corpus'))
  return { path: right(learn.course(numbers, samplerNamed(sampling, batch, steps))), alphabet }
}

/** Where a run stands after so many minibatches more, and the loss of each. */
export const trained = async <L>(
  path: Course,
  step: Step<'TaskEither', L>,
  from: Progress<L>,
  minibatches: number,
): Promise<{ readonly progress: Progress<L>; readonly losses: readonly number[] }> => {
  const next = learn.trainMinibatch(TE.Bifunctor)(path, step)
  const losses: number[] = []
  let progress = from
  for (let i = 0; i < minibatches; i++) {
    const after = right(await next(progress)())
    const before = after.minibatch === 1 ? learn.begin(0, after.random).losses : progress.losses
    losses.push((after.losses.total - before.total) / (after.losses.rows - before.rows))
    progress = after
  }
  return { progress, losses }
}
