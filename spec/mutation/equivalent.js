/**
 * Mutants that no law can notice, for they compute the same: where they stand, what they replace by what, and why it
 * makes no difference.
 */
export const equivalent = [
  {
    file: 'src/model/gate.ts',
    original: 'b_h === undefined',
    replacement: 'false',
    because: 'no field is called "undefined", so looking it up gives undefined as well',
  },
  {
    file: 'src/learn/clip.ts',
    original: 'epsilon === 0',
    replacement: 'false',
    because: 'adding 0 to a norm leaves it as it is; leaving the addition out is one operation less in a graph',
  },
]
