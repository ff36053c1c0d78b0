import { defineConfig, mergeConfig } from 'vitest/config'
import ordinary from './vitest.config.js'

/** Whether the part that is mutated is held against the command's chapter. */
const ofTheCommand = (process.env['MUTATION_TESTS'] ?? '').includes('spec/10-')

/** Whether this is `npm run spec:long`, and no mutant. */
const isLong = process.env['SPEC_LONG'] !== undefined

/** What mutants are held against: the laws. The house, the documents and the command say nothing of the mathematics. */
export default mergeConfig(
  ordinary,
  defineConfig({
    test: {
      pool: 'forks',
      isolate: true,
      exclude: [
        'spec/house/**',
        'spec/11-docs.spec.ts',
        'spec/09-laws-ledger.spec.ts',
        'spec/01-algebra-types.spec.ts',
        ...(ofTheCommand ? [] : ['spec/10-cli*.spec.ts']),
        ...(isLong ? [] : ['spec/10-kills.spec.ts', 'spec/10-resume.spec.ts']),
      ],
    },
  }),
)
