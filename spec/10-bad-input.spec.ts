/**
 * Chapter 10, continued: what is wrong with a command is said in one line, with exit code 2, and nothing is changed.
 */
import { execFileSync, spawn } from 'node:child_process'
import type { SpawnOptions } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  lstatSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { enoughBytes } from '../src/cli/io/reading.js'
import { quoted } from '../src/failure.js'
import { root } from './house/parts.js'
import { command, ended, install } from './runner/command.js'
import type { Ended, Installed } from './runner/command.js'

const VERSE = 'the cat sat on the mat,\nthe dog ate it all\n'.repeat(5)
const SMALL = [
  ...['--hidden', '6', '--steps', '4', '--batch', '2', '--rate', '1', '--clip', '1', '--length', '8'],
  ...['--engine', 'float32'],
]
/** More characters than any alphabet has. */
const MANY = Array.from({ length: 70_000 }, (_, i) => String.fromCodePoint(0x10000 + i)).join('')

let folder: string
/** `@name` is a file of the folder, in arguments and in messages. */
const placed = (argument: string): string =>
  argument.replace(/^(--[a-z-]+=)?@/, (_, flag = '') => `${String(flag)}${folder}/`)
const told = (line: string): string =>
  line
    .replace(/"@([^"]*)"/g, (_, name: string) => quoted(`${folder}/${name}`))
    .replace(/(?<=^| )@(?=\w)/g, () => `${folder}/`)

