#!/usr/bin/env node
/**
 * The command `pure-rnn`, in this process.
 */
import process from 'node:process'
import { runCommand } from './command.js'
import { openTerminal } from './io/terminal.js'

process.exitCode = await runCommand(process.argv.slice(2), openTerminal())
