/**
 * The smoke test of the package as it would be published: packed, looked through, installed into a fresh project,
 * every entry imported in plain Node, a program compiled against its types and run, a library on top of it compiled to
 * declarations, programs bundled and weighed, the command asked for help.
 *
 *   --compilers   the library is compiled by every TypeScript that is supported, each installed first
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import resolve from '@rollup/plugin-node-resolve'
import { build, transform } from 'esbuild'
import { rollup } from 'rollup'
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

/** Entries that need a package which is installed beside this one: what it is. */
const NEEDED_BESIDE = { 'pure-rnn/laws/samples': 'fast-check', 'pure-rnn/check': 'fast-check' }

/** `pure-rnn`, `pure-rnn/model`, ... */
const entries = Object.keys(manifest.exports)
  .filter((entry) => entry !== './package.json')
  .map((entry) => `${manifest.name}${entry.slice(1)}`)

const importEntry = (name) => {
  // Under a policy against code from strings too, as a browser's may be.
  const program = `import('${name}').then((all) => console.log(Object.keys(all).length))`
  const counts = [[], ['--disallow-code-generation-from-strings']].map((flags) => run('node', [...flags, '-e', program]))
  require(counts.every((count) => Number(count) > 0), `${name} exports nothing`)
}

/** Whether it fails, and with such an error. */
const fails = (step, isExpected) => {
  try {
    step()
    return false
  } catch (error) {
    return isExpected(error)
  }
}

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

/** What a page is sent for a program, and the most that it may weigh: bytes minified, and those gzipped. */
const PROGRAMS = {
  'rnn, backpropagate and train': {
    code: "import { backpropagate, rnn, train } from 'pure-rnn'; console.log(rnn, backpropagate, train)",
    most: [45_500, 17_500],
  },
  'a sampler': {
    code: "import { randomSampler } from 'pure-rnn/data'; console.log(randomSampler)",
    most: [6_500, 3_000],
  },
}
/** Packages that the programs do not use; Rollup, unlike esbuild, cannot look into those that are CommonJS. */
const external = ['onnxruntime-node', 'protobufjs/minimal.js']

/** The program as one file, by each bundler. */
const bundlers = {
  esbuild: async (input) => {
    const options = { bundle: true, minify: true, format: 'esm', write: false, external }
    const { outputFiles } = await build({ entryPoints: [input], ...options })
    return outputFiles[0].text
  },
  rollup: async (input) => {
    // fp-ts was compiled for engines without modules, where `this` may be something.
    const onwarn = ({ code, message }) => {
      require(code === 'THIS_IS_UNDEFINED', message)
    }
    const { output } = await (await rollup({ input, external, onwarn, plugins: [resolve({ browser: true })] })).generate({})
    return output.map(({ code }) => code).join('')
  },
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
    entries.filter((name) => !(name in NEEDED_BESIDE)).forEach(importEntry)
    require(run('node', ['-p', `require('${manifest.name}/package.json').version`]).trim() === manifest.version, 'version')
  },
  'import what needs a package beside it': () => {
    Object.entries(NEEDED_BESIDE).forEach(([name, needed]) => {
      const refused = (error) => error.stderr.includes(`'${needed}'`)
      require(fails(() => importEntry(name), refused), `${name} should need ${needed}, which is not installed`)
    })
    const packages = [...new Set(Object.values(NEEDED_BESIDE))].map((name) => `${name}@${manifest.devDependencies[name]}`)
    run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages])
    Object.keys(NEEDED_BESIDE).forEach(importEntry)
  },
  'bundle for a page': async () => {
    const input = join(place, 'page.js')
    for (const [name, { code, most }] of Object.entries(PROGRAMS)) {
      writeFileSync(input, code)
      for (const [bundler, bundled] of Object.entries(bundlers)) {
        const { code: small } = await transform(await bundled(input), { minify: true })
        const sizes = [Buffer.byteLength(small), gzipSync(small).length]
        console.log(`        ${name}, by ${bundler}: ${sizes.join(' bytes, gzipped ')}`)
        require(sizes.every((size, i) => size <= most[i]), `${name} may weigh ${most.join(' bytes, gzipped ')}`)
        require(!external.some((each) => small.includes(each)), `${name} needs ${external.join(' or ')}`)
      }
    }
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

const attempt = async ([name, step]) => {
  try {
    await step()
    console.log(`ok      ${name}`)
    return true
  } catch (error) {
    console.error(`FAILED  ${name}\n${[error.message, error.stdout, error.stderr].filter(Boolean).join('\n')}`)
    return false
  }
}

let passed = true
for (const step of Object.entries(steps)) passed &&= await attempt(step)
rmSync(place, { recursive: true, force: true })
process.exitCode = passed ? 0 : 1
