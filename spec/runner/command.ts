/** The command: in this process, and as its users have it, installed in a folder of its own and run as a process. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { runCommand } from '../../src/cli/command.js'
import { root } from '../house/parts.js'

/** What the command printed, and its exit code. */
export interface Said {
  readonly code: number
  readonly out: readonly string[]
  readonly err: readonly string[]
}

/** The command in this process, with a terminal that remembers; `show` is called after each minibatch. */
export const commandShowing = async (show: () => void, ...args: readonly string[]): Promise<Said> => {
  const out: string[] = []
  const err: string[] = []
  const code = await runCommand(args, {
    print: (text) => out.push(text),
    note: (text) => err.push(text),
    show,
    clear: () => undefined,
    goOnUnread: () => undefined,
  })
  return { code, out, err }
}

/** The command in this process, with a terminal that remembers. */
export const command = (...args: readonly string[]): Promise<Said> => commandShowing(() => undefined, ...args)

export interface Installed {
  /** A folder to work in. */
  readonly folder: string
  /** Ends what was started and still runs, and removes the folder. */
  readonly remove: () => void
  /** The command in a process of its own, working in the folder. */
  readonly start: (...args: readonly string[]) => ChildProcess
  /** The same, with options for node itself. */
  readonly startWith: (options: readonly string[], ...args: readonly string[]) => ChildProcess
}

/** What a bundle of modules needs that still calls `require`. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

/** Bundled, it starts in half the time, which counts where it is started often. */
const bundle = {
  ...({ bundle: true, splitting: true, format: 'esm', platform: 'node', banner: { js: REQUIRE } } as const),
  external: ['onnxruntime-node', 'tinypool'],
}

/**
 * Compiles the sources, whatever `dist` holds, and lays them out as the package does; or in a few modules that hold all
 * others. Types are checked by `npm run types`.
 */
export const install = (modules: 'as published' | 'bundled' = 'as published'): Installed => {
  const folder = mkdtempSync(join(tmpdir(), 'pure-rnn-command-'))
  const sources = modules === 'bundled' ? ['src/cli/main.ts', 'src/cli/start.ts'] : ['src/**/*.ts']
  buildSync({
    entryPoints: sources.map((each) => join(root, each)),
    outdir: join(folder, 'dist'),
    outbase: join(root, 'src'),
    ...(modules === 'bundled' ? bundle : {}),
  })
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  symlinkSync(join(root, 'src'), join(folder, 'src'))
  const started: ChildProcess[] = []
  const startWith: Installed['startWith'] = (options, ...args) => {
    const main = join(folder, 'dist', 'cli', 'main.js')
    const child = spawn(process.execPath, [...options, main, ...args], { cwd: folder })
    started.push(child)
    return child
  }
  return {
    folder,
    remove: () => {
      // A test that failed may have left some, which would go on for ever.
      started.forEach((child) => child.kill('SIGKILL'))
      rmSync(folder, { recursive: true })
    },
    start: (...args) => startWith([], ...args),
    startWith,
  }
}

/** How a process ended, and what it said. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

const collected = (stream: NodeJS.ReadableStream | null): (() => string) => {
  const chunks: Buffer[] = []
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString('utf8')
}

/** Waits for the end. What the process reads is this text, and no more. */
export const ended = (child: ChildProcess, input = ''): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const out = collected(child.stdout)
    const err = collected(child.stderr)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve({ code, signal, out: out(), err: err() })
    })
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })

/** Waits until the process has printed something. */
export const hasPrinted = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.stdout?.once('data', () => {
      resolve()
    })
  })
