/**
 * The ledger: where each equation stands in the source, in the laws and in the book.
 *
 * Laws are collected from the lists that `src/laws` exports, and runs of them from the chapters of the spec; which
 * functions an equation has is said here, and their docstrings must say the same.
 */
import ts from 'typescript'
import type { EquationId, Law } from '../../src/laws/law.js'
import * as markdown from './markdown.js'
import type { Page } from './markdown.js'

/** The functions that an equation is written in: `path#name`, the path within `src`. */
export const functions: Readonly<Record<EquationId, readonly string[]>> = {
  'one-hot': ['algebra/tensor-algebra.ts#Selection', 'model/input.ts#characters'],
  hidden: ['model/rnn.ts#rnn'],
  output: ['model/output.ts#outputForward'],
  loss: ['model/loss.ts#crossEntropyForward'],
  perplexity: ['model/loss.ts#perplexity', 'train/evaluate.ts#evaluate'],
  'bptt-o': ['model/loss.ts#crossEntropyBackward'],
  'bptt-h': ['model/rnn.ts#rnn', 'model/output.ts#outputBackward', 'model/unroll.ts#unrollBackward'],
  'bptt-w': ['model/rnn.ts#rnn', 'model/output.ts#outputBackward'],
  'bptt-state': ['model/unroll.ts#unrollBackward', 'model/model.ts#backpropagate'],
  truncation: ['model/model.ts#backpropagate', 'laws/model/truncation.ts#backpropagateInStretches'],
  clip: ['train/optimisers/clip.ts#clipFactor', 'train/optimisers/clip.ts#clipByGlobalNorm'],
  sgd: ['train/optimisers/sgd.ts#sgd'],
  momentum: ['train/optimisers/momentum.ts#momentum'],
  adam: ['train/optimisers/adam.ts#scaleByAdam', 'train/optimisers/adam.ts#adam'],
  schedule: ['train/optimisers/schedule.ts#scheduled'],
  frozen: ['train/optimisers/optimiser.ts#frozen'],
  initial: ['train/initial.ts#initialParameters', 'train/initial.ts#normalWeights', 'train/initial.ts#uniformEntries'],
  'training-step': ['train/step.ts#trainingStep'],
  vocabulary: ['data/vocabulary.ts#vocabularyOf', 'data/vocabulary.ts#encode', 'data/vocabulary.ts#decode'],
  minibatch: ['data/samplers.ts#minibatchOf'],
  'sampling-random': ['data/samplers.ts#randomSampler'],
  'sampling-consecutive': ['data/samplers.ts#consecutiveSampler'],
  predict: [
    'generate/prediction.ts#predict',
    'generate/prediction.ts#writeCharacter',
    'generate/greedy-loop.ts#unfoldGreedily',
  ],
  choice: ['generate/decoding.ts#greedy', 'generate/decoding.ts#sampling'],
  gru: ['model/gru.ts#gru'],
  lstm: ['model/lstm.ts#lstm'],
  layers: ['model/layers.ts#layers'],
}

/** What is said of a law, or of a term that laws are made of, without what it takes to try it. */
export type Claimed = Pick<Law<never, never>, 'name' | 'cites'>

/** An exported list of laws. */
export interface LawList {
  readonly name: string
  /** The module it is written in. */
  readonly path: string
  readonly laws: readonly Claimed[]
}

/** One run of laws, under a name. */
export interface Run {
  readonly as: string
  /** The laws, as the chapter writes them. */
  readonly laws: string
  /** What `src/laws` exports of what these are made of. */
  readonly names: readonly string[]
}

/** What a chapter of the spec runs: laws of `src/laws`, and laws that only it has. */
export interface Chapter {
  readonly path: string
  readonly runs: readonly Run[]
  readonly own: readonly string[]
}

/** A section of the book that a heading with an id in backquotes begins. */
export interface Section {
  readonly id: string
  readonly path: string
  readonly anchor: string
}

/** The names that a module exports, with the docstrings that each stands under: its module's, and its own. */
export type Exports = ReadonlyMap<string, readonly string[]>

/** Everything the ledger is made of. */
export interface Books {
  readonly ids: readonly string[]
  readonly functions: Readonly<Record<string, readonly string[]>>
  /** What each module exports, by its path within `src`. */
  readonly sources: ReadonlyMap<string, Exports>
  readonly lists: readonly LawList[]
  /** The lists that `pure-rnn/laws` exports. */
  readonly published: readonly string[]
  readonly chapters: readonly Chapter[]
  readonly sections: readonly Section[]
}

