/**
 * npm run bench: how long a training step and a written character take, beside PyTorch where it is installed.
 *
 *   --quick          fewer and shorter rounds
 *   --json           the results as one JSON object instead of tables
 *   --write-docs     also writes the tables of docs/speed.md and the chart docs/speed.svg
 *   --python PATH    the Python whose PyTorch is measured
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { chart } from './chart.js'
import { measure } from './measure.js'
import type { Patience } from './measure.js'
import { pythonWithTorch, root, startOurs, startTorch } from './process.js'
import type { Contender } from './process.js'
import { asMarkdown, asText, showSize } from './report.js'
import { comparison, typicals } from './results.js'
import type { Results } from './results.js'
import * as tasks from './tasks.js'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
    python: { type: 'string' },
  },
})

const COMPARISON: Patience = options.quick ? { rounds: 5, budget: 60 } : { rounds: 21, budget: 120 }
const GROWTH: Patience = options.quick ? { rounds: 3, budget: 20 } : { rounds: 9, budget: 40 }

/** What goes on while it is measured; not part of the report. */
const note = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

const python = await pythonWithTorch(options.python !== undefined ? [options.python] : ['python3', '/usr/bin/python3'])
if (python === undefined) note('PyTorch is not installed (no python3 here imports torch and numpy): it is left out.')

/** Processes that wanted to run in the minute before: more than none, and times are not those of a quiet machine. */
const [load] = loadavg()
if (load > 0.5) note(`The machine is busy (load average ${load.toFixed(1)}): times will be off.`)

const everybody: Contender[] = []
const enter = async (contender: Promise<Contender>): Promise<Contender> => {
  const entered = await contender
  everybody.push(entered)
  return entered
}
const float32 = await enter(startOurs(tasks.FLOAT32, 'float32'))
const onnx = await enter(startOurs(tasks.ONNX, 'onnx', '1'))
const onnx2 = await enter(startOurs(tasks.ONNX_2, 'onnx', '2'))
const floor = await enter(startOurs(tasks.FLOOR, 'floor', '1'))
const stepwise = await enter(startOurs(tasks.STEPWISE, 'stepwise', '1'))
const unfolded = await enter(startOurs(tasks.UNFOLDED, 'unfolded', '1'))
const torch = python === undefined ? [] : [await enter(startTorch(tasks.TORCH, python, 'scratch'))]
const torchNn = python === undefined ? [] : [await enter(startTorch(tasks.TORCH_NN, python, 'nn'))]

const training: Results['training'][number][] = []
for (const { size, targets } of tasks.COMPARED) {
  note(`a training step at ${showSize(size)} ...`)
  const contenders = [float32, onnx, onnx2, floor, ...torch, ...torchNn]
  const measured = await measure(contenders, { kind: 'training', ...size }, COMPARISON)
  training.push({ size, ...comparison(measured, targets) })
}

note('generation ...')
const { task, targets } = tasks.GENERATED
const written = await measure([float32, stepwise, unfolded, ...torch, ...torchNn], task, COMPARISON)
const generation = { length: task.length, ...comparison(written, targets) }

const growth: Results['growth'][number][] = []
for (const { axis, values } of tasks.GROWTH) {
  const points: Results['growth'][number]['points'][number][] = []
  for (const at of values) {
    note(`${axis} = ${at} ...`)
    const measured = await measure(
      [float32, onnx, ...torch],
      { kind: 'training', ...tasks.AROUND, [axis]: at },
      GROWTH,
    )
    points.push({ at, milliseconds: typicals(measured.rounds) })
  }
  growth.push({ axis, points })
}

everybody.forEach(({ end }) => {
  end()
})

const results: Results = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus()[0].model.trim()}, ${cpus().length} processors`,
  load,
  versions: Object.assign({}, ...everybody.map(({ versions }) => versions)) as Readonly<Record<string, string>>,
  training,
  generation,
  growth,
}
process.stdout.write(`${options.json ? JSON.stringify(results, null, 2) : asText(results)}\n`)

/** What stands between the marks of docs/speed.md is written here; the rest is written by hand. */
const MARKED = /(?<=<!-- measured -->\n)[^]*(?=\n<!-- end of measured -->)/
if (options['write-docs']) {
  const page = join(root, 'docs', 'speed.md')
  writeFileSync(page, readFileSync(page, 'utf8').replace(MARKED, () => asMarkdown(results)))
  writeFileSync(join(root, 'docs', 'speed.svg'), await chart(results))
}

const differ = [...training, generation].some(({ disagreements }) => disagreements.length > 0)
if (differ) note('Those that take part do not compute the same; see the report.')
process.exitCode = differ ? 1 : 0
