import { defineConfig } from 'vitest/config'
import ordinary, { programs } from './vitest.config.js'

/** `npm run test:programs`: what `npm test` leaves out, for it starts programs again and again. */
export default defineConfig({ ...ordinary, test: { ...ordinary.test, include: programs, exclude: [] } })
