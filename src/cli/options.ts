/**
 * The options of each subcommand.
 */
import { conventionsNames } from '../train/conventions.js'
import { activationNames } from '../model/activation.js'
import { cellNames } from '../model/cells.js'
import { standard, standardIn } from '../files/settings.js'
import type { Settings } from '../files/settings.js'
import { nonlinearities } from '../files/torch.js'
import { samplings } from '../data/samplers.js'

/** An option: `--hidden <count>`, and its line in --help. One for a setting shows that setting's default. */
export interface Option {
  readonly flags: string
  readonly says: string
  readonly setting?: keyof Settings
  /** Given several times, it is a list. */
  readonly repeats?: true
}

const setting = (name: keyof Settings, flags: string, says: string): Option => ({
  flags,
  says: `${says} (default: ${defaultOf(name)})`,
  setting: name,
})

/** A setting's default, and that of conventions where that differs. */
const defaultOf = (name: keyof Settings): string => {
  const others = conventionsNames
    .filter((convention) => name !== 'dialect' && standardIn(convention)[name] !== standard[name])
    .map((convention) => `; ${shown(standardIn(convention)[name])} in ${convention}`)
  return [shown(standard[name]), ...others].join('')
}

const shown = (value: Settings[keyof Settings]): string =>
  typeof value === 'object' ? value.join(', ') : typeof value === 'boolean' ? 'no' : String(value)

const text: Option = {
  flags: '--text <file>',
  says: 'the text, in UTF-8; - for standard input (default: the songs that come with the package)',
}
const json: Option = { flags: '--json', says: 'print one JSON object per line' }
const model: Option = { flags: '--model <file>', says: 'the model, as train saved it' }

const overwrite: Option = { flags: '--overwrite', says: 'replace what --out names, if it exists' }

export const trainOptions: readonly Option[] = [
  text,
  setting('limit', '--limit <count>', 'how many of its characters to read; all, or 0, reads all of them'),
  setting('keepLineBreaks', '--keep-line-breaks', 'learn line breaks; otherwise each becomes a space'),
  setting(
    'dialect',
    '--conventions <name>',
    'scratch, a model written from scratch with SGD; or torch, the model of torch.nn with Adam',
  ),
  setting('cell', '--cell <name>', `recurrent cell: ${cellNames.join(', ')}`),
  setting('layers', '--layers <count>', 'how many cells are stacked'),
  setting('activation', '--activation <name>', `activation of the rnn cell: ${activationNames.join(', ')}`),
  setting('hidden', '--hidden <count>', 'hidden units'),
  setting('steps', '--steps <count>', 'time steps per minibatch; gradients are propagated back through all of them'),
  setting('batch', '--batch <count>', 'rows per minibatch'),
  setting('sampling', '--sampling <name>', `how minibatches are drawn from the text: ${samplings.join(', ')}`),
  setting('rate', '--rate <number>', 'learning rate'),
  setting('clip', '--clip <number>', 'largest norm of the gradients; beyond it they are scaled down'),
  setting('seed', '--seed <number>', 'seed of the random numbers: the same seed gives the same run'),
  setting('epochs', '--epochs <count>', 'passes over the text; 0 saves an untrained model'),
  setting('reportEvery', '--report-every <count>', 'epochs between reports; the last epoch always reports'),
  {
    ...setting('prefixes', '--prefix <text>', 'text that the model continues in each report; may be repeated'),
    repeats: true,
  },
  setting('length', '--length <count>', 'how many characters the model writes after each prefix'),
  { flags: '--out <file>', says: 'file to save the model in, at each report and at the end' },
  overwrite,
  {
    flags: '--resume <file>',
    says: 'go on training this model with its own settings; on the same engine, bit for bit as if it had never stopped',
  },
  {
    flags: '--engine <name>',
    says: 'onnx, float32 (the reference, slow), or auto: onnx where it is installed (default: auto)',
  },
  { flags: '--threads <count>', says: 'threads of the onnx engine (default: one for each processor)' },
  json,
]

export const generateOptions: readonly Option[] = [
  model,
  { flags: '--prefix <text>', says: "text to continue; may be repeated (default: the model's own)", repeats: true },
  { flags: '--length <count>', says: "how many characters to write (default: the model's own)" },
  { flags: '--temperature <number>', says: '0 takes the best character, 1 samples as the model predicts (default: 0)' },
  { flags: '--top-k <count>', says: 'above temperature 0: sample only from this many best characters (default: all)' },
  { flags: '--seed <number>', says: 'above temperature 0: seed of the random numbers (default: 0)' },
  json,
]

export const evaluateOptions: readonly Option[] = [
  model,
  text,
  {
    flags: '--limit <count>',
    says: "how many of its characters to read; all, or 0, reads all of them (default: the model's own)",
  },
  json,
]

export const exportOptions: readonly Option[] = [
  model,
  {
    flags: '--format <name>',
    says:
      'onnx, for graphs of training, forward pass and generation; ' +
      'torch, for a state dict of torch.nn (of an rnn: with tanh or relu)',
  },
  { flags: '--out <path>', says: 'the folder of the .onnx files, or the .safetensors file of the state dict' },
  overwrite,
]

export const importOptions: readonly Option[] = [
  { flags: '--state-dict <file>', says: 'a safetensors file: rnn.weight_ih_l0, ..., linear.bias' },
  {
    flags: '--text <file>',
    says: 'the text it was trained on, if the file does not say (default: the songs of the package)',
  },
  {
    flags: '--limit <count>',
    says: 'how many of its characters it learnt; all, or 0, for all of them (default: 10000)',
  },
  { flags: '--keep-line-breaks', says: 'if the model learnt line breaks; otherwise each was a space' },
  { flags: '--activation <name>', says: `activation of an rnn: ${nonlinearities.join(', ')} (default: tanh)` },
  { flags: '--out <file>', says: 'file to save the model in' },
  overwrite,
]

/** The languages that there are programs to begin with in. */
export const starterNames = ['python', 'pytorch', 'octave', 'c', 'javascript'] as const

export const checkOptions: readonly Option[] = [
  { flags: '--only <text>', says: 'run only the laws whose sentence holds this text' },
  { flags: '--seed <number>', says: 'seed of the samples: the same seed gives the same samples (default: 1)' },
  { flags: '--path <path>', says: 'go straight to the sample that a report names; needs --only with one law' },
  { flags: '--samples <count>', says: 'samples that each law is tried on (default: 40)' },
  { flags: '--timeout <seconds>', says: 'how long the program may take for an answer (default: 10)' },
  {
    flags: '--starter <name>',
    says: `print a program to begin with, and check nothing: ${starterNames.join(', ')}`,
  },
  { flags: '--out <file>', says: 'with --starter: a new file to save it in' },
  { flags: '--list', says: 'list the laws with what they ask a program for, and run none' },
  { flags: '--json', says: 'print the report as one JSON object' },
  { flags: '--tap', says: 'print the report in the Test Anything Protocol' },
  { flags: '--junit <file>', says: 'write the report as JUnit XML too, over an earlier one if it exists' },
]

/** `--report-every` for `--report-every <count>`. */
export const flagOf = ({ flags }: Option): string => flags.split(' ')[0]

/** Whether a value belongs to it. */
export const takesValue = ({ flags }: Option): boolean => flags.includes(' ')

/** `reportEvery` for `--report-every`: the name of its value among those that were typed. */
export const nameOf = (flag: string): string =>
  flag.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
