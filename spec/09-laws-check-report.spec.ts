/**
 * Chapter 9, continued: the report of a check as text, in the Test Anything Protocol, as JUnit XML and as JSON.
 */
import { describe, expect, test } from 'vitest'
import { faultAsJUnit, faultAsTap, reportAsJson, reportAsJUnit, reportAsTap } from '../src/laws/check/formats.js'
import { defaults } from '../src/laws/check/protocol.js'
import { allHold, reportAsText } from '../src/laws/check/report.js'
import type { Description } from '../src/laws/check/subject.js'
import type { Difference, Report, Verdict } from '../src/laws/check/verdict.js'

const description: Description = { ...defaults, name: 'my_rnn.py', cell: 'rnn', can: ['forward', 'loss', 'clip'] }
const holding: Verdict = {
  ...{ law: 'a law that holds', cites: ['clip'], ability: 'clip' },
  outcome: { _tag: 'Holds', samples: 9 },
}

const scores: Difference = {
  ...{ tensor: 'O', place: [0, 0, 1], expected: 0.30000000000000004, got: 2, tolerance: 1.23456789e-12 },
  ...{ differing: 1, entries: 2 },
}
const question = { parameters: { W_xh: [[0.5], [0.25]], b_h: [0] }, state: { H_0: [[1]] }, X: [[1]] }
const failing = (law: string, difference: Difference | undefined, more: Partial<Verdict> = {}): Verdict => ({
  ...{ law, cites: ['output', 'hidden'], ability: 'forward', ...more },
  outcome: {
    ...{ _tag: 'Fails', samples: 3, shrinks: 14, seed: 7, path: '2:0:1', sizes: { V: 2, H: 1, N: 1, T: 1 } },
    evidence: {
      ...{ ability: 'forward', question, got: { O: [[[1, 2]]] }, expected: { O: [[[1, 0.30000000000000004]]] } },
      ...(difference === undefined ? {} : { difference }),
    },
  },
})
const reportOf = (verdicts: readonly Verdict[], more: Partial<Report> = {}): Report => ({
  ...{ protocol: 1, description, verdicts, skipped: ['optimise', 'train'], diagnoses: {}, seed: 7, ...more },
})
const program = ['python3', "my rnn's.py"]
const text = (report: Report, columns = 80): readonly string[] => reportAsText(report, { columns, program })

const HEAD = [
  'my_rnn.py: rnn with tanh, 1 layer, one bias, double precision, time-major,',
  'weights input by output, conventions of scratch',
]
const SKIPPED = [
  'optimise       skipped: the program does not offer it',
  'train          skipped: the program does not offer it',
]
const equation = 'output'
const added = { mistake: 'b_q is added twice', made: 'A loop adds it.', equation, section: 'docs/a.md#b' } as const
const left = { mistake: 'it is not', made: 'So be it.', equation, section: 'docs/a.md#c' } as const

