/**
 * A map that nobody writes and that grows at little cost: levels of ordinary maps, each larger than the one before.
 *
 * A new entry is a level of its own. Two levels of similar size are copied into one, so an entry is copied as often as
 * the size doubles: n entries cost n log n, where copying one map each time costs n^2.
 */
export type Levels<K, V> = readonly ReadonlyMap<K, V>[]

/** What the key stands for; undefined where it stands for nothing. */
export const lookup = <K, V>(levels: Levels<K, V>, key: K): V | undefined =>
  levels.find((level) => level.has(key))?.get(key)

/** The map with one entry more. */
export const extended = <K, V>(levels: Levels<K, V>, key: K, value: V): Levels<K, V> =>
  carried(new Map([[key, value]]), levels)

const carried = <K, V>(newest: ReadonlyMap<K, V>, levels: Levels<K, V>): Levels<K, V> =>
  levels.length === 0 || levels[0].size > newest.size
    ? [newest, ...levels]
    : carried(new Map([...levels[0], ...newest]), levels.slice(1))
