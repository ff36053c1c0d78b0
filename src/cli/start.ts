/**
 * The command `pure-rnn`, in this process.
 */
import process from 'node:process'
import { runCommand } from './command.js'
import { openTerminal } from './io/terminal.js'

// A limit on the size of files is an error of the write, and no end of the run.
process.on('SIGXFSZ', () => undefined)

// The telemetry of the engine's runtime would otherwise read the command line, which ends the process where that is
// long, and keep a database in the user's cache.
process.env['ORT_DISABLE_TELEMETRY'] = '1'

const code = await runCommand(process.argv.slice(2), openTerminal())
if (code !== 0) process.exitCode = code
