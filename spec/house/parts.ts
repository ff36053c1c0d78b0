/** The package's parts, by the names under which importers know them, and the sources they are made from. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..', '..')

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
}

export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest

/** `pure-rnn/model` to `src/model/index.ts`, and so on for every part that is code. */
export const sources: readonly (readonly [part: string, path: string])[] = Object.entries(manifest.exports).flatMap(
  ([part, target]) =>
    typeof target === 'string'
      ? []
      : [[`pure-rnn${part.slice(1)}`, target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts')] as const],
)
