/**
 * The command line: which subcommand, with which options.
 */
import { readFileSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { Command, CommanderError, Option as CommanderOption } from 'commander'
import { quoted } from '../failure.js'
import { checkOptions, evaluateOptions, exportOptions, flagOf, generateOptions } from './options.js'
import { importOptions, takesValue, trainOptions } from './options.js'
import type { Typed } from './parsed.js'
import type { Option } from './options.js'
import { badSetting, problemOf } from './problem.js'
import type { Problem } from './problem.js'

/** What a subcommand is for, and what is told of it. */
interface Told {
  readonly says: string
  readonly options: readonly Option[]
  readonly required: readonly string[]
  /** What follows its name, where that is not options alone. */
  readonly usage?: string
  readonly example?: string
}

const PROGRAM = 'pure-rnn check -- python3 my_rnn.py'

const subcommands = {
  train: {
    says: 'train a model on a text and report its progress; without options, the standard run',
    options: trainOptions,
    required: [],
  },
  generate: { says: 'generate text with a model', options: generateOptions, required: ['--model'] },
  evaluate: {
    says: 'measure how well a model predicts a text: perplexity, nats and bits per character',
    options: evaluateOptions,
    required: ['--model'],
  },
  export: {
    says: 'write a model for other programs: ONNX Runtime, PyTorch',
    options: exportOptions,
    required: ['--model', '--format', '--out'],
  },
  import: {
    says: 'convert a model that PyTorch trained',
    options: importOptions,
    required: ['--state-dict', '--out'],
  },
  check: {
    says: 'run the laws on an implementation of your own: a program that answers in lines of JSON',
    options: checkOptions,
    required: [],
    usage: '[options] -- <program> [arguments...]',
    example: `
Example: ${PROGRAM}
None yet? pure-rnn check --starter python --out my_rnn.py
docs/check/protocol.md in the package says what a program is asked and how it answers.
Exit codes: 0 every law holds; 1 one fails; 2 bad input, or the program cannot be spoken to.`,
  },
} satisfies Readonly<Record<string, Told>>

export type Subcommand = keyof typeof subcommands

export interface Invocation {
  readonly subcommand: Subcommand
  readonly typed: Typed
}

const EXIT_CODES = `
Exit codes: 0 done; 1 the run failed, or a law that is checked; 2 bad input or usage; 130 interrupted (Ctrl-C),
143 terminated, 129 hung up. After these three the model is saved, if --out is given.`

const version = (): string =>
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string })
    .version

/** The subcommand with its options; the text of the help or the version that is asked for; or what is wrong. */
export const parseArguments = (argv: readonly string[]): Either<Problem, Invocation | string> => {
  const { own, program } = apart(argv)
  const given = helpAsOption(own.map(renamed))
  const words = unknownIn(given) ?? given
  return pipe(
    parsedBy(words, 'answers'),
    E.chain((parsed) => (typeof parsed === 'string' ? unlessWrong(words, parsed) : E.right(parsed))),
    E.map((parsed) =>
      typeof parsed === 'string' || program === undefined ? parsed : { ...parsed, typed: { ...parsed.typed, program } },
    ),
  )
}

/** The arguments of `check` up to `--`, and the program after it, whose arguments are its own. */
const apart = (argv: readonly string[]): { readonly own: readonly string[]; readonly program?: readonly string[] } => {
  const at = argv.indexOf('--')
  return at >= 0 && argv.slice(0, at).find((argument) => !isOption(argument)) === 'check'
    ? { own: argv.slice(0, at), program: argv.slice(at + 1) }
    : { own: argv }
}

/** What is wrong, with commander's code for it, if it was commander that found it. */
interface Complaint extends Problem {
  readonly code?: string
}

/** How help and the version are treated: they answer at once; or they are options, and none beside them is needed. */
type Asking = 'answers' | 'options'

const parsedBy = (words: readonly string[], asking: Asking): Either<Complaint, Invocation | string> => {
  let parsed: Either<Complaint, Invocation | string> = E.right('')
  let said = ''
  const program = programFor(asking, {
    asked: (invocation, rest) => {
      parsed = misread(invocation, words.slice(words.indexOf(invocation.subcommand) + 1), rest) ?? E.right(invocation)
    },
    printed: (text) => {
      said += text
    },
  })
  try {
    program.parse(words, { from: 'user' })
    return parsed
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0
      ? E.right(said.trimEnd())
      : E.left({ message: complaint(error), exitCode: 2, code: error.code })
  }
}

/** Commander's complaint where there is no subcommand. */
const NO_SUBCOMMAND = 'commander.help'

/** An answer, unless something is wrong beside the question: commander answers without a look at the rest. */
const unlessWrong = (words: readonly string[], answer: string): Either<Problem, Invocation | string> =>
  pipe(
    parsedBy(words, 'options'),
    E.match(
      (wrong) => (wrong.code === NO_SUBCOMMAND ? E.right(answer) : E.left(wrong)),
      () => E.right(answer),
    ),
  )

/** An argument under its present name: `--conventions` was `--dialect`. */
const renamed = (argument: string): string => argument.replace(/^--dialect(?==|$)/, '--conventions')

const isOption = (argument: string): boolean => argument.startsWith('-')

