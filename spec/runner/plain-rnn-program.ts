/** `plain-rnn.ts` as a program. Its argument is a mistake to make, or how to misbehave. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { answers, hello } from './plain-rnn.js'

const [mode] = process.argv.slice(2)
const answer = (ask: string, question: never): Readonly<Record<string, unknown>> => {
  if (ask === 'hello') return hello
  const given: unknown = answers[ask as keyof typeof answers](question)
  if (mode === 'wrong' && ask === 'backpropagate') {
    const { gradients, ...rest } = given as { readonly gradients: Readonly<Record<string, number[]>> }
    return { ...rest, gradients: { ...gradients, b_q: gradients['b_q'].map((d) => 2 * d) } }
  }
  return given as Readonly<Record<string, unknown>>
}

if (mode === 'stubborn') {
  process.on('SIGTERM', () => undefined)
  process.on('SIGINT', () => undefined)
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' })
  writeFileSync('pids', `${String(process.pid)} ${String(child.pid)}\n`)
}
createInterface({ input: process.stdin }).on('line', (line) => {
  if (mode === 'stubborn') return
  const { id, ask, ...question } = JSON.parse(line) as { readonly id: number; readonly ask: string }
  if (mode === 'dies' && id === 3) throw new Error('division by zero')
  else if (mode === 'shapeless' && id === 3) console.log(JSON.stringify({ id, O: [[[1]]], state: {}, gradients: {} }))
  else console.log(JSON.stringify({ id, ...answer(ask, question as never) }))
})
