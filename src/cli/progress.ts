/**
 * How far a run is, on one line.
 */
import { clock, grouped, significant } from './report.js'

/** How far a run is. */
export interface Standing {
  /** Minibatches that have been taken, and all there are. */
  readonly done: number
  readonly all: number
  readonly epoch: number
  readonly epochs: number
  readonly perplexity: number
  readonly charactersPerSecond: number
  readonly secondsLeft: number
}

/** How far a check is. */
export interface CheckStanding {
  /** Laws that have been run, and all there are. */
  readonly done: number
  readonly all: number
  /** The last of them. */
  readonly law: string
}

/** What a bar is drawn with. */
export interface Glyphs {
  readonly full: string
  readonly empty: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Blocks where the terminal shows UTF-8, plain characters elsewhere; nothing where it cannot go back on its line. */
export const glyphsFor = (env: Environment, platform: string): Glyphs | undefined => {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((name) => name !== undefined && name !== '')
  const blocks = platform === 'win32' || /utf-?8/i.test(locale ?? '')
  return env['TERM'] === 'dumb' ? undefined : blocks ? { full: '█', empty: '░' } : { full: '#', empty: '-' }
}

/** The widths of the bar, and whether the speed is told: from the longest line to the shortest. */
const layouts = [
  { width: 20, speed: true },
  { width: 10, speed: true },
  { width: 20, speed: false },
  { width: 10, speed: false },
  { width: 0, speed: false },
]

/** The longest line that is shorter than so many columns; the beginning of the shortest where none is. */
export const progressLine = (standing: Standing | CheckStanding, columns: number, glyphs: Glyphs): string => {
  const lines =
    'law' in standing
      ? checkLines(standing, glyphs)
      : layouts.map(({ width, speed }) => lineOf(standing, width, speed, glyphs))
  return (lines.find((line) => line.length < columns) ?? lines[lines.length - 1]).slice(0, Math.max(columns - 1, 0))
}

const barOf = (part: number, width: number, { full, empty }: Glyphs): string => {
  const filled = Math.round(part * width)
  return width === 0 ? '' : `${full.repeat(filled)}${empty.repeat(width - filled)} `
}

const checkLines = ({ done, all, law }: CheckStanding, glyphs: Glyphs): readonly string[] => {
  const line = `${barOf(done / all, SHORT_BAR, glyphs)}law ${String(done)}/${String(all)}`
  return [`${line}: ${law}`, line, `law ${String(done)}/${String(all)}`]
}
const SHORT_BAR = 10

const lineOf = (standing: Standing, width: number, speed: boolean, glyphs: Glyphs): string => {
  const { done, all, epoch, epochs, perplexity, charactersPerSecond, secondsLeft } = standing
  const bar = barOf(done / all, width, glyphs)
  const facts = [
    `epoch ${String(epoch)}/${String(epochs)}`,
    `perplexity ${significant(perplexity)}`,
    ...(speed ? [`${grouped(charactersPerSecond)} characters/s`] : []),
    `${clock(secondsLeft)} left`,
  ]
  return `${bar}${facts.join(', ')}`
}
