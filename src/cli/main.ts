#!/usr/bin/env node
/**
 * The command `pure-rnn`, if this version of Node can read the rest. The file itself keeps to what old ones know.
 */
const LEAST = '20.19'
const [major, minor] = process.versions.node.split('.').map(Number)
const [leastMajor, leastMinor] = LEAST.split('.').map(Number)

if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) {
  void import('./start.js')
} else {
  process.stderr.write(
    `pure-rnn: Node must be ${LEAST} or later, got ${process.versions.node}: install a later one from https://nodejs.org\n`,
  )
  process.exitCode = 1
}
