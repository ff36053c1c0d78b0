/**
 * The zoo of wrong clippings.
 */
import type { Carrier, Concrete } from '../../algebra/tensor-algebra.js'
import { clipByGlobalNorm } from '../../train/optimisers/clip.js'
import type { Point } from '../model/gradient-check.js'
import { mapPlains, pointOf, scaled } from '../model/sample.js'
import type { Plains } from '../model/sample.js'
import { maximum, norm, total } from '../plain.js'
import type { ClipSample } from '../train/clip.js'
import { entriesOf, firstUpdates } from '../train/records.js'
import { breaking } from './mistake.js'
import type { Least, Zoo } from './mistake.js'

/** What clipping makes of gradients, given the threshold theta. */
export type ClipFunction = (theta: number, gradients: Plains) => Plains

/** Clipping by another norm than that of all entries together. */
const by =
  (normOf: (gradients: Plains) => number): ClipFunction =>
  (theta, gradients) => {
    const length = normOf(gradients)
    return length > theta ? scaled(theta / length, gradients) : gradients
  }

const norms = (gradients: Plains): readonly number[] => Object.values(gradients).map(({ values }) => norm(values))

const where = (gradients: Plains, isMeant: (field: string, i: number) => boolean): Plains =>
  Object.fromEntries(Object.entries(gradients).filter(([field], i) => isMeant(field, i)))

/** The values under each name. */
export const pointOfPlains = (plains: Plains): Point => pointOf(plains)

const FROM_TWO: readonly Least[] = [{ parameters: 2 }]

/**
 * The zoo of wrong clippings: what it answers is the clipped gradients by the names of their parameters.
 *
 * @param algebra in which it computes, such as `float64`
 * @param epsilon what is added to the norm: 0 from scratch, 1e-6 in PyTorch
 */
export const clippingZoo = <F extends Carrier>(
  algebra: Concrete<F>,
  epsilon = 0,
): Zoo<ClipFunction, ClipSample> => {
  const ofClip = breaking<ClipFunction>('clip')
  const isBias = (gradients: Plains, field: string): boolean => gradients[field].axes.length < 2
  return {
    title: 'clipping',
    right: (theta, gradients) => firstUpdates(algebra, clipByGlobalNorm(algebra)(theta, epsilon), gradients),
    answer:
      ({ theta, gradients }) =>
      (clip) =>
        pointOfPlains(clip(theta, gradients)),
    mistakes: [
      ofClip(
        'each parameter is clipped by its own norm',
        'The norm is taken in the loop over the parameters.',
        (clip) => (theta, gradients) =>
          mapPlains((plain, field) => clip(theta, { [field]: plain })[field], gradients),
        FROM_TWO,
      ),
      ofClip(
        'gradients are always scaled to theta, short ones too',
        'min(theta / norm, 1) without the min.',
        () => (theta, gradients) => scaled(theta / norm(entriesOf(gradients)), gradients),
      ),
      ofClip(
        'gradients are not clipped at all',
        'The clipped gradients are returned by a function whose result nobody takes.',
        () => (_, gradients) => gradients,
      ),
      ofClip(
        'the norm is the sum of the norms of the parameters',
        'Norms are added where squares of norms should be.',
        () => by((gradients) => total(norms(gradients))),
        FROM_TWO,
      ),
      ofClip(
        'the norm is the largest norm of a parameter',
        'The norms are listed, and their maximum is taken.',
        () => by((gradients) => maximum(norms(gradients))),
        FROM_TWO,
      ),
      ofClip(
        'the norm is the sum of squares, without the root',
        'The root is forgotten.',
        () => by((gradients) => norm(entriesOf(gradients)) ** 2),
      ),
      ofClip(
        'the norm is the sum of magnitudes',
        'abs(g) stands where g^2 should, and the root is gone with it.',
        () => by((gradients) => total(entriesOf(gradients).map(Math.abs))),
      ),
      ofClip(
        'the norm is the root of the mean square',
        'mean() where sum() is meant.',
        () => by((gradients) => norm(entriesOf(gradients)) / Math.sqrt(entriesOf(gradients).length)),
      ),
      ofClip(
        'the norm is the largest magnitude',
        'A norm of order infinity, or max(abs(g)), is asked for.',
        () => by((gradients) => maximum(entriesOf(gradients).map(Math.abs))),
      ),
      ofClip(
        'entries are clamped to -theta..theta',
        'Clipping by value: clip_grad_value_, or np.clip(g, -theta, theta).',
        () => (theta, gradients) =>
          mapPlains(
            ({ axes, values }) => ({ axes, values: values.map((g) => Math.max(-theta, Math.min(theta, g))) }),
            gradients,
          ),
      ),
      ofClip(
        'biases are left out of the norm, and scaled all the same',
        'The norm is taken over the matrices alone.',
        () => (theta, gradients) => {
          const length = norm(entriesOf(where(gradients, (field) => !isBias(gradients, field))))
          return length > theta ? scaled(theta / length, gradients) : gradients
        },
        FROM_TWO,
      ),
      ofClip(
        'biases are left out altogether',
        'The list of what is clipped was written before there were biases.',
        (clip) => (theta, gradients) => {
          const weights = where(gradients, (field) => !isBias(gradients, field))
          return { ...gradients, ...clip(theta, weights) }
        },
        FROM_TWO,
      ),
      ofClip(
        'the norm is that of the first parameter alone',
        'The loop over the parameters returns in its first round.',
        () => by((gradients) => norm(entriesOf(where(gradients, (_, i) => i === 0)))),
        FROM_TWO,
      ),
      ofClip(
        'the norm is that of the last parameter alone',
        'The norm is assigned in the loop, where it should be added to.',
        () => by((gradients) => norms(gradients).at(-1) ?? 0),
        FROM_TWO,
      ),
    ],
  }
}
