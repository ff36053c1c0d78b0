/**
 * What does not compile. Each line below `@ts-expect-error` is a mistake that somebody makes, and the compiler
 * fails if it ever accepts one; the legal neighbours in `legal` show that it is the mistake that it refuses.
 *
 * Everything is stated for a generic algebra, and once more for float32, whose tensors are known. What is in
 * `illegalProducts` the interpreters refuse as well, by the axes' names, where the types are erased.
 */
import type { Kind } from 'fp-ts/HKT'
import type { Axis, Carrier, Concrete, OneHot } from '../../src/algebra/index.js'
import { float32, float64 } from '../../src/interpret/index.js'
import { outputForward, rnn, tanh } from '../../src/model/index.js'
import type { Batch, Hidden, Previous, Rows, Time, Vocabulary } from '../../src/model/index.js'

type K = Axis<'K'>

/** Tensors of the model, by the symbols of its equations; `x` is a minibatch's one-hot rows, c a scalar. */
export interface Symbols<F extends Carrier> {
  readonly c: Kind<F, []>
  readonly x: OneHot<F, [Batch, Vocabulary]>
  readonly index: OneHot<F, [Batch, K, Vocabulary]>
  readonly source: Kind<F, [Batch, K]>
  readonly H: Kind<F, [Batch, Hidden]>
  readonly H_prev: Kind<F, [Batch, Previous]>
  readonly O: Kind<F, [Batch, Vocabulary]>
  readonly W_xh: Kind<F, [Vocabulary, Hidden]>
  readonly W_hh: Kind<F, [Previous, Hidden]>
  readonly W_hq: Kind<F, [Hidden, Vocabulary]>
  readonly b_h: Kind<F, [Hidden]>
  readonly b_q: Kind<F, [Vocabulary]>
  readonly Z: Kind<F, [Rows, Hidden]>
  readonly inTime: Kind<F, [Time, Batch, Hidden]>
}

type Mistakes = Readonly<Record<string, () => unknown>>

/** Mistakes that the interpreters refuse too. */
export const illegalProducts = <F extends Carrier>(
  algebra: Concrete<F>,
  { c, x, index, source, H, H_prev, O, W_xh, W_hh, W_hq, b_h, b_q, Z, inTime }: Symbols<F>,
): Mistakes => {
  const { add, addRow, argmax, logSoftmax, matmul, matmulNT, matmulTN, merge, mul, takeAlongRows } = algebra
  const { scale, scatterAdd, scatterColumns, scatterRows, gatherRows, split, sub, sumRows, transpose } = algebra
  return {
    // @ts-expect-error -- hidden units are not characters
    'H W_xh': () => matmul(H, W_xh),
    // @ts-expect-error -- this step's H where the step before's belongs; or dZ going back without the transpose
    'H W_hh': () => matmul(H, W_hh),
    // @ts-expect-error -- W_hh is square, and transposed all the same
    'H_prev W_hh^T': () => matmul(H_prev, transpose(W_hh)),
    // @ts-expect-error -- the same in one product
    'H_prev W_hh^T at once': () => matmulNT(H_prev, W_hh),
    // @ts-expect-error -- columns where rows are meant
    'W_hh H_prev': () => matmul(W_hh, H_prev),
    // @ts-expect-error -- columns where rows are meant, with the operands of a framework that stores weights transposed
    'W_hh^T H_prev^T, first axis': () => matmulTN(H_prev, W_hh),
    // @ts-expect-error -- transposed twice is not transposed
    'dZ W_hh^T^T': () => matmul(H, transpose(transpose(W_hh))),
    // @ts-expect-error -- transposed, and then transposed again by the product
    'dO W_hq^T^T': () => matmulNT(O, transpose(W_hq)),
    // @ts-expect-error -- the output layer's weights the wrong way around
    'H W_hq^T': () => matmulNT(H, W_hq),
    // @ts-expect-error -- a gradient of weights without the transpose
    'H dO': () => matmul(H, O),
    // @ts-expect-error -- rows of one step against rows of all steps
    'H^T dZ of all steps': () => matmulTN(H, Z),
    // @ts-expect-error -- hidden units are not scores
    'H + O': () => add(H, O),
    // @ts-expect-error -- two steps
    'H + H_prev': () => add(H, H_prev),
    // @ts-expect-error -- nothing is broadcast silently
    'H + b_h': () => add(H, b_h),
    // @ts-expect-error -- nothing is broadcast silently, not even a scalar
    'H - c': () => sub(H, c),
    // @ts-expect-error -- the same two axes in the other order
    'W_xh + W_hq': () => add(W_xh, W_hq),
    // @ts-expect-error -- entry by entry where a product is meant
    'H * W_hh': () => mul(H, W_hh),
    // @ts-expect-error -- the output's bias on the hidden layer
    'H + rows of b_q': () => addRow(H, b_q),
    // @ts-expect-error -- the hidden layer's bias on the output
    'O + rows of b_h': () => addRow(O, b_h),
    // @ts-expect-error -- the row first
    'b_h + rows of H': () => addRow(b_h, H),
    // @ts-expect-error -- characters do not select from hidden units
    'x W_hh': () => gatherRows(x, W_hh),
    // @ts-expect-error -- characters select rows, not columns
    'x W_hq': () => gatherRows(x, W_hq),
    // @ts-expect-error -- the best hidden unit is not a character
    'argmax(H) W_xh': () => gatherRows(argmax(H), W_xh),
    // @ts-expect-error -- rows of one step added up by characters of another count
    'x^T Z': () => scatterAdd(x, Z),
    // @ts-expect-error -- a label picks a score, not a hidden unit
    'H[y]': () => takeAlongRows(H, x),
    // @ts-expect-error -- columns of characters into hidden units
    'scatter into columns of H': () => scatterColumns(H, index, source),
    // @ts-expect-error -- columns' indices along rows
    'scatter into rows of O': () => scatterRows(O, index, source),
    // @ts-expect-error -- as many numbers as indices
    'scatter O into O': () => scatterColumns(O, index, O),
    // @ts-expect-error -- a factor is one number
    'b_h H': () => scale(b_h, H),
    // @ts-expect-error -- the factor first
    'H c': () => scale(H, c),
    // @ts-expect-error -- a vector has no rows to add up
    'sum of rows of b_h': () => sumRows(b_h),
    // @ts-expect-error -- a vector has no rows to normalise
    'log softmax of b_q': () => logSoftmax(b_q),
    // @ts-expect-error -- a vector has nothing to transpose
    'b_q^T': () => transpose(b_q),
    // @ts-expect-error -- a stack of matrices is not a matrix
    'log softmax of a stack': () => logSoftmax(inTime),
    // @ts-expect-error -- one axis is not two
    'split H': () => split(H),
    // @ts-expect-error -- one axis cannot be merged with nothing
    'merge b_h': () => merge(b_h),
  }
}