const parsed = (text: string): ts.SourceFile => ts.createSourceFile('module.ts', text, ts.ScriptTarget.Latest, true)

const isLaw = (value: unknown): value is Claimed =>
  typeof value === 'object' &&
  value !== null &&
  ['name', 'cites'].every((field) => field in value) &&
  ['holds', 'of'].some((field) => field in value)

const LIST_NAME = /(Laws|Statistics|Operations)$/

/** The law lists of a module, written in it: of laws or of terms, and functions of no argument that give one. */
export const lawListsOf = (path: string, text: string, module: Readonly<Record<string, unknown>>): readonly LawList[] =>
  Object.entries(module).flatMap(([name, value]) => {
    const list: unknown =
      typeof value === 'function' && value.length === 0 && LIST_NAME.test(name) ? (value as () => unknown)() : value
    const isWrittenHere = new RegExp(`^export const ${name}\\b`, 'm').test(text)
    const holdsLaws = Array.isArray(list) && list.length > 0 && list.every(isLaw)
    return isWrittenHere && holdsLaws ? [{ name, path, laws: list }] : []
  })

const every = (node: ts.Node): readonly ts.Node[] => [node, ...node.getChildren().flatMap(every)]

const callsOf = (file: ts.SourceFile, name: string): readonly ts.CallExpression[] =>
  every(file).filter((node) => ts.isCallExpression(node) && node.expression.getText() === name) as ts.CallExpression[]

/** The names that a module imports from `src/laws`, by what it calls them. */
const importedLaws = (file: ts.SourceFile): ReadonlyMap<string, string> =>
  new Map(
    every(file).flatMap((node) =>
      ts.isImportDeclaration(node) && node.moduleSpecifier.getText().includes('/laws/')
        ? every(node)
            .filter(ts.isImportSpecifier)
            .map(({ name, propertyName }) => [name.text, (propertyName ?? name).text] as const)
        : [],
    ),
  )

/** A sentence as it stands in the source, with `…` for what is filled in. */
const sentenceOf = (node: ts.Expression): string =>
  ts.isStringLiteralLike(node)
    ? node.text.replace(/%[sdij]/g, '…')
    : ts.isTemplateExpression(node)
      ? node.getText().slice(1, -1).replace(/\$\{[^}]*\}/g, '…')
      : '…'

/** The sentences of the `describe`s that a call stands in, the outermost first. */
const headingsOf = (call: ts.Node): readonly string[] =>
  call.parent === undefined
    ? []
    : ts.isCallExpression(call.parent) && /^describe\b/.test(call.parent.expression.getText())
      ? [...headingsOf(call.parent), sentenceOf(call.parent.arguments[0])]
      : headingsOf(call.parent)

const identifiersIn = (node: ts.Node): readonly string[] =>
  every(node).flatMap((each) => (ts.isIdentifier(each) ? [each.text] : []))

/** What the constants of a module are, by their names. */
const constantsOf = (file: ts.SourceFile): ReadonlyMap<string, ts.Expression> =>
  new Map(
    every(file).flatMap((node) =>
      ts.isVariableDeclaration(node) && node.initializer !== undefined
        ? [[node.name.getText(), node.initializer] as const]
        : [],
    ),
  )

/** What a chapter runs, read off its text: the third argument of each `runLaws`, and the first of each `law`. */
export const chapterOf = (path: string, text: string): Chapter => {
  const file = parsed(text)
  const [imported, local] = [importedLaws(file), constantsOf(file)]
  const namesIn = (node: ts.Node, known: readonly string[]): readonly string[] =>
    identifiersIn(node)
      .filter((name) => !known.includes(name))
      .flatMap((name) => {
        const value = local.get(name)
        return imported.get(name) ?? (value === undefined ? [] : namesIn(value, [...known, name]))
      })
  const runs = callsOf(file, 'runLaws').map(({ arguments: [as, , laws] }) => ({
    as: sentenceOf(as),
    laws: laws.getText(),
    names: [...new Set(namesIn(laws, []))],
  }))
  const own = callsOf(file, 'law').map((call) => [...headingsOf(call), sentenceOf(call.arguments[0])].join(' › '))
  return { path, runs, own }
}

