/**
 * What is measured: the sizes, the tasks made of them, and what each is held to.
 *
 * Legend: V vocabulary, H hidden units, N rows of a minibatch, T steps.
 */

export interface Size {
  readonly V: number
  readonly H: number
  readonly N: number
  readonly T: number
}

/** A whole training step. */
export interface Training extends Size {
  readonly kind: 'training'
}
/** Writing `length` characters greedily. */
export interface Generation extends Pick<Size, 'V' | 'H'> {
  readonly kind: 'generation'
  readonly length: number
}
export type Task = Training | Generation

/** The factor by which `of` is at most (`most`) or at least (`least`) that of `to`. */
export interface Target {
  readonly of: string
  readonly to: string
  readonly most?: number
  readonly least?: number
}

/** What takes part, by the names that are printed. */
export const FLOAT32 = 'float32'
export const ONNX = 'onnx, 1 thread'
export const ONNX_2 = 'onnx, 2 threads'
export const FLOOR = 'its products alone, 1 thread'
export const STEPWISE = 'onnx, step by step'
export const UNFOLDED = 'onnx, in one loop'
export const TORCH = 'PyTorch from scratch'
export const TORCH_NN = 'PyTorch nn.RNN'

const size = (V: number, H: number, N: number, T: number): Size => ({ V, H, N, T })

const atMost = (of: string, to: string, most: number): Target => ({ of, to, most })
const atLeast = (of: string, to: string, least: number): Target => ({ of, to, least })

/** The sizes of the comparison, from the standard run's to a toy's, each with what it is held to. */
export const COMPARED: readonly { readonly size: Size; readonly targets: readonly Target[] }[] = [
  {
    size: size(1027, 256, 32, 35),
    targets: [
      atMost(ONNX, TORCH, 0.31),
      atMost(ONNX, TORCH_NN, 1),
      atMost(ONNX, FLOOR, 1.3),
      atMost(ONNX_2, TORCH, 0.2),
      atMost(FLOAT32, TORCH, 10),
    ],
  },
  { size: size(1027, 64, 32, 35), targets: [atMost(ONNX, TORCH, 0.28), atMost(ONNX, TORCH_NN, 1)] },
  { size: size(65, 128, 32, 35), targets: [atMost(ONNX, TORCH, 0.45), atMost(ONNX, TORCH_NN, 1)] },
  {
    size: size(28, 32, 2, 5),
    targets: [atMost(ONNX, TORCH, 0.25), atMost(ONNX, TORCH_NN, 1), atMost(FLOAT32, TORCH, 0.5)],
  },
]

/** Greedy generation, and what its rate is held to. */
export const GENERATED: { readonly task: Generation; readonly targets: readonly Target[] } = {
  task: { kind: 'generation', V: 1027, H: 256, length: 250 },
  targets: [atLeast(UNFOLDED, TORCH, 5), atLeast(UNFOLDED, TORCH_NN, 5)],
}

/** How cost grows: one size at a time is varied about this one, the others held. */
export const AROUND: Size = size(512, 128, 16, 16)
export const GROWTH: readonly { readonly axis: keyof Size; readonly values: readonly number[] }[] = [
  { axis: 'T', values: [4, 8, 16, 32, 64] },
  { axis: 'H', values: [32, 64, 128, 256, 512] },
  { axis: 'V', values: [128, 256, 512, 1024, 2048] },
  { axis: 'N', values: [4, 8, 16, 32, 64] },
]

/** The standard run's clipping threshold and rate. */
export const THETA = 0.01
export const ETA = 100
/** The deviation of the weights: wide enough that the hidden state is far from linear, and that no two scores tie. */
export const DEVIATION = 0.05
/** As many different minibatches go round. */
export const MINIBATCHES = 8
/** The losses of this many steps are compared between all that take part, before anything is timed. */
export const COMPARED_STEPS = 3
