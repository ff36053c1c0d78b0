/**
 * Mutants that no law can notice, for they compute the same: where they stand, what they replace by what, and why it
 * makes no difference.
 */
export const equivalent = [
]
