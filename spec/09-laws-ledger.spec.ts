/**
 * The ledger is whole: every equation has its functions, its laws and its section, every law is public and run, and
 * `docs/ledger.md` says so. `npm run ledger` writes that page anew.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as publicLaws from '../src/laws/index.js'
import { equationIds } from '../src/laws/law.js'
import { root } from './house/parts.js'
import { chapterOf, exportsOf, faults, functions, lawListsOf, ledgerPage, sectionsOf } from './house/ledger.js'
import type { Books } from './house/ledger.js'
import { zoos } from './mistakes/zoos.js'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const filesIn = (folder: string, ending: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .sort()

const lawModules = await Promise.all(
  filesIn('src/laws', '.ts').map(async (path) => {
    const module = (await import(join(root, 'src/laws', path))) as Readonly<Record<string, unknown>>
    return lawListsOf(path, read(`src/laws/${path}`), module)
  }),
)

/** Chapters stand in the folder itself, in the order of their numbers. */
const chapterPaths = readdirSync(join(root, 'spec'))
  .filter((path) => path.endsWith('.spec.ts'))
  .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))

const books: Books = {
  ids: equationIds,
  functions,
  sources: new Map(filesIn('src', '.ts').map((path) => [path, exportsOf(read(`src/${path}`))])),
  lists: lawModules.flat(),
  published: Object.keys(publicLaws),
  chapters: chapterPaths.map((path) => chapterOf(`spec/${path}`, read(`spec/${path}`))),
  sections: filesIn('docs', '.md').flatMap((path) => sectionsOf({ path: `docs/${path}`, text: read(`docs/${path}`) })),
}

const page = ledgerPage(books, zoos)
const found = faults(books)

describe('the ledger', () => {
  test('is whole: nothing is missing, unknown, unpublished or never run', () => {
    expect(found).toEqual([])
  })

  test('is the page of the book that says so', async () => {
    expect(existsSync(join(root, 'docs/ledger.md'))).toBe(true)
    await expect(page, '`npm run ledger` writes the page anew').toMatchFileSnapshot('../docs/ledger.md')
  })
})

describe('the ledger can fail', () => {
  /** What more is wrong with a ledger that differs from the true one in this. */
  const wrongWith = (change: Partial<Books>): readonly string[] =>
    faults({ ...books, ...change }).filter((fault) => !found.includes(fault))
  const listNamed = (name: string) => books.lists.filter((list) => list.name === name)
  const withLists = (change: (list: Books['lists'][number]) => Books['lists'][number]) => ({
    lists: books.lists.map(change),
  })

  test.each(equationIds)('%s without its functions, its laws or its section is missed', (id) => {
    const withoutLaws = withLists((list) => ({
      ...list,
      laws: list.laws.map((law) => ({ ...law, cites: law.cites.filter((cited) => cited !== id) })),
    }))
    expect(wrongWith({ functions: { ...functions, [id]: [] } })).toEqual([`${id}: no function`])
    expect(faults({ ...books, ...withoutLaws })).toContain(`${id}: no law`)
    const others = books.sections.filter((section) => section.id !== id)
    expect(wrongWith({ sections: others })).toEqual([`${id}: 0 sections in docs, instead of one`])
    const [own] = books.sections.filter((section) => section.id === id)
    expect(wrongWith({ sections: [...books.sections, own] })).toEqual([`${id}: 2 sections in docs, instead of one`])
  })

  test.each([
    ['train/nowhere.ts#sgd', 'sgd: there is no module src/train/nowhere.ts'],
    ['train/optimisers/sgd.ts#descent', 'sgd: src/train/optimisers/sgd.ts exports no descent'],
    // Used there, but neither written nor exported.
    ['train/optimisers/sgd.ts#stateless', 'sgd: src/train/optimisers/sgd.ts exports no stateless'],
    [
      'train/optimisers/clip.ts#clipFactor',
      'sgd: the docstring of clipFactor in src/train/optimisers/clip.ts does not say sgd',
    ],
  ])('a function that is not what it is said to be is found: %s', (reference, fault) => {
    expect(wrongWith({ functions: { ...functions, sgd: [reference] } })).toEqual([fault])
  })

  test('an id is not taken for another that begins like it, nor for a word of the docstring', () => {
    const docstrings = ['/** Adam: `adams`.', ' *', ' *   adams   u = 1', ' */', "import 'a'", '/** adam, of old. */']
    const exported = exportsOf([...docstrings, 'export const adam = 1, scaleByAdam = adam'].join('\n'))
    expect(wrongWith({ sources: new Map([...books.sources, ['train/optimisers/adam.ts', exported]]) })).toContain(
      'adam: the docstring of adam in src/train/optimisers/adam.ts does not say adam',
    )
  })

  test('a law that cites what is no equation is found', () => {
    const [law, ...others] = listNamed('clipLaws')[0].laws
    const wrong = withLists((list) =>
      list.name === 'clipLaws' ? { ...list, laws: [{ ...law, cites: ['clop' as never] }, ...others] } : list,
    )
    expect(wrongWith(wrong)).toEqual([`clipLaws: "${law.name}" cites clop, which no equation has`])
  })

  test('so is a sentence of a chapter alone', () => {
    const chapter = { path: 'spec/x.spec.ts', runs: [], own: ['a clip [clip, clop]', 'a [clop] b'] }
    expect(wrongWith({ chapters: [...books.chapters, chapter] })).toEqual([
      'spec/x.spec.ts: "a clip [clip, clop]" cites clop, which no equation has',
    ])
  })

  test('a law that stands there twice is found', () => {
    const [law, ...others] = listNamed('clipLaws')[0].laws
    const twice = withLists((list) => (list.name === 'clipLaws' ? { ...list, laws: [law, ...others, law] } : list))
    expect(wrongWith(twice)).toEqual([`clipLaws: "${law.name}" stands there twice`])
  })

  test.each(books.lists.map(({ name }) => name))('%s is missed where it is not public, or not run', (name) => {
    const [{ path }] = listNamed(name)
    const notRun = books.chapters.map((each) => ({
      ...each,
      runs: each.runs.filter(({ names }) => !names.includes(name)),
    }))
    const hidden = { published: books.published.filter((other) => other !== name) }
    expect(faults({ ...books, ...hidden })).toContain(`${name}: ${path} exports it, and pure-rnn/laws does not`)
    expect(faults({ ...books, chapters: notRun })).toContain(`${name}: no chapter of the spec runs it`)
  })

  test('every single law that is deleted changes the page', () => {
    const deletions = books.lists.flatMap((list) => list.laws.map((law) => [list.name, law.name] as const))
    const unnoticed = deletions.filter(([list, name]) => {
      const less = withLists((each) =>
        each.name === list ? { ...each, laws: each.laws.filter((law) => law.name !== name) } : each,
      )
      return ledgerPage({ ...books, ...less }, zoos) === page
    })
    expect(deletions.length).toBeGreaterThan(0)
    expect(unnoticed).toEqual([])
  })

  test('so does every single run, a law of a chapter alone, and a wrong gradient', () => {
    const runs = books.chapters.flatMap(({ path, runs: its }) => its.map((_, i) => [path, i] as const))
    const unnoticed = runs.filter(([path, i]) => {
      const less = books.chapters.map((each) =>
        each.path === path ? { ...each, runs: each.runs.filter((_, place) => place !== i) } : each,
      )
      return ledgerPage({ ...books, chapters: less }, zoos) === page
    })
    expect(runs.length).toBeGreaterThan(0)
    expect(unnoticed).toEqual([])
    const [chapter] = books.chapters.filter(({ own }) => own.length > 0)
    const less = books.chapters.map((each) => (each === chapter ? { ...each, own: each.own.slice(1) } : each))
    expect(ledgerPage({ ...books, chapters: less }, zoos)).not.toBe(page)
    expect(ledgerPage(books, zoos.slice(1))).not.toBe(page)
    expect(ledgerPage(books, zoos.map(([title, wrong]) => [title, wrong.slice(1)] as const))).not.toBe(page)
  })

  test('a section on what is no equation is found', () => {
    const sections = sectionsOf({ path: 'docs/x.md', text: '# One\n\n## `clop`: a clip\n\n## The `sgd` of old\n' })
    expect(sections).toEqual([{ id: 'clop', path: 'docs/x.md', anchor: 'clop-a-clip' }])
    expect(wrongWith({ sections: [...books.sections, ...sections] })).toEqual([
      'docs/x.md: there is a section on clop, which no equation is called',
    ])
  })
})