/** Results of one shape where another is needed, one-hot rows as numbers, and numbers as one-hot rows. */
export const illegalKinds = <F extends Carrier>(
  algebra: Concrete<F>,
  { x, H, O, W_xh, W_hh, W_hq, b_h, b_q, inTime }: Symbols<F>,
): Mistakes => {
  const { dense, matmul, matmulTN, scan, scatterAdd, gatherRows, sumRows } = algebra
  const cell = rnn(algebra, tanh(algebra))
  return {
    // @ts-expect-error -- [vocabulary, hidden] is the transposed gradient
    'dW_hq = dO^T H': (): Kind<F, [Hidden, Vocabulary]> => matmulTN(O, H),
    // @ts-expect-error -- the gradient of another matrix
    'dW_xh = x^T dO': (): Kind<F, [Vocabulary, Hidden]> => scatterAdd(x, O),
    // @ts-expect-error -- the bias of another layer
    'db_h = sum of rows of dO': (): Kind<F, [Hidden]> => sumRows(O),
    // @ts-expect-error -- indices are not a dense matrix
    'x W_xh as numbers': () => matmul(x, W_xh),
    // @ts-expect-error -- a dense matrix is not indices
    'H as indices': () => gatherRows(H, W_xh),
    // @ts-expect-error -- dense already
    'dense of H': () => dense(H),
    // @ts-expect-error -- weights of the input for weights of the output
    'an output layer of W_xh': () => outputForward(algebra)({ W_hq: W_xh, b_q }, H),
    // @ts-expect-error -- biases exchanged
    'an output layer of b_h': () => outputForward(algebra)({ W_hq, b_q: b_h }, H),
    // @ts-expect-error -- a parameter left out
    'a cell without W_hh': () => cell.project({ W_xh, b_h }, x),
    // @ts-expect-error -- the transposed recurrent weights
    'a cell of W_hh^T': () => cell.project({ W_xh, W_hh: algebra.transpose(W_hh), b_h }, x),
    'a step that changes its state': () =>
      scan<Time, { H: [Batch, Hidden] }, { H: [Batch, Hidden] }, { H: [Batch, Hidden] }>(
        // @ts-expect-error -- scores are not the next state
        (_, slice) => ({ state: { H: O }, output: slice }),
        { H },
        { H: inTime },
      ),
    'slices without time': () =>
      scan<Time, { H: [Batch, Hidden] }, { H: [Batch, Hidden] }, { H: [Batch, Hidden] }>(
        (state, slice) => ({ state, output: slice }),
        { H },
        // @ts-expect-error -- one step is not a sequence of steps
        { H },
      ),
  }
}

