/**
 * The thread that runs the laws. A law is a predicate that answers at once, and a program does not: so this thread asks
 * the other, which speaks with the program, and sleeps until there is an answer.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import { explain } from '../../failure.js'
import { helloLine, questionLine, questionName, readAnswer, readDescription } from '../../laws/check/protocol.js'
import type { Asked } from '../../laws/check/protocol.js'
import { withoutGenerator } from './checker.js'
import type { CheckTask, FromChecker } from './checker.js'

const { options, answers, bell: memory } = workerData as CheckTask
const bell = new Int32Array(memory)

const tell = (message: FromChecker): void => {
  parentPort?.postMessage(message)
}

/** Says what is wrong and sleeps: this thread is ended. */
const fault = (message: string): never => {
  tell({ _tag: 'Fault', message })
  Atomics.wait(bell, 1, 0)
  throw new Error(message)
}

const orFault = <A>(result: Either<string, A>): A => (E.isRight(result) ? result.right : fault(result.left))

let asked = 0
let name = questionName(0, 'hello')

const answerTo = (what: Asked, line: string): unknown => {
  const id = asked
  asked += 1
  name = questionName(id, what)
  Atomics.store(bell, 0, 0)
  tell({ _tag: 'Ask', name, line })
  // A bell that rang for the answer before may wake it too early: it sleeps again.
  while (Atomics.load(bell, 0) === 0) Atomics.wait(bell, 0, 0)
  const answer = receiveMessageOnPort(answers) as { readonly message: string }
  return orFault(readAnswer(id, what)(answer.message))
}

/** The error that says why the program cannot be spoken to, if that is what was thrown, or what led to it. */
const subjectFault = (error: unknown): string | undefined =>
  !(error instanceof Error)
    ? undefined
    : error.name === 'SubjectFault'
      ? error.message
      : subjectFault(error.cause)

const run = async (): Promise<void> => {
  const { checkSubject } = await import('../../laws/check/check.js')
  const description = orFault(E.mapLeft(explain)(readDescription(answerTo('hello', helloLine))))
  const report = checkSubject(
    { description, answer: (ability, question) => answerTo(ability, questionLine(asked, ability, question)) },
    {
      ...options,
      told: (verdict, done, all) => {
        tell({ _tag: 'Done', law: verdict.law, done, all })
        return verdict
      },
    },
  )
  tell({ _tag: 'Report', report })
}

await run().catch((error: unknown) => {
  const said = subjectFault(error)
  if (said !== undefined) fault(`${name}: ${said}`)
  const reason = withoutGenerator(error)
  if (reason === undefined) throw error
  tell({ _tag: 'Missing', reason })
})