describe('as text', () => {
  test('of what holds: a line for each ability, and a summary', () => {
    expect(text(reportOf([holding, holding]))).toEqual([
      ...HEAD,
      'clip           2 laws hold',
      ...SKIPPED,
      '',
      '2 laws hold, none fails; 2 of 8 abilities skipped',
    ])
    expect(allHold(reportOf([holding]))).toBe(true)
  })

  test('of a law that fails: what it cites, the sample, the first entry that differs, and how to replay it', () => {
    const report = reportOf([holding, failing('the scores are H W_hq + b_q', scores)], {
      diagnoses: { forward: [{ mistakes: [added] }, { mistakes: [added, left] }] },
    })
    expect(allHold(report)).toBe(false)
    expect(text(report)).toEqual([
      ...HEAD,
      'forward        1 law fails',
      'clip           1 law holds',
      ...SKIPPED,
      '',
      'forward fails: the scores are H W_hq + b_q',
      '  equation   output, docs/03-model.md#output-the-scores',
      '             hidden, docs/03-model.md#hidden-the-hidden-state',
      '  sample     V = 2, H = 1, N = 1, T = 1: sample 3, made smaller 14 times',
      '  where      O[0][0][1]: expected 0.30000000000000004, got 2; 1 of 2 entries',
      '             differ',
      '  tolerance  1.23457e-12, a bound on rounding in double precision',
      '  expected   O = [[[1, 0.3]]]',
      '  got        O = [[[1, 2]]]',
      '  asked      parameters: W_xh [[0.5], [0.25]], b_h [0]',
      '             state: H_0 [[1]]',
      '             X: [[1]]',
      '  diagnosis  your scores and states are what one gets where b_q is added twice.',
      '             A loop adds it. See docs/a.md#b.',
      '  or         your scores and states are what one gets where b_q is added twice.',
      '             A loop adds it. See docs/a.md#b. And where it is not. So be it. See',
      '             docs/a.md#c.',
      "  replay     pure-rnn check --only 'the scores are H W_hq + b_q' --seed 7 --path 2:0:1 -- python3 " +
        "'my rnn'\\''s.py'",
      '',
      '1 law holds, 1 fails; 2 of 8 abilities skipped',
    ])
  })

  test('folds laws that fail with the same tensor, and those of which no single answer is wrong', () => {
    const other = { ...scores, tensor: 'H_T', place: [0, 0] }
    const lines = text(
      reportOf([failing('no answer', undefined), failing('one', scores), failing('two', scores), failing('H', other)]),
      1000,
    )
    expect(lines.filter((line) => line.startsWith('forward fails'))).toEqual(['forward fails: one', 'forward fails: H'])
    expect(lines).toContain('  also       2 more laws fail so, first: no answer')
    expect(lines).toContain('0 laws hold, 4 fail; 2 of 8 abilities skipped')
  })

  test('of what fails where something fails that it is computed from says no more than that', () => {
    const loss: Difference = { ...scores, tensor: 'loss', place: [], expected: 1, entries: 1 }
    const lines = text(
      reportOf([
        failing('of gradients', undefined, { ability: 'backpropagate' }),
        failing('of the loss', loss, { ability: 'loss' }),
        failing('of the scores', scores),
        failing('of clipping', undefined, { ability: 'clip' }),
      ]),
      1000,
    )
    expect(lines.filter((line) => / fails/.test(line))).toEqual([
      ...['forward        1 law fails', 'loss           1 law fails', 'backpropagate  1 law fails'],
      ...['clip           1 law fails', 'forward fails: of the scores', 'clip fails: of clipping'],
      'loss fails too (1 law), which may follow from forward: mend that first; first loss: expected 1, got 2',
      'backpropagate fails too (1 law), which may follow from forward: mend that first',
    ])
  })

  test('says where a tolerance comes from, and leaves out what is long', () => {
    const verdict = failing('long', { ...scores, from: 'the step of a difference' })
    const [, O] = [0, [[Array.from({ length: 200 }, (_, i) => i)]]]
    const outcome = verdict.outcome as Extract<Verdict['outcome'], { readonly _tag: 'Fails' }>
    const evidence = { ...outcome.evidence, expected: { O }, question: { ...question, parameters: { W: O } } }
    const lines = text(reportOf([{ ...verdict, outcome: { ...outcome, evidence } as Verdict['outcome'] }]))
    expect(lines).toContain('  tolerance  1.23457e-12, the step of a difference')
    expect(lines).toContain('  asked      parameters: W of 1 x 1 x 200')
    expect(lines.filter((line) => line.startsWith('  expected'))).toEqual([])
  })

  test.each([40, 60, 100])('in %i columns: no line is longer but the command that is copied', (columns) => {
    const law = 'a law whose sentence is of more than sixty characters, and goes on'
    const lines = text(reportOf([failing(law, scores)]), columns)
    const long = lines.filter((line) => line.length > columns)
    // What has no blank in it is never cut.
    expect(long.filter((line) => line.trim().includes(' ') && !/^ {2}replay|SKIP|skipped: the/.test(line))).toEqual([])
    expect(lines.map((line) => line.trimEnd())).toEqual(lines)
  })

  test('shows characters that are not seen as escapes', () => {
    const verdict = failing('a \u001b[2J law', scores)
    const lines = text(reportOf([verdict], { description: { ...description, name: 'a\nb\u202e' } }))
    expect(lines.join('')).toMatch(/^a\\u000ab\\u202e: rnn/)
    expect(lines.filter((line) => /\p{Cc}|\p{Cf}/u.test(line))).toEqual([])
    expect(lines).toContain('forward fails: a \\u001b[2J law')
  })
})

const evil = failing('a # law \\ of <scores> & "more"\u0007', scores)