/** The same operations on what they are for. */
export const legal = <F extends Carrier>(
  algebra: Concrete<F>,
  { c, x, index, source, H, H_prev, O, W_xh, W_hh, W_hq, b_h, b_q, Z, inTime }: Symbols<F>,
): Mistakes => {
  const { add, addRow, argmax, dense, logSoftmax, matmul, matmulNT, matmulTN, merge, mul, takeAlongRows, scale, scan } =
    algebra
  const { scatterAdd, scatterColumns, gatherRows, split, sub, sumRows, transpose } = algebra
  const cell = rnn(algebra, tanh(algebra))
  return {
    'H_prev W_hh': (): Kind<F, [Batch, Hidden]> => matmul(H_prev, W_hh),
    'dZ W_hh^T': (): Kind<F, [Batch, Previous]> => matmulNT(H, W_hh),
    'dZ W_hh^T in two steps': (): Kind<F, [Batch, Previous]> => matmul(H, transpose(W_hh)),
    'H W_hq': (): Kind<F, [Batch, Vocabulary]> => matmul(H, W_hq),
    'dO W_hq^T': (): Kind<F, [Batch, Hidden]> => matmulNT(O, W_hq),
    'dW_hq = H^T dO': (): Kind<F, [Hidden, Vocabulary]> => matmulTN(H, O),
    'x W_xh': (): Kind<F, [Batch, Hidden]> => add(gatherRows(x, W_xh), matmul(dense<[Batch, Vocabulary]>(x), W_xh)),
    'dW_xh = x^T dZ': (): Kind<F, [Vocabulary, Hidden]> => scatterAdd(x, H),
    'db_q = sum of rows of dO': (): Kind<F, [Vocabulary]> => sumRows(O),
    'O + rows of b_q': () => addRow(O, b_q),
    'H + rows of b_h': () => mul(H, sub(addRow(H, b_h), H)),
    'argmax(O) W_xh': () => gatherRows(argmax(O), W_xh),
    'O[y]': (): Kind<F, [Batch]> => takeAlongRows(logSoftmax(O), x),
    'scatter into columns of O': () => scatterColumns(O, index, source),
    'c H': () => scale<[Batch, Hidden]>(c, H),
    'split Z, and merge': (): Kind<F, [Rows, Hidden]> => merge<Time, Batch, [Hidden]>(split<Time, Batch, [Hidden]>(Z)),
    'an output layer': () => outputForward(algebra)({ W_hq, b_q }, H),
    'a cell': () => cell.project({ W_xh, W_hh, b_h }, x),
    'steps through time': () =>
      scan<Time, { H: [Batch, Hidden] }, { H: [Batch, Hidden] }, { H: [Batch, Hidden] }>(
        (state, slice) => ({ state, output: slice }),
        { H },
        { H: inTime },
      ),
  }
}

/** The same where the tensors' type is known, and what only then can be written. */
export const illegalInFloat32 = (
  { H, H_prev, O, W_xh, W_hh }: Symbols<'float32'>,
  H64: Kind<'float64', [Batch, Hidden]>,
): Mistakes => ({
  // @ts-expect-error -- hidden units are not characters
  'H W_xh': () => float32.matmul(H, W_xh),
  // @ts-expect-error -- this step's H where the step before's belongs
  'H W_hh': () => float32.matmul(H, W_hh),
  // @ts-expect-error -- W_hh is square, and transposed all the same
  'H_prev W_hh^T': () => float32.matmul(H_prev, float32.transpose(W_hh)),
  // @ts-expect-error -- transposed twice is not transposed
  'dZ W_hh^T^T': () => float32.matmul(H, float32.transpose(float32.transpose(W_hh))),
  // @ts-expect-error -- hidden units are not scores
  'H + O': () => float32.add(H, O),
  // @ts-expect-error -- one precision for both operands
  'H + H64': () => float32.add(H, H64),
  // @ts-expect-error -- the other interpreter's tensor
  'tanh of H in double precision': () => float64.tanh(H),
  // @ts-expect-error -- numbers are not written
  'H[0] = 1': () => (H.data[0] = 1),
  // @ts-expect-error -- nor are axes
  'H.axes[0] = H.axes[1]': () => (H.axes[0] = H.axes[1]),
  // @ts-expect-error -- nor is a tensor's array exchanged
  'H.data = O.data': () => (H.data = O.data),
})
