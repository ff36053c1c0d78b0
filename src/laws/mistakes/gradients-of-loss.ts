/**
 * Mistakes in the adjoint of the scores, where backpropagation begins, and in what becomes of the whole gradient.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axes } from '../../algebra/axis.js'
import type { Named } from '../../algebra/names.js'
import { flatten } from '../../algebra/names.js'
import type { Carrier, Concrete, Signature, Tensors } from '../../algebra/tensor-algebra.js'
import type { Biases } from '../../model/bias.js'
import { crossEntropyBackward } from '../../model/loss.js'
import { clipFactor } from '../../train/optimisers/clip.js'
import { namedWhere } from './gradient-parts.js'
import type { Adjoints, GradientParts, Run } from './gradient-parts.js'
import { ALWAYS, breaking, FROM_TWO_ROWS, FROM_TWO_STEPS } from './mistake.js'
import type { Mistake } from './mistake.js'
import { wrongTensors } from './tensors.js'

type Mistakes<F extends Carrier> = readonly Mistake<GradientParts<F>>[]

/** Parts whose answer is changed once more. */
export const inResult =
  <F extends Carrier>(f: (adjoints: Adjoints<F>, run: Run<F>) => Partial<Adjoints<F>>) =>
  (parts: GradientParts<F>): GradientParts<F> => ({
    ...parts,
    result: (adjoints, run) => {
      const before = parts.result(adjoints, run)
      return { ...before, ...f(before, run) }
    },
  })

/** Parts whose dO is changed once more. */
const inScores =
  <F extends Carrier>(f: (dO: ReturnType<GradientParts<F>['adjointOfScores']>, run: Run<F>) => typeof dO) =>
  (parts: GradientParts<F>): GradientParts<F> => ({
    ...parts,
    adjointOfScores: (logP, Y, run) => f(parts.adjointOfScores(logP, Y, run), run),
  })

/** Mistakes in the loss and in dO, of whatever cells. */
export const mistakesOfLoss = <F extends Carrier>(algebra: Concrete<F>): Mistakes<F> => {
  const { dense, exp, logSoftmax, scale, sub, transpose } = algebra
  const { batchMajorCharacters, onlyStep, times } = wrongTensors(algebra)
  const every = everyAdjoint<F>()
  const ofScores = breaking<GradientParts<F>>('bptt-o')
  return [
    ofScores(
      'dO = softmax(O), without the one-hot labels',
      'The softmax is differentiated, and the entry of the label, where the derivative has its other term, is not.',
      (parts) => ({ ...parts, adjointOfScores: (logP, _, { T, N }) => times(1 / (T * N), exp(logP)) }),
    ),
    ofScores(
      'the labels are subtracted from the log of softmax, not from softmax',
      'The loss keeps the logs, and the backward pass takes what the loss kept.',
      (parts) => ({ ...parts, adjointOfScores: (logP, Y, { T, N }) => times(1 / (T * N), sub(logP, dense(Y))) }),
    ),
    ofScores(
      'the loss is the mean over the rows N, not over T*N',
      'The losses of the steps are summed in the loop over time, and only the minibatch is averaged.',
      inScores((dO, { T }) => times(T, dO)),
      FROM_TWO_STEPS,
    ),
    ofScores(
      'the loss is the mean over the steps T, not over T*N',
      'The code was written for one sequence, and a minibatch came later.',
      inScores((dO, { N }) => times(N, dO)),
      [{ batch: 2 }],
    ),
    ofScores(
      'the gradient is of the sum of the losses, the loss reported is their mean',
      'A framework is asked for reduction="sum" in one place and for the mean in the other.',
      inScores((dO, { T, N }) => times(T * N, dO)),
      FROM_TWO_ROWS,
    ),
    ofScores(
      'the gradient is divided by the number of rows twice',
      'The mean is taken in the loss, and the update divides by the size of the minibatch once more.',
      inScores((dO, { N }) => times(1 / N, dO)),
      [{ batch: 2 }],
    ),
    ofScores(
      'softmax along the rows instead of along the vocabulary',
      'softmax(axis=0) is the default of the library at hand, or the axes were permuted since.',
      (parts) => ({
        ...parts,
        adjointOfScores: (_, Y, { O }) =>
          crossEntropyBackward(algebra)(transpose(logSoftmax(transpose(O))), Y),
      }),
    ),
    ofScores(
      'the labels are laid out row by row, the scores step by step',
      'Y has shape N x T as the sampler gives it, and is flattened without being transposed first.',
      (parts) => ({
        ...parts,
        labels: (run) => batchMajorCharacters(parts.labels(run), algebra.axesOf(run.O)),
      }),
      [{ steps: 2, batch: 2 }],
    ),
    ofScores(
      'only the last step has a loss',
      'The code comes from a classifier of sequences, where the last output is the answer.',
      inScores((dO, { T }) => onlyStep(T - 1, dO)),
      FROM_TWO_STEPS,
    ),
    breaking<GradientParts<F>>('perplexity')(
      'the gradient of perplexity, not of the loss',
      'The loop backpropagates what it prints.',
      inResult((adjoints, { loss }) => every((g) => scale(exp(loss), g), adjoints)),
    ),
    breaking<GradientParts<F>>('loss')(
      'the gradient of the loss in bits',
      'The loss is reported in bits per character and the factor 1 / ln 2 got into the backward pass.',
      inResult((adjoints) => every((g) => times(1 / Math.LN2, g), adjoints)),
    ),
  ]
}

