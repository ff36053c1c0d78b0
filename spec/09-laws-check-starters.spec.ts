/**
 * Programs to begin with: each language has a complete one, which is held to every law, and one in which the reader's
 * parts are left out, which is made of it. Where a language is not installed its programs are skipped, and the name of
 * the test says so.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { starterNames } from '../src/cli/options.js'
import { checkSubject } from '../src/laws/check/check.js'
import { abilities } from '../src/laws/check/subject.js'
import type { Ability, Description } from '../src/laws/check/subject.js'
import { root } from './house/parts.js'
import { command as pureRnn } from './runner/command.js'
import { pythonWith, withProgram } from './runner/line-program.js'

const place = mkdtempSync(join(tmpdir(), 'pure-rnn-starters-'))
afterAll(() => {
  rmSync(place, { recursive: true })
})

interface Language {
  readonly name: string
  readonly file: string
  /** How a program is run, where the language is installed. */
  readonly command: ((path: string) => readonly string[]) | undefined
  /** What stands in place of a part that is left out. */
  readonly unwritten: string
  /** What the complete program can be asked. */
  readonly can: readonly Ability[]
  /** A mistake that is planted: how the diagnosis calls it, the text that is replaced and by what, and what fails. */
  readonly mistake: {
    readonly says: string
    readonly right: string
    readonly wrong: string
    readonly ability: Ability
    readonly tensor: string
    readonly law: string
  }
}

const runs = (...[file, ...args]: readonly string[]): boolean => spawnSync(file, args, { stdio: 'ignore' }).status === 0

const compiled = (path: string): readonly string[] => {
  const program = `${path}.out`
  const { status, stderr } = spawnSync('cc', ['-O2', '-Wall', '-Werror', '-Wno-unused', path, '-o', program, '-lm'])
  if (status !== 0) throw new Error(String(stderr))
  return [program]
}

const beginner: readonly Ability[] = ['forward', 'loss', 'backpropagate']
const asForTheGradients =
  'every gradient is as far from that of double precision as its roundings allow, and no further'

const languages: readonly Language[] = [
  {
    name: 'python',
    file: 'complete.py',
    command: pythonWith('numpy'),
    unwritten: 'raise NotImplementedError',
    can: abilities,
    mistake: {
      says: 'W_hh is not transposed in the carry',
      right: 'dZ @ p["W_hh"].T',
      wrong: 'dZ @ p["W_hh"]',
      ...{ ability: 'backpropagate', tensor: 'dH_0', law: asForTheGradients },
    },
  },
  {
    name: 'pytorch',
    file: 'complete.py',
    command: pythonWith('torch'),
    unwritten: 'raise NotImplementedError',
    can: abilities.filter((ability) => ability !== 'sample'),
    mistake: {
      says: 'the losses are summed, not averaged',
      right: 'cross_entropy(O.flatten(0, 1), Y.flatten())',
      wrong: 'cross_entropy(O.flatten(0, 1), Y.flatten(), reduction="sum")',
      ...{ ability: 'loss', tensor: 'loss', law: 'with an output layer of zeros the loss is log V' },
    },
  },
  {
    name: 'octave',
    file: 'complete.m',
    command: runs('octave', '--version') ? (path) => ['octave', '-q', path] : undefined,
    unwritten: 'error("not written yet");',
    can: beginner,
    mistake: {
      says: "phi' is taken at Z as if Z were the output: 1 - Z^2",
      right: 'dH .* (1 - H_t .^ 2)',
      wrong: 'dH .* (1 - atanh(H_t) .^ 2)',
      ...{ ability: 'backpropagate', tensor: 'W_xh', law: asForTheGradients },
    },
  },
  {
    name: 'c',
    file: 'complete.c',
    command: runs('cc', '--version') ? compiled : undefined,
    unwritten: 'not_written_yet();',
    can: beginner,
    mistake: {
      says: 'dW_hh is made of H_t instead of H_(t-1)',
      right: '+= h_prev[i] * dz[j]',
      wrong: '+= h_t[i] * dz[j]',
      ...{ ability: 'backpropagate', tensor: 'W_hh', law: asForTheGradients },
    },
  },
  {
    name: 'javascript',
    file: 'complete.mjs',
    command: (path) => ['node', path],
    unwritten: "throw new Error('not written yet')",
    can: abilities,
    mistake: {
      says: 'dO = softmax(O), without the one-hot labels',
      right: '(v === Y[t][n] ? 1 : 0)',
      wrong: '0',
      ...{ ability: 'backpropagate', tensor: 'b_q', law: asForTheGradients },
    },
  },
]

