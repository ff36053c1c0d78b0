/**
 * Which way the layers point: each folder of `src` with all that it may import, besides itself.
 *
 *   algebra <- model <- data <- train, generate <- engine, files <- float32 <- the root, cli
 *   laws, which know no test framework <- laws/samples, which are generators of one; laws/check holds others to them
 *
 * An interpreter knows the algebra and nothing of recurrent networks; the equations know no interpreter. Both meet in
 * the engine, which compiles the equations and has them run, and in the package's root.
 */
const leaves = ['equations', 'failure', 'random']
const equations = [...leaves, 'algebra', 'model', 'data', 'train', 'generate']
const layers = {
  equations: [],
  failure: ['algebra', 'equations'],
  random: ['algebra'],
  algebra: [],
  interpret: ['algebra'],
  model: [...leaves, 'algebra'],
  data: [...leaves, 'algebra', 'model'],
  train: [...leaves, 'algebra', 'model', 'data'],
  generate: [...leaves, 'algebra', 'model', 'data'],
  engine: [...equations, 'interpret'],
  files: [...equations, 'interpret'],
  laws: equations,
  'laws/samples': [...equations, 'interpret', 'laws'],
  'laws/mistakes': [...equations, 'interpret', 'laws'],
  'laws/check': [...equations, 'interpret', 'laws', 'laws/samples', 'laws/mistakes'],
  float32: [...equations, 'interpret', 'files'],
  index: [...equations, 'interpret', 'engine', 'files', 'float32'],
  cli: [...equations, 'interpret', 'engine', 'files', 'float32', 'index', 'laws/check'],
}

/** The modules of these layers. A layer in the folder of another, such as `laws/samples` in `laws`, is none of it. */
const within = (names) => {
  const others = Object.keys(layers).filter((other) => !names.includes(other))
  const besides = (name) => others.filter((other) => other.startsWith(`${name}/`)).map((other) => other.slice(name.length))
  const whole = names.map((name) => `${name}${besides(name).map((inner) => `(?!${inner}/)`).join('')}`)
  return `^src/(${whole.join('|')})([./]|$)`
}

const rule = (name, from, to) => ({ name, severity: 'error', from, to })

const layer = ([name, below]) =>
  rule(`${name}-imports-only-what-is-below`, { path: within([name]) }, { path: '^src/', pathNot: within([name, ...below]) })

const source = { path: '^src/' }
/** Where ONNX Runtime may be opened. */
const runtime = '^src/(cli/|engine/runtime)'
/** Where samples are generated, and tried. */
const generators = within(['laws/samples', 'laws/check'])

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...Object.entries(layers).map(layer),
    rule('every-module-has-a-layer', { path: '^src/', pathNot: within(Object.keys(layers)) }, {}),
    rule('src-imports-nothing-beside-it', source, { path: '^(spec|docs|dist)/' }),
    rule('no-cycle', {}, { circular: true }),
    rule('every-import-resolves', {}, { couldNotResolve: true }),
    rule('only-the-command-and-its-engine-open-a-runtime', { path: '^src/', pathNot: runtime }, { path: 'onnxruntime' }),
    rule('only-samples-need-a-generator', { path: '^src/', pathNot: generators }, { path: 'fast-check' }),
    rule('only-the-command-touches-the-system', { path: '^src/', pathNot: '^src/cli/' }, { dependencyTypes: ['core'] }),
    rule('src-needs-only-what-an-importer-installs', source, {
      dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
      dependencyTypesNot: ['type-only', 'npm-peer'],
    }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