/** f of every gradient, and of the adjoint of the state. */
const everyAdjoint =
  <F extends Carrier>() =>
  (f: (a: Kind<F, Axes>) => Kind<F, Axes>, { gradients, dState }: Adjoints<F>): Partial<Adjoints<F>> => ({
    gradients: mapNamed(f, gradients),
    dState: mapNamed(f, dState),
  })

const mapNamed = <F extends Carrier>(f: (a: Kind<F, Axes>, name: string) => Kind<F, Axes>, a: Named<F>): Named<F> =>
  Object.fromEntries(Object.entries(a).map(([name, tensor]) => [name, f(tensor, name)]))

/** The threshold of a usual run from scratch. */
const THETA = 0.01
/** A usual weight decay. */
const DECAY = 0.01

/** Mistakes in what is answered once the gradients are there. */
export const mistakesOfAnswer = <F extends Carrier>(algebra: Concrete<F>): Mistakes<F> => {
  const { add, scale } = algebra
  const { remade, times } = wrongTensors(algebra)
  const every = everyAdjoint<F>()
  const ofParameters = breaking<GradientParts<F>>('bptt-w')
  return [
    breaking<GradientParts<F>>('sgd')(
      'the sign is flipped',
      'What is returned is the step to take, not the gradient.',
      inResult((adjoints) => every((g) => times(-1, g), adjoints)),
    ),
    breaking<GradientParts<F>>('clip')(
      'the gradient is clipped before it is checked',
      'Clipping stands at the end of the backward pass, where it is easily forgotten.',
      inResult((adjoints) => {
        const factor = clipFactor(algebra)<Signature>(THETA, adjoints.gradients as Tensors<F, Signature>)
        return every((g) => scale(factor, g), adjoints)
      }),
    ),
    ofParameters(
      'the gradient of weight decay is in it',
      'The optimiser adds it to the gradient in place, and the loss that is checked knows nothing of it.',
      inResult(({ gradients }, run) => {
        const parameters = flatten<F>(run.parameters)
        return { gradients: mapNamed((g, name) => add(g, times(DECAY, parameters[name])), gradients) }
      }),
    ),
    ofParameters(
      'the gradient of the minibatch before is still in it',
      'Gradients are accumulated, and nobody set them to zero.',
      inResult((adjoints) => every((g) => add(g, g), adjoints)),
    ),
    ofParameters(
      'the gradients stand in another order than the parameters',
      'A list of gradients is zipped with a list of parameters, and one of the lists was sorted.',
      inResult(({ gradients: { ...named } }) => {
        const [first, second] = Object.keys(named)
        return { gradients: { ...named, [first]: named[second], [second]: named[first] } }
      }),
    ),
    ofParameters(
      'one parameter has no gradient',
      'It was added to the model and to the forward pass.',
      inResult(({ gradients }) => ({
        gradients: Object.fromEntries(Object.entries(gradients).filter(([name]) => name !== 'b_q')),
      })),
    ),
    ofParameters(
      'one entry is not a number',
      'An entry is 0 / 0, and NaN > bound is false.',
      inResult(({ gradients }) => {
        const [first] = Object.keys(gradients).filter((name) => name.startsWith('b'))
        return { gradients: { ...gradients, [first]: remade(gradients[first], (values) => values.with(0, NaN)) } }
      }),
    ),
  ]
}