/** The sections of a page whose headings hold an id in backquotes, before anything else. */
export const sectionsOf = (page: Page): readonly Section[] => {
  const headings = markdown.headings(page)
  const anchors = markdown.anchors(page)
  return headings.flatMap((heading, i) => {
    const id = /^`([a-z][a-z-]*)`/.exec(heading)?.[1]
    return id === undefined ? [] : [{ id, path: page.path, anchor: anchors[i] }]
  })
}

/** The names that a statement exports: of its variables, or of the interface it declares. */
const exportedBy = (statement: ts.Statement): readonly string[] => {
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
  return !modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
    ? []
    : ts.isVariableStatement(statement)
      ? statement.declarationList.declarations.map(({ name }) => name.getText())
      : ts.isInterfaceDeclaration(statement)
        ? [statement.name.text]
        : []
}

/** What a module exports, read off its text. */
export const exportsOf = (text: string): Exports => {
  const comments = (at: number) =>
    (ts.getLeadingCommentRanges(text, at) ?? []).map(({ pos, end }) => text.slice(pos, end))
  const ofModule = comments(0).slice(0, 1)
  return new Map(
    parsed(text).statements.flatMap((statement) => {
      const docstrings = [...ofModule, ...comments(statement.getFullStart()).slice(-1)]
      return exportedBy(statement).map((name) => [name, docstrings] as const)
    }),
  )
}

/** Whether a docstring speaks of an equation: with the id before the equation, or in backquotes. */
const speaksOf = (docstring: string, id: string): boolean =>
  new RegExp(`^\\s*\\*\\s+${id}\\s{2,}\\S`, 'm').test(docstring) || docstring.includes(`\`${id}\``)

const faultsOfFunction = (sources: Books['sources'], id: string, reference: string): readonly string[] => {
  const [path, name] = reference.split('#')
  const docstrings = sources.get(path)?.get(name)
  return !sources.has(path)
    ? [`${id}: there is no module src/${path}`]
    : docstrings === undefined
      ? [`${id}: src/${path} exports no ${name}`]
      : docstrings.some((docstring) => speaksOf(docstring, id))
        ? []
        : [`${id}: the docstring of ${name} in src/${path} does not say ${id}`]
}

const isRun = ({ chapters }: Books, list: string): boolean =>
  chapters.some(({ runs }) => runs.some(({ names }) => names.includes(list)))

const citing = ({ lists }: Books, id: string): readonly Claimed[] =>
  lists.flatMap(({ laws }) => laws).filter(({ cites }) => (cites as readonly string[]).includes(id))

const repeated = (names: readonly string[]): readonly string[] => names.filter((name, i) => names.indexOf(name) < i)

/** The ids that a chapter's own sentence cites: `... [sgd, bptt-w]`. */
const idsAtTheEndOf = (sentence: string): readonly string[] => /\[([^\]]*)\]$/.exec(sentence)?.[1].split(', ') ?? []

/** Everything that the ledger must not have: what is missing, unknown, unpublished or never run. */
export const faults = (books: Books): readonly string[] => {
  const { ids, lists, published, chapters, sections, sources } = books
  const known = new Set(ids)
  const ofEquations = ids.flatMap((id) => {
    const references = books.functions[id] ?? []
    const its = sections.filter((section) => section.id === id)
    return [
      ...(references.length === 0 ? [`${id}: no function`] : []),
      ...references.flatMap((reference) => faultsOfFunction(sources, id, reference)),
      ...(citing(books, id).length === 0 ? [`${id}: no law`] : []),
      ...(its.length === 1 ? [] : [`${id}: ${String(its.length)} sections in docs, instead of one`]),
    ]
  })
  const ofLaws = lists.flatMap(({ name, path, laws }) => [
    ...laws.flatMap((law) =>
      law.cites.filter((id) => !known.has(id)).map((id) => `${name}: "${law.name}" cites ${id}, which no equation has`),
    ),
    ...repeated(laws.map((law) => law.name)).map((law) => `${name}: "${law}" stands there twice`),
    ...(LIST_NAME.test(name) ? [] : [`${name}: the name of a list of laws ends in Laws, Statistics or Operations`]),
    ...(published.includes(name) ? [] : [`${name}: ${path} exports it, and pure-rnn/laws does not`]),
    ...(isRun(books, name) ? [] : [`${name}: no chapter of the spec runs it`]),
  ])
  const ofChapters = chapters.flatMap(({ path, own }) =>
    own.flatMap((sentence) =>
      idsAtTheEndOf(sentence)
        .filter((id) => !known.has(id))
        .map((id) => `${path}: "${sentence}" cites ${id}, which no equation has`),
    ),
  )
  const ofSections = sections
    .filter(({ id }) => !known.has(id))
    .map(({ id, path }) => `${path}: there is a section on ${id}, which no equation is called`)
  return [...ofEquations, ...ofLaws, ...ofChapters, ...ofSections]
}

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`
/** A sentence as prose of markdown: its stars are products, and what stands in angle brackets is no tag. */
const escaped = (sentence: string): string => sentence.replace(/[*<]/g, '\\$&')
const cell = (sentence: string): string => escaped(sentence).replaceAll('|', '\\|')

/** The equations, a row for each: its section, its functions, and how many laws cite it. */
const equationTable = (books: Books): readonly string[] => [
  row('equation', 'functions', 'laws'),
  row('---', '---', '---'),
  ...books.ids.map((id) => {
    const section = books.sections.find((each) => each.id === id)
    const of = (books.functions[id] ?? []).map((reference) => {
      const [path, name] = reference.split('#')
      return `[${name}](../src/${path})`
    })
    const where = section === undefined ? '' : `${section.path.replace('docs/', '')}#${section.anchor}`
    return row(`[\`${id}\`](${where})`, of.join(', '), String(citing(books, id).length))
  }),
]