/** `train --help` for `help train`. */
const helpAsOption = (argv: readonly string[]): readonly string[] => {
  const at = argv.findIndex((argument) => !isOption(argument))
  return argv[at] === 'help' ? [...argv.slice(0, at), ...argv.slice(at + 1).toSpliced(1, 0, '--help')] : argv
}

/** The subcommand alone where there is none of that name: commander would speak of the options before it. */
const unknownIn = (argv: readonly string[]): readonly string[] | undefined => {
  const wanted = argv.find((argument) => !isOption(argument))
  return wanted === undefined || Object.hasOwn(subcommands, wanted) ? undefined : [wanted]
}

/** An option as it was given: its value is what stands after `=`, or else the next argument. */
interface Occurrence {
  readonly option: Option
  readonly value: string | undefined
  readonly isNext: boolean
}

/** The options among these arguments, up to `--`. */
const occurrences = (options: readonly Option[], args: readonly string[]): readonly Occurrence[] => {
  const found: Occurrence[] = []
  const rest = args.values()
  for (const argument of rest) {
    if (argument === '--') break
    const [, flag, value] = /^(--[^=]+)(?:=([^]*))?$/.exec(argument) ?? []
    const option = options.find((one) => flagOf(one) === flag)
    if (option === undefined) continue
    const isNext = takesValue(option) && value === undefined
    found.push({ option, value: isNext ? rest.next().value : value, isNext })
  }
  return found
}

/**
 * What commander lets pass: an option that was taken for the value of another, one that is given twice, and arguments
 * that are no options.
 */
const misread = (
  { subcommand }: Invocation,
  args: readonly string[],
  rest: readonly string[],
): Either<Problem, never> | undefined => {
  const given = occurrences(subcommands[subcommand].options, args)
  const hungry = given.find(({ value, isNext }) => isNext && value?.startsWith('--') === true)
  const again = given.find(({ option }, i) => option.repeats !== true && given.findLastIndex(same(option)) > i)
  return hungry !== undefined
    ? E.left(noValue(hungry))
    : again !== undefined
      ? E.left(badSetting(flagOf(again.option), 'given once', valuesIn(given.filter(same(again.option)))))
      : rest.length > 0
        ? E.left(badSetting(`what comes after ${subcommand}`, mayFollow(subcommand), quoted(rest[0])))
        : undefined
}

const mayFollow = (subcommand: Subcommand): string =>
  subcommand === 'check' ? `options, and after -- the program, as in ${PROGRAM}` : 'options, as --help lists them'

const same =
  (option: Option) =>
  (other: Occurrence): boolean =>
    other.option === option

const noValue = ({ option, value }: Occurrence): Problem =>
  problemOf({
    _tag: 'InvalidSetting',
    setting: flagOf(option),
    expected: 'followed by a value',
    got: quoted(value),
    advice: `a value that begins with two dashes is written ${flagOf(option)}=--...`,
  })

const valuesIn = (given: readonly Occurrence[]): string =>
  given.every(({ value }) => value === undefined)
    ? `${String(given.length)} times`
    : given.map(({ value }) => quoted(value)).join(' and ')

/** Commander's error on one line. */
const complaint = ({ code, message }: CommanderError): string =>
  code === NO_SUBCOMMAND
    ? `expected one of ${Object.keys(subcommands).join(', ')}, got no subcommand: see pure-rnn --help`
    : `${message
        .replace(/^error: /, '')
        .replace(/'([^]*)'/, (_, name: string) => quoted(name))
        .replace(/\s+/g, ' ')
        .trim()}: see pure-rnn --help`

/** What a program does with what it reads. */
interface Uses {
  readonly asked: (invocation: Invocation, rest: readonly string[]) => void
  readonly printed: (text: string) => void
}

const programFor = (asking: Asking, { asked, printed }: Uses): Command => {
  const program = new Command('pure-rnn')
    .description('A character-level recurrent neural network language model.')
    .configureOutput({ writeErr: () => undefined, writeOut: printed })
    .exitOverride()
    .addHelpText('after', EXIT_CODES)
  const withQuestions = (command: Command): Command =>
    asking === 'options' ? command.helpOption(false).option('-h, --help').option('-V, --version') : command
  withQuestions(asking === 'answers' ? program.version(version()) : program.enablePositionalOptions())
  Object.entries<Told>(subcommands).forEach(([name, { says, options, required, usage, example }]) => {
    const subcommand = withQuestions(program.command(name).description(says).allowExcessArguments(true))
    if (usage !== undefined) subcommand.usage(usage)
    if (example !== undefined) subcommand.addHelpText('after', example)
    const isNeeded = (option: Option) => asking === 'answers' && required.includes(flagOf(option))
    options.forEach((option) => subcommand.addOption(commanderOption(option, isNeeded(option))))
    subcommand.action((typed: Typed, { args }: Command) => {
      asked({ subcommand: name as Subcommand, typed }, args)
    })
  })
  return program
}

const commanderOption = ({ flags, says, repeats }: Option, required: boolean): CommanderOption => {
  const option = new CommanderOption(flags, says).makeOptionMandatory(required)
  return repeats === true
    ? option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value])
    : option
}
