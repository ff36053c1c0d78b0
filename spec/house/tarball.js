/** What a tarball may hold besides the compiled form of each source, and what it must. */
const EXPECTED = /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|docs\/.+|src\/.+\.(ts|txt|md|wat))$/
const NEEDED = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md']

/** What is wrong with a tarball of these paths, made from these files of `src`. */
export const faults = (packed, sources) => {
  const compiled = sources
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => ['.js', '.d.ts', '.d.ts.map'].map((kind) => `dist/${path.replace(/\.ts$/, kind)}`))
  const needed = [...NEEDED, ...compiled, ...sources.map((path) => `src/${path}`)]
  return [
    ...packed.filter((path) => !EXPECTED.test(path) && !compiled.includes(path)).map((path) => `${path} is not expected`),
    ...needed.filter((path) => !packed.includes(path)).map((path) => `${path} is missing`),
  ]
}