const cited = (ids: readonly string[]): string =>
  ids.length === 0 ? '' : ` (${ids.map((id) => `\`${id}\``).join(', ')})`

const listSection =
  ({ chapters }: Books) =>
  ({ name, path, laws }: LawList): readonly string[] => {
    const run = chapters.flatMap((chapter) => {
      const its = chapter.runs.filter(({ names }) => names.includes(name)).map(({ as }) => as)
      return its.length === 0 ? [] : [`[${chapter.path}](../${chapter.path}) (${its.join('; ')})`]
    })
    return [
      `### ${name}`,
      '',
      `[src/laws/${path}](../src/laws/${path}), run in ${run.join(', ')}`,
      '',
      ...laws.map((law) => `- ${escaped(law.name)}${cited(law.cites)}`),
      '',
    ]
  }

/** What a chapter tries that is in no list: sentences of its own, and laws that it makes. */
const ownSection =
  ({ lists }: Books) =>
  ({ path, own, runs }: Chapter): readonly string[] => {
    const made = runs
      .filter(({ names }) => !lists.some(({ name }) => names.includes(name)))
      .map(({ as, laws }) => `${as}: \`${laws}\``)
    const sentences = [...own.map(escaped), ...made]
    return sentences.length === 0 ? [] : [`### ${path}`, '', ...sentences.map((sentence) => `- ${sentence}`), '']
  }

/** Mistakes, and how people come to make them, under a title. */
export type Zoo = readonly [title: string, wrong: readonly { readonly mistake: string; readonly made: string }[]]

const zooSection = ([title, zoo]: Zoo): readonly string[] => [
  `### ${title}`,
  '',
  row('the mistake', 'how it is made'),
  row('---', '---'),
  ...zoo.map(({ mistake, made }) => row(cell(mistake), cell(made))),
  '',
]

/** The ledger as a page of the book. */
export const ledgerPage = (books: Books, zoos: readonly Zoo[]): string =>
  [
    '# The ledger',
    '',
    '<!-- Written by `npm run ledger`; the tests compare it with what would be written now. -->',
    '',
    'Every equation with its section in this book, the functions it is written in, and how many laws cite it; then',
    'every law, by the list that `pure-rnn/laws` exports, with the equations it cites and the chapters that run it.',
    '',
    '## Equations',
    '',
    ...equationTable(books),
    '',
    '## Laws',
    '',
    ...books.lists.flatMap(listSection(books)),
    '## Laws that only the specification has',
    '',
    "They need something that is not part of the package: an oracle, another interpreter, PyTorch's numbers, files.",
    '`…` stands for what the test fills in.',
    '',
    ...books.chapters.flatMap(ownSection(books)),
    '## The zoo of mistakes',
    '',
    'What people get wrong, one thing at a time, and how they come to it. The [gradient',
    'checker](03-model-gradient.md#the-gradient-checker) rejects every wrong gradient, and each mistake is',
    '[told by its numbers](09-laws.md#mistakes-told-by-their-numbers).',
    '',
    ...zoos.flatMap(zooSection),
  ].join('\n')
