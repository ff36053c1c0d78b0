/**
 * Failures: what a caller can get wrong with data, as values, with one renderer.
 *
 * Each failure carries what it takes to say what was expected, what came, and what to do.
 */
export type Failure =
  | { readonly _tag: 'InvalidSetting'; readonly setting: string; readonly expected: string; readonly came: string }
  | {
      readonly _tag: 'TextTooShort'
      readonly sampling: 'random' | 'consecutive'
      readonly batch: number
      readonly steps: number
      readonly least: number
      readonly length: number
    }
  | { readonly _tag: 'EmptyText'; readonly what: string }
  | { readonly _tag: 'UnknownCharacter'; readonly character: string; readonly position: number; readonly what: string }
  | { readonly _tag: 'NotFinite'; readonly what: string; readonly epoch: number; readonly minibatch: number }
  | { readonly _tag: 'DamagedFile'; readonly what: string; readonly expected: string; readonly came: string }
  | { readonly _tag: 'Mismatch'; readonly what: string; readonly expected: string; readonly came: string }

/** The failure as one sentence, or two. */
export const explain = (failure: Failure): string => {
  switch (failure._tag) {
    case 'InvalidSetting':
      return `${failure.setting} must be ${failure.expected}, but ${failure.came} came`
    case 'TextTooShort':
      return (
        `${failure.sampling} sampling of ${count(failure.batch, 'row')} of ${count(failure.steps, 'step')} ` +
        `needs a text of at least ${count(failure.least, 'character')}, but ${String(failure.length)} came: ` +
        `give more text, or fewer rows or steps`
      )
    case 'EmptyText':
      return `${failure.what} must hold at least one character, but it is empty`
    case 'UnknownCharacter':
      return (
        `the character ${JSON.stringify(failure.character)} at position ${String(failure.position)} of ` +
        `${failure.what} is not in the vocabulary: use only characters of the text the model was trained on`
      )
    case 'NotFinite':
      return (
        `${failure.what} is no longer finite in epoch ${String(failure.epoch)}, ` +
        `minibatch ${String(failure.minibatch)}: lower the learning rate or the clipping threshold`
      )
    case 'DamagedFile':
      return `${failure.what} cannot be read: expected ${failure.expected}, but ${failure.came} came`
    case 'Mismatch':
      return `${failure.what} does not fit: expected ${failure.expected}, but ${failure.came} came`
  }
}

const count = (n: number, noun: string): string => `${String(n)} ${noun}${n === 1 ? '' : 's'}`