describe('in the Test Anything Protocol', () => {
  test('each law is a test, and what is not offered is skipped', () => {
    const lines = reportAsTap(reportOf([holding, evil]), program)
    expect(lines.slice(0, 6)).toEqual([
      ...['TAP version 14', '1..4', 'ok 1 - clip: a law that holds'],
      ...['not ok 2 - forward: a \\# law \\\\ of <scores> & "more"\\\\u0007', '  ---'],
      '  message: "O[0][0][1]: expected 0.30000000000000004, got 2; V = 2, H = 1, N = 1, T = 1: sample 3, ' +
        'made smaller 14 times"',
    ])
    expect(lines.slice(-3)).toEqual([
      '  ...',
      'ok 3 - optimise # SKIP the program does not offer it',
      'ok 4 - train # SKIP the program does not offer it',
    ])
  })

  test('the block of a failure is YAML whose texts are JSON', () => {
    const lines = reportAsTap(reportOf([evil]), program)
    const block = lines.slice(lines.indexOf('  ---') + 1, lines.indexOf('  ...'))
    const texts = block.filter((line) => line !== '  details:').map((line) => line.replace(/^ +(message:|-) /, ''))
    expect(texts.map((line) => typeof JSON.parse(line))).toEqual(texts.map(() => 'string'))
    expect(texts.length).toBeGreaterThan(8)
  })

  test('a check that did not come to its laws bails out', () => {
    expect(faultAsTap('it hung\n')).toEqual(['TAP version 14', 'Bail out! it hung\\u000a'])
  })
})

/** The elements of a document with their attributes, if it is well-formed. */
const elementsIn = (xml: string): readonly (readonly [string, Readonly<Record<string, string>>])[] => {
  const tag = /<\/?([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>/gy
  const open: string[] = []
  const found: [string, Record<string, string>][] = []
  const [, body] = /^<\?xml version="1.0" encoding="UTF-8"\?>([^]*)$/.exec(xml) ?? []
  let at = 0
  while (at < body.length) {
    tag.lastIndex = at
    const [whole, name, attributes, empty] = tag.exec(body) ?? []
    if (whole === undefined) {
      const [content] = /^(?:[^<>&\p{Cc}]|[\n\t]|&(?:amp|lt|gt|quot);)+/u.exec(body.slice(at)) ?? []
      if (content === undefined) throw new Error(`not well-formed: ${body.slice(at, at + 40)}`)
      at += content.length
      continue
    }
    at += whole.length
    if (whole.startsWith('</')) {
      if (open.pop() !== name) throw new Error(`not well-formed: ${whole}`)
      continue
    }
    const pairs = [...attributes.matchAll(/ (\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value])
    found.push([name, Object.fromEntries(pairs) as Record<string, string>])
    if (empty === '') open.push(name)
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join()}`)
  return found
}

describe('as JUnit XML', () => {
  test('is well-formed, whatever stands in it, and counts', () => {
    const name = 'a <b> "c" & \ud800 \ufffe \u0000 d'
    const xml = reportAsJUnit(reportOf([holding, evil], { description: { ...description, name } }), program)
    const elements = elementsIn(xml.join('\n'))
    expect(elements.filter(([element]) => element.startsWith('testsuite'))).toEqual([
      ['testsuites', { name: 'pure-rnn check', tests: '4', failures: '1', errors: '0' }],
      [
        'testsuite',
        {
          name: 'a &lt;b&gt; &quot;c&quot; &amp; \ufffd \ufffd \\u0000 d',
          ...{ tests: '4', failures: '1', errors: '0', skipped: '2' },
        },
      ],
    ])
    expect(elements.flatMap(([element, { name: its }]) => (element === 'testcase' ? [its] : []))).toEqual([
      ...['a law that holds', 'a # law \\ of &lt;scores&gt; &amp; &quot;more&quot;\\u0007', 'optimise', 'train'],
    ])
    expect(elements.filter(([element]) => element === 'failure' || element === 'skipped').length).toBe(3)
    expect(xml.join('\n')).toContain('  replay     pure-rnn check --only')
  })

  test('of a check that did not come to its laws holds an error, with what the program said', () => {
    const xml = faultAsJUnit('it <hung>', ['Traceback & "so"', 'on'], program).join('\n')
    const errors = elementsIn(xml).filter(([element]) => element === 'error')
    expect(errors).toEqual([['error', { message: 'it &lt;hung&gt;' }]])
    expect(xml).toContain('>Traceback &amp; &quot;so&quot;\non</error>')
    expect(elementsIn(xml)[0][1]).toMatchObject({ tests: '1', errors: '1' })
  })
})

test('as JSON is the report, on one line', () => {
  const report = reportOf([holding, evil])
  expect(reportAsJson(report)).not.toContain('\n')
  expect(JSON.parse(reportAsJson(report))).toEqual(report)
})
