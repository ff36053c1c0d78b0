import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { root, sources } from './house/parts.js'

/** Where a report is asked for, besides the one on the terminal. */
const report = process.env['SPEC_REPORT']

/** What starts programs, or linters on programs, again and again: `npm run test:programs`. */
export const programs = [
  'spec/02-interpret-platforms.spec.ts',
  'spec/09-laws-check-{chapter,processes,starters}.spec.ts',
  'spec/10-cli-ending.spec.ts',
  'spec/house/guards.spec.ts',
]

export default defineConfig({
  root,
  // The package's own name means its sources here, so that examples run as an importer writes them, unbuilt.
  resolve: {
    alias: sources.map(([part, path]) => ({ find: new RegExp(`^${part}$`), replacement: join(root, path) })),
  },
  test: {
    include: ['spec/**/*.spec.ts'],
    exclude: programs,
    // Every core. The files need nothing of one another and leave nothing behind, so a thread loads the sources once.
    maxWorkers: '100%',
    pool: 'threads',
    isolate: false,
    // Long enough for a busy machine: a test that takes so long hangs.
    testTimeout: 60_000,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
})
