/** The results as tables: for a terminal, and for docs/speed.md. */
import { ratio } from './measure.js'
import type { Comparison, Point, Results, Verdict } from './results.js'
import { AROUND, ETA, FLOAT32, FLOOR, ONNX, ONNX_2, STEPWISE, THETA, TORCH, TORCH_NN, UNFOLDED } from './tasks.js'
import type { Size } from './tasks.js'

type Row = readonly string[]
/** The title of the last column, which holds words. */
const TARGET = 'target'

export const showSize = ({ V, H, N, T }: Size): string => `V = ${V}, H = ${H}, N = ${N}, T = ${T}`

/** Three significant digits. */
const digits = (x: number): string => (x >= 100 ? x.toFixed(0) : x.toPrecision(3))
const shown = (x: number | undefined, unit = ''): string => (x === undefined ? '-' : digits(x) + unit)

const order = [FLOAT32, ONNX, ONNX_2, STEPWISE, UNFOLDED, FLOOR, TORCH, TORCH_NN]
const present = ({ milliseconds }: Comparison): readonly string[] => order.filter((name) => name in milliseconds)

const showVerdict = ({ of, to, most, least, came, met }: Verdict): string => {
  const asked = most !== undefined ? `at most ${most}` : `at least ${least}`
  return `${met === undefined ? '      ' : met ? 'met   ' : 'MISSED'}  ${of} / ${to}: ${shown(came)} (target: ${asked})`
}

/** What a row of the comparison is held to, in short. */
const targetsOf = ({ verdicts }: Comparison, of: string): string =>
  verdicts
    .filter((verdict) => verdict.of === of)
    .map(({ to, most, least }) => `${most !== undefined ? `≤ ${most}` : `≥ ${least}`} ${SHORT[to] ?? to}`)
    .join(', ')
const SHORT: Readonly<Record<string, string>> = { [TORCH]: 'scratch', [TORCH_NN]: 'nn.RNN', [FLOOR]: 'products' }

const trainingRows = (compared: Comparison): readonly Row[] => [
  ['', 'ms a step', '/ PyTorch scratch', '/ nn.RNN', '/ products', TARGET],
  ...present(compared).map((name) => [
    name,
    shown(compared.milliseconds[name]),
    ...[TORCH, TORCH_NN, FLOOR].map((to) => shown(ratio(compared.rounds, name, to))),
    targetsOf(compared, name),
  ]),
]

const generationRows = (compared: Results['generation']): readonly Row[] => [
  ['', 'characters/s', '× PyTorch scratch', '× nn.RNN', TARGET],
  ...present(compared).map((name) => [
    name,
    Math.round((compared.length / compared.milliseconds[name]) * 1000).toString(),
    ...[TORCH, TORCH_NN].map((to) => shown(ratio(compared.rounds, to, name))),
    targetsOf(compared, name),
  ]),
]

const growthRows = (axis: string, points: readonly Point[]): readonly Row[] => {
  const names = order.filter((name) => name in points[0].milliseconds)
  return [
    [axis, ...points.map(({ at }) => String(at))],
    ...names.map((name) => [name, ...points.map(({ milliseconds }) => shown(milliseconds[name]))]),
  ]
}

const plain = (rows: readonly Row[]): string => {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const isText = (column: number): boolean => column === 0 || rows[0][column] === TARGET
  const cell = (entry: string, column: number): string =>
    isText(column) ? entry.padEnd(widths[column]) : entry.padStart(widths[column])
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n')
}

const markdown = ([head, ...rows]: readonly Row[]): string => {
  const rule = head.map((title, column) => (column === 0 || title === TARGET ? '---' : '--:'))
  return [head, rule, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

const circumstances = ({ date, machine, load, versions }: Results): string =>
  [
    date,
    `${machine} (load average before: ${load.toFixed(1)})`,
    ...Object.entries(versions).map(([name, version]) => `${name} ${version}`),
  ].join(', ')

const growthTitle = (axis: string): string => {
  const others = Object.entries(AROUND).filter(([name]) => name !== axis)
  return `Milliseconds a step as ${axis} grows, at ${others.map(([name, value]) => `${name} = ${value}`).join(', ')}`
}

/** The report for a terminal. */
export const asText = (results: Results): string =>
  [
    circumstances(results),
    ...results.training.flatMap((compared) => [
      '',
      `A training step at ${showSize(compared.size)}`,
      plain(trainingRows(compared)),
      ...compared.verdicts.map(showVerdict),
      ...compared.disagreements.map((line) => `NOT THE SAME COMPUTATION: ${line}`),
    ]),
    '',
    `Greedy generation at V = 1027, H = 256`,
    plain(generationRows(results.generation)),
    ...results.generation.verdicts.map(showVerdict),
    ...results.generation.disagreements.map((line) => `NOT THE SAME COMPUTATION: ${line}`),
    ...results.growth.flatMap(({ axis, points }) => ['', growthTitle(axis), plain(growthRows(axis, points))]),
  ].join('\n')

/** The tables of docs/speed.md. */
export const asMarkdown = (results: Results): string =>
  [
    `Measured: ${circumstances(results)}. Clipping at ${THETA}, rate ${ETA}.`,
    ...results.training.flatMap((compared) => [
      `**A training step at ${showSize(compared.size)}**`,
      markdown(trainingRows(compared)),
    ]),
    `**Greedy generation at V = 1027, H = 256**`,
    markdown(generationRows(results.generation)),
    ...results.growth.flatMap(({ axis, points }) => [`**${growthTitle(axis)}**`, markdown(growthRows(axis, points))]),
  ].join('\n\n')
