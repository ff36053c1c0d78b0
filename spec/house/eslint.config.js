/**
 * What the linter holds the house to. In `src`: no mutation, no statement that is run for its effect, no
 * effect on or from the world; the few files that are excepted stand below, each with its reason. No list of any length
 * is spread into a call.
 * In `spec`: no clock, no unseeded randomness, no test left out or run alone.
 * Matters of taste are left to the reader.
 */
import { defineConfig } from 'eslint/config'
import functional from 'eslint-plugin-functional'
import ts from 'typescript-eslint'
import { house } from './rules.js'

/** What a pure module may mention of its platform: names whose meaning depends on their arguments alone. */
const pureGlobals = [
  ...['Array', 'BigInt', 'Boolean', 'JSON', 'Map', 'Math', 'Number', 'Object', 'Set', 'String', 'Symbol'],
  ...['Infinity', 'NaN', 'undefined'],
]
/** Typed arrays can be written: only interpreters name them, and the kernel alone writes them. */
const floatGlobals = ['BigInt64Array', 'Float32Array', 'Float64Array', 'Int32Array', 'Uint8Array']
/** What it takes to turn numbers and text into bytes and back. */
const byteGlobals = ['DataView', 'TextDecoder', 'TextEncoder']

const globals = (...more) => ({ 'house/only-globals': ['error', [...pureGlobals, ...more]] })

/** Every package outside this list is refused. */
const packages = (...names) => ({
  'no-restricted-imports': [
    'error',
    {
      patterns: [
        { regex: `^(?!\\.{1,2}/|(${names.join('|')})(/|$))`, message: 'This module may not depend on that package.' },
      ],
    },
  ],
})

const refuse = (message, ...selectors) => selectors.map((selector) => ({ selector, message }))
const writing = refuse(
  'Nothing is written twice: make a new value.',
  'AssignmentExpression',
  'UpdateExpression',
  'UnaryExpression[operator="delete"]',
)
const time = refuse(
  'What happens in time is a State, or a TaskEither.',
  ':function[async=true]',
  'AwaitExpression',
  'ImportExpression',
)
const generators = refuse('A stream is a sequence of states.', ':function[generator=true]')
const locale = refuse(
  'The result would depend on where it runs.',
  'MemberExpression[property.name=/^(toLocale|localeCompare)/]',
)
const surroundings = [...locale, ...refuse('The result would depend on where it runs.', 'MetaProperty')]
const syntax = (...refused) => ({ 'no-restricted-syntax': ['error', ...refused.flat()] })

/**
 * A statement stands for its effect, and the one effect there is here is a defect: a check, or a list of checks,
 * which are judged in their turn.
 */
const checks = (...names) => {
  const check = `(${['defect', 'require[A-Z]\\w*', 'typing\\.\\w+', ...names].join('|')})\\(`
  const ignoreCodePattern = [`^${check}`, `\\.forEach\\(\\(\\w+\\) => (\\{|${check})`]
  return { 'functional/no-expression-statements': ['error', { ignoreCodePattern }] }
}

/** No mutation, no effect. */
const pure = {
  'functional/immutable-data': 'error',
  'functional/no-classes': 'error',
  'functional/no-let': 'error',
  'functional/no-loop-statements': 'error',
  'functional/no-promise-reject': 'error',
  'functional/no-this-expressions': 'error',
  'functional/no-throw-statements': 'error',
  'functional/no-try-statements': 'error',
  'functional/prefer-immutable-types': ['error', { enforcement: 'ReadonlyShallow', ignoreInferredTypes: true }],
  'functional/prefer-property-signatures': 'error',
  'functional/type-declaration-immutability': [
    'error',
    { rules: [{ identifiers: '.*', immutability: 'ReadonlyShallow', comparator: 'AtLeast' }] },
  ],
  'no-param-reassign': ['error', { props: true }],
  'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Take a seed.' }],
  'no-var': 'error',
  ...checks(),
  ...globals(),
  ...packages('fp-ts'),
  ...syntax(writing, time, generators, surroundings),
}

const off = (...rules) => Object.fromEntries(rules.map((rule) => [rule, 'off']))

