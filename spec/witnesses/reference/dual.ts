/**
 * Dual numbers: a value and its slope along one direction, so that a derivative is computed forward, together with
 * the value, and nothing is ever propagated back.
 */
export interface Dual {
  readonly value: number
  readonly slope: number
}

export const constant = (value: number): Dual => ({ value, slope: 0 })

export const plus = (a: Dual, b: Dual): Dual => ({ value: a.value + b.value, slope: a.slope + b.slope })

export const times = (a: Dual, b: Dual): Dual => ({
  value: a.value * b.value,
  slope: a.slope * b.value + a.value * b.slope,
})

export const over = (a: Dual, b: Dual): Dual => ({
  value: a.value / b.value,
  slope: (a.slope * b.value - a.value * b.slope) / (b.value * b.value),
})

export const exp = ({ value, slope }: Dual): Dual => ({ value: Math.exp(value), slope: slope * Math.exp(value) })

export const log = ({ value, slope }: Dual): Dual => ({ value: Math.log(value), slope: slope / value })

export const sum = (terms: readonly Dual[]): Dual => terms.reduce(plus, constant(0))

/** A named table of numbers for each argument of a function: rows of entries, a vector being one row. */
export type Tables<Entry> = Readonly<Record<string, readonly (readonly Entry[])[]>>

const mapTables = <A, B>(
  f: (entry: A, table: string, row: number, column: number) => B,
  tables: Tables<A>,
): Tables<B> =>
  Object.fromEntries(
    Object.entries(tables).map(([name, rows]) => [
      name,
      rows.map((entries, row) => entries.map((entry, column) => f(entry, name, row, column))),
    ]),
  )

/** The function's value, in no direction at all. */
export const evaluate = <B>(f: (at: Tables<Dual>) => B, at: Tables<number>): B => f(mapTables(constant, at))

/** Every partial derivative of f, one run of f for each. */
export const partials = (f: (at: Tables<Dual>) => Dual, at: Tables<number>): Tables<number> =>
  mapTables((_, table, row, column) => {
    const direction = (value: number, ...place: readonly [string, number, number]): Dual => ({
      value,
      slope: place[0] === table && place[1] === row && place[2] === column ? 1 : 0,
    })
    return f(mapTables(direction, at)).slope
  }, at)