/** What stands in the folder beforehand. */
const files: Readonly<Record<string, string | Buffer>> = {
  'verse.txt': VERSE,
  'other.txt': VERSE.replaceAll('cat', 'mat'),
  'more.txt': 'xyz',
  'empty.txt': '',
  'mark.txt': '\ufeff',
  'one.txt': 'a',
  'many.txt': MANY,
  'latin.txt': Buffer.from([0x63, 0x61, 0x66, 0xe9]),
  'cut.txt': Buffer.from([0x61, 0x62, 0xe6, 0xb2]),
  'surrogate.txt': Buffer.from([0x61, 0xed, 0xa0, 0x80]),
  'little.txt': Buffer.from('\ufeffthe cat', 'utf16le'),
  'big.txt': Buffer.from('\ufeffthe cat', 'utf16le').swap16(),
  'two\nlines.txt': Buffer.from([0xff]),
  'empty.model': '',
  'junk.model': 'a text of more than eight bytes',
  'other.json': '{}',
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pure-rnn-bad-'))
  Object.entries(files).forEach(([name, content]) => {
    writeFileSync(join(folder, name), content)
  })
  mkdirSync(join(folder, 'folder'))
  mkdirSync(join(folder, 'graphs', 'forward.onnx'), { recursive: true })
  symlinkSync('loop', join(folder, 'loop'))
  symlinkSync('nowhere', join(folder, 'dangling'))
  execFileSync('mkfifo', [join(folder, 'pipe')])
  closeSync(openSync(join(folder, 'huge.txt'), 'w'))
  truncateSync(join(folder, 'huge.txt'), 2 ** 40)
  const models = { 'given.model': [], 'lstm.model': ['--cell', 'lstm'], 'torch.model': ['--conventions', 'torch'] }
  for (const [name, options] of Object.entries(models)) {
    const said = await command(...train(...options, '--epochs', '1', '--out', `@${name}`).map(placed))
    expect(said.code).toBe(0)
  }
  for (const [from, to] of [
    ['@lstm.model', '@lstm.safetensors'],
    ['@given.model', '@tanh.safetensors'],
  ]) {
    const dict = ['--format', 'torch', '--out', to].map(placed)
    expect(await command('export', '--model', placed(from), ...dict)).toMatchObject({ code: 0 })
  }
  writeFileSync(join(folder, 'cut.model'), readFileSync(join(folder, 'given.model')).subarray(0, 500))
  writeFileSync(join(folder, 'short.model'), readFileSync(join(folder, 'given.model')).subarray(0, -4))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const train = (...args: readonly string[]) => ['train', '--text', '@verse.txt', ...SMALL, ...args]
const read = (...args: readonly string[]) => ['train', ...SMALL, ...args]
const generate = (...args: readonly string[]) => ['generate', '--model', '@given.model', ...args]
const resume = (...args: readonly string[]) => ['train', '--resume', '@given.model', '--text', '@verse.txt', ...args]
const evaluate = (...args: readonly string[]) => [
  'evaluate',
  '--model',
  '@given.model',
  '--text',
  '@verse.txt',
  ...args,
]
const toTorch = (...args: readonly string[]) => ['export', '--model', '@given.model', '--format', 'torch', ...args]
const toOnnx = (...args: readonly string[]) => ['export', '--model', '@given.model', '--format', 'onnx', ...args]
const fromTorch = (...args: readonly string[]) => [
  'import',
  '--state-dict',
  '@lstm.safetensors',
  '--out',
  '@x',
  ...args,
]
const tanhFromTorch = (...args: readonly string[]) => fromTorch(...args).with(2, '@tanh.safetensors')

/** Nothing but the text and the engine: for options that are refused before it is read. */
const bare = (...args: readonly string[]) => ['train', '--text', '@verse.txt', '--engine', 'float32', ...args]

/** A list of arguments, and the one line that answers it. */
type Row = readonly [args: readonly string[], line: string]

/** Everything in the folder; of what is no folder, when its contents or its rights were changed last. */
const listing = (): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((path) => {
      const entry = lstatSync(join(folder, path), { bigint: true })
      return [path, entry.ino, entry.mode, ...(entry.isDirectory() ? [] : [entry.size, entry.ctimeNs])].join()
    })

const answers = (title: string, rows: readonly Row[]): void => {
  describe(title, () => {
    test.each(rows.map(([args, line]) => ({ words: args.map(quoted).join(' ').slice(0, 150), args, line })))(
      '$words',
      async ({ args, line }) => {
        const before = listing()
        const said = await command(...args.map(placed))
        expect(said).toEqual({ code: 2, out: [], err: [`pure-rnn: ${told(line)}`] })
        expect(listing()).toEqual(before)
      },
    )
  })
}

/** A number that is not what is asked for, and how it is told. */
const wholeNumbers: readonly (readonly [string, string])[] = [
  ...[
    '1e400',
    '0x10',
    '0b1',
    '1_000',
    '1,000',
    '+5',
    '5.0',
    '3.5',
    '1e3',
    ' 5',
    '5 ',
    '',
    ' ',
    '५',
    '5n',
    '--5',
    '-0',
  ],
  ...['NaN', 'Infinity', '-Infinity', '٣', '18446744073709551616', 'ten'],
].map((typed) => [typed, JSON.stringify(typed)])
const counts: readonly (readonly [string, string])[] = [
  ...wholeNumbers,
  ...['4294967296', '9007199254740991', '-1'].map((typed) => [typed, typed] as const),
]
const fractions = [
  ...['1e400', '-1e400', '1e-400', '0x10', '1_000', '+5', ' 5', '5 ', '', ' ', '५', '-0', '-0.0', '1e', '.', 'NaN'],
  ...['Infinity', 'ten'],
].map((typed) => [typed, JSON.stringify(typed)] as const)
const reals: readonly (readonly [string, string])[] = [...fractions, ['-1', '-1'], ['1e39', '1e+39']]

/** Options that take numbers: by the arguments before them, what they must be, and what they are not. */
const numeric: readonly (readonly [
  () => readonly string[],
  string,
  string,
  readonly (readonly [string, string])[],
])[] = [
  [bare, '--limit', 'a whole number from 0 to 4294967295, or all', counts],
  [bare, '--layers', 'a whole number from 1 to 64', [...counts, ['0', '0'], ['65', '65']]],
  [bare, '--hidden', 'a whole number from 1 to 4294967295', [...counts, ['0', '0']]],
  [bare, '--steps', 'a whole number from 1 to 4294967295', [...counts, ['0', '0']]],
  [bare, '--batch', 'a whole number from 1 to 4294967295', [...counts, ['0', '0']]],
  [bare, '--rate', 'a number, 0 or more', reals],
  [bare, '--clip', 'a number above 0', [...reals, ['0', '0'], ['1e-50', '1e-50']]],
  [bare, '--seed', 'a whole number from 0 to 4294967295', counts],
  [bare, '--epochs', 'a whole number from 0 to 4294967295', counts],
  [bare, '--report-every', 'a whole number from 1 to 4294967295', [...counts, ['0', '0']]],
  [bare, '--length', 'a whole number from 0 to 1048576', [...counts, ['1048577', '1048577']]],
  [bare, '--threads', 'a whole number from 1 to 256', [...counts, ['0', '0'], ['257', '257']]],
  [generate, '--length', 'a whole number from 0 to 16777216', [...counts, ['16777217', '16777217']]],
  [generate, '--temperature', 'a number, 0 or more', reals],
  [generate, '--top-k', 'a whole number from 1 to 4294967295', [...counts, ['0', '0']]],
  [generate, '--seed', 'a whole number from 0 to 4294967295', counts],
  [evaluate, '--limit', 'a whole number from 0 to 4294967295, or all', counts],
  [fromTorch, '--limit', 'a whole number from 0 to 4294967295, or all', counts],
  [() => ['check'], '--seed', 'a whole number from 0 to 4294967295', counts],
  [() => ['check'], '--samples', 'a whole number from 1 to 100000', [...counts, ['0', '0'], ['100001', '100001']]],
  [
    () => ['check'],
    '--timeout',
    'a number of seconds above 0, at most 86400',
    [...reals, ['0', '0'], ['1e-50', '1e-50'], ['86401', '86401']],
  ],
]

numeric.forEach(([before, flag, expected, typed]) => {
  const rows = typed.map(([number, got]): Row => [
    [...before(), `${flag}=${number}`],
    `${flag} must be ${expected}, got ${got}`,
  ])
  answers(`A number for ${before()[0]} ${flag}`, rows)
})

const HELP = ': see pure-rnn --help'
const NO_SUBCOMMAND = `expected one of train, generate, evaluate, export, import, check, got no subcommand${HELP}`

answers('A command that is not there', [
  [[], NO_SUBCOMMAND],
  [['trian'], `unknown command "trian" (Did you mean train?)${HELP}`],
  [['TRAIN'], `unknown command "TRAIN"${HELP}`],
  [['tra'], `unknown command "tra" (Did you mean train?)${HELP}`],
  [[''], `unknown command ""${HELP}`],
  [['nosuch', '--help'], `unknown command "nosuch"${HELP}`],
  [['--help', 'nosuch'], `unknown command "nosuch"${HELP}`],
  [['-h', 'nosuch'], `unknown command "nosuch"${HELP}`],
  [['help', 'nosuch'], `unknown command "nosuch"${HELP}`],
  [['nosuch', 'train'], `unknown command "nosuch"${HELP}`],
  [['--', 'nosuch'], `unknown command "nosuch"${HELP}`],
  [['constructor'], `unknown command "constructor"${HELP}`],
  [['__proto__', '--help'], `unknown command "__proto__"${HELP}`],
  [['a\u001b[2Jb'], `unknown command "a\\u001b[2Jb"${HELP}`],
  [['a\r\nb'], `unknown command "a\\r\\nb"${HELP}`],
  [['x'.repeat(100_000)], `unknown command "${'x'.repeat(59)}…${HELP}`],
])

answers('An option that is not there', [
  [['--json'], `unknown option "--json"${HELP}`],
  [['train', '--hiden', '3'], `unknown option "--hiden" (Did you mean --hidden?)${HELP}`],
  [['train', '--hid', '3'], `unknown option "--hid" (Did you mean --hidden?)${HELP}`],
  [['train', '--Hidden', '3'], `unknown option "--Hidden" (Did you mean --hidden?)${HELP}`],
  [['train', '-hidden', '3'], `unknown option "-hidden"${HELP}`],
  [['train', '-o', 'x'], `unknown option "-o"${HELP}`],
  [['train', '--no-json'], `unknown option "--no-json" (Did you mean --json?)${HELP}`],
  [['train', '--json=yes'], `unknown option "--json=yes"${HELP}`],
  [['train', '---hidden', '3'], `unknown option "---hidden" (Did you mean --hidden?)${HELP}`],
  [['train', '--hidden:3'], `unknown option "--hidden:3" (Did you mean --hidden?)${HELP}`],
  [['train', '--temperature', '1'], `unknown option "--temperature"${HELP}`],
  [['train', '--model', 'x'], `unknown option "--model"${HELP}`],
  [generate('--hidden', '3'), `unknown option "--hidden"${HELP}`],
  [generate('--text', 'x'), `unknown option "--text"${HELP}`],
  [generate('--out', 'x'), `unknown option "--out"${HELP}`],
  [evaluate('--prefix', 'x'), `unknown option "--prefix"${HELP}`],
  [toTorch('--out', '@x', '--json'), `unknown option "--json"${HELP}`],
  [fromTorch('--model', '@given.model'), `unknown option "--model"${HELP}`],
  [['train', '--nosuch', '--help'], `unknown option "--nosuch"${HELP}`],
  [['train', '--help', '--nosuch'], `unknown option "--nosuch"${HELP}`],
  [['train', '-h', '--hiden', '3'], `unknown option "--hiden" (Did you mean --hidden?)${HELP}`],
  [['help', 'train', '--nosuch'], `unknown option "--nosuch"${HELP}`],
  [['generate', '--nosuch', '--help'], `unknown option "--nosuch"${HELP}`],
  [['--nosuch', '--help'], `unknown option "--nosuch"${HELP}`],
  [['--help', '--nosuch'], `unknown option "--nosuch"${HELP}`],
  [['help', '--nosuch'], `unknown option "--nosuch"${HELP}`],
  [['--version', '--nosuch'], `unknown option "--nosuch"${HELP}`],
  [['train', '--nosuch', '--version'], `unknown option "--nosuch"${HELP}`],
  [['train', '--help=yes'], `unknown option "--help=yes"${HELP}`],
  [['train', '--a\u001b[31mb'], `unknown option "--a\\u001b[31mb"${HELP}`],
  [['train', '--a\u202eb'], `unknown option "--a\\u202eb"${HELP}`],
  [['train', '--a\u0085\u007f\u2028b'], `unknown option "--a\\u0085\\u007f\\u2028b"${HELP}`],
  [['train', '--a\nb'], `unknown option "--a\\nb"${HELP}`],
])

const dashes = (flag: string) => `a value that begins with two dashes is written ${flag}=--...`
answers('An option without a value, or given twice', [
  [['train', '--hidden'], `option "--hidden <count>" argument missing${HELP}`],
  [['train', '--prefix'], `option "--prefix <text>" argument missing${HELP}`],
  [['generate'], `required option "--model <file>" not specified${HELP}`],
  [['evaluate'], `required option "--model <file>" not specified${HELP}`],
  [['export', '--model', '@given.model'], `required option "--format <name>" not specified${HELP}`],
  [toTorch(), `required option "--out <path>" not specified${HELP}`],
  [['import', '--out', '@x'], `required option "--state-dict <file>" not specified${HELP}`],
  [['import', '--state-dict', '@lstm.safetensors'], `required option "--out <file>" not specified${HELP}`],
  [['train', '--help', '--hidden'], `option "--hidden <count>" argument missing${HELP}`],
  [['help', 'train', '--hidden'], `option "--hidden <count>" argument missing${HELP}`],
  [['train', '--hidden', '--help'], `--hidden must be followed by a value, got "--help": ${dashes('--hidden')}`],
  [['train', '--json', '--json', '--help'], '--json must be given once, got 2 times'],
  [bare('--hidden', '--json'), `--hidden must be followed by a value, got "--json": ${dashes('--hidden')}`],
  [bare('--prefix', '--json'), `--prefix must be followed by a value, got "--json": ${dashes('--prefix')}`],
  [bare('--prefix', '--x=1'), `--prefix must be followed by a value, got "--x=1": ${dashes('--prefix')}`],
  [bare('--prefix', 't', '--prefix', '--'), `--prefix must be followed by a value, got "--": ${dashes('--prefix')}`],
  [['train', '--text', '--json'], `--text must be followed by a value, got "--json": ${dashes('--text')}`],
  [['train', '--out', '--resume', 'x'], `--out must be followed by a value, got "--resume": ${dashes('--out')}`],
  [generate('--prefix', '--json'), `--prefix must be followed by a value, got "--json": ${dashes('--prefix')}`],
  [['generate', '--model', '--json'], `--model must be followed by a value, got "--json": ${dashes('--model')}`],
  [
    bare('--prefix', '--\u001b[2J'),
    `--prefix must be followed by a value, got "--\\u001b[2J": ${dashes('--prefix')}`,
  ],
  [bare('--hidden', '3', '--hidden', '4'), '--hidden must be given once, got "3" and "4"'],
  [bare('--hidden=3', '--hidden', '3'), '--hidden must be given once, got "3" and "3"'],
  [bare('--seed', '1', '--seed=2', '--seed', '3'), '--seed must be given once, got "1" and "2" and "3"'],
  [bare('--json', '--json'), '--json must be given once, got 2 times'],
  [bare('--conventions', 'torch', '--dialect', 'torch'), '--conventions must be given once, got "torch" and "torch"'],
  [generate('--model', '@lstm.model'), '--model must be given once, got "@given.model" and "@lstm.model"'],
  [toTorch('--out', '@x', '--out', '@y'), '--out must be given once, got "@x" and "@y"'],
])

const check = (...args: readonly string[]) => ['check', ...args, '--', 'python3', 'my_rnn.py']
const NO_PROGRAM =
  'what comes after -- must be the program to check, as in pure-rnn check -- python3 my_rnn.py, got nothing'
const JUNIT = '--junit must be a file that can be written, new or with such a report in it, got'
const begin = (out: string) => ['check', '--starter', 'c', '--out', out]
const NEW = '--out must be a new file that can be written, got'
const ONLY = '--only must be part of the sentence of a law'
answers('A check that is not asked for well', [
  [['check'], NO_PROGRAM],
  [['check', '--'], NO_PROGRAM],
  [['check', '--seed', '1', '--json'], NO_PROGRAM],
  [
    ['check', 'python3', 'my_rnn.py'],
    'what comes after check must be options, and after -- the program, as in pure-rnn check -- python3 my_rnn.py, ' +
      'got "python3"',
  ],
  [check('--nosuch'), `unknown option "--nosuch"${HELP}`],
  [check('--only'), `option "--only <text>" argument missing${HELP}`],
  [check('--only', '--json'), `--only must be followed by a value, got "--json": ${dashes('--only')}`],
  [check('--seed', '1', '--seed', '1'), '--seed must be given once, got "1" and "1"'],
  [check('--only='), `${ONLY}, got ""`],
  [check('--json', '--tap'), '--tap must be left out with --json, got both'],
  [check('--path', '0:1'), '--only must be the sentence of the law that --path is for, got nothing'],
  ...['', '0:', ':0', '0:x', '-1', '0 1', '٣'].map((path): Row => [
    check('--only=a', `--path=${path}`),
    `--path must be numbers with colons between them, as a report says it, got ${quoted(path)}`,
  ]),
  [['check', '--list', '--seed', '1'], '--seed must be left out with --list, which runs nothing, got "1"'],
  [['check', '--list', '--json'], '--json must be left out with --list, which runs nothing, got true'],
  [check('--list'), 'what comes after -- must be left out with --list, which runs nothing, got "python3"'],
  [
    ['check', '--list', '--only', 'no such\nlaw'],
    `${ONLY} that can be run, as --list tells them, got "no such\\nlaw"`,
  ],
  [['check', '--starter', 'perl'], '--starter must be python, pytorch, octave, c or javascript, got "perl"'],
  [check('--out', 'x.py'), '--out must be given with --starter, the program to save, got "x.py"'],
  [
    ['check', '--starter', 'c', '--seed', '1'],
    '--seed must be left out with --starter, which runs nothing, got "1"',
  ],
  [
    check('--starter', 'c'),
    'what comes after -- must be left out with --starter, which runs nothing, got "python3"',
  ],
  [begin(''), `${NEW} "", which is no name`],
  [begin('@verse.txt'), `${NEW} "@verse.txt", which exists`],
  [begin('@folder'), `${NEW} "@folder", which exists`],
  [begin('@none/x'), `${NEW} "@none/x", a file whose folder does not exist`],
  [check('--junit', ''), `${JUNIT} "", which is no name`],
  [check('--junit', '@folder'), `${JUNIT} "@folder", which is a directory`],
  [check('--junit', '@new/'), `${JUNIT} "@new/", which is a directory`],
  [check('--junit', '@none/x'), `${JUNIT} "@none/x", a file whose folder does not exist`],
  [check('--junit', '@verse.txt/x'), `${JUNIT} "@verse.txt/x", a file whose folder is a file`],
  [check('--junit', '@verse.txt'), `${JUNIT} "@verse.txt", which holds something else`],
  [check('--junit', '@given.model'), `${JUNIT} "@given.model", which holds something else`],
  [check('--junit', '@pipe'), `${JUNIT} "@pipe", which is not a file`],
  [check('--junit', '/dev/full'), `${JUNIT} "/dev/full", which is not a file`],
  [check('--junit', '@loop'), `${JUNIT} "@loop", which is a link that leads back to itself`],
  [check('--junit', 'a\0b'), `${JUNIT} "a\\u0000b", which cannot be the name of a file`],
])

const rest = (subcommand: string, got: string) =>
  `what comes after ${subcommand} must be options, as --help lists them, got ${got}`
answers('Arguments that are no options', [
  [['train', 'x.txt'], rest('train', '"x.txt"')],
  [['train', 'help'], rest('train', '"help"')],
  [['train', 'train'], rest('train', '"train"')],
  [['train', '--', '--hidden', '3'], rest('train', '"--hidden"')],
  [['train', '--', 'x'], rest('train', '"x"')],
  [['train', 'x', '--help'], rest('train', '"x"')],
  [['train', '--help', 'x'], rest('train', '"x"')],
  [['help', 'train', 'x'], rest('train', '"x"')],
  [['train', '--version', 'x'], rest('train', '"x"')],
  [['train', '--', '--help'], rest('train', '"--help"')],
  [['train', '-'], rest('train', '"-"')],
  [['train', ''], rest('train', '""')],
  [bare('--keep-line-breaks', 'yes'), rest('train', '"yes"')],
  [bare('--json', 'true'), rest('train', '"true"')],
  [generate('the'), rest('generate', '"the"')],
  [evaluate('@verse.txt'), rest('evaluate', '"@verse.txt"')],
  [toTorch('--out', '@x', '@y'), rest('export', '"@y"')],
  [fromTorch('@y'), rest('import', '"@y"')],
  [['train', 'a\u001b]0;b\u0007'], rest('train', '"a\\u001b]0;b\\u0007"')],
  [['train', 'y'.repeat(100_000)], rest('train', `"${'y'.repeat(59)}…`)],
])

answers('A name that is not one of those there are', [
  [bare('--cell', 'LSTM'), '--cell must be rnn, gru or lstm, got "LSTM"'],
  [bare('--cell', 'transformer'), '--cell must be rnn, gru or lstm, got "transformer"'],
  [bare('--cell', ''), '--cell must be rnn, gru or lstm, got ""'],
  [bare('--cell', '5'), '--cell must be rnn, gru or lstm, got 5'],
  [bare('--activation', 'sigmoid'), '--activation must be tanh, relu or identity, got "sigmoid"'],
  [bare('--activation', 'Tanh'), '--activation must be tanh, relu or identity, got "Tanh"'],
  [bare('--sampling', 'both'), '--sampling must be random or consecutive, got "both"'],
  [bare('--sampling', 'rand'), '--sampling must be random or consecutive, got "rand"'],
  [bare('--conventions', 'jax'), '--conventions must be scratch or torch, got "jax"'],
  [bare('--dialect', 'jax'), '--conventions must be scratch or torch, got "jax"'],
  [['train', '--engine', 'cuda'], '--engine must be auto, onnx or float32, got "cuda"'],
  [['train', '--engine', 'constructor'], '--engine must be auto, onnx or float32, got "constructor"'],
  [bare('--threads', '2'), '--threads must be 1, or left out, with --engine float32, got 2'],
  [bare('--limit', 'All'), '--limit must be a whole number from 0 to 4294967295, or all, got "All"'],
  [
    ['export', '--model', '@given.model', '--format', 'hdf5', '--out', '@x'],
    '--format must be onnx or torch, got "hdf5"',
  ],
  [['export', '--model', '@given.model', '--format', '', '--out', '@x'], '--format must be onnx or torch, got ""'],
  [fromTorch('--activation', 'gelu'), '--activation must be tanh or relu, got "gelu"'],
  [bare('--cell', 'a\u001b[2J\u202e'), '--cell must be rnn, gru or lstm, got "a\\u001b[2J\\u202e"'],
])

const TEXT = '--text must be a file of text in UTF-8, or - for standard input, got'
const warm = (flag: string, got: string) =>
  `--temperature must be above 0 where ${flag} is given, because at 0 only the best character is taken, got ${got}`
const DESCRIBED = 'must be left out, or what @lstm.safetensors says of itself,'
const OTHER_TEXT = '--text must be left out, or the text that the model in @lstm.safetensors was trained on, got'
const ALONE = '--overwrite must be given with --out, which names the file to replace, got no --out'
const LEFT_OUT = (cell: string) => `left out for the cell ${cell}, which has its own activations`
answers('Settings that do not go together', [
  [train('--cell', 'lstm', '--activation', 'relu'), `--activation must be ${LEFT_OUT('lstm')}, got "relu"`],
  [train('--cell', 'gru', '--activation', 'tanh'), `--activation must be ${LEFT_OUT('gru')}, got "tanh"`],
  [
    ['train', '--resume', '@lstm.model', '--text', '@verse.txt', '--activation', 'tanh'],
    `--activation must be ${LEFT_OUT('lstm')}, got "tanh"`,
  ],
  [
    fromTorch('--activation', 'relu'),
    `--activation must be ${LEFT_OUT('lstm')}, got "relu"`,
  ],
  [generate('--top-k', '3'), warm('--top-k', 'no temperature')],
  [generate('--top-k', '3', '--temperature', '0'), warm('--top-k', '0')],
  [generate('--top-k', '3', '--seed', '1'), warm('--top-k', 'no temperature')],
  [generate('--seed', '1'), warm('--seed', 'no temperature')],
  [generate('--seed', '0', '--temperature', '0.0'), warm('--seed', '0')],
  [train('--overwrite'), ALONE],
  [resume('--overwrite'), ALONE],
  [fromTorch('--limit', '60'), `--limit ${DESCRIBED} 10000, got 60`],
  [fromTorch('--limit', 'all'), `--limit ${DESCRIBED} 10000, got "all"`],
  [fromTorch('--keep-line-breaks'), `--keep-line-breaks ${DESCRIBED} false, got true`],
  [tanhFromTorch('--activation', 'relu'), `--activation ${DESCRIBED.replace('lstm', 'tanh')} "tanh", got "relu"`],
  [fromTorch('--text', '@other.txt'), `${OTHER_TEXT} "other.txt", which is another`],
  [fromTorch('--text', '@more.txt'), `${OTHER_TEXT} "more.txt", which is another`],
  [fromTorch('--text', '@empty.txt'), `${OTHER_TEXT} "empty.txt", which is another`],
  [fromTorch('--text', '@none.txt'), `${TEXT} "@none.txt", which does not exist`],
  [fromTorch('--text', '@verse.txt', '--limit', '60'), `--limit ${DESCRIBED} 10000, got 60`],
  ...[
    ['--limit', '60', '10000', '60'],
    ['--hidden', '9', '6', '9'],
    ['--layers', '2', '1', '2'],
    ['--cell', 'gru', '"rnn"', '"gru"'],
    ['--activation', 'relu', '"tanh"', '"relu"'],
    ['--steps', '5', '4', '5'],
    ['--batch', '3', '2', '3'],
    ['--sampling', 'consecutive', '"random"', '"consecutive"'],
    ['--rate', '2', '1', '2'],
    ['--clip', '2', '1', '2'],
    ['--seed', '1', '0', '1'],
    ['--conventions', 'torch', '"scratch"', '"torch"'],
  ].map(([flag, value, own, got]): Row => [
    resume(flag, value),
    `${flag} must be left out with --resume, or what the model was trained with, ${own}, got ${got}`,
  ]),
  [
    resume('--keep-line-breaks'),
    '--keep-line-breaks must be left out with --resume, or what the model was trained with, false, got true',
  ],
])

const least = (batch: string, steps: string, characters: number, got: number, sampling = 'random') =>
  `${sampling} sampling of ${batch} of ${steps} needs a text of at least ${String(characters)} characters, ` +
  `got ${String(got)}: give more text, or fewer rows or steps`
const sized = (...args: readonly string[]) => bare('--prefix', 't', ...args)
answers('A run that is too large', [
  [
    ['train', '--hidden', '4096', '--layers', '64', '--cell', 'lstm', '--engine', 'float32'],
    'the model must be of at most 67108864 parameters, got 8544150494 (lstm, 64 layers of 4096 hidden units and 990 ' +
      'characters): take fewer hidden units or layers',
  ],
  [
    ['train', '--hidden', '4096', '--layers', '3', '--conventions', 'torch'],
    'the model must be of at most 67108864 parameters, got 92021726 (rnn, 3 layers of 4096 hidden units and 990 ' +
      'characters): take fewer hidden units or layers',
  ],
  [
    sized('--hidden', '100000', '--steps', '4', '--batch', '2'),
    'the number of hidden units must be so small that no parameter has more than 16777216 entries, ' +
      'got 100000 with a vocabulary of 15',
  ],
  [
    sized('--hidden', '4294967295', '--steps', '4', '--batch', '2'),
    'the number of hidden units must be so small that no parameter has more than 16777216 entries, ' +
      'got 4294967295 with a vocabulary of 15',
  ],
  [
    ['train', '--text', '@many.txt', '--limit', 'all', '--engine', 'float32'],
    'the number of hidden units must be so small that no parameter has more than 16777216 entries, ' +
      'got 256 with a vocabulary of 70000',
  ],
  [
    ['train', '--text', '@many.txt', '--limit', 'all', '--hidden', '8', '--engine', 'float32'],
    'a minibatch must be of at most 67108864 units and scores, got 78408960 (32 rows of 35 steps, 1 layer of 8 ' +
      'hidden units and 70000 characters): take fewer rows, steps, hidden units or layers',
  ],
  [
    [
      'train',
      '--limit',
      'all',
      '--batch',
      '1',
      '--steps',
      '9000',
      '--hidden',
      '4000',
      '--layers',
      '2',
      '--engine',
      'float32',
    ],
    'a minibatch must be of at most 67108864 units and scores, got 82458000 (1 row of 9000 steps, 2 layers of 4000 ' +
      'hidden units and 1162 characters): take fewer rows, steps, hidden units or layers',
  ],
  [sized('--steps', '200', '--batch', '2'), least('2 rows', '200 steps', 401, 215)],
  [sized('--steps', '4294967295'), least('32 rows', '4294967295 steps', 137_438_953_441, 215)],
  [sized('--batch', '4294967295'), least('4294967295 rows', '35 steps', 150_323_855_326, 215)],
  [
    sized('--batch', '4294967295', '--sampling', 'consecutive'),
    least('4294967295 rows', '35 steps', 154_618_822_620, 215, 'consecutive'),
  ],
])

const unknown = (character: string, position: number, prefix?: string) =>
  `the character "${character}" at position ${String(position)} of ` +
  `${prefix === undefined ? 'the text' : `the prefix "${prefix}`} is not in the vocabulary: ` +
  'use only characters of the text the model was trained on'
const TWO_CHARACTERS = 'the text must be at least two characters long, because the first is read and not predicted,'
const TOO_LONG = 'which is longer than 33554432 bytes: take --limit 8388606 or less'
const ONE_CHARACTER = 'the text must hold at least one character, got none'
answers('A text that cannot be learnt', [
  [read('--text', '@none.txt'), `${TEXT} "@none.txt", which does not exist`],
  [read('--text', '@verse.txt/x'), `${TEXT} "@verse.txt/x", which does not exist`],
  [read('--text', ''), `${TEXT} "", which does not exist`],
  [read('--text', '@folder'), `${TEXT} "@folder", which is a directory`],
  [read('--text', '.'), `${TEXT} ".", which is a directory`],
  [read('--text', '@loop'), `${TEXT} "@loop", which is a link that leads back to itself`],
  [read('--text', '@dangling'), `${TEXT} "@dangling", which does not exist`],
  [read('--text', 'n'.repeat(300)), `${TEXT} "${'n'.repeat(59)}…, which is too long a name`],
  [read('--text', 'a\0b'), `${TEXT} "a\\u0000b", which cannot be the name of a file`],
  [read('--text', '@no\nsuch.txt'), `${TEXT} "@no\nsuch.txt", which does not exist`],
  [read('--text', 'no\u001b[2J.txt'), `${TEXT} "no\\u001b[2J.txt", which does not exist`],
  [read('--text', 'no\u202etxt.'), `${TEXT} "no\\u202etxt.", which does not exist`],
  [read('--text', '/dev/zero'), `${TEXT} "/dev/zero", which is not a file`],
  [read('--text', '/dev/full'), `${TEXT} "/dev/full", which is not a file`],
  [read('--text', '/dev/random'), `${TEXT} "/dev/random", which is not a file`],
  [read('--text', '/dev/null'), `${TEXT} "/dev/null", which is not a file`],
  [read('--text', '@pipe'), `${TEXT} "@pipe", which is not a file`],
  [read('--text', '/dev/fd/1000000'), `${TEXT} "/dev/fd/1000000", which does not exist`],
  [read('--text', '/proc/self/mem'), ONE_CHARACTER],
  [read('--text', '@huge.txt', '--limit', 'all'), `${TEXT} "huge.txt", ${TOO_LONG}`],
  [read('--text', '@huge.txt', '--limit', '8388607'), `${TEXT} "huge.txt", ${TOO_LONG}`],
  [read('--text', '@latin.txt'), `${TEXT} "latin.txt", which is not UTF-8`],
  [read('--text', '@cut.txt'), `${TEXT} "cut.txt", which is not UTF-8`],
  [read('--text', '@surrogate.txt'), `${TEXT} "surrogate.txt", which is not UTF-8`],
  [read('--text', '@given.model'), `${TEXT} "given.model", which is not UTF-8`],
  [read('--text', '@little.txt'), `${TEXT} "little.txt", which is UTF-16: save it as UTF-8`],
  [read('--text', '@big.txt'), `${TEXT} "big.txt", which is UTF-16: save it as UTF-8`],
  [read('--text', '@two\nlines.txt'), `${TEXT} "two\\nlines.txt", which is not UTF-8`],
  [read('--text', '@empty.txt'), ONE_CHARACTER],
  [read('--text', '@mark.txt'), ONE_CHARACTER],
  [read('--text', '@one.txt'), least('2 rows', '4 steps', 9, 1)],
  [read('--text', '@more.txt'), least('2 rows', '4 steps', 9, 3)],
  [train('--limit', '8'), least('2 rows', '4 steps', 9, 8)],
  [
    resume().with(4, '@other.txt'),
    'the text does not fit: expected the one that the model has learnt from, 215 characters with checksum 110a77a6, ' +
      'got 215 characters with checksum cf029dad: give that text',
  ],
  [resume().with(4, '@more.txt'), unknown('x', 0)],
  [evaluate('--limit', '1'), `${TWO_CHARACTERS} got 1`],
  [evaluate().with(4, '@one.txt'), `${TWO_CHARACTERS} got 1`],
  [evaluate().with(4, '@empty.txt'), `${TWO_CHARACTERS} got 0`],
  [evaluate().with(4, '@none.txt'), `${TEXT} "@none.txt", which does not exist`],
  [evaluate().with(4, '@pipe'), `${TEXT} "@pipe", which is not a file`],
  [evaluate().with(4, '@latin.txt'), `${TEXT} "latin.txt", which is not UTF-8`],
  [evaluate().with(4, '@more.txt'), unknown('x', 0)],
])

const PREFIX = '--prefix must be a text of one character or more, got ""'
answers('A prefix that the model cannot read', [
  [bare('--prefix', ''), PREFIX],
  [bare('--prefix='), PREFIX],
  [bare('--prefix', 'the', '--prefix', ''), PREFIX],
  [generate('--prefix', ''), PREFIX],
  [generate('--prefix', 'the', '--prefix='), PREFIX],
  [train('--prefix', 'ex'), unknown('x', 1, 'ex"')],
  [train('--prefix=--json'), unknown('-', 0, '--json"')],
  [train('--prefix', 'the', '--prefix', '人'), unknown('人', 0, '人"')],
  [resume('--prefix', 'ex'), unknown('x', 1, 'ex"')],
  [generate('--prefix', '人'), unknown('人', 0, '人"')],
  [generate('--prefix', 'the😀'), unknown('😀', 3, 'the😀"')],
  [generate('--prefix', 'the\u001b'), unknown('\\u001b', 3, 'the\\u001b"')],
  [generate('--prefix', 'a\u202e'), unknown('\\u202e', 1, 'a\\u202e"')],
  [generate('--prefix', 'x'.repeat(100_000)), unknown('x', 0, `${'x'.repeat(59)}…`)],
])

const HEADER = 'cannot be read: expected a safetensors file, whose header has at most 100000000 bytes, got'
const JUNK = `@junk.model ${HEADER} 8007528197911749000`
const VERSES = `@verse.txt ${HEADER} 2338601184885303300`
const bytes = (name: string) =>
  `${name} cannot be read: expected a safetensors file, which has at least 8 bytes, got 0`
const CUT = '@cut.model cannot be read: expected a header of 1072 bytes, got no more than 492'
const SHORT = '@short.model cannot be read: expected 996 bytes of data, got 992'
const DICT = '@lstm.safetensors does not fit: expected a model that pure-rnn has saved, got the format "pt"'
const NO_DICT =
  '@given.model does not fit: expected tensors named as rnn.weight_ih_l0, rnn.weight_hh_l0 and on, ' +
  'got "W_hh", "W_hq", "W_xh", ...'
const MODEL = '--model must be a model file, got'
answers('A model that cannot be read', [
  [['generate', '--model', '@none'], `${MODEL} "@none", which does not exist`],
  [['generate', '--model', '@verse.txt/x'], `${MODEL} "@verse.txt/x", which does not exist`],
  [['generate', '--model', ''], `${MODEL} "", which does not exist`],
  [['generate', '--model', '-'], `${MODEL} "-", which does not exist`],
  [['generate', '--model', '@folder'], `${MODEL} "@folder", which is a directory`],
  [['generate', '--model', '..'], `${MODEL} "..", which is a directory`],
  [['generate', '--model', '@loop'], `${MODEL} "@loop", which is a link that leads back to itself`],
  [['generate', '--model', '@dangling'], `${MODEL} "@dangling", which does not exist`],
  [['generate', '--model', 'n'.repeat(300)], `${MODEL} "${'n'.repeat(59)}…, which is too long a name`],
  [['generate', '--model', 'a\0b'], `${MODEL} "a\\u0000b", which cannot be the name of a file`],
  [['generate', '--model', 'a\u001b[2J'], `${MODEL} "a\\u001b[2J", which does not exist`],
  [['generate', '--model', '/dev/zero'], `${MODEL} "/dev/zero", which is not a file`],
  [['generate', '--model', '/dev/random'], `${MODEL} "/dev/random", which is not a file`],
  [['generate', '--model', '/dev/full'], `${MODEL} "/dev/full", which is not a file`],
  [['generate', '--model', '@pipe'], `${MODEL} "@pipe", which is not a file`],
  [['generate', '--model', '@huge.txt'], `${MODEL} "@huge.txt", which is larger than 1073741824 bytes`],
  [['generate', '--model', '@junk.model'], JUNK],
  [['generate', '--model', '@empty.model'], bytes('@empty.model')],
  [['generate', '--model', '@cut.model'], CUT],
  [['generate', '--model', '@short.model'], SHORT],
  [['generate', '--model', '@lstm.safetensors'], DICT],
  [['generate', '--model', '/proc/self/mem'], bytes('/proc/self/mem')],
  [['evaluate', '--model', '@none'], `${MODEL} "@none", which does not exist`],
  [['evaluate', '--model', '@junk.model'], JUNK],
  [['evaluate', '--model', '@pipe'], `${MODEL} "@pipe", which is not a file`],
  [['export', '--format', 'torch', '--out', '@x', '--model', '@none'], `${MODEL} "@none", which does not exist`],
  [['export', '--format', 'onnx', '--out', '@x', '--model', '@cut.model'], CUT],
  [['train', '--resume', '@none'], '--resume must be a model file, got "@none", which does not exist'],
  [['train', '--resume', '@folder'], '--resume must be a model file, got "@folder", which is a directory'],
  [['train', '--resume', '@pipe'], '--resume must be a model file, got "@pipe", which is not a file'],
  [['train', '--resume', '@short.model'], SHORT],
  [['train', '--resume', '@verse.txt'], VERSES],
  [
    ['import', '--out', '@x', '--state-dict', '@none'],
    '--state-dict must be a model file, got "@none", which does not exist',
  ],
  [
    ['import', '--out', '@x', '--state-dict', '/dev/zero'],
    '--state-dict must be a model file, got "/dev/zero", which is not a file',
  ],
  [['import', '--out', '@x', '--state-dict', '@verse.txt'], VERSES],
  [['import', '--out', '@x', '--state-dict', '@given.model'], NO_DICT],
])
const FILE = '--out must be a file that can be written, new or with a model in it, got'
answers(
  'A place where nothing can be saved',
  [
    (out: string) => train('--epochs', '0', '--out', out),
    (out: string) => toTorch('--out', out),
    (out: string) => ['import', '--state-dict', '@lstm.safetensors', '--out', out],
  ].flatMap((to): readonly Row[] => [
    [to(''), `${FILE} "", which is not a name`],
    [to('.'), `${FILE} ".", which is a directory`],
    [to('..'), `${FILE} "..", which is a directory`],
    [to('/'), `${FILE} "/", which is a directory`],
    [to('@folder'), `${FILE} "@folder", which is a directory`],
    [to('@folder/'), `${FILE} "@folder/", which is a directory`],
    [to('@new/'), `${FILE} "@new/", which is a directory`],
    [to('@none/x'), `${FILE} "@none/x", a file whose folder does not exist`],
    [to('@verse.txt/x'), `${FILE} "@verse.txt/x", a file whose folder is a file`],
    [to('@other.txt'), `${FILE} "@other.txt", which holds something else`],
    [to('@other.json'), `${FILE} "@other.json", which holds something else`],
    [to('@pipe'), `${FILE} "@pipe", which is not a file`],
    [to('/dev/null'), `${FILE} "/dev/null", which is not a file`],
    [to('/dev/full'), `${FILE} "/dev/full", which is not a file`],
    [to('@loop'), `${FILE} "@loop", which is a link that leads back to itself`],
    [to(`@${'n'.repeat(256)}`), `${FILE} "@${'n'.repeat(256)}", which is too long a name`],
    [to('a\0b'), `${FILE} "a\\u0000b", which cannot be the name of a file`],
    [to('/proc/x'), `${FILE} "/proc/x", a file whose folder may not be written to`],
    [to('/sys/x'), `${FILE} "/sys/x", a file whose folder may not be written to`],
    [to('no\nsuch\u001b[2J/x'), `${FILE} "no\\nsuch\\u001b[2J/x", a file whose folder does not exist`],
  ]),
)

const FOLDER = '--out must be a folder, or a name for one, got'
answers('A folder that graphs cannot be saved in', [
  [toOnnx('--out', ''), `${FOLDER} "", which is not a name`],
  [toOnnx('--out', '@verse.txt'), `${FOLDER} "@verse.txt", which is a file`],
  [toOnnx('--out', '@verse.txt/x'), `${FOLDER} "@verse.txt/x", which is inside a file`],
  [toOnnx('--out', '/dev/full'), `${FOLDER} "/dev/full", which is a file`],
  [toOnnx('--out', '@pipe'), `${FOLDER} "@pipe", which is a file`],
  [toOnnx('--out', '/proc/x'), `${FOLDER} "/proc/x", which may not be made`],
  [toOnnx('--out', '/sys/x'), `${FOLDER} "/sys/x", which may not be made`],
  [toOnnx('--out', `@${'n'.repeat(256)}`), `${FOLDER} "@${'n'.repeat(256)}", which is too long a name`],
  [toOnnx('--out', 'a\0b'), `${FOLDER} "a\\u0000b", which cannot be the name of a folder`],
  [toOnnx('--out', '@loop'), `${FOLDER} "@loop", which is a file`],
  [toOnnx('--out', '@graphs'), `${FILE} "@graphs/forward.onnx", which is a directory`],
])

describe('What looks wrong and is not', () => {
  const succeeds = async (...args: readonly string[]) => {
    const said = await command(...args.map(placed))
    expect(said.code).toBe(0)
    return said
  }

  test.each([
    [bare('--hidden', '6', '--steps', '4', '--batch', '2', '--rate', '5.0', '--clip', '.5', '--epochs', '0')],
    [bare('--hidden', '06', '--steps', '4', '--batch', '2', '--rate', '1e-3', '--clip', '1.', '--epochs', '0')],
    [train('--prefix', 'the', '--prefix', 'cat', '--epochs', '0')],
    [train('--epochs', '0', '--limit', '0')],
    [generate('--temperature', '1e-300', '--seed', '4294967295')],
    [generate('--temperature', '1', '--top-k', '4294967295')],
    [evaluate('--limit=2')],
    [evaluate('--limit', '4294967295')],
  ])('%j', async (args) => {
    await succeeds(...args)
  })

  test('a value that begins with two dashes, after =', async () => {
    writeFileSync(join(folder, 'dashes.txt'), 'a --json b --text c '.repeat(9))
    const { out } = await succeeds(...read('--text', '@dashes.txt', '--epochs', '0', '--prefix=--json', '--json'))
    expect(JSON.parse(out[0])).toMatchObject({ predictions: [{ prefix: '--json' }] })
  })

  test('a text with NUL, and one with nothing but carriage returns at the ends of its lines', async () => {
    writeFileSync(join(folder, 'nul.txt'), 'the\0cat '.repeat(9))
    const { out } = await succeeds(...read('--text', '@nul.txt', '--epochs', '0', '--prefix', 'the\0'))
    expect(out[0]).toMatch(/\n {2}the␀/)
    writeFileSync(join(folder, 'cr.txt'), 'the\rcat\r'.repeat(9))
    await succeeds(...read('--text', '@cr.txt', '--epochs', '0', '--prefix', 'the c'))
  })

  test('a name with line breaks and escapes is told on one line, in notes and in results', async () => {
    const name = 'a\n\u001b[2J\u202e.txt'
    writeFileSync(join(folder, name), VERSE)
    const out = `@b\r\u0085.model`
    const trained = await succeeds(...read('--text', `@${name}`, '--epochs', '0', '--out', out))
    expect(trained.err[0]).toContain('215 characters of a\\u000a\\u001b[2J\\u202e.txt, ')
    expect(trained.err[0]).toContain('/b\\u000d\\u0085.model, at each report')
    const exported = await succeeds('export', '--model', out, '--format', 'torch', '--out', '@c\n.st')
    expect(exported.out).toEqual([`${folder}/c\\u000a.st`])
  })

  test('a text is read as far as its limit needs, whatever follows', async () => {
    const { err } = await succeeds(
      ...read('--text', '@huge.txt', '--limit', '100', '--epochs', '0', '--prefix', '\0'),
    )
    expect(err[0]).toContain('text: 100 characters of huge.txt, 1 distinct')
    expect(enoughBytes({ limit: 8_388_606, keepLineBreaks: true })).toBe(2 ** 25)
  })
})

/** Compiling and starting processes takes seconds on a busy machine. */
const PATIENCE_IN_MILLISECONDS = 60_000
const isRoot = process.getuid?.() === 0
/** Somebody who may do nothing in particular; root may write everywhere. */
const somebody = isRoot ? { uid: 65_534, gid: 65_534 } : {}
const hasEngine = existsSync(join(root, 'node_modules', 'onnxruntime-node'))

describe('As a process', () => {
  let installed: Installed
  beforeAll(() => {
    installed = install()
    ;[installed.folder, folder].forEach((path) => {
      chmodSync(path, 0o755)
    })
    writeFileSync(join(folder, 'secret.txt'), VERSE, { mode: 0o000 })
    mkdirSync(join(folder, 'sealed'))
    chmodSync(join(folder, 'sealed'), 0o555)
  }, PATIENCE_IN_MILLISECONDS)
  afterAll(() => {
    installed.remove()
  })

  const start = (args: readonly string[], options: SpawnOptions = {}) =>
    spawn(process.execPath, [join(installed.folder, 'dist', 'cli', 'main.js'), ...args.map(placed)], {
      cwd: installed.folder,
      ...options,
    })
  const isRefused = async (line: string, run: () => Promise<Ended>) => {
    const before = listing()
    expect(await run()).toEqual({ code: 2, signal: null, out: '', err: `pure-rnn: ${told(line)}\n` })
    expect(listing()).toEqual(before)
  }

  test.each<Row>([
    [['train', '--a\u001b[2J\r\n\u202e'], `unknown option "--a\\u001b[2J\\r\\n\\u202e"${HELP}`],
    [read('--text', '@pipe'), `${TEXT} "@pipe", which is not a file`],
  ])('%j is refused', async (args, line) => {
    await isRefused(line, () => ended(start(args)))
  })

  test.each([
    ['/dev/zero', `${TEXT} "standard input", ${TOO_LONG}`],
    ['/tmp', ONE_CHARACTER],
  ])('standard input that is %s is refused', async (path, line) => {
    const input = openSync(path, 'r')
    await isRefused(line, () =>
      ended(start(read('--text', '-', '--limit', 'all'), { stdio: [input, 'pipe', 'pipe'] })),
    )
    closeSync(input)
  })

  test.each<Row>([
    [read('--text', '@secret.txt'), `${TEXT} "@secret.txt", which may not be read`],
    [train('--out', '@sealed/x'), `${FILE} "@sealed/x", a file whose folder may not be written to`],
    [toOnnx('--out', '@sealed'), `${FILE} "@sealed/training.onnx", a file whose folder may not be written to`],
  ])('%j is refused to somebody without the right to it', async (args, line) => {
    await isRefused(line, () => ended(start(args, somebody)))
  })

  test.runIf(existsSync('/bin/bash'))('a text may come from the output of another command', async () => {
    const script = '"$0" "$1" train --text <(cat "$2") "${@:3}"'
    const args = [process.execPath, join(installed.folder, 'dist', 'cli', 'main.js'), placed('@verse.txt'), ...SMALL]
    const said = await ended(spawn('/bin/bash', ['-c', script, ...args, '--epochs', '0']))
    expect(said).toMatchObject({ code: 0, out: expect.stringMatching(/^epoch 0/) as string })
  })

  test.runIf(hasEngine)('a prefix of 120 kB does not end the engine, which leaves no traces', async () => {
    const home = mkdtempSync(join(tmpdir(), 'pure-rnn-home-'))
    const args = train('--prefix', 'the cat '.repeat(15_000)).map((arg) => (arg === 'float32' ? 'onnx' : arg))
    const child = start(args, { env: { ...process.env, HOME: home, XDG_CACHE_HOME: home } })
    const end = ended(child)
    child.stderr?.once('data', () => child.kill('SIGKILL'))
    expect(await end).toMatchObject({ signal: 'SIGKILL', err: expect.stringContaining('engine onnx on ') as string })
    expect(readdirSync(home)).toEqual([])
    rmSync(home, { recursive: true })
  })
})