/** Where the pure rules give way, and why. */
const exceptions = [
  // A defect is thrown, and what is thrown should be an Error.
  {
    files: ['src/algebra/defect.ts'],
    rules: {
      ...off('functional/no-classes', 'functional/no-throw-statements', 'functional/no-expression-statements'),
      ...globals('Error'),
    },
  },
  // The kernel's loops fill fresh arrays. It still may not see or touch the world.
  {
    files: ['src/interpret/kernel/*.ts'],
    rules: {
      ...off('functional/immutable-data', 'functional/no-expression-statements', 'functional/no-let'),
      ...off('functional/no-loop-statements', 'functional/prefer-immutable-types', 'no-param-reassign'),
      ...off('functional/type-declaration-immutability'),
      ...packages('ndarray', 'ndarray-ops'),
      ...syntax(time, generators, surroundings),
    },
  },
  { files: ['src/interpret/*.ts', 'src/interpret/kernel/*.ts'], rules: globals(...floatGlobals) },
  // Where the platform has no WebAssembly or refuses it, and says so by throwing, the numbers are the same.
  {
    files: ['src/interpret/kernel/product-module.ts'],
    rules: { ...off('functional/no-try-statements'), ...globals(...floatGlobals, 'atob') },
  },
  // Two packages are loaded if the platform lets them; without them the numbers are the same.
  {
    files: ['src/interpret/kernel/views.ts'],
    rules: {
      ...off('functional/no-try-statements'),
      ...globals('process'),
      ...syntax(time, generators, locale),
    },
  },
  { files: ['src/interpret/typing.ts'], rules: checks('matrices', 'rank(From)?', 'same', 'shared') },
  // An ONNX model is bytes, laid out as its schema says.
  {
    files: ['src/interpret/onnx/*.ts'],
    rules: { ...globals(...floatGlobals, ...byteGlobals), ...packages('fp-ts', 'protobufjs') },
  },
  // What generates samples for fast-check needs it.
  { files: ['src/laws/samples/*.ts', 'src/laws/check/*.ts'], rules: packages('fp-ts', 'fast-check') },
  // Chance comes from a generator whose state is passed along.
  { files: ['src/random.ts'], rules: packages('fp-ts', 'pure-rand') },
  // Files hold bytes; reading and writing them is the command's.
  { files: ['src/files/**/*.ts'], rules: globals(...floatGlobals, ...byteGlobals) },
  // A stream that is read with `for ... of` is a generator, which keeps its place in a variable; what is taken of it is a
  // list that grows.
  {
    files: ['src/train/stream.ts'],
    rules: {
      ...off('functional/no-let', 'functional/no-loop-statements', 'functional/no-expression-statements'),
      ...off('functional/immutable-data', 'functional/prefer-immutable-types'),
      ...globals('Promise'),
      ...syntax(surroundings),
    },
  },
  // A failure is thrown for whoever asks for that.
  {
    files: ['src/failure.ts', 'src/laws/check/fault.ts'],
    rules: {
      ...off('functional/no-classes', 'functional/no-throw-statements', 'functional/no-expression-statements'),
      ...globals('Error'),
    },
  },
  // The compiled engine is loaded when it is opened.
  { files: ['src/engine/lazy.ts'], rules: syntax(writing, generators, surroundings) },
  // An engine whose runtime answers later hands it typed arrays, and turns what it throws into failures.
  { files: ['src/engine/*.ts'], rules: globals(...floatGlobals, 'Error') },
  // The modules that open a runtime, and threads.
  { files: ['src/engine/runtime.ts'], rules: syntax(writing, generators, surroundings) },
  {
    files: ['src/engine/shard*.ts'],
    rules: { ...globals(...floatGlobals, 'Error', 'URL'), ...packages('fp-ts', 'tinypool'), ...syntax(writing, generators) },
  },
]

/** A test takes no time from a clock and no chance that a seed does not repeat; and all tests run. */
const repeatable = {
  'no-restricted-globals': ['error', 'Date', 'performance', 'setTimeout', 'setInterval'],
  'no-restricted-properties': [
    'error',
    { object: 'Math', property: 'random', message: 'Take a seed.' },
    ...['describe', 'it', 'test'].flatMap((object) =>
      ['only', 'skip', 'todo'].map((property) => ({ object, property, message: 'All tests run.' })),
    ),
  ],
}

export default defineConfig(
  { ignores: ['dist/**', 'coverage/**', 'reports/**', '**/.*/**'] },
  {
    files: ['src/**/*.ts', 'spec/**/*.ts'],
    extends: [ts.configs.strictTypeChecked],
    plugins: { functional, house },
    languageOptions: { parserOptions: { project: '../tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowAny: true }],
      'max-len': ['error', { code: 120, ignoreUrls: true, ignorePattern: 'eslint-disable|^import ' }],
      'prefer-const': 'error',
      // They judge by types that hold array[i] to be present, and by taste.
      ...off('@typescript-eslint/no-unnecessary-condition', '@typescript-eslint/no-unnecessary-type-parameters'),
      ...off('@typescript-eslint/no-redundant-type-constituents', '@typescript-eslint/no-generated-empty-object-type'),
      ...off('@typescript-eslint/no-unsafe-class-instance-assignment'),
    },
  },
  { files: ['src/**/*.ts'], rules: { 'house/fixed-spread': 'error' } },
  { files: ['src/**/*.ts'], ignores: ['src/cli/**'], rules: pure },
  ...exceptions,
  { files: ['spec/**/*.ts'], ignores: ['spec/bench/**'], rules: repeatable },
)
