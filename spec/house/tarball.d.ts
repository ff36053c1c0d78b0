export const faults: (packed: readonly string[], sources: readonly string[]) => readonly string[]
