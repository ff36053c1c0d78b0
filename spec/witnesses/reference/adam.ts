/**
 * Adam for one number, transcribed from algorithm 1 of the paper, with the powers of beta written out. It shares no
 * line with `src`.
 */
export interface Moments {
  readonly t: number
  readonly m: number
  readonly v: number
}

export const noMoments: Moments = { t: 0, m: 0, v: 0 }

export interface Settings {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
}

/** What is subtracted from a parameter with gradient g, before the rate; and the moments after. */
export const adamStep =
  ({ beta1, beta2, epsilon }: Settings, corrected: boolean) =>
  (before: Moments, g: number): { readonly after: Moments; readonly update: number } => {
    const t = before.t + 1
    const m = beta1 * before.m + (1 - beta1) * g
    const v = beta2 * before.v + (1 - beta2) * g ** 2
    const mHat = m / (1 - beta1 ** t)
    // Section 2 of the paper: alpha sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon).
    const update = corrected
      ? mHat / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon)
      : (Math.sqrt(1 - beta2 ** t) * mHat) / (Math.sqrt(v) + epsilon)
    return { after: { t, m, v }, update }
  }
