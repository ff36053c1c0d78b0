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
  // The standard's own defaults, which the graph reading states all the same.
  ...[
    ['{ perm: [1, 0] }', 'Transpose reverses the axes unless told otherwise'],
    ['{ axis: 1 }', 'LogSoftmax is along the last axis unless told otherwise, which of a matrix is axis 1'],
    ['{ axis: -1, }', 'OneHot adds its axis at the end unless told otherwise'],
    ['{ axis: 0 }', 'Gather and ScatterElements are along axis 0 unless told otherwise'],
  ].map(([original, because]) => ({ file: 'src/interpret/graph/algebra.ts', original, replacement: '{}', because })),
  {
    file: 'src/interpret/onnx/emit.ts',
    original: '{ axis: 0 }',
    replacement: '{}',
    because: 'Split is along axis 0 unless told otherwise',
  },
  // Names that only a reader looks at.
  ...["{ loop: 'scan' }", "{ loop: 'unfold' }"].map((original) => ({
    file: 'src/interpret/graph/recurrence.ts',
    original,
    replacement: '{}',
    because: 'two loops differ by the identity of their tokens, whatever the tokens hold',
  })),
  ...["'scan'", "'unfold'"].map((original) => ({
    file: 'src/interpret/graph/recurrence.ts',
    original,
    replacement: '""',
    because: 'the word in a token is for readers; the operation named in a defect has its tests',
  })),
  {
    file: 'src/interpret/graph/node.ts',
    original: '[]',
    replacement: '["Stryker was here"]',
    because: 'a token that is no loop of the graph is met by no loop',
  },
  {
    file: 'src/interpret/graph/node.ts',
    original: "node.kind === 'apply'",
    replacement: 'true',
    because: 'no other kind of node has an operator to compare',
  },
  {
    file: 'src/interpret/graph/slices.ts',
    original: 'steps === 1',
    replacement: 'false',
    because: 'a value split in one part is the value',
  },
  // What saves work, and changes no result.
  {
    file: 'src/interpret/onnx/dependencies.ts',
    original: 'loop.slices.slice(0, 1)',
    replacement: 'loop.slices',
    because: 'a scan that is given more slices than it looks at gives the same',
  },
  {
    file: 'src/interpret/onnx/emission.ts',
    original: 'Array.from(values).slice(0, SMALL)',
    replacement: 'Array.from(values)',
    because: 'the text of a longer constant is never looked up',
  },
  {
    file: 'src/interpret/onnx/emission.ts',
    original: 'values.length <= SMALL',
    replacement: 'true',
    because: 'a longer constant is either not remembered or not looked up, and either is enough',
  },
  {
    file: 'src/interpret/onnx/emission.ts',
    original: '-0',
    replacement: '+0',
    because: '0 is written -0 and -0 is written 0: they are told apart all the same',
  },
  {
    file: 'src/interpret/onnx/emission.ts',
    original: "'-0'",
    replacement: '""',
    because: '-0 is written as no digit at all, which nothing else is',
  },
  {
    file: 'src/interpret/onnx/schema.ts',
    original: '{ packed: true }',
    replacement: '{}',
    because: 'protobuf has two ways to write repeated numbers, and whoever reads them must take either',
  },
]
