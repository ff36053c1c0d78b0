/** The growth of cost as a picture: one panel for each size that is varied, both scales logarithmic. */
import { parse, View } from 'vega'
import { compile } from 'vega-lite'
import type { TopLevelSpec } from 'vega-lite'
import type { Results } from './results.js'
import { AROUND, FLOAT32, ONNX, TORCH } from './tasks.js'
import type { Size } from './tasks.js'

/** Colours that differ in lightness too (Okabe and Ito, Color universal design, 2008). */
const COLOURS: Readonly<Record<string, string>> = { [FLOAT32]: '#e69f00', [TORCH]: '#009e73', [ONNX]: '#0072b2' }

const LONG: Readonly<Record<keyof Size, string>> = {
  T: 'T, steps',
  H: 'H, hidden units',
  V: 'V, characters of the vocabulary',
  N: 'N, rows of the minibatch',
}

const panel = ({ axis, points }: Results['growth'][number]) => {
  const ticks = points.map(({ at }) => at)
  const others = Object.entries(AROUND).filter(([name]) => name !== axis)
  return {
    title: {
      text: `${axis} grows`,
      subtitle: others.map(([name, value]) => `${name} = ${value}`).join(', '),
      anchor: 'start' as const,
      frame: 'group' as const,
    },
    width: 300,
    height: 210,
    data: {
      values: points.flatMap(({ at, milliseconds }) =>
        Object.entries(milliseconds).map(([name, time]) => ({ at, name, time })),
      ),
    },
    mark: { type: 'line' as const, point: { size: 45, filled: true }, strokeWidth: 2 },
    encoding: {
      x: {
        field: 'at',
        type: 'quantitative' as const,
        scale: { type: 'log' as const, base: 2, domain: [ticks[0], ticks[ticks.length - 1]], nice: false },
        axis: { values: ticks, title: LONG[axis], format: 'd', grid: false, labelFlush: false },
      },
      y: {
        field: 'time',
        type: 'quantitative' as const,
        scale: { type: 'log' as const },
        axis: { title: 'milliseconds a step', format: '~g', tickCount: 4, gridColor: '#ddd' },
      },
      color: {
        field: 'name',
        type: 'nominal' as const,
        scale: { domain: Object.keys(COLOURS), range: Object.values(COLOURS) },
        legend: { orient: 'top' as const, title: null },
      },
    },
  }
}

/** The chart, as the text of an SVG file. */
export const chart = async ({ growth }: Results): Promise<string> => {
  const specification: TopLevelSpec = {
    background: 'white',
    padding: 12,
    columns: 2,
    spacing: 28,
    concat: growth.map(panel),
    resolve: { scale: { y: 'shared' } },
    config: {
      font: 'sans-serif',
      axis: { labelFontSize: 11, titleFontSize: 11, titleFontWeight: 'normal', domainColor: '#888', tickColor: '#888' },
      legend: { labelFontSize: 12, labelLimit: 0, symbolStrokeWidth: 3 },
      title: { fontSize: 13, subtitleFontSize: 11, subtitleColor: '#555' },
      view: { stroke: null },
    },
  }
  return new View(parse(compile(specification).spec), { renderer: 'none' }).toSVG()
}
