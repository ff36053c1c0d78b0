/** A call of every function that `src/interpret` exports: the readings that are made, and the typing rules. */
import type { Carrier, Concrete } from '../../src/algebra/index.js'
import * as interpret from '../../src/interpret/index.js'
import { call, ofCopies } from './purity.js'
import type { Calls } from './purity.js'
import { operationCalls } from './purity-calls.js'
import type { PlainWorld } from './purity-calls.js'

/** The answers of all operations of a reading. */
const answersOf = <F extends Carrier>(algebra: Concrete<F>, world: PlainWorld): readonly unknown[] =>
  Object.entries(operationCalls(algebra, world)).map(([name, operands]) =>
    (algebra[name as keyof Concrete<F>] as (...given: readonly unknown[]) => unknown)(...operands),
  )

/** One call of each function that makes a reading: it is made, and all of its operations are asked. */
export const readingCalls = (world: PlainWorld): Calls => {
  const { floatAlgebra, rounding, roundingErrors, singlePrecision } = interpret
  return {
    floatAlgebra: call((its) => answersOf(floatAlgebra(Float32Array), its), world),
    rounding: call((precision, its) => answersOf(rounding(precision), its), singlePrecision, world),
    roundingErrors: call((precision, its) => answersOf(roundingErrors(precision), its), singlePrecision, world),
  }
}

/** One call of each typing rule. */
export const typingCalls = (world: PlainWorld): Calls => {
  const { typing } = interpret
  const [H, O, W_xh, W_hq] = [world.H.axes, world.O.axes, world.W_xh.axes, world.W_hq.axes]
  const [x, b_q, inTime] = [world.x.axes, world.b_q.axes, world.inTime.axes]
  const [columns, rows] = [world.columns.axes, world.rows.axes]
  return {
    distinct: call(typing.distinct, 'matmul', H),
    made: call(typing.made, 'tensor', H),
    same: call(typing.same, 'add', H, H),
    matmul: call(typing.matmul, H, W_hq),
    matmulTN: call(typing.matmulTN, H, O),
    matmulNT: call(typing.matmulNT, O, W_hq),
    scale: call(typing.scale, world.c.axes, H),
    transpose: call(typing.transpose, H),
    addRow: call(typing.addRow, O, b_q),
    sumRows: call(typing.sumRows, H),
    rowwise: call(typing.rowwise, 'logSoftmax', O),
    gatherRows: call(typing.gatherRows, x, W_xh),
    scatterAdd: call(typing.scatterAdd, x, H),
    takeAlongRows: call(typing.takeAlongRows, O, x),
    oneHot: call(typing.oneHot, x),
    argmax: call(typing.argmax, O),
    scatterColumns: call(typing.scatterColumns, O, columns, world.columnSource.axes),
    scatterRows: call(typing.scatterRows, O, rows, world.rowSource.axes),
    rename: call(typing.rename, H, world.H_prev.axes[1]),
    merge: call(typing.merge, inTime),
    split: call(typing.split, ofCopies(typing.merge, inTime)),
    time: call(typing.time, { H: inTime, Z: inTime }),
    sameRecord: call(typing.sameRecord, 'scan', { H, O }, { O, H }),
    leading: call(typing.leading, inTime),
  }
}
