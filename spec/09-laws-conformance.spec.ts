/**
 * The page of the field is what its recorded results give, and what it calls wrong was shown without the laws.
 * `npm run conformance` makes the results, and the page, anew.
 */
import { describe, expect, test } from 'vitest'
import { findings, unchecked } from './conformance/findings.js'
import { pageOf } from './conformance/page.js'
import { isRun, results } from './conformance/results.js'
import type { Checked, Proof } from './conformance/results.js'

const checked = results.runs.filter(isRun<Checked>)
const proofs = new Map(results.proofs.filter(isRun<Proof>).map((proof) => [proof.id, proof.lines.join('\n')]))

describe('the field', () => {
  test('is the page that its results give', async () => {
    const page = pageOf(results, findings)
    await expect(page, '`npm run conformance` writes the page anew').toMatchFileSnapshot('../docs/conformance.md')
  })

  test('each run in which a law fails is spoken of, and no other', () => {
    const failing = checked.filter(({ failures }) => failures.length > 0).map(({ id }) => id)
    expect(findings.map(({ run }) => run)).toEqual(failing)
  })

  test.each(findings)('$run is called $is with a script that wrote the numbers', ({ is, proof = '', shows = [] }) => {
    const wrote = proofs.get(proof) ?? ''
    expect(shows.filter((number) => !wrote.includes(number))).toEqual([])
    expect(is === 'not confirmed' || shows.length > 0).toBe(true)
  })

  test('what is said of cells that are not checked names scripts that ran', () => {
    expect(unchecked.filter(({ proof }) => proof !== undefined && !proofs.has(proof))).toEqual([])
  })

  test('a page says what fails, with its numbers', () => {
    const [first] = checked
    const entry = { tensor: 'O', place: [0, 0, 1], differing: 1, entries: 2 }
    const difference = { ...entry, expected: 0.5, got: 0.25, tolerance: 0 }
    const failure = { law: 'a law', ability: 'forward', cites: [], sizes: { V: 2 }, path: '', difference } as const
    const question = { parameters: { b_q: [0, 0.5] }, X: [[0]] }
    const broken: Checked = { ...first, id: 'broken', laws: 3, failures: [{ ...failure, question }] }
    const page = pageOf({ ...results, runs: [broken] }, [])
    expect(page).toContain('2 of 3')
    expect(page).toContain('### broken')
    expect(page).toContain('all numbers 0 but b_q[1] = 0.5; X = [[0]]')
    expect(page).toContain('`O[0][0][1]` should be 0.5 (give or take 0), and is **0.25**')
  })
})