/** The program with each part that is the reader's left out. In a function, after a colon, a statement says so. */
const starterOf = (complete: string, unwritten: string): string => {
  const part = /^( *)(\S+ Your part([:,]).*\n)[^]*?^ *\S+ End of your part\..*\n/gm
  return complete.replace(part, (_, indent: string, marker: string, kind: string) =>
    indent + marker + (kind === ':' ? `${indent}${unwritten}\n` : ''),
  )
}

const folderOf = ({ name }: Language): string => join(root, 'docs/check', name)
const completeOf = (language: Language): string => readFileSync(join(folderOf(language), language.file), 'utf8')
const starterFile = (language: Language): string => join(folderOf(language), `starter${extname(language.file)}`)

/** The command that runs this text of a program. */
const laid = ({ name, file, command }: Language, text: string, kind: string): readonly string[] => {
  const path = join(place, `${name}_${kind}${extname(file)}`)
  writeFileSync(path, text)
  return command?.(path) ?? []
}

/** Few, since programs in five languages are tried. */
const SAMPLES = 3

const checked = (language: Language, text: string, kind: string, only = '') =>
  withProgram(laid(language, text, kind), (subject) => {
    const { verdicts, diagnoses } = checkSubject(subject, { samples: SAMPLES, only })
    const failing = verdicts.flatMap(({ ability, law, outcome }) =>
      outcome._tag === 'Fails' ? [{ ability, law, tensor: outcome.evidence?.difference?.tensor }] : [],
    )
    return { can: subject.description.can, failing, diagnoses }
  })

/** What is asked to hear whether anything is written: one character, one unit. */
const passageFor = ({ biases = 'one' }: Partial<Description>) => ({
  parameters: {
    ...{ W_xh: [[1]], W_hh: [[1]], W_hq: [[1]], b_q: [0] },
    ...(biases === 'one' ? { b_h: [0] } : { b_ih: [0], b_hh: [0] }),
  },
  state: { H_0: [[0]] },
  X: [[0]],
})

test('there is one for each language that the command knows', () => {
  expect(languages.map(({ name }) => name)).toEqual(starterNames)
})

describe.each(languages)('$name', (language) => {
  const { name, command, unwritten, can, mistake } = language
  const installed = command !== undefined
  const orSkipped = installed ? '' : ` (skipped: ${name} is not installed here)`
  const complete = completeOf(language)

  test("the starter is the complete program without the reader's parts", async () => {
    await expect(starterOf(complete, unwritten)).toMatchFileSnapshot(starterFile(language))
    expect(complete.match(/Your part[:,]/g)).toHaveLength(complete.match(/End of your part\./g)?.length ?? 0)
  })

  test('the command prints the starter, or saves it where nothing is yet', async () => {
    const starter = readFileSync(starterFile(language), 'utf8')
    expect(await pureRnn('check', '--starter', name)).toEqual({ code: 0, out: [starter.trimEnd()], err: [] })
    const path = join(place, `saved${name}${extname(language.file)}`)
    expect(await pureRnn('check', '--starter', name, '--out', path)).toMatchObject({ code: 0, out: [`saved: ${path}`] })
    expect(readFileSync(path, 'utf8')).toBe(starter)
    expect(await pureRnn('check', '--starter', name, '--out', path)).toMatchObject({ code: 2 })
  })

  test.skipIf(!installed)(`the starter says that nothing is written yet${orSkipped}`, () => {
    withProgram(laid(language, readFileSync(starterFile(language), 'utf8'), 'starter'), ({ description, answer }) => {
      expect(description.can).toEqual(['forward'])
      expect(() => answer('forward', passageFor(description))).toThrow('cannot answer: "not written yet"')
    })
  })

  test.skipIf(!installed)(`every law holds for the complete program${orSkipped}`, () => {
    expect(checked(language, complete, 'complete')).toEqual({ can, failing: [], diagnoses: {} })
  })

  test.skipIf(!installed)(`a mistake is named: ${mistake.says}${orSkipped}`, () => {
    expect(complete.split(mistake.right)).toHaveLength(2)
    const wrong = complete.replace(mistake.right, mistake.wrong)
    const { failing, diagnoses } = checked(language, wrong, 'wrong', mistake.law)
    const { ability, tensor, law, says } = mistake
    expect(failing).toEqual([{ ability, tensor, law }])
    expect(diagnoses[ability]?.map(({ mistakes }) => mistakes.map((each) => each.mistake))).toEqual([[says]])
  })
})
