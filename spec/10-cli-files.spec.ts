/**
 * Chapter 10, continued: the command loses no file. What is replaced, by whom, and in which steps.
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { spawn, spawnSync } from 'node:child_process'
import { open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hold } from '../src/cli/io/lock.js'
import { fileSystem, save, saveAll } from '../src/cli/io/saving.js'
import type { FileSystem, SavedFile } from '../src/cli/io/saving.js'
import { readCheckpoint } from '../src/files/index.js'
import { command, ended, hasPrinted, install } from './runner/command.js'
import type { Installed } from './runner/command.js'

const VERSE = 'the cat sat on the mat,\nthe dog ate it all\n'.repeat(5)
const TINY = ['--hidden', '5', '--steps', '4', '--batch', '2', '--length', '8', '--engine', 'float32']

/** Compiling and starting processes takes seconds on a busy machine. */
const PATIENCE_IN_MILLISECONDS = 60_000

let folder: string
const at = (name: string): string => join(folder, name)
const contents = (name: string): string => readFileSync(at(name)).toString('base64')
const train = (...args: readonly string[]) =>
  command('train', '--text', at('verse.txt'), ...TINY, '--epochs', '1', ...args)
const resume = (name: string, ...args: readonly string[]) =>
  command('train', '--text', at('verse.txt'), '--resume', at(name), '--engine', 'float32', '--epochs', '2', ...args)
