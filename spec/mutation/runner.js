/**
 * How `npm run mutate` holds a mutant against the spec: as Stryker's runner of Vitest does, but for what follows.
 *
 * A mutant is active from the moment a file of the spec is loaded, for much of what a law is about is built there, and
 * a file that does not load, with the mutant, kills it as a failing test does. A test counts as covering what its file
 * ran as it was loaded. The file that last killed a mutant of the same source is tried first.
 */
import { resolve } from 'node:path'
import { strykerPlugins as plugins } from '@stryker-mutator/vitest-runner'

export { strykerValidationSchema } from '@stryker-mutator/vitest-runner'

const [{ factory: vitestRunner }] = plugins

/** What the tests covered, where each test is taken to cover what its file ran as it was loaded. */
const coverageOf = (tests, files, { perTest }) => {
  const loading = new Map(files.map(({ filepath, meta }) => [filepath, meta.mutantCoverage?.static ?? {}]))
  const whole = tests.map(({ id, fileName }) => [id, { ...loading.get(fileName), ...perTest[id] }])
  return { perTest: Object.fromEntries(whole), static: {} }
}

/** The chapters that compile and open a model for each sample, and take as long as all the others. */
const slow = /\/1[01]-[^/]*$/

/** The order in which files of the spec are tried: what killed a mutant of this source last comes first. */
const killersFirst = () => {
  const killers = new Map()
  let first = []
  return {
    prepare: (source) => {
      first = killers.get(source) ?? []
    },
    remember: (source, file) => {
      killers.set(source, [file, ...(killers.get(source) ?? []).filter((other) => other !== file)])
    },
    sequencer: class {
      shard = (files) => files
      sort = (files) => {
        const rank = ({ moduleId }) => {
          if (first.includes(moduleId)) return first.indexOf(moduleId)
          return slow.test(moduleId) ? Infinity : first.length
        }
        return files.toSorted((a, b) => Math.sign(rank(a) - rank(b)) || 0)
      }
    },
  }
}

const lawRunner = (injector) => {
  const vitest = vitestRunner(injector)
  const order = killersFirst()

  const init = async () => {
    await vitest.init()
    vitest.ctx.config.sequence.sequencer = order.sequencer
  }

  const dryRun = async (options) => {
    const result = await vitest.dryRun(options)
    if (result.status !== 'complete') return result
    return { ...result, mutantCoverage: coverageOf(result.tests, vitest.ctx.state.getFiles(), result.mutantCoverage) }
  }

  const mutantRun = async (options) => {
    const source = options.activeMutant.fileName
    order.prepare(source)
    const result = await vitest.mutantRun({ ...options, mutantActivation: 'static' })
    const killer = vitest.ctx.state.getFiles().find((file) => file.result?.state === 'fail')
    if (killer !== undefined) order.remember(source, killer.filepath)
    if (killer === undefined || result.status !== 'survived') return result
    const killedBy = options.testFilter.filter((id) => resolve(id.split('#')[0]) === killer.filepath).slice(0, 1)
    const failureMessage = killer.result.errors?.[0]?.message ?? 'the file does not load'
    return { status: 'killed', killedBy, failureMessage, nrOfTests: result.nrOfTests }
  }

  return { capabilities: () => vitest.capabilities(), init, dryRun, mutantRun, dispose: () => vitest.dispose() }
}
lawRunner.inject = vitestRunner.inject

export const strykerPlugins = [{ kind: 'TestRunner', name: 'laws', factory: lawRunner }]
