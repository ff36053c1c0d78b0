/**
 * Mutants that no law can notice, for they compute the same: where they stand, what they replace by what, and why it
 * makes no difference. Where the same code means something else on other lines, `where` is a piece of the line meant.
 */
export const equivalent = [
  {
    file: 'src/train/optimisers/clip.ts',
    original: 'epsilon === 0',
    replacement: 'false',
    because: 'adding 0 to a norm leaves it is; leaving the addition out is one operation less in a graph',
  },
  // The standard's own defaults, which the graph reading states all the same.
  ...[
    ['{ perm: [1, 0] }', 'Transpose reverses the axes unless told otherwise'],
    ['{ axis: 1 }', 'LogSoftmax is along the last axis unless told otherwise, which of a matrix is axis 1', 'LogSoftmax'],
    ['{ axis: -1, }', 'OneHot adds its axis at the end unless told otherwise'],
    ['{ axis: 0 }', 'Gather and ScatterElements are along axis 0 unless told otherwise'],
  ].map(([original, because, where]) => ({
    ...{ file: 'src/interpret/graph/algebra.ts', original, replacement: '{}', because, where },
  })),
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
    where: 'Token',
    because: 'the word in a token is for readers; the operation named in a defect has its tests',
  })),
  {
    file: 'src/interpret/graph/node.ts',
    original: '[]',
    replacement: '["Stryker was here"]',
    where: 'scopes: []',
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
  // Loops that go too far: what is written beyond a typed array is dropped, and what is written into the next row is
  // written over when its turn comes.
  ...[
    ['elementwise', 'i < out.length', 'i <= out.length'],
    ['one-hot', 'r < index.length', 'r <= index.length'],
    ['one-hot', 'i < source.length', 'i <= source.length'],
    ['product-loops', 'm < rows.lines', 'm <= rows.lines'],
    ['product-loops', 'n < N', 'n <= N'],
    ['product-loops', 'm < M', 'm <= M'],
    ['product-loops', 'n + 8', 'n - 8'],
    ['product-loops', 'r < present', 'r <= present'],
    ['rows', 'r < rows', 'r <= rows'],
    ['rows', 'i < end', 'i <= end'],
  ].map(([module, original, replacement]) => ({
    file: `src/interpret/kernel/${module}.ts`,
    original,
    replacement,
    because: 'what it does too much is dropped, or written over',
  })),
  // The padding of packed lines, and tiles that reach beyond the matrix.
  ...[
    ['lines / width', 'lines * width'],
    ['first < lines', 'first <= lines'],
    ['Math.min(width, lines - first)', 'Math.max(width, lines - first)'],
    ['lines - first', 'lines + first'],
    ['line < present', 'line <= present'],
    ['Math.min(TILE_ROWS, M - m)', 'Math.max(TILE_ROWS, M - m)'],
    ['M - m', 'M + m'],
  ].map(([original, replacement]) => ({
    file: 'src/interpret/kernel/product-loops.ts',
    original,
    replacement,
    because: 'what stands in the padding is not looked at, and rows beyond the matrix are written over or dropped',
  })),
  // Which of two ways a product takes, and how many columns at a time: they add the same numbers up in the same order.
  ...[
    ['M * N > 16 * (M + N)', 'true'],
    ['M * N > 16 * (M + N)', 'false'],
    ['M * N > 16 * (M + N)', 'M * N >= 16 * (M + N)'],
    ['M * N > 16 * (M + N)', 'M * N <= 16 * (M + N)'],
    ['M * N', 'M / N'],
    ['16 * (M + N)', '16 / (M + N)'],
    ['M + N', 'M - N'],
    ['({ lines: M }: Lines, { lines: N }: Lines): boolean => M * N > 16 * (M + N)', '() => undefined'],
    ['n + 8 <= N', 'false'],
    ['n + 8 <= N', 'n + 8 < N'],
  ].map(([original, replacement]) => ({
    file: 'src/interpret/kernel/product-loops.ts',
    original,
    replacement,
    because: 'the products are the same to the bit, and take longer',
  })),
  {
    file: 'src/interpret/kernel/floats.ts',
    original: 'storage === Float64Array',
    replacement: 'false',
    because: 'a copy of numbers of double precision in double precision is those numbers',
  },
  {
    file: 'src/interpret/rounding.ts',
    original: '1 / 4',
    replacement: '1 * 4',
    because: 'a bound that is wider is a bound',
  },
]
