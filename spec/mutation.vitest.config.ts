import { defineConfig, mergeConfig } from 'vitest/config'
import ordinary from './vitest.config.js'

/** What mutants are held against: the laws. The house, the documents and the command say nothing of the mathematics. */
export default mergeConfig(
  ordinary,
  defineConfig({
    test: {
      exclude: [
        'spec/house/**',
        'spec/docs.spec.ts',
        'spec/ledger.spec.ts',
        'spec/1-algebra-types.spec.ts',
        'spec/8-command*.spec.ts',
      ],
    },
  }),
)