/** The temporary and lock files of a folder. */
const leftOvers = (path: string): readonly string[] => readdirSync(path).filter((name) => /^\./.test(name))

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pure-rnn-files-'))
  writeFileSync(at('verse.txt'), VERSE)
  await train('--out', at('old.model'))
  await command('export', '--model', at('old.model'), '--format', 'torch', '--out', at('old.dict'))
  await command('export', '--model', at('old.model'), '--format', 'onnx', '--out', at('old.graphs'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** The command with files of the folder for words with a dot in them. */
const inFolder = (line: string) =>
  command(...line.split(' ').map((word) => (/^[^-].*\.[a-z]/.test(word) ? at(word) : word)))
const RESUME = 'train --text verse.txt --resume old.model'
const TRAIN = `train --text verse.txt ${TINY.join(' ')} --epochs 1`

describe('a file that is there', () => {
  const GRAPHS = 'export --model other.model --format onnx --out a.graphs'
  beforeAll(async () => {
    symlinkSync(at('old.model'), at('soft.model'))
    linkSync(at('old.model'), at('hard.model'))
    await train('--seed', '7', '--out', at('other.model'))
  })

  test.each([
    ['a model, by a run that begins', `${TRAIN} --out old.model`, 'old.model'],
    ['a model, through a link', `${TRAIN} --out soft.model`, 'old.model'],
    ['a model, by another one that goes on', `${RESUME} --out other.model`, 'other.model'],
    ['a state dict', 'export --model old.model --format torch --out old.dict', 'old.dict'],
    ['graphs', 'export --model old.model --format onnx --out old.graphs', 'old.graphs/training.onnx'],
    ['a model, by an import', 'import --state-dict old.dict --out other.model', 'other.model'],
  ])('is kept: %s', async (_, line, name) => {
    const before = contents(name)
    const said = await inFolder(line)
    const reason = expect.stringMatching(/--overwrite.*, which is there already$/) as string
    expect(said).toMatchObject({ code: 2, out: [], err: [reason] })
    expect(contents(name)).toBe(before)
  })

  test.each([
    ['a model, by a run that begins', `${TRAIN} --seed 3 --out a.model`, 'a.model', 'old.model'],
    ['a state dict', 'export --model other.model --format torch --out a.dict', 'a.dict', 'old.dict'],
    ['graphs', GRAPHS, 'a.graphs/generation.onnx', 'old.graphs/generation.onnx'],
    ['a model, by an import', 'import --state-dict old.dict --out b.model', 'b.model', 'old.model'],
  ])('is replaced with --overwrite: %s', async (_, line, name, from) => {
    mkdirSync(at('a.graphs'), { recursive: true })
    writeFileSync(at(name), readFileSync(at(from)))
    expect(await inFolder(`${line} --overwrite`)).toMatchObject({ code: 0 })
    expect(contents(name)).not.toBe(contents(from))
  })

  const links = { 'its own name': undefined, 'a link': symlinkSync, 'a hard link': linkSync }
  test.each(Object.entries(links))('is replaced by the run that goes on with it: %s', async (_, link) => {
    writeFileSync(at('going.model'), readFileSync(at('old.model')))
    rmSync(at('on.model'), { force: true })
    link?.(at('going.model'), at('on.model'))
    const out = link === undefined ? 'going.model' : 'on.model'
    expect(await resume('going.model', '--out', at(out))).toMatchObject({ code: 0 })
    expect(E.toUnion(readCheckpoint(out)(readFileSync(at(out))))).toMatchObject({ progress: { epoch: 2 } })
  })

  test('is written where it is empty', async () => {
    writeFileSync(at('empty.model'), '')
    expect(await train('--out', at('empty.model'))).toMatchObject({ code: 0 })
  })
})

describe('what is read', () => {
  beforeAll(() => {
    linkSync(at('verse.txt'), at('hard.txt'))
    symlinkSync(at('verse.txt'), at('soft.txt'))
    linkSync(at('old.dict'), at('hard.dict'))
    mkdirSync(at('in.graphs'))
    linkSync(at('old.model'), at('in.graphs/forward.onnx'))
    writeFileSync(at('nothing.txt'), '')
  })

  test.each([
    [`${TRAIN} --out verse.txt`, '--text'],
    [`${TRAIN} --out hard.txt`, '--text'],
    [`${TRAIN} --out soft.txt`, '--text'],
    [`train --text nothing.txt --out nothing.txt`, '--text'],
    [`${RESUME} --out verse.txt`, '--text'],
    ['export --model old.model --format torch --out old.model', '--model'],
    ['export --model old.model --format torch --out soft.model', '--model'],
    ['export --model old.model --format onnx --out in.graphs', '--model'],
    ['import --state-dict old.dict --out old.dict', '--state-dict'],
    ['import --state-dict old.dict --out hard.dict', '--state-dict'],
    ['import --state-dict old.dict --text verse.txt --out hard.txt', '--text'],
  ])('is never written, not even with --overwrite: %s', async (line, flag) => {
    const before = ['verse.txt', 'old.model', 'old.dict', 'nothing.txt'].map(contents)
    expect(await inFolder(`${line} --overwrite`)).toMatchObject({
      code: 2,
      out: [],
      err: [expect.stringMatching(new RegExp(`--out must be another file than ${flag}, got .*, which is the same$`))],
    })
    expect(['verse.txt', 'old.model', 'old.dict', 'nothing.txt'].map(contents)).toEqual(before)
  })
})

describe('saving', () => {
  let place: { readonly name: string; readonly path: string }
  beforeEach(() => {
    const here = mkdtempSync(at('save-'))
    place = { name: 'x.model', path: join(here, 'x.model') }
  })
  const NAME = '0123456789abcdef'
  const bytes = Uint8Array.of(1, 2, 3)
  const temporary = () => join(place.path, '..', `.x.model.${String(process.pid)}-${NAME}.tmp`)

  /** The file system, with a list of what it was asked; what it is asked to refuse fails so. */
  const recording = (refused: Readonly<Record<string, string>> = {}) => {
    const asked: string[] = []
    const ask = async <A>(what: string, act: () => Promise<A>): Promise<A> => {
      asked.push(what)
      if (what in refused) throw Object.assign(new Error(), { code: refused[what] })
      return act()
    }
    const files: FileSystem = {
      ...fileSystem,
      randomName: () => NAME,
      open: async (path, flags, mode) => {
        const of = typeof flags === 'string' ? 'folder' : 'file'
        const file = await ask(`open ${of}`, () => fileSystem.open(path, flags, mode))
        const recorded: SavedFile = {
          chmod: (to) => ask(`permit ${of}`, () => file.chmod(to)),
          writeFile: (data) => ask(`write ${of}`, () => file.writeFile(data)),
          sync: () => ask(`sync ${of}`, () => file.sync()),
          close: () => file.close().then(() => ask(`close ${of}`, () => Promise.resolve())),
        }
        return recorded
      },
      rename: (from, to) => ask('rename', () => fileSystem.rename(from, to)),
      keep: (path, as) => ask('keep', () => fileSystem.keep(path, as)),
      remove: (path) => ask('remove', () => fileSystem.remove(path)),
    }
    return { asked, files }
  }

  test('brings the file to the disk before it has its name, and its name thereafter', async () => {
    const { asked, files } = recording()
    expect(E.isRight(await save(place, bytes, files)())).toBe(true)
    expect(asked).toEqual([
      ...['open file', 'write file', 'sync file', 'close file', 'rename'],
      ...['open folder', 'sync folder', 'close folder'],
    ])
    expect(readFileSync(place.path)).toEqual(Buffer.from(bytes))
  })

  test.each([
    ['open file', 'EROFS'],
    ['write file', 'ENOSPC'],
    ['sync file', 'EIO'],
    ['close file', 'EDQUOT'],
    ['rename', 'EACCES'],
  ])('that fails at %s says so, and leaves the file as it was and nothing beside it', async (what, code) => {
    writeFileSync(place.path, 'before')
    const { files } = recording({ [what]: code })
    const message = `the model could not be saved as "x.model" (${code}): make room, or choose another place`
    expect(await save(place, bytes, files)()).toEqual(E.left({ exitCode: 1, message }))
    expect(readFileSync(place.path, 'utf8')).toBe('before')
    expect(leftOvers(join(place.path, '..'))).toEqual([])
  })

  test('into a folder that is no longer there says so', async () => {
    rmSync(join(place.path, '..'), { recursive: true })
    const message = expect.stringContaining('(ENOENT)') as string
    expect(await save(place, bytes)()).toMatchObject({ left: { message } })
  })

  test('succeeds where the system does not sync folders', async () => {
    expect(E.isRight(await save(place, bytes, recording({ 'sync folder': 'EINVAL' }).files)())).toBe(true)
  })

  test.each([0o600, 0o640, 0o664, 0o666])('keeps the permissions of the file it replaces', async (mode) => {
    writeFileSync(place.path, 'before')
    chmodSync(place.path, mode)
    await save(place, bytes)()
    expect(statSync(place.path).mode & 0o777).toBe(mode)
  })

  test('gives a new file the permissions that the process gives', async () => {
    writeFileSync(at('ordinary'), '')
    await save(place, bytes)()
    expect(statSync(place.path).mode).toBe(statSync(at('ordinary')).mode)
  })

  test.each(['link', 'file'])('does not write through a %s that stands at its temporary name', async (kind) => {
    const precious = join(place.path, '..', 'precious')
    writeFileSync(precious, 'precious')
    if (kind === 'link') symlinkSync(precious, temporary())
    else linkSync(precious, temporary())
    expect(await save(place, bytes, recording().files)()).toMatchObject({
      left: { message: expect.stringContaining('(EEXIST)') as string },
    })
    expect(readFileSync(precious, 'utf8')).toBe('precious')
    expect(lstatSync(temporary()).isSymbolicLink()).toBe(kind === 'link')
    expect(existsSync(place.path)).toBe(false)
    expect(E.isRight(await save(place, bytes)())).toBe(true)
  })

  test('removes what killed runs of the same name left, and nothing else', async () => {
    const here = join(place.path, '..')
    const dead = String(spawnSync(process.execPath, ['-e', '']).pid)
    const gone = [`.x.model.${dead}-${NAME}.tmp`, `.x.model.${String(process.pid)}-${NAME}.tmp`]
    const kept = [
      ...[`.y.model.${dead}-${NAME}.tmp`, `.x.model.${String(process.ppid)}-${NAME}.tmp`, `.x.model.${dead}.tmp`],
      ...[`.x.model.${dead}-${NAME}.tmp.txt`, `x.model.${dead}-${NAME}.tmp`, `.x.model.${dead}-short.tmp`],
      ...[`.xxmodel.${dead}-${NAME}.tmp`],
    ]
    ;[...gone, ...kept].forEach((name) => {
      writeFileSync(join(here, name), 'part')
    })
    const planted = `.x.model.${dead}-${NAME.replace('0', '1')}.tmp`
    symlinkSync(at('verse.txt'), join(here, planted))
    expect(await train('--out', place.path)).toMatchObject({ code: 0 })
    expect(readdirSync(here).sort()).toEqual([...kept, planted, 'x.model'].sort())
    expect(readFileSync(at('verse.txt'), 'utf8')).toBe(VERSE)
  })
})

describe('saving several files', () => {
  const names = ['a.onnx', 'b.onnx', 'c.onnx']
  let here: string
  beforeEach(() => {
    here = mkdtempSync(at('several-'))
  })
  const contents = () =>
    names.map((name, i) => ({ place: { name, path: join(here, name) }, bytes: Uint8Array.of(i, i) }))
  const found = () => Object.fromEntries(readdirSync(here).map((name) => [name, [...readFileSync(join(here, name))]]))
  const NEW = { 'a.onnx': [0, 0], 'b.onnx': [1, 1], 'c.onnx': [2, 2] }

  /** Refuses one act on one file: by the words that tell it, such as `rename b.onnx`. */
  const refusing = (refused: string): FileSystem => {
    const unless = async <A>(act: string, path: string, go: () => Promise<A>): Promise<A> => {
      const [name] = /[abc]\.onnx/.exec(path) ?? []
      if (`${act} ${String(name)}` === refused) throw Object.assign(new Error(), { code: 'ENOSPC' })
      return go()
    }
    return {
      ...fileSystem,
      open: async (path, flags, mode) => {
        const file = await unless('open', path, () => fileSystem.open(path, flags, mode))
        return {
          chmod: (to) => unless('permit', path, () => file.chmod(to)),
          writeFile: (data) => unless('write', path, () => file.writeFile(data)),
          sync: () => unless('sync', path, () => file.sync()),
          close: () => file.close(),
        }
      },
      rename: (from, to) => unless('rename', to, () => fileSystem.rename(from, to)),
      keep: (path, as) => unless('keep', path, () => fileSystem.keep(path, as)),
    }
  }

  test.each([
    ['where there were none', []],
    ['over some', ['b.onnx']],
    ['over all', names],
  ])('saves all, and leaves nothing beside them: %s', async (_, before) => {
    before.forEach((name) => {
      writeFileSync(join(here, name), 'before')
    })
    expect(await saveAll(contents())()).toEqual(E.right(undefined))
    expect(found()).toEqual(NEW)
  })

  const acts = ['open', 'write', 'sync', 'rename'].flatMap((act) => names.map((name) => `${act} ${name}`))
  test.each([...acts, 'keep a.onnx', 'keep b.onnx'])(
    'that fails at %s says so, and leaves every file as it was and nothing beside',
    async (act) => {
      for (const before of [[], ['a.onnx'], ['b.onnx', 'c.onnx'], names]) {
        names.forEach((name) => {
          rmSync(join(here, name), { force: true })
        })
        before.forEach((name) => {
          writeFileSync(join(here, name), `before ${name}`, { mode: 0o640 })
        })
        const was = found()
        const advice = 'make room, or choose another place'
        const message = `the model could not be saved as "${act.split(' ')[1]}" (ENOSPC): ${advice}`
        expect(await saveAll(contents(), refusing(act))()).toEqual(E.left({ exitCode: 1, message }))
        expect(found()).toEqual(was)
        expect(before.map((name) => statSync(join(here, name)).mode & 0o777)).toEqual(before.map(() => 0o640))
      }
    },
  )

  test('keeps a file by a second name, or by none where there is no such file', async () => {
    writeFileSync(join(here, 'a.onnx'), 'before')
    expect(await fileSystem.keep(join(here, 'a.onnx'), join(here, 'kept'))).toBe(true)
    expect(statSync(join(here, 'kept')).ino).toBe(statSync(join(here, 'a.onnx')).ino)
    expect(await fileSystem.keep(join(here, 'b.onnx'), join(here, 'none'))).toBe(false)
    await expect(fileSystem.keep(join(here, 'a.onnx'), join(here, 'kept'))).rejects.toMatchObject({ code: 'EEXIST' })
  })

  const GRAPHS = ['forward.onnx', 'generation.onnx', 'training.onnx']
  test('that cannot be saved leave a folder as it was, and none where there was none', async () => {
    const graphs = ['export', '--model', at('old.model'), '--format', 'onnx', '--overwrite', '--out']
    mkdirSync(join(here, 'barred', 'generation.onnx'), { recursive: true })
    writeFileSync(join(here, 'barred', 'training.onnx'), 'before')
    for (const out of [join(here, 'barred'), join(here, 'new', 'x'.repeat(256))]) {
      expect(await command(...graphs, out)).toMatchObject({ code: 2, out: [] })
    }
    expect(readdirSync(here)).toEqual(['barred'])
    expect(readdirSync(join(here, 'barred')).sort()).toEqual(['generation.onnx', 'training.onnx'])
    expect(readFileSync(join(here, 'barred', 'training.onnx'), 'utf8')).toBe('before')
    expect(readdirSync(at('old.graphs')).sort()).toEqual(GRAPHS)
  })
})

describe('a name that is held', () => {
  test('is held once, by whatever way to its folder, until it is let go', async () => {
    mkdirSync(at('holds'))
    symlinkSync(at('holds'), at('way'))
    const first = await hold(at('holds/x'))
    expect(first).toBeDefined()
    expect(await hold(at('way/x'))).toBeUndefined()
    const other = await hold(at('holds/y'))
    expect(other).toBeDefined()
    await first?.release()
    const next = await hold(at('way/x'))
    expect(next).toBeDefined()
    await Promise.all([next?.release(), other?.release()])
    expect(readdirSync(at('holds'))).toEqual([])
  })

  test('goes to one of many that ask at the same instant', async () => {
    const asked = await Promise.all(Array.from({ length: 20 }, () => hold(at('many'))))
    const held = asked.filter((one) => one !== undefined)
    expect(held).toHaveLength(1)
    await held[0].release()
  })

  test('is a locked file where there are no such sockets, and is removed before it is let go', async () => {
    const path = at('.bsd.lock')
    const O_EXLOCK = 0x20
    let locked = false
    /** A system of one file, which opens it locked, or not at all. */
    const opens = (async (name: string, flags: number, mode: number) => {
      expect([name, flags & O_EXLOCK, mode]).toEqual([path, O_EXLOCK, 0o600])
      if (locked) throw Object.assign(new Error(), { code: 'EAGAIN' })
      const file = await open(name, flags & ~O_EXLOCK, mode)
      locked = true
      return {
        close: async () => {
          expect(existsSync(path)).toBe(false)
          await file.close()
          locked = false
        },
      }
    }) as unknown as typeof open
    const darwin = { platform: 'darwin', open: opens } as const
    writeFileSync(path, '') // a killed run left it
    const first = await hold(at('bsd'), darwin)
    expect(first).toBeDefined()
    expect(await hold(at('bsd'), darwin)).toBeUndefined()
    await first?.release()
    const next = await hold(at('bsd'), darwin)
    expect(next).toBeDefined()
    await next?.release()
  })
})

describe('two runs of one name', () => {
  let installed: Installed
  beforeAll(() => {
    installed = install()
    writeFileSync(join(installed.folder, 'verse.txt'), VERSE)
  }, PATIENCE_IN_MILLISECONDS)
  afterAll(() => {
    installed.remove()
  })
  const endless = ['train', '--text', 'verse.txt', ...TINY, '--epochs', '1000000', '--report-every', '1']
  const BUSY = 'is being written by another run: let it end, or give --out another name'

  test('the second says so and stops, and is free to go once the first is killed', async () => {
    const first = installed.start(...endless, '--out', 'held.model')
    const end = ended(first)
    await hasPrinted(first)
    const path = join(installed.folder, 'held.model')
    for (const args of [['--out', path, '--overwrite'], ['--out', path, '--resume', path], ['--out', path]]) {
      expect(await command('train', '--text', at('verse.txt'), ...args)).toMatchObject({
        code: 2,
        out: [],
        err: [expect.stringContaining(BUSY)],
      })
    }
    first.kill('SIGKILL')
    expect((await end).signal).toBe('SIGKILL')
    const on = ['--resume', path, '--epochs', '1', '--out', path]
    expect(await command('train', '--text', at('verse.txt'), '--engine', 'float32', ...on)).toMatchObject({ code: 0 })
    expect(leftOvers(installed.folder)).toEqual([])
    await rm(path)
  })

  test('graphs that there is no room for leave the old ones, and no folder where there was none', async () => {
    const main = join(installed.folder, 'dist/cli/main.js')
    const exporting = ['export', '--model', at('old.model'), '--format', 'onnx', '--overwrite', '--out']
    const sizes = readdirSync(at('old.graphs')).map((name) => statSync(at(`old.graphs/${name}`)).size)
    // Room in blocks of 512 bytes for some of the graphs, and not for the largest.
    const blocks = String(Math.floor(Math.max(...sizes) / 512) - 1)
    expect(Math.min(...sizes)).toBeLessThan(Number(blocks) * 512)
    mkdirSync(at('some.graphs'))
    writeFileSync(at('some.graphs/forward.onnx'), 'before')
    for (const name of ['some.graphs', 'no.graphs']) {
      const limited = ['-c', `ulimit -f ${blocks}; exec "$@"`, 'sh', process.execPath, main, ...exporting, at(name)]
      const told = expect.stringMatching(/^pure-rnn: the model could not be saved as .*\.onnx" \(EFBIG\): /) as string
      expect(await ended(spawn('/bin/sh', limited))).toMatchObject({ code: 1, out: '', err: told })
    }
    expect(readdirSync(at('some.graphs'))).toEqual(['forward.onnx'])
    expect(readFileSync(at('some.graphs/forward.onnx'), 'utf8')).toBe('before')
    expect(existsSync(at('no.graphs'))).toBe(false)
  })

  test('a model is not saved where the reports go', async () => {
    const reports = openSync(join(installed.folder, 'reports.model'), 'w')
    const args = [join(installed.folder, 'dist/cli/main.js'), ...endless, '--out', 'reports.model']
    const child = spawn(process.execPath, args, { cwd: installed.folder, stdio: ['pipe', reports, 'pipe'] })
    const { code, err } = await ended(child)
    closeSync(reports)
    expect([code, err]).toEqual([2, expect.stringContaining('must be another file than standard output, got')])
  })

  test('of two that start at the same instant one trains', async () => {
    const twice = [0, 1].map(() => installed.start(...endless.slice(0, -4), '--epochs', '20', '--out', 'race.model'))
    const both = await Promise.all(twice.map((child) => ended(child)))
    expect(both.map(({ code }) => code).sort()).toEqual([0, 2])
    expect(both.map(({ err }) => err).join('')).toMatch(/by another run|which is there already/)
  })
})