/** Mistakes in the gradients of single parameters, once the adjoints of the sums are there. */
export const mistakesOfParameters = <F extends Carrier>(algebra: Concrete<F>, biases: Biases): Mistakes<F> => {
  const { add, matmulTN } = algebra
  const { erased, flipped, isRecurrent, onlyStep, scatterLast, times, zero } = wrongTensors(algebra)
  const ofParameters = breaking<GradientParts<F>>('bptt-w')
  const isHiddenBias = (axes: readonly string[]): boolean => axes.join() === 'hidden'
  return [
    ofParameters(
      'dW_hq is that of the last step',
      'The gradient is assigned in the loop, where it should be added to.',
      inResult(({ gradients, dO }, { H, T }) => ({
        gradients: { ...gradients, W_hq: erased(matmulTN(H, onlyStep(T - 1, dO))) },
      })),
      FROM_TWO_STEPS,
    ),
    ofParameters(
      'dW_hh is returned transposed',
      'dZ^T H_prev has the right shape too.',
      inResult(({ gradients }) => ({ gradients: mapNamed((g) => (isRecurrent(g) ? flipped(g) : g), gradients) })),
      [{ hidden: 2 }],
    ),
    breaking<GradientParts<F>>('one-hot')(
      'a character that occurs twice has the gradient of one occurrence',
      'dW[indices] += dZ assigns where indices repeat, and does not add.',
      inResult(({ gradients, dInputs }, { X }) => ({
        gradients: namedWhere(
          algebra,
          gradients,
          // These are V x H, and the adjoint that they are made of has T*N rows of H.
          (g, name) => scatterLast(X, dInputs[sumOf(name)], g),
          (axes, name) => axes[0] === 'vocabulary' && axes[1] === 'hidden' && sumOf(name) in dInputs,
        ),
      })),
      FROM_TWO_ROWS,
    ),
    ...(biases === 'one'
      ? [
          ofParameters(
            'the hidden bias is counted twice',
            'Two biases, b_ih and b_hh, were merged into one, and both of their gradients are added to it.',
            inResult(({ gradients }) => ({
              gradients: namedWhere(algebra, gradients, (g) => add(g, g), isHiddenBias),
            })),
          ),
        ]
      : [
          breaking<GradientParts<F>>('bptt-w', 'docs/03-model-cells.md#two-biases')(
            'the second bias has no gradient',
            'The bias was added to a cell of one, and its gradient to nothing.',
            inResult(({ gradients }) => ({
              gradients: namedWhere(algebra, gradients, zero, (_, name) => /(^|\.)b_h[^.]$/.test(name)),
            })),
          ),
        ]),
    ofParameters(
      'the hidden bias has no gradient',
      'The bias came later, and the backward pass was not touched.',
      inResult(({ gradients }) => ({ gradients: namedWhere(algebra, gradients, zero, isHiddenBias) })),
    ),
    ofParameters(
      'db_q is the mean of the rows of dO, not their sum',
      'A bias is broadcast over the minibatch, and its adjoint is taken with the mean that is already in dO.',
      inResult(({ gradients }, { T, N }) => ({ gradients: { ...gradients, b_q: times(1 / (T * N), gradients.b_q) } })),
      FROM_TWO_ROWS,
    ),
  ]
}

/** The sum whose adjoint a weight's gradient is made of: dZ for W_xh, dZ_r for W_xr. */
const sumOf = (name: string): string =>
  name.replace(/W_x(.)$/, (_, gate: string) => (gate === 'h' ? 'dZ' : `dZ_${gate}`))

/** Mistakes in the output layer, of whatever cells. */
export const mistakesOfOutput = <F extends Carrier>(algebra: Concrete<F>): Mistakes<F> => {
  const { sub, toArray } = algebra
  const { remade } = wrongTensors(algebra)
  return [
    breaking<GradientParts<F>>('bptt-w')(
      'dW_hq is made of H_(t-1) instead of H_t',
      'The output is read off before the state is replaced in one pass, and after it in the other.',
      (parts) => ({
        ...parts,
        ofOutput: (run, dO) => {
          const { dH } = parts.ofOutput(run, dO)
          const before = uppermost(run.tape) as { readonly H_prev: Kind<F, Axes> }
          const H = remade(run.H, () => toArray(before.H_prev))
          return { gradients: parts.ofOutput({ ...run, H }, dO).gradients, dH }
        },
      }),
      ALWAYS,
    ),
    breaking<GradientParts<F>>('bptt-h')(
      'the hidden states are given the adjoint of output weights that have moved on already',
      'Layers are updated one by one on the way back, the output layer before dO W_hq^T is taken.',
      (parts) => ({
        ...parts,
        ofOutput: (run, dO) => {
          const { gradients } = parts.ofOutput(run, dO)
          const W_hq = sub(run.parameters.W_hq, gradients.W_hq)
          const moved = { ...run, parameters: { ...run.parameters, W_hq } }
          return { gradients, dH: parts.ofOutput(moved, dO).dH }
        },
      }),
    ),
    breaking<GradientParts<F>>('bptt-h')(
      'the last step counts twice',
      'The carry is initialised with dO_T W_hq^T, and the loop adds it once more when it comes to step T.',
      (parts) => ({
        ...parts,
        later: (run, dH) => {
          const values = toArray(dH)
          const last = values.slice(((run.T - 1) * values.length) / run.T)
          const added = <S extends object>(state: S): S => {
            // Every built-in cell has H in its state.
            const { H } = state as S & { readonly H: Kind<F, Axes> }
            return { ...state, H: remade(H, (its) => its.map((x, i) => x + last[i])) }
          }
          return inUppermost(added, parts.later(run, dH))
        },
      }),
    ),
  ]
}

/** Of a tree of layers, the uppermost; of one layer, itself. */
const uppermost = (tree: object): object =>
  'layers' in tree ? ((tree.layers as readonly object[]).at(-1) ?? tree) : tree

/** The tree with f of its uppermost layer, or of itself. */
const inUppermost = <T extends object>(f: <S extends object>(layer: S) => S, tree: T): T =>
  'layers' in tree
    ? {
        ...tree,
        layers: (tree.layers as readonly object[]).map((layer, i, all) => (i === all.length - 1 ? f(layer) : layer)),
      }
    : f(tree)

