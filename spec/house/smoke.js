/**
 * The smoke test of the package as it would be published: packed, looked through, installed into a fresh project,
 * every entry imported in plain Node, a program compiled against its types and run, a library on top of it compiled to
 * declarations, the command asked for help.
 *
 *   --compilers   the library is compiled by every TypeScript that is supported, each installed first
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { faults } from './tarball.js'

const root = join(import.meta.dirname, '..', '..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const place = mkdtempSync(join(tmpdir(), 'pure-rnn-smoke-'))

const run = (command, args, cwd = place) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

const require = (condition, message) => {
  if (!condition) throw new Error(message)
}

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.\w+$/.test(path))
  .map((path) => path.replaceAll('\\', '/'))

/** `pure-rnn`, `pure-rnn/model`, ... */
const entries = Object.keys(manifest.exports)
  .filter((entry) => entry !== './package.json')
  .map((entry) => `${manifest.name}${entry.slice(1)}`)

const ownCompiler = join(root, 'node_modules/typescript/bin/tsc')

/** The TypeScripts that are supported, the oldest first. */
const SUPPORTED = ['5.4', '5.9', '6', '7']

/** The project's own, or all of them. */
const compilers = () =>
  process.argv.includes('--compilers')
    ? SUPPORTED.map((version) => {
        const folder = join(place, `typescript-${version}`)
        run('npm', ['install', '--no-audit', '--no-fund', '--prefix', folder, `typescript@${version}`])
        console.log(`        TypeScript ${run('node', [join(folder, TSC), '--version']).trim()}`)
        return join(folder, TSC)
      })
    : [ownCompiler]
const TSC = 'node_modules/typescript/bin/tsc'

/** Compiles files of this folder, strictly, against the installed package. */
const compile = (compiler, files, options) => {
  files.filter((file) => existsSync(join(import.meta.dirname, file))).forEach((file) => {
    copyFileSync(join(import.meta.dirname, file), join(place, file))
  })
  const strictly = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, types: [] }
  const compilerOptions = { ...strictly, module: 'nodenext', target: 'es2022', lib: ['es2023'], ...options }
  writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  run('node', [compiler, '--project', place])
}

const steps = {
  'npm pack': () => {
    const answer = run('npm', ['pack', '--json', '--loglevel', 'error', '--pack-destination', place], root)
    const [{ files }] = JSON.parse(answer.slice(answer.indexOf('[')))
    const wrong = faults(files.map(({ path }) => path), sources)
    require(wrong.length === 0, wrong.join('\n'))
  },
  'npm install': () => {
    writeFileSync(join(place, 'package.json'), JSON.stringify({ name: 'importer', private: true, type: 'module' }))
    const [tarball] = readdirSync(place).filter((name) => name.endsWith('.tgz'))
    run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--omit=optional', `./${tarball}`])
  },
  'import every entry': () => {
    entries.forEach((name) => {
      // Under a policy against code from strings too, as a browser's may be.
      const program = `import('${name}').then((all) => console.log(Object.keys(all).length))`
      const names = [[], ['--disallow-code-generation-from-strings']].map((flags) => run('node', [...flags, '-e', program]))
      require(names.every((count) => Number(count) > 0), `${name} exports nothing`)
    })
    require(run('node', ['-p', `require('${manifest.name}/package.json').version`]).trim() === manifest.version, 'version')
  },
  'compile and run an importer': () => {
    const everything = entries.map((name, i) => `export * as part${i} from '${name}'`)
    writeFileSync(join(place, 'everything.ts'), everything.join('\n'))
    compile(ownCompiler, ['consumer.ts', 'everything.ts'], {})
    run('node', ['consumer.js'])
  },
  'compile a library to declarations': () => {
    compilers().forEach((compiler) => {
      compile(compiler, ['library.ts'], { declaration: true, outDir: 'library' })
    })
    run('node', ['library/library.js'])
  },
  'pure-rnn --help': () => {
    require(run('npx', ['--no-install', 'pure-rnn', '--help']).includes('train'), 'the help does not name the commands')
  },
}

const attempt = ([name, step]) => {
  try {
    step()
    console.log(`ok      ${name}`)
    return true
  } catch (error) {
    console.error(`FAILED  ${name}\n${[error.message, error.stdout, error.stderr].filter(Boolean).join('\n')}`)
    return false
  }
}

const passed = Object.entries(steps).every(attempt)
rmSync(place, { recursive: true, force: true })
process.exitCode = passed ? 0 : 1