describe('what a chapter runs', () => {
  const importing = "import { aLaws, bLaws as b, cLaws } from '../src/laws/some.js'\nimport { dLaws } from './own.js'\n"
  const runsOf = (code: string): readonly string[] =>
    chapterOf('spec/x.spec.ts', importing + code).runs.map(({ as, names }) => `${as}: ${names.join(', ')}`)

  test.each([
    ["runLaws('one', cell, aLaws, samples)", ['one: aLaws']],
    ['describe("x", () => { runLaws(`${name}, two`, cell, b, samples) })', ['…, two: bLaws']],
    ['runLaws(name, cell, [...aLaws, ...cLaws<F>()], samples)', ['…: aLaws, cLaws']],
    ['const all = [...aLaws, ...more]\nconst more = [...b, ...all]\nrunLaws(name, cell, all, x)', ['…: aLaws, bLaws']],
    ["runLaws('one', cell, [law].map(aLaws), samples)", ['one: aLaws']],
    // Neither an import, nor another argument, nor a list of one's own, nor a comment is a run.
    ["runLaws('one', aLaws, dLaws, samples)", ['one: ']],
    ["refuted('one', aLaws, samples, wrong) // runLaws('one', cell, aLaws, samples)", []],
  ])('is read off its text: %s', (code, runs) => {
    expect(runsOf(code)).toEqual(runs)
  })

  test('so are the sentences of its own laws', () => {
    const code = "law('a sentence', forAll(x))\nlaw(`${name}: another`, forAll(x))\nlaw(title(each), forAll(x))"
    const nested = "describe('A', () => { describe.each([1])('of %s', () => { law('that is so', forAll(x)) }) })"
    expect(chapterOf('spec/x.spec.ts', code).own).toEqual(['a sentence', '…: another', '…'])
    expect(chapterOf('spec/x.spec.ts', nested).own).toEqual(['A › of … › that is so'])
  })
})

describe('a list of laws', () => {
  const law = { name: 'a sentence', cites: [], holds: () => true }
  const listsOf = (text: string, module: object) => lawListsOf('x.ts', text, { ...module }).map(({ name }) => name)

  test('is an export written in the module that holds laws, or a function that gives them', () => {
    const text = 'export const aLaws = [law]\nexport const bLaws = () => [law]\nexport const c = [law]'
    expect(listsOf(text, { aLaws: [law], bLaws: () => [law], c: [law] })).toEqual(['aLaws', 'bLaws', 'c'])
    expect(listsOf("export * from './y.js'", { aLaws: [law] })).toEqual([])
    expect(listsOf('export const aLaws = []\nexport const d = [1]', { aLaws: [], d: [1] })).toEqual([])
  })
})
